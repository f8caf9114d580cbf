"""A person's way through both labelling pages: a real server, a real browser, real keys and drags."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Response, expect

from annotation.campaign import Campaign
from annotation.campaign import load as load_campaigns
from annotation.schema import Annotation, Task
from annotation.studio.client import Studio
from annotation.studio.project import labelling_link
from annotation.studio.pull import pull
from annotation.studio.push import push
from annotation.studio.server import Server
from corpus.build import build
from corpus.config import Workspace, load
from corpus.output import Output
from corpus.parquet import read_dicts
from tests.pages import TEXT, log_in, mark

Open = Callable[[Campaign], Page]


@pytest.fixture
def open_stream(browser: Browser, local_server: tuple[Server, Path], studio: Studio) -> Iterator[Open]:
    """Log in as the owner; push a campaign, open its link for annotators and close the guideline.

    No page may open a dialog: that would be a script out of an article.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    server = local_server[0]
    log_in(page, server.url, server.login, server.password or "")

    def opened(campaign: Campaign) -> Page:
        pushed = push(studio, campaign, out=Output())
        page.goto(labelling_link(studio, pushed.project))
        expect(page.locator(".lsf-modal-ls_visible")).to_contain_text(campaign.scheme.title)
        page.keyboard.press("Escape")
        expect(page.locator(".lsf-modal-ls")).to_have_count(0)
        expect(page.locator(TEXT).first).to_be_visible()
        return page

    yield opened
    context.close()
    assert dialogs == []


def test_evidence_behind_an_emoji_and_an_answer_come_home_exactly(
    sample: Workspace, studio: Studio, open_stream: Open
) -> None:
    campaign = only(sample, "browser emoji", "stance", "tagesblatt-muster/harbour-tunnel-05")
    task = campaign.tasks()[0]
    page = open_stream(campaign)
    expect(page.locator(".wc-target")).to_have_text(task.data["target"])
    mark(page, "4", "Wir können das, und zwar pünktlich")
    mark(page, "2", "Jedes Jahr", "Verzögerung")
    page.keyboard.press("s")
    send(page, "Control+Enter")

    answer = answered(studio, campaign, task)
    assert answer.values == {"stance": "unrelated", "confidence": None}
    assert [(span.text, span.holder, span.label) for span in answer.spans] == [
        ("Wir können das, und zwar pünktlich", "actor", "favor"),
        ("Jedes Jahr Verzögerung", "author", "against"),
    ]
    assert "👷🏽\u200d♂️" in task.data["article_text"][: answer.spans[0].start]
    assert (answer.status, answer.origin, answer.stale) == ("submitted", "human", False)


def test_a_mark_across_a_paragraph_break_keeps_its_offsets(
    sample: Workspace, studio: Studio, open_stream: Open
) -> None:
    campaign = only(sample, "browser break", "stance", "tagesblatt-muster/harbour-tunnel-05")
    task = campaign.tasks()[0]
    page = open_stream(campaign)
    mark(page, "9", "kaum festen", "Die Geologin")
    page.keyboard.press("e")
    send(page, "Control+Enter")

    (span,) = answered(studio, campaign, task).spans
    assert (span.text, span.holder, span.label) == ("kaum festen Boden.\nDie Geologin", "unspecified", "mixed")


def test_a_second_key_takes_the_place_of_the_first(sample: Workspace, studio: Studio, open_stream: Open) -> None:
    campaign = only(sample, "browser keys", "stance", "wire-desk/night-trains-04")
    page = open_stream(campaign)
    page.keyboard.press("5")  # the wrong key, then the right one
    mark(page, "1", "night")
    page.locator(".htx-highlight").click()  # and another mind
    page.keyboard.press("9")
    page.keyboard.press("d")
    send(page, "Control+Enter")

    (span,) = answered(studio, campaign, campaign.tasks()[0]).spans
    assert (span.text, span.holder, span.label) == ("night", "unspecified", "mixed")


