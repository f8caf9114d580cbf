"""Repositories of the stand-in: commits, references, pull requests."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

MAIN = "refs/heads/main"


@dataclass(frozen=True)
class Blob:
    """One file; `data` is None where only Xet has it."""

    size: int
    oid: str
    sha256: str | None = None
    data: bytes | None = None


@dataclass(frozen=True)
class Commit:
    """The files of one commit and the commit that it follows."""

    files: Mapping[str, Blob]
    parent: str | None
    title: str


@dataclass
class Pull:
    """A pull request: whether it is open, what was said."""

    number: int
    title: str
    status: str = "open"
    comments: list[str] = field(default_factory=list)

    @property
    def ref(self) -> str:
        return f"refs/pr/{self.number}"


@dataclass
class Repo:
    """One dataset repository."""

    private: bool
    gated: str | bool = False
    commits: dict[str, Commit] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)

    def find(self, revision: str) -> str | None:
        """Return the commit that a branch, tag, full reference or hash names."""
        names = (revision, f"refs/heads/{revision}", f"refs/tags/{revision}")
        return next(
            (self.refs[name] for name in names if name in self.refs), revision if revision in self.commits else None
        )

    def files(self, revision: str = MAIN) -> dict[str, Blob]:
        """Return the files of a revision."""
        return dict(self.commits[self.find(revision) or ""].files)

    def shown(self, revision: str = MAIN) -> dict[str, str]:
        """Return `{path: sha256 of the content}` without what every repository has."""
        files = {name: blob for name, blob in self.files(revision).items() if name != ".gitattributes"}
        return {name: blob.sha256 or hashlib.sha256(blob.data or b"").hexdigest() for name, blob in files.items()}

    def commit(self, changes: Mapping[str, Blob | None], title: str, ref: str = MAIN, parent: str | None = None) -> str:
        """Add a commit to a reference; None takes a file away."""
        parent = parent or self.refs.get(ref)
        files = dict(self.commits[parent].files) if parent else {}
        files.update({name: blob for name, blob in changes.items() if blob})
        kept = {name: blob for name, blob in files.items() if changes.get(name, blob)}
        told = json.dumps([{name: blob.oid for name, blob in sorted(kept.items())}, parent, title, len(self.commits)])
        made = hashlib.sha1(told.encode()).hexdigest()
        self.commits[made], self.refs[ref] = Commit(kept, parent, title), made
        return made


def regular(data: bytes) -> Blob:
    """Return a file that lies in git itself."""
    return Blob(len(data), hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest(), None, data)
