"""The local Label Studio on a real PostgreSQL: nothing is lost between two starts, and no secret lies about."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotation.studio import server
from annotation.studio.client import Studio
from annotation.studio.environment import environment
from annotation.studio.postgres import VARIABLE, parse
from annotation.studio.pull import pull
from annotation.studio.push import push
from annotation.tasks import check_sendable
from corpus.errors import WirecopyError
from corpus.output import Output
from corpus.parquet import read_dicts
from tests.campaigns import campaign
from tests.conftest import missing

OUT = Output()
USER, PASSWORD = "press", "p@ss/wörd:%41'\""
QUOTED = "p%40ss%2Fw%C3%B6rd%3A%2541%27%22"
ANSWER = [{"type": "choices", "from_name": "stance", "to_name": "article", "value": {"choices": ["unrelated"]}}]
Database = Callable[..., str]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Database]:
    """A PostgreSQL of its own on the loopback; call it with a name to make a database and get its address."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    initdb = found[-1] if found else Path(shutil.which("initdb") or missing("PostgreSQL: sh tests/system.sh"))
    # Not in pytest's folder, which no other user may enter.
    with tempfile.TemporaryDirectory(prefix="wirecopy-postgres-", ignore_cleanup_errors=True) as name:
        folder, port = Path(name), free_port()
        as_user = someone_else(folder)
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o644)
        account = ["--username", USER, "--pwfile", folder / "password", "--auth-host", "scram-sha-256"]
        place = ["--pgdata", folder / "data", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
        run([*as_user, initdb, *place, *account, "--auth-local", "trust"])
        control = [*as_user, initdb.with_name("pg_ctl"), "--pgdata", folder / "data", "--wait"]
        quick = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
        run([*control, "--log", folder / "log", "--options", quick, "start"])

        def made(name: str, *options: str) -> str:
            where = ["--host", folder, "--port", port, "--username", USER]
            run([*as_user, initdb.with_name("createdb"), *where, *options, name])
            return f"postgresql://{USER}:{QUOTED}@127.0.0.1:{port}/{name}"

        yield made
        run([*control, "--mode", "immediate", "stop"])


def someone_else(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: give `folder` to its user; return what makes a command theirs."""
    if os.geteuid():
        return []
    shutil.chown(folder, "postgres")
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]


def run(command: list[object]) -> None:
    done = subprocess.run([str(part) for part in command], cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr.decode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def served(postgres: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[server.Server, Path, str]]:
    """A running Label Studio on PostgreSQL, its workspace and the address of its database."""
    folder, url = tmp_path_factory.mktemp("on-postgres") / "workspace", postgres("labels")
    running = server.serve(state=folder / ".wirecopy", out=OUT, database=url)
    yield running, folder, url
    server.stop(state=folder / ".wirecopy")


def test_what_people_did_is_there_after_the_next_start(served: tuple[server.Server, Path, str]) -> None:
    running, folder, url = served
    state = folder / ".wirecopy"
    one = campaign(folder, 3)
    studio = Studio(running.url, server.token(state))
    pushed = push(studio, one, out=OUT)
    first = next(iter(studio.tasks(pushed.project)))
    assert "🚗" in first.raw["data"]["article_text"]
    studio.annotate(first.id, ANSWER, skipped=False, lead_time=3.5)
    assert server.stop(state=state)

    again = server.serve(state=state, out=OUT, database=url)
    assert again.url == running.url and again.password is None
    studio = Studio(again.url, server.token(state))
    assert not push(studio, one, out=OUT).written
    pull(studio, one, out=OUT)
    (row,) = read_dicts(one.folder / "annotations.parquet")
    assert row["key"] == first.key and row["values"]["stance"] == "unrelated"
    assert not (state / "label-studio" / server.DATABASE).exists()


def test_no_secret_is_in_a_file_of_ours(served: tuple[server.Server, Path, str]) -> None:
    running, folder, _ = served
    token = server.token(folder / ".wirecopy")
    secrets = [token, PASSWORD, QUOTED, running.password or ""]
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [one for one in secrets if one and one.encode() in content], path
    assert running.password and running.password not in repr(running)


def test_a_forgotten_password_of_anybody_is_replaced(
    served: tuple[server.Server, Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.annotation.test_server import logged_in

    running, folder, url = served
    monkeypatch.setenv(VARIABLE, url)
    password = server.reset_password(state=folder / ".wirecopy", out=OUT)
    assert logged_in(running.url, server.ADMIN, password) == server.ADMIN
    with pytest.raises(WirecopyError, match="no account 'nobody@"):
        server.reset_password(state=folder / ".wirecopy", out=OUT, login="nobody@example.org")


def test_without_its_address_no_empty_database_is_begun(
    served: tuple[server.Server, Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    running, folder, url = served
    state = folder / ".wirecopy"
    assert server.serve(state=state, out=OUT).pid == server.serve(state=state, out=OUT, database=url).pid
    server.stop(state=state)
    with pytest.raises(WirecopyError, match="keeps its data in PostgreSQL at 127") as caught:
        server.serve(state=state, out=OUT)
    assert VARIABLE in caught.value.hint
    with pytest.raises(WirecopyError, match="not at elsewhere:5432/labels") as caught:
        server.serve(state=state, out=OUT, database=f"postgresql://{USER}:{QUOTED}@elsewhere/labels")
    assert PASSWORD not in str(caught.value)
    monkeypatch.setenv(VARIABLE, url)
    assert server.serve(state=state, out=OUT).url == running.url


def test_the_database_of_another_workspace_is_refused(served: tuple[server.Server, Path, str], tmp_path: Path) -> None:
    with pytest.raises(WirecopyError, match="belongs to another one"):
        server.serve(state=tmp_path / ".wirecopy", out=OUT, database=served[2])
    assert not (tmp_path / ".wirecopy" / "database.json").exists()


def test_a_workspace_on_sqlite_does_not_change_over(
    local_server: tuple[server.Server, Path], postgres: Database
) -> None:
    with pytest.raises(WirecopyError, match="data are in SQLite"):
        server.serve(state=local_server[1], out=OUT, database=postgres("unused"))


def test_what_cannot_be_used_is_said_without_the_password(postgres: Database, tmp_path: Path) -> None:
    latin = postgres("latin", "--encoding", "LATIN1", "--locale", "C", "--template", "template0")
    good = postgres("empty")
    cases = {
        latin: "is encoded in LATIN1, not UTF8",
        good.replace("/empty", "/none"): 'database "none" does not exist',
        good.replace(QUOTED, "hush"): "password authentication failed",
        f"postgresql://{USER}:hush@127.0.0.1:{free_port()}/empty": "can't be used: connection failed",
        "postgresql://press:hush@127.0.0.1:port/empty": "no address of a PostgreSQL",
        "postgresql://press:hush@127.0.0.1": "no address of a PostgreSQL",
        "mysql://press:hush@127.0.0.1/empty": "no address of a PostgreSQL",
        f"{good}?options=hush": "no address of a PostgreSQL",
    }
    for url, cause in cases.items():
        with pytest.raises(WirecopyError, match=cause) as caught:
            server.serve(state=tmp_path / ".wirecopy", out=OUT, database=url)
        told = f"{caught.value.message} {caught.value.hint}"
        assert not [one for one in ("hush", PASSWORD, QUOTED, USER) if one in told.replace("wirecopy", "")], told
    assert server.find(tmp_path / ".wirecopy") is None


def test_the_password_may_stand_in_pgpass(postgres: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python, bare = environment(OUT), postgres("quiet").replace(f":{QUOTED}", "")
    with pytest.raises(WirecopyError, match="no password supplied"):
        parse(bare, tmp_path).is_of(server.ADMIN, "0" * 40, python)
    told = PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
    (tmp_path / ".pgpass").write_text(f"127.0.0.1:*:quiet:{USER}:{told}\n")
    (tmp_path / ".pgpass").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert not parse(bare, tmp_path).is_of(server.ADMIN, "0" * 40, python)


def test_an_address_says_its_parts_and_keeps_them(tmp_path: Path) -> None:
    found = parse(f"postgres://{USER}:{QUOTED}@[::1]/name?sslmode=verify-full&sslrootcert=/ca.pem", tmp_path)
    assert (found.host, found.port, found.name, found.password) == ("::1", 5432, "name", PASSWORD)
    assert found.settings()["PGSSLMODE"] == "verify-full" and found.settings()["POSTGRE_USER"] == USER
    assert PASSWORD not in repr(found) and USER not in repr(found)


@pytest.mark.parametrize("text", ["a\x00b", "a\ud83db"])
def test_what_postgresql_cannot_store_is_stopped_before(text: str, served: tuple[server.Server, Path, str]) -> None:
    one = campaign(served[1] / "hostile", 1).tasks()[0]
    with pytest.raises(WirecopyError, match="can't be sent"):
        check_sendable([one.model_copy(update={"data": {"article_text": text}})])
