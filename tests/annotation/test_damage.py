"""Files of ours that were damaged: one clear line, and nothing that people made is thrown away."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from annotation.annotators import Pseudonyms
from annotation.studio import server
from corpus.config import load
from corpus.errors import WirecopyError
from corpus.output import Output
from tests.campaigns import campaign
from tests.conftest import Cli

OUT = Output()


def damaged(database: Path, how: str) -> bytes:
    if how == "half":
        database.write_bytes(database.read_bytes()[: database.stat().st_size // 2])
    else:
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("DELETE FROM authtoken_token")
            connection.commit()
    return database.read_bytes()


@pytest.mark.parametrize("how", ["half", "no token"])
def test_a_database_that_cannot_be_read_is_never_replaced(how: str, tmp_path: Path) -> None:
    state = tmp_path / ".wirecopy"
    try:
        server.serve(state=state, out=OUT)
    finally:
        server.stop(state=state)
    database = state / "label-studio" / server.DATABASE
    before = damaged(database, how)
    with pytest.raises(WirecopyError, match=r"can't be read|has accounts, but not") as caught:
        server.serve(state=state, out=OUT)
    assert "backup" in caught.value.hint and database.read_bytes() == before


@pytest.mark.parametrize("content", ["", "zz", "abcd"])
def test_a_key_that_is_none_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / ".wirecopy").mkdir()
    (tmp_path / ".wirecopy" / "pseudonym.key").write_text(content)
    with pytest.raises(WirecopyError, match="is no key of 32 bytes"):
        Pseudonyms(tmp_path / ".wirecopy")


def test_a_lost_key_gives_nobody_a_new_name(tmp_path: Path) -> None:
    name = Pseudonyms(tmp_path / ".wirecopy").of("jane@example.org")
    assert Pseudonyms(tmp_path / ".wirecopy").of("Jane@example.org") == name
    pulled = tmp_path / "build" / "annotation" / "stance" / "pull"
    pulled.mkdir(parents=True)
    (pulled / "000001.json").write_text("{}")
    (tmp_path / ".wirecopy" / "pseudonym.key").unlink()
    with pytest.raises(WirecopyError, match="would get new pseudonyms"):
        Pseudonyms(tmp_path / ".wirecopy")


@pytest.mark.parametrize("name", ["project.json", "push.json"])
@pytest.mark.parametrize("content", ["[]", "1", "null", "{}", "{"])
def test_a_damaged_note_is_named(name: str, content: str, cli: Cli, tmp_path: Path, studio_env: dict[str, str]) -> None:
    one = campaign(tmp_path / "w", 1)
    one.state.mkdir(parents=True)
    (one.state / name).write_text(content)
    done = cli("annotation", "push", cwd=tmp_path / "w", env=studio_env)
    assert done.returncode == 1 and name in done.stderr and "unexpected" not in done.stderr


def test_a_damaged_ledger_is_restored_not_made_again(cli: Cli, tmp_path: Path) -> None:
    from tests.export.test_release import labelled

    labelled(tmp_path / "w", 2)
    load(tmp_path / "w").ledger.write_text("no Parquet")
    done = cli("export", "build", cwd=tmp_path / "w")
    assert done.returncode == 1 and "restore it from version control" in done.stderr


def test_a_password_in_the_address_is_not_printed(cli: Cli, tmp_path: Path) -> None:
    campaign(tmp_path / "w", 1)
    done = cli("annotation", "status", cwd=tmp_path / "w", env={"LABEL_STUDIO_URL": "http://me:hush@127.0.0.1:1"})
    assert done.returncode == 1 and "hush" not in done.stderr and "holds a name or password" in done.stderr
