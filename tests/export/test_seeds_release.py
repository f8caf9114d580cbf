"""The five real articles as a release: their text belongs to others, so what is published is the stand-off twin."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from annotation.campaign import load as load_campaigns
from corpus.config import load
from corpus.errors import WirecopyError
from corpus.output import Output
from export.release import build
from export.standoff import standoff
from export.verify import verify
from export.verify.place import opened
from tests.campaigns import rebuilt
from tests.export.samples import answer_all
from tests.hub import Hub
from tests.hub.child import REPO
from tests.hub.publishing import send

CONFIG = """
name = "seeds"
[[sources]]
path = "{path}"
outlet = "newspapers"
[[events]]
id = "visit"
[[targets]]
id = "alliance"
event = "visit"
text = {{ en = "The alliance should be deepened.", de = "Das Bündnis soll vertieft werden." }}
[campaigns.stance]
scheme = "stance"
overlap = 3
"""


@pytest.fixture(scope="module")
def released(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the release of the seeds; the answers are simulated."""
    folder = tmp_path_factory.mktemp("seeds")
    (folder / "wirecopy.toml").write_text(CONFIG.format(path=seeds))
    (one,) = load_campaigns(rebuilt(folder))
    answer_all(one)
    build(load(folder), out=Output())
    return folder


def test_the_release_and_its_twin_verify(released: Path) -> None:
    space = load(released)
    assert not verify(space.release).findings
    twin = standoff(space.release, space.config, out=Output())
    assert not verify(Path(twin.folder)).findings


def test_only_the_twin_can_be_published_and_it_verifies_on_the_hub(released: Path, seeds: Path, hub: Hub) -> None:
    space = load(released)
    with pytest.raises(WirecopyError, match="no licence statement for the text of newspapers"):
        send(space.release)
    send(Path(standoff(space.release, space.config, out=Output()).folder))
    with opened(f"{REPO}@v0.1.0") as folder:
        assert not verify(folder, quick=True).findings
        lines = [line for path in seeds.glob("*.txt") for line in path.read_text().split("\n") if len(line) > 40]
        shipped = "".join(_read(path) for path in folder.rglob("*") if path.is_file())
    assert "strongly_favor" in shipped and lines and not [line for line in lines if line in shipped]


def test_the_two_versions_of_one_wire_story_are_in_one_split(released: Path) -> None:
    rows = pq.read_table(load(released).release / "splits.parquet").to_pylist()
    held = {row["doc_id"].rsplit("/", 1)[-1][:3]: row["split"] for row in rows}
    assert len(held) == 5 and held["000"] == held["001"]


def _read(path: Path) -> str:
    """Return all that a file says; Parquet is compressed."""
    return str(pq.read_table(path).to_pylist()) if path.suffix == ".parquet" else path.read_text()
