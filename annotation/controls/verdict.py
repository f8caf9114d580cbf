"""Is somebody reading? A verdict on each annotator, with its reasons.

All bounds stand here. A rule needs enough answers and a wide margin: to accuse somebody who works
well is worse than to find a bad one a week later. False alarms and hits: `benchmarks/controls.py`.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from annotation.controls.figures import LEAST, Answers, Figures, figures, is_right
from annotation.controls.make import Bench
from annotation.prefill import Shown
from annotation.schema import Annotation, Control
from annotation.schemes.scheme import Number, Scheme
from corpus.schema import Row

# The level of each test; Direct Assessment drops annotators by the same.
LEVEL = 0.05
# Who reads marks, of phrases from another sentence, more than half.
HITS = 0.5
# Who marks fewer may still score them lower: so many errors show it, twice as many where only
# scores tell. Fewer leave it open.
ERRORS = 8
# Who answers with care answers alike again, and like the gold, more often than this; the rule asks
# whether somebody who does so at this rate could be that bad by chance.
FLOOR = 0.6
# Scores given twice: two random ones are a third of the range apart, careful ones a tenth. Alpha
# spares those who use the whole range.
GAP, CONSISTENCY = 0.25, 0.5
# One answer to nearly everything, or nearly every prediction as it stands, is a sign only where
# others with the same units do it clearly less, and hardly by chance.
NEARLY, OTHERS_TOP, OTHERS_UNCHANGED, MANY, CHANCE = 0.95, 0.65, 0.85, 20, 0.001


class Finding(StrEnum):
    """What the controls say of somebody."""

    PASS = "pass"
    FAIL = "fail"
    TOO_FEW = "too few"


class Verdict(Row):
    """One annotator's verdict, why, and the figures it stands on."""

    annotator: str
    verdict: Finding
    reasons: list[str]
    figures: Figures


def verdicts_of(bench: Bench, annotations: Iterable[Annotation], shown: Shown | None = None) -> list[Verdict]:
    """Return a verdict on each annotator from all answers of a campaign; `shown` has its predictions."""
    answers = Answers(bench, annotations, shown or {})
    return [verdict(bench, figures(answers, name)) for name in answers.annotators()]


def verdict(bench: Bench, found: Figures) -> Verdict:
    """Return the verdict that figures give: any broken rule fails; to pass, the controls must speak for it."""
    rules = (_injected(found), _scores(bench.scheme, found), _choices(found), _others(found))
    reasons = [reason for rule in rules for reason in rule]
    kind = Finding.FAIL if reasons else Finding.PASS if _proven(bench, found) else Finding.TOO_FEW
    return Verdict(annotator=found.annotator, verdict=kind, reasons=reasons, figures=found)


def tutorial_passed(
    bench: Bench, annotator: str, annotations: Iterable[Annotation], languages: Iterable[str] = ()
) -> bool | None:
    """Tell whether an annotator got enough of the tutorial right; None while it is not done.

    A skipped item is a wrong one. A campaign without tutorial is passed.
    """
    asked = {task.key: task for task in bench.tutorial(tuple(languages))}
    given: Mapping[str, Annotation] = {
        one.key: one
        for one in sorted(annotations, key=lambda one: one.updated)
        if one.annotator == annotator and one.control is Control.TUTORIAL and not one.deleted
        if one.key in asked and asked[one.key].payload == one.payload
    }
    if len(given) < len(asked):
        return None
    right = sum(is_right(bench.scheme, bench.gold[task.of or ""], given[key]) for key, task in asked.items())
    return right >= bench.settings.tutorial_pass * len(asked)


def _proven(bench: Bench, found: Figures) -> bool:
    settings = bench.settings
    if settings.injected and not (found.injected >= LEAST and _sees(found)):
        return False
    alike, compared = found.same + found.right, found.choices + found.gold
    if (settings.gold and found.gold < LEAST) or alike < FLOOR * compared:
        return False
    return max(found.injected, found.repeats, found.gold) >= LEAST


def _injected(found: Figures) -> Iterator[str]:
    unseen = found.p is None or found.p >= LEVEL
    if found.hits is None:  # scores alone need more errors to be sure
        blind = unseen and found.p is not None and found.injected >= 2 * ERRORS
    else:
        few = found.hits < HITS * found.injected and unseen and found.injected >= ERRORS
        blind = few or (found.injected >= LEAST and _below(found.hits, found.injected, HITS))
    if blind:
        parts = [f"{found.hits} of {found.injected} marked"] if found.hits is not None else []
        parts += [f"scores {found.drop:.0f} lower (p {found.p:.2f})"] if found.p is not None else []
        yield f"does not see injected errors: {', '.join(parts)}"


def _sees(found: Figures) -> bool:
    """Tell whether scores alone, or with the marks by Fisher's method, say more than chance."""
    from scipy.stats import binom, combine_pvalues

    told = [found.p] if found.p is not None else []
    if found.hits is not None and found.chance is not None:
        told.append(float(binom.sf(found.hits - 1, found.injected, found.chance)))
    # Without scores and marks there is nothing that an error could change.
    return not told or min(told[0], float(combine_pvalues(told).pvalue)) < LEVEL


def _scores(scheme: Scheme, found: Figures) -> Iterator[str]:
    score = next((question for question in scheme.questions if isinstance(question, Number)), None)
    if score is None or found.gap is None or found.consistency is None or found.repeats < LEAST:
        return
    if found.gap > GAP * (score.max - score.min) and found.consistency < CONSISTENCY:
        yield f"scores repeats otherwise: {found.gap:.0f} apart, alpha with oneself {found.consistency:.2f}"


def _choices(found: Figures) -> Iterator[str]:
    if found.gold >= LEAST and _below(found.right, found.gold, FLOOR):
        yield f"misses gold answers: {found.right} of {found.gold} right"
    alike, compared = found.same + found.right, found.choices + found.gold
    if found.choices and compared >= LEAST and _below(alike, compared, FLOOR):
        yield f"answers repeats otherwise: {found.same} of {found.choices} alike, with gold {alike} of {compared}"


def _others(found: Figures) -> Iterator[str]:
    if _stands_out(found.top_count, found.answers, found.top_others, OTHERS_TOP):
        yield f"gives one answer to nearly all: {found.top} in {found.top_count} of {found.answers}"
    if _stands_out(found.unchanged, found.prefilled, found.unchanged_others, OTHERS_UNCHANGED):
        yield f"leaves predictions as they are: {found.unchanged} of {found.prefilled}"


def _below(count: int, total: int, rate: float) -> bool:
    from scipy.stats import binom

    return bool(binom.cdf(count, total, rate) < LEVEL)


def _stands_out(count: int, total: int, others: float | None, most: float) -> bool:
    from scipy.stats import binom

    if others is None or total < MANY or count < NEARLY * total or others > most:
        return False
    return bool(binom.sf(count - 1, total, others) < CHANCE)
