"""Versions as Semantic Versioning orders them, and which release is the one before."""

from itertools import pairwise
from pathlib import Path

import pytest

from export.schema import MANIFEST
from export.versions import earlier, order
from tests.export.mutations import signed
from tests.releases import release

# SOURCE: Semantic Versioning 2.0.0, sections 9 to 11: each list is in order.
DRAFTS = ["alpha", "alpha.1", "alpha.beta", "beta", "beta.2", "beta.11", "rc.1"]
EXAMPLES = {
    "numbers": ["1.0.0", "2.0.0", "2.1.0", "2.1.1"],
    "each number as a number": ["1.9.0", "1.10.0", "1.11.0"],
    "drafts": [*(f"1.0.0-{draft}" for draft in DRAFTS), "1.0.0"],
    "numbers before words": ["1.0.0-0.3.7", "1.0.0-alpha", "1.0.0-x.7.z.92", "1.0.0-x-y-z.-"],
    "a hyphen is a letter": ["1.0.0-alpha.2", "1.0.0-alpha-beta", "1.0.0-beta"],
}


@pytest.mark.parametrize("versions", EXAMPLES.values(), ids=list(EXAMPLES))
def test_versions_stand_in_the_order_of_semantic_versioning(versions: list[str]) -> None:
    assert all(order(one) < order(other) for one, other in pairwise(versions))


def test_a_build_says_nothing() -> None:
    assert order("1.0.0") == order("1.0.0+20130313144700") == order("1.0.0+21AF26D3---117B344092BD")
    assert order("1.0.0-beta+exp.sha.5114f85") == order("1.0.0-beta") < order("1.0.0")


@pytest.mark.parametrize("version", ["next", "1.0", "1.0.0.1", "01.0.0", "1.0.0-", "1.0.0-a..b", "1.0.0-01", "1.0.0\n"])
def test_what_is_no_version(version: str) -> None:
    with pytest.raises(ValueError, match="is no version"):
        order(version)


def test_the_one_before_is_no_copy_of_a_version(tmp_path: Path) -> None:
    known = {name: release(tmp_path / name).rename(tmp_path / name / name) for name in ("0.1.0", "0.2.0-rc.1", "0.2.0")}
    beside = tmp_path / "release"
    beside.mkdir()
    for name, folder in known.items():
        signed(folder, lambda facts, name=name: facts.update(version=name))  # type: ignore[misc]
        folder.rename(beside / name)
    assert earlier(beside / "0.3.0") == beside / "0.2.0"
    assert earlier(beside / "0.2.0") == beside / "0.2.0-rc.1"
    (beside / "0.2.0").rename(beside / "0.3.0-rehydrated")
    (beside / "0.2.0-rc.1").rename(beside / ".0.2.0-rc.1.old")
    assert (beside / "0.3.0-rehydrated" / MANIFEST).is_file() and earlier(beside / "0.3.0") == beside / "0.1.0"
