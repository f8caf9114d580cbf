"""The questions of datasheets and data statements, answered from facts.

Sources: Gebru et al., "Datasheets for Datasets" (Communications of the ACM, 2021), the seven groups of questions;
Bender and Friedman, "Data Statements for Natural Language Processing" (TACL, 2018), the schema of sections A to I.
What only people know stands in `[release]` of `wirecopy.toml`; where they are silent, the card says so.
"""

from export.card import sentences
from export.card.limits import found as limits
from export.card.markdown import asked, counted, listed, number, paragraphs, plain
from export.schema import Facts, Table

UNSAID = sentences.UNSAID


def datasheet(facts: Facts) -> str:
    """Return the datasheet."""
    groups = {
        "Motivation": _motivation(facts),
        "Composition": _composition(facts),
        "Collection": _collection(facts),
        "Cleaning and labelling": _preparation(facts),
        "Uses": _uses(facts),
        "Distribution": _distribution(facts),
        "Maintenance": _maintenance(facts),
    }
    parts = [part for name, answers in groups.items() for part in (f"### {name}", *answers)]
    return paragraphs(["## Datasheet", *parts])


def statement(facts: Facts) -> str:
    """Return the data statement."""
    said = {
        "A. Curation rationale.": _said(facts.people.motivation),
        "B. Language variety.": f"{plain(listed(facts.languages)) or 'none'}, as a program recognised them; "
        "regional varieties were not told apart.",
        "C. Speaker demographic.": "The authors of news articles and the people whom they quote; nothing is known of "
        "their age, gender or origin.",
        "D. Annotator demographic.": _annotators(facts),
        "E. Speech situation.": f"Written and edited text for the public"
        f"{', published ' + sentences.period(facts.published) if facts.published else ''}.",
        "F. Text characteristics.": f"News: {sentences.articles(facts)}. Outlets shorten, rewrite and translate agency "
        "copy. The genre of each paragraph is its `role`.",
        "G. Recording quality.": "Does not apply: the articles are text.",
        "H. Other.": f"{counted(sum(facts.rejects.values()), 'input')} became no article."
        if facts.rejects
        else "None.",
        "I. Provenance appendix.": "`source`, `url` and `raw_sha256` of each article say where it comes from; its "
        f"`edits` turn its text back into what was read{sentences.rehydrated(facts)}.",
    }
    return paragraphs(["## Data statement", *(asked(name, text) for name, text in said.items())])


def _said(text: str) -> str:
    return text.strip() or UNSAID


def _annotators(facts: Facts) -> str:
    met = [f"{one.name}: {sentences.people(one)}" for one in sentences.labelled(facts) if one.raters]
    return f"{_said(facts.people.annotators)} {plain('; '.join(met))}".strip()


def _motivation(facts: Facts) -> list[str]:
    creators = plain(listed(facts.people.creators)) or UNSAID
    return [
        asked("For what purpose was the dataset made?", _said(facts.people.motivation)),
        asked("Who made it?", creators),
        asked("Who paid for it?", _said(facts.people.funding)),
    ]


def _composition(facts: Facts) -> list[str]:
    units = [f"{counted(one.units, 'unit')} of {one.name}" for one in sentences.labelled(facts)]
    lines = counted(sentences.rows(facts, Table.SEGMENTS), "sentence")
    held = f"{counted(sentences.documents(facts), 'news article')} with {lines}"
    left = sum(sum(one.left_out.values()) for one in facts.configs)
    splits = [name for name, count in facts.splits.documents.items() if count]
    return [
        asked(
            "What are the instances, and how many are there?", plain(f"{held}; {listed(units) or 'no labelled unit'}.")
        ),
        asked(
            "Is anything missing?",
            f"{counted(sum(facts.rejects.values()), 'input')} became no article, {counted(left, 'row')} were left out "
            "of the configs; both are told above with their reasons."
            + (" The text itself is left out." if facts.kind == "standoff" else "")
            + (f" {told}" if (told := sentences.incomplete(facts)) else ""),
        ),
        asked(
            "Are relations between instances known?",
            "`family_id` names articles that are copies or translations of each other, `event_id` those on one event; "
            "config `pairs` has the passages that translate each other.",
        ),
        asked("Are there recommended splits?", f"Yes: {listed(splits)}, with a proof that nothing leaks."),
        asked("What errors are known?", "See *Known limits*."),
        asked(
            "Does it tell of people, or of what may offend?",
            "It is news: it names people in public life and quotes them, and may tell of violence. Stances are those "
            "of outlets and of people as they are quoted.",
        ),
    ]


def _collection(facts: Facts) -> list[str]:
    days = [plain(f"{one.name}: {sentences.period(one.period)}") for one in sentences.labelled(facts) if one.period]
    published = plain(sentences.period(facts.published))
    over = f"Articles: {published}." if published else "The articles have no dates."
    return [
        asked(
            "How were the data acquired?",
            "From files of articles that the makers have; wirecopy crawls nothing.",
        ),
        asked("Over what time?", f"{over} Answers: {listed(days) or 'none'}."),
        asked("Who took part?", _annotators(facts)),
        asked(
            "What were annotators told?",
            "The guideline of each campaign, which stands above.",
        ),
    ]


def _preparation(facts: Facts) -> list[str]:
    labels = " ".join(plain(f"{one.name}: {sentences.aggregation(one)}") for one in sentences.labelled(facts))
    return [
        asked(
            "Was the text cleaned?",
            "Yes, and reversibly: each change is an edit with its rule, so the raw text can be made again. Boilerplate "
            "is marked by role, not deleted.",
        ),
        asked("How did answers become labels?", labels or "There are no labels."),
        asked(
            "Are the raw answers there?", "Yes, one row for each annotator and unit, in the configs `..._annotations`."
        ),
        asked("Is the software there?", "Yes: wirecopy, under Apache-2.0."),
    ]


def _uses(facts: Facts) -> list[str]:
    return [
        asked("What can it be used for?", _said(facts.people.uses)),
        asked("What should it not be used for?", _said(facts.people.out_of_scope)),
        asked(
            "What could harm later uses?", f"{number(len(limits(facts)))} limits are told above, counted from the data."
        ),
    ]


def _distribution(facts: Facts) -> list[str]:
    bound = [one for one in facts.outlets if one.licence]
    words = f"{number(sum(one.documents for one in bound))} of {counted(sentences.documents(facts), 'article')}"
    text = "Ids, offsets and labels only; the text belongs to its publishers." if facts.kind == "standoff" else ""
    return [
        asked("Under which licence?", f"{plain(facts.people.license)}. {text}".strip()),
        asked(
            "Do others hold rights in it?",
            f"Publishers hold rights in their articles; a licence statement covers {words}.",
        ),
        asked("Since when?", plain(facts.people.date or UNSAID)),
    ]


def _maintenance(facts: Facts) -> list[str]:
    taken = (
        f"{counted(len(facts.takedowns), 'source')} taken down so far."
        if facts.takedowns
        else "None was taken down so far."
    )
    return [
        asked("Whom to ask?", _said(facts.people.contact)),
        asked(
            "Will it change?",
            "Versions are numbered; `CHANGELOG.md` tells what changed. An article never moves from test to train.",
        ),
        asked("Can a source be removed?", f"Yes, from every table at once. {taken}"),
    ]
