"""How many bad annotators the controls catch, and how many good ones they accuse.

Run it: `python -m benchmarks.controls [CAMPAIGNS]`. Prints, over 100 simulated campaigns each of
translation errors and stance, the share of every kind of annotator that fails, with counts, for two
lengths of queue. Takes a CPU minute.

Nobody here is a person, and real ones are bad in more ways. Each campaign has four annotators who work
and two who don't, of two kinds: random clicks; one answer to all (`favor`; 100 without a mark);
whatever is prefilled, and where nothing is, a high score without a mark or any stance. Those who work
differ from each other by a bias and a noise that give alpha near .3 for scores (.465 is published for ESA),
see an injected error in 70 to 95 of 100 cases, and answer a stance as the gold has it in 68 to 90.
Each has 100 or 50 units, every unit two answers, a tenth more as repeats and a tenth as injected errors
or gold items; four in five units are prefilled. The bounds in `annotation/controls/verdict.py` were
set with campaigns below 1,000 in sight; those counted here begin at 1,000.
"""

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from annotation.controls.make import Bench
from annotation.controls.verdict import Finding, verdicts_of
from annotation.prefill import Prediction, Shown, with_prefill
from annotation.queues import assign, ordered
from annotation.schema import Annotation, Control, Known, Origin, Span, Status, Task
from annotation.schemes import load
from annotation.schemes.answers import parse
from annotation.schemes.scheme import Scheme
from annotation.simulate import answer
from annotation.units import task_of
from corpus.config import Annotator, Controls, Prefill

CAMPAIGNS, FIRST = 100, 1_000
UNITS = (100, 50)  # an annotator's
GOOD, BAD, OVERLAP = 4, 2, 2
WORKS, KINDS = "works", ("random clicks", "one answer", "copies prefill")
WORDS = [
    a + b + c for a in ("ba", "ko", "mi", "tu", "re") for b in ("la", "no", "si", "ku") for c in ("n", "r", "s", "m")
]
STANCES = {
    "discusses": 30, "favor": 20, "against": 20, "balanced": 10, "unrelated": 10, "strongly_favor": 4,
    "strongly_against": 4, "cannot_tell": 2,
}  # fmt: skip
Answer = Callable[[Task, str], Any]


class Rater(NamedTuple):
    """One simulated annotator: what it does, and its own traits where it works."""

    name: str
    kind: str
    bias: float
    sees: float
    differs: float
    slips: float


class World(NamedTuple):
    """A campaign with its truth: scores, error spans or stances by unit key, and what a model says."""

    bench: Bench
    truth: Mapping[str, Any]
    errors: Mapping[str, list[Span]]
    shown: Shown
    prefill: Prefill


def main(campaigns: int) -> None:
    """Print a table of hits and false alarms."""
    for name, make in (("translation-esa", translations), ("stance", stances)):
        for units in UNITS:
            counts = tally(make, campaigns, units)
            print(f"{name}, {units} units an annotator, {campaigns} campaigns")
            for kind in (WORKS, *KINDS):
                told = [f"{finding} {counts[kind, finding]}" for finding in Finding]
                total = sum(counts[kind, finding] for finding in Finding)
                share = counts[kind, Finding.FAIL] / total
                print(
                    f"  {kind:<16} {'false alarms' if kind == WORKS else 'hits':<12} {share:6.1%}   {', '.join(told)}"
                )


def tally(make: Callable[[int, int], World], campaigns: int, units: int) -> Counter[tuple[str, Finding]]:
    """Count verdicts by kind of annotator."""
    counts: Counter[tuple[str, Finding]] = Counter()
    for seed in range(FIRST, FIRST + campaigns):
        raters = {one.name: one for one in team(seed)}
        world = make(seed, units)
        for one in verdicts_of(world.bench, answers(world, raters, seed), world.shown):
            counts[raters[one.annotator].kind, one.verdict] += 1
    return counts


def team(seed: int) -> list[Rater]:
    """Return who annotates: the two who don't work are of two kinds that change with the campaign."""
    draw = random.Random(f"team {seed}")
    kinds = [WORKS] * GOOD + [KINDS[(seed + at) % len(KINDS)] for at in range(BAD)]
    return [
        Rater(
            f"rater-{seed}-{at}",
            kind,
            draw.gauss(0, 8),
            draw.uniform(0.7, 0.95),
            draw.uniform(0.05, 0.2),
            draw.uniform(0.05, 0.15),
        )
        for at, kind in enumerate(kinds)
    ]


