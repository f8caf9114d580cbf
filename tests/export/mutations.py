"""Random damage of a release: one thing changed, and the files one of which has to be named for it.

`RAW` changes bytes and leaves the manifest as it is. `SIGNED` changes what rows or facts mean, and then card,
Croissant, citation and manifest are made anew: hashes are right, so that only the meaning can tell.
"""

import random
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from export.manifest import read, seal
from export.schema import Facts

Row = dict[str, Any]
Places = Iterable[str]  # the release's files that may be named
Change = Callable[[Row, random.Random], None]
Mutation = Callable[[Path, random.Random], Places]


def signed(folder: Path, change: Callable[[Row], None] = lambda _facts: None) -> None:
    """Make card, Croissant, citation and manifest anew, of facts that `change` may have changed."""
    manifest = read(folder, hint="")
    facts = manifest.facts.model_dump(mode="json")
    change(facts)
    seal(folder, Facts.model_validate(facts), manifest.inputs)


def rewritten(path: Path, change: Callable[[list[Row]], None]) -> None:
    """Write the rows of a shard anew, with its schema and the Features in it."""
    table = pq.read_table(path)
    rows = table.to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)


def byte(folder: Path, rng: random.Random) -> Places:
    """Flip one bit of one byte of any file."""
    path = rng.choice(sorted(one for one in folder.rglob("*") if one.is_file()))
    data = bytearray(path.read_bytes())
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(7)
    path.write_bytes(bytes(data))
    return [path.relative_to(folder).as_posix(), "manifest.json"]


def number_in_the_card(folder: Path, rng: random.Random) -> Places:
    path = folder / "README.md"
    text = path.read_text()
    found = rng.choice(list(re.finditer(r"num_(?:bytes|examples): (\d+)", text)))
    path.write_text(f"{text[: found.start(1)]}{int(found[1]) + rng.randint(1, 9)}{text[found.end(1) :]}")
    return ["README.md"]


def file_gone(folder: Path, rng: random.Random) -> Places:
    path = rng.choice(sorted(folder.rglob("*.parquet")))
    path.unlink()
    return [path.relative_to(folder).as_posix()]


def file_more(folder: Path, rng: random.Random) -> Places:
    path = rng.choice(sorted(folder.rglob("*/*.parquet")))
    more = path.with_name(path.name.replace("00000-of", "00001-of"))
    more.write_bytes(path.read_bytes())
    return [more.relative_to(folder).as_posix()]


def row(config: str, change: Change, *also: str, sign: bool = True, when: str = "") -> Mutation:
    """Change one row of a config, one whose column `when` holds something; `also` may be named too."""

    def mutation(folder: Path, rng: random.Random) -> Places:
        shards = sorted((folder / config).glob("*.parquet")) if config != "splits" else [folder / "splits.parquet"]
        fit = [path for path in shards if not when or any(pq.read_table(path, columns=[when])[when].to_pylist())]
        path = rng.choice(fit)
        rewritten(path, lambda rows: change(rng.choice([one for one in rows if not when or one[when]]), rng))
        if sign:
            signed(folder)
        return [path.relative_to(folder).as_posix(), *also]

    return mutation


def letter(text: str, rng: random.Random) -> str:
    """Put another letter for one of a text."""
    at = rng.choice([place for place, char in enumerate(text) if char.isalpha()])
    return text[:at] + ("x" if text[at] != "x" else "y") + text[at + 1 :]


def text(name: str) -> Change:
    return lambda one, rng: one.update({name: letter(one[name], rng)})


def side_text(one: Row, rng: random.Random) -> None:
    side = one[rng.choice(("left", "right"))]
    side["text"] = letter(side["text"], rng)


def shifted(*names: str) -> Change:
    """Move an offset by one to three characters."""
    return lambda one, rng: one.update({name: one[name] + rng.randint(1, 3) for name in [rng.choice(names)]})


def inside(name: str, change: Change) -> Change:
    """Change one entry of a list."""
    return lambda one, rng: change(rng.choice(one[name]), rng)


def put(name: str, value: Any) -> Change:
    return lambda one, _rng: one.update({name: value})


