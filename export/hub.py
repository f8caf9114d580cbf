"""The Hugging Face Hub: what it shows of a dataset repository, and the few writes that publishing needs.

The only importer of huggingface_hub. `token` alone reads `HF_TOKEN`, which stands in no message. Reads, and writes that
can be repeated, are tried again; a commit and a tag are read back where no answer came. No request waits longer than
`SILENCE` for the next byte.
Not covered: models, spaces, other people's pull requests.
"""

import hashlib
import logging
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from corpus.errors import WirecopyError
from corpus.output import one_line

T = TypeVar("T")
KIND = "dataset"
WAITS: Sequence[float] = (1.0, 2.0, 4.0)  # seconds between the tries of what can be repeated
SILENCE = 60.0  # seconds without a byte after which a request has failed
AGAIN = (408, 429, 500, 502, 503, 504)
Gate = Literal["auto", "manual"]


class Unanswered(Exception):
    """A write whose answer did not come: it may have happened."""


class Absent(WirecopyError):
    """There is no such repository, or none that this token may see."""


@dataclass(frozen=True)
class There:
    """A file on the Hub: its hash, of the content where it is large, of git where it is small."""

    size: int
    oid: str
    sha256: str | None

    def holds(self, path: Path, sha256: str) -> bool:
        """Tell whether it has the bytes with this hash; `path` has them, or something else by now."""
        if self.sha256:
            return self.sha256 == sha256
        if self.size != path.stat().st_size:
            return False
        data = path.read_bytes()
        return hashlib.sha256(data).hexdigest() == sha256 and self.oid == _git_oid(data)


@dataclass(frozen=True)
class Shown:
    """What the Hub shows of a repository: its newest commit and that commit's files, its tags, who may see it."""

    head: str
    files: Mapping[str, There]
    tags: Mapping[str, str]
    private: bool
    gated: Gate | None


@dataclass(frozen=True)
class Pull:
    """A pull request that waits, and its newest commit."""

    number: int
    commit: str


