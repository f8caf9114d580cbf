"""Where data and labels come from, in PROV-O, as Croissant 1.1 recommends.

Source: Lebo et al., "PROV-O: The PROV Ontology" (W3C, 2013).
"""

from typing import Any

from annotation.schema import Origin
from export.card import sentences
from export.schema import CampaignFacts, ConfigFacts, Facts, Table

AGENTS = {Origin.HUMAN: "prov:Person", Origin.SIMULATED: "prov:SoftwareAgent", Origin.MODEL: "prov:SoftwareAgent"}
TOOL = {"@type": "prov:SoftwareAgent", "prov:label": "wirecopy"}


def provenance(facts: Facts) -> dict[str, Any]:
    """Return from what, by what and by whom the dataset was made."""
    sources = [
        {
            "@type": "prov:Entity",
            "prov:label": f"{one.documents} articles of {one.outlet or 'an outlet without a name'} in {one.language}",
            **({"license": one.licence} if one.licence else {}),
        }
        for one in facts.outlets
    ]
    steps = [_activity("cleaning, sentences, families and passage pairs", TOOL)]
    steps += [_labelling(one) for one in sentences.labelled(facts)]
    steps += [_activity(f"splits by {facts.splits.strategy}, checked for leaks", TOOL)]
    makers = [{"@type": "prov:Agent", "prov:label": name} for name in facts.people.creators]
    told = {"prov:wasDerivedFrom": sources, "prov:wasGeneratedBy": steps, "prov:wasAttributedTo": makers}
    return {name: value for name, value in told.items() if value}


def made_by(one: ConfigFacts, facts: Facts) -> dict[str, Any]:
    """Return by what the records of a config were made, and from which other config."""
    campaign = next((found for found in facts.campaigns if found.name == one.campaign), None)
    if campaign is None:
        derived = {Table.SEGMENTS, Table.PAIRS}
        return {"prov:wasDerivedFrom": {"@id": Table.DOCUMENTS.value}} if one.table in derived else {}
    if one.table is Table.LABELS:
        step = _activity(sentences.aggregation(campaign), TOOL)
        return {"prov:wasDerivedFrom": {"@id": f"{campaign.name}_annotations"}, "prov:wasGeneratedBy": step}
    return {"prov:wasGeneratedBy": _labelling(campaign)}


def _labelling(one: CampaignFacts) -> dict[str, Any]:
    agents = [
        {"@type": AGENTS.get(Origin(rater.origin), "prov:Agent"), "prov:label": f"{rater.name} ({rater.origin})"}
        for rater in one.raters
    ]
    step = _activity(f"{one.name}: {sentences.guideline(one)} {sentences.origins_told(one.origins)}", *agents)
    times = dict(zip(("prov:startedAtTime", "prov:endedAtTime"), one.period, strict=False))
    return step | times


def _activity(label: str, *agents: dict[str, str]) -> dict[str, Any]:
    return {"@type": "prov:Activity", "prov:label": label, "prov:wasAssociatedWith": list(agents)}
