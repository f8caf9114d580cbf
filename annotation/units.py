"""Corpus rows to units: what an annotator sees, and under which key.

A stance unit is a document or paragraph and a target; a translation unit is a pair with its neighbours.
Units come one by one, so that a large corpus is never in memory.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from annotation.schema import Task
from annotation.schemes.keys import NAME_KEYS
from annotation.schemes.scheme import Scheme, Spans, Unit
from corpus.config import Campaign, Config, Target
from corpus.errors import WirecopyError
from corpus.files import digest
from corpus.language import UNKNOWN
from corpus.output import listing
from corpus.schema import Document, Pair, Role, Side
from corpus.workspace import PLACEHOLDER

# Label Studio wants every variable of the page; a lone space shows as nothing.
BLANK = " "
# The paragraphs that say something: no headings, captions, bylines or boilerplate.
READ = {Role.TITLE, Role.LEAD, Role.BODY}
# Label Studio puts a variable's value for a dollar and a word, in a choice out of the data too.
DOLLAR = "$\u2060"
Sides = tuple[Side, Side]
Missing = dict[tuple[str, str], list[str]]


def tasks_of(
    name: str, settings: Campaign, scheme: Scheme, config: Config, documents: Iterable[Document], pairs: Iterable[Pair]
) -> Iterator[Task]:
    """Yield all units of a campaign; keys are unique, order is that of the corpus.

    The pairs of two documents come one after the other, as the corpus has them. Raises WirecopyError
    where the targets are not ready: a language without a wording is known after the last document.
    """
    scheme = on(scheme, name, settings)
    if scheme.unit is Unit.PAIR:
        wanted = {one.doc_id for one in documents if one.event_id in settings.events} if settings.events else None
        inside = (pair for pair in pairs if wanted is None or {pair.left.doc, pair.right.doc} <= wanted)
        yield from _pair_tasks(name, scheme, settings.source_language, inside)
    else:
        asked = (one for one in documents if not settings.events or one.event_id in settings.events)
        yield from _document_tasks(name, scheme, config, asked)


def on(scheme: Scheme, name: str, settings: Campaign) -> Scheme:
    """Return the scheme for the unit that the campaign asks for."""
    try:
        return scheme.on(settings.unit)
    except ValueError:
        raise WirecopyError(
            f"[campaigns.{name} -> unit] the scheme '{scheme.id}' is for a {scheme.unit}, not for a {settings.unit}",
            hint=f"take that line out of [campaigns.{name}]",
        ) from None


def _document_tasks(name: str, scheme: Scheme, config: Config, documents: Iterable[Document]) -> Iterator[Task]:
    targets = config.targets if scheme.has_target else []
    if scheme.has_target:
        _check_targets(targets)
    missing: Missing = defaultdict(list)
    for document in documents:
        if document.language == UNKNOWN:
            continue
        mine: list[Target | None] = [one for one in targets if one.event == document.event_id]
        shared = _names(scheme, config, document) | {"title": _title(document)}
        for target in mine if scheme.has_target else [None]:
            if target and document.language not in target.text:
                missing[target.id, document.language].append(document.doc_id)
                continue
            words = {"target": target.text[document.language]} if target else {}
            for paragraph, start, texts in _texts(document, scheme.unit):
                yield task_of(
                    name,
                    scheme,
                    data=words | shared | texts,
                    doc_ids=[document.doc_id],
                    languages=[document.language],
                    target_id=target.id if target else None,
                    paragraph=paragraph,
                    start=start,
                )
    _check_wordings(missing)


def _check_targets(targets: Sequence[Target]) -> None:
    if not targets:
        raise WirecopyError(
            "[targets] is empty: there is nothing to take a stance on", hint="add [[targets]] to wirecopy.toml"
        )
    for target in targets:
        if PLACEHOLDER in target.text.values():
            raise WirecopyError(
                f"[targets -> text] '{target.id}' still says '{PLACEHOLDER}'",
                hint="write your targets into wirecopy.toml, then: wirecopy run",
            )


def _check_wordings(missing: Missing) -> None:
    if missing:
        told = [
            f"'{target}' has no wording in '{language}', the language of {listing(found)}"
            for (target, language), found in sorted(missing.items())
        ]
        languages = sorted({language for _, language in missing})
        raise WirecopyError(
            "[targets -> text] " + "; ".join(told),
            hint=f'add {languages[0]} = "..." to that target in wirecopy.toml'
            if len(missing) == 1
            else f"add the wordings to these targets in wirecopy.toml: {', '.join(languages)}",
        )


def _names(scheme: Scheme, config: Config, document: Document) -> dict[str, Any]:
    """Return the actors of a document's event as choices, where the page asks for names."""
    if not any(isinstance(question, Spans) and question.named for question in scheme.questions):
        return {}
    actors = next((event.actors for event in config.events if event.id == document.event_id), [])
    choices = []
    for at, actor in enumerate(dict.fromkeys(actors)):
        choice = {"value": actor.replace("$", DOLLAR), "alias": actor}
        choices.append(choice | ({"hotkey": NAME_KEYS[at]} if at < len(NAME_KEYS) else {}))
    return {"actors": choices}


