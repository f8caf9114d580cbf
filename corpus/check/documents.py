"""What must hold of one document, alone and with its segments. Each function is one invariant.

Not covered: whether a role or a language is the right one, and raw bytes in an encoding that does not come
back from its text letter for letter.
"""

import codecs
import hashlib
from collections.abc import Container, Iterator, Sequence
from itertools import pairwise
from typing import Any

from corpus.check.findings import short
from corpus.cleaning import restore
from corpus.schema import Edit, Reason, Role
from corpus.sentences import segment_ids

Doc = dict[str, Any]
Segments = Sequence[Doc]  # of one document, by their index
Told = Iterator[str]
Placed = Iterator[tuple[int | None, str]]  # which of the segments, None for their document, and what is wrong
ROLES, REASONS = frozenset(Role), frozenset(Reason)
PROVABLE = (None, "utf-8", "utf-8-sig")  # other encodings may write one text in several ways


def text_sha256(one: Doc) -> Told:
    """`text_sha256` is the hash of the text in UTF-8."""
    if _sha256(one["text"].encode()) != one["text_sha256"]:
        yield f"text_sha256 {short(one['text_sha256'])} is not the hash of its text"


def raw_sha256(one: Doc, pages: Container[str]) -> Told:
    """`raw_sha256` is the hash of a page in `raw`, or of the text with its edits taken back, where that is provable."""
    if one["encoding"] not in PROVABLE or one["raw_sha256"] in pages or any(edits(one)):
        return
    raw = restore(one["text"], [Edit.model_construct(**edit) for edit in one["edits"]]).encode()
    # The mark belongs to a file; a row of a table in such a file has none.
    if one["raw_sha256"] not in (_sha256(raw), _sha256(codecs.BOM_UTF8 + raw)):
        yield f"raw_sha256 {short(one['raw_sha256'])} is not the hash of its text without the edits, and no page in raw"


def paragraph_spans(one: Doc) -> Told:
    """Paragraphs are in order, inside the text, and never overlap."""
    end = 0
    for at, part in enumerate(one["paragraphs"]):
        if not end <= part["start"] < part["end"] <= len(one["text"]):
            yield f"paragraph {at} [{part['start']}:{part['end']}] overlaps, is empty or lies outside of the text"
            return
        end = part["end"]


def paragraph_cover(one: Doc) -> Told:
    """Between paragraphs is white space only: no letter of the text is lost."""
    spans = [(part["start"], part["end"]) for part in one["paragraphs"]]
    if not any(paragraph_spans(one)) and (lost := _between(one["text"], spans, 0, len(one["text"]))):
        yield f"{short(lost)} is in no paragraph"


def paragraph_roles(one: Doc) -> Told:
    """Each role is one of the vocabulary."""
    for at, part in enumerate(one["paragraphs"]):
        if part["role"] not in ROLES:
            yield f"paragraph {at} has the role {short(part['role'])}"


def edits(one: Doc) -> Told:
    """Edits are in order and never overlap; each replacement stands in the text, for an original of its length."""
    raw_at = at = 0
    for place, edit in enumerate(one["edits"]):
        start, end = edit["raw_start"], edit["raw_end"]
        if start < raw_at or end - start != len(edit["original"]):
            yield f"edit {place} raw[{start}:{end}] overlaps, is out of order, or is not as long as its original"
            return
        at += start - raw_at
        found = one["text"][at : at + len(edit["replacement"])]
        if found != edit["replacement"] or at > len(one["text"]):
            yield f"edit {place}: the text has {short(found)}, not its replacement {short(edit['replacement'])}"
            return
        at, raw_at = at + len(edit["replacement"]), end


def suspicion(one: Doc) -> Told:
    """`mt_suspicion` is in 0..1, and no more than 0 without evidence."""
    value = one["mt_suspicion"]
    if not 0 <= value <= 1 or (value > 0 and not one["mt_evidence"]):
        yield f"mt_suspicion {value} is outside of 0..1 or has no evidence"


