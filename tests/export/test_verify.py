"""`export verify`: a release as it was built is clean; whatever is changed in it is found, with its place."""

import random
import shutil
from pathlib import Path

import pytest

from export.verify import Verified, verify
from tests.export.mutations import RAW, SIGNED, Mutation
from tests.export.samples import released

EACH = 50  # mutations with and without new hashes at least: 100 in all


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the sample with three simulated annotators."""
    return released(tmp_path_factory.mktemp("verified") / "w")


@pytest.fixture
def copy(release: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(release, tmp_path / "release"))


def told(found: Verified) -> list[str]:
    return [f"{one.name}: {finding.told()}" for one in found.results for finding in one.examples]


def test_a_release_as_it_was_built_is_clean(release: Path) -> None:
    found = verify(release)
    assert told(found) == [] and found.broken == []
    found.settle()


def cases() -> list[tuple[str, Mutation, int]]:
    """Every mutation in turn, each time with other random numbers."""
    found = []
    for name, table in (("raw", RAW), ("signed", SIGNED)):
        kinds = list(table.items())
        found += [
            (f"{name}-{kinds[at % len(kinds)][0]}", kinds[at % len(kinds)][1], at)
            for at in range(max(EACH, len(kinds)))
        ]
    return found


@pytest.mark.parametrize(("name", "mutation", "seed"), cases(), ids=[f"{name}-{seed}" for name, _, seed in cases()])
def test_every_mutation_is_found_and_its_place_named(copy: Path, name: str, mutation: Mutation, seed: int) -> None:
    places = mutation(copy, random.Random(f"{name} {seed}"))
    found = verify(copy, quick=True)
    lines = told(found)
    assert lines, f"{name} was not found"
    assert any(place in line for place in places for line in lines), lines
