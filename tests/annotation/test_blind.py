"""Blindness, in real browsers: what annotators can see of each other by following the links of their pages.

With UPDATE_PICTURES=1 the picture of a queue in docs/ is taken anew.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, Response, expect

from annotation.answers import pulled
from annotation.campaign import Campaign
from annotation.schema import Task
from annotation.schemes.interface import labelling_page
from annotation.studio import server
from annotation.studio.accounts import invite, login_of
from annotation.studio.client import Studio
from annotation.studio.project import labelling_link
from annotation.studio.pull import pull
from annotation.studio.push import push
from annotation.tasks import to_server
from corpus.output import Output
from tests.annotation.test_browser import send
from tests.annotation.test_push_queues import configured
from tests.campaigns import campaign
from tests.conftest import REPOSITORY
from tests.pages import TEXT, log_in, mark

# Each marks another word and gives another answer, so that each trace says whose it is.
WORDS = {"anna": ("mayor", "q"), "ben": ("toll", "r"), "carla": ("harbour", "s")}
SENTENCE = "In {n} days the mayor of the harbour wants a toll for cars, she said. 🚗"
OVERLAP = 2
GUIDELINE = ".lsf-modal-ls_visible"
ROW = ".lsf-table__row-wrapper"
PATIENCE = 20_000
_number = count(1)


@dataclass
class Seen:
    """One annotator at work: every API answer that the browser got, and every word that a page had marked."""

    name: str
    page: Page
    bodies: list[str] = field(default_factory=list)
    marked: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Wait until the page is complete, and note what is marked on it."""
        self.page.wait_for_load_state("networkidle")
        self.marked |= set(self.page.locator(".htx-highlight").all_inner_texts())

    def got(self, traces: set[str]) -> set[str]:
        """Return which of these came over the wire."""
        return {one for one in traces if any(one in body for body in self.bodies)}


People = Callable[..., Seen]


