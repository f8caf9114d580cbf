"""What is in a release: configs, articles by outlet and language, splits, and the proof that nothing leaks."""

from corpus.config import SPLIT_NAMES
from export.card import sentences
from export.card.markdown import bullets, counted, listed, number, paragraphs, plain, table
from export.schema import LEAKAGE, SPLITS, Check, Closest, ConfigFacts, Facts, LeakageFacts, LinkKind, SplitFacts, Table

MOST_OUTLETS = 60
CHECKED = ("looked for", "how", "candidates compared", "pairs found")
ROWS = {
    Table.DOCUMENTS: "an article with the roles of its paragraphs and the edits of cleaning",
    Table.SEGMENTS: "a sentence and its place in its article",
    Table.PAIRS: "two passages in two languages that may translate each other",
    Table.LABELS: "a unit and its label",
    Table.ANNOTATIONS: "one annotator's answer to one unit, raw",
}
HOW = {
    LinkKind.EXACT: "the same text",
    LinkKind.NEAR_DUPLICATE: "score: the share of runs of three words that two texts have in common",
    LinkKind.TRANSLATION: "sentences of one article translate those of the other",
    LinkKind.PAIR: "some passages of one article translate some of the other",
    LinkKind.STORY: "score: the share of a text's rarer pairs of neighbouring words that a longer one has too",
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
        ["holds", sentences.articles(facts)],
        ["languages", plain(listed(facts.languages) or "none")],
        ["published", plain(published) or "no dates"],
        ["sentences", number(sentences.rows(facts, Table.SEGMENTS))],
        ["passage pairs", number(sentences.rows(facts, Table.PAIRS))],
    ]
    for one in sentences.labelled(facts):
        told = plain(f"{counted(one.units, 'unit')}, {sentences.annotations(one)} by {sentences.people(one)}")
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
        f"`{one.name}`: {counted(count, 'row')} {plain(why)}" for one in configs for why, count in one.left_out.items()
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
    parts = [_made(facts.splits), _proof(facts) if facts.leakage.checked else "Nothing was checked for leaks."]
    return paragraphs(["## Splits, and the proof that nothing leaks", *parts])


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
        else "No article ever left the split that it was first put in.",
        f"{counted(one.undated, 'article')} without a date." if one.undated else "",
        f"`{SPLITS}` has the split of each article.",
    ]
    return bullets(line for line in lines if line)


def _proof(facts: Facts) -> str:
    found = facts.leakage
    apart = f"but for {counted(found.distinct, 'pair')} that the makers read and call distinct: see `{LEAKAGE}`"
    link = f"No link was found between two splits{f', {apart}' if found.distinct else ''}."
    across = sum(one.weaker_across for one in found.checked)
    weaker = f"{counted(across, 'pair')} of articles in two splits look a little alike, too little for a link. "
    return paragraphs(
        [
            f"The texts were compared anew, whatever earlier stages say of them. {link} {_unseen(facts)}".strip(),
            table(CHECKED, (_checked(one, found) for one in found.checked)),
            "All texts were indexed; pairs that share too little never become candidates.",
            f"{weaker if across else ''}`{LEAKAGE}` has the whole proof.",
            f"The closest articles across each border:\n\n{_closest(found.closest)}" if found.closest else "",
        ]
    )


def _checked(one: Check, found: LeakageFacts) -> list[str]:
    limit = f"; {one.strong_from:g} or more is a link" if one.strong_from is not None else ""
    compared = f"{counted(one.compared, 'text' if one.kind is LinkKind.EXACT else 'pair')}"
    told = ["not looked for", "-"] if one.kind in found.unlooked else [compared, number(one.links)]
    return [sentences.KINDS[one.kind], f"{HOW[one.kind]}{limit}", *told]


def _unseen(facts: Facts) -> str:
    """Return what was not compared, and what was though it is not here."""
    short = [
        f"{counted(one.too_short, 'article')} {'is' if one.too_short == 1 else 'are'} too short to be compared for "
        f"{sentences.KINDS[one.kind]}."
        for one in facts.leakage.checked
        if one.too_short
    ]
    gone = "Counts include articles that were taken down since, as far as the makers still had them."
    return " ".join([*short, *([gone] if facts.takedowns else [])])


def _closest(pairs: list[Closest]) -> str:
    rows = [
        [
            plain(listed(one.border)),
            sentences.KINDS[one.link.kind],
            plain(one.link.left),
            plain(one.link.right),
            f"{one.link.score:.3f}",
        ]
        for one in pairs
    ]
    return table(["border", "looked for", "article", "article", "score"], rows)
