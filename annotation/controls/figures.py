"""What an annotator's answers to controls show, in figures."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean
from typing import Any

from annotation.controls.injection import SIDE
from annotation.controls.make import Bench
from annotation.measures.agreement import alpha
from annotation.measures.audit import compare
from annotation.measures.spans import character_f1
from annotation.measures.table import long
from annotation.prefill import Shown
from annotation.schema import Annotation, Control, Known, Status
from annotation.schemes.scheme import Choice, Number, Scheme
from corpus.schema import Row

LEAST = 5  # scores on each side of a Mann-Whitney test, at least
NEAR = 0.25  # a score is right within this part of its range
UNSURE = "confidence"  # how sure somebody is may change from one day to the next


class Figures(Row):
    """The figures of one annotator; None where there is nothing to count.

    `hits` of the `injected` errors are marked, `chance` is the rate at which as many marks of the same
    length would hit them anywhere; `drop` is how much lower than its original a copy
    with an error is scored, `p` the Mann-Whitney test of it. Of `choices` in repeats, `same` are as
    before; `gap` is the mean difference of scores, `consistency` their alpha, `span_f1` that of spans.
    `right` counts `gold` items. `top` is the commonest answer, given `top_count` times in `answers`
    and with the share `top_others` by others to the same units; `unchanged` counts `prefilled`
    answers that are the prediction itself, `unchanged_others` is that share for others.
    """

    annotator: str
    injected: int = 0
    hits: int | None = None
    chance: float | None = None
    drop: float | None = None
    p: float | None = None
    repeats: int = 0
    choices: int = 0
    same: int = 0
    gap: float | None = None
    consistency: float | None = None
    span_f1: float | None = None
    gold: int = 0
    right: int = 0
    gold_marked: int = 0
    gold_hits: int = 0
    answers: int = 0
    top: str | None = None
    top_count: int = 0
    top_others: float | None = None
    prefilled: int = 0
    unchanged: int = 0
    unchanged_others: float | None = None


class Answers:
    """The answers of a campaign: of each annotator to units and to controls, the newest of each."""

    def __init__(self, bench: Bench, annotations: Iterable[Annotation], shown: Shown) -> None:
        self.bench, self.shown = bench, shown
        self.units: dict[str, dict[str, Annotation]] = defaultdict(dict)
        self.controls: dict[str, dict[str, Annotation]] = defaultdict(dict)
        for one in sorted(annotations, key=lambda one: one.updated):
            if one.status is Status.SUBMITTED and not one.deleted:
                if one.control:
                    self.controls[one.annotator][one.key] = one
                elif not one.stale:
                    self.units[one.key][one.annotator] = one

    def annotators(self) -> list[str]:
        """Return all who answered anything."""
        return sorted({*self.controls, *(name for given in self.units.values() for name in given)})

    def of(self, annotator: str, *kinds: Control) -> Iterator[Annotation]:
        """Yield an annotator's answers to controls of these kinds, as the controls are now."""
        for one in self.controls.get(annotator, {}).values():
            unit = self.bench.units.get(one.of or "")
            made = self.bench.control(one.control, unit) if unit and one.control in kinds else None
            if made and (made.key, made.payload) == (one.key, one.payload):
                yield one

    def both(self, annotator: str) -> Iterator[tuple[Annotation, list[Annotation]]]:
        """Yield an annotator's answers to units, each with those of others to the same unit."""
        for given in self.units.values():
            if annotator in given:
                yield given[annotator], [one for name, one in given.items() if name != annotator]


def figures(answers: Answers, annotator: str) -> Figures:
    """Return the figures of one annotator."""
    return Figures(
        annotator=annotator,
        **_injected(answers, annotator),
        **_repeats(answers, annotator),
        **_gold(answers, annotator),
        **_top(answers, annotator),
        **_unchanged(answers, annotator),
    )


def is_right(scheme: Scheme, known: Known, answer: Annotation) -> bool:
    """Tell whether an answer is right: the known choices, a score nearby, an overlap with a known span."""
    if answer.status is not Status.SUBMITTED:
        return False
    for question in scheme.questions:
        value, given = known.values.get(question.name), answer.values.get(question.name)
        if value is None or question.name == UNSURE:
            continue
        if isinstance(question, Choice) and given != value:
            return False
        if isinstance(question, Number) and not _near(question, value, given):
            return False
    return not known.spans or _hits(known, answer)


def _near(question: Number, value: float, given: Any) -> bool:
    return given is not None and abs(given - value) <= NEAR * (question.max - question.min)


def _hits(known: Known, answer: Annotation) -> bool:
    return character_f1(known.spans, answer.spans) > 0


def _injected(answers: Answers, annotator: str) -> dict[str, Any]:
    seen = list(answers.of(annotator, Control.INJECTED))
    scores = [pair for one in seen if (pair := _scores(answers, one))]
    spans = any(getattr(question, "side", None) == SIDE for question in answers.bench.scheme.questions)
    marks = [_marks(answers, one) for one in seen] if spans else []
    return {
        "injected": len(seen),
        "hits": sum(hit for hit, _ in marks) if marks else None,
        "chance": fmean(chance for _, chance in marks) if marks else None,
        "drop": fmean(before - now for before, now in scores) if scores else None,
        "p": lower(scores) if len(scores) >= LEAST else None,
    }