def null(*names: str) -> Change:
    """Take the value of a column away, or of one entry of its list or its shares."""

    def change(one: Row, rng: random.Random) -> None:
        name = rng.choice([each for each in names if one[each] not in (None, [])])
        found = one[name]
        if isinstance(found, dict | list):
            found[rng.choice(sorted(found)) if isinstance(found, dict) else rng.randrange(len(found))] = None
        else:
            one[name] = None

    return change


def choice(question: str, options: int) -> Change:
    return lambda one, rng: one.update({question: ((one[question] or 0) + rng.randint(1, options - 1)) % options})


def share(question: str) -> Change:
    def change(one: Row, rng: random.Random) -> None:
        shares = one[f"{question}_distribution"]
        name = rng.choice(sorted(shares))
        shares[name] = 1.0 - shares[name] if shares[name] != 0.5 else 0.25

    return change


def vote(question: str, options: tuple[str, ...]) -> Change:
    def change(one: Row, rng: random.Random) -> None:
        one["values"][question] = rng.choice([value for value in options if value != one["values"][question]])

    return change


def score(one: Row, rng: random.Random) -> None:
    one["values"]["score"] = (one["values"]["score"] + rng.randint(1, 50)) % 101


def other_split(one: Row, rng: random.Random) -> None:
    one["split"] = rng.choice([name for name in ("train", "validation", "test") if name != one["split"]])


def listed(config: str, change: Callable[[list[Row], random.Random], None], *also: str) -> Mutation:
    """Change the rows of a shard, and let the facts count them as they are then."""

    def mutation(folder: Path, rng: random.Random) -> Places:
        path = rng.choice(sorted((folder / config).glob("*.parquet")))
        rewritten(path, lambda rows: change(rows, rng))
        split, count = path.name.split("-")[0], pq.read_metadata(path).num_rows

        def recounted(facts: Row) -> None:
            one = next(each for each in facts["configs"] if each["name"] == config)
            one["rows"][split] = count

        signed(folder, recounted)
        return [path.relative_to(folder).as_posix(), *also]

    return mutation


def dropped(rows: list[Row], rng: random.Random) -> None:
    rows.pop(rng.randrange(len(rows)))


def doubled(rows: list[Row], rng: random.Random) -> None:
    rows.append(rng.choice(rows))


def moved(folder: Path, rng: random.Random) -> Places:
    """Put a document, with all that hangs on it, into another split, but not in `splits.parquet`."""
    shards = sorted((folder / "documents").glob("*.parquet"))
    source, target = rng.sample(shards, 2)
    rows = pq.read_table(source)
    pq.write_table(pa.concat_tables([pq.read_table(target), rows.slice(0, 1)]), target)
    pq.write_table(rows.slice(1), source)
    counts = {path.name.split("-")[0]: pq.read_metadata(path).num_rows for path in shards}
    signed(folder, lambda facts: facts["configs"][0].update(rows=counts))
    return [target.relative_to(folder).as_posix()]


def fact(*path: str | int) -> Mutation:
    """Count one more in the facts, with a card that says so too."""

    def mutation(folder: Path, rng: random.Random) -> Places:
        def change(facts: Row) -> None:
            place: Any = facts
            for name in path[:-1]:
                place = place[name]
            last = path[-1] if path[-1] in place or isinstance(path[-1], int) else next(iter(place))
            place[last] += rng.randint(1, 5)

        signed(folder, change)
        return ["manifest.json"]

    return mutation


def classes(folder: Path, rng: random.Random) -> Places:
    """Let the facts name the classes of a label in another order."""

    def change(facts: Row) -> None:
        names = next(one for one in facts["configs"] if one["name"] == "stance")["features"]["stance"]["names"]
        at = rng.randrange(len(names) - 1)
        names[at], names[at + 1] = names[at + 1], names[at]

    signed(folder, change)
    return ["stance/"]


def said(change: Callable[[Row], None], *also: str) -> Mutation:
    """Let the facts say something else."""

    def mutation(folder: Path, _rng: random.Random) -> Places:
        signed(folder, change)
        return ["manifest.json", *also]

    return mutation


def again(config: str) -> Mutation:
    """Put a second config with the same rows before the first."""

    def mutation(folder: Path, _rng: random.Random) -> Places:
        shutil.copytree(folder / config, folder / f"{config}2")
        signed(folder, lambda facts: facts["configs"].insert(0, named(facts, config) | {"name": f"{config}2"}))
        return ["manifest.json"]

    return mutation


