"""A scheme to Label Studio's labelling interface.

Spans use the Text tag: its offsets are code points of the data string. The row of a span (its
holder or severity) is the name of the Labels tag, so that one key and one drag say everything.
"""

import html
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from annotation.schemes.scheme import SIDES, Choice, Number, Option, Scheme, Spans, Unit

STYLE = """
.wc-tools { position: sticky; top: 0; z-index: 5; padding: 8px 12px 10px; border-bottom: 1px solid #8885;
  background: var(--color-neutral-background, #fff); }
.wc-target { font-size: 18px; font-weight: 600; padding-bottom: 6px; }
.wc-rows { display: flex; flex-wrap: wrap; column-gap: 20px; align-items: center; }
.wc-rows > * { margin: 0; }
.wc-choice .lsf-choices, .wc-choice form { margin: 0; }
.wc-text { padding: 10px 12px; line-height: 1.6; font-size: 16px; max-width: 76ch; }
.wc-sides { display: grid; grid-template-columns: 1fr 1fr; gap: 4px 20px; padding: 6px 12px; }
.wc-sides .wc-text { padding: 4px 0; }
.wc-context { opacity: .6; font-size: 14px; user-select: none; }
.wc-number { padding: 4px 12px; display: flex; gap: 12px; align-items: center; }
"""
UNIT_HEADINGS = {"source": "Source", "translation": "Translation"}


def labelling_page(scheme: Scheme) -> str:
    """Return the XML of the labelling page."""
    view = Element("View")
    SubElement(view, "Style").text = STYLE
    tools = SubElement(view, "View", className="wc-tools")
    if scheme.unit is Unit.DOCUMENT:
        SubElement(SubElement(tools, "View", className="wc-target"), "Header", value="$target", size="4")
    sides = SIDES[scheme.unit]
    numbers = [question for question in scheme.questions if isinstance(question, Number)]
    for question in scheme.questions:
        if isinstance(question, Spans):
            _spans(tools, question)
        elif isinstance(question, Choice):
            _choice(tools, question, sides[0])
    _texts(view, scheme.unit)
    for question in numbers:
        _number(view, question, sides[-1])
    indent(view)
    return tostring(view, encoding="unicode")


def instruction(scheme: Scheme) -> str:
    """Return the guideline as HTML, with any HTML inside it escaped."""
    from markdown_it import MarkdownIt

    body: str = MarkdownIt("commonmark", {"html": False}).render(scheme.guideline)
    return f"<h3>{html.escape(scheme.title)}</h3>{body}"


def tag_name(question: Spans, row: Option | None) -> str:
    """Return the name of the Labels tag of one row of a question."""
    return f"{question.name}-{row.value}" if row else question.name


def rows_of(question: Spans) -> list[Option | None]:
    """Return the rows of a question, or one None for a question without rows."""
    return [*question.rows] or [None]


def _spans(tools: Element, question: Spans) -> None:
    block = SubElement(tools, "View", className="wc-rows")
    for at, row in enumerate(rows_of(question)):
        labels = SubElement(block, "Labels", name=tag_name(question, row), toName=question.side, showInline="true")
        for position, label in enumerate(question.labels):
            words = f"{row.text} {label.text}" if row else label.text
            tag = SubElement(labels, "Label", value=words, alias=label.value)
            if question.keys:
                tag.set("hotkey", question.keys[at][position])
            if label.color:
                tag.set("background", label.color)


def _choice(tools: Element, question: Choice, side: str) -> None:
    block = SubElement(tools, "View", className="wc-choice")
    SubElement(block, "Header", value=question.title, size="5")
    choices = SubElement(
        block,
        "Choices",
        name=question.name,
        toName=side,
        choice="single-radio",
        showInline="true",
        required=str(question.required).lower(),
        requiredMessage=f"Please answer: {question.title}",
    )
    for option in question.options:
        tag = SubElement(choices, "Choice", value=option.text, alias=option.value)
        if option.key:
            tag.set("hotkey", option.key)
        if option.hint:
            tag.set("hint", option.hint)


def _number(view: Element, question: Number, side: str) -> None:
    block = SubElement(view, "View", className="wc-number")
    SubElement(block, "Header", value=question.title, size="5")
    SubElement(
        block,
        "Number",
        name=question.name,
        toName=side,
        min=f"{question.min:g}",
        max=f"{question.max:g}",
        step=f"{question.step:g}",
        required=str(question.required).lower(),
        requiredMessage=f"Please answer: {question.title}",
    )


def _texts(view: Element, unit: Unit) -> None:
    if unit is Unit.DOCUMENT:
        _text(view, "article", "wc-text")
        return
    block = SubElement(view, "View", className="wc-sides")
    for side in SIDES[unit]:
        SubElement(block, "Header", value=f"{UNIT_HEADINGS[side]} ($" + f"{side}_language)", size="5")
    for part in ("before", None, "after"):
        for side in SIDES[unit]:
            name = f"{side}_{part}" if part else side
            _text(block, name, "wc-text wc-context" if part else "wc-text")


def _text(parent: Element, name: str, classes: str) -> None:
    # A data key called `source` would show the whole task as JSON, so every text ends in `_text`.
    block = SubElement(parent, "View", className=classes)
    SubElement(block, "Text", name=name, value=f"${name}_text", granularity="word")
