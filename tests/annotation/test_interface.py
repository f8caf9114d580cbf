"""The labelling page as Label Studio gets it: everything of the scheme, once, and nothing else."""

import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from label_studio_sdk.label_interface.interface import LabelInterface

from annotation.schemes import built_in, load
from annotation.schemes.interface import NEVER, instruction, key_of, labelling_page, mark_name, rows_of
from annotation.schemes.scheme import Choice, Number, Scheme, Spans, Text
from annotation.schemes.style import STYLE
from annotation.units import tasks_of
from corpus.config import Campaign, Config
from corpus.schema import Document, Pair, Paragraph, Role, Side

HOSTILE = """<b onclick="alert('1')">a & b</b> ]]> $target &amp; "q" </View>"""
CONTROLS = {"Labels", "Choices", "Number", "TextArea"}


@pytest.fixture(params=built_in())
def scheme(request: pytest.FixtureRequest) -> Scheme:
    return load(request.param, Path())


def page_of(scheme: Scheme) -> Element:
    return fromstring(labelling_page(scheme))


def test_every_label_is_there_once_with_its_key_and_colour(scheme: Scheme) -> None:
    labels = Counter(
        (tag.get("value"), tag.get("alias"), tag.get("hotkey"), tag.get("background"))
        for tag in page_of(scheme).iter("Label")
    )
    assert labels == Counter(wanted for question in scheme.questions for wanted in wanted_labels(question))


def wanted_labels(question: Any) -> list[tuple[str | None, ...]]:
    if not isinstance(question, Spans):
        return []
    return [
        (
            f"{row.text} {label.text}" if row else label.text,
            mark_name(row, label),
            (key_of(question, at, position) or NEVER) if question.keys else None,
            (row.color if row else None) or label.color,
        )
        for at, row in enumerate(rows_of(question))
        for position, label in enumerate(question.labels)
    ]


def test_every_choice_and_number_is_there_once(scheme: Scheme) -> None:
    page = page_of(scheme)
    choices = [question for question in scheme.questions if isinstance(question, Choice)]
    numbers = [question for question in scheme.questions if isinstance(question, Number)]
    assert [(tag.get("value"), tag.get("alias"), tag.get("hotkey")) for tag in page.iter("Choice")] == [
        (option.text, option.value, option.key) for question in choices for option in question.options
    ]
    asked = [tag.get("name") for tag in page.iter("Choices") if tag.get("perRegion") is None]
    assert asked == [question.name for question in choices]
    boxes = [tag.get("name") for tag in page.iter("TextArea") if tag.get("perRegion") is None]
    assert boxes == [question.name for question in scheme.questions if isinstance(question, Text)]
    assert [(tag.get("name"), tag.get("min"), tag.get("max")) for tag in page.iter("Number")] == [
        (question.name, f"{question.min:g}", f"{question.max:g}") for question in numbers
    ]
    headers = [tag.get("value") for tag in page.iter("Header")]
    assert all(headers.count(question.title) == 1 for question in scheme.questions)


def test_keys_and_names_are_distinct_and_every_control_marks_a_text(scheme: Scheme) -> None:
    page = page_of(scheme)
    keys = [key for tag in page.iter() if (key := tag.get("hotkey", NEVER)) != NEVER]
    names = [name for tag in page.iter() if (name := tag.get("name"))]
    assert len(keys) == len(set(keys)) and len(names) == len(set(names))
    texts = {tag.get("name") for tag in page.iter("Text")}
    assert all(tag.get("toName") in texts for tag in page.iter() if tag.tag in CONTROLS)


