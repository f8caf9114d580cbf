"""The presets by name: those that come with wirecopy, and a team's own in `presets/` of its workspace."""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from annotation.measures.scores.preset import Preset, misfit
from annotation.schemes.scheme import Scheme
from corpus.errors import WirecopyError
from corpus.files import digest
from corpus.toml import parse_toml

FOLDER = "presets"
HERE = "annotation.measures.scores"
OTHER = "no preset fits; how far annotators agree: wirecopy annotation agreement"


@lru_cache(maxsize=1)
def built_in() -> dict[str, Preset]:
    """Return the presets that come with wirecopy, by id."""
    paths = sorted(Path(str(one)) for one in files(HERE).iterdir() if one.name.endswith(".toml"))
    return {path.stem: parse_toml(path, Preset) for path in paths}


def presets(root: Path | None = None) -> dict[str, Preset]:
    """Return all presets by name, those of the workspace `root` too.

    Raises WirecopyError for a file that is no preset, or that takes a name which is not its own.
    """
    own = sorted((root / FOLDER).glob("*.toml")) if root else []
    return built_in() | {path.stem: _own(path) for path in own}


def load(name: str, root: Path | None = None) -> Preset:
    """Load a preset by name, or a file `*.toml` relative to the workspace `root`."""
    if name.endswith(".toml"):
        path = (root or Path()) / name
        if not path.is_file():
            raise WirecopyError(f"[preset] {path} is missing", hint="check the path of the preset")
        return _own(path)
    known = presets(root)
    if name not in known:
        own = f", or write {FOLDER}/{name}.toml" if root else ""
        raise WirecopyError(f"[preset] no preset is called '{name}'", hint=f"use one of {', '.join(known)}{own}")
    return known[name]


def preset_for(scheme: Scheme, name: str | None = None, root: Path | None = None) -> Preset:
    """Return the preset that is asked for, or else the one that a scheme's answers are scored with.

    Raises WirecopyError, with the presets that fit, where there is none or it can't score them.
    """
    known = presets(root)
    fitting = [one.id for one in known.values() if misfit(one, scheme) is None]
    if name is not None:
        preset = load(name, root)
        if reason := misfit(preset, scheme):
            hint = f"presets that fit: {', '.join(fitting)}" if fitting else OTHER
            raise WirecopyError(f"the preset '{preset.id}' can't score the scheme '{scheme.id}': {reason}", hint=hint)
        return preset
    if not fitting:
        reason = misfit(known["wmt24"], scheme)
        raise WirecopyError(f"no preset can score the scheme '{scheme.id}': {reason}", hint=OTHER)
    meant = [one for one in fitting if scheme.id in known[one].schemes]
    numbered = [one for one in fitting if known[one].basis == "number"]
    return known[(meant or numbered or [one for one in fitting if one == "wmt24"] or fitting)[0]]


def told(preset: Preset) -> str:
    """Return a preset's name for a signature: `wmt24@1`; one's own carries a hash of its rules."""
    name = f"{preset.id}@{preset.version}"
    return name if built_in().get(preset.id) == preset else f"{name}+{digest(preset.model_dump_json())[:8]}"


def _own(path: Path) -> Preset:
    preset = parse_toml(path, Preset)
    if preset.id != path.stem:
        raise WirecopyError(f"{path}: [id] it calls itself '{preset.id}'", hint=f'write id = "{path.stem}"')
    if preset.id in built_in():
        hint = "give the file and its id another name"
        raise WirecopyError(f"{path}: '{preset.id}' is a preset of wirecopy", hint=hint)
    return preset
