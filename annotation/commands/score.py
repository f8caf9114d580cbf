"""Scores of translations: of campaigns, and of somebody else's file under several presets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotation.campaign import Campaign
from annotation.commands.campaign import campaigns_of, without_empty
from corpus.config import FILE_NAME
from corpus.errors import WirecopyError
from corpus.output import Output, listing

if TYPE_CHECKING:
    from annotation.measures.scores import Level, Place, Preset, Rated, Rescored, Score, Significance
    from annotation.schemes.scheme import Scheme

MOST_SHOWN = 200
RARE = ("pair", "cluster", "ranks", "why")


def score(
    *, campaign: str | None, preset: str | None, level: str, z: bool, test: str | None, workspace: Path, out: Output
) -> None:
    """Show the scores of each campaign that rates translations, best first.

    `level` is segment, document or outlet; a `test` compares outlets with each other and puts them in clusters.
    """
    from annotation.measures.gather import gather
    from annotation.measures.scores import rated_of

    asked = _level(level, test)
    asked_for = _scoreable(campaigns_of(workspace, campaign, imported=True), campaign, preset, out)
    found = [_scored(one.name, rated_of(gather(one)), chosen, asked, z=z, test=test) for one, chosen in asked_for]
    if out.json:
        out.data([_details(one) for one in found])
    else:
        for one in found:
            _show(one, out)


def rescore(
    *,
    file: Path,
    format: str | None,
    presets: Sequence[str],
    level: str,
    workspace: Path,
    out: Output,
    scheme: str | None = None,
) -> None:
    """Score somebody else's ratings under several presets side by side, and tell what changes.

    A format may need the `scheme` of its labels. Without `presets` all that fit are used; the `workspace`, if it
    is one, is asked for its own presets only.
    """
    from annotation.measures.scores import Rescored, valued
    from annotation.measures.scores import score as score_of

    asked = _level(level, None)
    rated, fitting, issues = _read(file, format, scheme, presets, _root(workspace))
    values = {one.id: valued(rated, one) for one in fitting}
    scores = {one.id: score_of(rated, one, asked, values=values[one.id]) for one in fitting}
    left_out = {name: found.left_out for name, found in values.items()}
    told = Rescored(rated, {one.id: one for one in fitting}, scores, left_out)
    if out.json:
        out.data({"file": str(file), "level": level, "issues": issues} | told.details())
        return
    _compare(told, asked, out)
    for one in fitting:
        for note in _notes(rated, one, left_out[one.id]):
            out.note(f"{one.id}: {note}")
    if issues:
        out.note(f"{len(issues)} oddities in {file}, the first: {issues[0]}")


@dataclass(frozen=True)
class _Scored:
    name: str
    rated: "Rated"
    preset: "Preset"
    scores: "list[Score]"
    left_out: dict[str, int]
    found: "Significance | None"

    @property
    def places(self) -> "dict[tuple[str, str], Place]":
        return {(one.name, one.pair): one for one in self.found.places} if self.found else {}


def _scored(name: str, rated: "Rated", preset: "Preset", level: "Level", *, z: bool, test: str | None) -> _Scored:
    from annotation.measures.scores import score as score_of
    from annotation.measures.scores import significance, valued

    values = valued(rated, preset, z=z)
    scores = score_of(rated, preset, level, z=z, values=values)
    found = significance(rated, preset, scores, test, z=z, values=values) if test else None
    return _Scored(name, rated, preset, scores, values.left_out, found)


def _level(level: str, test: str | None) -> "Level":
    from annotation.measures.scores import LEVELS, TESTS

    if level not in LEVELS:
        raise WirecopyError(f"there is no level '{level}'", hint=f"use one of {', '.join(LEVELS)}")
    if test is not None and test not in TESTS:
        known = ", ".join(f"{name} ({users})" for name, users in TESTS.items())
        raise WirecopyError(f"there is no test '{test}'", hint=f"use one of {known}")
    if test is not None and level != "outlet":
        raise WirecopyError(f"--test compares outlets, not {level}s", hint="leave --level out")
    return level


def _scoreable(
    campaigns: list[Campaign], named: str | None, preset: str | None, out: Output
) -> "list[tuple[Campaign, Preset]]":
    """Return the campaigns that a preset can score, with it; the others are told, but one that is named is an error."""
    from annotation.measures.scores import preset_for

    kept = []
    reason = WirecopyError("no campaign that rates translations has annotations yet", hint="wirecopy annotation pull")
    for one in campaigns:
        try:
            chosen = preset_for(one.scheme, preset or one.settings.preset, one.workspace.root)
        except WirecopyError as error:
            if named is not None:
                raise
            reason = error
            out.note(f"{one.name} is left out: {error.message}")
            continue
        if named is None and not (one.folder / "annotations.parquet").is_file():
            out.note(f"{one.name} is left out: it has no annotations yet")
        else:
            kept.append((one, chosen))
    if not kept:
        raise reason
    return kept


def _details(one: _Scored) -> dict[str, Any]:
    from annotation.measures.scores import TESTS, details

    scores = []
    for row in one.scores:
        place = one.places.get((row.name, row.pair))
        scores.append(row.details() | ({"cluster": place.cluster, "ranks": [place.best, place.worst]} if place else {}))
    told = {"campaign": one.name} | details(one.rated, one.preset, one.left_out) | {"scores": scores}
    if one.found:
        told["significance"] = {
            "test": one.found.test,
            "used_by": TESTS[one.found.test],
            "signature": one.found.signature,
            "reason": one.found.reason,
            "comparisons": [row._asdict() for row in one.found.comparisons],
        }
    return told


def _show(one: _Scored, out: Output) -> None:
    out.line(f"{one.name}: {one.preset.title}")
    several = len({row.pair for row in one.scores}) > 1
    _cut(without_empty([_row(row, one.places.get((row.name, row.pair)), several) for row in one.scores], RARE), out)
    if one.found:
        out.table([_compared(row._asdict(), several) for row in one.found.comparisons])
    for line in dict.fromkeys(row.figure.signature for row in one.scores):
        out.line(line)
    if one.found:
        out.line(one.found.signature)
        if one.found.reason:
            out.note(f"{one.name}: {one.found.reason}")
    for note in _notes(one.rated, one.preset, one.left_out):
        out.note(f"{one.name}: {note}")


def _row(one: "Score", place: "Place | None", several: bool) -> dict[str, Any]:
    figure = one.figure
    return {
        "pair": one.pair if several else None,
        figure.name: one.name,
        "score": _decimals(figure.value),
        "95 % interval": "-" if figure.low is None else f"{_decimals(figure.low)} to {_decimals(figure.high)}",
        "segments": figure.units,
        "ratings": figure.answers,
        "rank": one.rank or "-",
        "cluster": place.cluster if place else None,
        "ranks": f"{place.best}-{place.worst}" if place and place.best else None,
        "why": figure.reason,
    }


def _compared(one: dict[str, Any], several: bool) -> dict[str, Any]:
    p = "-" if one["p"] is None else f"{one['p']:.4f}"
    row = {"better": one["better"], "worse": one["worse"], "p": p, "segments in common": one["segments"]}
    return ({"pair": one["pair"]} if several else {}) | row


def _notes(rated: "Rated", preset: "Preset", left_out: dict[str, int]) -> Iterator[str]:
    from annotation.measures.figure import origins_told
    from annotation.measures.scores import unweighted

    for reason, count in left_out.items():
        yield f"{count} answers left out: {reason}"
    if found := unweighted(rated, preset):
        names = listing(f"{category}, {severity or 'no severity'} ({n})" for (category, severity), n in found.items())
        yield f"it has no rule for these errors, which weigh 0: {names}"
    if told := origins_told(rated.origins):
        yield f"ratings are {told}"


def _compare(told: "Rescored", level: "Level", out: Output) -> None:
    by_name = told.by_name()
    several = len({pair for _, pair in by_name}) > 1
    rows = []
    for (name, pair), scores in by_name.items():
        row: dict[str, Any] = ({"pair": pair} if several else {}) | {level: name}
        for preset, one in scores.items():
            row |= {preset: _decimals(one.figure.value), f"rank {preset}": one.rank or "-"}
        rows.append(row)
    _cut(rows, out)
    kinds = [
        {"category": one.category, "severity": one.severity, "errors": one.errors}
        | {name: "no rule" if weight is None else f"{weight:g}" for name, weight in one.weights.items()}
        for one in told.weights()
    ]
    out.table(kinds, title="errors that weigh differently")
    moved = list(told.moves())
    out.line(f"{len(moved)} of {len(by_name)} have another rank under another preset")
    for line in told.signatures().values():
        out.line(line)


def _cut(rows: list[dict[str, Any]], out: Output) -> None:
    out.table(rows[:MOST_SHOWN])
    if len(rows) > MOST_SHOWN:
        out.note(f"and {len(rows) - MOST_SHOWN} more: --json has them all")


def _decimals(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _read(
    file: Path, format: str | None, scheme: str | None, names: Sequence[str], root: Path | None
) -> "tuple[Rated, list[Preset], list[str]]":
    """Return the ratings of a file, the presets for it, and what is odd in it."""
    from annotation.measures.scores import misfit, preset_for
    from annotation.measures.scores import presets as known

    rated, asked, issues = _ratings(file, format, scheme)
    if not len(rated):
        told = f": {issues[0]}" if issues else ""
        hint = "check the file, or name its format: --format"
        raise WirecopyError(f"{file} has no rating that can be scored{told}", hint=hint)
    chosen = [preset_for(asked, name, root) for name in dict.fromkeys(names)]
    chosen = chosen or [one for one in known(root).values() if misfit(one, asked) is None]
    if not chosen:
        preset_for(asked)
    return rated, chosen, issues


def _ratings(file: Path, format: str | None, scheme: str | None) -> "tuple[Rated, Scheme, list[str]]":
    from annotation.interchange import google_mqm, guess, named, read
    from annotation.measures.scores import rated_rows, rated_tsv
    from annotation.schemes import load

    form = named(format or guess(file)).name
    if form == google_mqm.FORMAT.name:
        rated, issues = rated_tsv(file)
        return rated, load("translation-mqm", Path()), issues
    found = read(file, form, load(scheme, Path()) if scheme else None)
    rated = rated_rows(found.scheme, found.tasks, found.annotations)
    return rated, found.scheme, [f"line {one.line}: {one.cause}" for one in found.issues]


def _root(workspace: Path) -> Path | None:
    start = workspace.resolve()
    return next((one for one in (start, *start.parents) if (one / FILE_NAME).is_file()), None)
