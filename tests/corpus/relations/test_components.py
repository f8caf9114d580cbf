"""Components are those of a plain union-find, whatever the edges."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corpus.relations.components import components

GRAPH = st.integers(1, 40).flatmap(
    lambda count: st.tuples(
        st.just(count), st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=60)
    )
)


def naive(count: int, edges: list[tuple[int, int]]) -> list[int]:
    labels = list(range(count))
    for left, right in edges:
        small, large = sorted((labels[left], labels[right]))
        labels = [small if label == large else label for label in labels]
    return labels


@given(GRAPH)
def test_as_a_naive_union_find(graph: tuple[int, list[tuple[int, int]]]) -> None:
    count, edges = graph
    assert components(count, np.array(edges, np.int64).reshape(-1, 2)).tolist() == naive(count, edges)


def test_a_long_chain_in_any_order_is_one_component() -> None:
    path = np.random.default_rng(0).permutation(100_000)
    assert not components(len(path), np.stack([path[:-1], path[1:]], axis=1)).any()


def test_no_document_and_no_edge() -> None:
    assert components(0, np.empty((0, 2), np.int64)).tolist() == []
    assert components(3, np.empty((0, 2), np.int64)).tolist() == [0, 1, 2]