def _texts(document: Document, unit: Unit) -> Iterator[tuple[int | None, int, dict[str, str]]]:
    """Yield what is read: paragraph, where it starts, and its text with its neighbours."""
    if unit is Unit.DOCUMENT:
        yield None, 0, {"article_text": document.text}
        return
    found = [
        (at, one.start, text)
        for at, one in enumerate(document.paragraphs)
        if one.role in READ and (text := document.text[one.start : one.end]).strip()
    ]
    texts = [BLANK, *(text for _, _, text in found), BLANK]
    for place, (at, start, text) in enumerate(found):
        data = {"article_before_text": texts[place], "article_text": text, "article_after_text": texts[place + 2]}
        yield at, start, data


def _pair_tasks(name: str, scheme: Scheme, source_language: str | None, pairs: Iterable[Pair]) -> Iterator[Task]:
    for _, found in groupby(pairs, key=lambda pair: (pair.left.doc, pair.right.doc)):
        ordered = [
            sides
            for pair in sorted(found, key=lambda pair: pair.rank)
            if (sides := _directed(pair, source_language)) is not None
        ]
        for before, sides, after in zip([None, *ordered], ordered, [*ordered[1:], None], strict=False):
            yield _pair_task(name, scheme, sides, before, after)


def _directed(pair: Pair, source_language: str | None) -> Sides | None:
    """Return source and translation; None where neither side is in the language that is asked for."""
    if source_language in (None, pair.left.language):
        return pair.left, pair.right
    return (pair.right, pair.left) if source_language == pair.right.language else None


def _pair_task(name: str, scheme: Scheme, sides: Sides, before: Sides | None, after: Sides | None) -> Task:
    data = {}
    for at, side in enumerate(scheme.sides):
        data[f"{side}_language"] = sides[at].language
        data[f"{side}_before_text"] = before[at].text if before else BLANK
        data[f"{side}_text"] = sides[at].text
        data[f"{side}_after_text"] = after[at].text if after else BLANK
    source, translation = sides
    return task_of(
        name,
        scheme,
        data=data,
        doc_ids=[source.doc, translation.doc],
        segment_ids=[*source.segment_ids, *translation.segment_ids],
        languages=[source.language, translation.language],
    )


def _title(document: Document) -> str:
    # A headline that the source keeps apart from the text is shown above it.
    inside = any(one.role is Role.TITLE for one in document.paragraphs)
    return BLANK if inside or not document.title else document.title


def task_of(
    name: str,
    scheme: Scheme,
    *,
    data: dict[str, Any],
    doc_ids: list[str],
    languages: list[str],
    segment_ids: Sequence[str] = (),
    target_id: str | None = None,
    paragraph: int | None = None,
    start: int = 0,
) -> Task:
    text_hash = digest(data)
    # Another list of actors leaves the unit what it is.
    read = {key: value for key, value in data.items() if key != "actors"}
    place = [] if paragraph is None else [paragraph]
    return Task(
        key=digest(name, doc_ids, list(segment_ids), target_id, *place),
        payload=digest(text_hash if len(read) == len(data) else digest(read), scheme.hash, scheme.guideline_hash),
        campaign=name,
        doc_ids=doc_ids,
        segment_ids=list(segment_ids),
        target_id=target_id,
        languages=languages,
        text_hash=text_hash,
        scheme_hash=scheme.hash,
        guideline_version=f"{scheme.id}-{scheme.version}",
        paragraph=paragraph,
        start=start,
        data=data,
    )
