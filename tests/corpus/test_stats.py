"""`wirecopy corpus stats`: the tables count what the rows hold, whatever the parts."""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest

from corpus.build import build
from corpus.check.findings import Unreadable
from corpus.config import load
from corpus.dataset import rows
from corpus.output import Output
from corpus.schema import Document, Pair, Reject, Relation, Segment
from corpus.stats import Stats, count
from tests.conftest import SAMPLE

from .conftest import Make

Cli = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with an entity and a reject, as it was built."""
    root = tmp_path_factory.mktemp("workspace")
    shutil.copytree(SAMPLE / "articles", root / "articles")
    (root / "articles" / "loose.txt").write_text("Pears &ndash; apples &ndash; plums. Soft\xadly.")
    (root / "articles" / "empty.txt").touch()
    (root / "wirecopy.toml").write_text((SAMPLE / "wirecopy.toml").read_text() + '\n[corpus]\nvectors = "lexical"\n')
    space = load(root)
    build(space.config.sources, root=root, folder=space.corpus, config=space.config, out=Output(json=True), workers=1)
    return space.corpus


@pytest.fixture(scope="module")
def counted(corpus: Path) -> Stats:
    """Its statistics."""
    return count(corpus)


def test_documents_and_characters_are_counted_by_outlet_and_language(corpus: Path, counted: Stats) -> None:
    documents = list(rows(corpus, "documents", Document))
    who = Counter((one.outlet or "(none)", one.language) for one in documents)
    assert {(one["outlet"], one["language"]): one["documents"] for one in counted.outlets} == who
    assert sum(one["characters"] for one in counted.outlets) == sum(len(one.text) for one in documents)
    assert sum(one["paragraphs"] for one in counted.outlets) == sum(len(one.paragraphs) for one in documents)
    assert sum(one["suspected"] for one in counted.outlets) == sum(one.mt_suspicion >= 0.5 for one in documents)


def test_roles_are_counted_by_outlet_and_language(corpus: Path, counted: Stats) -> None:
    wanted = Counter(
        (one.outlet or "(none)", one.language, part.role.value)
        for one in rows(corpus, "documents", Document)
        for part in one.paragraphs
    )
    names = [name for name in counted.roles[0] if name not in ("outlet", "language")]
    found = {(one["outlet"], one["language"], name): one[name] for one in counted.roles for name in names if one[name]}
    assert found == wanted


def test_sentences_are_counted_by_language_and_role(corpus: Path, counted: Stats) -> None:
    wanted = Counter((one.language, one.role.value) for one in rows(corpus, "segments", Segment))
    found = {(one["language"], name): one[name] for one in counted.sentences for name in one if name != "language"}
    assert Counter({key: value for key, value in found.items() if value}) == wanted


def test_families_and_events_are_counted_by_size(corpus: Path, counted: Stats) -> None:
    documents = list(rows(corpus, "documents", Document))
    families = Counter(one.family_id for one in documents)
    assert sum(one["count"] for one in counted.families) == len(families)
    assert sum(one["documents"] for one in counted.families) == len(documents)
    assert {one["size"]: one["count"] for one in counted.families}["1"] == sum(n == 1 for n in families.values())
    events = Counter(one.event_id for one in documents if one.event_id is not None)
    assert sum(one["count"] for one in counted.events) == len(events)
    assert sum(one["documents"] for one in counted.events) == events.total()


def test_relations_and_pairs_have_quantiles(corpus: Path, counted: Stats) -> None:
    relations = Counter(one.kind.value for one in rows(corpus, "relations", Relation))
    assert Counter({one["kind"]: one["count"] for one in counted.relations}) == relations
    pairs = list(rows(corpus, "pairs", Pair))
    for row in counted.pairs:
        mine = [one for one in pairs if "-".join(sorted((one.left.language, one.right.language))) == row["languages"]]
        assert row["count"] == len(mine)
        for name, values in (("score", [one.score for one in mine]), ("margin", [one.margin for one in mine])):
            for label, share in (("p5", 0.05), ("p50", 0.5), ("p95", 0.95)):
                exact = np.quantile(np.array(values, float), share, method="inverted_cdf")
                assert row[f"{name} {label}"] == pytest.approx(exact, abs=0.001)
    assert counted.pairs


def test_edits_and_rejects_are_counted_by_rule_and_reason(corpus: Path, counted: Stats) -> None:
    edits = Counter(edit.rule for one in rows(corpus, "documents", Document) for edit in one.edits)
    assert {one["rule"]: one["count"] for one in counted.edits} == edits
    assert {one["rule"]: one["documents"] for one in counted.edits}["entity"] == 1
    rejects = Counter(one.reason.value for one in rows(corpus, "rejects", Reject))
    assert {one["reason"]: one["count"] for one in counted.rejects} == rejects


def test_a_long_table_is_cut_for_people_and_whole_for_programs(make: Make, articles: Path, cli: Cli) -> None:
    for at in range(25):
        (articles / f"outlet-{at:02}").mkdir()
        (articles / f"outlet-{at:02}" / "x.txt").write_text(f"This is the story of {at} geese.")
    folder = make("articles").folder
    done = cli("corpus", "stats", "--corpus", folder)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "documents by outlet and language"
    assert lines[1].split() == ["outlet", "language", "documents", "characters", "paragraphs", "suspected"]
    assert lines[22] == "and 5 more; --json has all"
    assert len(json.loads(cli("corpus", "stats", "--corpus", folder, "--json").stdout)["outlets"]) == 25


def test_a_dataset_without_documents_has_its_rejects_counted(make: Make, articles: Path) -> None:
    (articles / "empty.txt").touch()
    found = count(make("articles").folder)
    assert (found.outlets, found.families, found.pairs) == ([], [], [])
    assert found.rejects == [{"reason": "empty", "count": 1}]


def test_a_part_that_can_not_be_read_is_an_error(corpus: Path, cli: Cli, tmp_path: Path) -> None:
    shutil.copytree(corpus, tmp_path / "copy")
    (tmp_path / "copy" / "pairs" / "part-00000.parquet").write_bytes(b"")
    with pytest.raises(Unreadable):
        count(tmp_path / "copy")
    done = cli("corpus", "stats", "--corpus", tmp_path / "copy")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0].startswith(
        f"error: {tmp_path / 'copy'}: pairs/part-00000.parquet: can't be read"
    )