def answers(world: World, raters: Mapping[str, Rater], seed: int) -> Iterator[Annotation]:
    """Yield the answers of all to their whole queues."""
    units = list(world.bench.tasks)
    annotators = {name: Annotator() for name in raters}
    given = assign(units, annotators, {task.key: OVERLAP for task in units}, {})
    for name, mine in given.items():
        for at, task in enumerate(world.bench.queue(name, ordered(name, mine))):
            shown = with_prefill(world.prefill, task, world.shown, name)
            yield answered(world, raters[name], shown, random.Random(f"{seed} {name} {task.key}"), at)


def answered(world: World, rater: Rater, task: Task, draw: random.Random, at: int) -> Annotation:
    """Return one answer as a pull would make it a row."""
    scheme = world.bench.scheme
    results = answer(scheme, task, behaviour(world, rater, task, draw), 0, draw)
    values, spans = parse(scheme, results, task.data)
    return Annotation(
        **task.model_dump(exclude={"data", "languages", "text_hash", "start", "prefill"}),
        annotation_id=f"{rater.name} {task.key}",
        stale=False,
        deleted=False,
        revisions=1,
        prefilled_by=task.prefill,
        annotator=rater.name,
        origin=Origin.SIMULATED,
        status=Status.SUBMITTED,
        values=values,
        spans=spans,
        contradictions=[],
        lead_time=1,
        created=f"{at:06}",
        updated=f"{at:06}",
    )


def behaviour(world: World, rater: Rater, task: Task, draw: random.Random) -> Answer:
    """Return what a rater says to each question of a task."""
    predicted = world.shown[task.key, task.payload] if task.prefill else None
    scheme = world.bench.scheme
    if rater.kind == KINDS[0]:
        return random_clicks(scheme, task, draw)
    if rater.kind == KINDS[1]:
        return lambda task_of, question: {"stance": "favor", "score": 1e6}.get(question, [])
    if rater.kind == KINDS[2]:
        if predicted is None:
            hasty = random_clicks(scheme, task, draw)
            return lambda one, question: hasty(one, question) if question == "stance" else _easy(question, draw)
        return lambda task_of, question: predicted.values.get(question, _of(predicted.spans, question))
    works = _translation if "score" in {one.name for one in scheme.questions} else _stance
    return works(world, rater, task, predicted, draw)


def random_clicks(scheme: Scheme, task: Task, draw: random.Random) -> Answer:
    """Return any choice, any score and marks anywhere."""
    said = {"stance": draw.choice(list(STANCES)), "score": draw.uniform(0, 100)}
    text = task.data.get("translation_text", "")
    return lambda task_of, question: (
        said.get(question) or (_marks(text, draw, draw.choice((0, 1, 1, 2))) if question == "error" else [])
    )


def _easy(question: str, draw: random.Random) -> Any:
    return draw.uniform(85, 100) if question == "score" else []


def _of(spans: list[Span], question: str) -> list[Span]:
    return [span for span in spans if span.question == question]


def _translation(world: World, rater: Rater, task: Task, predicted: Prediction | None, draw: random.Random) -> Answer:
    unit = task.of or task.key
    score = world.truth[unit] + rater.bias + draw.gauss(0, 8)  # `answer` adds a noise of 6
    text = task.data["translation_text"]
    known = world.errors[unit] if task.control is not Control.INJECTED else []
    spans = [span for span in known if draw.random() < 0.5] + _marks(text, draw, int(draw.random() < 0.3))
    if predicted:
        spans += [span for span in predicted.spans if span not in spans and draw.random() < 0.7]
    error = world.bench.injection(world.bench.units[unit]) if task.control is Control.INJECTED else None
    if error and draw.random() < rater.sees:
        spans.append(_span(text, error.start, error.end))
        score -= max(draw.gauss(25, 12), 0)
    return lambda task_of, question: {"score": score, "error": spans}.get(question, [])


def _stance(world: World, rater: Rater, task: Task, predicted: Prediction | None, draw: random.Random) -> Answer:
    unit = task.of or task.key
    # An opinion of one's own stays the same the second time, a slip does not.
    opinion = random.Random(f"{rater.name} {unit}")
    said = _other(world.truth[unit], opinion) if opinion.random() < rater.differs else world.truth[unit]
    if draw.random() < rater.slips:
        said = _other(said, draw)
    if predicted and draw.random() < 0.2:
        said = predicted.values["stance"]
    return lambda task_of, question: {"stance": said, "evidence": []}.get(question)


