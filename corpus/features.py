"""Row models to `datasets.Features` and their Arrow schema: the one way from the contract to files."""

import json
from enum import StrEnum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel

if TYPE_CHECKING:
    import pyarrow as pa
    from datasets import Features

SCALARS = {str: "string", int: "int64", float: "float64", bool: "bool", bytes: "binary"}


def features(model: type[BaseModel], **override: Any) -> "Features":
    """Return the Features of a row model; `override` replaces single columns.

    Vocabularies (`StrEnum`) are strings, so that a file reads the same in polars and duckdb.
    Class labels come in by `override`, where a scheme knows its choices.
    """
    from datasets import Features

    if unknown := override.keys() - model.model_fields.keys():
        raise TypeError(f"{model.__name__} has no column {sorted(unknown)[0]!r}")
    fields = {name: field for name, field in model.model_fields.items() if name not in override}
    known = Features.from_dict({name: _described(field.annotation) for name, field in fields.items()})
    columns = dict(known) | override
    return Features({name: columns[name] for name in model.model_fields})


def arrow_schema(model: type[BaseModel]) -> "pa.Schema":
    """Return `features(model).arrow_schema`, metadata included, without the 3 s that `datasets` takes to load."""
    import pyarrow as pa

    columns = {name: _described(field.annotation) for name, field in model.model_fields.items()}
    told = json.dumps({"info": {"features": columns}})
    return pa.schema([(name, _arrow(one)) for name, one in columns.items()], metadata={"huggingface": told})


def _described(kind: Any) -> Any:
    """Return a column as `Features.to_dict` writes it."""
    if get_origin(kind) in (Union, UnionType):
        parts = [part for part in get_args(kind) if part is not NoneType]
        kind = parts[0] if len(parts) == 1 else kind
    if get_origin(kind) is list:
        return {"feature": _described(get_args(kind)[0]), "_type": "List"}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        kind = str
    if kind in SCALARS:
        return {"dtype": SCALARS[kind], "_type": "Value"}
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {name: _described(field.annotation) for name, field in kind.model_fields.items()}
    raise TypeError(f"no Feature stands for {kind}")


def _arrow(column: dict[str, Any]) -> "pa.DataType":
    import pyarrow as pa

    if column.get("_type") == "List":
        return pa.list_(_arrow(column["feature"]))
    if column.get("_type") == "Value":
        return getattr(pa, {"bool": "bool_"}.get(column["dtype"], column["dtype"]))()
    return pa.struct([(name, _arrow(one)) for name, one in column.items()])
