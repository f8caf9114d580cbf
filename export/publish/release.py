"""What is published: a release folder, whole and unchanged, whose text may be shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from corpus.errors import WirecopyError
from corpus.files import sha256_file
from corpus.output import Output, listing, one_line
from export.manifest import known
from export.schema import MANIFEST, Manifest
from export.verify import verify


@dataclass(frozen=True)
class Release:
    """A release folder: its manifest, and the hash of every file with the manifest as the last one."""

    folder: Path
    manifest: Manifest
    files: Mapping[str, str]

    @property
    def title(self) -> str:
        """Its name and version."""
        return f"{self.manifest.facts.name} {self.manifest.facts.version}"

    @property
    def tag(self) -> str:
        """The name of its version on the Hub, and of its folder elsewhere."""
        return f"v{self.manifest.facts.version}"

    def path(self, name: str) -> Path:
        """Return where a file of it lies."""
        return self.folder / name

    def size(self, name: str) -> int:
        """Return the bytes of a file."""
        return self.path(name).stat().st_size

    def others(self) -> list[str]:
        """Return the files beside the release: they are not published."""
        found = (path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())
        return sorted(name for name in found if name not in self.files)


def opened(folder: Path) -> Release:
    """Read a release folder; raise WirecopyError where there is none, or a file is not what the manifest says."""
    manifest = known(folder)
    if manifest is None:
        raise WirecopyError(f"no release in {folder}", hint="wirecopy export build")
    for name in manifest.files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or name == MANIFEST:
            raise WirecopyError(
                f"{folder / MANIFEST}: '{one_line(name)}' is no file of a release", hint="wirecopy export build"
            )
    files = {name: manifest.files[name].sha256 for name in sorted(manifest.files)}
    return Release(folder, manifest, files | {MANIFEST: sha256_file(folder / MANIFEST)})


def licensed(release: Release) -> None:
    """Raise WirecopyError where a release has text of an outlet without a statement that it may be published."""
    facts = release.manifest.facts
    if facts.kind == "standoff":
        return
    missing = sorted({one.outlet or "" for one in facts.outlets if not (one.licence or "").strip()})
    if missing:
        names = listing(one_line(name) if name else 'documents without an outlet (key "")' for name in missing)
        raise WirecopyError(
            f"there is no licence statement for the text of {names}",
            hint="publish ids, offsets and labels without text: wirecopy export standoff; or say what lets you "
            "publish each text in [release.outlets] of wirecopy.toml, then: wirecopy export build",
        )


def sound(release: Release, out: Output) -> None:
    """Raise WirecopyError where what is published breaks an invariant, though every hash is right."""
    found, others = verify(release.folder, quick=True, out=out), set(release.others())
    wrong = [one.told() for one in found.findings if one.file not in others]
    wrong += [f"'{one.name}' can't be checked: {one.unmade}" for one in found.results if one.unmade is not None]
    if wrong:
        raise WirecopyError(f"{release.folder} is no sound release: {wrong[0]}", hint="wirecopy export verify")
