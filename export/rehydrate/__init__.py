"""Text put back into a stand-off release from one's own copies of the articles.

copies ..... the articles, read and cleaned as for the release
matching ... which documents are there, and which sentences of edited ones
texts ...... any text of the release by id, as far as it is known
fill ....... the tables, with their text
"""

import os
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from corpus.config import REHYDRATED, STANDOFF
from corpus.errors import WirecopyError
from corpus.files import replacing_folder, write_json
from corpus.output import EXIT_PARTIAL, Output, listing
from export.alone import alone
from export.facts import incomplete
from export.manifest import DERIVED, edited, files, known, read, seal
from export.rehydrate import copies as own_copies
from export.rehydrate.fill import filled
from export.rehydrate.matching import Matched, Told, match
from export.rehydrate.texts import Texts
from export.schema import MANIFEST, REHYDRATION, Facts, Manifest, TwinFacts
from export.shards import rewrite, share
from export.standoff import Sizes, place_of, resized

TWIN = "name the folder of a stand-off release"
SHOWN = 30


@dataclass(frozen=True)
class Rehydrated:
    """What was put back: `whole` where the release is what it was, byte for byte.

    `documents` are exact, edited or missing, `segments` exact, moved or missing; `told` names those of each
    document that is not exact, of the first 10,000. `rejects` inputs are no articles.
    """

    folder: str
    whole: bool
    documents: dict[str, int]
    segments: dict[str, int]
    rejects: int
    told: list[Told]

    def show(self, out: Output) -> None:
        """Print what is there, what stands elsewhere and what is gone."""
        if out.json:
            out.data(asdict(self))
            return
        out.table([{"": name, **counts} for name, counts in self._counts().items()])
        rows = [row for one in self.told for row in _lines(one)]
        out.table(rows[:SHOWN])
        if len(rows) > SHOWN:
            out.note(f"{len(rows) - SHOWN} more are in {Path(self.folder) / REHYDRATION}")
        out.line(f"{'the whole release is in' if self.whole else 'what could be put back is in'} {self.folder}")
        if self.rejects:
            out.note(f"{self.rejects} inputs are no articles: wirecopy corpus build SOURCE tells why")

    def _counts(self) -> dict[str, dict[str, int]]:
        documents, segments = self.documents, self.segments
        return {
            "documents": {"exact": documents["exact"], "edited": documents["edited"], "moved": 0}
            | {"missing": documents["missing"]},
            "segments": {"exact": segments["exact"], "edited": 0, "moved": segments["moved"]}
            | {"missing": segments["missing"]},
        }


def _lines(one: Told) -> list[dict[str, str]]:
    if one.state == "missing":
        return [_line(one, f"all {len(one.missing)}", "missing")]
    moved = [_line(one, name, "moved", f"{start}-{end}", f"{now}-{last}") for name, start, end, now, last in one.moved]
    return moved + [_line(one, name, "missing") for name in one.missing]


def _line(one: Told, segment: str, what: str, was: str = "", now: str = "") -> dict[str, str]:
    return {"document": one.doc_id, "segment": segment, "is": what, "was at": was, "now at": now}


def rehydrate_folder(
    *, folder: Path, sources: Sequence[str], output: Path | None, workers: int | None, out: Output
) -> int:
    """Put text back into a stand-off release; return the exit code: 3 where not all of it is there."""
    done = rehydrate(folder, sources, output=output, workers=workers, out=out)
    done.show(out)
    return 0 if done.whole else EXIT_PARTIAL


def rehydrate(
    folder: Path, sources: Sequence[str], *, out: Output, output: Path | None = None, workers: int | None = None
) -> Rehydrated:
    """Write the release that `folder` is the stand-off twin of, as far as one's own copies go.

    The default of `output` is `<version>-rehydrated` beside it. With the same articles it is the same release,
    byte for byte; else a `partial` one, and `rehydration.json` in it names what moved and what is missing.
    Raises WirecopyError where `folder` is no whole stand-off release, `output` holds other files or another release,
    or another process works beside it.
    """
    folder = folder.resolve()  # "." has no name
    target = (output or folder.with_name(f"{folder.name.removesuffix(STANDOFF)}{REHYDRATED}")).resolve()
    _named(folder)  # for a name that is wrong no folder is made
    with alone(target.parent):
        return _rehydrate(folder, sources, target, workers, out)


