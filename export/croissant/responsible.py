"""The properties of Croissant RAI 1.0, from the facts that the card tells too."""

from typing import Any

from annotation.schema import Origin
from export.card import sentences
from export.card.limits import found as limits
from export.card.markdown import counted
from export.schema import Facts

PLATFORM = "Label Studio Community"
CLEANING = (
    "Encoding, entities and typography are mended by rules; each change is stored as an edit and can be undone.",
    "Paragraphs have roles (title, lead, body, boilerplate...); nothing is deleted.",
    "Language, sentences, near-duplicates, translations and passage pairs are found by programs.",
)
PERSONAL = "Articles name people in public life and quote them. Annotators are keyed pseudonyms."


def responsible(facts: Facts) -> dict[str, Any]:
    """Return what the RAI vocabulary asks for; what nobody said is left out."""
    people, campaigns = facts.people, sentences.labelled(facts)
    told: dict[str, Any] = {
        "rai:dataCollection": f"{sentences.articles(facts)}, from files that the makers have.",
        "rai:dataCollectionType": ["Document analysis", "Secondary Data analysis"],
        "rai:dataCollectionRawData": "News articles; documents has source, address and hash of the raw bytes of each.",
        "rai:dataCollectionMissingData": _missing(facts),
        "rai:dataCollectionTimeframe": facts.published,
        "rai:dataPreprocessingProtocol": list(CLEANING),
        "rai:dataAnnotationProtocol": " ".join(f"{one.name}: {_protocol(facts, one.name)}" for one in campaigns),
        "rai:dataAnnotationPlatform": [PLATFORM] if campaigns else [],
        "rai:dataAnnotationAnalysis": [f"{one.name}: {sentences.aggregation(one)}" for one in campaigns],
        "rai:annotationsPerItem": " ".join(f"{one.name}: {sentences.overlap(one)}" for one in campaigns),
        "rai:annotatorDemographics": _demographics(facts),
        "rai:machineAnnotationTools": _machines(facts),
        "rai:dataReleaseMaintenancePlan": "Versions are numbered; CHANGELOG.md tells what changed; a source can be "
        "removed from every table on request.",
        "rai:personalSensitiveInformation": PERSONAL,
        "rai:dataLimitations": [*limits(facts), *_said(people.limits), *_said(people.out_of_scope)],
        "rai:dataBiases": [line for line in limits(facts) if "of the articles are of one" in line],
        "rai:dataUseCases": _said(people.uses),
    }
    return {name: value for name, value in told.items() if value}


def _said(text: str) -> list[str]:
    return [text.strip()] if text.strip() else []


def _missing(facts: Facts) -> str:
    rejects = counted(sum(facts.rejects.values()), "input")
    rows = counted(sum(sum(one.left_out.values()) for one in facts.configs), "row")
    text = " The text is left out: this is a stand-off release." if facts.kind == "standoff" else ""
    told = f"{rejects} became no article; {rows} were left out, counted by reason in manifest.json.{text}"
    return " ".join([told, *_said(sentences.incomplete(facts))])


def _protocol(facts: Facts, name: str) -> str:
    one = next(found for found in facts.campaigns if found.name == name)
    parts = [sentences.guideline(one), f"{sentences.origins_told(one.origins)}.", sentences.controls(one)]
    return " ".join([*parts, *_said(sentences.prefilled(one))])


def _demographics(facts: Facts) -> list[str]:
    met = [f"{one.name}: {sentences.people(one)}" for one in sentences.labelled(facts) if one.raters]
    return [*_said(facts.people.annotators), *met]


def _machines(facts: Facts) -> list[str]:
    tools = [f"{one.name}: predictions of {one.prefill}" for one in facts.campaigns if one.prefill]
    made = [
        f"{one.name}: {rater.name} ({rater.origin})"
        for one in facts.campaigns
        for rater in one.raters
        if rater.origin != Origin.HUMAN
    ]
    return [*tools, *made]
