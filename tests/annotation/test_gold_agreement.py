"""Agreement on the data of published studies: the published figures come out."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from annotation.measures.agreement import ac1, alpha, fleiss, pair_agreement
from annotation.measures.table import Table, long
from tests.annotation.test_agreement import numbers

FOLDERS = {"rte": "snow2008", "temp": "snow2008"}


def expected(gold: Path, folder: str) -> Any:
    return json.loads((gold / "agreement" / folder / "expected.json").read_text())


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def textbook(path: Path) -> Table:
    """A table of the books, with a row for each observer."""
    told = [[float(cell) if cell else None for cell in row[1:]] for row in rows(path)]
    return numbers([list(unit) for unit in zip(*told, strict=True)])


@pytest.mark.parametrize("name", ["wikipedia_3coders", "krippendorff2011_4observers"])
@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_the_figures_of_the_textbooks(gold: Path, name: str, level: str) -> None:
    known = expected(gold, "textbook")[name]
    found = alpha(textbook(gold / "agreement/textbook" / f"{name}.csv"), level)
    if level in known:
        assert found.value == pytest.approx(known[level], abs=5e-5)
    else:
        assert level in ("ordinal", "ratio") and name == "wikipedia_3coders"


def test_fleiss_kappa_of_the_textbook(gold: Path) -> None:
    counts = rows(gold / "agreement/textbook/fleiss_wikipedia_counts.csv")
    table = long(
        (str(unit), str(rater), name)
        for unit, row in enumerate(counts)
        for rater, name in enumerate(name for name, count in enumerate(row) for _ in range(int(count)))
    )
    found = fleiss(table)
    assert (found.units, found.answers, len(table.categories)) == (10, 140, 5)
    assert found.value == pytest.approx(expected(gold, "textbook")["fleiss_wikipedia"]["fleiss_kappa"], abs=5e-5)


def test_the_figures_of_the_vignette_of_irrcac_for_four_raters_with_gaps(gold: Path) -> None:
    """Its table cac.raw4raters is that of Krippendorff's four observers."""
    table = textbook(gold / "agreement/textbook/krippendorff2011_4observers.csv")
    assert ac1(table).value == pytest.approx(0.77544, abs=5e-6)
    assert fleiss(table).value == pytest.approx(0.76117, abs=5e-6)
    assert pair_agreement(table).value == pytest.approx(0.81818, abs=5e-6)


@pytest.mark.parametrize("level", ["nominal", "ordinal"])
def test_the_patients_of_dawid_and_skene(gold: Path, level: str) -> None:
    told = rows(gold / "agreement/dawid_skene_1979/labels.csv")
    table = long(((row[0], row[1], row[3]) for row in told if row[2] == "1"), ["1", "2", "3", "4"])
    known = expected(gold, "dawid_skene_1979")["alpha_one_occasion"][level]
    found = alpha(table, level, rounds=200)
    assert (found.units, found.answers) == (45, 225) and found.value == pytest.approx(known, abs=5e-6)
    assert found.low is not None and found.high is not None and found.low < known < found.high


@pytest.mark.parametrize("name", ["rte", "temp"])
def test_the_crowd_of_snow(gold: Path, name: str) -> None:
    table = long((unit, worker, label) for unit, worker, label in rows(gold / f"agreement/snow2008/{name}.long.csv"))
    known = expected(gold, "snow2008")[name]
    found = alpha(table)
    assert (found.units, found.answers, len(table.raters)) == (known["items"], known["labels"], known["workers"])
    assert found.value == pytest.approx(known["krippendorff_alpha_nominal"], abs=5e-6)
