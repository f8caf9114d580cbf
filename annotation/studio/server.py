"""A local Label Studio in an environment of its own: install, start, stop.

Its dependencies clash with ours, so uv makes it a virtual environment in the cache. Migrations
run once per version, into a template without users; each workspace starts from a copy.
The token is read from the server's own database: it is written nowhere else.
"""

import json
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path
from urllib.parse import quote

from corpus.errors import WirecopyError
from corpus.files import write_json
from corpus.output import Output

VERSION = "1.23.2"
ADMIN = "admin@wirecopy.invalid"
HOST = "127.0.0.1"
START_SECONDS = 300
DATABASE = "label_studio.sqlite3"
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


@dataclass(frozen=True)
class Server:
    """A running local server; `password` is known only to the start that made the account."""

    url: str
    pid: int
    started: float
    password: str | None = None

    @property
    def login(self) -> str:
        """The account that owns the projects."""
        return ADMIN


def serve(*, state: Path, out: Output) -> Server:
    """Start the local server of a workspace, or return the one that runs.

    `state` is the workspace's private folder. Raises WirecopyError with the server's last lines
    where it does not come up.
    """
    state.mkdir(parents=True, exist_ok=True)
    with _lock(state / "serve.lock"):
        running = find(state)
        if running:
            return running
        python = _environment(out)
        data = state / "label-studio"
        if not (data / DATABASE).exists():
            _copy_template(_template(python, out), data)
        new = _account(data) is None
        return _start(python, state, data, secrets.token_urlsafe(12) if new else None, out)


def reset_password(*, state: Path, out: Output) -> str:
    """Give the owner of the local server a new password and return it."""
    data = state / "label-studio"
    if _account(data) is None:
        raise WirecopyError(f"no local server was ever started in {state}", hint="wirecopy annotation serve")
    password = secrets.token_urlsafe(12)
    done = _label_studio(_environment(out), data, "reset_password", "--username", ADMIN, "--password", password)
    if done.returncode:
        raise WirecopyError("Label Studio did not take the new password", hint="wirecopy annotation stop, then again")
    return password


def find(state: Path) -> Server | None:
    """Return the local server of a workspace if its process lives."""
    import psutil

    try:
        known = Server(**json.loads((state / "server.json").read_text()))
        process = psutil.Process(known.pid)
        same = abs(process.create_time() - known.started) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, TypeError, psutil.Error):
        return None
    return known if same else None


def stop(*, state: Path) -> bool:
    """Stop the local server of a workspace; tell whether one ran."""
    import psutil

    server = find(state)
    if server:
        process = psutil.Process(server.pid)
        family = [*process.children(recursive=True), process]
        for one in family:
            one.terminate()
        _, alive = psutil.wait_procs(family, timeout=15)
        for one in alive:
            one.kill()
    return server is not None


def token(state: Path) -> str:
    """Read the owner's API token from the local server's database."""
    found = _account(state / "label-studio")
    if found is None:
        raise WirecopyError(f"the local server in {state} has no account of ours", hint="wirecopy annotation serve")
    return found


def _account(data: Path) -> str | None:
    """Return the owner's token, None where nobody has an account; never take damage for emptiness."""
    database = data / DATABASE
    if not database.exists():
        return None
    query = "SELECT t.key FROM authtoken_token t JOIN htx_user u ON u.id = t.user_id WHERE u.email = ?"
    hint = f"people's work may be in it: restore {database} from a backup"
    try:
        # Not read-only: what a killed server left half-written must be rolled back first.
        with closing(sqlite3.connect(f"file:{quote(str(database))}?mode=rw", uri=True)) as connection:
            found = connection.execute(query, (ADMIN,)).fetchone()
            people = connection.execute("SELECT count(*) FROM htx_user").fetchone()[0]
    except sqlite3.Error as error:
        raise WirecopyError(f"{database} can't be read: {error}", hint=hint) from None
    if not found and people:
        raise WirecopyError(f"{database} has accounts, but not that of {ADMIN}", hint=hint)
    return str(found[0]) if found else None


def cache() -> Path:
    """Return the folder that all workspaces share: environment and template by version."""
    import platformdirs

    base = os.environ.get("WIRECOPY_CACHE") or platformdirs.user_cache_dir("wirecopy")
    return Path(base) / f"label-studio-{VERSION}"


