"""What of the annotators leaves a workspace: keyed pseudonyms; no mail, no account, no remark unless asked for.

A remark is what an annotator typed about a mark or an answer; the name of a holder is data. Other pseudonyms
in each version tell nobody without the key who is who in two versions; they can't hide that a row of both is
the same answer.
"""

import hmac
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotation.annotators import secret_of
from annotation.answers.collect import UNKNOWN
from annotation.schemes.scheme import Scheme, Text
from annotation.studio.accounts import login_of
from corpus.config import FILE_NAME, Workspace
from corpus.errors import WirecopyError

if TYPE_CHECKING:
    import pyarrow as pa

NAMES, REASON, VALUES = ("annotator", "adjudicated_by"), "adjudication_reason", "values"
HOLDER, COMMENT = "holder_name", "comment"
ADDRESS = r"[^\s@<>(),;:]+@[^\s@<>(),;:]+\.[^\s@<>(),;:.]{2,}"
EDGE = r"[^\p{L}\p{M}\p{N}_]"  # of a word, in any script: RE2's own \b knows ASCII only
BETWEEN = r"[\s\p{Pd}_.]*"  # the parts of a name, however they are joined: anna-schmidt, Anna Schmidt
PARTS = re.compile(r"[\s\-_.]+")
UNSEEN = r"\p{Cf}+"  # soft hyphens, joiners: they show nothing and hide a name from a search
OWN_WORDS = {"contact", "creators", "url"}  # of `[release]`: whoever makes a dataset may say who they are
SHORTEST = 3  # a shorter account name is a word of many languages, and counts only where it stands alone
MEND = "mend that answer, then: wirecopy annotation pull"
REWORD = "[release] of that file is for everybody: say it without the name"
Typed = tuple[str, "pa.StringArray", "NDArray[np.int64] | None"]


@dataclass(frozen=True)
class Privacy:
    """The rules of a release; `secret` is the key of its own pseudonyms, None where they are the project's.

    `logins` and `accounts` must not stand in what annotators typed; `actors` are names that may.
    """

    logins: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    secret: str | None = None
    comments: bool = False

    def applied(self, batch: "pa.RecordBatch", scheme: Scheme, where: Callable[[int], str]) -> "pa.RecordBatch":
        """Return the rows as they may leave; `where` names a row of the batch.

        Raises WirecopyError where an account or a mail address stands in what annotators made.
        """
        texts = {one.name for one in scheme.questions if isinstance(one, Text)}
        if not self.comments:
            batch = _without_remarks(batch, texts)
        if self.secret:
            batch = _renamed(batch, self.secret.encode())
        for name, column, rows in _typed(batch, texts):
            self._check(name, column, rows, where)
        return batch

    def _check(
        self,
        name: str,
        column: "pa.StringArray",
        rows: "NDArray[np.int64] | None",
        where: Callable[[int], str],
        hint: str = MEND,
    ) -> None:
        import pyarrow.compute as pc

        seen = pc.replace_substring_regex(pc.utf8_normalize(column, "NFKC"), UNSEEN, "")
        for kind, pattern in self._patterns(alone=name.endswith(HOLDER)):
            found = pc.fill_null(pc.match_substring_regex(seen, pattern, ignore_case=True), fill_value=False)
            if name.endswith(HOLDER) and self.actors:
                found = pc.and_not(found, pc.is_in(column, _strings(self.actors)))
            at = pc.index(found, value=True).as_py()
            if at >= 0:
                place = at if rows is None else int(rows[at])
                raise WirecopyError(
                    f"{where(place)}: {kind} in '{name}': no annotator is named in a release",
                    hint=hint
                    + ("; who acts in the articles belongs into [[events]] actors" if name.endswith(HOLDER) else ""),
                )

    def _patterns(self, *, alone: bool) -> Iterator[tuple[str, str]]:
        """Yield what must not stand in a text; `alone`: an account only where it is the whole text."""
        mails = [re.escape(one) for one in self.logins]
        yield "a mail address", "|".join([ADDRESS, *mails])
        words = {name: BETWEEN.join(map(re.escape, PARTS.split(name))) for name in (*self.accounts, *self._locals())}
        inside = [_word(one) for name, one in words.items() if len(name) >= SHORTEST and not alone]
        if words:
            yield "the name of an account", "|".join([rf"^\s*(?:{'|'.join(words.values())})\s*$", *inside])

    def _locals(self) -> Iterator[str]:
        """Yield what stands before the @ of a mail, where it has several parts: one is a word of many languages."""
        yield from (name for name in (login.partition("@")[0] for login in self.logins) if PARTS.search(name))

    def check_words(self, told: Mapping[str, Any], where: Path) -> None:
        """Raise WirecopyError where the maker's own words about a release name an annotator."""
        names = tuple(one for one in self.accounts if PARTS.search(one))
        for key, value in told.items():
            said = value if isinstance(value, list) else [value] if isinstance(value, str) else []
            if key not in OWN_WORDS:
                Privacy(self.logins, names)._check(key, _strings(said), None, lambda _: str(where), hint=REWORD)


