"""The whole journey on a real server: init, run, label, run; and the demo."""

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from datasets import load_dataset

from annotation.studio.client import Studio
from annotation.studio.project import find
from corpus.config import load
from tests.conftest import SAMPLE, Cli
from tests.export.test_release import rows_of

OURS = ("documents", "segments", "pairs")


@pytest.fixture
def own(tmp_path: Path, cli: Cli) -> Path:
    """A workspace from `init` on a folder of articles, with its one target written."""
    done = cli("init", "own", "--articles", SAMPLE / "articles")
    assert done.returncode == 0, done.stderr
    file = tmp_path / "own" / "wirecopy.toml"
    wording = 'en = "Cars should pay."\nde = "Autos sollen zahlen."\nfr = "Les voitures doivent payer."'
    text = file.read_text().replace('en = "Write a proposition here."', wording)
    file.write_text(
        text.replace('name = "own"', f'name = "own {tmp_path.name}"'[:40] + ('"' if len(tmp_path.name) > 28 else ""))
    )
    return tmp_path / "own"


def test_from_a_folder_of_articles_to_the_first_labelling_page(own: Path, cli: Cli, studio_env: dict[str, str]) -> None:
    done = cli("run", cwd=own, env=studio_env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "Label here, then run it again:"
    assert done.stdout.count("/data?labeling=1") == 2
    again = cli("run", "--json", cwd=own, env=studio_env)
    assert "release" not in json.loads(again.stdout)


def test_when_people_have_labelled_a_run_ends_with_a_release(
    own: Path, cli: Cli, studio: Studio, studio_env: dict[str, str]
) -> None:
    from annotation.campaign import Queue
    from annotation.campaign import load as load_campaigns

    assert cli("run", "--until", "push", cwd=own, env=studio_env).returncode == 0
    one = load_campaigns(load(own), "stance")[0]
    project = find(studio, Queue(one))
    assert project
    answer = [{"type": "choices", "from_name": "stance", "to_name": "article", "value": {"choices": ["discusses"]}}]
    for held in studio.tasks(project.id):
        studio.annotate(held.id, answer, skipped=False, lead_time=3)
    done = cli("run", "--json", cwd=own, env=studio_env)
    assert done.returncode == 0, done.stderr
    release = Path(json.loads(done.stdout)["release"])
    assert sum(rows_of(release, "stance").values()) == 11
    assert "imulated" not in (release / "README.md").read_text()
    before = contents(own)
    assert cli("run", cwd=own, env=studio_env).returncode == 0
    assert contents(own) == before, "a run with nothing to do writes nothing"


def test_run_refuses_the_untouched_template(tmp_path: Path, cli: Cli, studio_env: dict[str, str]) -> None:
    cli("init", "new", "--articles", SAMPLE / "articles")
    done = cli("run", cwd=tmp_path / "new", env=studio_env)
    assert done.returncode == 1 and "[targets -> text] 'target' still says" in done.stderr


def test_a_language_without_a_wording_is_refused(own: Path, cli: Cli, studio_env: dict[str, str]) -> None:
    file = own / "wirecopy.toml"
    file.write_text(file.read_text().replace('\nfr = "Les voitures doivent payer."', ""))
    done = cli("run", cwd=own, env=studio_env)
    assert done.returncode == 1 and "'target' has no wording in 'fr'" in done.stderr
    assert "la-gazette-exemple/harbour-tunnel-04" in done.stderr


def test_the_demo_from_end_to_end_and_again(tmp_path: Path, cli: Cli) -> None:
    done = cli("demo", "demo")
    try:
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        release = tmp_path / "demo" / "build" / "release" / "0.1.0"
        for config in (*OURS, "translation_quality", "translation_quality_annotations"):
            assert sum(rows_of(release, config).values()) > 0
        assert sum(rows_of(release, "stance").values()) == 22
        assert sum(rows_of(release, "stance_annotations").values()) == 66
        check_simulated(release)
        check_labels(release)
        verified = cli("export", "verify", cwd=tmp_path / "demo")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        (stop,) = re.findall(r"stop it: +(.+) annotation stop --workspace demo\n", done.stdout)
        assert subprocess.run([*shlex.split(stop), "--version"], check=False).returncode == 0
        before = contents(tmp_path / "demo")
        again = cli("demo", "demo")
        assert again.returncode == 0, again.stderr
        assert contents(tmp_path / "demo") == before, "the second demo doubles nothing"
    finally:
        assert cli("annotation", "stop", cwd=tmp_path / "demo").returncode == 0


def test_load_dataset_never_gives_rows_of_another_build(tmp_path: Path, cli: Cli) -> None:
    for number, text in enumerate(("One text.", "Other text.")):
        place = tmp_path / str(number)
        place.mkdir()
        (place / "a.txt").write_text(text)
        assert cli("corpus", "build", place / "a.txt", "-o", place / "corpus").returncode == 0
        assert load_dataset(str(place / "corpus"), "documents")["train"]["text"][:] == [text]
    (tmp_path / "0" / "a.txt").write_text("Thrd text.")
    assert cli("corpus", "build", tmp_path / "0" / "a.txt", "-o", tmp_path / "0" / "corpus").returncode == 0
    assert load_dataset(str(tmp_path / "0" / "corpus"), "documents")["train"]["text"][:] == ["Thrd text."]


def check_simulated(release: Path) -> None:
    """Each row of annotations and labels says simulated, and so does the card."""
    for config in ("stance", "stance_annotations", "translation_quality", "translation_quality_annotations"):
        for rows in load_dataset(str(release), config).values():
            assert set(rows["origin"]) == {"simulated"}
    assert "Simulated labels" in (release / "README.md").read_text()


def check_labels(release: Path) -> None:
    """Class labels have names; distributions add up; spans cover their text."""
    stance = load_dataset(str(release), "stance")["train"]
    assert stance.features["stance"].names[0] == "strongly_favor"
    for row in stance:
        assert sum(row["stance_distribution"].values()) == pytest.approx(1)
        if row["stance"] is not None:
            winner = stance.features["stance"].int2str(row["stance"])
            assert row["stance_distribution"][winner] == max(row["stance_distribution"].values())
    texts = {row["doc_id"]: row["text"] for rows in load_dataset(str(release), "documents").values() for row in rows}
    for rows in load_dataset(str(release), "stance_annotations").values():
        for row in rows:
            for span in row["spans"]:
                assert texts[row["doc_ids"][0]][span["start"] : span["end"]] == span["text"]


def contents(folder: Path) -> dict[str, Any]:
    """Every file of a workspace but the server's own, with its bytes and time of change."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".wirecopy" not in path.parts
    }
