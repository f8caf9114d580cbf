"""Who does what: exact overlap, balance, and nothing that somebody has begun ever moves."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from annotation.queues import Holding, assign, block_of, ordered, reads, stratified
from annotation.schema import Task
from corpus.config import Annotator, Stratum

ALL = Annotator()


def unit(document: int, target: int = 0, language: str = "en") -> Task:
    return Task(
        key=f"{document}-{target}",
        payload="p",
        campaign="stance",
        doc_ids=[f"doc-{document}"],
        segment_ids=[],
        target_id=str(target),
        languages=[language],
        text_hash="t",
        scheme_hash="s",
        guideline_version="1",
        data={},
    )


def units(documents: int, targets: int = 1) -> list[Task]:
    return [unit(document, target) for document in range(documents) for target in range(targets)]


def given_to(shares: dict[str, list[Task]]) -> Counter[str]:
    return Counter(task.key for tasks in shares.values() for task in tasks)


def keys(tasks: list[Task]) -> set[str]:
    return {task.key for task in tasks}


def as_held(shares: dict[str, list[Task]], answered: dict[str, set[str]]) -> dict[str, Holding]:
    return {
        name: Holding(answered.get(name, set()), keys(tasks) - answered.get(name, set()))
        for name, tasks in shares.items()
    }


@given(
    documents=st.integers(0, 40),
    targets=st.integers(1, 3),
    people=st.integers(1, 6),
    overlap=st.integers(1, 3),
)
def test_each_unit_gets_its_overlap_in_even_shares_of_whole_blocks(
    documents: int, targets: int, people: int, overlap: int
) -> None:
    tasks = units(documents, targets)
    who = {f"a{number}": ALL for number in range(people)}
    shares = assign(tasks, who, dict.fromkeys(keys(tasks), overlap), {})
    assert given_to(shares) == dict.fromkeys(keys(tasks), min(overlap, people))
    assert all(len(keys(mine)) == len(mine) for mine in shares.values())
    loads = [len(mine) for mine in shares.values()]
    assert max(loads) - min(loads) <= targets
    for mine in shares.values():
        assert set(Counter(block_of(task) for task in mine).values()) <= {targets}
    assert shares == assign(tasks, who, dict.fromkeys(keys(tasks), overlap), {})


@st.composite
def campaigns_under_way(draw: st.DrawFn) -> tuple[list[Task], dict[str, int], dict[str, Holding]]:
    """A campaign that was given out, and a part of it answered."""
    tasks = units(draw(st.integers(1, 25)), draw(st.integers(1, 2)))
    overlap = {task.key: draw(st.integers(1, 3)) for task in tasks}
    shares = assign(tasks, dict.fromkeys("abcd", ALL), overlap, {})
    answered = {name: {task.key for task in mine if draw(st.booleans())} for name, mine in shares.items()}
    return tasks, overlap, as_held(shares, answered)


@given(campaigns_under_way())
def test_what_is_given_out_stays(state: tuple[list[Task], dict[str, int], dict[str, Holding]]) -> None:
    tasks, overlap, held = state
    again = assign(tasks, dict.fromkeys("abcd", ALL), overlap, held)
    assert {name: keys(mine) for name, mine in again.items()} == {name: set(one.open) for name, one in held.items()}


@given(campaigns_under_way())
def test_who_leaves_hands_on_open_work_and_nothing_else_moves(
    state: tuple[list[Task], dict[str, int], dict[str, Holding]],
) -> None:
    tasks, overlap, held = state
    after = assign(tasks, dict.fromkeys("bcd", ALL), overlap, held)
    for name in "bcd":
        assert keys(after[name]) >= set(held[name].open)
        assert not keys(after[name]) & set(held[name].answered)
    total = given_to(after) + Counter(key for one in held.values() for key in one.answered)
    for key, wanted in overlap.items():
        free = 3 - sum(key in held[name].answered for name in "bcd")
        assert total[key] == min(wanted, free + sum(key in one.answered for one in held.values()))


@given(campaigns_under_way())
def test_a_newcomer_gets_a_part_of_the_open_work(
    state: tuple[list[Task], dict[str, int], dict[str, Holding]],
) -> None:
    tasks, overlap, held = state
    after = assign(tasks, dict.fromkeys("abcde", ALL), overlap, held, newcomers=["e"])
    for name, one in held.items():
        assert keys(after[name]) <= set(one.open)
    total = given_to(after) + Counter(key for one in held.values() for key in one.answered)
    assert total == overlap
    begun = {name: {block_of(task) for task in tasks if task.key in one.answered} for name, one in held.items()}
    for name, one in held.items():
        moved = {block_of(task) for task in tasks if task.key in set(one.open) - keys(after[name])}
        assert not moved & begun[name]


def test_a_newcomer_ends_with_an_even_share_of_a_fresh_campaign() -> None:
    tasks = units(60)
    overlap = dict.fromkeys(keys(tasks), 2)
    shares = assign(tasks, dict.fromkeys("abc", ALL), overlap, {})
    after = assign(tasks, dict.fromkeys("abcd", ALL), overlap, as_held(shares, {}), newcomers=["d"])
    assert sorted(len(mine) for mine in after.values()) == [30, 30, 30, 30]


def test_new_articles_go_to_who_has_least() -> None:
    shares = assign(units(10), dict.fromkeys("ab", ALL), dict.fromkeys(keys(units(30)), 1), {})
    held = as_held(shares, {"a": keys(shares["a"])})
    grown = assign(units(30), dict.fromkeys("ab", ALL), dict.fromkeys(keys(units(30)), 1), held)
    assert abs(len(grown["a"]) - len(grown["b"])) <= 1


def test_nobody_gets_a_language_that_they_do_not_read() -> None:
    tasks = [unit(number, language="de" if number % 2 else "en") for number in range(20)]
    who = {"de": Annotator(languages=["de"]), "both": ALL, "en": Annotator(languages=["en", "fr"])}
    shares = assign(tasks, who, dict.fromkeys(keys(tasks), 2), {})
    assert all(reads(who[name], task) for name, mine in shares.items() for task in mine)
    assert given_to(shares) == dict.fromkeys(keys(tasks), 2)


def test_strata_stay_when_the_corpus_grows() -> None:
    strata = [Stratum(name="pilot", overlap=3, first=5), Stratum(name="core", overlap=5, share=0.1)]
    small = stratified(units(300), strata, {})
    known = {task.key: task.stratum for task in small if task.stratum}
    assert Counter(known.values())["pilot"] == 5
    assert 15 <= Counter(known.values())["core"] <= 45
    grown = stratified(units(600), strata, known)
    assert {task.key: task.stratum for task in grown if task.key in known} == known
    assert Counter(task.stratum for task in grown)["pilot"] == 5


def test_the_order_is_random_for_each_annotator_with_the_pilot_first() -> None:
    tasks = stratified(units(30, 2), [Stratum(name="pilot", overlap=3, first=4)], {})
    mine = ordered("anna", tasks, {"pilot"})
    assert [task.stratum for task in mine[:4]] == ["pilot"] * 4
    assert keys(mine) == keys(tasks)
    assert mine == ordered("anna", tasks, {"pilot"})
    assert mine != ordered("ben", tasks, {"pilot"})
    at = {task.key: place for place, task in enumerate(mine)}
    assert all(at[f"{number}-1"] == at[f"{number}-0"] + 1 for number in range(30))
