"""`wirecopy corpus build` as people run it: output, exit code, one clear line when it fails."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Cli = Callable[..., CompletedProcess[str]]
Snapshot = Callable[[Path], dict[str, tuple[bytes, int]]]


def failed(done: CompletedProcess[str], code: int = 1) -> str:
    """Check that a run failed as it should; return its error line."""
    assert done.returncode == code
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    error, *hint = done.stderr.splitlines()
    assert error.startswith("error: ")
    assert any(line.startswith("hint: ") for line in hint)
    return error


def test_the_seeds_build_and_a_second_run_writes_nothing(
    cli: Cli, seeds: Path, tmp_path: Path, snapshot: Snapshot
) -> None:
    first = cli("corpus", "build", seeds)
    assert (first.returncode, first.stderr) == (0, "")
    assert [line.split() for line in first.stdout.splitlines()][:2] == [["rows", "count"], ["documents", "5"]]
    assert first.stdout.splitlines()[-1] == "written to build/corpus"
    before = snapshot(tmp_path)
    second = cli("corpus", "build", seeds, "--json")
    assert second.returncode == 0
    report = json.loads(second.stdout)
    assert (report["documents"], report["rejects"], report["written"]) == (5, 0, False)
    assert snapshot(tmp_path) == before


def test_rejects_are_told_and_the_exit_code_says_so(cli: Cli, articles: Path) -> None:
    (articles / "good.txt").write_text("A good text.")
    (articles / "new\nline\x1b.txt").touch()
    (articles / os.fsdecode(b"odd\xff.txt")).write_bytes(b"\0")
    (articles / "x.jsonl").write_text("{}\n" * 30)
    done = cli("corpus", "build", articles, "-o", "out")
    assert done.returncode == 3
    assert ["rejects", "32"] in [line.split() for line in done.stdout.splitlines()]
    notes = done.stderr.splitlines()
    assert len(notes) == 21
    assert r"reject: articles/new\nline\x1b.txt: empty: 0 bytes, no text" in notes
    assert r"reject: articles/odd\xff.txt: binary: holds NUL or control bytes" in notes
    assert notes[-1] == "and 12 more: out/rejects"


def test_an_output_of_any_name_is_told(cli: Cli, articles: Path) -> None:
    (articles / "good.txt").write_text("A good text.")
    done = cli("corpus", "build", "articles/g*.txt", "-o", os.fsdecode(b"out\xff"), "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["folder"] == "out\udcff"


def test_without_a_source_the_workspace_is_built(cli: Cli, articles: Path, tmp_path: Path) -> None:
    (articles / "x.csv").write_text("nr;body\n1;Ein Text über die Brücke.\n", encoding="windows-1252")
    (tmp_path / "wirecopy.toml").write_text(
        'name = "x"\n[[sources]]\npath = "articles"\n[sources.fields]\nid = "nr"\ntext = "body"\n'
    )
    done = cli("corpus", "build", "--json", cwd=articles)
    assert done.returncode == 0
    assert json.loads(done.stdout)["documents"] == 1
    assert (tmp_path / "build" / "corpus" / "README.md").is_file()


def test_a_missing_workspace_a_broken_one_and_a_missing_source_are_errors(cli: Cli, tmp_path: Path) -> None:
    assert "no wirecopy.toml in" in failed(cli("corpus", "build"))
    config = tmp_path / "wirecopy.toml"
    config.write_text('name = "x"\n[[sources]]\npath = "none"\ncolour = 1\n')
    assert failed(cli("corpus", "build")) == f"error: {config}: [sources.0 -> colour] unknown key"
    config.write_text('name = "x"\n[[sources]]\npath = "none"\n')
    assert f"{config}: [sources.0 -> path] no file matches 'none'" in failed(cli("corpus", "build"))


@pytest.mark.parametrize("source", ["none", "empty", "*.txt", "x" * 5_000, "~nobody-of-that-name"])
def test_a_source_without_files_is_an_error(cli: Cli, tmp_path: Path, source: str) -> None:
    (tmp_path / "empty").mkdir()
    assert failed(cli("corpus", "build", source)).startswith("error: no file matches '")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty"]


@pytest.mark.parametrize("output", ["articles", "articles/x.txt", "/proc/none", "."])
def test_an_output_that_is_no_place_for_a_dataset_is_an_error(cli: Cli, articles: Path, output: str) -> None:
    (articles / "x.txt").write_text("A good text.")
    failed(cli("corpus", "build", "articles/x.txt", "-o", output))
    assert (articles / "x.txt").read_text() == "A good text."


def test_wrong_usage_is_exit_code_two(cli: Cli) -> None:
    done = cli("corpus", "build", "--nonsense")
    assert done.returncode == 2
    assert "--nonsense" in done.stderr
    assert "Traceback" not in done.stderr


def test_debug_shows_where_an_error_arose(cli: Cli) -> None:
    done = cli("--debug", "corpus", "build", "none")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "error: no file matches 'none'" in done.stderr
