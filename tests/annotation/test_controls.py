"""Controls: copies in a queue at a distance, errors that stand exactly where they are said to."""

import json
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.controls.injection import TEXT, Donors, phrase_length, words_of
from annotation.controls.make import DISTANCE, WINDOW, Bench, control_key, gold_of
from annotation.queues import ordered
from annotation.schema import Control, Known, Task
from corpus.config import Controls
from corpus.errors import WirecopyError
from tests.annotation.units import ESA, STANCE, article, pair

NAMES = st.text("abc", min_size=1, max_size=3)
PAIRS = [pair(at) for at in range(240)]
FEW = settings(max_examples=30)  # each is a whole queue
ARTICLES = [article(at) for at in range(60)]


def bench(units: list[Task] = PAIRS, *, gold: dict[str, Known] | None = None, **changed: object) -> Bench:
    wanted = {"repeats": 0.2, "injected": 0.2} | changed
    return Bench(ESA, Controls.model_validate(wanted), units, gold or {})


BENCH = bench()


@FEW
@given(name=NAMES, count=st.integers(0, 120))
def test_a_queue_is_its_units_in_their_order_with_controls_of_some_of_them(name: str, count: int) -> None:
    queue = BENCH.queue(name, PAIRS[:count])
    assert [task for task in queue if task.control is None] == PAIRS[:count]
    controls = [task for task in queue if task.control]
    own = {unit.key for unit in PAIRS[:count]}
    assert len({task.key for task in queue}) == len(queue) and {task.of for task in controls} <= own
    assert queue == BENCH.queue(name, PAIRS[:count]), "the same again"


@FEW
@given(name=NAMES, count=st.integers(1, 120))
def test_copies_stand_at_a_distance_and_repeats_after_their_original(name: str, count: int) -> None:
    queue = BENCH.queue(name, PAIRS[:count])
    place = {task.key: at for at, task in enumerate(queue)}
    for task in queue:
        if task.control:
            apart = place[task.key] - place[str(task.of)]
            assert abs(apart) > DISTANCE and (apart > 0 or task.control is Control.INJECTED)
            between = queue[min(place[task.key], place[str(task.of)]) + 1 : max(place[task.key], place[str(task.of)])]
            assert DISTANCE <= sum(one.control is None for one in between) <= WINDOW


@FEW
@given(name=NAMES, documents=st.integers(0, 30), more=st.integers(0, 30))
def test_controls_stay_when_documents_are_added(name: str, documents: int, more: int) -> None:
    count, grown = 4 * documents, 4 * (documents + more)
    before = bench(PAIRS[:count]).queue(name, PAIRS[:count])
    after = {task.key: task for task in BENCH.queue(name, PAIRS[:grown])}
    assert all(after[task.key] == task for task in before)


def appended(name: str, grown: list[int]) -> list[Task]:
    """The queue as it stands on a server to which each push appends what is new."""
    there: list[Task] = []
    for count in grown:
        units = ordered(name, PAIRS[:count])
        sent = [task.key for task in there]
        queue = bench(PAIRS[:count]).queue(name, units, sent=sent)
        assert {task.key for task in there} <= {task.key for task in queue}, "what stands there stays"
        there += [task for task in queue if task.key not in set(sent)]
    return there


@FEW
@given(name=NAMES, growth=st.lists(st.integers(1, 12), min_size=1, max_size=6))
def test_copies_keep_their_distance_where_new_tasks_are_appended(name: str, growth: list[int]) -> None:
    grown = [4 * count for count in accumulate(growth)]
    queue = appended(name, grown)
    assert sorted(task.key for task in queue if task.control is None) == sorted(one.key for one in PAIRS[: grown[-1]])
    assert len({task.key for task in queue}) == len(queue)
    place = {task.key: at for at, task in enumerate(queue)}
    for task in queue:
        if task.control:
            first, last = sorted((place[task.key], place[str(task.of)]))
            assert sum(one.control is None for one in queue[first + 1 : last]) >= DISTANCE
            assert place[task.key] > place[str(task.of)] or task.control is Control.INJECTED


