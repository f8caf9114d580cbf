"""How the labels of a campaign were made: its settings, and what is counted from the tables of a release."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from annotation.campaign import Campaign
from annotation.schema import Status
from annotation.schemes.scheme import Choice, Number, Scheme
from corpus.parquet import read_columns
from export.agreement import agreement
from export.contents import model_name
from export.reading import columns_of, ends
from export.schema import CampaignFacts, RaterFacts

if TYPE_CHECKING:
    import pyarrow as pa

QUARTILES = {"low": 0.25, "median": 0.5, "high": 0.75}


def campaign_facts(one: Campaign) -> CampaignFacts:
    """Return what a workspace knows of a campaign: its settings, and how many answers its controls have."""
    settings, scheme = one.settings, one.scheme
    targets = [target for target in one.workspace.config.targets if _asked(one, target.event)]
    return CampaignFacts(
        name=one.name,
        scheme=scheme.model_dump(mode="json", by_alias=True),
        scheme_hash=scheme.hash,
        unit=str(scheme.unit),
        overlap=settings.overlap,
        strata=[stratum.model_dump() for stratum in settings.strata],
        aggregation=settings.aggregation,
        preset=settings.preset,
        targets=[target.model_dump() for target in targets] if scheme.has_target else [],
        origins={},
        raters=[],
        controls=_controls(one.folder / "annotations.parquet"),
        prefill=model_name(settings.prefill.model) if settings.prefill else None,
        units=0,
        adjudicated=0,
        ties={},
        labels={},
        agreement=[],
        adjudication=settings.adjudication.model_dump(),
    )


def counted(facts: CampaignFacts, folder: Path) -> CampaignFacts:
    """Return the facts of a campaign with all that its tables in `folder` tell counted anew."""
    scheme = Scheme.model_validate(facts.scheme)
    told = _labels(scheme, folder / facts.name) | _annotations(folder / f"{facts.name}_annotations")
    return facts.model_copy(update=told | {"agreement": agreement(facts, scheme, folder)})


def _asked(one: Campaign, event: str) -> bool:
    return not one.settings.events or event in one.settings.events


def _controls(path: Path) -> dict[str, int]:
    table = read_columns(path, ["control", "deleted", "stale"]).to_pylist()
    live = (row["control"] for row in table if row["control"] and not row["deleted"] and not row["stale"])
    return dict(sorted(Counter(live).items()))


def _labels(scheme: Scheme, folder: Path) -> dict[str, Any]:
    choices = {
        one.name: [option.value for option in one.options] for one in scheme.questions if isinstance(one, Choice)
    }
    labels = {name: Counter(dict.fromkeys(values, 0)) for name, values in choices.items()}
    ties = dict.fromkeys(choices, 0)
    numbers: dict[str, list[Any]] = {one.name: [] for one in scheme.questions if isinstance(one, Number)}
    voices: Counter[int] = Counter()
    adjudicated = units = 0
    votes = [f"{name}_distribution" for name in choices]
    for table in columns_of(folder, ("annotators", "adjudicated", *choices, *votes, *numbers)):
        units += table.num_rows
        decided = np.asarray(table["adjudicated"], dtype=np.bool_)
        adjudicated += int(decided.sum())
        voices.update(table["annotators"].to_pylist())
        for name, values in choices.items():
            codes = np.asarray(table[name].fill_null(-1), dtype=np.int64)
            counts = np.bincount(codes[codes >= 0], minlength=len(values))
            labels[name].update(dict(zip(values, counts.tolist(), strict=True)))
            ties[name] += int(((codes < 0) & _voted(table[f"{name}_distribution"]) & ~decided).sum())
        for name, found in numbers.items():
            found.append(np.asarray(table[name].drop_null(), dtype=np.float64))
    return {
        "units": units,
        "adjudicated": adjudicated,
        "ties": ties,
        "labels": {name: dict(found) for name, found in labels.items()},
        "voices": {str(count): size for count, size in sorted(voices.items())},
        "numbers": {name: _spread(np.concatenate(found)) for name, found in numbers.items() if found},
    }


def _voted(column: "pa.ChunkedArray") -> Any:
    """Return the units for which somebody chose one of the options."""
    shares = column.combine_chunks().flatten()
    return np.sum([np.asarray(one.fill_null(0)) for one in shares], axis=0) > 0


def _spread(values: Any) -> dict[str, float]:
    if not len(values):
        return {"units": 0}
    quartiles = {name: round(float(np.quantile(values, at)), 4) for name, at in QUARTILES.items()}
    return {"units": len(values), "mean": round(float(values.mean()), 4), **quartiles}


def _annotations(folder: Path) -> dict[str, Any]:
    answers: Counter[tuple[str, str, str]] = Counter()
    marks: Counter[tuple[str, str]] = Counter()
    dates = []
    for table in columns_of(folder, ("annotator", "origin", "status", "created", "spans")):
        answers.update(_grouped(table.select(["annotator", "origin", "status"])))
        dates.append(table["created"])
        marks.update(_marks(table["spans"]))
    return {
        "origins": _summed({(origin, name, status): count for (name, origin, status), count in answers.items()}),
        "raters": _raters(answers),
        "marks": _nested(marks),
        "period": ends(dates),
    }


def _raters(answers: Counter[tuple[str, str, str]]) -> list[RaterFacts]:
    found = sorted({(name, origin) for name, origin, _ in answers})
    given = [(name, origin, answers[name, origin, Status.SUBMITTED]) for name, origin in found]
    return [
        RaterFacts(name=name, origin=origin, answers=count, skipped=answers[name, origin, Status.SKIPPED])
        for name, origin, count in given
    ]


def _marks(spans: "pa.ChunkedArray") -> Counter[tuple[str, str]]:
    """Count marks by question and by label, which its row goes before: `actor/favor`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    flat = pc.list_flatten(spans.combine_chunks())
    names = ("question", "holder", "severity", "label")
    table = pa.table({name: pc.struct_field(flat, name) for name in names})
    found: Counter[tuple[str, str]] = Counter()
    for (question, *label), count in _grouped(table).items():
        found[question, "/".join(one for one in label if one)] += count
    return found


def _grouped(table: "pa.Table") -> Counter[Any]:
    rows = table.group_by(table.column_names).aggregate([([], "count_all")]).to_pylist()
    return Counter({tuple(row[name] for name in table.column_names): row["count_all"] for row in rows})


def _summed(counts: dict[tuple[str, ...], int]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for (name, *_), count in counts.items():
        found[name] += count
    return dict(sorted(found.items()))


def _nested(counts: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (question, label), count in sorted(counts.items()):
        found.setdefault(question, {})[label] = count
    return found
