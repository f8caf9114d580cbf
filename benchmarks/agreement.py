"""Agreement and aggregation against krippendorff, nltk and crowd-kit, in one run.

Run it: `python -m benchmarks.agreement [SCALE]`, SCALE a share of the full size for a quick look (default 1).
Simulated answers: 1,000,000 to 200,000 items in five categories, five an item. Who answers an item decides how
large the matrix of krippendorff is (raters x items, mostly empty), so it is timed for 5 raters, who answer
everything, and for crowds of 50 and 500. Its other input, a table of counts (items x categories), does not grow
with the raters. Each side is timed twice: with its own input ready made (ours: the columns of a `Table`; theirs:
the reliability matrix, or the counts), and from rows of names with the making of the input. nltk walks all pairs
in Python and is run at a hundredth of the size; the ratio compares seconds an answer. crowd-kit's and our
aggregation run on a fortieth of the answers, of 50 raters; ties of the majority count as wrong.

The mark, alpha 50 times as fast as krippendorff on its matrix, names no crowd: the last line tells the ratio of each
and which meet it. It fails where the largest crowd does not, where 1,000 rounds of bootstrap on 100,000 items take
30 s or more, or where the measures take 2 GB. Not covered: other languages.
"""

import sys
from collections.abc import Callable, Mapping
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from typing import Any

import krippendorff
import numpy as np

from annotation.measures.agreement import alpha
from annotation.measures.table import Codes, Table, long

ITEMS, EACH, CATEGORIES = 200_000, 5, 5
CROWDS = (5, 50, 500)
MARK, LIMIT_SECONDS, LIMIT_GB = 50.0, 30.0, 2.0
BOOTSTRAP_ITEMS, BOOTSTRAP_RATERS, ROUNDS = 100_000, 3, 1_000
NAMES = [f"category {at}" for at in range(CATEGORIES)]