def test_a_queue_that_grows_by_little_has_its_share_of_controls() -> None:
    queue = appended("a", list(range(4, 241, 4)))
    for kind in (Control.REPEAT, Control.INJECTED):
        assert 0.14 < sum(task.control is kind for task in queue) / 240 < 0.24


def test_new_gold_stands_among_what_is_new_and_not_near_its_own_unit() -> None:
    gold = {unit.key: Known(key=unit.key, values={"stance": "favor"}) for unit in ARTICLES}
    one = Bench(STANCE, Controls(gold="g", gold_share=0.4), ARTICLES, gold)
    before = one.queue("a", ARTICLES[:20])
    sent = [task.key for task in before]
    after = one.queue("a", ARTICLES, sent=sent)
    new = [task for task in after if task.key not in set(sent)]
    assert len(after) == 60 + 24 and {task.key for task in new} == {task.key for task in after} - set(sent)
    there = [*before, *new]
    units = {task.key: at for at, task in enumerate(one for one in there if one.control is None)}
    for at, task in enumerate(there):
        if task in new and task.control:
            passed = sum(one.control is None for one in there[:at])
            assert passed >= 20 and not -DISTANCE < passed - units[str(task.of)] <= DISTANCE


def test_few_translations_of_a_large_campaign_are_looked_at_for_a_phrase() -> None:
    class Ring(list[Any]):
        def __getitem__(self, at: Any) -> Any:
            looked.append(at)
            return super().__getitem__(at)

        def __iter__(self) -> Any:
            for one in super().__iter__():
                looked.append(0)
                yield one

    looked: list[Any] = []
    donors = Donors([pair(0), *(pair(at) for at in range(4, 1_000))])
    expected = donors.inject(pair(0))
    (ring,) = donors._rings.values()
    donors._rings["de"] = Ring(ring)
    assert donors.inject(pair(0)) == expected and 0 < len(looked) < 100


def test_the_shares_are_those_of_the_settings_and_differ_by_annotator() -> None:
    kinds = [[task.control for task in BENCH.queue(name, PAIRS)] for name in "abcdefgh"]
    for kind in (Control.REPEAT, Control.INJECTED):
        share = sum(one.count(kind) for one in kinds) / (len(kinds) * len(PAIRS))
        assert 0.14 < share < 0.22, "a little under 0.2: the last units have no room for a copy"
    assert kinds[0] != kinds[1]


def test_places_are_not_a_pattern() -> None:
    queue = BENCH.queue("a", PAIRS)
    gaps = {later - before for before, later in zip(*[_places(queue)[at:] for at in (0, 1)], strict=False)}
    assert len(gaps) > 5


def _places(queue: list[Task]) -> list[int]:
    return [at for at, task in enumerate(queue) if task.control]


@given(at=st.integers(0, len(PAIRS) - 1))
def test_the_injected_text_differs_exactly_at_the_span(at: int) -> None:
    unit = PAIRS[at]
    found = BENCH.injection(unit)
    assert found
    old, start, end = unit.data[TEXT], found.start, found.end
    assert found.text[:start] == old[:start] and found.text[end:] == old[start + len(found.removed) :]
    assert old[start : start + len(found.removed)] == found.removed
    assert found.text[start:end].casefold() != found.removed.casefold()
    assert any(found.text[start:end] in donor.data[TEXT] for donor in PAIRS if donor is not unit)
    assert start > 0 and end < len(found.text) - 1, "the first and the last word stay"


