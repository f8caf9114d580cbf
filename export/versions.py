"""The versions of a release that stand beside each other in `build/release`."""

import re
from pathlib import Path

from pydantic import ValidationError

from corpus import config
from export.schema import MANIFEST, Manifest

VERSION = re.compile(config.VERSION)
Order = tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]


def order(version: str) -> Order:
    """Return what versions are sorted by: 1.0.0-rc.1, a draft, comes before 1.0.0, 9 before 10; a build says nothing.

    ValueError for what is no version. SOURCE: Semantic Versioning 2.0.0, sections 9 to 11.
    """
    found = VERSION.fullmatch(version)
    if found is None:
        raise ValueError(f"'{version}' is no version")
    major, minor, patch, draft, _build = found.groups()
    parts = draft.split(".") if draft else []
    key = tuple((not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts)
    return int(major), int(minor), int(patch), not parts, key


def earlier(release: Path) -> Path | None:
    """Return the folder of the newest version before this one, of those with text; None where there is none."""
    found = [path.parent for path in release.parent.glob(f"*/{MANIFEST}") if VERSION.fullmatch(path.parent.name)]
    older = sorted((folder for folder in found if order(folder.name) < order(release.name)), key=_order)
    return next(filter(_is_release, reversed(older)), None)


def _order(folder: Path) -> Order:
    return order(folder.name)


def _is_release(folder: Path) -> bool:
    # What an earlier wirecopy wrote says other things of itself: nothing can be compared with it.
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return False
    # 1.0.0-rehydrated has 1.0.0 in it, and is no draft of it.
    return manifest.facts.kind == "release" and manifest.facts.version == folder.name
