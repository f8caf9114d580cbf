"""Schemes as data: the questions of a campaign, read from one TOML file.

Labelling page, validator, parser and Features all come from it.
"""

from importlib.resources import files
from pathlib import Path

from annotation.schemes.scheme import Scheme
from corpus.errors import WirecopyError
from corpus.toml import parse_toml


def built_in() -> list[str]:
    """Return the names of the schemes that come with wirecopy."""
    return sorted(path.name.removesuffix(".toml") for path in files(__name__).iterdir() if path.name.endswith(".toml"))


def load(name: str, root: Path) -> Scheme:
    """Load a built-in scheme by name, or a file `*.toml` relative to the workspace `root`."""
    if name.endswith(".toml"):
        if not (root / name).is_file():
            raise WirecopyError(f"[campaigns -> scheme] {root / name} is missing", hint="check the path of the scheme")
        return parse_toml(root / name, Scheme)
    if name not in built_in():
        raise WirecopyError(
            f"[campaigns -> scheme] no scheme is called '{name}'",
            hint=f"use one of {', '.join(built_in())}, or a path that ends in .toml",
        )
    return parse_toml(Path(str(files(__name__) / f"{name}.toml")), Scheme)
