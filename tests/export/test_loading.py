"""What runs when a release is loaded: nothing from where it was started, and with the token only on the Hub."""

import json
import os
from pathlib import Path

import pytest

from export.loading import loaded
from tests.hub import TOKEN
from tests.releases import release


def test_modules_beside_the_reader_are_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, ran = release(tmp_path), tmp_path / "ran"
    for name in ("datasets", "export", "corpus", "json", "multiprocess", "sitecustomize"):
        (folder / f"{name}.py").write_text(f"open({str(ran)!r}, 'w').write({name!r})")
    monkeypatch.chdir(folder)
    found = loaded(".", ["stance", "segments"])
    facts = json.loads(Path("manifest.json").read_text())["facts"]
    due = {one["name"]: one["rows"] for one in facts["configs"]}
    assert {name: one["rows"] for name, one in found.items()} == {name: due[name] for name in ("stance", "segments")}
    assert not ran.exists()


@pytest.mark.parametrize(("revision", "line"), [(None, ""), ("v1", f"HF_TOKEN={TOKEN}\n")])
def test_who_gets_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, revision: str | None, line: str) -> None:
    shell = tmp_path / "shell"
    shell.write_text(f"#!/bin/sh\nenv > {tmp_path}/env\n")
    shell.chmod(0o755)
    monkeypatch.setattr("export.loading.sys.executable", str(shell))
    monkeypatch.setenv("HF_TOKEN", f" {TOKEN}\n")
    assert "error" in loaded("team/news", ["stance"], revision=revision)["stance"]
    told = (tmp_path / "env").read_text()
    assert "PYTHONSAFEPATH=1\n" in told and told.count("\nHF_TOKEN=") == bool(line) and line in told
    assert os.environ["HF_TOKEN"] == f" {TOKEN}\n"
