"""Every command in README and docs runs; every command and file there is real."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from difflib import ndiff
from itertools import product
from pathlib import Path

import pytest

from annotation.campaign import Queue
from annotation.campaign import load as load_campaigns
from annotation.schemes.scheme import Scheme
from annotation.studio.client import Studio
from annotation.studio.project import find
from corpus.config import load
from tests.campaigns import rebuilt
from tests.conftest import REPOSITORY, SAMPLE, Cli, shared_queue
from tests.export.samples import answer_all
from tests.hub import TOKEN, running

README = (REPOSITORY / "README.md").read_text()
PAGES = sorted([REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md")])
BIN = Path(sys.executable).parent


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_walk_on_ones_own_articles(tmp_path: Path, studio: Studio, studio_env: dict[str, str]) -> None:
    shutil.copytree(SAMPLE / "articles", tmp_path / "articles")
    commands = [line for block in blocks(README, "sh") for line in block.splitlines() if line.startswith("wirecopy ")]
    assert [shlex.split(line)[1] for line in commands] == [
        "init",
        "run",
        "annotation",
        "run",
        "annotation",
        *("export", "export", "export"),
        "annotation",
    ]
    environment = os.environ | studio_env | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    for number, line in enumerate(commands):
        if number == 1:
            edit_targets(tmp_path / "my-campaign" / "wirecopy.toml")
        if number == 3:
            answer_everything(tmp_path / "my-campaign", studio)
        done = subprocess.run(
            shlex.split(line), cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}: {done.stderr}"
    for python in blocks(README, "python"):
        done = subprocess.run([sys.executable, "-c", python], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def edit_targets(file: Path) -> None:
    """Do what step 2 says, with the README's own words."""
    shown = next(block for block in blocks(README, "toml") if "[[targets]]" in block)
    text = file.read_text()
    edited = re.sub(r"\[\[targets\]\]\n.*?\n\n", lambda _found: shown + "\n", text, count=1, flags=re.DOTALL)
    changed = [line for line in ndiff(text.splitlines(), edited.splitlines()) if line.startswith("+ ")]
    assert 0 < len(changed) <= 20, "at most 20 lines to edit"
    file.write_text(edited.replace('name = "my-campaign"', f'name = "readme {os.getpid()}"'))


def answer_everything(folder: Path, studio: Studio) -> None:
    """Answer the stance campaign as an annotator would."""
    one = load_campaigns(load(folder), "stance")[0]
    project = find(studio, Queue(one))
    assert project
    for held in studio.tasks(project.id):
        choice = {"type": "choices", "from_name": "stance", "to_name": "article", "value": {"choices": ["balanced"]}}
        studio.annotate(held.id, [choice], skipped=False, lead_time=5)


def test_make_targets_are_real() -> None:
    targets = [
        line.split()[1] for block in blocks(README, "sh") for line in block.splitlines() if line.startswith("make ")
    ]
    assert targets == ["demo", "test"]
    for target in targets:
        subprocess.run(["make", "--dry-run", target], cwd=REPOSITORY, check=True, capture_output=True)


