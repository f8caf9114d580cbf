"""A scheme to Label Studio's labelling interface.

Spans use the Text tag: its offsets are code points of the data string. A label says row (holder or
severity) and label at once, so that one key and one drag say everything. They share one Labels tag:
with a tag for each row, a second key would add to the first instead of taking its place.
"""

import html
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from annotation.schemes.scheme import SIDES, Choice, Number, Option, Scheme, Spans, Unit

# Label Studio puts this into the page as it stands; `lsf-` and `htx-` are its own classes.
# The colours of a label must be readable on its light and its dark page.
STYLE = """
.wc-tools { position: sticky; top: 0; z-index: 5; margin: -14px -14px 0; padding: 10px 26px 8px;
  border-bottom: 1px solid #8886; background: var(--color-neutral-background, #fff); }
.wc-tools h3, .wc-tools h4, .wc-sides h4 { margin: 0 0 6px !important; }
.wc-number h4 { margin: 0 !important; }
.wc-target h3 { unicode-bidi: plaintext; text-align: start; }
.wc-questions { display: flex; flex-wrap: wrap; gap: 8px 24px; }
.wc-pair .wc-questions { display: grid; grid-template-columns: 1fr 1fr; }
.wc-questions h4, .wc-sides h4, .wc-number h4 { font-size: 14px; line-height: 20px; }
.wc-spans .lsf-labels { display: block; margin: 0; }
.wc-row { display: flex; flex-wrap: wrap; gap: 6px; margin-bottom: 6px; }
.wc-spans .lsf-label { margin: 0; min-width: 149px; justify-content: space-between; font-size: 13px; }
.wc-pair .wc-spans .lsf-labels { display: flex; flex-wrap: wrap; column-gap: 6px; }
.wc-choice .lsf-choices { display: grid; grid-auto-flow: column; grid-template-rows: repeat(5, auto);
  justify-content: start; column-gap: 8px; margin: 0; }
.wc-choice .lsf-choice { line-height: 20px; margin: 0; font-size: 13px; }
.wc-choice .lsf-hint { top: 0; font-size: 13px; opacity: .7; margin-left: 5px; }
.wc-title { padding: 0 12px; max-width: 66ch; }
.wc-title h3 { margin: 14px 0 -6px !important; white-space: normal; }
.wc-text { padding: 14px 12px; max-width: 72ch; font-size: 17px; }
.wc-text .lsf-richtext__container { font-size: inherit; line-height: 1.7; }
.wc-text .lsf-richtext__line { display: inline-block; width: 100%; margin-bottom: .5em; padding: 0;
  unicode-bidi: plaintext; }
.wc-text .htx-highlight { position: relative; border-radius: 3px; }
.wc-text .htx-highlight.htx-no-label::after { display: block; position: absolute; left: 0; top: -8px; padding: 0;
  font: 600 10px/1 sans-serif; white-space: nowrap; pointer-events: none;
  color: var(--color-neutral-content, #333); }
.wc-sides { display: grid; grid-template-columns: 1fr 1fr; gap: 0 24px; padding: 10px 12px 0; }
.wc-sides .wc-title { padding: 0 12px; max-width: 66ch; }
.wc-title h3 { margin: 14px 0 -6px !important; white-space: normal; }
.wc-text { padding: 6px 0 0; }
.wc-context { opacity: .65; user-select: none; }
.wc-sides .wc-context { font-size: 15px; }
.wc-number { padding: 10px 12px; display: flex; gap: 12px; align-items: center; }
.lsf-modal-ls__body :is(p, ol, ul) { margin-bottom: .7em; }
.lsf-modal-ls__body :is(ol, ul) { padding-left: 1.6em; list-style: decimal; }
.lsf-modal-ls__body ul { list-style: disc; }
"""
UNIT_HEADINGS = {"source": "Source", "translation": "Translation"}


def labelling_page(scheme: Scheme) -> str:
    """Return the XML of the labelling page."""
    view = Element("View")
    SubElement(view, "Style").text = STYLE
    sides = SIDES[scheme.unit]
    _tools(view, scheme, sides)
    _texts(view, scheme.unit)
    for question in scheme.questions:
        if isinstance(question, Number):
            _number(view, question, sides[-1])
    indent(view)
    return tostring(view, encoding="unicode")


def instruction(scheme: Scheme) -> str:
    """Return the guideline as HTML, with any HTML inside it escaped."""
    from markdown_it import MarkdownIt

    body: str = MarkdownIt("commonmark", {"html": False}).render(scheme.guideline)
    return f"<h3>{html.escape(scheme.title)}</h3>{body}"


def rows_of(question: Spans) -> list[Option | None]:
    """Return the rows of a question, or one None for a question without rows."""
    return [*question.rows] or [None]


def mark_name(row: Option | None, label: Option) -> str:
    """Return what Label Studio stores for a label of a row: `row-label`, or `label` without rows."""
    return f"{row.value}-{label.value}" if row else label.value


def marks_of(question: Spans) -> dict[str, tuple[Option | None, Option]]:
    """Return the row and label of all that can be marked, by the name that Label Studio stores."""
    return {mark_name(row, label): (row, label) for row in rows_of(question) for label in question.labels}


def _tools(view: Element, scheme: Scheme, sides: tuple[str, ...]) -> None:
    """Add what stays in sight while a long text scrolls: the statement, the labels, the choices."""
    tools = SubElement(view, "View", className=f"wc-tools wc-{scheme.unit}")
    if scheme.unit is Unit.DOCUMENT:
        SubElement(SubElement(tools, "View", className="wc-target"), "Header", value="$target", size="4")
    block = SubElement(tools, "View", className="wc-questions")
    spans = [question for question in scheme.questions if isinstance(question, Spans)]
    for marks in sorted(spans, key=lambda one: sides.index(one.side)):  # each above its own text
        _spans(block, marks)
    for question in scheme.questions:
        if isinstance(question, Choice):
            _choice(block, question, sides[0])


def _spans(tools: Element, question: Spans) -> None:
    block = SubElement(tools, "View", className="wc-spans")
    SubElement(block, "Header", value=question.title, size="5")
    labels = SubElement(block, "Labels", name=question.name, toName=question.side, showInline="true")
    for at, row in enumerate(rows_of(question)):
        line = SubElement(labels, "View", className="wc-row")
        for position, label in enumerate(question.labels):
            words = f"{row.text} {label.text}" if row else label.text
            tag = SubElement(line, "Label", value=words, alias=mark_name(row, label))
            if question.keys:
                tag.set("hotkey", question.keys[at][position])
            if color := (row and row.color) or label.color:
                tag.set("background", color)


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
        SubElement(SubElement(view, "View", className="wc-title"), "Header", value="$title", size="4")
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
