"""The report in a real browser: nothing runs, nothing is asked for, and it is read at any width, by day and night."""

import json
import random
import re
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from annotation.answers.tables import pull_file
from annotation.campaign import Campaign, load_all
from annotation.report import report
from annotation.schema import Annotation, Origin
from annotation.simulate import answer
from annotation.tasks import to_server
from corpus.config import load
from tests.annotation.reports import article, hostile, marked, said, workspace, written
from tests.campaigns import rebuilt
from tests.conftest import SAMPLE, shared_queue

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MANY, RATERS = 20_000, 4
MOST_BYTES = 5 << 20
WIDTHS, COLORS = (375, 800, 1440), ("light", "dark")
STANCES = ("strongly_favor", "favor", "balanced", "against", "discusses")
WORDS = "The council wants a toll for cars in the tunnel under the harbour, and the port says it is too high. "
Open = Callable[..., "Page"]


def simulated(one: Campaign, folder: Path) -> Campaign:
    """A campaign that three simulated annotators answered, as an export of a server tells it."""
    tasks = []
    for number, task in enumerate(one.units(), 1):
        answers = [
            {
                "id": 10 * number + rater,
                "unique_id": f"{number}-{rater}",
                "completed_by": rater,
                "created_at": f"2026-03-{1 + (number + rater) % 9:02}T10:00:00Z",
                "updated_at": f"2026-03-{1 + (number + rater) % 9:02}T10:00:00Z",
                "lead_time": 20.0 + rater,
                "result": answer(one.scheme, task, lambda *_: None, 0.2, random.Random(f"{task.key} {rater}")),
            }
            for rater in (1, 2, 3)
        ]
        tasks.append(to_server(task) | {"id": number, "annotations": answers})
    path = folder / f"{one.name}.json"
    path.write_text(json.dumps(tasks))
    pull_file(one, path)
    return one


def generated(folder: Path) -> Campaign:
    """A campaign with 20,000 simulated answers to 5,000 articles of 40 outlets."""
    draw, tasks, given = random.Random(5), [], []
    for at in range(MANY // RATERS):
        task = article(at, outlet=f"outlet-{at % 40}", target=f"target-{at % 5}", text=WORDS * 12)
        tasks.append(task)
        right = draw.choice(STANCES)
        given += [_simulated(task, f"rater-{rater}", right, draw, at) for rater in range(RATERS)]
    return written(workspace(folder)["stance"], tasks, given)


def _simulated(task: Any, rater: str, right: str, draw: random.Random, at: int) -> Annotation:
    start = draw.randrange(900)
    kind = {"holder": draw.choice(["author", "actor", "unspecified"]), "label": draw.choice(["favor", "against"])}
    span = marked(task, start, start + 30, holder_name=f"Speaker {draw.randrange(300)}", **kind)
    when = f"2026-{1 + at // 1000:02}-{1 + at % 28:02}T08:00:00Z"
    vote = right if draw.random() < 0.7 else draw.choice(STANCES)
    return said(task, rater, vote, span, origin=Origin.SIMULATED, created=when, updated=when)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The reports of the sample's two campaigns, of 20,000 answers, and of hostile texts."""
    folder = tmp_path_factory.mktemp("reports")
    shutil.copytree(SAMPLE / "articles", folder / "sample" / "articles")
    (folder / "sample" / "wirecopy.toml").write_text(shared_queue((SAMPLE / "wirecopy.toml").read_text()))
    found = {one.name: simulated(one, folder) for one in load_all(load(rebuilt(folder / "sample").root))}
    found["many"] = generated(folder / "many")
    found["hostile"] = hostile(workspace(folder / "hostile")["stance"])
    paths = {}
    for name, one in found.items():
        paths[name] = folder / f"{name}.html"
        paths[name].write_text(report(one), encoding="utf-8")
    return paths


@pytest.fixture
def open_page(browser: "Browser", pages: dict[str, Path]) -> Iterator[Open]:
    """Open a report and see that it asks for nothing else and says nothing on the console."""
    seen: list[tuple[str, list[str], list[str]]] = []
    contexts = []

    def opened(name: str, *, width: int = 1280, colors: Any = "light") -> "Page":
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=colors)
        contexts.append(context)
        requests: list[str] = []
        told: list[str] = []
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("dialog", lambda dialog: told.append(dialog.message))
        page.goto(pages[name].as_uri())
        seen.append((pages[name].as_uri(), requests, told))
        return page

    yield opened
    for context in contexts:
        context.close()
    for uri, requests, told in seen:
        assert (requests, told) == ([uri], [])