def _environment(out: Output) -> Path:
    """Return the Python of the server's environment; make it the first time."""
    folder = cache() / "env"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    with _lock(cache() / "env.lock"):
        if (folder / "wirecopy-complete").is_file():
            return python
        shutil.rmtree(folder, ignore_errors=True)
        told = f"installing Label Studio {VERSION} into an environment of its own (once, 0.6 GB)"
        with out.waiting(told), as_file(files(__package__) / "server-requirements.txt") as pins:
            _uv("venv", "--python", sys.executable, str(folder))
            _uv("pip", "install", "--python", str(python), "--requirement", str(pins))
        (folder / "wirecopy-complete").touch()
    return python


def _uv(*arguments: str) -> None:
    from uv import find_uv_bin

    done = subprocess.run([find_uv_bin(), "--quiet", *arguments], capture_output=True, text=True)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-3:]
        raise WirecopyError(
            f"Label Studio can't be installed: {' '.join(last)}",
            hint="check that a package index is reachable, then: wirecopy annotation serve",
        )


def _template(python: Path, out: Output) -> Path:
    """Return a migrated data folder without users; make it the first time."""
    folder = cache() / "template"
    with _lock(cache() / "template.lock"):
        if (folder / DATABASE).is_file():
            return folder
        beside = folder.with_name("template.partial")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        with out.waiting("preparing its database: migrations run once, about a minute"):
            # `version` migrates, prints and ends; `--version` would start a server.
            done = _label_studio(python, beside, "version")
        if done.returncode or not (beside / DATABASE).is_file():
            raise WirecopyError(
                f"Label Studio's database can't be made: {_last(done.stderr)}", hint=f"delete {cache()}"
            )
        beside.replace(folder)
    return folder


def _label_studio(python: Path, data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(python), "-m", "label_studio.server", *arguments]
    return subprocess.run(
        command, env=_variables(data), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def _copy_template(template: Path, data: Path) -> None:
    # `.env` holds the secret that signs sessions: each workspace makes its own.
    beside = data.with_name("label-studio.partial")
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(template, beside, ignore=shutil.ignore_patterns(".env"))
    beside.chmod(0o700)
    beside.replace(data)


def _start(python: Path, state: Path, data: Path, password: str | None, out: Output) -> Server:
    import psutil

    port = _port(state)
    account = {"USERNAME": ADMIN, "PASSWORD": password, "USER_TOKEN": secrets.token_hex(20)} if password else {}
    variables = _variables(data) | {f"LABEL_STUDIO_{name}": str(value) for name, value in account.items()}
    log = state / "label-studio.log"
    options = ["--no-browser", "--internal-host", HOST, "--port", str(port)]
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [str(python), "-m", "label_studio.server", "start", *options],
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(f"http://{HOST}:{port}", process.pid, psutil.Process(process.pid).create_time())
    write_json(state / "server.json", {name: value for name, value in asdict(server).items() if name != "password"})
    try:
        _wait(process, state, server, log, out)
    except BaseException:
        stop(state=state)
        raise
    return replace(server, password=password)


def _wait(process: subprocess.Popen[bytes], state: Path, server: Server, log: Path, out: Output) -> None:
    """Wait until the process that answers is ours: it must know the token of our database."""
    import httpx

    began = time.monotonic()
    told = f"starting Label Studio {VERSION} on {server.url}"
    with out.waiting(told), httpx.Client(trust_env=False, timeout=5) as http:
        while time.monotonic() - began < START_SECONDS:
            if process.poll() is not None:
                raise WirecopyError(f"Label Studio ended: {_last(log.read_text(errors='replace'))}", hint=f"see {log}")
            try:
                if http.get(f"{server.url}/health").status_code == 200:
                    headers = {"Authorization": f"Token {token(state)}"}
                    if http.get(f"{server.url}/api/current-user/whoami", headers=headers).status_code == 200:
                        return
                    raise WirecopyError(
                        f"{server.url} is answered by another program", hint="wirecopy annotation serve"
                    )
            except httpx.HTTPError:
                pass
            time.sleep(0.3)
    raise WirecopyError(f"Label Studio did not answer within {START_SECONDS} s", hint=f"see {log}")


def _variables(data: Path) -> dict[str, str]:
    # Label Studio reads some hundred names, with and without a prefix: none of ours may reach it.
    kept = {name: value for name, value in os.environ.items() if name.upper().startswith(PASSED)}
    return kept | QUIET | {"LABEL_STUDIO_BASE_DATA_DIR": str(data.resolve()), "DJANGO_DB": "sqlite"}


def _port(state: Path) -> int:
    """Return the port of the last start where it is free, so that annotators' links live on."""
    try:
        last = int(json.loads((state / "server.json").read_text())["url"].rsplit(":", 1)[1])
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, last))
        return last
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        return _free_port()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    from filelock import FileLock

    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path):
        yield
