"""The significance tests of the field: is the better of two systems really better?

Each takes the scores of the segments that both have, `(better, worse)` in the same order and with higher
meaning better, and returns p. What is told apart by less than 1e-9 is told apart by rounding: it is a tie.
"""

from collections.abc import Sequence

import numpy as np

from annotation.measures.table import Numbers

ROUNDS, SEED = 10_000, 2024
DECIMALS = 9
BLOCK = 4_000_000
MOST_EXACT = 50
# By name, with who uses it.
TESTS = {
    "mann-whitney": "WMT up to 2023",
    "wilcoxon-domains": "WMT24",
    "wilcoxon": "WMT25",
    "randomisation": "Google",
}


def mann_whitney(better: Numbers, worse: Numbers) -> float:
    """Return p of a one-sided Mann-Whitney U test: WMT's until 2023.

    Source: Appraise, Campaign/management/commands/ComputeWMT23Results.py.
    """
    from scipy import stats

    return float(stats.mannwhitneyu(_round(better), _round(worse), alternative="greater").pvalue)


def wilcoxon(better: Numbers, worse: Numbers, *, alternative: str = "greater") -> float:
    """Return p of a one-sided Wilcoxon signed-rank test: WMT's of 2025; 1 where all differences are 0.

    Exact for up to 50 segments without ties, else by the normal distribution, as scipy chose when WMT24 counted.
    Source: wmt-conference/wmt25-general-mt, humeval/08-compute_clusters.py.
    """
    from scipy import stats

    apart = _round(better - worse)
    if not apart.any():
        return 1.0
    tied = not apart.all() or len(np.unique(np.abs(apart))) < len(apart)
    method = "asymptotic" if tied or len(apart) > MOST_EXACT else "exact"
    return float(stats.wilcoxon(apart, alternative=alternative, method=method).pvalue)


def wilcoxon_domains(better: Numbers, worse: Numbers, domains: Sequence[str]) -> float:
    """Return p of two-sided Wilcoxon tests, one a domain, combined by Stouffer's method: WMT's of 2024.

    The combination does not ask which of both is better in a domain, and one domain with p = 1 makes p = 1:
    its z is minus infinity. So it is also beside a domain whose p is so small that it rounds to 0, since the
    true z of that one is large but finite.
    Source: wmt-conference/wmt24-news-systems, humeval/tools.py.
    """
    from scipy import stats

    named = np.array(domains, dtype=object)
    found = [
        wilcoxon(better[named == domain], worse[named == domain], alternative="two-sided")
        for domain in sorted(set(domains))
    ]
    return 1.0 if 1.0 in found else float(stats.combine_pvalues(found, method="stouffer").pvalue)


def randomisation(better: Numbers, worse: Numbers, *, rounds: int = ROUNDS, seed: int = SEED) -> float:
    """Return p of a one-sided paired approximate randomisation of the mean difference: Google's.

    p = (c + 1) / (rounds + 1), where c random swaps of both systems' scores are as far apart as the scores are.
    Where no more than `rounds` swaps exist, each is counted once and p = c / swaps; Google's viewer gives
    none there. Source: google-research/google-research, marot/marot-sigtests.js, after Riezler and Maxwell (2005).
    """
    return randomisations((better - worse)[:, np.newaxis], rounds=rounds, seed=seed)[0]


def randomisations(apart: Numbers, *, rounds: int = ROUNDS, seed: int = SEED) -> list[float]:
    """Return p of the randomisation of each column of differences (segments x pairs of systems).

    A difference is 0 where a pair does not share the segment. All pairs have the same swaps.
    """
    apart = _round(apart)
    most = np.log2(rounds)
    found = [_counted(one[one != 0]) if np.count_nonzero(one) <= most else 0.0 for one in apart.T]
    drawn = [at for at, one in enumerate(apart.T) if np.count_nonzero(one) > most]
    step = max(2 * BLOCK // max(len(apart), 1), 1)
    for first in range(0, len(drawn), step):
        columns = drawn[first : first + step]
        for at, count in zip(columns, _drawn(apart[:, columns], rounds, seed), strict=True):
            found[at] = (count + 1) / (rounds + 1)
    return found


def _counted(apart: Numbers) -> float:
    if not len(apart):
        return 1.0
    signs = np.array(np.meshgrid(*[(-1, 1)] * len(apart)), dtype=np.float64).reshape(len(apart), -1)
    return float(np.mean(apart @ signs >= apart.sum() - 10**-DECIMALS))


def _drawn(apart: Numbers, rounds: int, seed: int) -> list[int]:
    """Return how many of the random swaps are as far apart as each column is."""
    generator = np.random.default_rng(seed)
    seen = apart.sum(axis=0) - 10**-DECIMALS
    as_far = np.zeros(apart.shape[1], dtype=np.int64)
    step = max(BLOCK // len(apart), 1)
    for first in range(0, rounds, step):
        heads = generator.integers(0, 2, (min(step, rounds - first), len(apart)), dtype=np.int8)
        as_far += np.sum((2.0 * heads - 1) @ apart >= seen, axis=0)
    counts: list[int] = as_far.tolist()
    return counts


def _round(values: Numbers) -> Numbers:
    return np.round(values, DECIMALS) + 0.0
