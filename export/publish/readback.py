"""A release as `load_dataset` gives it back, in a process and with a cache of its own."""

import json
import os
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import Any

from corpus.errors import WirecopyError
from corpus.output import listing, one_line
from export.publish.release import Release


def compared(release: Release, repo: str, revision: str, *, where: str) -> None:
    """Load every config of a revision; raise WirecopyError where rows or features are not those of the release."""
    facts = [one for one in release.manifest.facts.configs if sum(one.rows.values())]
    found = loaded(repo, revision, [one.name for one in facts])
    wrong = []
    for one in facts:
        rows, columns = found[one.name]["rows"], found[one.name]["features"]
        if rows != {split: count for split, count in one.rows.items() if count}:
            wrong.append(f"{one.name} has {rows} rows for {one.rows}")
        differ = sorted(name for name in {*columns, *one.features} if columns.get(name) != one.features.get(name))
        if differ:
            wrong.append(f"{one.name} has other features: {listing(differ)}")
    if wrong:
        raise WirecopyError(
            f"what load_dataset reads back is not the release: {one_line('; '.join(wrong))}", hint=f"look at {where}"
        )


def loaded(repo: str, revision: str, configs: list[str]) -> dict[str, Any]:
    """Return rows by split and features of each config as `load_dataset` reads them."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", __name__, repo, revision, *configs]
        known = os.environ | {"HF_HOME": folder, "HF_DATASETS_CACHE": f"{folder}/datasets"}
        done = subprocess.run(command, capture_output=True, text=True, env=known, check=False)
    if done.returncode:
        token = os.environ.get("HF_TOKEN") or "\0"
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["no message"]
        raise WirecopyError(
            f"load_dataset can't read {repo} at {revision}: {one_line(said[-1].replace(token, '***'))}",
            hint="the same command again; where it stays: wirecopy export verify",
        )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(repo: str, revision: str, configs: list[str]) -> None:
    """Print what `loaded` returns, as one line of JSON."""
    from datasets import disable_progress_bars, load_dataset

    disable_progress_bars()
    found = {}
    token = os.environ.get("HF_TOKEN") or False
    for name in configs:
        splits = load_dataset(repo, name, revision=revision, token=token)
        columns = next(iter(splits.values())).features.to_dict()
        found[name] = {"rows": {split: rows.num_rows for split, rows in splits.items()}, "features": columns}
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
