"""The published figures of aggregation: Dawid and Skene's patients, Snow's workers."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from crowdkit.aggregation import MACE, DawidSkene

from annotation.measures.aggregation import aggregate
from annotation.measures.aggregation.dawid_skene import Fitted, dawid_skene, fitted
from annotation.measures.table import Table, long

# The best that is published with the data: what must be reached.
REACHED = {"rte": 0.925, "temp": 0.9415}


def read(path: Path, *names: str) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [tuple(row[name] for name in names) for row in csv.DictReader(file)]


def expected(gold: Path, folder: str) -> Any:
    return json.loads((gold / "agreement" / folder / "expected.json").read_text())


def snow(gold: Path, name: str) -> tuple[Table, np.ndarray[Any, Any]]:
    folder = gold / "agreement" / "snow2008"
    table = long(
        (unit, who, value) for unit, who, value in read(folder / f"{name}.long.csv", "task", "worker", "label")
    )
    truth = {unit: value for unit, value in read(folder / f"{name}.gold.csv", "unit", "gold")}
    return table, np.array([table.categories.index(truth[unit]) for unit in table.units])


def accuracy(table: Table, method: str, truth: np.ndarray[Any, Any]) -> float:
    """The share of right labels; a tie is right as often as a coin between its best would be."""
    soft = aggregate(table, method).soft
    best = soft >= soft.max(axis=1, keepdims=True) - 1e-9
    return float(np.mean(best[np.arange(len(truth)), truth] / best.sum(axis=1)))


@pytest.fixture
def patients(gold: Path) -> Fitted:
    rows = read(gold / "agreement" / "dawid_skene_1979" / "labels.csv", "patient", "observer", "class")
    assert len(rows) == 45 * 7, "observer 1 saw each patient three times"
    return fitted(long((unit, who, value) for unit, who, value in rows))


def test_the_patients_of_1979(gold: Path, patients: Fitted) -> None:
    told = expected(gold, "dawid_skene_1979")["EM_on_counts"]
    assert patients.fit.converged
    # The published figures have two digits; those with three are of another program on the same counts.
    assert patients.rates.priors == pytest.approx(told["published_priors_DS1979"], abs=5e-3)
    assert patients.rates.priors == pytest.approx(told["priors"], abs=5e-4)
    assert patients.raters[0] == "1"
    assert patients.rates.errors[0] == pytest.approx(np.array(told["error_rates_observer1"]), abs=5e-4)


def test_the_classes_of_the_patients(gold: Path) -> None:
    rows = read(gold / "agreement" / "dawid_skene_1979" / "labels.csv", "patient", "observer", "class")
    table = long((unit, who, value) for unit, who, value in rows)
    found = aggregate(table, "dawid-skene")
    labels = {unit: int(table.categories[code]) for unit, code in zip(table.units, found.labels, strict=True)}
    assert labels == expected(gold, "dawid_skene_1979")["EM_on_counts"]["labels"]


@pytest.mark.parametrize("name", list(REACHED))
def test_the_majority_with_ties_as_expectation(gold: Path, name: str) -> None:
    told = expected(gold, "snow2008")[name]
    table, truth = snow(gold, name)
    found = aggregate(table, "majority").labels
    assert ((found < 0).sum(), (found == truth).sum()) == (told["ties"], told["mv_correct_nontie"])
    assert accuracy(table, "majority", truth) == pytest.approx(told["mv_acc_expected_random_tie"], abs=6e-6)


@pytest.mark.parametrize("name", list(REACHED))
@pytest.mark.parametrize("method", ["dawid-skene", "mace"])
def test_models_reach_what_is_published(gold: Path, name: str, method: str) -> None:
    table, truth = snow(gold, name)
    assert accuracy(table, method, truth) >= REACHED[name]


@pytest.mark.parametrize("name", list(REACHED))
def test_the_posteriors_of_dawid_and_skene_are_those_of_crowd_kit(gold: Path, name: str) -> None:
    table, _ = snow(gold, name)
    told = pd.DataFrame({"task": table.unit, "worker": table.rater, "label": table.value})
    oracle = DawidSkene(n_iter=15, tol=-1.0).fit(told).probas_
    assert oracle is not None
    wanted = oracle.sort_index().sort_index(axis=1).to_numpy()
    assert dawid_skene(table, rounds=15).soft == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("name", list(REACHED))
def test_mace_is_as_good_as_that_of_crowd_kit(gold: Path, name: str) -> None:
    table, truth = snow(gold, name)
    told = pd.DataFrame({"task": table.unit, "worker": table.rater, "label": table.value})
    oracle = MACE(n_restarts=1).fit_predict(told).sort_index().to_numpy()
    assert (oracle == truth).mean() <= accuracy(table, "mace", truth) + 1e-9
    assert (aggregate(table, "mace").labels == oracle).mean() > 0.97


@pytest.mark.parametrize("method", ["majority", "dawid-skene", "mace"])
def test_good_workers_are_rated_higher(gold: Path, method: str) -> None:
    table, truth = snow(gold, "rte")
    right = np.bincount(table.rater, weights=table.value == truth[table.unit]) / np.bincount(table.rater)
    found = aggregate(table, method).quality
    often = np.bincount(table.rater) >= 40
    told = np.array([found[name] for name in table.raters])
    assert np.corrcoef(right[often], told[often])[0, 1] > 0.8
