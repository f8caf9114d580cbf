"""Whether stance survives translation: the label of an original beside that of its translation.

Both documents are in this campaign; what the translation is worth comes from the campaigns on translation pairs of
the same workspace.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from annotation.measures.figure import signature
from annotation.report.content import (
    NONE,
    Part,
    Section,
    Shaded,
    counted,
    decimals,
    interval,
    name,
    percent,
    sheet,
    without_empty,
)
from annotation.report.material import Material
from annotation.report.translations import Documents, Qualities, Quality, columns_of, qualities, related
from annotation.schemes.scheme import Choice
from corpus.errors import WirecopyError

POINTS = {"strongly_favor": 2, "favor": 1, "balanced": 0, "against": -1, "strongly_against": -2}
BANDS, LEAST_SCORED, MOST_PAIRS = 3, 6, 40


class Survived(NamedTuple):
    """The labels of both documents on one target, and the quality of the translation where somebody rated it."""

    original: str
    translation: str
    target: str
    before: str
    after: str
    quality: Quality | None

    @property
    def same(self) -> bool:
        """Whether the stance is the same."""
        return self.before == self.after

    @property
    def moved(self) -> int | None:
        """By how many points the stance moved towards favour; None where one of both has no position."""
        known = self.before in POINTS and self.after in POINTS
        return POINTS[self.after] - POINTS[self.before] if known else None


def survived(
    labels: Mapping[tuple[str, str], str], related: Iterable[Documents], rated: Mapping[Documents, Quality]
) -> list[Survived]:
    """Return a row for each original, translation and target that both have a label."""
    targets: dict[str, list[str]] = defaultdict(list)
    for document, target in sorted(labels):
        targets[document].append(target)
    return [
        Survived(one, other, target, labels[one, target], labels[other, target], rated.get((one, other)))
        for one, other in sorted(set(related))
        for target in targets[one]
        if (other, target) in labels
    ]


def section(here: Material) -> Section:
    """Return the chapter on stance across translations."""
    title = "Does stance survive translation?"
    lead = (
        "For each article and its translation, the stance label of both on the same target. Where they differ, either "
        "the translation changed what the outlet says, or annotators read it differently: the scores and errors of "
        "the translation help to tell which. Articles without two labels are not counted."
    )
    asked = here.choices[0] if here.campaign.scheme.has_target and here.choices else None
    if asked is None:
        why = "This scheme asks for no stance: the report of a stance campaign on the same articles has this chapter."
        return Section("survival", title, lead, empty=why)
    labels = labels_of(here, asked)
    found = qualities(here.campaign.workspace)
    both = related(here.campaign.workspace, (documents for one in found for documents in one.of)) if labels else []
    rows = survived(labels, both, {})
    if not rows:
        why = "No original and its translation both have a label on the same target yet. wirecopy corpus build finds "
        why += f"translations, and {here.fill} makes labels."
        return Section("survival", title, lead, empty=why)
    parts = _parts(asked, rows)
    for one in found:
        rated = [row for row in survived(labels, both, one.of) if row.quality is not None]
        parts += _rated(asked, rated, one) if rated else []
    return Section("survival", title, lead, tuple(parts))


def labels_of(here: Material, question: Choice) -> dict[tuple[str, str], str]:
    """Return the label of each document on each target; ties and paragraphs have none."""
    path = here.campaign.folder / "labels.parquet"
    if not path.is_file():
        return {}
    rows = columns_of(path, "doc_ids", "target_id", "paragraph", question.name)
    names = dict(enumerate(option.value for option in question.options))
    try:
        return {
            (documents[0], target or ""): names[label]
            for documents, target, paragraph, label in rows
            if label is not None and paragraph is None
        }
    except (KeyError, IndexError, TypeError) as error:
        told = f"{path} does not fit the scheme '{here.campaign.scheme.id}': {type(error).__name__} {error}"
        raise WirecopyError(told, hint=here.fill) from None


def _parts(asked: Choice, rows: Sequence[Survived]) -> list[Part]:
    line, same = _signature(asked, rows), sum(one.same for one in rows)
    return [
        _shares([("all", rows)], "Stance of original and translation", "documents", line),
        _matrix(asked, rows, same, line),
        _listed(asked, rows, {}, "Pair by pair, those that differ first", line),
    ]


def _rated(asked: Choice, rated: Sequence[Survived], by: Qualities) -> list[Part]:
    """Return what one campaign on translations says of the pairs that it rated."""
    line, head = f"{_signature(asked, rated)} {by.signature}", f"Rated in {by.campaign} ({by.preset})"
    parts = [_outcomes(rated, f"{head}: score and errors of the translation, by outcome", by.better, line)]
    if bands := _bands(rated):
        parts.append(_shares(bands, f"{head}: by score of the translation", f"score ({by.better} is better)", line))
    if kinds := _kinds(rated, by.words):
        parts.append(_shares(kinds, f"{head}: by error in the translation", "marked in the translation", line))
    return [*parts, _listed(asked, rated, by.words, f"{head}: pair by pair, those that differ first", line)]


def _signature(asked: Choice, rows: Sequence[Survived]) -> str:
    return signature("survival", question=asked.name, labels="as in labels.parquet", pairs=len(rows))


def _shares(groups: Sequence[tuple[str, Sequence[Survived]]], title: str, column: str, line: str) -> Part:
    from scipy.stats import binomtest

    rows = []
    for label, members in groups:
        kept = sum(one.same for one in members)
        bounds = binomtest(kept, len(members)).proportion_ci(method="wilson")
        moved = [abs(one.moved) for one in members if one.moved is not None]
        rows.append(
            (
                label,
                f"{len(members):,}",
                f"{kept:,}",
                percent(kept / len(members)),
                interval(100 * bounds.low, 100 * bounds.high, 0),
                decimals(float(np.mean(moved)) if moved else None),
            )
        )
    return sheet(
        title,
        (column, "pairs", "same stance", "share", "95 % interval (%)", "mean points moved"),
        rows,
        numbers=range(1, 6),
        signature=f"{line}|interval:wilson",
    )


def _matrix(asked: Choice, rows: Sequence[Survived], same: int, line: str) -> Part:
    counts = Counter((one.before, one.after) for one in rows)
    totals = Counter(one.before for one in rows)
    after = [option for option in asked.options if any(one.after == option.value for one in rows)]
    shown = [
        (option.text, *(_share(counts[option.value, other.value], totals[option.value]) for other in after))
        for option in asked.options
        if totals[option.value]
    ]
    title = f"From the original (rows) to the translation (columns): {same} of {counted(len(rows), 'pair')} the same"
    columns = ("original", *(option.text for option in after))
    return sheet(title, columns, shown, numbers=range(1, len(after) + 1), signature=line)


def _share(count: int, total: int) -> Shaded | str:
    return Shaded(f"{count:,}", count / total) if count else NONE


def _outcomes(rated: Sequence[Survived], title: str, better: str, line: str) -> Part:
    rows = []
    for label, kept in (("same stance", True), ("another stance", False)):
        mine = [one.quality for one in rated if one.same == kept and one.quality is not None]
        scores = [one.score for one in mine if one.score is not None]
        marks = [one.errors.total() / one.answers for one in mine if one.answers]
        rows.append(
            (
                label,
                f"{len(mine):,}",
                decimals(float(np.mean(scores)) if scores else None),
                decimals(float(np.mean(marks)) if marks else None),
            )
        )
    columns = ("translations with", "rated pairs", f"mean score ({better} is better)", "marks an answer")
    return sheet(title, columns, rows, numbers=(1, 2, 3), signature=line)


def _bands(rated: Sequence[Survived]) -> list[tuple[str, list[Survived]]]:
    """Return the rated pairs in three bands of score with about as many in each; none where they are few."""
    scores = [(one.quality.score, one) for one in rated if one.quality is not None and one.quality.score is not None]
    if len(scores) < LEAST_SCORED:
        return []
    cuts = np.quantile([value for value, _ in scores], [at / BANDS for at in range(1, BANDS)])
    found: dict[int, list[tuple[float, Survived]]] = defaultdict(list)
    for value, one in scores:
        found[int(np.searchsorted(cuts, value))].append((value, one))
    return [
        (f"{decimals(min(value for value, _ in members), 1)} to {decimals(max(value for value, _ in members), 1)}",
         [one for _, one in members])
        for _, members in sorted(found.items())
    ]  # fmt: skip


def _kinds(rated: Sequence[Survived], words: Mapping[str, str]) -> list[tuple[str, list[Survived]]]:
    """Return for each category and each severity the pairs in whose translation it was marked, and those without."""
    groups: dict[str, list[Survived]] = {}
    for place, told in ((0, words), (1, {})):
        kinds = sorted({kind[place] for one in rated if one.quality for kind in one.quality.errors})
        for kind in kinds:
            mine = [one for one in rated if one.quality and any(given[place] == kind for given in one.quality.errors)]
            groups[f"{'category' if place == 0 else 'severity'}: {told.get(kind, kind)}"] = mine
    without = [one for one in rated if one.quality and not one.quality.errors]
    return [*groups.items(), *([("nothing", without)] if without else [])]


def _listed(asked: Choice, rows: Sequence[Survived], labels: Mapping[str, str], title: str, line: str) -> Part:
    words = {option.value: option.text for option in asked.options}
    order = sorted(rows, key=lambda one: (one.same, -abs(one.moved or 0), one.original, one.translation, one.target))
    shown = []
    for one in order:
        errors = one.quality.errors.most_common() if one.quality else []
        told = [
            f"{labels.get(label, label)}, {severity}: {count}"
            for (label, severity), count in sorted(errors, key=lambda e: (-e[1], e[0]))[:4]
        ]
        quality = decimals(one.quality.score) if one.quality else NONE
        shown.append(
            (
                name(one.original),
                name(one.translation),
                name(one.target),
                words[one.before],
                words[one.after],
                quality,
                "\n".join(told) or NONE,
            )
        )
    columns = (
        "original",
        "translation",
        "target",
        "stance of original",
        "stance of translation",
        "score",
        "most marked errors",
    )
    return without_empty(sheet(title, columns, shown, numbers=(5,), signature=line, most=MOST_PAIRS))
