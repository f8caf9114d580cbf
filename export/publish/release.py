"""What is published: a release folder, whole and unchanged, whose text may be shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from corpus.errors import WirecopyError
from corpus.files import sha256_file
from corpus.output import Output, listing, one_line
from corpus.toml import quoted
from export.manifest import known
from export.schema import MANIFEST, Manifest
from export.standoff import TEXTS
from export.verify import verify
from export.versions import VERSION

DETAIL = "mt_evidence.detail"  # of some rules it has words of the text, of others it stays


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
    """Read a release folder.

    Raises WirecopyError where there is none or only a part of one, or a file is not what the manifest says.
    """
    manifest = known(folder)
    if manifest is None:
        raise WirecopyError(f"no release in {folder}", hint="wirecopy export build")
    facts = manifest.facts
    if facts.kind == "partial":
        raise WirecopyError(
            f"{folder} holds only what could be put back of {one_line(facts.name)} {one_line(facts.version)}",
            hint="publish the stand-off release that it was made of",
        )
    if not VERSION.fullmatch(facts.version) or PurePosixPath(facts.version).name != facts.version:
        raise WirecopyError(
            f"{folder / MANIFEST}: '{one_line(facts.version)}' is no version", hint="wirecopy export build"
        )
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
    missing = sorted({one.outlet or "" for one in facts.outlets if not (one.licence or "").strip()})
    if missing and (facts.kind != "standoff" or _has_text(release)):
        names = listing(one_line(name) if name else 'documents without an outlet (key "")' for name in missing)
        lines = "\n".join(f'{quoted(name)} = ""' for name in missing)
        raise WirecopyError(
            f"there is no licence statement for the text of {names}",
            hint="publish ids, offsets and labels without text: wirecopy export standoff; or say what lets you "
            f"publish each text in wirecopy.toml, then: wirecopy export build\n\n[release.outlets]\n{lines}",
        )


def _has_text(release: Release) -> bool:
    """Tell whether a column that has text in a whole release holds any value here, whatever the facts say."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for config in release.manifest.facts.configs:
        texts = {column for column in TEXTS[config.table] if column != DETAIL}
        for name in release.files:
            if name.startswith(f"{config.name}/") and name.endswith(".parquet"):
                try:
                    found = pq.read_metadata(release.path(name)).to_dict()
                except (pa.ArrowException, OSError):
                    raise WirecopyError(f"{release.path(name)} can't be read", hint="wirecopy export verify") from None
                columns = [column for group in found["row_groups"] for column in group["columns"]]
                if any(_column(one) in texts and not _empty(one) for one in columns):
                    return True
    return False


def _column(chunk: Mapping[str, Any]) -> str:
    return str(chunk["path_in_schema"]).replace(".list.element", "")


def _empty(chunk: Mapping[str, Any]) -> bool:
    """Tell whether a part of a column holds nulls alone; where it does not say, it may hold anything."""
    return bool(chunk["num_values"] == (chunk["statistics"] or {}).get("null_count"))


def sound(release: Release, out: Output) -> None:
    """Raise WirecopyError where what is published breaks an invariant, though every hash is right."""
    found, others = verify(release.folder, quick=True, out=out), set(release.others())
    wrong = [one.told() for one in found.findings if one.file not in others]
    wrong += [f"'{one.name}' can't be checked: {one.unmade}" for one in found.results if one.unmade is not None]
    if wrong:
        raise WirecopyError(f"{release.folder} is no sound release: {wrong[0]}", hint="wirecopy export verify")
