"""The environment of the local Label Studio: installed once for all workspaces, called without our variables.

Its dependencies clash with ours, so uv makes it a virtual environment in the cache.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

from corpus.errors import WirecopyError
from corpus.output import Output

VERSION = "1.23.2"
QUIET = {
    "LATEST_VERSION_CHECK": "false",
    "COLLECT_ANALYTICS": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "FEATURE_FLAGS_OFFLINE": "true",
    "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
    "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
    # Without it a text is answered by a look-up of a file on the server's disk.
    "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED": "false",
}
PASSED = ("PATH", "HOME", "USER", "LANG", "LC_", "TZ", "TMP", "TEMP", "SSL_CERT", "SYSTEMROOT", "LD_LIBRARY_PATH")


def cache() -> Path:
    """Return the folder that all workspaces share: environment and template by version."""
    import platformdirs

    base = os.environ.get("WIRECOPY_CACHE") or platformdirs.user_cache_dir("wirecopy")
    return Path(base) / f"label-studio-{VERSION}"


def environment(out: Output) -> Path:
    """Return the Python of the server's environment; make it the first time."""
    folder = cache() / "env"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    with lock(cache() / "env.lock"):
        if (folder / "wirecopy-complete").is_file():
            return python
        shutil.rmtree(folder, ignore_errors=True)
        told = f"installing Label Studio {VERSION} into an environment of its own (once, 0.6 GB)"
        with out.waiting(told), as_file(files(__package__) / "server-requirements.txt") as pins:
            _uv("venv", "--python", sys.executable, str(folder))
            _uv("pip", "install", "--python", str(python), "--requirement", str(pins))
        (folder / "wirecopy-complete").touch()
    return python


def run(python: Path, *arguments: str, env: Mapping[str, str], stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the Python of the server's environment with these variables and no other ones."""
    return subprocess.run(
        [str(python), *arguments], env=dict(env), input=stdin, capture_output=True, text=True, check=False
    )


def variables(data: Path, database: Mapping[str, str]) -> dict[str, str]:
    """Return what a Label Studio process gets to see, with the settings of its database."""
    # Label Studio reads some hundred names, with and without a prefix: none of ours may reach it.
    kept = {name: value for name, value in os.environ.items() if name.upper().startswith(PASSED)}
    return kept | QUIET | {"LABEL_STUDIO_BASE_DATA_DIR": str(data.resolve()), **database}


def last_line(text: str) -> str:
    """Return the last line of a program's output, for an error."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Let one process at a time into the block."""
    from filelock import FileLock

    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path):
        yield


def _uv(*arguments: str) -> None:
    from uv import find_uv_bin

    done = subprocess.run([find_uv_bin(), "--quiet", *arguments], capture_output=True, text=True)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-3:]
        raise WirecopyError(
            f"Label Studio can't be installed: {' '.join(last)}",
            hint="check that a package index is reachable, then: wirecopy annotation serve",
        )
