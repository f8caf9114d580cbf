"""Edits: applied, taken back, composed, and offsets mapped through them both ways."""

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from corpus.schema import Edit

Change = tuple[str, int, int, str]  # rule, start, end, replacement


def edit(text: str, change: Change) -> Edit:
    """Return a change of `text` as the row that can take it back."""
    rule, start, end, replacement = change
    return Edit(rule=rule, raw_start=start, raw_end=end, original=text[start:end], replacement=replacement)


def apply(raw: str, edits: Sequence[Edit]) -> str:
    """Return the text that the edits make of `raw`."""
    if not edits:
        return raw
    parts, at = [], 0
    for one in edits:
        parts += [raw[at : one.raw_start], one.replacement]
        at = one.raw_end
    return "".join([*parts, raw[at:]])


def restore(text: str, edits: Sequence[Edit]) -> str:
    """Return the raw text: the edits taken back."""
    if not edits:
        return text
    parts, at, raw_at = [], 0, 0
    for one in edits:
        kept = one.raw_start - raw_at
        parts += [text[at : at + kept], one.original]
        at += kept + len(one.replacement)
        raw_at = one.raw_end
    return "".join([*parts, text[at:]])


def to_raw(edits: Sequence[Edit], at: int) -> int:
    """Return where the character `text[at]` stands in the raw text; the end of the text is the end of the raw.

    Inside a replacement it is the start of the original: for the end of a span, map its last
    character. Before what was deleted it is what follows.
    """
    starts = _text_starts(edits)
    number = bisect_right(starts, at) - 1
    if number < 0:
        return at
    one, inside = edits[number], at - starts[number]
    beyond = inside - len(one.replacement)
    return one.raw_start if beyond < 0 else one.raw_end + beyond


def to_text(edits: Sequence[Edit], at: int) -> int:
    """Return where the character `raw[at]` stands in the text.

    Inside an original it is the start of the replacement; in what was deleted, what follows.
    """
    number = bisect_right(edits, at, key=attrgetter("raw_start")) - 1
    if number < 0:
        return at
    one = edits[number]
    start = one.raw_start + sum(len(each.replacement) - len(each.original) for each in edits[:number])
    return start if at < one.raw_end else start + len(one.replacement) + at - one.raw_end


def compose(middle: str, first: Sequence[Edit], second: Sequence[Edit]) -> list[Edit]:
    """Return the edits from raw to text, given those from raw to `middle` and from `middle` to text.

    Where both change the same place they become one edit that names both rules.
    """
    if not first:
        return list(second)
    starts = _text_starts(first)
    placed = [(start, start + len(one.replacement), one, True) for start, one in zip(starts, first, strict=True)]
    placed += [(one.raw_start, one.raw_end, one, False) for one in second]
    placed.sort(key=lambda each: each[:2])
    groups: list[list[tuple[int, int, Edit, bool]]] = []
    end = -1
    for each in placed:
        if each[0] < end:
            groups[-1].append(each)
        else:
            groups.append([each])
        end = max(end, each[1])
    done, shift = [], 0
    for group in groups:
        merged, shift = _merge(middle, group, shift)
        if merged.original != merged.replacement:
            done.append(merged)
    return done


def _merge(middle: str, group: list[tuple[int, int, Edit, bool]], shift: int) -> tuple[Edit, int]:
    """One edit for what overlaps, and how far `middle` is shifted against raw behind it."""
    start, end = group[0][0], max(each[1] for each in group)
    earlier = [each[2] for each in group if each[3]]
    later = [each[2] for each in group if not each[3]]
    after = shift + sum(len(one.replacement) - len(one.original) for one in earlier)
    part = middle[start:end]
    # Both kinds of edit, seen from the start of the group.
    original = restore(part, [_moved(one, shift - start) for one in earlier])
    replacement = apply(part, [_moved(one, -start) for one in later])
    rules = dict.fromkeys(rule for one in earlier + later for rule in one.rule.split("+"))
    merged = Edit(
        rule="+".join(rules),
        raw_start=start - shift,
        raw_end=end - after,
        original=original,
        replacement=replacement,
    )
    return merged, after


def _moved(one: Edit, by: int) -> Edit:
    return one.model_copy(update={"raw_start": one.raw_start + by, "raw_end": one.raw_end + by})


def _text_starts(edits: Sequence[Edit]) -> list[int]:
    """Where each replacement begins in the text."""
    starts, shift = [], 0
    for one in edits:
        starts.append(one.raw_start + shift)
        shift += len(one.replacement) - len(one.original)
    return starts
