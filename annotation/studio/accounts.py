"""Accounts for annotators, made over the server's invite link: Community has no other way without its admin.

A password is made here, told once and kept nowhere.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from annotation.annotators import SIMULATED_DOMAIN
from annotation.studio.client import Studio
from annotation.studio.database import ADMIN
from corpus.config import Config
from corpus.errors import WirecopyError

if TYPE_CHECKING:
    import httpx

RESERVED = (SIMULATED_DOMAIN, ADMIN.partition("@")[2])
TIMEOUT = 60.0
LOGIN = "user/login/"


@dataclass(frozen=True)
class Account:
    """A new account; whoever gets it from `invite` must show its password, for nothing else knows it."""

    name: str
    login: str
    password: str = field(repr=False)


def login_of(config: Config, name: str) -> str:
    """Return what an annotator logs in with: the mail in `wirecopy.toml`, else one that no mailbox has."""
    annotator = config.annotators[name]
    if annotator.email:
        return annotator.email.lower()
    domain = re.sub(r"[^a-z0-9]+", "-", config.name.lower()).strip("-") + ".invalid"  # RFC 2606
    return f"{name}@{'workspace-' if domain in RESERVED else ''}{domain}"


def existing(studio: Studio) -> set[str]:
    """Return what everybody on the server logs in with."""
    return {str(user["email"]).lower() for user in studio.users()}


def invite(studio: Studio, logins: Mapping[str, str]) -> Iterator[Account]:
    """Make the accounts, by name, that are missing; yield each as soon as it is made.

    Raises WirecopyError where the server makes none, or may have made one whose password was lost.
    """
    known = existing(studio)
    for name, login in logins.items():
        if login.lower() not in known:
            account = Account(name, login.lower(), secrets.token_urlsafe(12))
            _make(studio, account)
            yield account


def enter(studio: Studio, login: str, password: str) -> str | None:
    """Return the token of an account, which is made where it is missing; None where neither can be done."""
    for path in (studio.invite_path(), LOGIN):
        answer = _visit(studio, path, login, password, then="api/current-user/token")
        if answer.status_code == 200:
            return str(answer.json()["token"])
    return None


def _make(studio: Studio, account: Account) -> None:
    """Sign up; where no answer proves it, log in: the account may stand, and then our password opens it."""
    import httpx

    cause = "does it allow sign-up over the invite link?"
    for path in (studio.invite_path(), LOGIN):
        try:
            answer = _visit(studio, path, account.login, account.password, then="api/current-user/whoami")
            if answer.status_code == 200 and str(answer.json().get("email")).lower() == account.login:
                return
        except (httpx.HTTPError, ValueError) as error:
            cause = f"its answer was lost ({type(error).__name__}); try again"
    if _may_exist(studio, account):
        raise WirecopyError(
            f"{studio.url} did not confirm the account '{account.login}', and its password was lost on the way",
            hint=f"if it exists: wirecopy annotation invite {account.name} --reset; on a remote server, ask its admin",
        )
    raise WirecopyError(f"{studio.url} made no account for '{account.name}', {account.login}", hint=cause)


def _may_exist(studio: Studio, account: Account) -> bool:
    try:
        return account.login in existing(studio)
    except WirecopyError:
        return True


def _visit(studio: Studio, path: str, login: str, password: str, *, then: str) -> "httpx.Response":
    """Send the form of a page as a new visitor, and ask for something as who is logged in by it."""
    import httpx

    page, local = path.lstrip("/"), urlsplit(studio.url).hostname in ("127.0.0.1", "localhost", "::1")
    with httpx.Client(base_url=studio.url + "/", follow_redirects=True, trust_env=not local, timeout=TIMEOUT) as http:
        http.get(page)
        form = {"email": login, "password": password, "csrfmiddlewaretoken": http.cookies.get("csrftoken", "")}
        http.post(page, data=form, headers={"Referer": f"{studio.url}/{page}"})
        return http.get(then)
