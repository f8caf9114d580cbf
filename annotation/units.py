"""Corpus rows to tasks: what an annotator sees, and under which key.

A stance task is a document and a target; a translation task is a pair with its neighbours.
"""

from collections import defaultdict
from collections.abc import Sequence

from annotation.schema import Task
from annotation.schemes.scheme import Scheme, Unit
from corpus.config import Campaign, Config, Target
from corpus.errors import WirecopyError
from corpus.files import digest
from corpus.language import UNKNOWN
from corpus.output import listing
from corpus.schema import Document, Pair, Role, Side
from corpus.workspace import PLACEHOLDER

# Label Studio wants every variable of the page; a lone space shows as nothing.
BLANK = " "


def tasks_of(
    name: str, settings: Campaign, scheme: Scheme, config: Config, documents: list[Document], pairs: list[Pair]
) -> list[Task]:
    """Return all tasks of a campaign; keys are unique, order is that of the corpus."""
    wanted = {one.doc_id: one for one in documents if not settings.events or one.event_id in settings.events}
    if scheme.unit is Unit.DOCUMENT:
        return _stance_tasks(name, scheme, config.targets, list(wanted.values()))
    inside = [pair for pair in pairs if pair.left.doc in wanted and pair.right.doc in wanted]
    return _pair_tasks(name, scheme, settings.source_language, inside)


def _stance_tasks(name: str, scheme: Scheme, targets: list[Target], documents: list[Document]) -> list[Task]:
    _check_targets(targets, documents)
    return [
        _task(
            name,
            scheme,
            data={"target": target.text[document.language], "title": _title(document), "article_text": document.text},
            doc_ids=[document.doc_id],
            languages=[document.language],
            target_id=target.id,
        )
        for document in documents
        for target in targets
        if target.event == document.event_id and document.language != UNKNOWN
    ]


def _check_targets(targets: list[Target], documents: list[Document]) -> None:
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
        missing = defaultdict(list)
        for document in documents:
            if document.event_id == target.event and document.language not in {UNKNOWN, *target.text}:
                missing[document.language].append(document.doc_id)
        for language, doc_ids in sorted(missing.items()):
            raise WirecopyError(
                f"[targets -> text] '{target.id}' has no wording in '{language}', the language of {listing(doc_ids)}",
                hint=f'add {language} = "..." to that target in wirecopy.toml',
            )


def _pair_tasks(name: str, scheme: Scheme, source_language: str | None, pairs: list[Pair]) -> list[Task]:
    documents: dict[tuple[str, str], list[tuple[Pair, Side, Side]]] = defaultdict(list)
    for pair in pairs:
        source, translation = pair.left, pair.right
        if source_language == translation.language:
            source, translation = translation, source
        if source_language in (None, source.language):
            documents[source.doc, translation.doc].append((pair, source, translation))
    tasks = []
    for found in documents.values():
        ordered = sorted(found, key=lambda one: one[0].rank)
        for at, (_, source, translation) in enumerate(ordered):
            before = ordered[at - 1] if at else None
            after = ordered[at + 1] if at + 1 < len(ordered) else None
            tasks.append(_pair_task(name, scheme, source, translation, before, after))
    return tasks


def _pair_task(
    name: str,
    scheme: Scheme,
    source: Side,
    translation: Side,
    before: tuple[Pair, Side, Side] | None,
    after: tuple[Pair, Side, Side] | None,
) -> Task:
    data = {}
    for side, one, at in (("source", source, 1), ("translation", translation, 2)):
        data[f"{side}_language"] = one.language
        data[f"{side}_before_text"] = _words(before, at)
        data[f"{side}_text"] = one.text
        data[f"{side}_after_text"] = _words(after, at)
    return _task(
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


def _words(neighbour: tuple[Pair, Side, Side] | None, at: int) -> str:
    side = neighbour[at] if neighbour else None
    return side.text if isinstance(side, Side) else BLANK


def _task(
    name: str,
    scheme: Scheme,
    *,
    data: dict[str, str],
    doc_ids: list[str],
    languages: list[str],
    segment_ids: Sequence[str] = (),
    target_id: str | None = None,
) -> Task:
    text_hash = digest(data)
    return Task(
        key=digest(name, doc_ids, list(segment_ids), target_id),
        payload=digest(text_hash, scheme.hash, scheme.guideline_hash),
        campaign=name,
        doc_ids=doc_ids,
        segment_ids=list(segment_ids),
        target_id=target_id,
        languages=languages,
        text_hash=text_hash,
        scheme_hash=scheme.hash,
        guideline_version=f"{scheme.id}-{scheme.version}",
        data=data,
    )
