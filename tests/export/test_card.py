"""The card: YAML that programs believe, and words that say what the facts say, whatever others wrote into them."""

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasets import Features, load_dataset
from datasets.exceptions import NonMatchingSplitsSizesError
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from annotation.schemes import load as load_scheme
from corpus.files import write_text
from corpus.output import plain as visible
from export.card import card
from export.card.front import feature_list, size_category
from export.card.loading import PLACE, code
from export.card.markdown import plain
from export.croissant import croissant
from export.manifest import data_only, read
from export.schema import (
    TAKEN_DOWN,
    Check,
    Closest,
    Facts,
    LeakageFacts,
    Link,
    LinkKind,
    Manifest,
    OutletFacts,
    TakedownFacts,
)
from tests.export.test_release import labelled, released

HOSTILE = [
    "![x](https://evil.example/t.png)",
    "<script>alert(1)</script>",
    "a | b | c",
    "\r\r# Free money",
    "`code` **bold** [link](http://evil.example)",
    "www.evil.example and mail@evil.example",
    "---\nlicense: mit\n---",
    "</details> &lt;b&gt; ~~gone~~ \\",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(labelled(tmp_path_factory.mktemp("card") / "w", 12, ("favor", "favor", "against")).workspace)[1]


@pytest.fixture(scope="module")
def manifest(folder: Path) -> Manifest:
    return data_only(read(folder, hint=""))


def changed(manifest: Manifest, **update: Any) -> Manifest:
    """A release with other facts."""
    return manifest.model_copy(update={"facts": manifest.facts.model_copy(update=update)})


def told(manifest: Manifest, **update: Any) -> str:
    """The card of a release with other facts."""
    return card(changed(manifest, **update))


def front(text: str) -> dict[str, Any]:
    """The YAML of a card."""
    found: dict[str, Any] = yaml.safe_load(text.split("---\n")[1])
    return found


def body(text: str) -> str:
    """The Markdown of a card."""
    return text.split("---\n", 2)[2]


def tokens(text: str) -> list[Token]:
    """The pieces of Markdown, as a renderer sees them."""
    blocks = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(text)
    return [piece for block in blocks for piece in [block, *(block.children or [])]]


def test_features_sizes_and_configs_are_those_that_load_dataset_finds(folder: Path, manifest: Manifest) -> None:
    facts = front(card(manifest))
    info = {one["config_name"]: one for one in facts["dataset_info"]}
    assert list(info) == [one["config_name"] for one in facts["configs"]]
    for config in manifest.facts.configs:
        if not config.rows:
            continue
        assert Features._from_yaml_list(info[config.name]["features"]) == Features.from_dict(config.features)
        loaded = load_dataset(str(folder), config.name)
        assert {one["name"]: one["num_examples"] for one in info[config.name]["splits"]} == loaded.num_rows
        files = [path for path in (folder / config.name).iterdir()]
        assert info[config.name]["download_size"] == sum(path.stat().st_size for path in files)


def test_load_dataset_believes_the_card_so_that_a_wrong_count_is_an_error(folder: Path, tmp_path: Path) -> None:
    lying = tmp_path / "lying"
    (lying / "stance").mkdir(parents=True)
    for path in (folder / "stance").iterdir():
        (lying / "stance" / path.name).write_bytes(path.read_bytes())
    text = (folder / "README.md").read_text()
    facts = front(text)
    facts["configs"] = [one | {"default": True} for one in facts["configs"] if one["config_name"] == "stance"]
    facts["dataset_info"] = [one for one in facts["dataset_info"] if one["config_name"] == "stance"]
    facts["dataset_info"][0]["splits"][0]["num_examples"] += 1
    write_text(lying / "README.md", f"---\n{yaml.safe_dump(facts)}---\n")
    with pytest.raises(NonMatchingSplitsSizesError, match="num_examples=11"):
        load_dataset(str(lying), "stance")


kinds = st.recursive(
    st.sampled_from(["string", "int64", "float64", "bool"]).map(lambda one: {"dtype": one, "_type": "Value"})
    | st.lists(st.text("abc_", min_size=1), min_size=1, max_size=4, unique=True).map(
        lambda one: {"names": one, "_type": "ClassLabel"}
    ),
    lambda inner: (
        inner.map(lambda one: {"feature": one, "_type": "List"})
        | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(st.text("xyz", min_size=1, max_size=3), kinds, min_size=1, max_size=4))
def test_features_are_written_as_datasets_reads_them(features: dict[str, Any]) -> None:
    written = yaml.safe_load(yaml.safe_dump(feature_list(features), sort_keys=False))
    assert Features._from_yaml_list(written) == Features.from_dict(features)
    assert written == yaml.safe_load(yaml.safe_dump(Features.from_dict(features)._to_yaml_list(), sort_keys=False))


@pytest.mark.parametrize(
    ("rows", "name"),
    [(0, "n<1K"), (999, "n<1K"), (1_000, "1K<n<10K"), (99_999, "10K<n<100K"), (10_000_000, "10M<n<100M")],
)
def test_size_categories_are_those_of_the_hub(rows: int, name: str) -> None:
    assert size_category(rows) == name


def test_who_made_the_annotations_stands_in_the_yaml(manifest: Manifest) -> None:
    assert "annotations_creators" not in front(card(manifest)), "people, but nobody said which"
    experts = manifest.facts.people.model_copy(update={"annotations_creators": ["expert-generated"]})
    assert front(told(manifest, people=experts))["annotations_creators"] == ["expert-generated"]
    facts = front(told(manifest, campaigns=[of(manifest, simulated=4, human=2)], people=experts))
    assert facts["annotations_creators"] == ["machine-generated", "expert-generated"]
    assert "simulated" in facts["tags"]


def of(manifest: Manifest, **origins: int) -> Any:
    """The campaign with other origins."""
    return manifest.facts.campaigns[0].model_copy(update={"origins": origins})


def test_labels_that_are_no_peoples_are_told_before_anything_else(manifest: Manifest) -> None:
    lines = body(told(manifest, campaigns=[of(manifest, simulated=30, human=6)])).strip().splitlines()
    assert lines[0].startswith("# ") and lines[2].startswith("> **Simulated labels.** 30 of 36 annotations")
    lines = body(told(manifest, campaigns=[of(manifest, model=1, human=2)])).strip().splitlines()
    assert lines[2].startswith("> **Labels by models.** 1 of 3 annotations")
    assert "Simulated labels" not in card(manifest) and "Labels by models" not in card(manifest)


def test_a_release_without_text_says_so(manifest: Manifest) -> None:
    text = told(manifest, kind="standoff")
    assert "**Stand-off release.**" in text and "stand-off" in front(text)["tags"]
    assert "```sh\nwirecopy export rehydrate FOLDER ARTICLES\n```" in text
    assert text.count("after rehydrating") == 2, "no text can be cut by offsets, no edit undone, before"
    assert not re.search("Stand-off|rehydrat", card(manifest))


def test_a_release_that_was_put_back_in_part_says_so_first(manifest: Manifest) -> None:
    text = told(manifest, kind="partial", incomplete=5, campaigns=[of(manifest, simulated=36)])
    banner = "> **Incomplete.** The text of 5 of 12 articles is not here; rehydration.json names them."
    assert body(text).strip().splitlines()[2] == banner
    assert "- No licence statement covers the text of 12 articles." in text
    assert "Incomplete" not in card(manifest)


def test_the_yaml_says_what_a_row_of_each_config_is_and_marks_its_content(manifest: Manifest) -> None:
    descriptions = {one["config_name"]: one["description"] for one in front(card(manifest))["configs"]}
    assert re.fullmatch(r"One row is a unit and its label \(content [0-9a-f]{16}\)", descriptions["stance"])
    assert len(set(descriptions.values())) == len(descriptions)


def test_the_code_of_the_card_runs(folder: Path, manifest: Manifest) -> None:
    lines = code(manifest.facts)
    assert f"```python\n{lines}\n```" in card(manifest)
    here = lines.replace(PLACE, str(folder))
    done = subprocess.run([sys.executable, "-c", here], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.strip() == "favor", done.stderr


def test_the_code_names_the_place_on_the_hub_where_it_is_known(manifest: Manifest) -> None:
    people = manifest.facts.people.model_copy(update={"url": "https://huggingface.co/datasets/desk/wire/"})
    assert 'load_dataset("desk/wire", "stance")' in told(manifest, people=people)


def test_every_answer_and_its_words_are_explained_with_their_counts(manifest: Manifest) -> None:
    text = card(manifest)
    for question in manifest.facts.campaigns[0].scheme["questions"]:
        assert f"**`{question['name']}`**: " in text and f"asked as “{plain(question['title'])}”" in text
        for option in question.get("options", []):
            assert f"| `{option['value']}` | {plain(option['text'])}" in text
    assert "| `favor` | in favour | 1 | 12 |" in text
    assert manifest.facts.campaigns[0].scheme["guideline"].strip() in text


def test_how_labels_were_made_is_told(manifest: Manifest) -> None:
    text = card(manifest)
    assert "guideline version 2" in text and "36 by people" in text
    assert "Each unit was meant for 2 annotators. Answers that came: 12 units with 3." in text
    one = manifest.facts.campaigns[0]
    assert all(rater.name in text for rater in one.raters) and len(one.raters) == 3
    controls = one.model_copy(update={"controls": {"repeat": 7}, "prefill": "model-x", "adjudicated": 2})
    text = told(manifest, campaigns=[controls])
    assert "7 repeat" in text and "Predictions of model-x" in text and "decided 2 units" in text


def test_agreement_is_told_with_intervals_and_signatures(manifest: Manifest) -> None:
    (alpha,) = [
        one
        for one in manifest.facts.campaigns[0].agreement
        if (one.question, one.measure, one.items) == ("stance", "alpha", "all")
    ]
    assert alpha.value is not None and f"| `stance` | Krippendorff's α | {alpha.value:.3f}" in card(manifest)
    assert alpha.signature in card(manifest)
    undefined = alpha.model_copy(update={"value": None, "low": None, "high": None, "reason": "all answers equal"})
    only = manifest.facts.campaigns[0].model_copy(update={"agreement": [undefined]})
    assert "| undefined: all answers equal |" in told(manifest, campaigns=[only])


def test_leaks_and_their_closest_pair_are_told(manifest: Manifest) -> None:
    link = Link(kind=LinkKind.STORY, left="a|b", right="c", score=0.25, method="words")
    closest = [Closest(border=["train", "test"], link=link)]
    found = LeakageFacts(checked=[check("exact", 3), check("story", 40, 0.2, 7, 5)], closest=closest)
    text = told(manifest, leakage=found)
    assert "| equal texts | the same text | 3 texts | 2 |" in text
    assert re.search(r"\| paraphrases of one wire story \| .*; 0.2 or more is a link \| 40 pairs \| 2 \|", text)
    assert "between two splits. 5 articles are too short to be compared for paraphrases of one wire story." in text
    assert "7 pairs of articles in two splits look a little alike" in text
    apart = told(manifest, leakage=found.model_copy(update={"distinct": 2}))
    assert "No link was found between two splits, but for 2 pairs that the makers read and call distinct" in apart
    assert "| train and test | paraphrases of one wire story | a\\|b | c | 0.250 |" in text
    off = told(manifest, leakage=found.model_copy(update={"unlooked": [LinkKind.EXACT]}))
    assert "| equal texts | the same text | not looked for | - |" in off
    assert "taken down" not in text.partition("## Splits")[2].partition("## Known limits")[0]
    gone = [TakedownFacts(source="ab" * 32, documents=2, rows={}, date="2026-11-23")]
    assert "Counts include articles that were taken down" in told(manifest, leakage=found, takedowns=gone)


def check(kind: str, compared: int, strong: float | None = None, weaker: int = 0, short: int = 0) -> Check:
    """How one kind of link was looked for; two were found."""
    counts = {"compared": compared, "links": 2, "weaker_across": weaker, "too_short": short}
    return Check(kind=LinkKind(kind), methods=["words"], strong_from=strong, **counts)


def test_what_nobody_said_is_told_as_unsaid_and_what_was_said_is_told(manifest: Manifest) -> None:
    assert card(manifest).count("The makers do not say.") >= 6
    said = {
        "motivation": "Why we did it.",
        "funding": "A grant.",
        "creators": ["Moor, Ada"],
        "limits": "Only one town.",
    }
    text = told(manifest, people=manifest.facts.people.model_copy(update=said))
    assert all(one in text for one in ("Why we did it.", "A grant.", "Moor, Ada", "Only one town."))
    for group in ("Motivation", "Composition", "Collection", "Uses", "Distribution", "Maintenance"):
        assert f"\n### {group}\n" in text
    assert "**A. Curation rationale.** Why we did it." in text and "**I. Provenance appendix.**" in text


def test_limits_are_counted(manifest: Manifest) -> None:
    one = manifest.facts.campaigns[0].model_copy(update={"ties": {"stance": 3}, "voices": {"1": 5, "2": 7}})
    text = told(manifest, campaigns=[one])
    assert "- stance: 3 ties in stance: no hard label." in text
    assert "- stance: 5 units of 12 rest on one answer or none." in text
    assert "- No licence statement covers the text of 12 articles." in text
    assert "- stance: 2 of 8 annotations were made by simulated annotators, not by people." in told(
        manifest, campaigns=[of(manifest, human=6, simulated=2)]
    )


def test_across_languages_some_translations_are_missed(manifest: Manifest) -> None:
    line = "- Translations were looked for among articles that share names or figures"
    assert line not in told(manifest, languages=["en"]) and line in told(manifest, languages=["en", "zh"])


def test_articles_without_an_outlet_are_of_no_outlet(manifest: Manifest) -> None:
    counts = {None: 9, "Paper": 2, "Wire": 1}
    outlets = [OutletFacts(outlet=name, language="en", documents=count, licence=None) for name, count in counts.items()]
    text = told(manifest, outlets=outlets)
    assert text.count("12 articles of 2 outlets, 9 of them without an outlet") == 2
    assert "are of one outlet" not in text
    named = told(manifest, outlets=[one.model_copy(update={"outlet": one.outlet or "Desk"}) for one in outlets])
    assert "- 75% of the articles are of one outlet: Desk." in named and "without an outlet" not in named


def test_only_splits_that_were_wanted_are_missed(manifest: Manifest) -> None:
    counts = {"train": 9, "validation": 0, "test": 3}
    wanted = {"train": 0.7, "validation": 0.1, "test": 0.2}
    splits = manifest.facts.splits.model_copy(update={"documents": counts, "shares": wanted})
    assert "- No article is in validation: too few stand alone." in told(manifest, splits=splits)
    by_time = splits.model_copy(update={"strategy": "time"})
    assert "- No article is in validation: none has such a date." in told(manifest, splits=by_time)
    gone = [TakedownFacts(source="ab" * 32, documents=2, rows={}, date="2026-11-23")]
    assert "in validation: what was there was taken down, or" in told(manifest, splits=splits, takedowns=gone)
    assert "**Are there recommended splits?** Yes: train and test, with" in told(manifest, splits=splits)
    two = splits.model_copy(update={"shares": wanted | {"validation": 0.0}})
    assert "No article is in" not in told(manifest, splits=two)


def test_a_config_without_rows_in_a_split_is_a_limit(manifest: Manifest) -> None:
    configs = [
        one.model_copy(update={"rows": {"train": 4}, "bytes": {"train": 9}}) if one.campaign else one
        for one in manifest.facts.configs
    ]
    text = told(manifest, configs=configs)
    assert text.count(": no rows in validation and test.") == 1 and "- stance: no rows in" in text


def test_only_choices_have_hard_labels_and_ties(manifest: Manifest) -> None:
    one = manifest.facts.campaigns[0]
    scored = one.model_copy(update={"scheme": load_scheme("translation-esa", Path()).model_dump(by_alias=True)})
    for text in (told(manifest, campaigns=[scored]), croissant(changed(manifest, campaigns=[scored]))):
        assert "score is the mean of the answers" in text and "Hard labels" not in text and "tie" not in text.split()
    assert "Hard labels are made by majority" in card(manifest)


def test_a_takedown_is_told_by_its_hash(manifest: Manifest) -> None:
    gone = TakedownFacts(source="ab" * 32, documents=2, rows={"documents": 2, "stance": 4}, date="2026-11-23")
    text = told(manifest, takedowns=[gone])
    assert f"| 2026-11-23 | {('ab' * 8)} | 2 |" in text and "\n6 rows of all configs went with them." in text
    configs = [one.model_copy(update={"left_out": {TAKEN_DOWN: 9}}) for one in manifest.facts.configs[:1]]
    takedowns = [gone, gone.model_copy(update={"rows": {}})]
    both = told(manifest, takedowns=takedowns, configs=[*configs, *manifest.facts.configs[1:]])
    assert "\n15 rows of all configs went with them." in both


def headings(text: str) -> list[str]:
    found = [one for one in tokens(body(text)) if one.type in ("heading_open", "inline")]
    return [after.content for one, after in pairwise(found) if one.type == "heading_open"]


@settings(deadline=None, max_examples=60)
@given(words=st.sampled_from(HOSTILE) | st.text(max_size=40))
def test_nothing_that_others_wrote_is_markup(manifest: Manifest, words: str) -> None:
    text, before = told(manifest, **hostile(manifest.facts, words)), card(manifest)
    pieces = tokens(body(text))
    assert not [one.type for one in pieces if one.type in ("link_open", "image", "html_inline", "s_open")]
    html = {one.content.strip() for one in pieces if one.type == "html_block"}
    assert html <= {one.content.strip() for one in tokens(body(before)) if one.type == "html_block"}
    assert len(headings(text)) == len(headings(before))
    assert front(text).keys() == front(before).keys() and front(text)["license"] == front(before)["license"]
    outside = re.sub(r"(?m)^(`{3,}).*?^\1$", "", body(text), flags=re.S)
    assert not re.search(r"(https?:|ftp:)//|\bwww\.|\w@\w", outside), "a renderer would make a link of it"


@settings(deadline=None, max_examples=60)
@given(words=st.sampled_from(["a\x07b", "\x1b[31mred", "x\u202ey"]) | st.text("ab\x00\x07\x1b\x9b\u202e", max_size=9))
def test_no_control_character_reaches_a_reader(manifest: Manifest, words: str) -> None:
    text = told(manifest, **hostile(manifest.facts, words))
    assert visible(text) == text


def hostile(facts: Facts, words: str) -> dict[str, Any]:
    """Facts in which everything that others write is `words`."""
    one = facts.campaigns[0]
    questions = [question | {"title": words} for question in one.scheme["questions"]]
    target = {"id": "t", "event": words, "text": {"en": words}}
    told = {"title": words, "version": words, "guideline": words, "questions": questions}
    campaign = one.model_copy(update={"scheme": one.scheme | told})
    campaign = campaign.model_copy(update={"targets": [target], "preset": words, "prefill": words})
    outlets = [OutletFacts(outlet=words, language="en", documents=12, licence=words)]
    link = Link(kind=LinkKind.STORY, left=words, right=words, score=0.1, method=words)
    closest = [Closest(border=["train", words], link=link)]
    return {
        "campaigns": [campaign],
        "outlets": outlets,
        "leakage": LeakageFacts(checked=[check("exact", 1)], closest=closest),
        "rejects": {words: 2},
    }
