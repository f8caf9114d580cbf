"""What `load_dataset` makes of a release, in a process and with a cache of its own: a folder, or a revision of a repo.

The process is this module: `datasets` reads its settings once, and keeps what it has loaded under the folder's last
name. It runs in an empty folder and imports nothing from where it was started, where files may be anybody's; it gets
the token only where it needs it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from corpus.output import one_line
from export.hub import token
from export.schema import ConfigFacts

ALONE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}  # a folder needs no network
LONGEST = 6 * 3600  # seconds: a Hub that goes silent must not hold a run for ever
Loaded = Mapping[str, Any]  # of a config: `rows` and `features` by split, or why there are none as `error`


def loaded(place: str, configs: Sequence[str], *, revision: str | None = None) -> dict[str, Loaded]:
    """Load configs of a folder, or of a `revision` of the repository `place`; return what came of each."""
    secret = token() if revision else ""
    kept = {name: value for name, value in os.environ.items() if name != "HF_TOKEN"}
    with TemporaryDirectory() as home:
        own = {"HF_HOME": f"{home}/.hf", "HF_DATASETS_CACHE": f"{home}/.hf/datasets", "PYTHONSAFEPATH": "1"}
        env = kept | own | ({"HF_TOKEN": secret} if revision else ALONE)
        where = place if revision else str(Path(place).resolve())
        command = [sys.executable, "-P", "-m", __name__, where, revision or "", *configs]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, env=env, cwd=home, check=False, timeout=LONGEST
            )
        except subprocess.TimeoutExpired:
            return {name: {"error": f"load_dataset did not end within {LONGEST // 3600} hours"} for name in configs}
    hidden = secret or "\0"
    lines = done.stdout.replace(hidden, "***").splitlines()
    last = ([line for line in done.stderr.splitlines() if line.strip()] or ["no answer"])[-1]
    silent = {"error": one_line(last.replace(hidden, "***"))}
    told = {one.pop("config"): one for one in (json.loads(line) for line in lines if line.startswith('{"config"'))}
    return {name: told.get(name, silent) for name in configs}


def differences(due: Iterable[ConfigFacts], found: Mapping[str, Loaded]) -> Iterator[str]:
    """Yield where what was loaded has not the rows and features of the facts; without rows there is no config."""
    for one in filled(due):
        told = found[one.name]
        if "error" in told:
            yield f"config '{one.name}' is not loaded: {told['error']}"
            continue
        rows = {split: count for split, count in one.rows.items() if count}
        if told["rows"] != rows:
            yield f"config '{one.name}' is loaded with {told['rows']} rows, the manifest has {rows}"
        for split, features in told["features"].items():
            names = one.features.keys() | features.keys()
            if wrong := [name for name in names if features.get(name) != one.features.get(name)]:
                yield f"config '{one.name}', {split}: column '{min(wrong)}' is loaded with other features"


def filled(configs: Iterable[ConfigFacts]) -> list[ConfigFacts]:
    """Return the configs that have rows."""
    return [one for one in configs if any(one.rows.values())]


def main(place: str, revision: str, configs: Sequence[str]) -> None:
    """Print what `loaded` returns of each config as a line of JSON."""
    from datasets import disable_progress_bars, load_dataset
    from datasets.utils.logging import set_verbosity_error

    set_verbosity_error()
    disable_progress_bars()
    for config in configs:
        told: dict[str, Any]
        try:
            splits = load_dataset(place, config, revision=revision or None, token=token() or False)
            told = {
                "rows": {split: rows.num_rows for split, rows in splits.items()},
                "features": {split: rows.features.to_dict() for split, rows in splits.items()},
            }
        except Exception as error:  # files may be anything: what `datasets` raises for them is not known beforehand
            said = (str(error).splitlines() or [""])[0]
            told = {"error": one_line(f"{type(error).__name__}: {said}")}
        print(json.dumps({"config": config, **told}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