def evidence(one: Doc) -> Told:
    """Evidence lies inside the text."""
    for at, found in enumerate(one["mt_evidence"]):
        if not 0 <= found["start"] <= found["end"] <= len(one["text"]):
            yield f"evidence {at} [{found['start']}:{found['end']}] lies outside of the text"


def language_score(one: Doc) -> Told:
    """`language_score` is in 0..1, or nothing."""
    value = one["language_score"]
    if value is not None and not 0 <= value <= 1:
        yield f"language_score {value} is outside of 0..1"


def segment_text(one: Doc, segments: Segments) -> Placed:
    """`text == document.text[start:end]`."""
    for at, part in enumerate(segments):
        found = one["text"][part["start"] : part["end"]] if part["start"] >= 0 else ""
        if part["text"] != found or not found:
            yield at, f"[{part['start']}:{part['end']}] of the document is {short(found)}, not {short(part['text'])}"


def segment_paragraph(one: Doc, segments: Segments) -> Placed:
    """A segment lies inside its paragraph."""
    for at, part in enumerate(segments):
        home = _home(one, part)
        if home is None or not home["start"] <= part["start"] <= part["end"] <= home["end"]:
            yield at, f"[{part['start']}:{part['end']}] is not inside paragraph {part['paragraph']}"


def segment_role(one: Doc, segments: Segments) -> Placed:
    """A segment has the role of its paragraph."""
    for at, part in enumerate(segments):
        home = _home(one, part)
        if home is not None and part["role"] != home["role"]:
            yield at, f"role {short(part['role'])} in a paragraph that is {short(home['role'])}"


def segment_index(_one: Doc, segments: Segments) -> Placed:
    """`index` counts a document's segments from 0, without a gap."""
    for at, part in enumerate(segments):
        if part["index"] != at:
            yield at, f"index {part['index']} where {at} is due"
            return


def segment_order(_one: Doc, segments: Segments) -> Placed:
    """Segments follow each other in the text and never overlap."""
    for at, (left, right) in enumerate(pairwise(segments), 1):
        if right["start"] < left["end"]:
            yield at, f"[{right['start']}:{right['end']}] begins before the end of the segment before it"


def segment_cover(one: Doc, segments: Segments) -> Placed:
    """Within a paragraph, what lies in no segment is white space."""
    if any(paragraph_spans(one)) or any(segment_order(one, segments)):
        return
    spans = [(part["start"], part["end"]) for part in segments]
    for at, part in enumerate(one["paragraphs"]):
        mine = [span for span in spans if part["start"] <= span[0] and span[1] <= part["end"]]
        if lost := _between(one["text"], mine, part["start"], part["end"]):
            yield None, f"{short(lost)} of paragraph {at} is in no segment"


def segment_id(one: Doc, segments: Segments) -> Placed:
    """`segment_id` is the document's id and a hash of the text, with a number for repeats: so, unique."""
    due = segment_ids(one["doc_id"], [part["text"] for part in segments])
    for at, (part, wanted) in enumerate(zip(segments, due, strict=True)):
        if part["segment_id"] != wanted:
            yield at, f"segment_id {short(part['segment_id'])} where {short(wanted)} is due"


def raw_page(one: Doc) -> Told:
    """`raw_sha256` of a row of `raw` is the hash of its page."""
    if _sha256(one["data"]) != one["raw_sha256"]:
        yield f"raw_sha256 {short(one['raw_sha256'])} is not the hash of its {len(one['data'])} bytes"


def reject_reason(one: Doc) -> Told:
    """The reason of a reject is one of the vocabulary."""
    if one["reason"] not in REASONS:
        yield f"{one['source']}: reason {short(one['reason'])}"


def _home(one: Doc, part: Doc) -> Doc | None:
    known = 0 <= part["paragraph"] < len(one["paragraphs"])
    return one["paragraphs"][part["paragraph"]] if known else None


def _between(text: str, spans: Sequence[tuple[int, int]], first: int, last: int) -> str:
    """Return the first piece of `text[first:last]` outside of the spans that is no white space."""
    at = first
    for start, end in [*spans, (last, last)]:
        if piece := text[at:start].strip():
            return piece
        at = end
    return ""


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
