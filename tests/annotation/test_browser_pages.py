"""The pages of all schemes in a real browser: readable in light and dark, marked with one key and one drag.

With UPDATE_PICTURES=1 the pictures in docs/ are taken anew.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, combinations
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Response, expect

from annotation.schema import Task
from annotation.schemes import built_in, load
from annotation.schemes.checks import contradictions
from annotation.schemes.interface import marks_of
from annotation.schemes.keys import keys_of
from annotation.schemes.scheme import Scheme, Spans, Unit
from annotation.studio.client import Studio
from annotation.studio.project import labelling_link
from annotation.studio.server import Server
from tests.conftest import REPOSITORY, SAMPLE
from tests.pages import TEXT, answer, document, log_in, mark, pairs, project_of, units

Open = Callable[..., tuple[Page, int]]
ACTORS = ("Ilva Tornquist", "Bram Odegaard", "Greta Halvard")
NEWS = (SAMPLE / "articles" / "wire-desk" / "harbour-tunnel-01.txt").read_text()
GERMAN = document(
    "Der Tunnel unter dem Hafen\nDie Stadt hat gestern einen neuen Tunnel beschlossen, welcher unter dem Hafen geht. "
    "Die Bürgermeisterin nannte dies den Anfang von einer ruhigeren Altstadt.\n"
    "Fahrer werden drei Kronen bezahlen. Dieses macht keinen Sinn für den Dockers, sagte ihre Union.",
    language="de",
)
PAIRS = pairs(
    (
        "“Whoever drives through it should help to pay for it,” she said.",
        "„Wer durchfährt, soll mitzahlen“, sagte sie.",
    ),
    (
        "At present the only way across for cars is the old swing bridge, where queues are a daily sight.",
        "Heute überqueren alle Autos den Hafen auf einer Drehbrücke, die zu jeder Eilstunde verstopft ist.",
    ),
    ("Bram Odegaard of the dockers’ union rejects the toll.", "Bram Odegaard von der Gewerkschaft lehnt die Maut ab."),
)


@pytest.fixture(scope="module")
def signed_in(browser: Browser, local_server: tuple[Server, Path]) -> Page:
    """One page of the owner. No page may open a dialog: that would be a script out of an article."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    server = local_server[0]
    log_in(page, server.url, server.login, server.password or "")
    return page


@pytest.fixture
def open_page(signed_in: Page, studio: Studio) -> Iterator[Open]:
    """Put tasks before the annotator: the page, with its guideline closed, and the project's id."""
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    signed_in.on("dialog", dismiss)

    def opened(
        scheme: Scheme, tasks: Sequence[Task], *, panels: Sequence[str] = (), colors: str = "Light"
    ) -> tuple[Page, int]:
        project = project_of(studio, scheme, tasks, panels=panels)
        signed_in.evaluate(f"localStorage.setItem('preferred-color-scheme', '{colors}')")
        signed_in.goto(labelling_link(studio, project))
        expect(signed_in.locator(".lsf-modal-ls_visible")).to_contain_text(scheme.title)
        signed_in.keyboard.press("Escape")
        expect(signed_in.locator(".lsf-modal-ls")).to_have_count(0)
        expect(signed_in.locator(TEXT).first).to_be_visible()
        return signed_in, project

    yield opened
    signed_in.remove_listener("dialog", dismiss)
    assert dialogs == []


def example(scheme: Scheme) -> list[Task]:
    """Units for a picture: the second pair, which has context on both sides."""
    if scheme.unit is Unit.PAIR:
        return units(scheme, (), PAIRS)[1:]
    if not scheme.has_target:
        return units(scheme, [GERMAN])[1:]
    return units(scheme, [document(NEWS.strip())], target="Marisholm should build the tunnel.", actors=ACTORS)


def send(page: Page) -> None:
    """Submit and wait until the server has the answer."""
    with page.expect_response(_is_answer) as waiting:
        page.keyboard.press("Control+Enter")
    assert waiting.value.status == 201


def _is_answer(response: Response) -> bool:
    return response.request.method == "POST" and bool(re.search(r"/api/tasks/\d+/annotations", response.url))


def pressed(key: str) -> str:
    """The key as Playwright presses it: `shift+alt+q` is `Shift+Alt+q`."""
    *modifiers, letter = key.split("+")
    return "+".join([*(one.title() for one in modifiers), letter])


