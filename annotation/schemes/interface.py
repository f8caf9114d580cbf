"""A scheme to Label Studio's labelling interface.

Spans use the Text tag: its offsets are code points of the data string. A label says row (holder or
severity) and label at once, so that one key and one drag say everything. They share one Labels tag:
with a tag for each row, a second key would add to the first instead of taking its place. A name is
asked of the region that is selected: no mark has to wait for it.
"""

import html
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from annotation.schemes.keys import keys_of
from annotation.schemes.scheme import Choice, Number, Option, Scheme, Spans, Text, Unit, side_of
from annotation.schemes.style import STYLE

HEADINGS = {"source": "Source", "translation": "Translation"}
# A page with more marks than this shows them as a matrix: labels down, rows across.
MOST_BUTTONS = 12
MATRIX_BLOCKS = 3
# A choice with no more options than this stands in one line.
MOST_IN_LINE = 4
# Label Studio gives a free letter to a label without a key; nobody can press this one.
NEVER = "∅"
# What Label Studio calls the name of a span: chosen, and typed. No question can have a hyphen.
CHOSEN, TYPED = "-name", "-typed"


def labelling_page(scheme: Scheme, panels: Sequence[str] = ()) -> str:
    """Return the XML of the labelling page.

    Each panel is a text beside the unit that can't be marked: `a` shows `answer_a_text` of the data.
    """
    view = Element("View")
    SubElement(view, "Style").text = STYLE
    _tools(view, scheme)
    shown = SubElement(view, "View", className="wc-beside") if panels and len(scheme.sides) == 1 else view
    _texts(shown, scheme)
    if panels:
        _panels(shown, scheme, panels)
    for question in scheme.questions:
        if isinstance(question, Number):
            _number(view, scheme, question)
        elif isinstance(question, Text):
            _answer(view, scheme, question)
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


def key_of(question: Spans, row: int, label: int) -> str | None:
    """Return the key of a label in a row, counted from 0."""
    return keys_of(question.keys[row])[label] if question.keys else None


def _tools(view: Element, scheme: Scheme) -> None:
    """Add what stays in sight while a long text scrolls: the statement, the labels, the choices."""
    spans = [question for question in scheme.questions if isinstance(question, Spans)]
    dense = any(len(marks_of(question)) > MOST_BUTTONS for question in spans)
    tools = SubElement(view, "View", className=f"wc-tools wc-{scheme.unit}{' wc-dense' if dense else ''}")
    if scheme.has_target:
        SubElement(SubElement(tools, "View", className="wc-target"), "Header", value="$target", size="4")
    block = SubElement(tools, "View", className="wc-questions")
    for marks in sorted(spans, key=lambda one: scheme.sides.index(one.side)):  # each above its own text
        _spans(block, marks, dense=dense)
    choices = [question for question in scheme.questions if isinstance(question, Choice)]
    column = SubElement(block, "View", className="wc-choices") if choices else block
    for question in choices:
        _choice(column, scheme, question)


def _spans(tools: Element, question: Spans, *, dense: bool) -> None:
    block = SubElement(tools, "View", className="wc-spans")
    SubElement(block, "Header", value=question.title, size="5")
    labels = SubElement(block, "Labels", name=question.name, toName=question.side, showInline="true")
    if dense and question.rows:
        _matrix(labels, question)
    else:
        for at in range(len(rows_of(question))):
            line = SubElement(labels, "View", className="wc-row")
            for position in range(len(question.labels)):
                _label(line, question, at, position)
    if question.named:
        _names(block, question)


