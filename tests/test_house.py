"""The house rules: imports run one way, a start is light, files stay small, the wheel holds what it says."""

import ast
import subprocess
import sys
import zipfile
from itertools import chain
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

ORDER = ["corpus", "annotation", "export", "wirecopy"]
HELP = "--help"
HEAVY = {"datasets", "duckdb", "httpx", "label_studio_sdk", "numpy", "pandas", "polars", "pyarrow", "rich"}
SOURCES = sorted(chain(REPOSITORY.glob("wirecopy.py"), *(REPOSITORY.glob(f"{stage}/**/*.py") for stage in ORDER[:3])))


def listed() -> list[str]:
    """The files under version control."""
    done = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=REPOSITORY, check=True)
    return done.stdout.split()


def imported(path: Path) -> set[str]:
    """The top-level names that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_imports_run_one_way(path: Path) -> None:
    stage = path.relative_to(REPOSITORY).parts[0].removesuffix(".py")
    later = set(ORDER[ORDER.index(stage) + 1 :])
    assert not imported(path) & later


def test_one_module_talks_to_label_studio() -> None:
    users = [path.name for path in SOURCES if "label_studio_sdk" in imported(path)]
    assert users == ["client.py"]


@pytest.mark.parametrize("arguments", [[HELP], ["corpus", HELP], ["annotation", "push", HELP], ["--version"]])
def test_a_start_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys, wirecopy\n"
        f"sys.argv = ['wirecopy', *{arguments}]\n"
        "try: wirecopy.main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        f"print(sorted(set(sys.modules) & {HEAVY}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert done.returncode == 0 and done.stderr.strip() == "[]", done.stderr


def test_files_stay_small() -> None:
    sizes = sorted(len(path.read_text().splitlines()) for path in SOURCES)
    assert sizes[-1] <= 400 and sizes[len(sizes) // 2] <= 120


def test_version_stands_in_one_more_place_only() -> None:
    import tomllib

    import wirecopy

    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert project["version"] == wirecopy.__version__
    assert f"## {wirecopy.__version__}" in (REPOSITORY / "CHANGELOG.md").read_text()


def test_the_wheel_holds_the_three_packages_and_the_front_door(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(REPOSITORY)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    listed = subprocess.run(
        ["git", "ls-files", *ORDER[:3], "wirecopy.py"], capture_output=True, text=True, cwd=REPOSITORY, check=True
    )
    assert inside == set(listed.stdout.split())


def test_no_address_of_a_package_index_and_no_path_of_a_machine_is_in_the_project() -> None:
    words = ["/ro" + "ot/", "/ho" + "me/", "pypi" + ".org", "python" + "hosted", "npm" + "js."]
    for name in listed():
        path = REPOSITORY / name
        if path.is_file() and path.suffix != ".png":
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not [word for word in words if word in text], name
