"""`wirecopy corpus check`: what a build makes is clean; each damage is found by the check that is meant for it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.build import build
from corpus.check import check
from corpus.check.contract import ORDER
from corpus.check.findings import Checked
from corpus.config import load
from corpus.dataset import CONFIGS
from corpus.output import Output
from tests.conftest import SAMPLE

from .damages import ALONE, DAMAGES, EDITED, PAGE, Dataset

Cli = Callable[..., CompletedProcess[str]]
PAGE_HTML = (
    "<html><head><title>Ferry returns</title></head><body><article><h1>Ferry returns</h1>"
    "<p>The old ferry crosses the bay again since Monday, after four years in a dock in the north.</p>"
    "<p>Its captain said that two hundred people had waited on the pier before the sun rose.</p>"
    "</article></body></html>"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with a page, a text with an entity, a copy and an empty file, as it was built."""
    root = tmp_path_factory.mktemp("workspace")
    shutil.copytree(SAMPLE / "articles", root / "articles")
    lone = root / "articles" / "lone"
    lone.mkdir()
    (lone / "plain.txt").write_text(
        "Quiet hills\nNothing happened here. Nobody came.\nThe sheep stood still. So did we."
    )
    (lone / "edited.txt").write_text("The orchard is open &ndash; at last. Pears cost a crown.")
    (lone / "page.html").write_text(PAGE_HTML)
    (lone / "twin.txt").write_text((lone / "plain.txt").read_text())
    (lone / "empty.txt").touch()
    config = (SAMPLE / "wirecopy.toml").read_text() + '\n[corpus]\nvectors = "lexical"\n'
    (root / "wirecopy.toml").write_text(config)
    space = load(root)
    build(space.config.sources, root=root, folder=space.corpus, config=space.config, out=Output(json=True), workers=1)
    return space.corpus


@pytest.fixture
def data(built: Path, tmp_path: Path) -> Dataset:
    """A copy of the dataset, to be damaged."""
    shutil.copytree(built, tmp_path / "corpus")
    return Dataset(tmp_path / "corpus")


def checked(folder: Path) -> Checked:
    return check(folder, Output(json=True))


def test_the_dataset_of_these_tests_has_all_there_is_to_damage(data: Dataset) -> None:
    assert all(data.tables.values())
    assert {one["kind"] for one in data.tables["relations"]} == {"exact", "translation", "same_event", "near_duplicate"}
    assert data.document(EDITED)["edits"] and not data.document(PAGE)["edits"]


def test_what_a_build_makes_is_clean(built: Path) -> None:
    assert checked(built).broken == []


@pytest.mark.parametrize(("name", "damage"), DAMAGES, ids=[f"{at}-{name}" for at, (name, _) in enumerate(DAMAGES)])
def test_a_damage_is_found_by_the_check_for_it_alone(
    data: Dataset, name: str, damage: Callable[[Dataset], None]
) -> None:
    damage(data)
    data.write()
    found = checked(data.folder)
    assert found.broken == [name], [one for one in found.results if not one.clean]
    (result,) = [one for one in found.results if not one.clean]
    assert result.unmade is None
    assert all(one.file and one.row and one.what for one in result.examples)


def unlisted(data: Dataset) -> None:
    data.state["files"]["rejects/part-00000.parquet"] += 1


def unmarked(data: Dataset) -> None:
    path = data.folder / "pairs" / "part-00000.parquet"
    pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)
    data.sign()


def other_strings(data: Dataset) -> None:
    path = data.folder / "relations" / "part-00000.parquet"
    table = pq.read_table(path)
    table = table.set_column(0, "left_doc", table.column("left_doc").cast(pa.large_string()))
    pq.write_table(table, path)
    data.sign()


def miscounted(data: Dataset) -> None:
    data.state["rows"]["segments"] += 1


def misjudged(data: Dataset) -> None:
    data.state["families"] += 1


def unreferenced(data: Dataset) -> None:
    path = data.folder / "README.md"
    path.write_text(path.read_text().replace("segments/*.parquet", "segment/*.parquet"))


def renamed_config(data: Dataset) -> None:
    path = data.folder / "README.md"
    path.write_text(path.read_text().replace("config_name: pairs", "config_name: couples"))


FILE_DAMAGES = [
    ("files", unlisted),
    ("schema", unmarked),
    ("schema", other_strings),
    ("rows", miscounted),
    ("totals", misjudged),
    ("readme", unreferenced),
    ("readme", renamed_config),
]


