"""Row models to `datasets.Features` and their Arrow schema: the one way from the contract to files.

Features are plain dicts, as `datasets.Features.to_dict` writes them: `datasets` takes 3 s and 100 MB to
load, and reads them from the files all the same.
"""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel

if TYPE_CHECKING:
    import pyarrow as pa

SCALARS = {str: "string", int: "int64", float: "float64", bool: "bool", bytes: "binary"}
Features = dict[str, Any]


def features(model: type[BaseModel], **override: Any) -> Features:
    """Return the Features of a row model; `override` replaces single columns.

    Vocabularies (`StrEnum`) are strings, so that a file reads the same in polars and duckdb.
    Class labels come in by `override`, where a scheme knows its choices.
    """
    if unknown := override.keys() - model.model_fields.keys():
        raise TypeError(f"{model.__name__} has no column {sorted(unknown)[0]!r}")
    return {
        name: override[name] if name in override else _described(field.annotation)
        for name, field in model.model_fields.items()
    }


def value(kind: type) -> Features:
    """Return the Feature of a plain column."""
    return {"dtype": SCALARS[kind], "_type": "Value"}


def listed(feature: Features) -> Features:
    """Return the Feature of a column of lists."""
    return {"feature": feature, "_type": "List"}


def class_label(names: Sequence[str]) -> Features:
    """Return the Feature of a column of numbers that stand for names."""
    return {"names": list(names), "_type": "ClassLabel"}


def schema_of(columns: Features) -> "pa.Schema":
    """Return the Arrow schema of Features, with the metadata that `datasets` reads them from."""
    import pyarrow as pa

    told = json.dumps({"info": {"features": columns}})
    return pa.schema([(name, _arrow(one)) for name, one in columns.items()], metadata={"huggingface": told})


def arrow_schema(model: type[BaseModel]) -> "pa.Schema":
    """Return the Arrow schema of a row model."""
    return schema_of(features(model))


def _described(kind: Any) -> Any:
    """Return a column as `Features.to_dict` writes it."""
    if get_origin(kind) in (Union, UnionType):
        parts = [part for part in get_args(kind) if part is not NoneType]
        kind = parts[0] if len(parts) == 1 else kind
    if get_origin(kind) is list:
        return listed(_described(get_args(kind)[0]))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        kind = str
    if kind in SCALARS:
        return value(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {name: _described(field.annotation) for name, field in kind.model_fields.items()}
    raise TypeError(f"no Feature stands for {kind}")


def _arrow(column: Mapping[str, Any]) -> "pa.DataType":
    import pyarrow as pa

    if column.get("_type") == "List":
        return pa.list_(_arrow(column["feature"]))
    if column.get("_type") == "Value":
        return getattr(pa, {"bool": "bool_"}.get(column["dtype"], column["dtype"]))()
    if column.get("_type") == "ClassLabel":
        return pa.int64()
    return pa.struct([(name, _arrow(one)) for name, one in column.items()])
