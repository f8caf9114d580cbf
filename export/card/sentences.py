"""What facts say in words: the sentences that card and Croissant share."""

from collections import Counter
from collections.abc import Mapping

from annotation.schema import Origin
from export.card.markdown import counted, listed, number
from export.schema import REHYDRATION, CampaignFacts, Facts, Table

ORIGINS = {
    Origin.HUMAN: "by people",
    Origin.SIMULATED: "by simulated annotators",
    Origin.MODEL: "by models",
    Origin.MIXED: "of mixed origin",
}
WAYS = {
    "majority": "by majority: the answer of most annotators of a unit",
    "dawid-skene": "by the model of Dawid and Skene (1979), which weighs annotators by their confusions",
    "mace": "by MACE (Hovy et al. 2013), which weighs annotators by how often they seem to guess",
}
UNITS = {"document": "a whole article", "paragraph": "a paragraph", "pair": "a passage and its translation"}
KINDS = {
    "exact": "equal texts",
    "near_duplicate": "near-duplicates",
    "translation": "translations of one article",
    "pair": "articles with aligned passages",
    "story": "paraphrases of one wire story",
    "event": "reports on one event",
    "outlet": "articles of one outlet",
    "target": "articles on one target",
    "author": "articles of one author",
    "unit": "articles of one labelled unit",
}
REHYDRATE = "wirecopy export rehydrate FOLDER ARTICLES"
UNSAID = "The makers do not say."


def labelled(facts: Facts) -> list[CampaignFacts]:
    """Return the campaigns whose labels a release holds."""
    return [one for one in facts.campaigns if one.units]


def all_origins(facts: Facts) -> Counter[str]:
    """Count all annotations by who made them."""
    return sum((Counter(one.origins) for one in facts.campaigns), Counter())


def documents(facts: Facts) -> int:
    """Return how many articles there are."""
    return sum(one.documents for one in facts.outlets)


def articles(facts: Facts) -> str:
    """Return how many articles there are of how many outlets."""
    named = len({one.outlet for one in facts.outlets if one.outlet})
    without = sum(one.documents for one in facts.outlets if not one.outlet)
    told = f"{counted(documents(facts), 'article')} of {counted(named, 'outlet')}"
    return f"{told}, {number(without)} of them without an outlet" if without else told


def rows(facts: Facts, table: Table) -> int:
    """Return how many rows all configs of a kind have."""
    return sum(sum(one.rows.values()) for one in facts.configs if one.table is table)


def origins_told(origins: Mapping[str, int]) -> str:
    """Return who made how many annotations."""
    told = [f"{number(count)} {ORIGINS.get(Origin(name), name)}" for name, count in origins.items() if count]
    return listed(told) or "none"


def annotations(one: CampaignFacts) -> str:
    """Return how many annotations a campaign has, and of what kind."""
    told = counted(sum(one.origins.values()), "annotation")
    skips = sum(rater.skipped for rater in one.raters)
    given = counted(sum(rater.answers for rater in one.raters), "answer")
    return f"{told} ({given}, {counted(skips, 'skip')})" if skips else told


def warning(facts: Facts) -> str:
    """Return what has to be said first: that labels are not by people; empty where all are."""
    origins = all_origins(facts)
    total = origins.total()
    lines = []
    if made := origins[Origin.SIMULATED]:
        lines.append(
            f"**Simulated labels.** {number(made)} of {counted(total, 'annotation')} were made by simulated "
            "annotators, not by people. They show how the data looks; they say nothing about the texts. Do not train "
            "or evaluate on them."
        )
    if made := origins[Origin.MODEL]:
        lines.append(
            f"**Labels by models.** {number(made)} of {counted(total, 'annotation')} were made by models, not by "
            "people. Agreement and labels that rest on them are no human judgement."
        )
    return "\n>\n".join(f"> {line}" for line in lines)


def incomplete(facts: Facts) -> str:
    """Return what a reader of a release that was put back in part has to know before anything else."""
    if facts.kind != "partial":
        return ""
    return (
        f"The text of {number(facts.incomplete)} of {counted(documents(facts), 'article')} is not here; {REHYDRATION} "
        "names them."
    )


def standoff(facts: Facts) -> str:
    """Return what a reader of a release without text has to know."""
    if facts.kind != "standoff":
        return ""
    return (
        "> **Stand-off release.** It holds ids, addresses, hashes, offsets and labels, and no text: the articles "
        f"belong to their publishers. `{REHYDRATE}` puts the text back from your own copies, and says which passages "
        "it found again."
    )


def rehydrated(facts: Facts) -> str:
    """Return what has to be done before there is text; empty where there is."""
    return ", after rehydrating" if facts.kind == "standoff" else ""


def overlap(one: CampaignFacts) -> str:
    """Return how many annotators each unit was asked of, and how many answered."""
    strata = [f"{counted(stratum['overlap'], 'annotator')} in stratum {stratum['name']}" for stratum in one.strata]
    asked = f"Each unit was meant for {counted(one.overlap, 'annotator')}{', but ' + listed(strata) if strata else ''}"
    met = [f"{counted(units, 'unit')} with {number(int(count))}" for count, units in one.voices.items()]
    return f"{asked}. Answers that came: {', '.join(met) or 'none'}."


def aggregation(one: CampaignFacts) -> str:
    """Return how answers became labels."""
    asked = [(question["type"], question["name"]) for question in one.scheme["questions"]]
    told = [f"{name} is the mean of the answers." for kind, name in asked if kind == "number"]
    kinds = {kind for kind, _ in asked}
    if "choice" in kinds:
        told.insert(0, f"Hard labels are made {WAYS[one.aggregation]}. A tie has no hard label; its votes are kept.")
    if "spans" in kinds:
        told.append("Marks are kept where more than half of the annotators marked; of one annotator, none are.")
    if one.adjudicated:
        told.append(f"An adjudicator decided {counted(one.adjudicated, 'unit')}; that decision is the label.")
    return " ".join([*told, "Every raw answer is in the release too."])


def controls(one: CampaignFacts) -> str:
    """Return how annotators were checked."""
    if not one.controls:
        return "No control items were answered."
    told = listed([f"{number(count)} {kind}" for kind, count in one.controls.items()])
    return f"Answers to control items with a known answer: {told}. They are left out of the release."


def prefilled(one: CampaignFacts) -> str:
    """Return what annotators saw before they answered."""
    return f"Predictions of {one.prefill} were shown to annotators first, which can sway them." if one.prefill else ""


def guideline(one: CampaignFacts) -> str:
    """Return which guideline the annotators had."""
    return f"Scheme {one.scheme['id']}, guideline version {one.scheme['version']}, questions {one.scheme_hash}."


def period(days: list[str]) -> str:
    """Return a span of days."""
    return f"{days[0]} to {days[1]}" if days and days[0] != days[1] else "".join(days[:1])


def people(one: CampaignFacts) -> str:
    """Return how many annotators there were, and of what kind."""
    kinds = Counter(rater.origin for rater in one.raters)
    words = {Origin.HUMAN: "person", Origin.SIMULATED: "simulated annotator", Origin.MODEL: "model"}
    return listed(
        [
            counted(count, words.get(Origin(kind), kind), "people" if kind == Origin.HUMAN else "")
            for kind, count in sorted(kinds.items())
        ]
    )
