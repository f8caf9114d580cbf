"""What others wrote shows as it is, and ends no block of code."""

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from corpus.output import plain as visible
from export.card.markdown import fenced, plain, table


@given(st.text())
def test_plain_text_shows_as_it_is(text: str) -> None:
    rendered = MarkdownIt("commonmark").enable("table").render(table(["a"], [[f"x{plain(text)}y"]]))
    words = visible(" ".join(text.split()))
    cell = rendered.split("<tbody>")[1].split("<td>")[1].split("</td>")[0] if "<td>" in rendered else ""
    for mark, code_ in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        cell = cell.replace(mark, code_)
    assert " ".join(cell.split()) == " ".join(f"x{words}y".replace("\0", "\ufffd").split())


@given(st.text("`ab\n"))
def test_a_block_of_code_is_not_ended_from_within(text: str) -> None:
    (block,) = MarkdownIt("commonmark").parse(fenced(text))
    assert block.type == "fence" and block.content.strip() == text.strip()
