"""Faults between client and server, while tasks are sent: no double, no hole, and an end."""

import random
import threading
import time
from collections import Counter
from itertools import count
from pathlib import Path

import psutil
import pytest

from annotation.campaign import Queue
from annotation.studio import sending as push_module
from annotation.studio import server
from annotation.studio.client import Studio
from annotation.studio.project import find
from annotation.studio.push import push
from corpus.errors import WirecopyError
from corpus.output import Output
from tests.campaigns import campaign
from tests.proxy import DROP_AFTER, DROP_BEFORE, SLOW, TRUNCATED, Fault, proxy

OUT = Output()
KINDS: list[Fault] = [DROP_BEFORE, DROP_AFTER, 500, 502, 409, 429, SLOW, TRUNCATED]
FAULTS = 375  # those of the pull tests make it 500


def test_faults_of_every_kind_at_random_requests(
    studio: Studio, local_server: tuple[server.Server, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_module, "BATCH", 5)
    monkeypatch.setattr(push_module, "SETTLE_SECONDS", (0.0, 0.1))
    monkeypatch.setattr(push_module, "TRIES", 12)
    draw, happened = random.Random(20261123), Counter[Fault]()

    def at_random(method: str, path: str) -> Fault:
        chance = 0.55 if method == "POST" and "/import" in path else 0.1 if "/api/tasks" in path else 0
        if draw.random() >= chance:
            return None
        fault = draw.choice(KINDS)
        happened[fault] += 1
        return fault

    for run in count():
        if happened.total() >= FAULTS and set(happened) == set(KINDS):
            break
        one = campaign(tmp_path / f"faults-{run}", 100)
        with proxy(studio.url) as between:
            between.delay = 0.05
            between.fault = at_random
            through = Studio(between.url, server.token(local_server[1]))
            for _ in range(10):  # a read that stays broken is an error with its next command: the same one again
                try:
                    push(through, one, out=OUT)
                    break
                except WirecopyError as error:
                    assert error.hint
        project = find(studio, Queue(one))
        assert project
        assert Counter(held.key for held in studio.tasks(project.id)) == {task.key: 1 for task in one.tasks()}
        assert len(studio.projects(Queue(one).title)) == 1
    assert run >= 10


def test_a_server_that_is_killed_and_started_again_in_mid_push(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_module, "BATCH", 10)
    state = tmp_path / "server" / ".wirecopy"
    running = server.serve(state=state, out=OUT)
    one = campaign(tmp_path / "killed", 600)
    stopped = threading.Event()

    def disturb() -> None:
        for _ in range(2):
            time.sleep(1.5)
            _kill(state)
            server.serve(state=state, out=OUT)
        stopped.set()

    thread = threading.Thread(target=disturb)
    try:
        thread.start()
        pushes = 0
        while True:
            try:
                pushes += 1
                push(Studio(running.url, server.token(state)), one, out=OUT)
                if stopped.is_set():
                    break
            except WirecopyError as error:
                assert error.hint
                time.sleep(0.5)
        project = find(Studio(running.url, server.token(state)), Queue(one))
        assert project
        held = list(Studio(running.url, server.token(state)).tasks(project.id))
        assert Counter(task.key for task in held) == {task.key: 1 for task in one.tasks()}
    finally:
        thread.join()
        server.stop(state=state)


def _kill(state: Path) -> None:
    running = server.find(state)
    assert running
    process = psutil.Process(running.pid)
    for one in (*process.children(recursive=True), process):
        one.kill()
    process.wait()