def test_the_control_shows_the_error_and_says_so_in_its_hashes() -> None:
    unit = PAIRS[0]
    one, again = (BENCH.control(Control.INJECTED, unit) for _ in range(2))
    repeat = BENCH.control(Control.REPEAT, unit)
    assert one and repeat and one == again
    assert one.data == unit.data | {TEXT: BENCH.injection(unit).text}  # type: ignore[union-attr]
    assert one.key == control_key(Control.INJECTED, unit.key) != repeat.key and one.of == unit.key
    assert one.payload != unit.payload == repeat.payload and repeat.data == unit.data
    told = one.model_dump_json()
    assert "injected" in told and not any(name in told for name in ("removed", '"start":1')), "no span on the server"


@pytest.mark.parametrize(
    ("words", "length"), [(1, 1), (2, 2), (5, 2), (6, 3), (9, 4), (16, 5), (20, 5), (21, 5), (40, 10)]
)
def test_a_longer_sentence_gets_a_longer_phrase(words: int, length: int) -> None:
    assert phrase_length(words) == length


def test_no_phrase_comes_from_the_sentences_beside_it() -> None:
    shown = "Nur dieser Satz steht daneben und sonst gibt es keinen anderen."
    unit, neighbour = pair(0, translation_after_text=shown), pair(1, text=shown)
    assert Donors([unit, neighbour]).inject(unit) is None
    assert Donors([unit, neighbour, pair(2)]).inject(unit)


def test_a_phrase_comes_from_the_same_documents_where_they_have_one_else_from_the_same_language() -> None:
    unit, other = pair(0), pair(100)
    found = Donors([*PAIRS[:4], other]).inject(unit)
    assert found and any(found.text[found.start : found.end] in one.data[TEXT] for one in PAIRS[1:4])
    assert Donors([unit, other]).inject(unit)
    assert Donors([unit, other.model_copy(update={"languages": ["en", "fr"]})]).inject(unit) is None


@pytest.mark.parametrize("text", ["", " ", "...", "„“ —"])
def test_a_text_without_words_has_no_error_control(text: str) -> None:
    unit = pair(0).model_copy(update={"data": pair(0).data | {TEXT: text}})
    assert bench([unit, *PAIRS]).control(Control.INJECTED, unit) is None


