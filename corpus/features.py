"""Row models to `datasets.Features`: the one way from the contract to files."""

from enum import StrEnum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel

if TYPE_CHECKING:
    from datasets import Features

SCALARS = {str: "string", int: "int64", float: "float64", bool: "bool"}


def features(model: type[BaseModel], **override: Any) -> "Features":
    """Return the Features of a row model; `override` replaces single columns.

    Vocabularies (`StrEnum`) are strings, so that a file reads the same in polars and duckdb.
    Class labels come in by `override`, where a scheme knows its choices.
    """
    from datasets import Features

    if unknown := override.keys() - model.model_fields.keys():
        raise TypeError(f"{model.__name__} has no column {sorted(unknown)[0]!r}")
    fields = {name: field for name, field in model.model_fields.items() if name not in override}
    columns = {name: _feature(field.annotation) for name, field in fields.items()} | override
    return Features({name: columns[name] for name in model.model_fields})


def _feature(kind: Any) -> Any:
    from datasets import List, Value

    if get_origin(kind) in (Union, UnionType):
        parts = [part for part in get_args(kind) if part is not NoneType]
        kind = parts[0] if len(parts) == 1 else kind
    if get_origin(kind) is list:
        return List(_feature(get_args(kind)[0]))
    if kind in SCALARS:
        return Value(SCALARS[kind])
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return Value("string")
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {name: _feature(field.annotation) for name, field in kind.model_fields.items()}
    raise TypeError(f"no Feature stands for {kind}")
