"""To a folder or a bucket, through fsspec: each version in a folder of its own, its manifest written last.

A version without a manifest is not there yet; one with a manifest never changes. A run that was cut is gone on with:
what has arrived whole is not sent again. What is sent is hashed on its way: a file that was changed meanwhile never
appears. Two runs that publish different content under one version at once are told, as far as the manifest and the
sizes of files can tell. Not covered: a pointer to the newest version, rights, a file that such a run has replaced by
another of the same size; `wirecopy export verify` on a copy finds it.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from corpus.errors import WirecopyError
from corpus.output import listing, one_line
from corpus.readers.remote import filesystem, safe_cause, shown
from export.publish.plan import Change, Plan, size
from export.publish.release import Release
from export.schema import MANIFEST

T = TypeVar("T")
BLOCK = 4 << 20  # bytes that are read at a time
PARTIAL = re.compile(r"(?P<name>.+?)(\.[0-9a-f]{16})?\.partial")  # where a file is written before it appears
BUCKETS = {"s3", "s3a", "gs", "gcs", "abfs", "az"}  # where folders are but a part of names


@dataclass(frozen=True)
class Store:
    """The folder of one version: the file system, the path in it, the address as people may see it."""

    system: Any
    root: str
    name: str

    def asked(self, call: Callable[[], T]) -> T:
        """Do something there; what goes wrong is a WirecopyError without credentials."""
        try:
            return call()
        except WirecopyError:
            raise
        except Exception as error:  # each system has errors of its own
            raise WirecopyError(
                f"{self.name}: {safe_cause(error)}", hint="check the address, and who may write there"
            ) from None

    def manifest(self) -> str | None:
        """Return the hash of the manifest there; None where it has not come yet."""
        self.system.invalidate_cache()
        return self.sha256(MANIFEST) if self.system.exists(f"{self.root}/{MANIFEST}") else None

    def files(self) -> dict[str, int]:
        """Return the bytes of each file by its path below the root."""
        self.system.invalidate_cache()
        if not self.system.exists(self.root):
            return {}
        found = self.system.find(self.root, detail=True)
        if self.root in found:
            raise WirecopyError(
                f"{self.name} is a file where a folder is due", hint="move it away, then the same command again"
            )
        return {name[len(self.root) :].strip("/"): int(one["size"]) for name, one in found.items()}

    def sha256(self, name: str) -> str:
        """Return the hash of a file there."""
        digest = hashlib.sha256()
        with self.system.open(f"{self.root}/{name}", "rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
        return digest.hexdigest()

    def put(self, path: Path, name: str, sha256: str) -> None:
        """Send a file; it appears whole. Raises WirecopyError where its bytes are no longer those of `sha256`."""
        place, digest = f"{self.root}/{name}", hashlib.sha256()
        protocols = self.system.protocol if isinstance(self.system.protocol, tuple | list) else [self.system.protocol]
        bucket = bool(BUCKETS & set(protocols))
        beside = place if bucket else f"{place}.{secrets.token_hex(8)}.partial"
        if not bucket:
            self.system.makedirs(place.rpartition("/")[0], exist_ok=True)
        with path.open("rb") as source, self.system.open(beside, "wb", autocommit=not bucket) as target:
            while block := source.read(BLOCK):
                digest.update(block)
                target.write(block)
        same = digest.hexdigest() == sha256
        if bucket and same:
            target.commit()
        elif bucket:
            target.discard()
        elif same:
            self.system.mv(beside, place)
        else:
            self.system.rm_file(beside)
        if not same:
            raise WirecopyError(
                f"{path} was changed while it was sent", hint=f"wirecopy export verify {path.parents[name.count('/')]}"
            )


def opened(address: str, release: Release) -> Store:
    """Return the folder that a release has in a folder or bucket."""
    where = address if "://" in address else str(Path(address).expanduser().resolve())
    system, root = filesystem(f"{where.rstrip('/')}/{release.tag}", "")
    return Store(system, root.rstrip("/"), f"{shown(address).rstrip('/')}/{release.tag}")


def planned(release: Release, store: Store) -> Plan:
    """Compare a release with what is there.

    Raises WirecopyError where the version is there with other content, or files that are no part of it.
    """
    there = store.asked(store.files)
    left = _left(release, there)
    others = sorted(there.keys() - release.files.keys() - set(left))
    if MANIFEST in there:
        same = store.asked(lambda: store.sha256(MANIFEST)) == release.files[MANIFEST]
        if not same or others or any(there.get(name) != release.size(name) for name in release.files):
            raise _taken(store)
    elif others:
        raise WirecopyError(
            f"{store.name} holds other files: {listing(one_line(name) for name in others)}",
            hint="move them away, then the same command again",
        )
    changes = [Change(name, _what(release, store, there, name), release.size(name)) for name in release.files]
    sent = sum(one.bytes for one in changes if one.what != "same")
    steps = [f"write {store.name}: {size(sent)}, the manifest last"] if sent else []
    if left:
        steps.append(f"remove what a run that was cut has left: {listing(map(one_line, left))}")
    return Plan(store.name, release.manifest.facts.version, changes, steps, _notes(release))


def apply(release: Release, store: Store, plan: Plan) -> None:
    """Send what is not there, check what has arrived, and write the manifest last.

    Raises WirecopyError where another run writes other content there at the same time.
    """
    # The manifest is the last of what changes; where nothing does, it is there.
    *names, last = [one.file for one in plan.changes] or [""]
    for name in names:
        _must_be_free(release, store)
        store.asked(lambda name=name: store.put(release.path(name), name, release.files[name]))  # type: ignore[misc]
    for name in _left(release, store.asked(store.files)):
        store.asked(lambda name=name: store.system.rm_file(f"{store.root}/{name}"))  # type: ignore[misc]
    if wrong := [name for name in _wrong(release, store) if name != MANIFEST]:
        raise WirecopyError(
            f"{store.name}: {listing(wrong)} did not arrive whole, or came from another run",
            hint="the same command again",
        )
    _must_be_free(release, store)
    if last:
        store.asked(lambda: store.put(release.path(last), last, release.files[last]))
    if _wrong(release, store) or store.asked(store.manifest) != release.files[MANIFEST]:
        raise WirecopyError(
            f"{store.name} holds a mix: another run wrote there at the same time",
            hint="move it away, then the same command again, one run at a time",
        )


def _wrong(release: Release, store: Store) -> list[str]:
    """Return the files that are not there, have another size there, or are no part of the release."""
    there = store.asked(store.files)
    left = set(_left(release, there))
    there = {name: held for name, held in there.items() if name not in left}
    due = {name: release.size(name) for name in release.files}
    return sorted(one_line(name) for name in there.keys() | due if there.get(name) != due.get(name))


def _left(release: Release, there: Iterable[str]) -> list[str]:
    """Return the files of a run that was cut: what was on its way to be a file of this release."""
    found = {name: PARTIAL.fullmatch(name) for name in there}
    return sorted(name for name, match in found.items() if match and match["name"] in release.files)


def _must_be_free(release: Release, store: Store) -> None:
    """Raise WirecopyError where another run has ended meanwhile: what it wrote is a version, and stays."""
    if store.asked(store.manifest) not in (None, release.files[MANIFEST]):
        raise _taken(store)


def _taken(store: Store) -> WirecopyError:
    return WirecopyError(
        f"{store.name} is there with other content",
        hint="raise [release -> version] in wirecopy.toml, then: wirecopy export build; a twin without text needs a "
        "folder of its own",
    )


def _what(release: Release, store: Store, there: dict[str, int], name: str) -> Any:
    if name not in there:
        return "new"
    if MANIFEST in there:  # it came last, so what came before it is whole
        return "same"
    whole = there[name] == release.size(name) and store.asked(lambda: store.sha256(name)) == release.files[name]
    return "same" if whole else "changed"


def _notes(release: Release) -> list[str]:
    others = release.others()
    return [f"not in the manifest, so not published: {listing(one_line(one) for one in others)}"] if others else []
