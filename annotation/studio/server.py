"""The local Label Studio of a workspace: start, find, stop.

What it stands on is in `environment` (the program) and `database` (what people do).
"""

import json
import secrets
import socket
import subprocess
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from annotation.studio import database as databases
from annotation.studio.database import ADMIN as ADMIN
from annotation.studio.database import DATABASE as DATABASE
from annotation.studio.environment import VERSION as VERSION
from annotation.studio.environment import environment, last_line, lock, run, variables
from annotation.studio.postgres import Postgres
from corpus.errors import WirecopyError
from corpus.files import write_json
from corpus.output import Output

HOST = "127.0.0.1"
START_SECONDS = 300
# Both come over stdin: other users of the machine can read a command line.
RESET = """
import sys
from label_studio.server import main
login, password = sys.stdin.read().split()
sys.argv = ["label-studio", "reset_password", "--username", login, "--password", password]
main()
"""


@dataclass(frozen=True)
class Server:
    """A running local server; `password` is known only to the start that made the account."""

    url: str
    pid: int
    started: float
    password: str | None = field(default=None, repr=False)

    @property
    def login(self) -> str:
        """The account that owns the projects."""
        return ADMIN


def serve(*, state: Path, out: Output, database: str | None = None) -> Server:
    """Start the local server of a workspace, or return the one that runs.

    `state` is the workspace's private folder, `database` the address of a PostgreSQL; without it
    the data stay where they are, in SQLite at first. Raises WirecopyError with the server's last
    lines where it does not come up.
    """
    state.mkdir(parents=True, exist_ok=True)
    with lock(state / "serve.lock"):
        running = find(state)
        if running and not database:
            return running
        chosen = databases.choose(state, database)
        if running:
            return running
        python = environment(out)
        known = databases.prepare(chosen, state, python, out)
        return _start(python, state, chosen, None if known else secrets.token_urlsafe(12), out)


def reset_password(*, state: Path, out: Output, login: str = ADMIN, database: str | None = None) -> str:
    """Give an account of the local server a new password and return it."""
    if databases.token(state) is None:
        raise WirecopyError(f"no local server was ever started in {state}", hint="wirecopy annotation serve")
    chosen, password = databases.choose(state, database), secrets.token_urlsafe(12)
    env = variables(chosen.data, chosen.settings())
    done = run(environment(out), "-c", RESET, env=env, stdin=f"{login}\n{password}")
    if f"{login} not found" in done.stdout:
        raise WirecopyError(f"no account '{login}' on the local server", hint="make it: wirecopy annotation invite")
    if "successfully changed" not in done.stdout:
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
    """Return the owner's API token; none of our files holds it."""
    found = databases.token(state)
    if found is None:
        raise WirecopyError(f"the local server in {state} has no account of ours", hint="wirecopy annotation serve")
    return found


def _start(
    python: Path, state: Path, database: databases.Sqlite | Postgres, password: str | None, out: Output
) -> Server:
    import psutil

    port, owner = _port(state), {}
    if password:
        owner = {"USERNAME": ADMIN, "PASSWORD": password, "USER_TOKEN": databases.owner_for(database, state)}
    account = {f"LABEL_STUDIO_{name}": value for name, value in owner.items()}
    log = state / "label-studio.log"
    options = ["--no-browser", "--internal-host", HOST, "--port", str(port)]
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [str(python), "-m", "label_studio.server", "start", *options],
            env=variables(database.data, database.settings()) | account,
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
                raise WirecopyError(
                    f"Label Studio ended: {last_line(log.read_text(errors='replace'))}", hint=f"see {log}"
                )
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
