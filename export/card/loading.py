"""How to load a release, and what its columns and files mean."""

from export.card import sentences
from export.card.markdown import bullets, fenced, paragraphs
from export.schema import CITATION, CROISSANT, LEAKAGE, MANIFEST, SPLITS, ConfigFacts, Facts, Table

PLACE = "PATH_OR_REPO"
HUB = "https://huggingface.co/datasets/"


def loading(facts: Facts) -> str:
    """Return the code that loads a release."""
    back = ""
    if facts.kind == "standoff":
        back = (
            "Put the text back first, with your own copies of the articles; FOLDER is this release:\n\n"
            f"{fenced(sentences.REHYDRATE, 'sh')}\n\nWithout text, it loads as it is:"
        )
    where = f"`{PLACE}` is the folder of this release, or its name on the Hub." if place_of(facts) == PLACE else ""
    return paragraphs(["## Load it", back, fenced(code(facts), "python"), where, _files(facts)])


def code(facts: Facts) -> str:
    """Return Python that loads the first labels with the raw answers, or the articles where there are none."""
    place = place_of(facts)
    lines = ["from datasets import load_dataset", ""]
    labels = next((one for one in facts.configs if one.table is Table.LABELS and one.rows), None)
    if labels is None:
        return "\n".join([*lines, f'articles = load_dataset("{place}", "{Table.DOCUMENTS}")'])
    split = next(iter(labels.rows))
    lines.append(f'labels = load_dataset("{place}", "{labels.name}")')
    lines.append(f'answers = load_dataset("{place}", "{labels.name}_annotations")')
    if name := _choice(labels):
        lines += ["", f'names = labels["{split}"].features["{name}"].names']
        lines.append(f'first = labels["{split}"][0]["{name}"]')
        lines.append('print("a tie" if first is None else names[first])')
    return "\n".join(lines)


def place_of(facts: Facts) -> str:
    """Return what `load_dataset` takes: the name on the Hub where the address of the release is there."""
    url = facts.people.url or ""
    return url.removeprefix(HUB).strip("/") if url.startswith(HUB) and '"' not in url else PLACE


def _choice(one: ConfigFacts) -> str:
    return next((name for name, kind in one.features.items() if kind.get("_type") == "ClassLabel"), "")


def _files(facts: Facts) -> str:
    lines = [
        f"Offsets are Unicode code points, half-open: `text[start:end]` is the passage{sentences.rehydrated(facts)}.",
        "`doc_id` names an article in every config, `key` a unit in labels and raw answers.",
        "Annotators are keyed pseudonyms; no name and no address of theirs is here.",
        "Comments that annotators typed are here, because the makers asked for it."
        if facts.comments
        else "Comments that annotators typed are left out.",
        f"`{MANIFEST}` has all facts of this card and the hash of every file; `wirecopy export verify` checks them.",
        f"`{SPLITS}` and `{LEAKAGE}` say where each article is and why nothing leaks; `{CROISSANT}` and `{CITATION}` "
        "tell programs what this card tells people.",
    ]
    return bullets(lines) if sentences.documents(facts) or facts.configs else ""
