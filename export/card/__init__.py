"""The dataset card: the README of a release, a function of its manifest."""

from export.card import contents, datasheet, labels, limits, loading, sentences
from export.card.front import front
from export.card.markdown import counted, fenced, number, paragraphs, plain, table
from export.citation import bibtex
from export.schema import TAKEN_DOWN, Facts, Manifest


def card(manifest: Manifest) -> str:
    """Return the whole README: YAML for the Hub and `load_dataset`, then Markdown for people."""
    facts = manifest.facts
    parts = [
        f"# {plain(facts.name)} {plain(facts.version)}",
        f"> **Incomplete.** {lost}" if (lost := sentences.incomplete(facts)) else "",
        sentences.warning(facts),
        sentences.standoff(facts),
        facts.people.description.strip(),
        contents.glance(facts),
        loading.loading(facts),
        contents.configs(facts),
        *(labels.campaign(one) for one in sentences.labelled(facts)),
        contents.articles(facts),
        contents.splits(facts),
        limits.limits(facts),
        datasheet.datasheet(facts),
        datasheet.statement(facts),
        _takedowns(facts),
        f"## Cite it\n\n{fenced(bibtex(facts), 'bibtex')}",
    ]
    return f"{front(manifest)}\n{paragraphs(parts)}\n"


def _takedowns(facts: Facts) -> str:
    if not facts.takedowns:
        return ""
    rows = [[plain(one.date), plain(one.source[:16]), number(one.documents)] for one in facts.takedowns]
    # Rows of what was gone already when the release was built are counted among those left out.
    lost = sum(sum(one.rows.values()) for one in facts.takedowns)
    lost += sum(one.left_out.get(TAKEN_DOWN, 0) for one in facts.configs)
    head = ["on", "source (hash)", "articles"]
    return paragraphs(["## Taken down", table(head, rows), f"{counted(lost, 'row')} of all configs went with them."])
