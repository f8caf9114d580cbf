"""Columns of a campaign's files, checked: measures find the types and values that its scheme asks for.

What other versions, other schemes and other programs wrote is an error here, not a wrong figure later.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from annotation.campaign import Campaign
from annotation.schema import Annotation, Task
from annotation.schemes.answers import value_features
from annotation.schemes.scheme import Choice, Number, Scheme, Spans
from corpus.errors import WirecopyError
from corpus.features import Features, features, schema_of, value
from corpus.parquet import read_columns

if TYPE_CHECKING:
    import pyarrow as pa


def fill(campaign: Campaign) -> str:
    """Return the command that makes the files of a campaign."""
    return f"wirecopy annotation {'import' if campaign.settings.imported else 'pull'}"


def annotations(campaign: Campaign, names: Sequence[str]) -> "pa.Table":
    """Read some columns of the annotations.

    Raises WirecopyError where one is missing, of another type, or empty where it must not be.
    """
    columns = features(Annotation, values=value_features(campaign.scheme))
    return _read(campaign, "annotations.parquet", names, Annotation, columns)


def tasks(campaign: Campaign, names: Sequence[str]) -> "pa.Table":
    """Read some columns of the tasks; each key is there once, and each task has its documents and languages.

    Raises WirecopyError where that is not so.
    """
    wanted = list(dict.fromkeys(["key", *names]))
    table = _read(campaign, "tasks.parquet", wanted, Task, features(Task, data=value(str)))
    path = campaign.folder / "tasks.parquet"
    keys = table["key"].to_pylist()
    if len(set(keys)) < len(keys):
        raise WirecopyError(f"{path} has a task twice", hint=fill(campaign))
    for name in {"doc_ids", "languages"}.intersection(names):
        for key, found in zip(keys, table[name].to_pylist(), strict=True):
            if len(found) != len(campaign.scheme.sides) or None in found:
                raise WirecopyError(f"{path}: task {key}: {name} are {found}", hint=fill(campaign))
    return table.select(list(names))


def check_answers(campaign: Campaign, rows: "pa.Table") -> None:
    """Raise WirecopyError where an answer is none that the campaign's scheme allows."""
    found = next(_wrong(campaign.scheme, rows), None)
    if found is not None:
        at, cause = found
        where = f"{campaign.folder / 'annotations.parquet'}: answer {rows['annotation_id'][at].as_py()}"
        raise WirecopyError(f"{where}: {cause}, by the scheme '{campaign.scheme.id}'", hint=fill(campaign))


def _read(campaign: Campaign, file: str, names: Sequence[str], model: type[BaseModel], columns: Features) -> "pa.Table":
    import pyarrow as pa

    path, hint = campaign.folder / file, fill(campaign)
    if not path.is_file():
        told = "is missing" if not path.exists() else "is a folder"
        raise WirecopyError(f"{path} {told}", hint=hint)
    table = read_columns(path, names, hint=hint).select(list(names))
    schema = schema_of({name: columns[name] for name in names})
    _check_questions(campaign, table, path)
    try:
        table = table.cast(schema)
    except (pa.ArrowException, ValueError, TypeError) as error:
        cause = str(error).splitlines()[0]
        raise WirecopyError(f"{path} does not fit the scheme '{campaign.scheme.id}': {cause}", hint=hint) from None
    for name in names:
        if table[name].null_count and NoneType not in get_args(model.model_fields[name].annotation):
            raise WirecopyError(f"{path}: a row has no '{name}'", hint=hint)
    return table


def _check_questions(campaign: Campaign, table: "pa.Table", path: Path) -> None:
    import pyarrow as pa

    if "values" not in table.column_names or not pa.types.is_struct(table["values"].type):
        return
    asked = {field.name for field in table["values"].type}
    if absent := [name for name in value_features(campaign.scheme) if name not in asked]:
        told = f"{path} does not fit the scheme '{campaign.scheme.id}': it has no question '{absent[0]}'"
        raise WirecopyError(told, hint=fill(campaign))


def _wrong(scheme: Scheme, rows: "pa.Table") -> Iterator[tuple[int, str]]:
    """Yield the first row of each kind of wrong answer, and what is wrong with it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = rows["values"].combine_chunks()
    for question in scheme.questions:
        if isinstance(question, Choice):
            given = pc.struct_field(values, question.name)
            known = pc.is_in(given, pa.array([option.value for option in question.options]))
            yield from _first(given, known, f"'{question.name}' has no choice")
        elif isinstance(question, Number):
            given = pc.struct_field(values, question.name)
            known = pc.and_(pc.greater_equal(given, question.min), pc.less_equal(given, question.max))
            yield from _first(given, known, f"'{question.name}' is {question.min:g} to {question.max:g}, not")
    spans = rows["spans"].combine_chunks()
    parents = pc.list_parent_indices(spans)
    for at, cause in _wrong_marks(scheme, pc.list_flatten(spans)):
        yield parents[at].as_py(), cause


def _wrong_marks(scheme: Scheme, marks: "pa.StructArray") -> Iterator[tuple[int, str]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    asked = [one for one in scheme.questions if isinstance(one, Spans)]
    names = pc.struct_field(marks, "question")
    known = pc.is_in(names, pa.array([one.name for one in asked], pa.string()))
    yield from _first(names, known, "no question for marks is called", empty=False)
    start, end = pc.struct_field(marks, "start"), pc.struct_field(marks, "end")
    yield from _first(start, pc.greater_equal(start, 0), "a mark can't begin at", empty=False)
    whole = pc.equal(pc.utf8_length(pc.struct_field(marks, "text")), pc.subtract(end, start))
    yield from _first(end, whole, "a mark is not as long as its text: it can't end at", empty=False)
    for one in asked:
        other = pc.not_equal(names, one.name)
        for part, options in (("label", one.labels), (one.row, one.rows)):
            if part:
                given = pc.struct_field(marks, part)
                known = pc.is_in(given, pa.array([option.value for option in options], pa.string()))
                yield from _first(given, pc.or_(other, known), f"'{one.name}' has no {part}", empty=part != "label")


def _first(given: "pa.Array", good: "pa.Array", cause: str, *, empty: bool = True) -> Iterator[tuple[int, str]]:
    """Yield the first value that is not good; `empty` ones may be."""
    import pyarrow.compute as pc

    allowed = pc.or_(pc.is_null(given), good) if empty else good
    at = pc.index(pc.fill_null(allowed, fill_value=False), value=False).as_py()
    if at >= 0:
        yield at, f"{cause} {_shown(given[at].as_py())}"


def _shown(told: Any) -> str:
    return repr(told)[:60]
