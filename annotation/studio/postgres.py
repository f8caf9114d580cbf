"""A PostgreSQL database for the local Label Studio: its address, what is in it, its migrations.

Its address holds a password: no message, no file and no `repr` of ours repeats it.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from annotation.studio.environment import last_line, run, variables
from corpus.errors import WirecopyError

VARIABLE = "WIRECOPY_DATABASE_URL"
FORM = "postgresql://user:password@host:5432/name"
SSL = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}  # libpq reads these
# Run by the server's Python, which has a driver: what is in the database, before anything is written to it.
LOOK = """
import json, os, sys
import psycopg
env = os.environ
try:
    with psycopg.connect(
        host=env["POSTGRE_HOST"], port=env["POSTGRE_PORT"], dbname=env["POSTGRE_NAME"], user=env["POSTGRE_USER"],
        password=env["POSTGRE_PASSWORD"], connect_timeout=20,
    ) as connection:
        def one(query, *values):
            return connection.execute(query, values).fetchone()[0]
        def has(table):
            return one("SELECT to_regclass(%s) IS NOT NULL", table)
        mail, token = sys.stdin.read().split()
        owner = "SELECT count(*) FROM authtoken_token t JOIN htx_user u ON u.id = t.user_id "
        owner += "WHERE u.email = %s AND t.key = %s"
        tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()"
        print(json.dumps({
            "encoding": one("SHOW server_encoding"),
            "foreign": one(tables) > 0 and not has("django_migrations"),
            "people": one("SELECT count(*) FROM htx_user") if has("htx_user") else 0,
            "ours": has("authtoken_token") and one(owner, mail, token) == 1,
        }))
except psycopg.Error as error:
    sys.exit(" ".join(str(error).split()))
"""


@dataclass(frozen=True)
class Postgres:
    """A database on a PostgreSQL server; `ssl` has libpq's variables."""

    data: Path
    host: str
    port: int
    name: str
    user: str = field(repr=False)
    password: str = field(repr=False)
    ssl: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Host, port and name, without the account."""
        return f"{self.host}:{self.port}/{self.name}"

    def settings(self) -> dict[str, str]:
        """Return the variables that point Label Studio to it."""
        told = {"HOST": self.host, "PORT": self.port, "NAME": self.name, "USER": self.user, "PASSWORD": self.password}
        return {"DJANGO_DB": "default"} | {f"POSTGRE_{name}": str(value) for name, value in told.items()} | self.ssl

    def is_of(self, mail: str, token: str, python: Path) -> bool:
        """Tell whether the owner has an account in it, or, where it is empty, not yet.

        Raises WirecopyError where it can't be reached or holds the work of others.
        """
        found = self._look(mail, token, python)
        hint = "name an empty database: createdb --encoding UTF8 NAME"
        if found["encoding"] != "UTF8":
            raise WirecopyError(f"PostgreSQL at {self.place} is encoded in {found['encoding']}, not UTF8", hint=hint)
        if found["foreign"]:
            raise WirecopyError(f"PostgreSQL at {self.place} has tables of another program", hint=hint)
        if found["people"] and not found["ours"]:
            raise WirecopyError(
                f"PostgreSQL at {self.place} refuses this workspace's token: its Label Studio belongs to another one",
                hint=f"{hint}; was .wirecopy/pseudonym.key lost? Then restore it from a backup",
            )
        return bool(found["ours"])

    def migrate(self, python: Path) -> None:
        """Make Label Studio's tables."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        done = run(python, "-m", "label_studio.server", "version", env=variables(self.data, self.settings()))
        if done.returncode:
            told = self._without_account(last_line(done.stderr))
            raise WirecopyError(f"PostgreSQL at {self.place}: no tables: {told}", hint="wirecopy annotation serve")

    def _look(self, mail: str, token: str, python: Path) -> dict[str, object]:
        done = run(python, "-c", LOOK, env=variables(self.data, self.settings()), stdin=f"{mail} {token}")
        if done.returncode:
            told = self._without_account(last_line(done.stderr))
            hint = f"check host, port, name, user and password of {VARIABLE}"
            raise WirecopyError(f"PostgreSQL at {self.place} can't be used: {told}", hint=hint)
        return dict(json.loads(done.stdout))

    def _without_account(self, text: str) -> str:
        for secret in (self.password, self.user):
            text = text.replace(f'"{secret}"', "***")
        return text.replace(self.password, "***") if self.password else text


def parse(url: str, data: Path) -> Postgres:
    """Read `postgresql://user:password@host:port/name`; no error repeats it."""
    wrong = WirecopyError("that is no address of a PostgreSQL database", hint=f"it looks like {FORM}")
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
    except ValueError:
        raise wrong from None
    name, ssl = unquote(parts.path.removeprefix("/")), _ssl(parts, wrong)
    if parts.scheme not in ("postgresql", "postgres") or not (parts.hostname and name and parts.username):
        raise wrong
    return Postgres(data, parts.hostname, port, name, unquote(parts.username), unquote(parts.password or ""), ssl)


def _ssl(parts: SplitResult, wrong: WirecopyError) -> dict[str, str]:
    options = dict(parse_qsl(parts.query))
    if set(options) - set(SSL) or parts.fragment:
        raise WirecopyError(wrong.message, hint=f"it looks like {FORM}; behind a ? only {' and '.join(SSL)}")
    return {SSL[name]: value for name, value in options.items()}