def test_a_translation_is_marked_on_both_sides_and_scored_without_the_mouse(
    sample: Workspace, studio: Studio, open_stream: Open
) -> None:
    campaign = only(sample, "browser esa", "translation_quality", "*/harbour-tunnel-01")
    task = campaign.tasks()[0]
    missing, wrong = longest_word(task.data["source_text"]), longest_word(task.data["translation_text"])
    page = open_stream(campaign)
    mark(page, "3", missing, side=0)
    mark(page, "2", wrong, side=1)
    page.keyboard.press("Tab")
    page.keyboard.type("73")
    page.keyboard.press("Control+Enter")  # does nothing inside the field, as the guideline says
    page.keyboard.press("Tab")
    send(page, "Control+Enter")

    answer = answered(studio, campaign, task)
    assert answer.values == {"score": 73.0}
    assert [(span.side, span.text, span.label, span.severity) for span in answer.spans] == [
        ("source", missing, "omission", "minor"),
        ("translation", wrong, "error", "major"),
    ]
    assert len(answers(studio, campaign)) == 1
    # On the next task, Tab alone leads to the score.
    expect(page.locator(TEXT).first).to_have_text(campaign.tasks()[1].data["source_text"])
    page.keyboard.press("Tab")
    expect(page.locator("input[type=number]")).to_be_focused()


def test_a_skip_is_a_row_without_answers(sample: Workspace, studio: Studio, open_stream: Open) -> None:
    campaign = only(sample, "browser skip", "stance", "wire-desk/night-trains-04")
    page = open_stream(campaign)
    send(page, "Control+Space")

    skipped = answered(studio, campaign, campaign.tasks()[0])
    assert (skipped.status, skipped.values, skipped.spans) == ("skipped", {"stance": None, "confidence": None}, [])


def test_nothing_is_sent_without_the_required_answer(sample: Workspace, studio: Studio, open_stream: Open) -> None:
    campaign = only(sample, "browser required", "stance", "wire-desk/night-trains-04")
    page = open_stream(campaign)
    mark(page, "1", "night")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Please answer:")).to_be_visible()
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_text("Please answer:")).to_have_count(0)
    assert answers(studio, campaign) == []


def test_a_hostile_article_is_shown_as_text(tmp_path: Path, studio: Studio, open_stream: Open) -> None:
    hostile = (
        "<script>alert(1)</script> The council met on Tuesday & voted for the toll. ]]> $target $article_text &amp; "
        '<img src=x onerror="alert(2)"> </View> {{ $var }} <b>Nobody</b> knows the price of the new tunnel yet.'
    )
    campaign = written(tmp_path, "browser hostile", [("en", hostile)], target="<script>alert(3)</script> $key &amp;")
    task = campaign.tasks()[0]
    page = open_stream(campaign)
    shown = hostile.replace("&amp;", "&")  # an entity is mended by the corpus stage; markup stays
    assert task.data["article_text"] == shown
    expect(page.locator(TEXT)).to_have_text(shown)
    expect(page.locator(".wc-target")).to_have_text(task.data["target"])
    expect(page.locator(f"{TEXT} :is(script, img, b)")).to_have_count(0)
    expect(page.locator(".lsf-modal-ls")).to_have_count(0)
    mark(page, "1", "<b>Nobody</b> knows", "price of")
    page.keyboard.press("q")
    send(page, "Control+Enter")

    (span,) = answered(studio, campaign, task).spans
    assert "Nobody</b> knows the price of" in span.text


def test_statement_and_questions_stay_in_sight_while_a_long_article_scrolls(
    seeds: Path, tmp_path: Path, studio: Studio, open_stream: Open
) -> None:
    longest = max(seeds.glob("*.txt"), key=lambda path: path.stat().st_size).read_text()
    campaign = written(tmp_path, "browser seeds", [("en", longest)], target="The alliance should be deepened.")
    task = campaign.tasks()[0]
    page = open_stream(campaign)
    shown = page.locator(f"{TEXT} .lsf-richtext__line").all_text_contents()
    assert "\n".join(shown) == task.data["article_text"]
    for label in ("Outlet in favour", "Someone mixed", "can't tell"):
        expect(page.get_by_text(label).first).to_be_in_viewport(ratio=1)
    last = [line for line in shown if len(line) > 40][-1].split()
    mark(page, "6", " ".join(last[-3:]))
    for label in ("The alliance should be deepened.", "Outlet in favour", "can't tell"):
        expect(page.get_by_text(label).first).to_be_in_viewport(ratio=1)
    page.keyboard.press("a")
    send(page, "Control+Enter")

    (span,) = answered(studio, campaign, task).spans
    assert span.text.rstrip(".") == " ".join(last[-3:]).rstrip(".")


SEEDS = """
name = "browser all seeds"
[[sources]]
path = "{path}"
[[events]]
id = "summit"
[[targets]]
id = "alliance"
event = "summit"
[targets.text]
en = "Japan and the USA should deepen their alliance."
de = "Japan und die USA sollen ihr Bündnis vertiefen."
[campaigns.stance]
scheme = "stance"
[campaigns.translation_quality]
scheme = "translation-esa"
"""


