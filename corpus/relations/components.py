"""Connected components: the label of a document is the smallest number in its component."""

import numpy as np
from numpy.typing import NDArray


def components(count: int, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the label of each document 0..count-1, given edges (k, 2): the smallest document it is connected with.

    Every round, each root takes the smallest root next to it and paths are cut to their end: the rounds grow
    with the logarithm of the largest component, a round with `count` and the edges left.
    """
    labels: NDArray[np.int64] = np.arange(count, dtype=np.int64)
    edges = edges.astype(np.int64).reshape(-1, 2)
    while len(edges):
        small, large = edges.min(axis=1), edges.max(axis=1)
        np.minimum.at(labels, large, small)
        while not np.array_equal(labels, further := labels[labels]):
            labels = further
        edges = labels[edges]
        edges = edges[edges[:, 0] != edges[:, 1]]
    return labels