# What is done on each page for its picture: key, first and last words, side.
WORK: dict[str, list[tuple[str, str, str, int]]] = {
    "stance": [
        ("8", "24 voted", "against", 0),
        ("4", "a quieter", "old town", 0),
        ("4", "supports the tunnel", "supports the tunnel", 0),
        ("5", "want", "neither", 0),
    ],
    "stance-simple": [("2", "want", "neither", 0), ("1", "a quieter", "old town", 0)],
    "translation-esa": [("1", "Eilstunde", "Eilstunde", 1), ("3", "daily", "daily", 0)],
    "translation-mqm": [
        ("q", "Eilstunde", "Eilstunde", 1),
        ("Shift+k", "Drehbrücke", "Drehbrücke", 1),
        ("Shift+Alt+w", "alle", "Autos", 1),
        ("x", "daily", "daily", 0),
    ],
    "translation-mqm-core": [
        ("c", "Eilstunde", "Eilstunde", 1),
        ("Alt+q", "Drehbrücke", "Drehbrücke", 1),
        ("Shift+x", "daily", "daily", 0),
    ],
    "fluency": [("1", "Anfang von", "ruhigeren", 0), ("w", "welcher", "geht", 0)],
}


@pytest.mark.parametrize("colors", ["Light", "Dark"])
@pytest.mark.parametrize("name", built_in())
def test_a_page_is_whole_at_1280_by_800(name: str, colors: str, open_page: Open) -> None:
    scheme = load(name, Path())
    page, _ = open_page(scheme, example(scheme), colors=colors)
    for key, first, last, side in WORK[name]:
        mark(page, key, first, last, side=side)
    if name == "stance":
        page.locator(".htx-highlight").nth(1).click()
        page.keyboard.press("Shift+1")
        page.keyboard.press("e")
    assert page.locator("html").get_attribute("data-color-scheme") == colors.lower()
    boxes = page.evaluate(SEEN)
    assert len(boxes["labels"]) == sum(len(marks_of(one)) for one in scheme.questions if isinstance(one, Spans))
    for left, top, right, bottom in chain(boxes["labels"], boxes["controls"]):
        assert left >= 0 and top >= 48 and right <= 960 and bottom <= 750
    assert not overlapping(boxes["labels"])
    assert boxes["contrast"] > 4.5
    expect(page.locator(TEXT).first).to_be_in_viewport(ratio=1)
    if os.environ.get("UPDATE_PICTURES") and (colors == "Light" or name == "stance"):
        page.wait_for_timeout(300)  # a selected label fades in
        dark = "-dark" if colors == "Dark" else ""
        page.screenshot(path=REPOSITORY / "docs" / f"{name}{dark}.png")


# Where labels and questions are on the screen, and the contrast of the text on its background.
SEEN = """() => {
  const box = (one) => { const at = one.getBoundingClientRect(); return [at.left, at.top, at.right, at.bottom]; };
  const all = (what) => [...document.querySelectorAll(what)].map(box).filter(([left, , right]) => right > left);
  const light = (color) => {
    const parts = color.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
    const linear = parts.map((part) => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
    return .2126 * linear[0] + .7152 * linear[1] + .0722 * linear[2] + .05;
  };
  const text = light(getComputedStyle(document.querySelector(".wc-text .lsf-richtext__line")).color);
  const page = light(getComputedStyle(document.querySelector(".wc-tools")).backgroundColor);
  return {
    labels: all(".wc-spans .lsf-label"),
    controls: all(".wc-tools h3, .wc-tools h4, .lsf-choice, .wc-number, .wc-answer"),
    contrast: Math.max(text, page) / Math.min(text, page),
  };
}"""


def overlapping(boxes: Sequence[Sequence[float]]) -> list[object]:
    """Boxes that lie over each other."""
    return [
        (one, other)
        for one, other in combinations(boxes, 2)
        if min(one[2], other[2]) - max(one[0], other[0]) > 1 and min(one[3], other[3]) - max(one[1], other[1]) > 1
    ]


@pytest.mark.parametrize("name", ["translation-mqm", "translation-mqm-core"])
def test_the_browser_takes_every_key_of_the_matrix(name: str, open_page: Open) -> None:
    scheme = load(name, Path())
    page, _ = open_page(scheme, example(scheme))
    selected = page.locator(".lsf-label_selected [title]")
    for question in scheme.questions:
        for row, word in enumerate(question.keys if isinstance(question, Spans) else []):
            for label, key in enumerate(keys_of(word)):
                if key and isinstance(question, Spans):
                    page.keyboard.press(pressed(key))
                    wanted = f"{question.rows[row].text} {question.labels[label].text}"
                    expect(selected).to_have_attribute("title", wanted)
                    page.keyboard.press(pressed(key))
                    expect(selected).to_have_count(0)