@dataclass
class Hub:
    """One dataset repository on the Hub, as `HF_TOKEN` and `HF_ENDPOINT` reach it; bars of progress unless `quiet`."""

    repo: str
    quiet: bool = True
    _api: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        from huggingface_hub import HfApi, constants
        from huggingface_hub.errors import HFValidationError
        from huggingface_hub.utils._validators import validate_repo_id
        from huggingface_hub.utils.tqdm import disable_progress_bars

        try:
            validate_repo_id(self.repo)
        except HFValidationError as error:
            raise WirecopyError(one_line(error), hint="a repository is org/name") from None
        _impatient()
        logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # a commit that changes nothing is no news
        if self.quiet:
            disable_progress_bars()
        endpoint = os.environ.get("HF_ENDPOINT") or constants.ENDPOINT
        # False keeps the client from taking a token that lies somewhere else.
        self._api = HfApi(endpoint=endpoint, token=token() or False, library_name="wirecopy")

    @property
    def url(self) -> str:
        """Where people see it."""
        return f"{self._api.endpoint}/datasets/{self.repo}"

    def look(self) -> Shown | None:
        """Return what the Hub shows now; None where there is no such repository for this token."""
        try:
            info = self._read("reading", lambda: self._api.dataset_info(self.repo))
        except Absent:
            return None
        return Shown(info.sha, self.files(info.sha), self._tags(), bool(info.private), info.gated or None)

    def wait_for(self, wanted: Callable[[Shown], bool]) -> Shown | None:
        """Return what the Hub shows as soon as it is what is wanted; None where that does not come."""
        for wait in (0.0, *WAITS):
            time.sleep(wait)
            shown = self.look()
            if shown and wanted(shown):
                return shown
        return None

    def files(self, revision: str) -> dict[str, There]:
        """Return the files of a revision by path."""
        from huggingface_hub import RepoFile

        def listed() -> list[Any]:
            return list(self._api.list_repo_tree(self.repo, recursive=True, revision=revision, repo_type=KIND))

        found = [one for one in self._read(f"listing {revision}", listed) if isinstance(one, RepoFile)]
        return {one.path: There(one.size, one.blob_id, one.lfs.sha256 if one.lfs else None) for one in found}

    def text(self, path: str, revision: str) -> bytes:
        """Return the bytes of one small file."""
        from tempfile import TemporaryDirectory

        def got() -> bytes:
            with TemporaryDirectory() as folder:
                name = self._api.hf_hub_download(self.repo, path, repo_type=KIND, revision=revision, local_dir=folder)
                return Path(name).read_bytes()

        return self._read(f"reading {path}", got)

    def private(self) -> bool:
        """Tell whether nobody else sees it, now."""
        return bool(self._read("reading", lambda: self._api.dataset_info(self.repo)).private)

    def resolve(self, revision: str) -> str:
        """Return the commit that a branch, a tag or a short hash names."""
        info = self._read(f"reading {revision}", lambda: self._api.dataset_info(self.repo, revision=revision))
        return str(info.sha)

    def create(self) -> None:
        """Make the repository, private; where it is there, nothing happens."""
        self._read("making it", lambda: self._api.create_repo(self.repo, repo_type=KIND, private=True, exist_ok=True))

    def gate(self, gate: Gate) -> None:
        """Let people see the data only when they are let in, by the Hub or by hand."""
        self._read("gating", lambda: self._api.update_repo_settings(self.repo, repo_type=KIND, gated=gate))

    def open_up(self) -> None:
        """Make the repository public."""
        self._read("opening", lambda: self._api.update_repo_settings(self.repo, repo_type=KIND, private=False))

    def commit(
        self,
        files: Mapping[str, tuple[Path, str]],
        gone: Sequence[str],
        *,
        message: str,
        parent: str,
        pull: bool = False,
        last: Callable[[], None] = lambda: None,
    ) -> str:
        """Upload content, then change all files in one commit on top of `parent`; return the commit.

        `files` has the place and SHA-256 of each; `last` is called right before the commit, to raise where it must not
        be. Content that the Hub has is not sent again. Raises Unanswered where nobody knows whether it happened,
        WirecopyError where a file has another hash, or somebody else's commit came between.
        """
        from huggingface_hub import CommitOperationDelete

        adds = [_added(name, path, sha256) for name, (path, sha256) in files.items()]
        self._once("uploading", lambda: self._upload(adds, pull))
        last()
        operations = [*adds, *(CommitOperationDelete(name, is_folder=False) for name in gone)]
        done = self._once(
            "the commit",
            lambda: self._api.create_commit(
                self.repo, operations, commit_message=message, repo_type=KIND, parent_commit=parent, create_pr=pull
            ),
            written=True,
        )
        return str(done.oid)

    def tag(self, name: str, commit: str) -> None:
        """Tag a commit; the same tag on the same commit again is no error."""
        try:
            self._once(
                f"the tag {name}",
                lambda: self._api.create_tag(self.repo, tag=name, revision=commit, repo_type=KIND),
                written=True,
                taken=True,
            )
        except Unanswered as error:
            there = self._tags().get(name)
            if there is None:
                raise WirecopyError(f"{self.repo}: {error}", hint=_AGAIN) from None
            if there != commit:
                raise WirecopyError(f"{self.repo}: {name} is there, on another commit", hint=_AGAIN) from None

    def pulls(self, title: str) -> list[Pull]:
        """Return the pull requests with this title that wait, newest first."""

        def listed() -> list[Any]:
            try:
                return list(self._api.get_repo_discussions(self.repo, repo_type=KIND, discussion_type="pull_request"))
            except Exception as error:
                if _status(error) in (403, 410):  # discussions are switched off there, so nothing waits
                    return []
                raise

        every = self._read("listing pull requests", listed)
        found = [one.num for one in every if one.title == title and one.status in ("open", "draft")]
        return [Pull(number, self.resolve(f"refs/pr/{number}")) for number in sorted(found, reverse=True)]

    def close(self, pull: Pull, comment: str) -> None:
        """Close a pull request, with a word on why."""
        self._once(
            f"closing pull request {pull.number}",
            lambda: self._api.change_discussion_status(
                self.repo, pull.number, "closed", comment=comment, repo_type=KIND
            ),
        )

    def download(self, revision: str, folder: Path) -> str:
        """Bring all files of a revision into a folder; return the commit."""
        import shutil

        commit = self.resolve(revision)
        self._read(
            f"downloading {revision}",
            lambda: self._api.snapshot_download(self.repo, repo_type=KIND, revision=commit, local_dir=folder),
        )
        shutil.rmtree(folder / ".cache", ignore_errors=True)  # the client's notes on what it has brought
        return commit

    def _tags(self) -> dict[str, str]:
        found = self._read("listing tags", lambda: self._api.list_repo_refs(self.repo, repo_type=KIND))
        return {one.name: one.target_commit for one in found.tags}

    def _upload(self, adds: list[Any], pull: bool) -> None:
        self._api.preupload_lfs_files(self.repo, adds, repo_type=KIND, free_memory=False, create_pr=pull)

    def _read(self, what: str, call: Callable[[], T]) -> T:
        """Do what can be repeated, and repeat it while the Hub has a bad moment."""
        for wait in (*WAITS, None):
            try:
                return call()
            except Exception as error:
                status = _status(error)
                if not _outside(error):
                    raise
                if wait is None or (status is not None and status not in AGAIN):
                    raise self._told(what, error, _CHECK) from None
            time.sleep(wait)
        raise AssertionError

    def _once(self, what: str, call: Callable[[], T], *, written: bool = False, taken: bool = False) -> T:
        """Do what must not happen twice; a doubt is Unanswered."""
        try:
            return call()
        except Exception as error:
            status = _status(error)
            if not _outside(error):
                raise
            if (written and (status is None or status >= 500)) or (taken and status == 409):
                raise Unanswered(f"no answer to {what}: {_cause(error)}") from None
            raise self._told(what, error, _REFUSED if status in (400, 413, 422) else _AGAIN) from None

    def _told(self, what: str, error: Exception, hint: str) -> WirecopyError:
        """Return what went wrong as people understand it; `hint` is for what may go well another time."""
        status, kind = _status(error), type(error).__name__
        if kind in ("RevisionNotFoundError", "RemoteEntryNotFoundError"):
            return WirecopyError(f"{self.repo} has no such revision or file ({what})", hint=f"see {self.url}")
        if status in (401, 403, 404):
            why = "does not exist, or HF_TOKEN has no right to it" if token() else "is not there, or needs HF_TOKEN"
            made = Absent if kind == "RepositoryNotFoundError" else WirecopyError
            return made(f"{self.repo} {why} ({what})", hint=f"check the name and the token: {_TOKENS}")
        if status in (409, 412):
            return WirecopyError(f"{self.repo} was changed by somebody else meanwhile ({what})", hint=_AGAIN)
        if status == 429:
            return WirecopyError(f"the Hub has had too many requests ({what})", hint=f"wait some minutes; {_AGAIN}")
        return WirecopyError(f"{self.repo}: {what} failed: {_cause(error)}", hint=hint)


