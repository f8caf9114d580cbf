"""Which server, which token: what works, and the one clear line for what does not."""

import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from annotation.campaign import Queue
from annotation.studio import server
from annotation.studio.client import Studio
from annotation.studio.push import push
from corpus.errors import WirecopyError
from corpus.output import Output
from tests.campaigns import campaign
from tests.conftest import Cli
from tests.proxy import proxy

OUT = Output()


def failing(url: str, key: str) -> WirecopyError:
    with pytest.raises(WirecopyError) as caught:
        Studio(url, key, timeout=5).check()
    return caught.value


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://no-such-host.invalid", "nonsense", "ftp://x", "http://"])
def test_no_server(url: str) -> None:
    error = failing(url, "0" * 40)
    assert url in error.message and error.hint


def test_wrong_token(studio: Studio) -> None:
    error = failing(studio.url, "0" * 40)
    assert "refuses the token" in error.message and "LABEL_STUDIO_API_KEY" in error.hint
    assert "0000" not in error.message + error.hint


def test_broken_personal_token(studio: Studio) -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCIsImV4cCI6NDEwMjQ0NDgwMH0.c2ln"
    error = failing(studio.url, token)
    assert "refuses the token" in error.message and token not in str(error)


def test_a_server_that_is_too_old(studio: Studio, local_server: tuple[server.Server, Path]) -> None:
    def aged(path: str, body: bytes) -> bytes:
        return json.dumps(json.loads(body) | {"release": "1.9.2"}).encode() if path == "/api/version" else body

    with proxy(studio.url) as between:
        between.rewrite = aged
        error = failing(between.url, server.token(local_server[1]))
    assert "is 1.9.2, wirecopy needs 1.20 or newer" in error.message


def test_something_else_that_answers(studio: Studio) -> None:
    with proxy(studio.url) as between:
        between.rewrite = lambda _path, _body: b"<html>"
        error = failing(between.url, "0" * 40)
    assert "not as Label Studio does" in error.message or "refuses the token" in error.message


@pytest.fixture(scope="module")
def tokens(local_server: tuple[server.Server, Path]) -> dict[str, str]:
    """Both kinds of token of the same user; the server makes one personal token a user."""
    legacy = server.token(local_server[1])
    headers = {"Authorization": f"Token {legacy}"}
    made = httpx.post(f"{local_server[0].url}/api/token/", headers=headers, trust_env=False)
    return {"legacy": legacy, "personal": made.json()["token"]}


@pytest.mark.parametrize("kind", ["legacy", "personal"])
@pytest.mark.parametrize("prefix", ["", "/label/studio"])
def test_both_kinds_of_token_and_a_sub_path(
    prefix: str, kind: str, studio: Studio, tokens: dict[str, str], tmp_path: Path
) -> None:
    with proxy(studio.url, prefix=prefix) as between:
        client = Studio(between.url, tokens[kind])
        assert client.check() == server.VERSION
        one = campaign(tmp_path / f"{kind}{len(prefix)}", 2)
        assert push(client, one, out=OUT).sent == 2


def test_commands_without_a_server_say_what_to_do(cli: Cli, tmp_path: Path) -> None:
    campaign(tmp_path / "w", 1)
    for command in ("plan", "push", "status", "pull"):
        done = cli("annotation", command, cwd=tmp_path / "w")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.splitlines() == [
            "error: no Label Studio: none runs here and LABEL_STUDIO_URL is not set",
            "hint: wirecopy annotation serve",
        ]


def test_without_a_token_the_error_says_where_it_is(cli: Cli, tmp_path: Path) -> None:
    campaign(tmp_path / "w", 1)
    done = cli("annotation", "plan", cwd=tmp_path / "w", env={"LABEL_STUDIO_URL": "http://127.0.0.1:9"})
    assert done.returncode == 1 and "no token for http://127.0.0.1:9" in done.stderr


def test_an_export_file_cut_in_half(cli: Cli, tmp_path: Path) -> None:
    campaign(tmp_path / "w", 1)
    (tmp_path / "half.json").write_text('[{"id": 1, "annotations": [{"id"')
    done = cli("annotation", "pull", "--from", tmp_path / "half.json", cwd=tmp_path / "w")
    assert done.returncode == 1 and "half.json is no readable JSON file" in done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize(
    "text", ["{}", "[1]", '"x"', '[{"annotations": 3}]', '[{"annotations": [7]}]', '[{"annotations": [{}]}]']
)
def test_a_file_that_is_no_export(text: str, cli: Cli, tmp_path: Path) -> None:
    campaign(tmp_path / "w", 1)
    (tmp_path / "other.json").write_text(text)
    done = cli("annotation", "pull", "--from", tmp_path / "other.json", cwd=tmp_path / "w")
    assert done.returncode in (1, 3) and "unexpected" not in done.stderr and done.stderr


def test_tasks_as_a_file_hold_what_a_push_would_send(cli: Cli, studio: Studio, tmp_path: Path) -> None:
    one = campaign(tmp_path / "w", 3)
    done = cli("annotation", "push", "--to", tmp_path / "tasks.json", cwd=tmp_path / "w")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "tasks.xml").read_text()
    project = studio.create_project({"title": Queue(one).title, "label_config": page})
    studio.import_tasks(project, json.loads((tmp_path / "tasks.json").read_text()))
    chosen = replace(one, settings=one.settings.model_copy(update={"project": project}))
    assert push(studio, chosen, out=OUT).sent == 0, "the imported file is what a push finds unchanged"
