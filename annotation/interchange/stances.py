"""Stances of texts on targets, as files with one answer a text tell them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from annotation.interchange.losses import Rule
from annotation.interchange.pairs import unplaced
from annotation.interchange.rows import Record
from annotation.schemes.scheme import Choice, Scheme, Unit

if TYPE_CHECKING:
    from annotation.interchange.formats import Format

STANCE, RATER = "stance", "gold"  # these files name no rater


def misfit(scheme: Scheme, answers: set[str]) -> str | None:
    """Return why a scheme does not ask what such a file answers."""
    asked = next((one for one in scheme.questions if one.name == STANCE and isinstance(one, Choice)), None)
    if scheme.unit is Unit.PAIR or not scheme.has_target:
        return "it does not show a text and a target"
    if asked is None or not answers <= {option.value for option in asked.options}:
        return f"it has no choice '{STANCE}' with the answers {', '.join(sorted(answers))}"
    return unplaced(scheme, (STANCE,))


def known_answers(answers: set[str]) -> tuple[Rule, ...]:
    """Return the rules of a file that knows only these answers, and nobody who gave them."""
    from annotation.interchange.losses import Dropped, only_values

    def unknown(record: Record, _scheme: Scheme, _form: "Format") -> Iterable[str]:
        if (told := record.values.get(STANCE)) not in answers:
            raise Dropped(repr(told))
        return ()

    def nobody(record: Record, _scheme: Scheme, _form: "Format") -> Iterable[str]:
        told = (record.rater, str(record.origin))
        record.rater, origin = RATER, record.origin
        if origin != "human":
            raise Dropped(f"it is {origin}, which the file can't say")
        return [] if told[0] == RATER else [told[0]]

    return (only_values(STANCE), Rule("other answers", unknown), Rule("names of raters", nobody))