def _matrix(labels: Element, question: Spans) -> None:
    """Add a line for each label, in blocks side by side; the head of a column says row and modifiers."""
    count = len(question.labels)
    height = -(-count // MATRIX_BLOCKS) if count > MATRIX_BLOCKS else count
    for first in range(0, count, height):
        block = SubElement(labels, "View", className="wc-block")
        head = SubElement(block, "View", className="wc-line wc-head")
        for at, row in enumerate(question.rows):
            modifiers = (
                question.keys[at].rpartition("+")[0].replace("shift", "⇧").replace("+", " ") if question.keys else ""
            )
            SubElement(head, "Header", value=f"{row.text} {modifiers}".strip(), size="6")
        for position in range(first, min(first + height, count)):
            line = SubElement(block, "View", className="wc-line")
            SubElement(line, "Header", value=question.labels[position].text, size="6")
            for at in range(len(question.rows)):
                cell = _label(line, question, at, position)
                cell.set("html", (key_of(question, at, position) or "·").rpartition("+")[2])


def _label(line: Element, question: Spans, at: int, position: int) -> Element:
    row, label = rows_of(question)[at], question.labels[position]
    words = f"{row.text} {label.text}" if row else label.text
    tag = SubElement(line, "Label", value=words, alias=mark_name(row, label))
    if question.keys:
        tag.set("hotkey", key_of(question, at, position) or NEVER)
    if color := (row and row.color) or label.color:
        tag.set("background", color)
    if hint := label.hint or (row and row.hint):
        tag.set("hint", hint)
    return tag


def _names(parent: Element, question: Spans) -> None:
    """Add the name of the selected region: one of the unit's actors, or typed."""
    marks = [name for name, (row, _) in marks_of(question).items() if row and row.value in question.named]
    block = SubElement(parent, "View", className="wc-names")
    ask = SubElement(
        block,
        "View",
        className="wc-naming",
        visibleWhen="region-selected",
        whenTagName=question.name,
        whenLabelValue=",".join(marks),
    )
    SubElement(ask, "Header", value="Who?", size="6")
    tag = {"toName": question.side, "perRegion": "true"}
    choice = {"value": "$actors", "choice": "single-radio", "showInline": "true"}
    SubElement(ask, "Choices", {"name": f"{question.name}{CHOSEN}"} | tag | choice)
    one = {"maxSubmissions": "1", "editable": "true", "placeholder": "somebody else"}
    SubElement(ask, "TextArea", {"name": f"{question.name}{TYPED}"} | tag | one)
    hint = SubElement(block, "View", className="wc-nobody", visibleWhen="no-region-selected")
    rows = " or ".join(row.text for row in question.rows if row.value in question.named)
    SubElement(hint, "Header", value=f"{rows}: click the mark to say who it is", size="6")


def _choice(tools: Element, scheme: Scheme, question: Choice) -> None:
    few = len(question.options) <= MOST_IN_LINE
    block = SubElement(tools, "View", className="wc-choice wc-few" if few else "wc-choice")
    choices = _control(block, "Choices", scheme, question, choice="single-radio", showInline="true")
    for option in question.options:
        tag = SubElement(choices, "Choice", value=option.text, alias=option.value)
        if option.key:
            tag.set("hotkey", option.key)
        if option.hint:
            tag.set("hint", option.hint)


def _number(view: Element, scheme: Scheme, question: Number) -> None:
    block = SubElement(view, "View", className="wc-number")
    bounds = {name: f"{getattr(question, name):g}" for name in ("min", "max", "step")}
    _control(block, "Number", scheme, question, **bounds)


def _answer(view: Element, scheme: Scheme, question: Text) -> None:
    block = SubElement(view, "View", className="wc-answer")
    once = {"maxSubmissions": "1", "editable": "true", "showSubmitButton": "false"}
    _control(block, "TextArea", scheme, question, rows=str(question.lines), **once)


def _control(block: Element, tag: str, scheme: Scheme, question: Choice | Number | Text, **attributes: str) -> Element:
    SubElement(block, "Header", value=question.title, size="5")
    names = {"name": question.name, "toName": side_of(scheme, question)}
    wanted = {"required": str(question.required).lower(), "requiredMessage": f"Please answer: {question.title}"}
    return SubElement(block, tag, names | attributes | wanted)


def _texts(view: Element, scheme: Scheme) -> None:
    if scheme.unit is Unit.PAIR:
        block = SubElement(view, "View", className="wc-sides")
        for side in scheme.sides:
            SubElement(block, "Header", value=f"{HEADINGS[side]} ($" + f"{side}_language)", size="5")
    else:
        block = SubElement(view, "View", className="wc-whole")
        SubElement(SubElement(block, "View", className="wc-title"), "Header", value="$title", size="4")
    for part in ("",) if scheme.unit is Unit.DOCUMENT else ("_before", "", "_after"):
        for side in scheme.sides:
            _text(block, f"{side}{part}", f"{side}{part}_text", "wc-text wc-context" if part else "wc-text")


def _panels(view: Element, scheme: Scheme, panels: Sequence[str]) -> None:
    block = SubElement(view, "View", className=f"wc-panels wc-{scheme.unit}")
    for name in panels:
        panel = SubElement(block, "View", className="wc-panel")
        SubElement(panel, "Header", value=f"Answer {name.upper()}", size="6")
        _text(panel, f"answer-{name}", f"answer_{name}_text", "wc-text wc-context")


def _text(parent: Element, name: str, key: str, classes: str) -> None:
    # A data key called `source` would show the whole task as JSON, so every text ends in `_text`.
    block = SubElement(parent, "View", className=classes)
    SubElement(block, "Text", name=name, value=f"${key}", granularity="word")
