"""The local Label Studio: of its own, on the loopback, quick the second time."""

import socket
import stat
from pathlib import Path

import httpx
import psutil
import pytest

from annotation.studio import server
from annotation.studio.client import Studio
from corpus.output import Output

OUT = Output()


def test_it_starts_stops_and_starts_again_with_what_it_held(tmp_path: Path) -> None:
    state = tmp_path / ".wirecopy"
    state.mkdir()
    first = server.serve(state=state, out=OUT)
    try:
        assert first.password
        studio = Studio(first.url, server.token(state))
        assert studio.check() == server.VERSION
        project = studio.create_project({"title": "kept"})
        assert server.serve(state=state, out=OUT).pid == first.pid, "one server a workspace"
        addresses = {one.laddr.ip for one in psutil.Process(first.pid).net_connections() if one.status == "LISTEN"}
        assert addresses == {"127.0.0.1"}
        assert server.stop(state=state) and not psutil.pid_exists(first.pid)
        assert server.find(state) is None and not server.stop(state=state)
        second = server.serve(state=state, out=OUT)
        assert second.password is None
        assert second.url == first.url, "the links of annotators live on"
        assert Studio(second.url, server.token(state)).project(project)
    finally:
        server.stop(state=state)


def test_the_password_works_and_no_secret_is_in_a_file_of_ours(
    local_server: tuple[server.Server, Path],
) -> None:
    running, state = local_server
    token = server.token(state)
    for path in state.rglob("*"):
        if path.is_file() and "label-studio/" not in path.as_posix():
            content = path.read_bytes()
            assert token.encode() not in content and str(running.password).encode() not in content, path
    assert stat.S_IMODE((state / "label-studio").stat().st_mode) == 0o700
    assert logged_in(running.url, running.login, str(running.password)) == running.login


def test_a_forgotten_password_is_replaced(tmp_path: Path) -> None:
    state = tmp_path / ".wirecopy"
    first = server.serve(state=state, out=OUT)
    try:
        password = server.reset_password(state=state, out=OUT)
        assert password != first.password
        assert logged_in(first.url, first.login, password) == first.login
        assert logged_in(first.url, first.login, str(first.password)) != first.login
    finally:
        server.stop(state=state)


def logged_in(url: str, login: str, password: str) -> str | None:
    with httpx.Client(base_url=url, follow_redirects=True, trust_env=False) as http:
        http.get("/user/login/")
        form = {"email": login, "password": password, "csrfmiddlewaretoken": http.cookies["csrftoken"]}
        http.post("/user/login/", data=form)
        mail: str | None = http.get("/api/current-user/whoami").json().get("email")
        return mail


def test_nobody_signs_up_without_the_invite_link(local_server: tuple[server.Server, Path]) -> None:
    running, _ = local_server
    with httpx.Client(base_url=running.url, follow_redirects=True, trust_env=False) as http:
        http.get("/user/signup/")
        form = {"email": "x@example.org", "password": "longenough1", "csrfmiddlewaretoken": http.cookies["csrftoken"]}
        http.post("/user/signup/", data=form)
        assert http.get("/api/current-user/whoami").status_code == 401


def test_two_workspaces_share_no_secret(local_server: tuple[server.Server, Path], tmp_path: Path) -> None:
    state = tmp_path / "other"
    state.mkdir()
    other = server.serve(state=state, out=OUT)
    try:
        mine, its = local_server[1] / "label-studio" / ".env", state / "label-studio" / ".env"
        assert mine.read_bytes() != its.read_bytes(), "each signs its sessions with a key of its own"
        assert server.token(state) != server.token(local_server[1])
        assert other.url != local_server[0].url
    finally:
        server.stop(state=state)


def test_a_port_that_another_program_takes_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(server, "_free_port", lambda: taken.getsockname()[1])
        monkeypatch.setattr(server, "START_SECONDS", 20)
        state = tmp_path / ".wirecopy"
        state.mkdir()
        try:
            server.serve(state=state, out=OUT)
        except Exception as error:
            assert "did not answer" in str(error) or "another program" in str(error)
        else:
            raise AssertionError("it took another program for its own")
    assert server.find(state) is None
