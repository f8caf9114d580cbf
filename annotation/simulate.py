"""Simulated annotators: accounts of their own that answer through the real API.

For demos and tests. Their accounts end in `@simulated.invalid` and each of their regions says
`simulated`, so that no file can pass them off as people.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from annotation.annotators import SIMULATED_DOMAIN
from annotation.campaign import Campaign
from annotation.schema import Origin, Task
from annotation.schemes.interface import marks_of
from annotation.schemes.scheme import Choice, Number, Scheme, Spans
from annotation.studio.client import Doubt, Studio
from annotation.studio.project import find
from annotation.tasks import from_server
from corpus.errors import WirecopyError
from corpus.files import digest
from corpus.output import Output

Truth = Callable[[Task, str], str | float | None]
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
    mail = f"{name}@{SIMULATED_DOMAIN}"
    with httpx.Client(base_url=studio.url + "/", follow_redirects=True, trust_env=False, timeout=60) as http:
        for path in (studio.invite_path().lstrip("/"), "user/login/"):
            http.get(path)
            form = {"email": mail, "password": password, "csrfmiddlewaretoken": http.cookies.get("csrftoken", "")}
            http.post(path, data=form, headers={"Referer": f"{studio.url}/{path}"})
            answer = http.get("api/current-user/token")
            if answer.status_code == 200:
                return Simulated(name, Studio(studio.url, answer.json()["token"]), error_rate)
    raise WirecopyError(
        f"{studio.url} made no account for '{name}'", hint="does it allow sign-up over the invite link?"
    )


def annotate(campaign: Campaign, raters: list[Simulated], *, truth: Truth, out: Output) -> int:
    """Let every simulated annotator answer every task that is open to it; return the number of answers.

    `truth(task, question)` is the right answer, or None to draw one. What a rater answers depends
    on its name and the task alone.
    """
    project = find(raters[0].studio, campaign)
    if project is None:
        raise WirecopyError(f"campaign '{campaign.name}' has no project", hint="wirecopy annotation push")
    tasks = [(held, task) for held in raters[0].studio.tasks(project.id) if (task := from_server(held.raw))]
    answers = 0
    with out.progress(f"{campaign.name}: simulated annotators", len(tasks) * len(raters)) as step:
        for rater in raters:
            done = rater.studio.answered_by(project.id, int(rater.studio.whoami()["id"]))
            for held, task in tasks:
                if held.id not in done:
                    _answer_one(rater, campaign.scheme, held.id, task, truth)
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
    common = random.Random(task.key)
    result: list[dict[str, Any]] = []
    for question in scheme.questions:
        wrong = draw.random() < error_rate
        if isinstance(question, Spans):
            result += _spans(question, task, draw if wrong else common)
        elif isinstance(question, Choice):
            result.append(_choice(question, task, truth, draw if wrong else common, wrong=wrong))
        elif isinstance(question, Number):
            result.append(_number(question, task, truth, draw))
    return [one | {"id": f"simulated{at}", "origin": Origin.SIMULATED.value} for at, one in enumerate(result)]


def _spans(question: Spans, task: Task, draw: random.Random) -> list[dict[str, Any]]:
    text = task.data[f"{question.side}_text"]
    words = [match.span() for match in re.finditer(r"\w[\w’'-]*", text)]
    marked = []
    for _ in range(draw.choice((0, 1, 1, 2)) if words else 0):
        first = draw.randrange(len(words))
        last = min(first + draw.randint(0, 6), len(words) - 1)
        start, end = words[first][0], words[last][1]
        value = {"start": start, "end": end, "text": text[start:end], "labels": [draw.choice(list(marks_of(question)))]}
        marked.append({"type": "labels", "from_name": question.name, "to_name": question.side, "value": value})
    return marked


def _choice(question: Choice, task: Task, truth: Truth, draw: random.Random, *, wrong: bool) -> dict[str, Any]:
    options = [option.value for option in question.options]
    right = truth(task, question.name) or draw.choice(options)
    chosen = draw.choice([option for option in options if option != right]) if wrong else right
    side = "article" if "article_text" in task.data else "source"
    return {"type": "choices", "from_name": question.name, "to_name": side, "value": {"choices": [chosen]}}


def _number(question: Number, task: Task, truth: Truth, draw: random.Random) -> dict[str, Any]:
    known = truth(task, question.name)
    right = (
        float(known)
        if known is not None
        else random.Random(task.key).triangular(question.min, question.max, question.max)
    )
    noisy = round(min(max(draw.gauss(right, SCORE_NOISE), question.min), question.max))
    side = "article" if "article_text" in task.data else "translation"
    return {"type": "number", "from_name": question.name, "to_name": side, "value": {"number": noisy}}