def test_words_of_any_script() -> None:
    for text, words in [
        ("„Schön“, sagte sie.", ["Schön", "sagte", "sie"]),
        ("東京で", ["東", "京", "で"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("שלום, עולם!", ["שלום", "עולם"]),
    ]:
        assert [text[start:end] for start, end in words_of(text)] == words


def test_errors_are_for_translations_only() -> None:
    with pytest.raises(WirecopyError, match="injected"):
        Bench(STANCE, Controls(injected=0.1), ARTICLES, {})


def test_the_tutorial_comes_first_and_gold_only_once() -> None:
    gold = {unit.key: Known(key=unit.key, values={"stance": "favor"}) for unit in ARTICLES[:20]}
    wanted = Controls(gold="gold.jsonl", gold_share=0.5, tutorial=3)
    units = ARTICLES[30:]
    queue = Bench(STANCE, wanted, ARTICLES, gold).queue("a", units)
    assert [task.of for task in queue[:3]] == [unit.key for unit in ARTICLES[:3]]
    assert all(task.control is Control.TUTORIAL for task in queue[:3])
    hidden = [task.of for task in queue[3:] if task.control is Control.GOLD]
    assert len(hidden) == len(set(hidden)) == 15 and not set(hidden) & {unit.key for unit in ARTICLES[:3]}
    assert [task for task in queue if task.control is None] == units


def test_gold_of_an_own_unit_keeps_its_distance() -> None:
    gold = {unit.key: Known(key=unit.key, values={"stance": "favor"}) for unit in ARTICLES}
    queue = Bench(STANCE, Controls(gold="g", gold_share=0.3), ARTICLES, gold).queue("a", ARTICLES)
    place = {task.key: at for at, task in enumerate(queue)}
    apart = [abs(place[task.key] - place[str(task.of)]) for task in queue if task.control]
    assert len(apart) == 18 and min(apart) > DISTANCE


def test_gold_in_a_language_that_the_annotator_does_not_read_is_left_out() -> None:
    gold = {unit.key: Known(key=unit.key) for unit in ARTICLES[:9]}
    one = Bench(STANCE, Controls(gold="g", gold_share=0.5, tutorial=2), ARTICLES, gold)
    assert not [task for task in one.queue("a", ARTICLES, ["de"]) if task.control]
    assert len([task for task in one.queue("a", ARTICLES, ["de", "en"]) if task.control]) == 9


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def test_gold_is_named_by_key_or_by_its_documents(tmp_path: Path) -> None:
    by_place = {"doc_ids": ["d1"], "target_id": "toll", "values": {"stance": "against"}}
    path = write(tmp_path / "gold.jsonl", {"key": ARTICLES[0].key, "values": {"stance": "favor"}}, "", by_place)
    found = gold_of(path, STANCE, ARTICLES)
    assert list(found) == [ARTICLES[0].key, ARTICLES[1].key]
    assert [one.values["stance"] for one in found.values()] == ["favor", "against"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("{", "JSON"),
        ({"key": "x", "color": "red"}, "color"),
        ({"key": "gone", "values": {"stance": "maybe"}}, "no choice 'maybe'"),
        ({"values": {}}, "neither key nor doc_ids"),
        ({"key": ARTICLES[0].key, "values": {"stance": "maybe"}}, "no choice 'maybe'"),
        ({"key": ARTICLES[0].key, "values": {"color": "red"}}, "no question 'color'"),
        ({"key": ARTICLES[0].key, "values": {"evidence": "red"}}, "no question 'evidence' that takes a value"),
        ({"key": ARTICLES[1].key}, "stands twice"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, row: object, told: str) -> None:
    path = write(tmp_path / "gold.jsonl", {"key": ARTICLES[1].key}, row)
    with pytest.raises(WirecopyError, match=told) as error:
        gold_of(path, STANCE, ARTICLES)
    assert error.value.message.startswith(f"{path}:2: ")


def test_a_span_must_be_the_text_that_it_says(tmp_path: Path) -> None:
    span = {"question": "evidence", "side": "article", "start": 0, "end": 3, "label": "favor", "holder": "author"}
    gold_of(
        write(tmp_path / "right.jsonl", {"key": ARTICLES[0].key, "spans": [span | {"text": "The"}]}), STANCE, ARTICLES
    )
    for wrong in (
        {"text": "The", "label": "maybe"},
        {"text": "The", "side": "source"},
        {"text": "The", "end": 99_999},
        {"text": "The", "start": -3, "end": 0},
        {"text": "", "end": 0},
        {"text": "the", "label": "maybe"},
    ):
        with pytest.raises(WirecopyError, match=r"gold.jsonl:1"):
            gold_of(write(tmp_path / "gold.jsonl", {"key": ARTICLES[0].key, "spans": [span | wrong]}), STANCE, ARTICLES)


def test_gold_of_a_unit_that_is_gone_or_edited_is_skipped_and_counted(tmp_path: Path) -> None:
    span = {"question": "evidence", "side": "article", "start": 4, "end": 9, "label": "favor", "holder": "author"}
    rows = [
        {"key": "gone", "values": {"stance": "favor"}},
        {"doc_ids": ["d99"], "target_id": "toll"},
        {"key": ARTICLES[0].key, "spans": [span | {"text": "Mayor"}]},
        {"key": ARTICLES[0].key, "spans": [span | {"text": "mayor"}]},
        {"key": ARTICLES[1].key, "spans": [span | {"start": 9_004, "end": 9_009, "text": "mayor"}]},
    ]
    found = gold_of(write(tmp_path / "gold.jsonl", *rows), STANCE, ARTICLES)
    assert (list(found), found.skipped) == ([ARTICLES[0].key], 4)
    assert found[ARTICLES[0].key].spans[0].text == "mayor"


def test_a_missing_gold_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WirecopyError, match=r"none\.jsonl"):
        gold_of(tmp_path / "none.jsonl", STANCE, ARTICLES)