def test_a_chord_and_a_drag_make_a_span_of_category_and_severity(studio: Studio, open_page: Open) -> None:
    scheme = load("translation-mqm", Path())
    task = example(scheme)[0]
    page, project = open_page(scheme, [task])
    mark(page, "Shift+q", "Eilstunde", side=1)
    mark(page, "Alt+x", "daily", side=0)
    mark(page, "Shift+Alt+k", "Drehbrücke", side=1)
    page.locator(".lsf-label", has_text="·").first.click()  # a cell without a key
    page.locator("input[name=comment]").fill("  Nobody says so.  ")
    page.locator(".wc-sides h4").first.click()
    send(page)

    values, spans = answer(studio, project, scheme, task)
    assert values == {"comment": "Nobody says so."}
    assert [(span.side, span.text, span.label, span.severity) for span in spans] == [
        ("source", "daily", "accuracy_omission", "critical"),
        ("translation", "Drehbrücke", "style_awkward", "neutral"),
        ("translation", "Eilstunde", "accuracy_mistranslation", "major"),
    ]


def test_an_actor_is_named_by_key_by_click_and_by_typing_and_nothing_waits_for_it(
    studio: Studio, open_page: Open
) -> None:
    scheme = load("stance", Path())
    task = example(scheme)[0]
    page, project = open_page(scheme, [task])
    mark(page, "4", "quieter")
    mark(page, "5", "neither")
    mark(page, "4", "supports")
    mark(page, "6", "lawsuit")
    mark(page, "1", "tunnel")
    names = page.locator(".wc-naming")
    expect(names).to_be_hidden()  # nothing is selected after a drag
    before = page.locator(TEXT).bounding_box()
    click(page, "quieter")
    expect(names).to_be_visible()
    assert page.locator(TEXT).bounding_box() == before  # the text does not move away under the mouse
    page.keyboard.press("Shift+1")
    click(page, "supports")
    names.get_by_text("Bram Odegaard").click()
    click(page, "neither")
    names.locator("input[type=text]").fill("the residents' <b>group</b>")
    click(page, "tunnel")
    expect(names).to_be_hidden()  # the outlet has no name
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    send(page)

    values, spans = answer(studio, project, scheme, task)
    assert values == {"stance": "balanced", "confidence": None}
    assert {span.text: span.holder_name for span in spans} == {
        "quieter": "Ilva Tornquist",
        "supports": "Bram Odegaard",
        "neither": "the residents' <b>group</b>",
        "lawsuit": None,
        "tunnel": None,
    }
    assert contradictions(scheme, values, spans) == ["actor-without-name"]


def click(page: Page, words: str) -> None:
    """Select the mark over these words."""
    page.locator(".htx-highlight", has_text=words).first.click()


RIGHT_TO_LEFT = {
    "ar": ("أقر المجلس بناء النفق تحت الميناء.", "قال رئيس البلدية إن النفق 2.4 كيلومتر سيغير المدينة القديمة."),
    "he": ("המועצה אישרה את המנהרה מתחת לנמל.", "ראש העיר אמרה שהמנהרה באורך 2.4 קילומטר תשנה את העיר."),
}


@pytest.mark.parametrize("language", ["ar", "he"])
def test_arabic_and_hebrew_are_set_right_to_left(language: str, studio: Studio, open_page: Open) -> None:
    scheme = load("stance", Path())
    title, text = RIGHT_TO_LEFT[language]
    (task,) = units(scheme, [document(text, language=language, title=title)], target=title, actors=[title[:10]])
    page, project = open_page(scheme, [task])
    for shown in (".wc-target h3", ".wc-title h3", f"{TEXT} .lsf-richtext__line"):
        left, right, width_left, width_right = page.locator(shown).evaluate(EDGES)
        assert right == pytest.approx(width_right, abs=2), shown  # the words begin at the right edge
        assert left > width_left + 50, shown
    words = text.split()
    mark(page, "1", words[0], rtl=True)
    page.keyboard.press("q")
    send(page)
    _, (span,) = answer(studio, project, scheme, task)
    assert (span.start, span.text) == (0, words[0])


# Where the words of a line are, and where the line is.
EDGES = """(one) => {
  const range = document.createRange();
  range.selectNodeContents(one);
  const [words, line] = [range.getBoundingClientRect(), one.getBoundingClientRect()];
  return [words.left, words.right, line.left, line.right];
}"""


def test_both_directions_stand_side_by_side(open_page: Open) -> None:
    scheme = load("translation-esa", Path())
    found = pairs(("The council approved it.", RIGHT_TO_LEFT["ar"][0]), languages=("en", "ar"))
    page, _ = open_page(scheme, units(scheme, (), found))
    english, arabic = (page.locator(f"{TEXT} .lsf-richtext__line").nth(side).evaluate(EDGES) for side in (0, 1))
    assert english[0] == pytest.approx(english[2], abs=2) and english[1] < english[3] - 50
    assert arabic[1] == pytest.approx(arabic[3], abs=2) and arabic[0] > arabic[2] + 50
    assert english[3] <= arabic[2]