def test_the_application_installs_as_the_readme_says(tmp_path: Path) -> None:
    (line,) = (line for block in blocks(README, "sh") for line in block.splitlines() if line.startswith("uv "))
    places = {"UV_TOOL_DIR": str(tmp_path / "tools"), "UV_TOOL_BIN_DIR": str(tmp_path / "bin")}
    command = [str(BIN / "uv"), *shlex.split(line)[1:], "--quiet", "--python", sys.executable]
    done = subprocess.run(command, cwd=REPOSITORY, env=os.environ | places, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    subprocess.run([tmp_path / "bin" / "wirecopy", "--version"], check=True, capture_output=True)


def test_every_command_is_in_the_readme_and_every_one_there_exists() -> None:
    from annotation.cli import app as annotation
    from corpus.cli import app as corpus
    from export.cli import app as export
    from wirecopy import app as root

    groups = {"corpus": corpus, "annotation": annotation, "export": export}
    real = {f"{one.callback.__name__}" for one in root.registered_commands if one.callback}
    real |= {
        f"{name} {one.name or one.callback.__name__}"
        for name, app in groups.items()
        for one in app.registered_commands
        if one.callback
    }
    told = {re.sub(r" [A-Z-].*", "", name) for name in re.findall(r"^\| `wirecopy ([^`]+)`", README, re.MULTILINE)}
    assert told == real


def test_the_tree_names_every_module() -> None:
    tree = README.split("The code:")[1].split("```")[1]
    for path in (*REPOSITORY.glob("corpus/*.py"), *REPOSITORY.glob("annotation/*.py"), *REPOSITORY.glob("export/*.py")):
        assert path.name == "__init__.py" or re.search(rf"\b{re.escape(path.name)}\b", tree), path.name
    for name in re.findall(r"\b[a-z_]+\.py\b", tree):
        assert list(REPOSITORY.glob(f"**/{name}")), name


def ratings(file: Path) -> None:
    """Two raters on six sentences of two systems, as a Google MQM table, and four opinions as SemEval's."""
    rows = ["system\tdoc\tdoc_id\tseg_id\trater\tsource\ttarget\tcategory\tseverity\tcomment"]
    for system, rater, number in product(("one", "two"), ("rater1", "rater2"), range(1, 13)):
        marked = number % 3 == 0 or (system == "two" and number % 2 == 0)
        word = "<v>rot</v>" if marked else "rot"
        error = ("Accuracy/Mistranslation", "Major" if rater == "rater1" else "Minor")
        told = error if marked else ("No-error", "No-error")
        texts = (f"Ferry {number} is red.", f"Fähre {number} ist {word}.")
        place = (system, "doc", str(number), str(number), rater)
        rows.append("\t".join([*place, *texts, *told, ""]))
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    said = [f"{number}\tToll\tCars should pay, says {number}.\tFAVOR" for number in range(4)]
    file.with_name("tweets.tsv").write_text("\n".join(["ID\tTarget\tTweet\tStance", *said]) + "\n")


def test_the_guides_to_measures_and_to_ratings_of_others_run(tmp_path: Path, cli: Cli) -> None:
    ratings(tmp_path / "ratings.tsv")
    guides = [(REPOSITORY / "docs" / f"{name}.md").read_text() for name in ("interchange", "measures")]
    tables = "\n".join(block for guide in guides for block in blocks(guide, "toml"))
    tweets = '[campaigns.tweets]\nscheme = "stance-simple"\nimported = true\n'
    (tmp_path / "wirecopy.toml").write_text(f'name = "guide"\n{tweets}\n{tables}')
    commands = [line for guide in guides for block in blocks(guide, "sh") for line in block.splitlines()]
    assert len(commands) == 11 and all(line.startswith("wirecopy annotation ") for line in commands)
    for line in ("wirecopy annotation import tweets.tsv -c tweets", *commands):
        done = cli(*shlex.split(line)[1:])
        assert done.returncode == 0, f"{line}: {done.stderr}"
    assert (tmp_path / "build" / "annotation" / "wmt" / "report.html").stat().st_size > 10_000


def test_the_guide_to_releases_runs(tmp_path: Path, cli: Cli) -> None:
    guide = (REPOSITORY / "docs" / "release.md").read_text()
    facts, settings, cases = blocks(guide, "toml")
    outlets = tomllib.loads(facts)["release"]["outlets"]
    for name in outlets:
        shutil.copytree(SAMPLE / "articles" / name, tmp_path / "articles" / name)
    base = shared_queue((SAMPLE / "wirecopy.toml").read_text()).split("[campaigns.translation_quality]")[0]
    config = tmp_path / "wirecopy.toml"
    config.write_text(f"{base}{settings}{facts.replace('0.2.0', '0.1.0')}")
    for one in load_campaigns(rebuilt(tmp_path)):
        answer_all(one)
    assert cli("export", "build").returncode == 0
    # The cases have documents of the sample; both tables are one in a real file.
    config.write_text(f"{base}{settings}{cases.split(chr(10), 1)[1]}{facts}")
    commands = [line for block in blocks(guide, "sh") for line in block.splitlines()]
    assert [line.split()[2] for line in commands] == [
        *("build", "verify", "diff", "publish", "publish", "standoff", "publish", "rehydrate", "takedown")
    ]
    with running() as hub:
        told = {"HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "HF_HUB_DISABLE_XET": "1"}
        for line in commands:
            done = cli(*shlex.split(line)[1:], env=told)
            assert done.returncode == 0, f"{line}: {done.stderr}"
        assert hub.repos["your-team/harbour-tunnel"].shown("v0.2.0")
    assert (tmp_path / "back" / "manifest.json").is_file() and not (tmp_path / "back" / "rehydration.json").exists()
    assert "tagesblatt-muster" in (tmp_path / "takedowns.toml").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_are_there(page: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        assert link.startswith("https://") or (page.parent / link).is_file(), link


def test_the_scheme_of_the_guide_is_a_scheme() -> None:
    whole = next(
        block for block in blocks((REPOSITORY / "docs" / "schemes.md").read_text(), "toml") if "guideline" in block
    )
    assert Scheme.model_validate(tomllib.loads(whole)).id == "tone"


def test_the_guide_to_campaigns_configures_and_its_commands_run(tmp_path: Path, studio_env: dict[str, str]) -> None:
    guide = (REPOSITORY / "docs" / "campaigns.md").read_text()
    shutil.copytree(SAMPLE / "articles", tmp_path / "articles")
    base = (SAMPLE / "wirecopy.toml").read_text().split("[campaigns.stance]")[0]
    tables = "\n".join(block for block in blocks(guide, "toml") if "prefill" not in block)
    (tmp_path / "wirecopy.toml").write_text(base.replace("wirecopy-demo", f"guide {os.getpid()}") + tables)
    assert tomllib.loads(tables + next(block for block in blocks(guide, "toml") if "prefill" in block))
    commands = [line for block in blocks(guide, "sh") for line in block.splitlines()]
    assert [line.split("wirecopy annotation ")[1] for line in commands] == [
        *("invite", "push", "status", "audit", "pull", "repairs", "adjudicate", "serve")
    ]
    environment = os.environ | studio_env | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    for line in ("wirecopy corpus build", *commands[:-2]):
        done = subprocess.run(
            shlex.split(line), cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}: {done.stderr}"
    done = subprocess.run(
        shlex.split(commands[-2]), cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and "no answers of 'stance' were pulled yet" in done.stderr
