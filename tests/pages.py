"""Labelling pages in a real browser: units of a scheme put before an annotator, without a corpus."""

import json
from collections.abc import Sequence
from itertools import count
from typing import Any

from playwright.sync_api import Page, expect

from annotation.schema import Span, Task
from annotation.schemes.answers import Values, parse
from annotation.schemes.interface import instruction, labelling_page
from annotation.schemes.scheme import Scheme
from annotation.studio.client import Studio
from annotation.tasks import to_server
from annotation.units import tasks_of
from corpus.config import Campaign, Config
from corpus.schema import Document, Pair, Paragraph, Role, Side

TEXT = ".wc-text:not(.wc-context) .lsf-richtext__container"
# Where the first letter of one passage and the last letter of another one are on the screen.
PLACES = """([first, last, side, text]) => {
  const walker = document.createTreeWalker(document.querySelectorAll(text)[side], NodeFilter.SHOW_TEXT);
  const nodes = [];
  let all = "";
  while (walker.nextNode()) { nodes.push([walker.currentNode, all.length]); all += walker.currentNode.data; }
  const box = (at) => {
    const [node, from] = nodes.filter(([node, from]) => from <= at && at < from + node.data.length).pop();
    const range = document.createRange();
    range.setStart(node, at - from);
    range.setEnd(node, at - from + 1);
    return [...range.getClientRects()].pop();
  };
  const [from, to] = [all.indexOf(first), all.indexOf(last) + last.length - 1];
  const tools = document.querySelector(".wc-tools");
  let scroller = tools.parentElement;
  while (scroller && scroller.scrollHeight <= scroller.clientHeight) scroller = scroller.parentElement;
  const { top, bottom } = box(to);
  if (scroller && (bottom > 740 || top < tools.getBoundingClientRect().bottom)) scroller.scrollTop += top - 600;
  const [start, end] = [box(from), box(to)];
  return [start.left, start.right, start.top + start.height / 2, end.left, end.right, end.top + end.height / 2];
}"""
_numbers = count(1)


def log_in(page: Page, url: str, login: str, password: str) -> None:
    """Log in to a server."""
    page.goto(f"{url}/user/login/")
    page.fill("input[name=email]", login)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda there: "/user/login" not in there)


def document(text: str, *, language: str = "en", title: str | None = None) -> Document:
    """Return an article whose lines are its paragraphs; the first is the title, where none is given."""
    paragraphs: list[Paragraph] = []
    start = 0
    for at, line in enumerate(text.split("\n")):
        role = Role.TITLE if at == 0 and title is None else Role.BODY
        paragraphs.append(Paragraph(start=start, end=start + len(line), role=role, rule="test"))
        start += len(line) + 1
    return Document(
        doc_id=f"doc-{next(_numbers)}",
        source="test",
        language=language,
        title=title,
        text=text,
        paragraphs=paragraphs,
        raw_sha256="",
        text_sha256="",
        family_id="family",
        event_id="event",
    )


def pairs(*texts: tuple[str, str], languages: tuple[str, str] = ("en", "de")) -> list[Pair]:
    """Return the pairs of two documents, in reading order."""
    docs = f"doc-{next(_numbers)}", f"doc-{next(_numbers)}"
    return [
        Pair(
            pair_id=f"{docs[0]}-{rank}",
            left=Side(doc=docs[0], segment_ids=[f"{docs[0]}-{rank}"], text=left, language=languages[0]),
            right=Side(doc=docs[1], segment_ids=[f"{docs[1]}-{rank}"], text=right, language=languages[1]),
            score=1,
            method="test",
            rank=rank,
        )
        for rank, (left, right) in enumerate(texts)
    ]


def units(
    scheme: Scheme,
    documents: Sequence[Document] = (),
    pairs: Sequence[Pair] = (),
    *,
    target: str = "Build it.",
    actors: Sequence[str] = (),
    unit: str | None = None,
) -> list[Task]:
    """Return the units of a scheme on these documents or pairs; the target has one wording in all languages."""
    wordings = {one.language: target for one in documents} or {"en": target}
    config = Config.model_validate(
        {
            "name": "pages",
            "sources": [{"path": "x"}],
            "events": [{"id": "event", "actors": list(actors)}],
            "targets": [{"id": "target", "event": "event", "text": wordings}],
        }
    )
    settings = Campaign.model_validate({"scheme": scheme.id, "unit": unit})
    return list(tasks_of("pages", settings, scheme, config, documents, pairs))


def project_of(
    studio: Studio, scheme: Scheme, tasks: Sequence[Task], *, panels: Sequence[str] = (), name: str = "pages"
) -> int:
    """Make a project with these tasks on the real server and return its id."""
    project = studio.create_project(
        {
            "title": f"{name}: {scheme.id}",
            "label_config": labelling_page(scheme, panels),
            "expert_instruction": instruction(scheme),
            "show_instruction": True,
            "show_skip_button": True,
            "enable_empty_annotation": True,
            "sampling": "Sequential sampling",
        }
    )
    studio.import_tasks(project, [to_server(task) for task in tasks])
    return project


def mark(page: Page, key: str, first: str, last: str | None = None, *, side: int = 0, rtl: bool = False) -> None:
    """Press a label's key and drag from the first letter of one passage to the last letter of another."""
    regions = page.locator(".lsf-outliner-item")
    before = regions.count()
    page.keyboard.press(key)
    places = [first, last or first, side, TEXT]
    page.evaluate(PLACES, places)  # the first look brings the passage into sight
    left, right, top, end_left, end_right, bottom = page.evaluate(PLACES, places)
    start, end = (right - 1, end_left + 1) if rtl else (left + 1, end_right - 1)
    page.mouse.move(start, top)
    page.mouse.down()
    page.mouse.move((start + end) / 2, (top + bottom) / 2, steps=4)
    page.mouse.move(end, bottom, steps=4)
    page.mouse.up()
    expect(regions).to_have_count(before + 1)


def results(studio: Studio, project: int) -> list[list[dict[str, Any]]]:
    """Return the results of all answers of a project, as they stand on the server."""
    held = studio.export(project, [task.id for task in studio.tasks(project)])
    return [answer["result"] for task in held for answer in task["annotations"]]


def answer(studio: Studio, project: int, scheme: Scheme, task: Task) -> tuple[Values, list[Span]]:
    """Return the one answer of a project, parsed."""
    (result,) = results(studio, project)
    return parse(scheme, result, json.loads(json.dumps(task.data)))
