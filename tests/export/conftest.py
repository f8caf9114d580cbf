"""What the tests of the release share: the Hub's stand-in."""

import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests.hub import TOKEN, Hub, running

SWITCHES = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A stand-in for the Hub that this process and its children talk to; nobody waits before a second try."""
    with running() as made:
        for name, value in {"HF_ENDPOINT": made.url, "HF_TOKEN": TOKEN, **SWITCHES}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr("huggingface_hub.utils._http.time", SimpleNamespace(sleep=lambda _s: None, time=time.time))
        monkeypatch.setattr("export.hub.WAITS", (0.0, 0.0))
        yield made
