"""Known limits: what facts show by themselves, and what the makers say."""

from collections import Counter

from annotation.schema import Origin
from corpus.config import SPLIT_NAMES
from export.card import sentences
from export.card.labels import measure_name, value
from export.card.markdown import bullets, counted, listed, number, paragraphs, plain
from export.schema import CampaignFacts, Facts, Table

MOST_OF_ONE = 0.5  # of the articles from one outlet or in one language is worth a word
RARE = 10  # units of a class are too few to learn or to test


def limits(facts: Facts) -> str:
    """Return the section on limits."""
    return paragraphs(["## Known limits", bullets(plain(line) for line in found(facts)), facts.people.limits.strip()])


def found(facts: Facts) -> list[str]:
    """Return the limits that the facts show, one sentence or two each, without markup."""
    lines = [*_texts(facts), *_splits(facts)]
    for one in sentences.labelled(facts):
        lines += [f"{one.name}: {line}" for line in _labels(one)]
    return lines or ["None that the facts show."]


def _texts(facts: Facts) -> list[str]:
    lines = _lopsided("outlet", [(one.outlet or "", one.documents) for one in facts.outlets])
    lines += _lopsided("language", [(one.language, one.documents) for one in facts.outlets])
    if (unsaid := sum(one.documents for one in facts.outlets if not one.licence)) and facts.kind != "standoff":
        lines.append(f"No licence statement covers the text of {counted(unsaid, 'article')}.")
    lines.append("Languages, roles of paragraphs, families and passage pairs were found by programs; some are wrong.")
    return lines


def _lopsided(what: str, counts: list[tuple[str, int]]) -> list[str]:
    """Return what to say where most articles are of one kind."""
    held: Counter[str] = Counter()
    for name, count in counts:
        held[name] += count
    return [
        f"{count / held.total():.0%} of the articles are of one {what}: {name}."
        for name, count in held.most_common(1)
        if name and len(held) > 1 and count > MOST_OF_ONE * held.total()
    ]


def _splits(facts: Facts) -> list[str]:
    lines = []
    wanted = [name for name in SPLIT_NAMES if facts.splits.shares.get(name)]
    if empty := [name for name in wanted if not facts.splits.documents.get(name)]:
        lines.append(f"No article is in {listed(empty)}: {_why(facts)}.")
    for one in facts.configs:
        held = [name for name in wanted if name not in empty and name not in one.rows]
        if one.rows and held and one.table is not Table.ANNOTATIONS:
            lines.append(f"{one.name}: no rows in {listed(held)}.")
    lost = sum(one.left_out.get("across two splits", 0) for one in facts.configs)
    if lost:
        lines.append(f"{counted(lost, 'row')} of two articles in two splits are left out.")
    unlooked = [sentences.KINDS.get(kind, kind) for kind in facts.leakage.unlooked]
    if unlooked:
        lines.append(f"The makers did not look for {listed(unlooked)}: some may lie in two splits.")
    elif len(facts.languages) > 1:
        lines.append(
            "Translations were looked for among articles that share names or figures, in scripts without capitals "
            "figures alone: some may be missed, and lie in two splits."
        )
    return lines


def _why(facts: Facts) -> str:
    if facts.takedowns:
        return "what was there was taken down, or too few stand alone"
    return "none has such a date" if facts.splits.strategy == "time" else "too few stand alone"


def _labels(one: CampaignFacts) -> list[str]:
    lines = []
    single = sum(units for count, units in one.voices.items() if int(count) < 2)
    if single:
        lines.append(f"{counted(single, 'unit')} of {number(one.units)} rest on one answer or none.")
    total = counted(sum(one.origins.values()), "annotation")
    for origin, count in one.origins.items():
        if count and origin != Origin.HUMAN:
            lines.append(f"{number(count)} of {total} were made {sentences.ORIGINS[Origin(origin)]}, not by people.")
    for question, count in one.ties.items():
        if count:
            lines.append(f"{counted(count, 'tie')} in {question}: no hard label.")
    for question, classes in one.labels.items():
        if rare := [name for name, count in classes.items() if count < RARE]:
            lines.append(f"fewer than {RARE} units in these classes of {question}: {', '.join(rare)}.")
    for figure in one.agreement:
        if not figure.group_by and figure.items == "all" and figure.measure == "alpha":
            lines.append(f"agreement on {figure.question}: {measure_name(figure.measure)} {value(figure)}.")
    return lines
