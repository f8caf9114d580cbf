"""Every config through `load_dataset`, in a process with caches of its own: rows and features as the manifest says."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from corpus.check.findings import Finding
from export.schema import CARD
from export.verify.reading import Release

# `datasets` reads its settings once, and keeps what it has loaded under the folder's last name.
CODE = """
import json, sys
from datasets import load_dataset
from datasets.utils.logging import disable_progress_bar, set_verbosity_error
set_verbosity_error()
disable_progress_bar()
for config in sys.argv[2:]:
    try:
        found = load_dataset(sys.argv[1], config)
        told = {split: [len(rows), rows.features.to_dict()] for split, rows in found.items()}
        print(json.dumps({"config": config, "splits": told}))
    except Exception as error:
        print(json.dumps({"config": config, "error": f"{type(error).__name__}: {str(error).splitlines()[0]}"}))
"""


def loads(release: Release) -> Iterator[Finding]:
    """`load_dataset` reads each config with the rows and features of the manifest."""
    due = {one.name: one for one in release.facts.configs if one.rows}
    with tempfile.TemporaryDirectory() as cache:
        done = _run(release.folder, list(due), Path(cache))
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    told: dict[str, Any] = {line["config"]: line for line in lines}
    for name, one in due.items():
        if name not in told:
            last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
            yield Finding(f"config '{name}' is not loaded: {last}", CARD)
        elif "error" in told[name]:
            yield Finding(f"config '{name}' is not loaded: {told[name]['error']}", CARD)
        else:
            yield from _differences(name, told[name]["splits"], one.rows, one.features)


def _differences(
    name: str, splits: Mapping[str, Any], rows: Mapping[str, int], features: Mapping[str, Any]
) -> Iterator[Finding]:
    counts = {split: count for split, (count, _) in splits.items()}
    if counts != rows:
        yield Finding(f"config '{name}' is loaded with {counts} rows, the manifest has {dict(rows)}", CARD)
    for split, (_, found) in splits.items():
        if wrong := [column for column in features.keys() | found.keys() if found.get(column) != features.get(column)]:
            yield Finding(f"config '{name}', {split}: column '{min(wrong)}' is loaded with other features", CARD)


def _run(folder: Path, configs: list[str], cache: Path) -> "subprocess.CompletedProcess[str]":
    own = {
        "HF_HOME": str(cache),
        "HF_DATASETS_CACHE": str(cache / "datasets"),
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
    }
    command = [sys.executable, "-c", CODE, str(folder.resolve()), *configs]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | own, check=False)