def _word(pattern: str) -> str:
    return rf"(?:^|{EDGE}){pattern}(?:{EDGE}|$)"


def privacy_of(workspace: Workspace, *, comments: bool = False) -> Privacy:
    """Return the rules of a workspace's next release."""
    config = workspace.config
    purpose = f"pseudonyms of release {config.release.version}"
    rules = Privacy(
        logins=tuple(login_of(config, name) for name in config.annotators),
        accounts=tuple(config.annotators),
        actors=tuple(dict.fromkeys(actor for event in config.events for actor in event.actors)),
        secret=secret_of(workspace.state, purpose) if config.release.pseudonyms == "release" else None,
        comments=comments,
    )
    rules.check_words(config.release.model_dump(), workspace.root / FILE_NAME)
    return rules


def _without_remarks(batch: "pa.RecordBatch", texts: set[str]) -> "pa.RecordBatch":
    for name in batch.schema.names:
        if _is_spans(name):
            batch = _put(batch, name, _marks(batch[name], {COMMENT}))
        elif name == VALUES and texts:
            batch = _put(batch, name, _blanked(batch[name], texts))
        elif name == REASON:
            batch = _put(batch, name, _nothing(batch[name]))
    return batch


def _renamed(batch: "pa.RecordBatch", secret: bytes) -> "pa.RecordBatch":
    for name in {*NAMES}.intersection(batch.schema.names):
        known = batch[name].dictionary_encode()
        others = [_other(secret, one) for one in known.dictionary.to_pylist()]
        batch = _put(batch, name, _strings(others).take(known.indices))
    return batch


def _other(secret: bytes, name: str) -> str:
    if name == UNKNOWN["annotator"]:
        return name
    return "rater-" + hmac.new(secret, name.encode(), "sha256").hexdigest()[:8]


def _typed(batch: "pa.RecordBatch", texts: set[str]) -> Iterator[Typed]:
    """Yield the columns that annotators made, flat, with the row of each value where it is another one."""
    for name in batch.schema.names:
        column = batch[name]
        if _is_spans(name):
            rows = np.repeat(np.arange(len(column)), np.diff(np.asarray(column.offsets)))
            marks = column.flatten()
            yield from ((f"{name}.{one}", marks.field(one), rows) for one in (HOLDER, COMMENT))
        elif name == VALUES:
            yield from ((f"{name}.{one}", column.field(one), None) for one in sorted(texts))
        elif name in (REASON, *NAMES):
            yield name, column, None


def _is_spans(name: str) -> bool:
    return name == "spans" or name.endswith("_spans")


def _put(batch: "pa.RecordBatch", name: str, column: "pa.Array") -> "pa.RecordBatch":
    at = batch.schema.get_field_index(name)
    return batch.set_column(at, batch.schema.field(at), column)


def _marks(lists: "pa.ListArray", names: set[str]) -> "pa.ListArray":
    """Return lists of marks with some fields empty."""
    import pyarrow as pa

    whole = pa.concat_arrays([lists])  # a slice would keep the offsets of its parent
    mask = whole.is_null() if whole.null_count else None
    return pa.ListArray.from_arrays(whole.offsets, _blanked(whole.values, names), type=lists.type, mask=mask)


def _blanked(structs: "pa.StructArray", names: set[str]) -> "pa.StructArray":
    import pyarrow as pa

    fields = list(structs.type)
    columns = [structs.field(at) for at in range(len(fields))]
    columns = [_nothing(one) if of.name in names else one for of, one in zip(fields, columns, strict=True)]
    mask = structs.is_null() if structs.null_count else None
    return pa.StructArray.from_arrays(columns, fields=fields, mask=mask)


def _nothing(column: "pa.Array") -> "pa.Array":
    import pyarrow as pa

    return pa.nulls(len(column), column.type)


def _strings(values: Any) -> "pa.StringArray":
    import pyarrow as pa

    return pa.array(list(values), pa.string())
