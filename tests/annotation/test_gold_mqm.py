"""Google's MQM ratings, all 4,031 errors, through a real Label Studio and back: not a character, not a score moves."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from annotation.interchange import FORMATS, fit, losses, read, write
from annotation.interchange.label_studio import MAIL
from annotation.interchange.losses import record_of
from annotation.interchange.rows import Collector, Ratings
from annotation.measures.scores import load as load_preset
from annotation.measures.scores import rated_rows, score
from annotation.schema import Span
from annotation.schemes import load
from annotation.schemes.interface import labelling_page
from annotation.studio.accounts import enter
from annotation.studio.client import EXPORT_IDS, Studio

BATCH = 500
EMOJI = "👩🏽\u200d🚒"
TSV = "mqm_ted_ende.tsv"
UNCLOSED = 6444
# What a server sets itself; everything else has to come back.
SERVERS = {"annotation_id", "created", "updated"}


@pytest.fixture(scope="module")
def ratings(gold: Path) -> Ratings:
    return read(gold / "mqm" / TSV, "google-mqm")


@pytest.fixture(scope="module")
def returned(ratings: Ratings, studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> Ratings:
    """The ratings as they come back from a server."""
    return through(studio, ratings, tmp_path_factory.mktemp("returned"))


def spans_of(given: Ratings) -> list[Span]:
    return [span for one in given.annotations for span in one.spans]


def test_the_file_holds_what_its_readme_counts(ratings: Ratings) -> None:
    spans = spans_of(ratings)
    assert Counter(span.side for span in spans) == {"translation": 4017, "source": 14}
    assert len(ratings.annotations) == 7406 and max(len(one.spans) for one in ratings.annotations) == 5
    assert len({task.doc_ids[1].partition("/")[0] for task in ratings.tasks}) == 14
    assert len({(task.doc_ids[0], task.segment_ids[0]) for task in ratings.tasks}) == 529
    assert len({one.annotator for one in ratings.annotations}) == 4
    assert sum(bool(span.comment) for span in spans) == 38
    assert sum(span.text != span.text.strip() for span in spans) == 307
    assert [(one.line, one.cause, one.flaw) for one in ratings.issues] == [
        (UNCLOSED, "target: <v> without </v>: marked to the end", None)
    ]
    for task, one in ratings.pairs():
        assert not any("<v" in text or "v>" in text for text in task.data.values())
        assert all(task.data[f"{span.side}_text"][span.start : span.end] == span.text for span in one.spans)


def test_the_table_comes_back_byte_for_byte_but_for_the_unclosed_tag(
    ratings: Ratings, gold: Path, tmp_path: Path
) -> None:
    assert losses(ratings, "google-mqm") == []
    write(ratings, tmp_path / TSV, "google-mqm")
    wanted = (gold / "mqm" / TSV).read_text(encoding="utf-8").split("\n")
    told = (tmp_path / TSV).read_text(encoding="utf-8").split("\n")
    assert [at for at, lines in enumerate(zip(wanted, told, strict=True), 1) if lines[0] != lines[1]] == [UNCLOSED]
    assert wanted[UNCLOSED - 1].replace("<v>", "") == told[UNCLOSED - 1].replace("<v>", "").replace("</v>", "")


@pytest.mark.parametrize("form", ["mt-metrics-eval", "pearmut", "label-studio"])
def test_it_goes_through_the_other_formats(form: str, ratings: Ratings, tmp_path: Path) -> None:
    kept, lost = fit(ratings, FORMATS[form])
    assert {one.what: one.count for one in lost} == {
        "mt-metrics-eval": {"remarks on marks": 38},
        "pearmut": {"remarks on marks": 38, "marks in the source": 14},
        "label-studio": {},
    }[form]
    path = tmp_path / f"ted{FORMATS[form].suffix}"
    write(ratings, path, form)
    back = read(path, form, ratings.scheme)
    assert back.rejects == [] and back.tasks == kept.tasks and back.annotations == kept.annotations


@pytest.mark.parametrize("way", ["ratings", "returned"], ids=["directly", "through Label Studio"])
def test_the_scores_are_googles_to_six_decimals(way: str, gold: Path, request: pytest.FixtureRequest) -> None:
    given: Ratings = request.getfixturevalue(way)
    rated, preset = rated_rows(given.scheme, given.tasks, given.annotations), load_preset("google-2021", None)
    segments = {one.name: one.figure.value for one in score(rated, preset, "segment", rounds=0)}
    documents = {one.name: one.figure.value for one in score(rated, preset, "document", rounds=0)}
    systems = {one.name: one.figure.value for one in score(rated, preset, "outlet", rounds=0)}
    places = {(task.doc_ids[1], task.segment_ids[0]): task.key for task in given.tasks}
    one_rater: dict[str, list[float]] = {}
    for row in expected(gold, "segment"):
        key = places[f"{row['system']}/{row['doc']}", row["seg_id"]]
        one_rater.setdefault(key, []).append(float(row["mqm"]))
    assert len(systems) == 14 and len(segments) == len(one_rater)
    assert segments == pytest.approx({key: sum(found) / len(found) for key, found in one_rater.items()}, abs=1e-6)
    wanted = {f"{row['system']}/{row['doc']}": float(row["mqm_mean"]) for row in expected(gold, "document")}
    assert documents == pytest.approx(wanted, abs=1e-6)
    wanted = {row["system"]: float(row["mqm_from_raw"]) for row in expected(gold, "system")}
    assert systems == pytest.approx(wanted, abs=1e-6)


def expected(gold: Path, level: str) -> list[dict[str, str]]:
    path = gold / "mqm" / f"expected_ted_ende_{level}_scores.csv"
    return list(csv.DictReader(path.read_text().splitlines()))


@pytest.mark.parametrize("shifted", [False, True], ids=["as it is", "an emoji before every span"])
def test_every_span_and_remark_comes_back_as_it_was(
    shifted: bool, ratings: Ratings, studio: Studio, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    given = moved(ratings) if shifted else ratings
    assert len(spans_of(given)) == 4031 and losses(given, "label-studio") == []
    back = through(studio, given, tmp_path) if shifted else request.getfixturevalue("returned")
    assert back.tasks == given.tasks
    wanted = {(one.key, one.annotator): one for one in fit(given, FORMATS["label-studio"])[0].annotations}
    assert {(one.key, one.annotator) for one in back.annotations} == wanted.keys()
    for one in back.annotations:
        asked = wanted[one.key, one.annotator]
        assert one.model_dump(exclude=SERVERS) == asked.model_dump(exclude=SERVERS)
    assert sum(bool(span.comment) for span in spans_of(back)) == 38


def through(studio: Studio, given: Ratings, folder: Path) -> Ratings:
    """Send ratings as an import file to a server, and read what it exports."""
    write(given, folder / "import.json", "label-studio")
    rows = json.loads((folder / "import.json").read_text())
    for rater in {one.annotator for one in given.annotations}:
        assert enter(studio, rater + MAIL, "a password for tests")
    number = studio.create_project({"title": "gold mqm", "label_config": labelling_page(given.scheme)})
    for at in range(0, len(rows), BATCH):
        assert studio.import_tasks(number, rows[at : at + BATCH]) == len(rows[at : at + BATCH])
    mails = {int(user["id"]): str(user["email"]) for user in studio.users()}
    ids = [held.id for held in studio.tasks(number)]
    exported = [
        task for at in range(0, len(ids), EXPORT_IDS) for task in studio.export(number, ids[at : at + EXPORT_IDS])
    ]
    for task in exported:
        for answer in task["annotations"]:
            answer["completed_by"] = {"email": mails[answer["completed_by"]]}
    (folder / "export.json").write_text(json.dumps(exported))
    back = read(folder / "export.json", "label-studio", given.scheme)
    assert back.issues == []
    return back


def moved(given: Ratings) -> Ratings:
    """Put an emoji of four code points before every mark."""
    into = Collector(load("translation-mqm", Path()))
    starts: dict[tuple[str, str], set[int]] = {}
    for one in given.annotations:
        for span in one.spans:
            starts.setdefault((one.key, span.side), set()).add(span.start)
    for task, one in given.pairs():
        record = record_of(task, one)
        texts = dict(task.data)
        for side in ("source", "translation"):
            for place in sorted(starts.get((task.key, side), ()), reverse=True):
                text = texts[f"{side}_text"]
                texts[f"{side}_text"] = text[:place] + EMOJI + text[place:]
        record.data = texts
        record.spans = [shifted(span, starts[task.key, span.side], texts) for span in one.spans]
        into.add(record)
    return into.ratings()


def shifted(span: Span, starts: set[int], texts: dict[str, str]) -> Span:
    start = span.start + len(EMOJI) * sum(place <= span.start for place in starts)
    end = span.end + len(EMOJI) * sum(place < span.end for place in starts)
    return span.model_copy(update={"start": start, "end": end, "text": texts[f"{span.side}_text"][start:end]})