def named(facts: Row, config: str) -> Row:
    return next(one for one in facts["configs"] if one["name"] == config)


def backwards(config: str, *also: str) -> Mutation:
    """Turn the rows of a shard around."""

    def mutation(folder: Path, _rng: random.Random) -> Places:
        path = next((folder / config).glob("train-*.parquet"))
        rewritten(path, lambda rows: rows.reverse())
        signed(folder)
        return [path.relative_to(folder).as_posix(), *also]

    return mutation


def added(name: str) -> Mutation:
    """Put one more file into the release."""

    def mutation(folder: Path, _rng: random.Random) -> Places:
        (folder / name).write_text("rater,mail\n1,bob@example.org\n")
        signed(folder)
        return [name]

    return mutation


def column_of_splits(folder: Path, _rng: random.Random) -> Places:
    table = pq.read_table(folder / "splits.parquet")
    pq.write_table(table.append_column("who", pa.array(["bob"] * len(table))), folder / "splits.parquet")
    signed(folder)
    return ["splits.parquet"]


def metadata(change: Callable[[Any], Any]) -> Mutation:
    """Let the schema of a Parquet file say more."""

    def mutation(folder: Path, rng: random.Random) -> Places:
        path = rng.choice(sorted(folder.rglob("*.parquet")))
        table = pq.read_table(path)
        pq.write_table(table.cast(change(table.schema)), path)
        signed(folder)
        return [path.relative_to(folder).as_posix()]

    return mutation


def decided(one: Row, _rng: random.Random) -> None:
    told = {"method": "adjudication", "adjudicated_by": "boss", "adjudicated_at": "2026-01-02T03:04:05Z"}
    one.update(told, adjudicated=True)