@pytest.mark.parametrize(("name", "damage"), FILE_DAMAGES)
def test_a_damaged_file_is_found_by_the_check_for_it_alone(
    data: Dataset, name: str, damage: Callable[[Dataset], None]
) -> None:
    damage(data)
    (data.folder / "build.json").write_text(json.dumps(data.state))
    assert checked(data.folder).broken == [name]


def test_each_check_has_a_damage() -> None:
    assert {name for name, _ in DAMAGES + FILE_DAMAGES} | {"readable"} == set(ORDER)


def test_rows_in_another_order_and_other_parts_are_no_violation(data: Dataset) -> None:
    for name in ("documents", "segments"):
        data.tables[name].reverse()
    data.tables["segments"] = data.tables["segments"][1::2] + data.tables["segments"][::2]
    data.write()
    path = data.folder / "segments" / "part-00000.parquet"
    table = pq.read_table(path)
    pq.write_table(table.slice(0, 20), path)
    pq.write_table(table.slice(20), path.with_name("part-00001.parquet"))
    data.sign()
    assert checked(data.folder).broken == []


def test_a_removed_document_is_missed_by_all_who_knew_it(data: Dataset) -> None:
    rows = data.state["rows"]["documents"]
    data.tables["documents"].remove(data.document())
    data.write()
    data.state["rows"]["documents"] = rows
    data.sign()
    assert {"rows", "segment-document", "relation-documents"} <= set(checked(data.folder).broken)


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\xff" * 400 + b"PAR1", None])
def test_a_file_that_can_not_be_read_is_a_violation_and_no_traceback(
    data: Dataset, config: str, content: bytes | None
) -> None:
    path = data.folder / config / "part-00000.parquet"
    path.write_bytes(path.read_bytes()[:-9] if content is None else content)
    found = checked(data.folder)
    assert {"files", "readable", "rows"} <= set(found.broken)
    unmade = [one for one in found.results if one.unmade]
    assert unmade and all(config in str(one.unmade) for one in unmade)


@pytest.mark.parametrize("config", CONFIGS)
def test_a_missing_column_or_one_of_another_type_is_told(data: Dataset, config: str) -> None:
    path = data.folder / config / "part-00000.parquet"
    table = pq.read_table(path)
    pq.write_table(table.drop_columns([table.column_names[0]]), path)
    assert {"readable", "schema"} <= set(checked(data.folder).broken)
    numbers = pa.array([[1]] * table.num_rows)
    pq.write_table(table.set_column(0, table.column_names[0], numbers), path)
    assert {"readable", "schema"} <= set(checked(data.folder).broken)


@pytest.mark.parametrize("state", [None, "", "[]", '{"files": 1}'])
def test_a_dataset_without_its_state_is_told(data: Dataset, state: str | None) -> None:
    path = data.folder / "build.json"
    path.unlink() if state is None else path.write_text(state)
    assert checked(data.folder).broken == ["files", "readable", "rows", "totals"]


def test_a_missing_readme_and_missing_folders_are_told(data: Dataset) -> None:
    (data.folder / "README.md").unlink()
    shutil.rmtree(data.folder / "segments")
    assert {"files", "rows", "readme", "segment-cover"} <= set(checked(data.folder).broken)


def test_the_command_says_what_is_wrong_where_and_what_mends_it(cli: Cli, data: Dataset) -> None:
    clean = cli("corpus", "check", "--corpus", data.folder)
    assert (clean.returncode, clean.stderr) == (0, "")
    assert len(clean.stdout.splitlines()) == len(ORDER) + 1
    data.segments()[0]["role"] = "cre\x1bdit"
    data.write()
    done = cli("corpus", "check", "--corpus", data.folder)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert ["segment-role", "1", "wrong"] in [line.split()[:3] for line in done.stdout.splitlines()]
    assert (
        f"segments/part-00000.parquet row {1 + data.tables['segments'].index(data.segments()[0])} ({ALONE}):"
        in done.stdout
    )
    error, hint = done.stderr.splitlines()
    assert error == f"error: {data.folder}: 1 violation of the contract"
    assert hint.startswith("hint: ") and "wirecopy corpus build" in hint
    told = json.loads(cli("corpus", "check", "--corpus", data.folder, "--json").stdout)
    assert (told["clean"], [one["name"] for one in told["checks"] if one["count"]]) == (False, ["segment-role"])


def test_a_folder_without_a_dataset_is_an_error(cli: Cli, tmp_path: Path) -> None:
    done = cli("corpus", "check", "--corpus", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[0] == f"error: no dataset in {tmp_path}"
