"""The rows of the corpus stage: the contract that every later stage stands on.

Offsets are Unicode code points, half-open, into the `text` of their own row.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Row(BaseModel):
    """One row of a Parquet file; unknown columns are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Role(StrEnum):
    """What a paragraph is. Nothing is deleted: boilerplate is marked."""

    TITLE = "title"
    LEAD = "lead"
    BODY = "body"
    HEADING = "heading"
    CAPTION = "caption"
    BYLINE = "byline"
    DATELINE = "dateline"
    CREDIT = "credit"
    BOILERPLATE = "boilerplate"


class Reason(StrEnum):
    """Why an input is no document."""

    BINARY = "binary"
    EMPTY = "empty"
    BROKEN_UTF8 = "broken-utf-8"
    UNKNOWN_ENCODING = "unknown-encoding"
    UNPAIRED_SURROGATE = "unpaired-surrogate"
    CONTROL_CHARACTER = "control-character"
    NO_TEXT = "no-text"
    NO_SUCH_COLUMN = "no-such-column"
    BAD_ROW = "bad-row"
    DUPLICATE_ID = "duplicate-id"
    UNSUPPORTED_FORMAT = "unsupported-format"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too-large"
    TOO_DEEP = "too-deep"
    UNSAFE_PATH = "unsafe-path"
    HTTP_STATUS = "http-status"


class Kind(StrEnum):
    """How two documents belong together."""

    EXACT = "exact"
    NEAR_DUPLICATE = "near_duplicate"
    TRANSLATION = "translation"
    SAME_EVENT = "same_event"


class Paragraph(Row):
    """A line of an article: `text[start:end]` of its document; `rule` says why it has its role."""

    start: int
    end: int
    role: Role
    rule: str


class Edit(Row):
    """One change from raw to text: `replacement` stands where `raw[raw_start:raw_end]`, `original`, stood."""

    rule: str
    raw_start: int
    raw_end: int
    original: str
    replacement: str


class Evidence(Row):
    """What makes a document look machine-translated: `text[start:end]`, by which rule, and why."""

    rule: str
    start: int
    end: int
    detail: str


class Document(Row):
    """One article. `published` is ISO 8601, as exact as the source says it."""

    doc_id: str
    source: str
    outlet: str | None = None
    url: str | None = None
    published: str | None = None
    language: str
    language_score: float | None = None
    encoding: str | None = None
    title: str | None = None
    text: str
    paragraphs: list[Paragraph]
    raw_sha256: str
    text_sha256: str
    edits: list[Edit] = []
    family_id: str
    event_id: str | None = None
    mt_suspicion: float = 0.0
    mt_evidence: list[Evidence] = []


class Raw(Row):
    """A page as it came, where the text of its document is an extraction; `raw_sha256` is the hash of `data`.

    A page that came in several files may stand here more than once.
    """

    raw_sha256: str
    data: bytes


class Segment(Row):
    """One sentence: `text == document.text[start:end]`, `paragraph` counts from 0."""

    segment_id: str
    doc_id: str
    index: int
    paragraph: int
    start: int
    end: int
    text: str
    role: Role
    language: str


class Relation(Row):
    """Two documents that belong together, `left_doc < right_doc`; `score` in 0..1.

    The rows of a kind connect what belongs together; they need not name each two of a group.
    """

    left_doc: str
    right_doc: str
    kind: Kind
    score: float
    method: str


class Side(Row):
    """One side of a translation pair: one or more neighbouring segments."""

    doc: str
    segment_ids: list[str]
    text: str
    language: str


class Pair(Row):
    """Two sides that may translate each other; `rank` is the place in the left document's reading order.

    `score` is the similarity in 0..1, `margin` how far it stands out among the neighbours of both
    sides (ratio margin; above 1), `method` the vectors and the aligner.
    """

    pair_id: str
    left: Side
    right: Side
    score: float
    margin: float | None = None
    method: str
    rank: int


class Reject(Row):
    """An input that is no document, and why: documents + rejects = inputs, always."""

    source: str
    reason: Reason
    detail: str
