"""What is put before annotators: units, their keys, their context, their languages."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from annotation.schema import Task
from annotation.schemes import load
from annotation.units import tasks_of
from corpus.config import Campaign, Config
from corpus.errors import WirecopyError
from corpus.files import digest
from corpus.schema import Document, Pair, Role
from tests.pages import document, pairs, units

STANCE, ESA, FLUENCY = (load(name, Path()) for name in ("stance", "translation-esa", "fluency"))
ARTICLE = "A title\nOne is for it.\nby A. Moor\n \nTwo is not."


def article() -> Document:
    made = document(ARTICLE)
    roles = [Role.TITLE, Role.LEAD, Role.BYLINE, Role.BODY, Role.BODY]
    paragraphs = [one.model_copy(update={"role": role}) for one, role in zip(made.paragraphs, roles, strict=True)]
    return made.model_copy(update={"doc_id": "d", "paragraphs": paragraphs})


def test_the_keys_of_documents_and_pairs_stay_as_they_were() -> None:
    (task,) = units(STANCE, [article()])
    assert task.key == digest("pages", ["d"], [], "target")
    (first, *_) = pairs(("One.", "Eins."))
    (task,) = units(ESA, (), [first])
    segments = [*first.left.segment_ids, *first.right.segment_ids]
    assert task.key == digest("pages", [first.left.doc, first.right.doc], segments, None)


def test_a_paragraph_has_its_place_its_neighbours_and_a_key_of_its_own() -> None:
    tasks = units(STANCE, [article()], unit="paragraph")
    assert [(task.paragraph, ARTICLE[task.start :].startswith(task.data["article_text"])) for task in tasks] == [
        (0, True),
        (1, True),
        (4, True),
    ]
    shown = [[task.data[f"article{part}_text"] for part in ("_before", "", "_after")] for task in tasks]
    assert shown == [
        [" ", "A title", "One is for it."],
        ["A title", "One is for it.", "Two is not."],
        ["One is for it.", "Two is not.", " "],
    ]
    assert len({task.key for task in tasks}) == 3
    assert tasks[0].key == digest("pages", ["d"], [], "target", 0)


def test_fluency_asks_about_every_paragraph_and_no_target() -> None:
    tasks = units(FLUENCY, [article()])
    assert [task.target_id for task in tasks] == [None] * 3
    assert set(tasks[0].data) == {"title", "article_before_text", "article_text", "article_after_text"}


def test_the_actors_of_the_event_can_be_chosen_and_change_nothing_else() -> None:
    (task,) = units(STANCE, [article()], actors=["Ada Moor", "$key & Co", "Ada Moor"])
    assert task.data["actors"] == [
        {"value": "Ada Moor", "alias": "Ada Moor", "hotkey": "shift+1"},
        {"value": "$\u2060key & Co", "alias": "$key & Co", "hotkey": "shift+2"},
    ]
    (other,) = units(STANCE, [article()], actors=["Bo"])
    assert (other.key, other.payload) == (task.key, task.payload) and other.text_hash != task.text_hash
    assert task.text_hash == digest(task.data)
    assert "actors" not in units(load("stance-simple", Path()), [article()], actors=["Bo"])[0].data


def test_every_language_without_a_wording_is_named_at_once() -> None:
    config = config_of({"en": "Build it."}, {"en": "Tax it.", "ar": "x"})
    documents = [document("A\nB", language=language) for language in ("en", "ar", "he", "ar")]
    with pytest.raises(WirecopyError) as caught:
        list(tasks_of("c", Campaign(scheme="stance"), STANCE, config, documents, []))
    message = caught.value.message
    assert f"'t0' has no wording in 'ar', the language of {documents[1].doc_id}, {documents[3].doc_id}" in message
    assert f"'t0' has no wording in 'he', the language of {documents[2].doc_id}" in message
    assert f"'t1' has no wording in 'he', the language of {documents[2].doc_id}" in message
    assert message.count("no wording") == 3


def test_pairs_come_in_reading_order_with_what_stands_before_and_after() -> None:
    found = pairs(("One.", "Eins."), ("Two.", "Zwei."), ("Three.", "Drei."))
    tasks = units(ESA, (), [found[2], found[0], found[1]])
    assert [task.data["source_text"] for task in tasks] == ["One.", "Two.", "Three."]
    second = tasks[1].data
    assert (second["source_before_text"], second["translation_after_text"]) == ("One.", "Drei.")
    assert (tasks[0].data["source_before_text"], tasks[2].data["translation_after_text"]) == (" ", " ")


@pytest.mark.parametrize(
    ("asked", "told"),
    [(None, [("en", "de"), ("fr", "en")]), ("en", [("en", "de"), ("en", "fr")]), ("de", [("de", "en")]), ("it", [])],
)
def test_the_direction_is_the_one_that_is_asked_for(asked: str | None, told: list[tuple[str, str]]) -> None:
    found = [*pairs(("One.", "Eins.")), *pairs(("Un.", "One."), languages=("fr", "en"))]
    settings = Campaign.model_validate({"scheme": "translation-esa", "source_language": asked})
    tasks = tasks_of("c", settings, ESA, config_of({"en": "x"}), [], found)
    assert [(task.data["source_language"], task.data["translation_language"]) for task in tasks] == told


def test_only_the_events_that_are_asked_for() -> None:
    inside, outside = article(), document("A\nB").model_copy(update={"event_id": "other"})
    config = config_of({"en": "Build it."})
    settings = Campaign.model_validate({"scheme": "fluency", "events": ["event"]})
    tasks = tasks_of("c", settings, FLUENCY, config, [inside, outside], [])
    assert {task.doc_ids[0] for task in tasks} == {"d"}
    found = pairs(("One.", "Eins."))
    settings = Campaign.model_validate({"scheme": "translation-esa", "events": ["event"]})
    assert list(tasks_of("c", settings, ESA, config, [inside], found)) == []


def test_a_unit_that_the_scheme_does_not_have_is_an_error() -> None:
    with pytest.raises(WirecopyError, match=r"\[campaigns.pages -> unit\] the scheme 'translation-esa' is for a pair"):
        units(ESA, (), pairs(("One.", "Eins.")), unit="paragraph")


def test_units_come_one_by_one() -> None:
    read = 0

    def endless() -> Iterator[Document]:
        nonlocal read
        while True:
            read += 1
            yield article()

    tasks = tasks_of("c", Campaign(scheme="stance"), STANCE, config_of({"en": "x"}), endless(), [])
    assert len(list(islice(tasks, 5))) == 5 and read == 5

    def many() -> Iterator[Pair]:
        while True:
            yield from pairs(("One.", "Eins."))

    tasks = tasks_of("c", Campaign(scheme="translation-esa"), ESA, config_of({"en": "x"}), [], many())
    assert all(isinstance(task, Task) for task in islice(tasks, 5))


def config_of(*wordings: dict[str, str]) -> Config:
    targets: list[Any] = [{"id": f"t{at}", "event": "event", "text": text} for at, text in enumerate(wordings)]
    return Config.model_validate(
        {"name": "units", "sources": [{"path": "x"}], "events": [{"id": "event"}, {"id": "other"}], "targets": targets}
    )