def test_the_page_asks_for_what_a_task_has(scheme: Scheme) -> None:
    asked = set(re.findall(r"\$(\w+)", re.sub("<Style>.*</Style>", "", labelling_page(scheme), flags=re.DOTALL)))
    # Label Studio answers `$source` with the whole task as JSON.
    assert "source" not in asked
    (task,) = tasks_of("c", Campaign(scheme=scheme.id), scheme, CONFIG, [DOCUMENT], [PAIR])
    assert asked == set(task.data)
    panels = set(re.findall(r"\$(\w+)", labelling_page(scheme, panels=("a", "b"))))
    assert panels >= asked | {"answer_a_text", "answer_b_text"}


def test_the_sdk_accepts_the_page(scheme: Scheme) -> None:
    interface = LabelInterface(labelling_page(scheme))
    names = {f"{one.name}{end}" for one in scheme.questions if getattr(one, "named", ()) for end in ("-name", "-typed")}
    assert {control.name for control in interface.controls} == {one.name for one in scheme.questions} | names


def test_the_colours_of_labels_can_be_read_on_the_light_and_on_the_dark_page(scheme: Scheme) -> None:
    colors = {color for tag in page_of(scheme).iter("Label") if (color := tag.get("background"))}
    assert colors and ">" not in STYLE
    for color in colors:
        assert all(contrast(color, page) > 3.4 for page in ("#fdfdfc", "#262522")), color


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    parts = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_hostile_words_in_a_scheme_stay_words() -> None:
    hostile = scheme_of("document", HOSTILE)
    page = page_of(hostile)
    assert {tag.tag for tag in page.iter()} == {
        "View",
        "Style",
        "Header",
        "Text",
        "Labels",
        "Label",
        "Choices",
        "Choice",
    }
    assert [tag.get("value") for tag in page.iter("Label")] == [f"{HOSTILE} {HOSTILE}"]
    assert [(tag.get("value"), tag.get("hint")) for tag in page.iter("Choice")] == [(HOSTILE, HOSTILE)] * 2
    assert page.findtext("Style") == STYLE


def test_a_guideline_is_html_made_from_markdown_and_nothing_else() -> None:
    page = instruction(scheme_of("document", HOSTILE))
    assert page.startswith("<h3>&lt;b onclick=&quot;alert(")
    assert "<b" not in page and "<strong>bold</strong>" in page
    assert instruction(scheme_of("document", "[x](javascript:alert(1))")).count("href") == 0


def test_the_built_in_guidelines_name_the_keys(scheme: Scheme) -> None:
    page = instruction(scheme)
    assert all(f"<code>{key}</code>" in page for key in ("Ctrl+Enter", "Ctrl+Space", "Backspace"))
    assert "**" not in page


def scheme_of(unit: str, words: str) -> Scheme:
    row = {"value": "row", "text": words}
    options = [{"value": value, "text": words, "hint": words} for value in ("yes", "no")]
    return Scheme.model_validate(
        {
            "id": "hostile",
            "version": "1",
            "unit": unit,
            "title": words,
            "guideline": f"**bold** {words}",
            "questions": [
                {
                    "type": "spans",
                    "name": "evidence",
                    "title": words,
                    "side": "article",
                    "row": "holder",
                    "rows": [row],
                    "labels": [{"value": "label", "text": words}],
                },
                {"type": "choice", "name": "stance", "title": words, "options": options},
            ],
        }
    )


CONFIG = Config.model_validate(
    {
        "name": "page",
        "sources": [{"path": "x"}],
        "events": [{"id": "e"}],
        "targets": [{"id": "t", "event": "e", "text": {"en": "Build it."}}],
    }
)
DOCUMENT = Document(
    doc_id="d",
    source="d.txt",
    language="en",
    text="A.",
    paragraphs=[Paragraph(start=0, end=2, role=Role.BODY, rule="test")],
    raw_sha256="",
    text_sha256="",
    family_id="d",
    event_id="e",
)
PAIR = Pair(
    pair_id="p",
    left=Side(doc="d", segment_ids=["1"], text="One.", language="en"),
    right=Side(doc="d", segment_ids=["2"], text="Eins.", language="de"),
    score=1,
    method="test",
    rank=0,
)