HOSTILE = (
    '<script>alert(1)</script> ]]> $target $key $article_text &amp; <img src=x onerror="alert(2)"> </View> '
    "{{ $var }} <b>Nobody</b>"
)


def test_hostile_words_are_shown_as_words_wherever_they_stand(studio: Studio, open_page: Open) -> None:
    scheme = load("stance", Path())
    (task,) = units(
        scheme, [document(HOSTILE, title=f"title {HOSTILE}")], target=f"target {HOSTILE}", actors=[f"actor {HOSTILE}"]
    )
    for name in ("a", "b"):
        task.data[f"answer_{name}_text"] = f"panel {name} {HOSTILE}"
    page, project = open_page(scheme, [task], panels=("a", "b"))
    expect(page.locator(TEXT)).to_have_text(HOSTILE)
    expect(page.locator(".wc-title h3")).to_have_text(f"title {HOSTILE}")
    expect(page.locator(".wc-target h3")).to_have_text(f"target {HOSTILE}")
    for at, name in enumerate("ab"):
        expect(page.locator(".wc-panel .lsf-richtext__container").nth(at)).to_have_text(f"panel {name} {HOSTILE}")
    mark(page, "4", "Nobody")
    click(page, "Nobody")
    shown = page.locator(".wc-naming .lsf-choice")
    assert shown.inner_text().replace("\u2060", "") == f"actor {HOSTILE}[shift+1]"
    page.keyboard.press("Shift+1")
    expect(page.locator(".lsf-main-content, .wc-tools, .wc-whole").locator("script, img, b")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    send(page)
    _, (span,) = answer(studio, project, scheme, task)
    assert (span.text, span.holder_name) == ("Nobody", f"actor {HOSTILE}")


def test_hostile_context_is_shown_as_words(open_page: Open) -> None:
    scheme = load("translation-mqm", Path())
    found = pairs((f"before {HOSTILE}", f"vor {HOSTILE}"), (HOSTILE, HOSTILE), (f"after {HOSTILE}", f"nach {HOSTILE}"))
    page, _ = open_page(scheme, units(scheme, (), found)[1:2])
    for words in ("before", "vor", "after", "nach"):
        expect(page.get_by_text(f"{words} {HOSTILE}", exact=True)).to_have_count(1)
    expect(page.locator(".wc-sides").locator("script, img, b")).to_have_count(0)


def test_the_panels_stand_beside_the_text_and_can_t_be_marked(open_page: Open) -> None:
    scheme = load("stance", Path())
    task = example(scheme)[0]
    answers = {"a": "outlet: balanced\nactor, in favour (Ilva Tornquist): “a quieter old town”", "b": "unrelated"}
    task.data.update({f"answer_{name}_text": text for name, text in answers.items()})
    page, _ = open_page(scheme, [task], panels=("a", "b"))
    text, first = page.locator(TEXT).bounding_box(), page.locator(".wc-panel").first.bounding_box()
    assert text and first and text["x"] + text["width"] <= first["x"] and first["x"] + first["width"] <= 960
    page.keyboard.press("1")
    page.locator(".wc-panel .lsf-richtext__container").first.dblclick()
    mark(page, "2", "supports")
    expect(page.locator(".lsf-outliner-item")).to_have_count(1)
    if os.environ.get("UPDATE_PICTURES"):
        page.screenshot(path=REPOSITORY / "docs" / "adjudication.png")


def test_a_paragraph_stands_between_its_neighbours(studio: Studio, open_page: Open) -> None:
    scheme = load("stance", Path())
    tasks = units(scheme, [document("A title\nOne is for it.\nTwo is not.")], unit="paragraph")
    page, project = open_page(scheme.on("paragraph"), tasks[1:2])
    expect(page.locator(".wc-whole .lsf-richtext__container")).to_have_text(
        ["A title", "One is for it.", "Two is not."]
    )
    mark(page, "1", "One")
    page.keyboard.press("w")
    send(page)
    _, (span,) = answer(studio, project, scheme.on("paragraph"), tasks[1])
    assert (tasks[1].start, span.start, span.text) == (8, 0, "One")


def test_a_long_text_leaves_the_tools_in_sight(open_page: Open) -> None:
    scheme = load("translation-mqm-core", Path())
    long = " ".join(["Nobody knows what the tunnel will cost."] * 60)
    page, _ = open_page(scheme, units(scheme, (), pairs((long, long + " Wirklich nicht."))))
    mark(page, "q", "Wirklich nicht", side=1)
    for words in ("Mistranslation", "Omission", "Link, reference"):
        expect(page.locator(".wc-tools").get_by_text(words, exact=True).first).to_be_in_viewport(ratio=1)