def test_the_five_seeds_go_all_the_way(seeds: Path, tmp_path: Path, studio: Studio, open_stream: Open) -> None:
    (tmp_path / "wirecopy.toml").write_text(SEEDS.format(path=seeds))
    stance, quality = built(tmp_path, "stance"), built(tmp_path, "translation_quality")
    assert len(stance.tasks()) == 5 and len(quality.tasks()) > 0
    page = open_stream(stance)
    words = stance.tasks()[0].data["article_text"].split()
    mark(page, "1", " ".join(words[2:4]))
    page.keyboard.press("a")
    send(page, "Control+Enter")
    page = open_stream(quality)
    page.locator("input[type=number]").fill("40")
    page.keyboard.press("Tab")
    send(page, "Control+Enter")

    assert answered(studio, stance, stance.tasks()[0]).spans[0].text == " ".join(words[2:4])
    assert answered(studio, quality, quality.tasks()[0]).values == {"score": 40}


def test_a_pair_fits_on_one_screen_side_by_side(sample: Workspace, open_stream: Open) -> None:
    page = open_stream(only(sample, "browser layout", "translation_quality", "*/harbour-tunnel-01"))
    left, right = (page.locator(TEXT).nth(side).bounding_box() for side in (0, 1))
    assert left and right
    assert left["x"] + left["width"] <= right["x"] and left["y"] == right["y"]
    for words in ("Minor omission", "Major error", "Score of the whole translation, 0 to 100"):
        expect(page.get_by_text(words).first).to_be_in_viewport(ratio=1)
    expect(page.locator("input[type=number]")).to_be_in_viewport(ratio=1)


def only(sample: Workspace, name: str, campaign: str, *documents: str) -> Campaign:
    """Return a campaign of the sample that has these documents alone, in a project of its own."""
    folder = sample.root / "articles"
    for path in folder.rglob("*.txt"):
        if not any(path.relative_to(folder).with_suffix("").match(pattern) for pattern in documents):
            path.unlink()
    config = sample.root / "wirecopy.toml"
    config.write_text(config.read_text().replace("wirecopy-demo", name))
    return built(sample.root, campaign)


def written(folder: Path, name: str, articles: list[tuple[str, str]], *, target: str) -> Campaign:
    """Return a stance campaign on these articles, each with its language."""
    rows = [{"id": f"doc-{at}", "text": text, "language": code} for at, (code, text) in enumerate(articles)]
    (folder / "articles.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "wirecopy.toml").write_text(
        f'name = "{name}"\nsources = [{{ path = "articles.jsonl" }}]\nevents = [{{ id = "event" }}]\n'
        f'targets = [{{ id = "target", event = "event", text = {{ en = {json.dumps(target)} }} }}]\n'
        'campaigns = { stance = { scheme = "stance" } }\n'
    )
    return built(folder, "stance")


def built(folder: Path, campaign: str) -> Campaign:
    space = load(folder)
    build(space.config.sources, root=space.root, folder=space.corpus, config=space.config, out=Output())
    return load_campaigns(space, campaign)[0]


def send(page: Page, keys: str) -> None:
    """Press the keys that send an answer and wait until the server has it."""
    with page.expect_response(_is_answer) as waiting:
        page.keyboard.press(keys)
    assert waiting.value.status == 201


def _is_answer(response: Response) -> bool:
    return response.request.method == "POST" and bool(re.search(r"/api/tasks/\d+/annotations", response.url))


def answers(studio: Studio, campaign: Campaign) -> list[Annotation]:
    """Pull, and return the rows; nothing may be in quarantine."""
    pull(studio, campaign, out=Output())
    assert [row["detail"] for row in read_dicts(campaign.folder / "quarantine.parquet")] == []
    return [Annotation.model_validate(row) for row in read_dicts(campaign.folder / "annotations.parquet")]


def answered(studio: Studio, campaign: Campaign, task: Task) -> Annotation:
    """Return the one answer, whose spans must be what the task's text has at their offsets."""
    (answer,) = answers(studio, campaign)
    assert answer.key == task.key
    for span in answer.spans:
        assert task.data[f"{span.side}_text"][span.start : span.end] == span.text
    return answer


def longest_word(text: str) -> str:
    words: list[str] = re.findall(r"\w+", text)
    return max(words, key=len)
