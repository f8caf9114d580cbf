"""What is in a release: configs, articles by outlet and language, splits, and the proof that nothing leaks."""

from collections.abc import Mapping
from typing import Any

from corpus.config import SPLIT_NAMES
from export.card import sentences
from export.card.markdown import bullets, counted, listed, number, paragraphs, plain, table
from export.schema import LEAKAGE, SPLITS, ConfigFacts, Facts, SplitFacts, Table

MOST_OUTLETS = 60
ROWS = {
    Table.DOCUMENTS: "an article with the roles of its paragraphs and the edits of cleaning",
    Table.SEGMENTS: "a sentence and its place in its article",
    Table.PAIRS: "two passages in two languages that may translate each other",
    Table.LABELS: "a unit and its label",
    Table.ANNOTATIONS: "one annotator's answer to one unit, raw",
}
STRATEGIES = {
    "family": "no family of articles (copies, near-duplicates, translations) is cut apart",
    "event": "no event is cut apart",
    "outlet": "no outlet is cut apart",
    "target": "no target is cut apart",
    "time": "the newest article of a family decides, so that tests are later than training",
}


def glance(facts: Facts) -> str:
    """Return the release in one table."""
    published = sentences.period(facts.published)
    rows = [
        ["articles", f"{number(sentences.documents(facts))} of {counted(sentences.outlets(facts), 'outlet')}"],
        ["languages", plain(listed(facts.languages) or "none")],
        ["published", plain(published) or "no dates"],
        ["sentences", number(sentences.rows(facts, Table.SEGMENTS))],
        ["passage pairs", number(sentences.rows(facts, Table.PAIRS))],
    ]
    for one in sentences.labelled(facts):
        answers = counted(sum(one.origins.values()), "annotation")
        told = plain(f"{counted(one.units, 'unit')}, {answers} by {sentences.people(one)}")
        rows.append([f"labels of `{one.name}`", told])
    rows += [["licence", plain(facts.people.license)], ["version", plain(facts.version)]]
    return table(["", facts.name if facts.name.isalnum() else plain(facts.name)], rows)


def configs(facts: Facts) -> str:
    """Return the configs with their rows by split, and what is left out of each."""
    shown = [one for one in facts.configs if one.rows]
    rows = [
        [f"`{one.name}`", row_of(one, facts), *(number(one.rows.get(split, 0)) for split in SPLIT_NAMES)]
        for one in shown
    ]
    return paragraphs(["## Configs", table(["config", "one row is", *SPLIT_NAMES], rows), _left_out(facts.configs)])


def row_of(one: ConfigFacts, facts: Facts) -> str:
    """Return what one row of a config is."""
    return f"{ROWS[one.table]}{', without text' if facts.kind == 'standoff' else ''}"


def _left_out(configs: list[ConfigFacts]) -> str:
    lines = [
        f"`{one.name}`: {counted(count, 'row')}: {plain(why)}" for one in configs for why, count in one.left_out.items()
    ]
    return "Rows that are not here:\n\n" + bullets(lines) if lines else ""


def articles(facts: Facts) -> str:
    """Return the articles by outlet and language, with the statement that lets their text be published."""
    found = sorted(facts.outlets, key=lambda one: (-one.documents, one.outlet or "", one.language))
    rows = [
        [plain(one.outlet or "not named"), plain(one.language), number(one.documents), plain(one.licence or "none")]
        for one in found[:MOST_OUTLETS]
    ]
    rest = found[MOST_OUTLETS:]
    more = f"and {counted(sum(one.documents for one in rest), 'article')} of {len(rest)} more outlets and languages"
    rejects = ", ".join(f"{number(count)} {plain(why)}" for why, count in facts.rejects.items())
    return paragraphs(
        [
            "## Articles",
            table(["outlet", "language", "articles", "licence statement"], rows),
            more if rest else "",
            f"Inputs that became no article: {rejects}." if rejects else "",
        ]
    )


def splits(facts: Facts) -> str:
    """Return how the splits were made, and what was checked to show that nothing leaks from one to another."""
    return paragraphs(["## Splits, and the proof that nothing leaks", _made(facts.splits), _proof(facts)])


def _made(one: SplitFacts) -> str:
    shares = ", ".join(f"{share:.0%} {name}" for name, share in one.shares.items())
    held = listed([f"{number(count)} in {name}" for name, count in one.documents.items()])
    links = [sentences.KINDS.get(name, name) for name in one.together]
    lines = [
        f"Strategy `{one.strategy}`: {STRATEGIES.get(one.strategy, plain(one.strategy))}. Wanted: {shares}.",
        f"Articles: {held}" + (f", in {counted(one.components, 'group')} that stay whole." if one.components else "."),
        f"Also kept together: {plain(listed(links))}." if links else "",
        f"{counted(one.moves, 'article')} had to move to a later split (train gives way, never test), because they "
        "turned out to belong together with articles there."
        if one.moves
        else "No article left its split: what was in test before is in test now.",
        f"{counted(one.undated, 'article')} without a date." if one.undated else "",
        f"`{SPLITS}` has the split of each article.",
    ]
    return bullets(line for line in lines if line)


def _proof(facts: Facts) -> str:
    found = facts.leakage
    if not found.checked:
        return "Nothing was checked for leaks."
    rows = [[plain(sentences.KINDS.get(kind, kind)), number(count)] for kind, count in found.checked.items()]
    apart = f"but for {counted(found.distinct, 'pair')} that the makers read and call distinct: see `{LEAKAGE}`"
    link = f"No link was found between two splits{f', {apart}' if found.distinct else ''}."
    weaker = f"{counted(found.across, 'pair')} of articles in two splits look a little alike, too little for a link."
    return paragraphs(
        [
            f"The texts were compared anew, whatever earlier stages say of them. {link}",
            table(["looked for", "compared"], rows),
            f"{weaker if found.across else ''} `{LEAKAGE}` has the whole proof.".strip(),
            f"The closest articles across each border:\n\n{_closest(found.closest)}" if found.closest else "",
        ]
    )


def _closest(pairs: list[dict[str, Any]]) -> str:
    rows = [_flat(one) for one in pairs]
    names = list(dict.fromkeys(name for one in rows for name in one))
    cells = [[_cell(one.get(name)) for name in names] for one in rows]
    return table([plain(name.replace("_", " ")) for name in names], cells)


def _flat(pair: Mapping[str, Any]) -> dict[str, Any]:
    inner = [(name, value) for value in pair.values() if isinstance(value, dict) for name, value in value.items()]
    return {name: value for name, value in pair.items() if not isinstance(value, dict)} | dict(inner)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, list | tuple):
        return plain(" and ".join(map(str, value)))
    return "-" if value is None else plain(str(value))
