"""What is published, read as its users read it: `load_dataset` of every config, whole and streaming."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from annotation.schemes import load as scheme
from annotation.schemes.scheme import Choice
from export.hub import download
from export.manifest import read as read_manifest
from tests.export.mutations import signed
from tests.export.samples import released
from tests.hub import Hub
from tests.hub.child import REPO
from tests.hub.publishing import hashes, send
from tests.releases import release

# A stream that is left early keeps the interpreter from its end until it is collected.
READ = """
import gc, json, sys
from datasets import load_dataset
repo, revision, token, streaming, *configs = sys.argv[1:]
told = {}
for name in configs:
    splits = load_dataset(repo, name, revision=revision, token=token, streaming=streaming == "yes")
    told[name] = {"rows": {}, "features": {}, "first": {}}
    for split, rows in splits.items():
        told[name]["rows"][split] = sum(1 for _ in rows)
        told[name]["features"][split] = rows.features.to_dict()
        begin = iter(rows)
        told[name]["first"][split] = next(begin)
        del begin
        gc.collect()
print(json.dumps(told, default=str))
"""


def read(tmp_path: Path, revision: str, configs: list[str], *, streaming: bool) -> dict[str, Any]:
    """Load configs in a process and with a cache of their own."""
    command = [
        sys.executable,
        "-c",
        READ,
        REPO,
        revision,
        os.environ["HF_TOKEN"],
        "yes" if streaming else "no",
        *configs,
    ]
    known = os.environ | {"HF_HOME": str(tmp_path / "home")}
    done = subprocess.run(command, env=known, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


STATED = {"licence": "CC BY 4.0"}
CONFIGS = {
    "documents",
    "segments",
    "pairs",
    "stance",
    "stance_annotations",
    "translation_quality",
    "translation_quality_annotations",
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release of the sample with both campaigns, and a licence statement for each outlet."""
    folder = released(tmp_path_factory.mktemp("load") / "sample")
    signed(folder, lambda facts: facts.update(outlets=[one | STATED for one in facts["outlets"]]))
    return folder


@pytest.mark.parametrize("revision", ["main", "v0.1.0"])
def test_every_config_whole_and_streaming(hub: Hub, tmp_path: Path, sample: Path, revision: str) -> None:
    send(sample)
    configs = {one.name: one for one in read_manifest(sample, hint="").facts.configs}
    assert configs.keys() == CONFIGS
    whole = read(tmp_path, revision, list(configs), streaming=False)
    streamed = read(tmp_path, revision, list(configs), streaming=True)
    for name, one in configs.items():
        assert whole[name]["rows"] == streamed[name]["rows"] == {split: n for split, n in one.rows.items() if n}
        for features in (*whole[name]["features"].values(), *streamed[name]["features"].values()):
            assert features == one.features
        assert whole[name]["first"] == streamed[name]["first"]
    asked = [one for one in scheme("stance", tmp_path).questions if isinstance(one, Choice)]
    names = {one.name: [option.value for option in one.options] for one in asked}
    assert {"stance", "confidence"} <= names.keys()
    for features in (one for found in (whole, streamed) for one in found["stance"]["features"].values()):
        assert {name: features[name]["names"] for name in names} == names
        assert {features[name]["_type"] for name in names} == {"ClassLabel"}


def test_a_private_one_is_not_there_for_others(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    send(release(tmp_path))
    monkeypatch.setenv("HF_TOKEN", "hf_of_somebody_else")
    with pytest.raises(AssertionError, match=r"DatasetNotFoundError|Unauthorized|401"):
        read(tmp_path, "main", ["stance"], streaming=False)


def test_a_revision_is_downloaded_as_it_was(hub: Hub, tmp_path: Path) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    send(new)
    commit = download(REPO, "v0.1.0", tmp_path / "there")
    found = hashes(tmp_path / "there")
    assert found.pop(".gitattributes") and found == hashes(old)
    assert commit == hub.repos[REPO].find("v0.1.0")
