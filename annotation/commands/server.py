"""The local server and the people who work on it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.config import Workspace, load
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
    space = load(workspace)
    logins = _logins(space, names, reset=reset)
    made: list[Account] = []
    try:
        for account in _reset(space, logins, out) if reset else _invited(space, logins, out):
            made.append(account)
            _tell(account, out)
    finally:
        # After an error too: nothing else knows the passwords of those that were made before it.
        if out.json and made:
            out.data([{"annotator": one.name, "login": one.login, "password": one.password} for one in made])
    if made:
        out.note("each password is shown this once and kept nowhere: note them now")
    elif out.json:
        out.data([])
    else:
        out.line("all annotators have their accounts" if logins else "[annotators] of wirecopy.toml names nobody")


def _logins(space: Workspace, names: list[str], *, reset: bool) -> dict[str, str]:
    """Return who is meant, with their logins; raise where it can't be done."""
    from annotation.studio.accounts import login_of
    from annotation.studio.connection import names_a_server

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
    return {name: login_of(space.config, name) for name in names or known}


def _reset(space: Workspace, logins: dict[str, str], out: Output) -> Iterator["Account"]:
    from annotation.studio import server
    from annotation.studio.accounts import Account

    for name, login in logins.items():
        yield Account(name, login, server.reset_password(state=space.state, out=out, login=login))


def _invited(space: Workspace, logins: dict[str, str], out: Output) -> Iterator["Account"]:
    from annotation.studio.accounts import invite
    from annotation.studio.connection import connect

    studio = connect(space)
    yield from invite(studio, logins)
    out.note(f"log in at {studio.url}/user/login/")


def _tell(account: "Account", out: Output) -> None:
    # At once, one by one: a command that is killed has shown what nothing else knows.
    if not out.json:
        out.line(f"{account.name}  login: {account.login}  password: {account.password}")