NAMES = ("stance", "translation_quality", "many", "hostile")


@pytest.mark.parametrize("colors", COLORS)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_a_report_fits_every_width(name: str, width: int, colors: str, open_page: Open) -> None:
    page = open_page(name, width=width, colors=colors)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = """() => [...document.querySelectorAll('main *, header *')].filter(one => {
        const box = one.getBoundingClientRect();
        return box.right > innerWidth + 1 && !one.closest('.scroll') && getComputedStyle(one).position !== 'absolute';
    }).map(one => one.outerHTML.slice(0, 200))"""
    assert page.evaluate(outside) == []
    boxes = "[...document.querySelectorAll('.scroll')].map(one => [one.tabIndex, !!one.getAttribute('aria-label')])"
    assert all(one == [0, True] for one in page.evaluate(boxes))


@pytest.mark.parametrize("colors", COLORS)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_bars_a_reader(name: str, colors: str, browser: "Browser", pages: dict[str, Path]) -> None:
    # The policy of the page forbids scripts, axe too: here alone it is set aside.
    context = browser.new_context(color_scheme=colors, bypass_csp=True, viewport={"width": 1280, "height": 900})  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(pages[name].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(told => [told.violations, told.passes.length])")
    context.close()
    violations, passes = found
    bad = [(one["id"], one["impact"], [node["html"][:200] for node in one["nodes"][:3]]) for one in violations]
    assert [one for one in bad if one[1] in ("serious", "critical")] == [] and passes > 20


def test_hostile_texts_make_no_element(open_page: Open) -> None:
    page = open_page("hostile")
    made = page.evaluate("[...new Set([...document.querySelectorAll('*')].map(one => one.localName))].sort()")
    known = {
        *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "nav", "section", "article"),
        *(
            "h1",
            "h2",
            "h3",
            "p",
            "a",
            "ol",
            "li",
            "dl",
            "div",
            "dt",
            "dd",
            "figure",
            "figcaption",
            "details",
            "summary",
        ),
        *("table", "caption", "thead", "tbody", "tr", "th", "td", "small", "span", "blockquote", "mark"),
        *("svg", "g", "path", "line", "text", "rect"),
    }
    assert set(made) <= known
    handlers = (
        "[...document.querySelectorAll('*')].flatMap(one => [...one.attributes]).filter(one => /^on/i.test(one.name))"
    )
    assert page.evaluate(f"{handlers}.length") == 0 and page.title() == "Annotation report: stance"
    assert "<script>document.title='owned'</script>" in page.inner_text("main")


def test_a_report_of_many_answers_is_small(pages: dict[str, Path]) -> None:
    assert pages["many"].stat().st_size < MOST_BYTES
    text = pages["many"].read_text()
    assert "20,000 of 20,000 answers come from a program" in text and "<script" not in text


@pytest.mark.parametrize("name", ["stance", "translation_quality", "many"])
def test_a_printed_report_shows_all_tables_and_splits_no_chart(name: str, open_page: Open) -> None:
    page = open_page(name)
    pdf = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 4
    page.emulate_media(media="print")
    hidden = "[...document.querySelectorAll('details table')].filter(one => !one.checkVisibility()).length"
    assert page.locator("details table").count() > 3 and page.evaluate(hidden) == 0
    split = "[...document.querySelectorAll('svg')].map(one => getComputedStyle(one).breakInside)"
    assert set(page.evaluate(split)) == {"avoid"}


@pytest.mark.parametrize("colors", COLORS)
def test_words_in_charts_stand_out_from_their_ground(colors: str, open_page: Open) -> None:
    page = open_page("stance", colors=colors)
    ground = _light(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    inks = page.evaluate(
        "[...new Set([...document.querySelectorAll('svg text')].map(one => getComputedStyle(one).fill))]"
    )
    for ink in inks:
        high, low = sorted((_light(ink), ground), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5, ink


def _light(color: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = [int(one) / 255 for one in re.findall(r"\d+", color)[:3]]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
