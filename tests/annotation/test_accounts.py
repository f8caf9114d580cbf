"""Accounts for annotators, made over the invite link of a real server: each once, its password told once."""

from itertools import count
from pathlib import Path

import pytest

from annotation.annotators import Pseudonyms
from annotation.schema import Origin
from annotation.studio import server
from annotation.studio.accounts import Account, enter, existing, invite, login_of
from annotation.studio.client import Studio
from corpus.config import Config
from corpus.errors import WirecopyError
from corpus.output import Output
from corpus.toml import check
from tests.annotation.test_server import logged_in
from tests.proxy import DROP_AFTER, DROP_BEFORE, Fault, proxy

_number = count(1)


def logins(*names: str) -> dict[str, str]:
    """Logins that no other test has."""
    return {name: f"{name}-{next(_number)}@accounts.invalid" for name in names}


def test_each_missing_account_is_made_and_its_password_works(studio: Studio) -> None:
    wanted = logins("anna", "ben")
    (anna,) = invite(studio, {"anna": wanted["anna"]})
    (ben,) = invite(studio, wanted)
    assert [(one.name, one.login) for one in (anna, ben)] == list(wanted.items())
    assert set(wanted.values()) <= existing(studio)
    for one in (anna, ben):
        assert logged_in(studio.url, one.login, one.password) == one.login
    assert list(invite(studio, wanted)) == [], "nobody gets a second account"


def test_an_account_is_told_before_the_next_one_is_made(studio: Studio) -> None:
    wanted = logins("carla", "dora")
    first = next(invite(studio, wanted))
    assert first.login == wanted["carla"] and wanted["dora"] not in existing(studio)


def test_passwords_differ_and_are_shown_by_no_repr(studio: Studio) -> None:
    one, two = invite(studio, logins("eva", "finn"))
    assert one.password != two.password and len(one.password) >= 16
    assert one.password not in repr(one) + str(one)


def test_a_mail_in_capitals_is_the_same_account(studio: Studio) -> None:
    wanted = {"gina": f"Gina.{next(_number)}@Example.ORG"}
    (gina,) = invite(studio, wanted)
    assert gina.login == wanted["gina"].lower()
    assert list(invite(studio, wanted)) == []


def test_after_a_lost_answer_the_password_opens_the_account(
    studio: Studio, local_server: tuple[server.Server, Path]
) -> None:
    lost = iter([DROP_AFTER])
    with proxy(studio.url) as between:
        between.fault = lambda method, path: next(lost, None) if method == "POST" and "signup" in path else None
        (hanna,) = invite(Studio(between.url, server.token(local_server[1])), logins("hanna"))
    assert next(lost, None) is None
    assert logged_in(studio.url, hanna.login, hanna.password) == hanna.login


def test_an_account_whose_password_was_lost_is_told(studio: Studio, local_server: tuple[server.Server, Path]) -> None:
    wanted = logins("ida")
    with proxy(studio.url) as between:
        between.fault = lambda method, path: DROP_AFTER if method == "POST" and "/user/" in path else None
        with pytest.raises(WirecopyError, match=f"did not confirm the account '{wanted['ida']}'") as caught:
            list(invite(Studio(between.url, server.token(local_server[1])), wanted))
    assert "invite ida --reset" in caught.value.hint and wanted["ida"] in existing(studio)
    password = server.reset_password(state=local_server[1], out=Output(), login=wanted["ida"])
    assert logged_in(studio.url, wanted["ida"], password) == wanted["ida"]


@pytest.mark.parametrize(("fault", "hint"), [(DROP_BEFORE, "try again"), (502, "invite link")])
def test_no_account_where_the_server_was_not_reached(
    fault: Fault, hint: str, studio: Studio, local_server: tuple[server.Server, Path]
) -> None:
    wanted = logins("jana")
    with proxy(studio.url) as between:
        between.fault = lambda method, path: fault if method == "POST" and "/user/" in path else None
        with pytest.raises(WirecopyError, match="made no account for 'jana'") as caught:
            list(invite(Studio(between.url, server.token(local_server[1])), wanted))
    assert hint in caught.value.hint and wanted["jana"] not in existing(studio)


def test_a_server_that_takes_no_one_is_named(studio: Studio) -> None:
    with pytest.raises(WirecopyError, match="made no account for 'kim'") as caught:
        list(invite(studio, {"kim": "no mail at all"}))
    assert "invite link" in caught.value.hint


def test_who_enters_twice_has_one_account(studio: Studio) -> None:
    (login,) = logins("lena").values()
    token = enter(studio, login, "a long password")
    assert token and enter(studio, login, "a long password") == token
    assert enter(studio, login, "another password") is None
    assert Studio(studio.url, token).whoami()["email"] == login


@pytest.mark.parametrize(
    ("workspace", "login"),
    [
        ("Demo 2 _.", "anna@demo-2.invalid"),
        ("simulated", "anna@workspace-simulated.invalid"),
        ("Wirecopy", "anna@workspace-wirecopy.invalid"),
    ],
)
def test_a_login_without_a_mail_is_nobody_elses(workspace: str, login: str, tmp_path: Path) -> None:
    space = config(workspace, {"anna": {}, "ben": {"email": "Ben@Example.org"}})
    assert login_of(space, "anna") == login and login_of(space, "ben") == "ben@example.org"
    assert Pseudonyms(tmp_path / ".wirecopy").entry(login)["origin"] == Origin.HUMAN


def config(name: str, annotators: dict[str, dict[str, str]]) -> Config:
    return check({"name": name, "sources": [{"path": "articles"}], "annotators": annotators}, Config, where="test")


def test_an_account_says_who_it_is() -> None:
    assert repr(Account("anna", "anna@demo.invalid", "hush")) == "Account(name='anna', login='anna@demo.invalid')"
