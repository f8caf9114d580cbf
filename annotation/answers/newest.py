"""Which of an annotator's rows of a unit counts, for labels and for every measure: the newest.

Where that is a skip there is no answer, also not the one that came before it. Controls, deleted answers and answers
to an earlier text never count. `measures.gather` does the same on columns.
"""

from collections.abc import Iterable

from annotation.schema import Annotation, Status


def is_live(one: Annotation) -> bool:
    """Tell whether a row is one to a unit as it is now."""
    return not (one.stale or one.deleted or one.control)


def newest(annotations: Iterable[Annotation]) -> list[Annotation]:
    """Return the newest row of each annotator and unit, skips too; of equally new ones the last."""
    live = filter(is_live, annotations)
    found = {(one.key, one.annotator): one for one in sorted(live, key=lambda one: one.updated)}
    return list(found.values())


def counted(annotations: Iterable[Annotation]) -> list[Annotation]:
    """Return the answers that count: the newest rows that are no skips."""
    return [one for one in newest(annotations) if one.status is Status.SUBMITTED]