@pytest.fixture
def people(browser: Browser, studio: Studio) -> Iterator[People]:
    """Call it with a name and a login to get somebody with an account and a browser of their own, logged in."""
    contexts = []

    def somebody(name: str, login: str = "") -> Seen:
        (account,) = invite(studio, {name: login or f"{name}-{next(_number)}@blind.invalid"})
        context = browser.new_context(viewport={"width": 1600, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        log_in(page, studio.url, account.login, account.password)
        seen = Seen(name, page)
        page.on("response", lambda response: _keep(seen, response))
        return seen

    yield somebody
    for context in contexts:
        context.close()


def _keep(seen: Seen, response: Response) -> None:
    if "/api/" in response.url and response.request.method != "OPTIONS":
        seen.bodies.append(response.text() if response.status < 300 else "")


@pytest.fixture
def units(tmp_path: Path) -> tuple[Campaign, list[Task]]:
    """Three tasks about the same thing."""
    one = campaign(tmp_path / "w", 3, text=SENTENCE)
    return one, one.tasks()


def project(studio: Studio, one: Campaign, tasks: list[Task], overlap: int) -> int:
    """Make a project that no push makes: one that many share, or whose tasks are chosen here."""
    settings = {
        "title": f"blind {next(_number)}",
        "label_config": labelling_page(one.scheme),
        "maximum_annotations": overlap,
        "sampling": "Sequential sampling",
        "show_collab_predictions": False,
    }
    number = studio.create_project(settings)
    assert studio.import_tasks(number, [to_server(task) for task in tasks]) == len(tasks)
    return number


def enter_stream(seen: Seen, link: str) -> None:
    """Open a labelling link; where the guideline comes first, as with all that is pushed, close it."""
    seen.page.goto(link)
    seen.page.wait_for_load_state("networkidle")
    if seen.page.locator(GUIDELINE).is_visible():
        seen.page.keyboard.press("Escape")
        expect(seen.page.locator(GUIDELINE)).to_have_count(0)


def work(seen: Seen, link: str, tasks: int) -> None:
    """Answer a whole queue from its link: one mark and one choice a task."""
    word, key = WORDS[seen.name]
    enter_stream(seen, link)
    for done in range(tasks):
        expect(seen.page.locator(TEXT)).to_contain_text(word, timeout=PATIENCE)
        expect(seen.page.locator(".htx-highlight")).to_have_count(0, timeout=PATIENCE)
        mark(seen.page, "1", word)
        seen.page.keyboard.press(key)
        send(seen.page, "Control+Enter")
        if done + 1 < tasks:
            expect(seen.page.locator(".htx-highlight")).to_have_count(0, timeout=PATIENCE)


def traces(studio: Studio, number: int) -> set[str]:
    """Return what gives an answer in a project away: the ids of its regions and its own."""
    tasks = studio.export(number, [task.id for task in studio.tasks(number)])
    answers = [answer for task in tasks for answer in task["annotations"]]
    return {str(one["id"]) for answer in answers for one in answer["result"]} | {one["unique_id"] for one in answers}


def walk(seen: Seen, number: int, link: str) -> None:
    """Follow the links of a project from its labelling link: history, data manager, rows, their source, settings."""
    page = seen.page
    enter_stream(seen, link)
    seen.look()
    back = page.get_by_test_id("prev-task")
    while back.count() and back.is_enabled():
        back.click()
        seen.look()
    open_manager(seen, number)
    for row in range(page.locator(ROW).count()):
        page.locator(f"{ROW} .lsf-show-source button").nth(row).click()
        expect(page.get_by_text(re.compile("^Source for task"))).to_be_visible(timeout=PATIENCE)
        seen.look()
        page.keyboard.press("Escape")
        open_row(seen, row)
        page.get_by_test_id("compare-all-toggle").click()
        seen.look()
        open_manager(seen, number)
    here = f"/projects/{number}/"
    for place in page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)"):
        if here in str(place):
            page.goto(str(place))
            seen.look()


def open_manager(seen: Seen, number: int) -> None:
    """Go back to the data manager by the name of the project at the top of the page."""
    seen.page.locator(f'a[href="/projects/{number}"]').first.click()
    expect(seen.page.locator(ROW).first).to_be_visible(timeout=PATIENCE)
    seen.look()


def open_row(seen: Seen, row: int) -> None:
    """Click on a row of the data manager: its quick view, with the answers."""
    seen.page.locator(ROW).nth(row).get_by_text("harbour").first.click()
    expect(seen.page.locator(".htx-highlight").first).to_be_visible(timeout=PATIENCE)
    seen.look()


def test_with_a_queue_each_nobody_meets_the_answers_of_others(studio: Studio, people: People, tmp_path: Path) -> None:
    """The queues are those of a push, the accounts those of an invite."""
    campaign(tmp_path / "w", 3, text=SENTENCE)
    one = configured(tmp_path / "w", tuple(WORDS))
    tasks, numbers = one.tasks(), push(studio, one, out=Output()).projects
    sizes = {name: sum(1 for _ in studio.tasks(number)) for name, number in numbers.items()}
    assert sizes == dict.fromkeys(WORDS, OVERLAP * len(tasks) // len(WORDS))
    crowd = {name: people(name, login_of(one.workspace.config, name)) for name in WORDS}
    for name, number in numbers.items():
        work(crowd[name], labelling_link(studio, number), sizes[name])
    told = {name: traces(studio, number) for name, number in numbers.items()}
    assert all(len(told[name]) == 3 * sizes[name] for name in WORDS)
    for name, number in numbers.items():
        walk(crowd[name], number, labelling_link(studio, number))
    picture(crowd["anna"], f"{studio.url}/projects/{numbers['anna']}/data")

    for name, seen in crowd.items():
        others = set().union(*(told[other] for other in WORDS if other != name))
        assert seen.got(others) == set() and seen.marked == {WORDS[name][0]}
        assert seen.got(told[name]) == told[name], "the walk met each own answer, so it would have met those of others"
    keys = [held.key for number in numbers.values() for held in studio.tasks(number) if held.submitted == 1]
    assert {key: keys.count(key) for key in keys} == {task.key: OVERLAP for task in tasks}
    counted(studio, one)


def counted(studio: Studio, one: Campaign) -> None:
    """Each answer is that of who was asked, whatever the pages showed."""
    assert pull(studio, one, out=Output()).annotations == OVERLAP * len(one.tasks())
    for name, (word, _key) in WORDS.items():
        mine = [row for row in pulled.annotations(one) if row.annotator == pulled.pseudonym(one, name)]
        assert len(mine) == 2 and {span.text for row in mine for span in row.spans} == {word}


def picture(seen: Seen, manager: str) -> None:
    """Show what an annotator sees of a queue beside its stream: its own tasks, with one open."""
    if not os.environ.get("UPDATE_PICTURES"):
        return
    seen.page.set_viewport_size({"width": 1280, "height": 800})
    seen.page.goto(manager)
    expect(seen.page.locator(ROW).first).to_be_visible(timeout=PATIENCE)
    open_row(seen, 0)
    seen.page.wait_for_timeout(500)
    seen.page.screenshot(path=REPOSITORY / "docs" / "queue.png")


def test_a_tab_of_a_shared_project_leads_to_the_answers_of_others(
    units: tuple[Campaign, list[Task]], studio: Studio, people: People, local_server: tuple[server.Server, Path]
) -> None:
    """Why each annotator has a project: the stream of a tab is blind, the way back from it is not."""
    one, tasks = units
    number = project(studio, one, tasks, OVERLAP)
    links = {name: tab(studio, server.token(local_server[1]), number, name, tasks) for name in ("anna", "ben")}
    anna, ben = people("anna"), people("ben")
    work(anna, links["anna"], len(tasks))
    told = traces(studio, number)
    ben.page.goto(links["ben"])
    expect(ben.page.locator(TEXT)).to_contain_text("mayor", timeout=PATIENCE)
    ben.look()
    assert ben.got(told) == set() and ben.marked == set(), "the stream itself is blind"

    open_manager(ben, number)
    open_row(ben, 0)
    assert ben.got(told) and ben.marked == {"mayor"}


def tab(studio: Studio, token: str, number: int, name: str, tasks: list[Task]) -> str:
    """Make a tab of one annotator's tasks; return the link to its stream."""
    item = {"filter": "filter:tasks:data.key", "operator": "regex", "type": "String"}
    wanted = item | {"value": "|".join(task.key for task in tasks)}
    view = {"project": number, "data": {"title": name, "filters": {"conjunction": "and", "items": [wanted]}}}
    headers = {"Authorization": f"Token {token}"}
    made = httpx.post(f"{studio.url}/api/dm/views/", json=view, headers=headers, trust_env=False)
    made.raise_for_status()
    return f"{studio.url}/projects/{number}/data?tab={made.json()['id']}&labeling=1"


def test_the_list_of_projects_names_those_of_others(
    units: tuple[Campaign, list[Task]], studio: Studio, people: People
) -> None:
    """What Community can't hide: every account may open every project, from the start page on."""
    one, tasks = units
    numbers = [project(studio, one, tasks[:1], 1) for _ in range(2)]
    ben = people("ben")
    ben.page.goto(f"{studio.url}/projects")
    for number in numbers:
        expect(ben.page.locator(f'a[href^="/projects/{number}"]').first).to_be_visible(timeout=PATIENCE)
