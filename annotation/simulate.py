"""Simulated annotators: accounts of their own that answer through the real API.

For demos and tests. Their accounts end in `@simulated.invalid` and each of their regions says
`simulated`, so that no file can pass them off as people.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from annotation.annotators import SIMULATED_DOMAIN
from annotation.campaign import Campaign, Queue
from annotation.controls.injection import SIDE
from annotation.controls.make import Bench
from annotation.schema import Control, Origin, Span, Task
from annotation.schemes.answers import results_of
from annotation.schemes.interface import marks_of
from annotation.schemes.scheme import Choice, Number, Scheme, Spans, Text
from annotation.studio.accounts import enter
from annotation.studio.client import Doubt, Studio
from annotation.studio.project import find
from annotation.tasks import from_server
from corpus.errors import WirecopyError
from corpus.files import digest
from corpus.output import Output

# The right answer to a question, spans for one that marks; None draws one from the unit's key.
Truth = Callable[[Task, str], Any]
SKIP_RATE = 0.03
SCORE_NOISE = 6
# A skip has no answer, but it too says that nobody real skipped.
SKIP = {"id": "skip", "type": "choices", "from_name": "simulated", "to_name": "simulated", "value": {"choices": []}}
SKIP["origin"] = Origin.SIMULATED.value


@dataclass(frozen=True)
class Simulated:
    """One simulated annotator: a client of its own and the rate of wrong answers."""

    name: str
    studio: Studio
    error_rate: float


def sign_up(studio: Studio, name: str, *, password: str, error_rate: float) -> Simulated:
    """Make an account over the invite link, or log in to it; return it with a token of its own."""
    token = enter(studio, f"{name}@{SIMULATED_DOMAIN}", password)
    if token is None:
        hint = "does it allow sign-up over the invite link?"
        raise WirecopyError(f"{studio.url} made no account for '{name}'", hint=hint)
    return Simulated(name, Studio(studio.url, token), error_rate)


def annotate(campaign: Campaign, raters: list[Simulated], *, truth: Truth, out: Output) -> int:
    """Let every simulated annotator answer every task that is open to it; return the number of answers.

    Where annotators have queues of their own, a rater works in the one of its name. What it answers
    depends on its name, the truth and the task alone.
    """
    with out.progress(f"{campaign.name}: simulated annotators") as step:
        return sum(
            answer_project(rater, campaign.scheme, _project(campaign, rater), truth=truth, step=step)
            for rater in raters
        )


def _project(campaign: Campaign, rater: Simulated) -> int:
    queue = Queue(campaign, rater.name if campaign.annotators else "")
    project = find(rater.studio, queue)
    if project is None:
        raise WirecopyError(f"'{queue.title}' has no project", hint="wirecopy annotation push")
    return project.id


def answer_project(
    rater: Simulated, scheme: Scheme, project: int, *, truth: Truth, step: Callable[[int], object]
) -> int:
    """Let one simulated annotator answer every task of a project that is open to it; return how many."""
    done = rater.studio.answered_by(project, int(rater.studio.whoami()["id"]))
    answers = 0
    for held in rater.studio.tasks(project):
        task = from_server(held.raw)
        if task and held.id not in done:
            _answer_one(rater, scheme, held.id, task, truth)
            answers += 1
        step(1)
    return answers


def _answer_one(rater: Simulated, scheme: Scheme, number: int, task: Task, truth: Truth) -> None:
    draw = random.Random(digest(rater.name, task.key))
    skipped = draw.random() < SKIP_RATE
    result = [SKIP] if skipped else answer(scheme, task, truth, rater.error_rate, draw)
    try:
        rater.studio.annotate(number, result, skipped=skipped, lead_time=round(draw.uniform(8, 90), 1))
    except Doubt as doubt:
        hint = "run it again: who has answered is asked first"
        raise WirecopyError(f"{rater.studio.url} did not confirm an answer ({doubt})", hint=hint) from None


def answer(scheme: Scheme, task: Task, truth: Truth, error_rate: float, draw: random.Random) -> list[dict[str, Any]]:
    """Return one answer in Label Studio's result format: the truth, wrong at `error_rate`."""
    # What is right for a unit is right for its copies.
    common = random.Random(task.of or task.key)
    values: dict[str, str | float | None] = {}
    spans: list[Span] = []
    for question in scheme.questions:
        wrong = draw.random() < error_rate
        known = truth(task, question.name)
        if isinstance(question, Spans):
            right = _spans(question, task, common) if known is None else known
            spans += _spans(question, task, draw) if wrong else right
        elif isinstance(question, Choice):
            values[question.name] = _choice(question, known, draw if wrong else common, wrong=wrong)
        elif isinstance(question, Number):
            values[question.name] = _number(question, known, task, draw)
        elif known is not None or question.required:
            values[question.name] = str(known or "simulated")
    if not spans and not values:  # an answer without a region could pass for a person's
        values |= {question.name: "simulated" for question in scheme.questions if isinstance(question, Text)}
    return [one | {"origin": Origin.SIMULATED.value} for one in results_of(scheme, values, spans, task.data)]


def attentive(truth: Truth, bench: Bench) -> Truth:
    """Return a truth that sees the errors of control items: they are marked, and the score is low."""
    questions = {question.name: question for question in bench.scheme.questions}

    def told(task: Task, name: str) -> Any:
        error = bench.injection(bench.units[task.of or ""]) if task.control is Control.INJECTED else None
        question = questions[name]
        if error and isinstance(question, Number):
            return question.min
        if error and isinstance(question, Spans) and question.side == SIDE:
            row, label = list(marks_of(question).values())[-1]
            place = {question.row: row.value} if question.row and row else {}
            span = {"start": error.start, "end": error.end, "text": error.text[error.start : error.end]}
            return [Span.model_validate({"question": name, "side": SIDE, "label": label.value} | span | place)]
        return truth(task, name)

    return told


def _spans(question: Spans, task: Task, draw: random.Random) -> list[Span]:
    text = task.data[f"{question.side}_text"]
    words = [match.span() for match in re.finditer(r"\w[\w’'-]*", text)]
    marked = []
    for _ in range(draw.choice((0, 1, 1, 2)) if words else 0):
        first = draw.randrange(len(words))
        last = min(first + draw.randint(0, 6), len(words) - 1)
        start, end = words[first][0], words[last][1]
        row, label = draw.choice(list(marks_of(question).values()))
        place: dict[str, str] = {question.row: row.value} if question.row and row else {}
        if row and row.value in question.named:
            actor = draw.choice(task.data.get("actors") or [{"value": "Somebody"}])
            place["holder_name"] = actor.get("alias", actor["value"])
        span = {"question": question.name, "side": question.side, "start": start, "end": end, "text": text[start:end]}
        marked.append(Span.model_validate(span | place | {"label": label.value}))
    return marked


def _choice(question: Choice, known: Any, draw: random.Random, *, wrong: bool) -> str:
    options = [option.value for option in question.options]
    right = str(known or draw.choice(options))
    return draw.choice([option for option in options if option != right]) if wrong else right


def _number(question: Number, known: Any, task: Task, draw: random.Random) -> float:
    usual = random.Random(task.of or task.key).triangular(question.min, question.max, question.max)
    right = usual if known is None else float(known)
    return float(round(min(max(draw.gauss(right, SCORE_NOISE), question.min), question.max)))
