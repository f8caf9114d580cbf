"""The local server and the people who work on it."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.config import load
from corpus.errors import WirecopyError
from corpus.output import Output

if TYPE_CHECKING:
    from annotation.studio.accounts import Account
    from annotation.studio.server import Server


def serve(*, database: str | None, reset_password: bool, workspace: Path, out: Output) -> "Server":
    """Start the workspace's local server and say how to reach it."""
    from annotation.studio import server

    state = load(workspace).state
    running = server.serve(state=state, out=out, database=database)
    if reset_password:
        running = replace(running, password=server.reset_password(state=state, out=out, database=database))
    facts: dict[str, Any] = {"url": running.url, "login": running.login}
    if running.password:
        facts["password"] = running.password
    if out.json:
        out.data(facts)
    else:
        out.table([{"Label Studio": name, "": value} for name, value in facts.items()])
        if running.password:
            out.note("the password is shown this once and kept nowhere: note it now")
    return running


def stop(*, workspace: Path, out: Output) -> None:
    """Stop the workspace's local server."""
    from annotation.studio import server

    stopped = server.stop(state=load(workspace).state)
    if out.json:
        out.data({"stopped": stopped})
    else:
        out.line("stopped" if stopped else "no local Label Studio runs here")


def invite(*, names: list[str], reset: bool, workspace: Path, out: Output) -> None:
    """Make the missing accounts of annotators, or give those that are named a new password."""
    from annotation.studio import server
    from annotation.studio.accounts import Account, login_of
    from annotation.studio.accounts import invite as make
    from annotation.studio.connection import connect, names_a_server

    space = load(workspace)
    known = [name for name, one in space.config.annotators.items() if one.active]
    if unknown := [name for name in names if name not in space.config.annotators]:
        raise WirecopyError(
            f"[annotators] has no '{unknown[0]}'", hint=f"annotators here: {', '.join(known) or 'none'}"
        )
    if reset and not names:
        raise WirecopyError("--reset wants the annotators by name", hint="wirecopy annotation invite NAME --reset")
    if reset and names_a_server():
        hint = "unset LABEL_STUDIO_URL for the local server; on another one, ask its admin"
        raise WirecopyError("passwords can be reset on the local server only", hint=hint)
    logins = {name: login_of(space.config, name) for name in names or known}
    made: list[Account] = []
    if reset:
        for name, login in logins.items():
            made.append(Account(name, login, server.reset_password(state=space.state, out=out, login=login)))
            _tell(made[-1], out)
    else:
        studio = connect(space)
        for account in make(studio, logins):
            made.append(account)
            _tell(account, out)
        out.note(f"log in at {studio.url}/user/login/")
    if out.json:
        out.data([{"annotator": one.name, "login": one.login, "password": one.password} for one in made])
    elif made:
        out.note("each password is shown this once and kept nowhere: note them now")
    else:
        out.line("all annotators have their accounts" if logins else "[annotators] of wirecopy.toml names nobody")


def _tell(account: "Account", out: Output) -> None:
    # At once, one by one: a command that is killed has shown what nothing else knows.
    if not out.json:
        out.line(f"{account.name}  login: {account.login}  password: {account.password}")
