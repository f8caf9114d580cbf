"""Results to stdout, the rest to stderr; no text from outside drives the terminal."""

import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import WirecopyError
from corpus.output import Output, listing, one_line, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\ud800", r"\ud800"),
        ("a\r\tb\x00", r"a\r\tb\x00"),
        ("Zürich 👩🏽\u200d🚀\u00a0e\u0301", "Zürich 👩🏽\u200d🚀\u00a0e\u0301"),
        (None, ""),
        (3, "3"),
    ],
)
def test_control_and_bidi_characters_become_visible(text: object, shown: str) -> None:
    assert plain(text) == shown


@given(st.text())
def test_whatever_a_text_holds_it_stays_one_line_and_harmless(text: str) -> None:
    shown = one_line(text)
    assert len(shown.splitlines()) <= 1
    assert "\x1b" not in shown
    shown.encode()


def test_json_is_json_whatever_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"folder": "\udcff\u2028é", "count": 1}
    Output(json=True).data(value)
    assert json.loads(capsys.readouterr().out) == value


def test_what_is_no_number_is_never_printed_as_json() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        Output(json=True).data({"p": float("nan")})


def test_an_error_is_a_line_and_its_hint(capsys: pytest.CaptureFixture[str]) -> None:
    Output().error(WirecopyError("no such thing: \x1b]0;x", hint="look elsewhere"))
    assert capsys.readouterr() == ("", "error: no such thing: \\x1b]0;x\nhint: look elsewhere\n")


def test_notes_go_to_stderr_and_are_left_out_with_json(capsys: pytest.CaptureFixture[str]) -> None:
    Output().note("on the way")
    Output(json=True).note("not shown")
    assert capsys.readouterr() == ("", "on the way\n")


def test_a_table_has_a_head_and_its_rows(capsys: pytest.CaptureFixture[str]) -> None:
    Output().table([{"name": "[bold]x", "c\x1b[2J\n": 12}, {"name": "y\x1b\nerror:", "c\x1b[2J\n": 3}], title="All")
    Output().table([])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [["All"], ["name", r"c\x1b[2J\n"], ["[bold]x", "12"], [r"y\x1b\nerror:", "3"]]


def test_a_terminal_without_unicode_shows_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii", write_through=True))
    Output().line("Zürich 🚀")
    assert raw.getvalue() == b"Z\\xfcrich \\U0001f680\n"


def test_progress_is_silent_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with Output().progress("reading", 2) as step:
        step(1)
    assert capsys.readouterr() == ("", "")


def test_a_long_listing_ends_in_a_count() -> None:
    assert listing(range(7)) == "0, 1, 2, 3, 4 and 2 more"
    assert listing(["a", "b"]) == "a, b"
    assert listing([]) == ""
