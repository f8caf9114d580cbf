"""What the stand-in holds, what it was asked, what it breaks."""

import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hub.repository import Repo, regular

TOKEN = "hf_" + "TheTokenOfTheStandIn"
DROP = 0  # as a status: the connection is cut without an answer


@dataclass(frozen=True)
class Fault:
    """What happens to a request: `act` runs, then `status` is answered (DROP: nothing; None: all goes on).

    With `after`, both come after the Hub has done what it was asked for.
    """

    status: int | None = None
    after: bool = False
    act: Callable[[], object] = lambda: None


@dataclass
class Hub:
    """A running stand-in: where it is, what it holds, what it was asked, what to break."""

    url: str = ""
    repos: dict[str, Repo] = field(default_factory=dict)
    store: dict[str, bytes] = field(default_factory=dict)
    puts: Counter[str] = field(default_factory=Counter)
    requests: list[tuple[str, str]] = field(default_factory=list)
    fault: Callable[[int, str, str], Fault | None] = lambda _number, _method, _path: None
    page: int = 1000
    drafts: bool = False
    xet: Path | None = None
    lock: Any = field(default_factory=threading.RLock)

    @property
    def writes(self) -> list[str]:
        """The paths of the requests that can change something."""
        asked = (path for method, path in self.requests if method not in ("GET", "HEAD"))
        return [path for path in asked if not re.search("validate-yaml|paths-info|preupload|batch", path)]

    def asked(self, fault: Callable[[int, str, str], Fault | None]) -> None:
        """Forget the requests so far, and break those to come."""
        self.requests.clear()
        self.fault = fault

    def repo(self, name: str, *, private: bool = True) -> Repo:
        """Make a repository as the Hub does: with one commit."""
        made = self.repos[name] = Repo(private)
        made.commit({".gitattributes": regular(b"*.parquet filter=lfs diff=lfs merge=lfs -text\n")}, "initial commit")
        return made
