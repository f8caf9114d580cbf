"""The dataset card: the README of a release, a function of its manifest."""

from export.card import contents, datasheet, labels, limits, loading, sentences
from export.card.front import front
from export.card.markdown import fenced, number, paragraphs, plain, table
from export.citation import bibtex
from export.schema import Facts, Manifest


def card(manifest: Manifest) -> str:
    """Return the whole README: YAML for the Hub and `load_dataset`, then Markdown for people."""
    facts = manifest.facts
    parts = [
        f"# {plain(facts.name)} {plain(facts.version)}",
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
    rows = [
        [plain(one.date), plain(one.source[:16]), number(one.documents), number(sum(one.rows.values()))]
        for one in facts.takedowns
    ]
    return "## Taken down\n\n" + table(["on", "source (hash)", "articles", "rows"], rows)
