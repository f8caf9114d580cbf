"""A TOML file, or values from one, read into a model: every wrong key is named with its place."""

import json
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from corpus.errors import WirecopyError

M = TypeVar("M", bound=BaseModel)
LONGEST_SHOWN = 80


def parse_toml(path: Path, model: type[M]) -> M:
    """Read a TOML file into a model; every wrong key is named with its place."""
    try:
        # Some editors put a mark before UTF-8; TOML knows none.
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise WirecopyError(f"{path}: not UTF-8: byte {error.start}", hint=f"save {path} as UTF-8") from None
    except OSError as error:
        raise WirecopyError(f"{path}: can't be read: {error.strerror}", hint=f"check {path}") from None
    except (ValueError, RecursionError) as error:  # a broken line, an endless number, endless brackets
        raise WirecopyError(f"{path}: not valid TOML: {error}", hint=f"mend that line of {path}") from None
    return check(values, model, where=str(path))


def check(values: dict[str, Any], model: type[M], *, where: str) -> M:
    """Validate parsed values; raise one WirecopyError that lists all that is wrong."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        lines = [f"[{_place(one['loc'])}] {_reason(one)}" for one in error.errors()]
        raise WirecopyError(f"{where}: " + "\n       ".join(lines), hint=f"mend {where}, then run it again") from None


def _place(loc: tuple[int | str, ...]) -> str:
    *section, key = (str(part) for part in loc) if loc else ("file", "all")
    return f"{'.'.join(section) or 'top level'} -> {key}"


def _reason(error: Any) -> str:
    known = {"extra_forbidden": "unknown key", "missing": "missing"}
    text: str = known.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    given = error["input"]
    if error["type"] in known or not isinstance(given, str | int | float):
        return text
    try:
        shown = repr(given)
    except ValueError:  # Python prints no number of more than 4,300 digits
        shown = "a number without end"
    return f"{text}, not {shown if len(shown) <= LONGEST_SHOWN else shown[:LONGEST_SHOWN] + '...'}"


def quoted(text: str) -> str:
    """Return a TOML string that any terminal shows as it is; raise UnicodeEncodeError for what is no Unicode."""
    text.encode()
    # TOML escapes as JSON does, and more besides.
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in json.dumps(text, ensure_ascii=False))