def simulated(items: int, raters: int, *, each: int = EACH, seed: int = 7) -> tuple[Codes, Codes, Codes]:
    """Return item, rater and category of each answer: right in 70 %, else any; in the order of the items."""
    draw = np.random.default_rng(seed)
    truth = draw.integers(0, CATEGORIES, items)
    item = np.repeat(np.arange(items), each)
    start = draw.integers(0, raters, items)
    rater = (start[:, None] + np.arange(each) * max(raters // each, 1)) % raters
    value = np.where(draw.random(items * each) < 0.7, truth[item], draw.integers(0, CATEGORIES, items * each))
    return item, rater.ravel(), value


def table_of(items: int, raters: int, answers: tuple[Codes, Codes, Codes]) -> Table:
    """Return the columns as our measures take them."""
    return Table(*answers, [str(at) for at in range(items)], [str(at) for at in range(raters)], tuple(NAMES))


def best(work: Callable[[], Any], times: int = 5) -> tuple[float, Any]:
    """Return the seconds of the fastest run, and what came out."""
    seconds, found = [], None
    for _ in range(times):
        start = perf_counter()
        found = work()
        seconds.append(perf_counter() - start)
    return min(seconds), found


def matrix(items: int, raters: int, answers: tuple[Codes, Codes, Codes]) -> Any:
    """Return the reliability matrix: raters x items, NaN where there is no answer."""
    found = np.full((raters, items), np.nan)
    found[answers[1], answers[0]] = answers[2]
    return found


def against_krippendorff(items: int, raters: int) -> float:
    """Print how both compare for one crowd; return the ratio on the ready-made matrix."""
    answers = simulated(items, raters)
    table, reliability = table_of(items, raters, answers), matrix(items, raters, answers)
    ours, found = best(lambda: alpha(table).value)
    theirs, other = best(lambda: krippendorff.alpha(reliability, level_of_measurement="nominal"), 2)
    assert abs(found - other) < 1e-9, (found, other)
    counts = np.bincount(answers[0] * CATEGORIES + answers[2], minlength=items * CATEGORIES).reshape(items, -1)
    counted, _ = best(lambda: krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"), 3)
    print(
        f"alpha, {raters:3} raters   ours {ours * 1000:7.1f} ms   krippendorff {theirs * 1000:8.1f} ms, ratio ", end=""
    )
    print(f"{theirs / ours:6.1f}   from ready counts {counted * 1000:6.1f} ms, ratio {counted / ours:5.1f}")
    return theirs / ours


def from_rows(items: int, raters: int) -> None:
    """Print how both compare from rows of names, the input made on the way."""
    item, rater, value = simulated(items, raters)
    rows = list(zip(map(str, item.tolist()), map(str, rater.tolist()), (NAMES[at] for at in value), strict=True))
    ours, found = best(lambda: alpha(long(rows, NAMES)).value, 2)

    def other() -> float:
        units: dict[str, int] = {}
        people: dict[str, int] = {}
        codes = {name: at for at, name in enumerate(NAMES)}
        told = [
            (units.setdefault(unit, len(units)), people.setdefault(who, len(people)), codes[name])
            for unit, who, name in rows
        ]
        reliability = np.full((len(people), len(units)), np.nan)
        place = np.array(told)
        reliability[place[:, 1], place[:, 0]] = place[:, 2]
        return float(krippendorff.alpha(reliability, level_of_measurement="nominal"))

    theirs, same = best(other, 1)
    assert abs(found - same) < 1e-9
    print(
        f"from rows, {raters:3} raters   ours {ours:5.2f} s   krippendorff {theirs:5.2f} s, ratio {theirs / ours:.1f}"
    )


def against_nltk(items: int) -> None:
    """Print seconds an answer of nltk's alpha and of ours."""
    from nltk.metrics.agreement import AnnotationTask  # type: ignore[import-untyped]

    answers, small = simulated(items, 5), simulated(max(items // 100, 10), 5)
    data = list(zip(map(str, small[1]), map(str, small[0]), map(str, small[2]), strict=True))
    theirs, found = best(lambda: AnnotationTask(data).alpha(), 1)
    table = table_of(max(items // 100, 10), 5, small)
    assert abs((alpha(table).value or 0) - found) < 1e-9
    whole = table_of(items, 5, answers)
    ours, _ = best(lambda: alpha(whole))
    ratio = (theirs / len(data)) / (ours / len(answers[0]))
    print(
        f"alpha of nltk   {theirs:.2f} s for {len(data):,} answers, ours {ours * 1000:.1f} ms for {len(answers[0]):,}",
        end="",
    )
    print(f"; ratio an answer {ratio:,.0f}")


def against_crowdkit(items: int) -> None:
    """Print seconds and accuracy of each way to aggregate."""
    import crowdkit.aggregation as theirs
    import pandas as pd

    from annotation.measures.aggregation import aggregate

    items = max(items // 40, 10)
    answers = simulated(items, 50)
    truth = np.random.default_rng(7).integers(0, CATEGORIES, items)
    table = table_of(items, 50, answers)
    frame = pd.DataFrame({"task": answers[0], "worker": answers[1], "label": answers[2]})
    peers = {"majority": theirs.MajorityVote, "dawid-skene": theirs.DawidSkene, "mace": theirs.MACE}
    for name, peer in peers.items():
        ours, found = best(lambda name=name: aggregate(table, name), 1)  # type: ignore[misc]
        other, labels = best(lambda peer=peer: peer().fit_predict(frame), 1)  # type: ignore[misc]
        right = (found.labels == truth).mean(), (labels.sort_index().to_numpy() == truth).mean()
        print(
            f"{name:12} ours {ours:6.2f} s, right {right[0]:.4f}   crowd-kit {other:6.2f} s, right {right[1]:.4f}   ",
            end="",
        )
        print(f"ratio {other / ours:.1f}")


def bootstrap(items: int) -> float:
    """Print how long an interval takes; return the seconds of the slower level."""
    draw, slowest = np.random.default_rng(7), 0.0
    answers = simulated(items, BOOTSTRAP_RATERS, each=BOOTSTRAP_RATERS)
    choices = table_of(items, BOOTSTRAP_RATERS, answers)
    scores = Table(*answers[:2], answers[2] * 20 + draw.normal(0, 5, len(answers[2])), choices.units, choices.raters)
    for table, level in ((choices, "nominal"), (scores, "interval")):
        seconds, found = best(lambda: alpha(table, level, rounds=ROUNDS), 1)  # noqa: B023
        print(f"{ROUNDS:,} rounds, {items:,} items, {level:8} {seconds:5.2f} s   ", end="")
        print(f"{found.value:.4f} [{found.low:.4f}, {found.high:.4f}]")
        slowest = max(slowest, seconds)
    return slowest


def peak() -> float:
    """Return the most memory that this process has held, in GB."""
    return getrusage(RUSAGE_SELF).ru_maxrss / 1e6


def verdict(ratios: Mapping[int, float]) -> str:
    """Return for which crowds the mark is met, with the ratio of each."""
    told = ", ".join(f"{raters} raters {ratio:.1f}" for raters, ratio in ratios.items())
    met = [str(raters) for raters, ratio in ratios.items() if ratio >= MARK]
    mark = f"alpha {MARK:g} times as fast as krippendorff (the mark names no crowd)"
    return f"{mark}: {told}; met for {', '.join(met) or 'none'}"


def main() -> int:
    """Print the tables; 1 where a mark is missed."""
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    items = int(ITEMS * scale)
    print(f"{items * EACH:,} answers to {items:,} items")
    seconds = bootstrap(int(BOOTSTRAP_ITEMS * scale))
    whole = table_of(items, CROWDS[-1], simulated(items, CROWDS[-1]))
    alpha(whole)
    memory = peak()
    print(f"peak so far, ours alone: {memory:.2f} GB")
    ratios = [against_krippendorff(items, raters) for raters in CROWDS]
    from_rows(items, CROWDS[1])
    print(f"peak with krippendorff: {peak():.2f} GB")
    against_nltk(items)
    against_crowdkit(items)
    print(verdict(dict(zip(CROWDS, ratios, strict=True))))
    return int(ratios[-1] < MARK or seconds >= LIMIT_SECONDS or memory >= LIMIT_GB)


if __name__ == "__main__":
    sys.exit(main())