def _rehydrate(folder: Path, sources: Sequence[str], target: Path, workers: int | None, out: Output) -> Rehydrated:
    standoff, twin = _twin(folder)
    before = known(target, hint="choose another -o")
    if before is not None and not before.facts.twin and _data(before) == _wanted(twin):
        return Rehydrated(str(target), True, *_all(before), 0, [])
    ours = before is None or (before.facts.kind == "partial" and before.inputs == standoff.inputs)
    if not ours or folder in target.parents:
        raise WirecopyError(f"{target} is another release, or in one", hint="choose another -o")
    work = target.with_name(f".{target.name}.work")
    count = workers or len(os.sched_getaffinity(0))
    with replacing_folder(target) as beside:
        copies = own_copies.read(sources, twin, work, workers=count, out=out)
        matched = match(folder, copies)
        texts = Texts(folder, standoff.facts.configs, copies, matched)
        grown = _write(folder, beside, standoff, texts, out)
        whole = {name: file.sha256 for name, file in files(beside).items()} == _wanted(twin)
        done = Rehydrated(str(target), whole, matched.documents, _segments(matched), copies.rejects, matched.told)
        if whole:
            seal(beside, _restored(standoff.facts, twin), twin.inputs)
        else:
            write_json(beside / REHYDRATION, {name: value for name, value in asdict(done).items() if name != "folder"})
            seal(beside, _partial(standoff.facts, grown, beside), standoff.inputs)
    shutil.rmtree(work, ignore_errors=True)
    return done


def _named(folder: Path) -> None:
    """Raise WirecopyError where there is no release, and name those in the folder."""
    if not (folder / MANIFEST).is_file():
        inside = sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))
        raise WirecopyError(f"no release in {folder}", hint=f"{TWIN}: {listing(inside)}" if inside else TWIN)


def _twin(folder: Path) -> tuple[Manifest, TwinFacts]:
    """Return the manifest of a whole stand-off release, and what it says of the release with text."""
    standoff = read(folder, hint=TWIN)
    twin = standoff.facts.twin
    if twin is None or standoff.facts.kind != "standoff":
        raise WirecopyError(f"{folder} is no stand-off release", hint="wirecopy export standoff makes one")
    inside = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    if changed := sorted(standoff.files.keys() - inside) or edited(folder, standoff):
        raise WirecopyError(f"{folder} was changed or is not whole: {listing(changed)}", hint="fetch it again")
    return standoff, twin


def _write(folder: Path, beside: Path, standoff: Manifest, texts: Texts, out: Output) -> Sizes:
    """Write all files with the text that is known; return how many bytes of Arrow each split of a config grew by."""
    configs = {one.name: one for one in standoff.facts.configs}
    units = {one.name: one.unit for one in standoff.facts.campaigns}
    names = [name for name in standoff.files if name not in DERIVED]
    grown: Sizes = Counter()
    with out.progress("putting text back", len(names), unit="files") as advance:
        for name in names:
            config, split = place_of(name)
            if one := configs.get(config):
                change = partial(filled, table=one.table, unit=units.get(one.campaign or "", ""), texts=texts)
                grown[config, split] += rewrite(folder / name, beside / name, one.features, change)
            else:
                share(folder / name, beside / name)
            advance(1)
    return grown


def _restored(facts: Facts, twin: TwinFacts) -> Facts:
    """Return the facts of the release itself."""
    configs = [one.model_copy(update={"bytes": twin.bytes[one.name]}) for one in facts.configs]
    return facts.model_copy(update={"kind": "release", "configs": configs, "twin": None})


def _partial(facts: Facts, grown: Sizes, folder: Path) -> Facts:
    configs = [resized(one, grown) for one in facts.configs]
    return facts.model_copy(update={"kind": "partial", "configs": configs, "incomplete": incomplete(folder)})


def _wanted(twin: TwinFacts) -> dict[str, str]:
    return {name: sha256 for name, sha256 in sorted(twin.files.items()) if name not in DERIVED}


def _data(manifest: Manifest) -> dict[str, str]:
    return {name: file.sha256 for name, file in sorted(manifest.files.items()) if name not in DERIVED}


def _segments(matched: Matched) -> dict[str, int]:
    return {state: matched.segments[state] for state in ("exact", "moved", "missing")}


def _all(release: Manifest) -> tuple[dict[str, int], dict[str, int]]:
    rows = {name: sum(counts.values()) for name, counts in release.rows().items()}
    none = {"moved": 0, "missing": 0}
    return {"exact": rows["documents"], "edited": 0, "missing": 0}, {"exact": rows["segments"]} | none