STANCES = ("strongly_favor", "favor", "balanced", "against", "strongly_against", "discusses", "unrelated")
ANSWERED = ("stance/", "stance_annotations/")
RATED = ("translation_quality/", "translation_quality_annotations/")
RAW: dict[str, Mutation] = {
    "byte": byte,
    "number-in-the-card": number_in_the_card,
    "file-gone": file_gone,
    "file-more": file_more,
    "label": row("stance", choice("stance", 8), sign=False),
    "offset": row("segments", shifted("start", "end"), sign=False),
    "split": row("splits", other_split, sign=False),
    "byte-again": byte,
}
SIGNED: dict[str, Mutation] = {
    "label": row("stance", choice("stance", 8)),
    "share": row("stance", share("stance")),
    "vote": row("stance_annotations", vote("stance", STANCES), *ANSWERED),
    "score": row("translation_quality_annotations", score, *RATED),
    "mean": row("translation_quality", shifted("score")),
    "annotators": row("stance", shifted("annotators", "skips")),
    "document-text": row("documents", text("text")),
    "segment-text": row("segments", text("text")),
    "pair-text": row("pairs", side_text),
    "unit-text": row("stance", text("article_text")),
    "target": row("stance", text("target")),
    "segment-offset": row("segments", shifted("start", "end")),
    "paragraph-offset": row("documents", inside("paragraphs", shifted("start", "end"))),
    "edit-offset": row("documents", inside("edits", shifted("raw_start", "raw_end")), when="edits"),
    "span-offset": row("stance_annotations", inside("spans", shifted("start", "end")), *ANSWERED, when="spans"),
    "span-text": row("stance_annotations", inside("spans", text("text")), *ANSWERED, when="spans"),
    "consensus": row("stance", inside("consensus_spans", shifted("start", "end")), when="consensus_spans"),
    "split": row("splits", other_split, "documents/", "segments/"),
    "document-moved": moved,
    "answer-gone": listed("stance_annotations", dropped, *ANSWERED),
    "label-gone": listed("stance", dropped, *ANSWERED),
    "label-twice": listed("stance", doubled, "stance"),
    "document-gone": listed("documents", dropped, "splits.parquet", "segments/"),
    "segment-gone": listed("segments", dropped, "documents/"),
    "rows": fact("configs", 1, "rows", "train"),
    "units": fact("campaigns", 0, "units"),
    "labels": fact("campaigns", 0, "labels", "stance", "favor"),
    "rater": fact("campaigns", 0, "raters", 1, "answers"),
    "outlet": fact("outlets", 0, "documents"),
    "documents": fact("splits", "documents", "train"),
    "agreement": fact("campaigns", 0, "agreement", 0, "value"),
    "classes": classes,
    "side": row("stance_annotations", inside("spans", put("side", "artikel")), when="spans"),
    "null-in-a-label": row("stance", null("key", "doc_ids", "languages", "stance_soft", "confidence_soft")),
    "null-in-numbers": row("translation_quality", null("doc_ids", "languages", "score_values", "annotators")),
    "null-in-an-answer": row("stance_annotations", null("annotation_id", "payload", "doc_ids", "target_id", "created")),
    "null-in-a-mark": row(
        "stance_annotations", inside("spans", null("question", "side", "start", "end", "label")), when="spans"
    ),
    "null-in-consensus": row("stance", inside("consensus_spans", null("side", "start", "end")), when="consensus_spans"),
    "answer-of-another-target": row("stance_annotations", put("target_id", "subsidy")),
    "answer-of-other-segments": row("translation_quality_annotations", put("segment_ids", ["nowhere#1"])),
    "answer-to-another-version": row("stance_annotations", put("guideline_version", "stance-99")),
    "segment-language": row("segments", put("language", "zz")),
    "family": row("documents", put("family_id", "nobody")),
    "standoff": said(lambda facts: facts.update(kind="standoff")),
    "partial": said(lambda facts: facts.update(kind="partial")),
    "campaign-gone": said(lambda facts: facts["campaigns"].pop(0)),
    "campaign-twice": said(lambda facts: facts["campaigns"].append(facts["campaigns"][0])),
    "documents-twice": again("documents"),
    "labels-twice": again("stance"),
    "version": said(lambda facts: facts.update(version="1.0.0 \x1b[31m")),
    "name": said(lambda facts: facts.update(name="../evil")),
    "shares": said(lambda facts: facts["splits"]["shares"].update(train=9.0)),
    "strategy": said(lambda facts: facts["splits"].update(strategy="magic")),
    "components": said(lambda facts: facts["splits"].update(components=-1)),
    "moves": said(lambda facts: facts["splits"].update(moves=3), "leakage.json"),
    "unit": said(lambda facts: facts["campaigns"][0].update(unit="paragraph")),
    "bytes-few": said(lambda facts: named(facts, "documents")["bytes"].update(train=5)),
    "bytes-many": said(lambda facts: named(facts, "stance")["bytes"].update(train=10**40)),
    "file-of-names": added("annotators.csv"),
    "hidden-file": added(".names"),
    "column-of-splits": column_of_splits,
    "metadata": metadata(lambda schema: schema.with_metadata({**schema.metadata, b"who": b"bob"})),
    "metadata-of-a-column": metadata(lambda schema: schema.set(0, schema.field(0).with_metadata({b"who": b"bob"}))),
    "comment": row("stance_annotations", inside("spans", put("comment", "it was Bob")), when="spans"),
    "mail": row("stance_annotations", inside("spans", put("holder_name", "bob@example.org")), when="spans"),
    "annotator": row("stance_annotations", put("annotator", "bob")),
    "method": row("stance", put("method", "dawid-skene")),
    "adjudicator": row("stance", decided),
    "lead-time": row("stance_annotations", put("lead_time", -1.0)),
    "lead-time-of-none": row("stance_annotations", put("lead_time", float("nan"))),
    "revisions": row("stance_annotations", put("revisions", -4)),
    "created": row("stance_annotations", put("created", "yesterday")),
    "updated": row("stance_annotations", put("updated", "yesterday")),
    "payload": row("stance_annotations", put("payload", "anything")),
    "of": row("stance_annotations", put("of", "another unit")),
    "pair-method": row("pairs", put("method", "")),
    "documents-backwards": backwards("documents", "segments/"),
    "segments-backwards": backwards("segments"),
    "pairs-backwards": backwards("pairs"),
    "labels-backwards": backwards("stance", *ANSWERED),
    "answers-backwards": backwards("stance_annotations"),
}
