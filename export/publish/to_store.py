"""To a folder or a bucket, through fsspec: each version in a folder of its own, its manifest written last.

A version without a manifest is not there yet; one with a manifest never changes. A run that was cut is gone on with:
what has arrived whole is not sent again. Not covered: a pointer to the newest version, rights, two runs
that publish different content under one version at once.
"""

import hashlib
from collections.abc import Callable
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
PARTIAL = ".partial"
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

    def files(self) -> dict[str, int]:
        """Return the bytes of each file by its path below the root."""
        self.system.invalidate_cache()
        if not self.system.exists(self.root):
            return {}
        found = self.system.find(self.root, detail=True)
        return {name[len(self.root) :].strip("/"): int(one["size"]) for name, one in found.items()}

    def sha256(self, name: str) -> str:
        """Return the hash of a file there."""
        digest = hashlib.sha256()
        with self.system.open(f"{self.root}/{name}", "rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
        return digest.hexdigest()

    def put(self, path: Path, name: str) -> None:
        """Send a file; it appears whole."""
        place = f"{self.root}/{name}"
        protocols = self.system.protocol if isinstance(self.system.protocol, tuple | list) else [self.system.protocol]
        if BUCKETS & set(protocols):
            self.system.put_file(str(path), place)
        else:
            self.system.makedirs(place.rpartition("/")[0], exist_ok=True)
            self.system.put_file(str(path), place + PARTIAL)
            self.system.mv(place + PARTIAL, place)


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
    others = sorted(name for name in there if name.removesuffix(PARTIAL) not in release.files)
    if MANIFEST in there:
        same = store.asked(lambda: store.sha256(MANIFEST)) == release.files[MANIFEST]
        if not same or others or any(there.get(name) != release.size(name) for name in release.files):
            raise WirecopyError(
                f"{store.name} is there with other content",
                hint="raise [release -> version] in wirecopy.toml, then: wirecopy export build",
            )
    elif others:
        raise WirecopyError(
            f"{store.name} holds other files: {listing(one_line(name) for name in others)}",
            hint="move them away, then the same command again",
        )
    changes = [Change(name, _what(release, store, there, name), release.size(name)) for name in release.files]
    sent = sum(one.bytes for one in changes if one.what != "same")
    steps = [f"write {store.name}: {size(sent)}, the manifest last"] if sent else []
    return Plan(store.name, release.manifest.facts.version, changes, steps, _notes(release))


def apply(release: Release, store: Store, plan: Plan) -> None:
    """Send what is not there, check what has arrived, and write the manifest last."""
    names = [one.file for one in plan.changes if one.file != MANIFEST]
    for name in names:
        store.asked(lambda name=name: store.put(release.path(name), name))  # type: ignore[misc]
    there = store.asked(store.files)
    torn = [name for name in names if there.get(name) != release.size(name)]
    if torn:
        raise WirecopyError(f"{store.name}: {listing(torn)} did not arrive whole", hint="the same command again")
    store.asked(lambda: store.put(release.path(MANIFEST), MANIFEST))


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
