"""Pull over a broken connection: it ends by itself, with the same tables as without faults."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from uuid import UUID

import psutil
import pytest
from label_studio_sdk.core import http_client

from annotation.campaign import Campaign, Queue
from annotation.studio import client, reading, server
from annotation.studio import pull as pull_module
from annotation.studio.client import Studio
from annotation.studio.project import ensure, find
from annotation.studio.pull import pull
from annotation.tasks import to_server
from corpus.errors import WirecopyError
from corpus.output import Output
from tests.campaigns import campaign
from tests.proxy import DROP_AFTER, DROP_BEFORE, SLOW, TRUNCATED, Fault, proxy

OUT = Output()
DOCUMENTS, FAULTS, MOST_PULLS = 40, 16, 60
KINDS: list[Fault] = [DROP_BEFORE, DROP_AFTER, SLOW, TRUNCATED, 500, 502, 409, 429]


def answered(studio: Studio, folder: Path) -> Campaign:
    """A campaign on the server whose tasks have two answers each."""
    one = campaign(folder, DOCUMENTS)
    queue = Queue(one)
    project = ensure(studio, queue, find(studio, queue))
    draw = Random(str(folder))
    tasks = [
        to_server(task) | {"annotations": [answer(draw, value) for value in ("favor", "against")]}
        for task in one.units()
    ]
    studio.import_tasks(project.id, tasks)
    return one


def answer(draw: Random, value: str) -> dict[str, object]:
    """One answer in Label Studio's import format."""
    choice = {"type": "choices", "from_name": "stance", "to_name": "article", "id": "b", "value": {"choices": [value]}}
    return {"unique_id": str(UUID(int=draw.getrandbits(128))), "result": [choice], "lead_time": 1.0}


def tables(one: Campaign) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in one.folder.glob("*.parquet")}


def forgotten(one: Campaign) -> Campaign:
    """The campaign as before its first pull."""
    shutil.rmtree(one.folder)
    (one.state / "pull.json").unlink(missing_ok=True)
    return one


def until_done(studio: Studio, one: Campaign) -> None:
    """Pull again where a pull ended with an error, as a person would."""
    for _ in range(MOST_PULLS):
        try:
            pull(studio, one, out=OUT)
            return
        except WirecopyError as error:
            assert error.hint, "every end says what to do"
    raise AssertionError("it does not end")


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Small exports and short pauses, so that many requests meet many faults in little time."""
    monkeypatch.setattr(pull_module, "EXPORT_IDS", 2)
    monkeypatch.setattr(reading, "PAGE", 7)
    monkeypatch.setattr(client, "PAUSES", (0.01, 0.02))
    monkeypatch.setattr(http_client, "INITIAL_RETRY_DELAY_SECONDS", 0.01)
    yield


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("kind", KINDS)
def test_faults_change_no_table(kind: Fault, studio: Studio, studio_env: dict[str, str], tmp_path: Path) -> None:
    one = answered(studio, tmp_path / f"fault{kind}")
    pull(studio, one, out=OUT)
    whole, draw, given = tables(one), Random(f"{kind}"), Counter[Fault]()
    assert len(whole) == 4

    def fault(_method: str, _path: str) -> Fault:
        found = kind if draw.random() < 0.4 else None
        given[found] += 1
        return found

    with proxy(studio.url) as between:
        between.delay, between.fault = 1.2, fault
        patient = 1.0 if kind == SLOW else 60.0
        broken = Studio(between.url, studio_env["LABEL_STUDIO_API_KEY"], timeout=patient)
        while given[kind] < FAULTS:
            until_done(broken, forgotten(one))
            assert tables(one) == whole
    assert not list((one.folder / "pull").glob(".*")), "no half chunk is left"


@pytest.mark.usefixtures("hasty")
def test_half_an_answer_that_ends_well_is_no_chunk(studio: Studio, studio_env: dict[str, str], tmp_path: Path) -> None:
    one = answered(studio, tmp_path / "cut")
    with proxy(studio.url) as between:
        between.rewrite = lambda path, body: body[: len(body) // 2] if "/export" in path else body
        with pytest.raises(WirecopyError, match="not as Label Studio does"):
            pull(Studio(between.url, studio_env["LABEL_STUDIO_API_KEY"]), one, out=OUT)
        between.rewrite = lambda path, body: b'[{"detail": "odd"}]' if "/export" in path else body
        with pytest.raises(WirecopyError, match="task 1"):
            pull(Studio(between.url, studio_env["LABEL_STUDIO_API_KEY"]), one, out=OUT)
    assert not list((one.folder / "pull").glob("*")) if (one.folder / "pull").exists() else True


def test_a_server_that_is_killed_and_comes_back_in_mid_pull(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = tmp_path / "server" / ".wirecopy"
    running = server.serve(state=state, out=OUT)
    try:
        token = server.token(state)
        one = answered(Studio(running.url, token), tmp_path / "killed")
        pull(Studio(running.url, token), one, out=OUT)
        whole = tables(one)
        monkeypatch.setattr(pull_module, "EXPORT_IDS", 2)
        exports = Counter[str]()

        def kill_at_the_fifth(_method: str, path: str) -> Fault:
            exports["all"] += "/export" in path
            if exports["all"] == 5 and not exports["killed"]:
                exports["killed"] += 1
                psutil.Process(running.pid).kill()
                psutil.Process(running.pid).wait(30)
                between.upstream = server.serve(state=state, out=OUT).url
                return DROP_BEFORE
            return None

        with proxy(running.url) as between:
            between.fault = kill_at_the_fifth
            pull(Studio(between.url, token), forgotten(one), out=OUT)
        assert exports["killed"] and tables(one) == whole
    finally:
        server.stop(state=state)


def test_the_answers_of_a_pull_are_json_lines_that_hold_no_account(studio: Studio, tmp_path: Path) -> None:
    one = answered(studio, tmp_path / "lines")
    pull(studio, one, out=OUT)
    (path,) = (one.folder / "pull").glob("*.json")
    assert len(path.read_text().splitlines()) == DOCUMENTS + 2
    assert len(json.loads(path.read_text())["tasks"]) == DOCUMENTS
