"""Where the local Label Studio keeps what people do: SQLite in the workspace, or PostgreSQL anywhere.

SQLite starts from a migrated template without users, made once per version. PostgreSQL is for many
annotators at once: its address holds a password, so it comes with each start and is kept nowhere.
The owner's token is read from SQLite, or made of the workspace's key: no file of ours holds it.
"""

import os
import secrets
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from annotation.annotators import secret_of
from annotation.studio.environment import cache, last_line, lock, run, variables
from annotation.studio.postgres import FORM, VARIABLE, Postgres, parse
from corpus.errors import WirecopyError
from corpus.files import read_json, write_json
from corpus.output import Output

ADMIN = "admin@wirecopy.invalid"
DATABASE = "label_studio.sqlite3"
MIGRATING = "preparing its database: migrations run once, about a minute"
TOKEN_DIGITS = 40


@dataclass(frozen=True)
class Sqlite:
    """The database in the data folder of a workspace."""

    data: Path

    def settings(self) -> dict[str, str]:
        """Return the variables that point Label Studio to it."""
        return {"DJANGO_DB": "sqlite"}

    def token(self) -> str | None:
        """Return the owner's token, None where nobody has an account; never take damage for emptiness."""
        database = self.data / DATABASE
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


def choose(state: Path, url: str | None) -> Sqlite | Postgres:
    """Return the database of a workspace: the one it has, else that of `url`, else SQLite.

    The address of a PostgreSQL that the workspace is known to use may stand in
    `WIRECOPY_DATABASE_URL`. Raises WirecopyError rather than change from one database to another.
    """
    data, known = state / "label-studio", _known(state)
    url = url or (os.environ.get(VARIABLE, "").strip() if known else "")
    if not url:
        if known:
            raise WirecopyError(
                f"this workspace's Label Studio keeps its data in PostgreSQL at {known}",
                hint=f"set {VARIABLE} to its address, {FORM}",
            )
        return Sqlite(data)
    found = parse(url, data)
    if known and known != found.place:
        moved = f"was it moved? Then write the new place into {_note_path(state)}"
        raise WirecopyError(f"this workspace's data are in PostgreSQL at {known}, not at {found.place}", hint=moved)
    if not known and (data / DATABASE).exists():
        hint = f"start it without --database and without {VARIABLE}; a new workspace may begin on PostgreSQL"
        raise WirecopyError(f"this workspace's data are in SQLite, {data / DATABASE}", hint=hint)
    return found


def prepare(database: Sqlite | Postgres, state: Path, python: Path, out: Output) -> bool:
    """Make a database ready for a start; tell whether the owner has an account in it.

    Raises WirecopyError where it can't be read or reached, or holds the work of others.
    """
    if isinstance(database, Sqlite):
        if not (database.data / DATABASE).exists():
            _copy_template(_template(python, out), database.data)
        return database.token() is not None
    ours = database.is_of(ADMIN, _derived(state), python)
    write_json(_note_path(state), {"postgresql": database.place})
    if not ours:
        with out.waiting(MIGRATING):
            database.migrate(python)
    return ours


def owner_for(database: Sqlite | Postgres, state: Path) -> str:
    """Return the token that a new owner's account is made with."""
    return secrets.token_hex(TOKEN_DIGITS // 2) if isinstance(database, Sqlite) else _derived(state)


def token(state: Path) -> str | None:
    """Return the owner's API token; None where no server was ever started."""
    return _derived(state) if _known(state) else Sqlite(state / "label-studio").token()


def _derived(state: Path) -> str:
    if _known(state) and not (state / "pseudonym.key").exists():
        hint = "restore it from a backup"
        raise WirecopyError(f"{state / 'pseudonym.key'} is missing, and the owner's token with it", hint=hint)
    return secret_of(state, "owner token")[:TOKEN_DIGITS]


def _note_path(state: Path) -> Path:
    return state / "database.json"


def _known(state: Path) -> str | None:
    """Return the place of the PostgreSQL that the workspace uses, if it does."""
    path = _note_path(state)
    if not path.exists():
        return None
    told = read_json(path)
    place = told.get("postgresql") if isinstance(told, dict) else None
    if not isinstance(place, str):
        hint = 'write the place of its PostgreSQL into it: {"postgresql": "host:5432/name"}'
        raise WirecopyError(f"{path} does not say where the data are", hint=hint)
    return place


def _template(python: Path, out: Output) -> Path:
    """Return a migrated data folder without users; make it the first time."""
    folder = cache() / "template"
    with lock(cache() / "template.lock"):
        if (folder / DATABASE).is_file():
            return folder
        beside = folder.with_name("template.partial")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        with out.waiting(MIGRATING):
            # `version` migrates, prints and ends; `--version` would start a server.
            env = variables(beside, Sqlite(beside).settings())
            done = run(python, "-m", "label_studio.server", "version", env=env)
        if done.returncode or not (beside / DATABASE).is_file():
            told = last_line(done.stderr)
            raise WirecopyError(f"Label Studio's database can't be made: {told}", hint=f"delete {cache()}")
        beside.replace(folder)
    return folder


def _copy_template(template: Path, data: Path) -> None:
    # `.env` holds the secret that signs sessions: each workspace makes its own.
    beside = data.with_name("label-studio.partial")
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(template, beside, ignore=shutil.ignore_patterns(".env"))
    beside.chmod(0o700)
    beside.replace(data)