def _marks(answers: Answers, one: Annotation) -> tuple[bool, float]:
    """Return whether the error is marked, and how probable that is for marks of that length anywhere."""
    error = answers.bench.injection(answers.bench.units[one.of or ""])
    spans = [span for span in one.spans if span.side == SIDE]
    if error is None:
        return False, 0.0
    length, hidden = error.end - error.start, 1.0
    for span in spans:
        marked = span.end - span.start
        places = max(len(error.text) - marked + 1, 1)
        hidden *= 1 - min((marked + length - 1) / places, 1)
    return any(span.start < error.end and error.start < span.end for span in spans), 1 - hidden


def _scores(answers: Answers, one: Annotation) -> tuple[float, float] | None:
    """Return the score of the original, by the same annotator where there is one, and of the control."""
    name = _score(answers.bench.scheme)
    given = answers.units.get(one.of or "", {})
    own = [given[one.annotator]] if one.annotator in given else list(given.values())
    before = [value for answer in own if name and (value := answer.values.get(name)) is not None]
    now = one.values.get(name) if name else None
    return (fmean(before), now) if before and now is not None else None


def lower(scores: Sequence[tuple[float, float]]) -> float:
    """Return the p of a one-sided Mann-Whitney U test that the second of each pair are lower."""
    from scipy.stats import mannwhitneyu

    before, now = zip(*scores, strict=True)
    if len({*before, *now}) == 1:
        return 1.0
    return float(mannwhitneyu(now, before, alternative="less").pvalue)


def _repeats(answers: Answers, annotator: str) -> dict[str, Any]:
    pairs = []
    for one in answers.of(annotator, Control.REPEAT):
        before = answers.units.get(one.of or "", {}).get(annotator)
        if before is not None:
            pairs.append((before, one))
    scheme, score = answers.bench.scheme, _score(answers.bench.scheme)
    names = [question.name for question in scheme.questions if isinstance(question, Choice)]
    compared = [_values(pair, name) for pair in pairs for name in names if name != UNSURE]
    chosen = [pair for pair in compared if pair]
    scores = [found for pair in pairs if score and (found := _values(pair, score))]
    marked = [(one.spans, other.spans) for one, other in pairs if one.spans or other.spans]
    return {
        "repeats": len(pairs),
        "choices": len(chosen),
        "same": sum(one == other for one, other in chosen),
        "gap": fmean(abs(one - other) for one, other in scores) if scores else None,
        "consistency": alpha(long(_both(scores), ()), "interval").value,
        "span_f1": fmean(character_f1(one, other) for one, other in marked) if marked else None,
    }


def _both(scores: Sequence[tuple[float, float]]) -> Iterator[tuple[str, str, float]]:
    """Yield the scores of each pair as those of two raters."""
    for at, (before, now) in enumerate(scores):
        yield from ((str(at), "before", before), (str(at), "now", now))


def _values(pair: tuple[Annotation, Annotation], name: str) -> tuple[Any, Any] | None:
    one, other = (answer.values.get(name) for answer in pair)
    return (one, other) if one is not None and other is not None else None


def _gold(answers: Answers, annotator: str) -> dict[str, Any]:
    given = list(answers.of(annotator, Control.GOLD, Control.TUTORIAL))
    pairs = [(known, one) for one in given if (known := answers.bench.gold.get(one.of or ""))]
    marked = [pair for pair in pairs if pair[0].spans]
    return {
        "gold": len(pairs),
        "right": sum(is_right(answers.bench.scheme, known, one) for known, one in pairs),
        "gold_marked": len(marked),
        "gold_hits": sum(_hits(known, one) for known, one in marked),
    }


def _top(answers: Answers, annotator: str) -> dict[str, Any]:
    """Return how often the commonest answer is given, in the question where it is most common."""
    names = [q.name for q in answers.bench.scheme.questions if isinstance(q, Choice | Number) and q.name != UNSURE]
    found = [told for name in names if (told := _common(answers, annotator, name))]
    best = max(found, key=lambda one: one["top_count"] / one["answers"] - one["top_others"], default={})
    return best


def _common(answers: Answers, annotator: str, name: str) -> dict[str, Any]:
    given, theirs = [], []
    for own, others in answers.both(annotator):
        value = own.values.get(name)
        told = [one.values[name] for one in others if one.values.get(name) is not None]
        if value is not None and told:
            given.append(value)
            theirs.append(told)
    if not given:
        return {}
    top = max(sorted(set(given)), key=given.count)
    return {
        "answers": len(given),
        "top": f"{name} = {top:g}" if isinstance(top, float) else f"{name} = {top}",
        "top_count": given.count(top),
        "top_others": fmean(fmean(one == top for one in told) for told in theirs),
    }


def _unchanged(answers: Answers, annotator: str) -> dict[str, Any]:
    own, rates = [], []
    for one, others in answers.both(annotator):
        if (kept := _kept(answers.shown, one)) is not None:
            theirs = [found for other in others if (found := _kept(answers.shown, other)) is not None]
            own.append(kept)
            rates += [fmean(theirs)] if theirs else []
    return {"prefilled": len(own), "unchanged": sum(own), "unchanged_others": fmean(rates) if rates else None}


def _kept(shown: Shown, one: Annotation) -> bool | None:
    prediction = shown.get((one.key, one.payload)) if one.prefilled_by else None
    return bool(compare(one, prediction).unchanged) if prediction else None


def _score(scheme: Scheme) -> str | None:
    return next((question.name for question in scheme.questions if isinstance(question, Number)), None)