_AGAIN = "the same command again: it goes on where this one ended, and sends no content twice"
_CHECK = "check the network and HF_ENDPOINT, then the same command again"
_REFUSED = "the Hub refuses what was sent; mend what it names, then: wirecopy export build"
_TOKENS = "https://huggingface.co/settings/tokens"


def download(repo: str, revision: str, folder: Path) -> str:
    """Bring all files of a revision of a dataset into a folder; return the commit."""
    return Hub(repo).download(revision, folder)


def token() -> str:
    """Return `HF_TOKEN` without white space around it, empty where it is not set; WirecopyError where it is no token.

    A client that gets such a token shows it in its errors.
    """
    found = os.environ.get("HF_TOKEN", "").strip()
    if not re.fullmatch("[!-~]*", found):
        raise WirecopyError("HF_TOKEN holds white space or other signs", hint=f"export it anew: {_TOKENS}")
    return found


def signed_in() -> None:
    """Raise WirecopyError where no token is set."""
    if not token():
        raise WirecopyError("HF_TOKEN is not set", hint=f"export HF_TOKEN with a token that may write: {_TOKENS}")


@cache
def _impatient() -> None:
    """Let no request of the client wait without an end, as many of its calls do: they ask for no limit themselves."""
    from huggingface_hub import set_client_factory
    from huggingface_hub.utils._http import default_client_factory

    def limited(request: Any) -> None:
        limits = request.extensions["timeout"]
        request.extensions["timeout"] = {name: limit or SILENCE for name, limit in limits.items()}

    def client() -> Any:
        made = default_client_factory()
        made.event_hooks["request"].append(limited)
        return made

    set_client_factory(client)


def _status(error: Exception) -> int | None:
    """Return the HTTP status of an error, or of the one that it was raised from."""
    for one in (error, error.__cause__):
        if (answer := getattr(one, "response", None)) is not None:
            return int(answer.status_code)
    return None


def _outside(error: Exception) -> bool:
    """Tell whether something went wrong on the way or on the Hub: no answer, a refusal, an answer that is no JSON."""
    kinds = {type(one).__module__.partition(".")[0] for one in (error, error.__cause__)}
    known = isinstance(error, OSError | RuntimeError | ValueError) or bool(kinds & {"httpx", "httpx2"})
    return known or _status(error) is not None


def _cause(error: Exception) -> str:
    """Return one line that says what went wrong, without the token."""
    inner = error.__cause__ if isinstance(error, RuntimeError) and error.__cause__ else error
    said = getattr(inner, "server_message", None) or str(inner)
    lines = [line for line in str(said).splitlines() if line.strip()] or [type(inner).__name__]
    return one_line(" ".join(lines[:2]).replace(token() or "\0", "***"))


def _added(name: str, path: Path, sha256: str) -> Any:
    """Return what uploads a file; WirecopyError where it has another hash by now."""
    from huggingface_hub import CommitOperationAdd

    # What lies in git is read again for the commit, unless it is in memory; the store checks hashes by itself.
    try:
        made = CommitOperationAdd(name, str(path) if path.suffix == ".parquet" else path.read_bytes())
    except (OSError, ValueError):
        raise WirecopyError(f"{path} has gone while it was published", hint="wirecopy export build") from None
    if made.upload_info.sha256.hex() != sha256:
        raise WirecopyError(f"{path} was changed while it was published", hint="wirecopy export verify")
    return made


def _git_oid(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