def _other(label: str, draw: random.Random) -> str:
    return draw.choice([one for one in STANCES if one != label])


def _span(text: str, start: int, end: int) -> Span:
    place = {"start": start, "end": end, "text": text[start:end]}
    return Span(question="error", side="translation", label="error", severity="major", **place)


def _marks(text: str, draw: random.Random, count: int) -> list[Span]:
    spans, words = [], text.split(" ")
    for _ in range(count):
        first = draw.randrange(len(words))
        last = min(first + draw.randint(0, 5), len(words) - 1)
        start = sum(len(word) + 1 for word in words[:first])
        spans.append(_span(text, start, start + len(" ".join(words[first : last + 1]))))
    return spans


def translations(seed: int, units: int) -> World:
    """Return a campaign of translation errors: documents of ten sentence pairs."""
    draw, scheme = random.Random(f"translations {seed}"), load("translation-esa", Path())
    tasks = []
    for at in range(units * (GOOD + BAD) // OVERLAP):
        texts = {name: _sentence(draw) for name in ("source_text", "translation_text")}
        blanks = {f"{side}_{part}_text": " " for side in ("source", "translation") for part in ("before", "after")}
        documents, segments = [f"{seed}s{at // 10}", f"{seed}t{at // 10}"], [f"s{at}", f"t{at}"]
        tasks.append(_unit(scheme, texts | blanks, documents, ["en", "de"], segment_ids=segments))
    truth = {task.key: draw.triangular(50, 100, 90) for task in tasks}
    errors = {task.key: _marks(task.data["translation_text"], draw, draw.choice((0, 1, 1, 2))) for task in tasks}
    said: dict[str, tuple[dict[str, Any], list[Span]]] = {
        task.key: (
            {"score": min(max(round(draw.gauss(truth[task.key], 12)), 0), 100)},
            _guess(task, errors[task.key], draw),
        )
        for task in tasks
    }
    return _world(scheme, tasks, truth, errors, said, Controls(repeats=0.1, injected=0.1), {})


def stances(seed: int, units: int) -> World:
    """Return a campaign of stances: documents with three targets each, no spans: the hardest case."""
    draw, scheme = random.Random(f"stances {seed}"), load("stance", Path())
    tasks = [
        _unit(
            scheme,
            {"target": f"{at % 3}", "title": " ", "article_text": _sentence(draw)},
            [f"{seed}d{at // 3}"],
            ["en"],
            target_id=f"t{at % 3}",
        )
        for at in range(units * (GOOD + BAD) // OVERLAP)
    ]
    truth = {task.key: draw.choices(list(STANCES), list(STANCES.values()))[0] for task in tasks}
    said: dict[str, tuple[dict[str, Any], list[Span]]] = {
        key: ({"stance": label if draw.random() < 0.75 else _other(label, draw)}, []) for key, label in truth.items()
    }
    chosen = draw.sample(tasks, units // 5)
    gold = {task.key: Known(key=task.key, values={"stance": truth[task.key]}) for task in chosen}
    return _world(scheme, tasks, truth, {}, said, Controls(repeats=0.1, gold="gold.jsonl", gold_share=0.1), gold)


def _unit(scheme: Scheme, data: dict[str, Any], doc_ids: list[str], languages: list[str], **more: Any) -> Task:
    return task_of("simulated", scheme, data=data, doc_ids=doc_ids, languages=languages, **more)


def _sentence(draw: random.Random) -> str:
    return " ".join(draw.choices(WORDS, k=draw.randint(8, 30)))


def _guess(task: Task, errors: list[Span], draw: random.Random) -> list[Span]:
    found = [span for span in errors if draw.random() < 0.5]
    return found + _marks(task.data["translation_text"], draw, int(draw.random() < 0.4))


def _world(
    scheme: Scheme,
    tasks: list[Task],
    truth: Mapping[str, Any],
    errors: Mapping[str, list[Span]],
    said: Mapping[str, tuple[dict[str, Any], list[Span]]],
    controls: Controls,
    gold: Mapping[str, Known],
) -> World:
    prefill = Prefill(model="guess", file="guess.jsonl")
    shown = {
        (task.key, task.payload): Prediction(
            key=task.key, payload=task.payload, model="guess", values=values, spans=spans
        )
        for task in tasks
        for values, spans in [said[task.key]]
    }
    return World(Bench(scheme, controls, tasks, gold), truth, errors, shown, prefill)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CAMPAIGNS)
