"""What annotators typed and who they are: nothing of it leaves by accident, and what is data stays."""

import hmac
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotation.annotators import secret_of
from annotation.answers.labels import label_features
from annotation.answers.tables import pull_file
from annotation.campaign import Campaign
from annotation.campaign import load as load_campaigns
from annotation.schema import Annotation
from annotation.schemes import load as load_scheme
from annotation.schemes.answers import value_features
from annotation.schemes.scheme import Scheme, Text
from annotation.tasks import to_server
from corpus.config import Release, Workspace, load
from corpus.errors import WirecopyError
from corpus.features import features, schema_of
from corpus.output import Output
from export.privacy import Privacy, privacy_of
from export.release import build
from tests.campaigns import campaign

OUT = Output()
MAIL, ACCOUNT = "anna.maria@institute.example", "anna-m"
REMARK = "my boss Zacharias Quendelin would disagree"
SPAN: dict[str, Any] = {
    "question": "evidence", "side": "article", "start": 0, "end": 3, "text": "The", "label": "favor",
    "holder": "actor", "holder_name": "Mayor Ostrander", "severity": None, "comment": REMARK,
}  # fmt: skip


def where(row: int) -> str:
    return f"row {row}"


def scheme() -> Scheme:
    """The stance scheme with a box for words."""
    known = load_scheme("stance", Path())
    box = Text(type="text", name="why", title="Why?")
    return Scheme(**{name: value for name, value in known if name != "questions"}, questions=[*known.questions, box])


def answers(*rows: dict[str, Any]) -> pa.RecordBatch:
    asked = scheme()
    schema = schema_of(features(Annotation, values=value_features(asked)))
    blank = {"annotator": "rater-0123abcd", "values": {"stance": "favor", "why": REMARK}, "spans": [SPAN]}
    return pa.RecordBatch.from_pylist([blank | row for row in rows], schema=schema)


def labels(*rows: dict[str, Any]) -> pa.RecordBatch:
    blank = {"adjudicated_by": "rater-0123abcd", "adjudication_reason": REMARK, "consensus_spans": [SPAN]}
    schema = schema_of(label_features(scheme()))
    return pa.RecordBatch.from_pylist([blank | row for row in rows], schema=schema)


def test_remarks_stay_at_home_and_all_else_goes() -> None:
    shown = Privacy().applied(answers({}, {"spans": []}, {"values": None, "spans": None}), scheme(), where)
    assert [row["values"] for row in shown.to_pylist()] == [
        {"stance": "favor", "confidence": None, "why": None}, {"stance": "favor", "confidence": None, "why": None}, None
    ]  # fmt: skip
    assert [row["spans"] for row in shown.to_pylist()] == [[SPAN | {"comment": None}], [], None]
    decided = Privacy().applied(labels({}), scheme(), where).to_pylist()[0]
    assert decided["adjudication_reason"] is None and decided["consensus_spans"] == [SPAN | {"comment": None}]
    assert decided["adjudicated_by"] == "rater-0123abcd"


def test_a_part_of_a_batch_loses_its_own_remarks_only() -> None:
    rows = [{"spans": [SPAN | {"start": at, "end": at + 3}] * (at % 3)} for at in range(10)]
    whole, part = answers(*rows), answers(*rows).slice(3, 4)
    shown = Privacy().applied(whole, scheme(), where).to_pylist()
    assert Privacy().applied(part, scheme(), where).to_pylist() == shown[3:7]
    assert [len(row["spans"]) for row in shown] == [at % 3 for at in range(10)]


def test_remarks_go_where_they_are_asked_for() -> None:
    batch = answers({})
    assert Privacy(comments=True).applied(batch, scheme(), where).equals(batch)


@pytest.mark.parametrize("text", [f"ask {MAIL}", MAIL.upper(), "x@y.example", f"{ACCOUNT} thinks so", ACCOUNT.upper()])
@pytest.mark.parametrize("place", ["why", "comment", "reason"])
def test_a_remark_that_names_an_annotator_stops_the_release(text: str, place: str) -> None:
    rules = Privacy(logins=(MAIL,), accounts=(ACCOUNT,), comments=True)
    if place == "reason":
        batch = labels({}, {"adjudication_reason": text})
    elif place == "why":
        batch = answers({}, {"values": {"stance": "favor", "why": text}})
    else:
        batch = answers({"spans": [SPAN] * 3}, {"spans": [SPAN, SPAN | {"comment": text}]})
    with pytest.raises(WirecopyError, match=rf"row 1: (a mail address|the name of an account) in '.*{place}'"):
        rules.applied(batch, scheme(), where)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Anaïs was there", False),
        ("Üana", False),
        ("anaи", False),
        ("bana\u0301na and ana\u0308", False),
        ("ana١", False),
        ("ana_b", False),
        ("Ana.", True),
        ("bei „Ana“", True),
        ("was sagt\nANA?", True),
        ("ana", True),
        ("ana-maria", True),
        ("问ana", False),
        ("问 ana，", True),
    ],
)
def test_an_account_counts_as_a_whole_word_of_any_script(text: str, named: bool) -> None:
    rules, batch = Privacy(accounts=("ana",), comments=True), labels({"adjudication_reason": text})
    if not named:
        assert rules.applied(batch, scheme(), where).num_rows == 1
        return
    with pytest.raises(WirecopyError, match="the name of an account"):
        rules.applied(batch, scheme(), where)


@pytest.mark.parametrize(
    "text",
    ["Anna Schmidt", "anna.schmidt", "annaschmidt", "anna\u2011schmidt", "anna\u00ad-schmidt", "a\u200bnna_schmidt",
     "\uff41nna-schmidt", "write to a.schmidt (at) uni"],
)  # fmt: skip
def test_a_name_is_found_however_it_is_written(text: str) -> None:
    rules = Privacy(logins=("a.schmidt@uni.example",), accounts=("anna-schmidt",), comments=True)
    with pytest.raises(WirecopyError, match="the name of an account"):
        rules.applied(labels({"adjudication_reason": f"as {text} said"}), scheme(), where)
    rules.applied(labels({"adjudication_reason": "Anna and Schmidt, anna-schmidts"}), scheme(), where)


@pytest.mark.parametrize("key", ["annotators", "description", "limits"])
def test_the_makers_words_name_no_annotator(tmp_path: Path, key: str) -> None:
    rules, file = Privacy(logins=(MAIL,), accounts=(ACCOUNT, "max")), tmp_path / "wirecopy.toml"
    for text in (f"four, {MAIL} one of them", "four, Anna M one of them"):
        with pytest.raises(WirecopyError, match=rf"wirecopy.toml: .* in '{key}': no annotator is named"):
            rules.check_words(Release(**{key: text}).model_dump(), file)  # type: ignore[arg-type]
    rules.check_words(Release(creators=["M, Anna"], contact=MAIL, description="to the max").model_dump(), file)


@pytest.mark.parametrize(("holder", "told"), [(ACCOUNT, True), (f" {ACCOUNT.upper()} ", True), (MAIL, True)])
def test_an_annotator_is_no_holder(holder: str, told: bool) -> None:
    rules = Privacy(logins=(MAIL,), accounts=(ACCOUNT,))
    with pytest.raises(WirecopyError, match=r"in 'spans\.holder_name'.*no annotator is named"):
        rules.applied(answers({"spans": [SPAN | {"holder_name": holder}]}), scheme(), where)


@pytest.mark.parametrize("holder", ["Max", "Max Mustermann", "Mayor @ home", "The max"])
def test_a_holder_who_acts_in_the_articles_is_data(holder: str) -> None:
    rules = Privacy(accounts=("max",), actors=("Max",))
    shown = rules.applied(answers({"spans": [SPAN | {"holder_name": holder}]}), scheme(), where)
    assert shown["spans"].to_pylist()[0][0]["holder_name"] == holder


def test_an_account_of_two_letters_is_a_word_of_many_languages() -> None:
    rules = Privacy(accounts=("al",), comments=True)
    rules.applied(labels({"adjudication_reason": "et al. say so"}), scheme(), where)
    with pytest.raises(WirecopyError, match="an account"):
        rules.applied(labels({"adjudication_reason": "al"}), scheme(), where)


def test_a_table_that_names_its_annotators_is_refused() -> None:
    for column, batch in (
        ("annotator", answers({"annotator": MAIL})),
        ("adjudicated_by", labels({"adjudicated_by": ACCOUNT})),
    ):
        with pytest.raises(WirecopyError, match=f"in '{column}'"):
            Privacy(accounts=(ACCOUNT,)).applied(batch, scheme(), where)


def test_another_version_has_other_pseudonyms_that_the_key_explains() -> None:
    rows = [{"annotator": name} for name in ("rater-1", "rater-2", "rater-1", "rater-unknown")]
    shown = {
        secret: Privacy(secret=secret).applied(answers(*rows), scheme(), where)["annotator"].to_pylist()
        for secret in ("one", "two")
    }
    one, two = shown["one"], shown["two"]
    assert one[0] == one[2] != one[1] and one[3] == "rater-unknown"
    assert not {*one[:3]} & {*two[:3], "rater-1", "rater-2"}
    assert one[0] == "rater-" + hmac.new(b"one", b"rater-1", "sha256").hexdigest()[:8]
    decided = Privacy(secret="one").applied(labels({"adjudicated_by": "rater-1"}), scheme(), where)
    assert decided["adjudicated_by"].to_pylist() == [one[0]]


def annotated(folder: Path, **settings: Any) -> Campaign:
    """A campaign answered by people with names, mails and opinions."""
    one = campaign(folder, 6)
    config = folder / "wirecopy.toml"
    people = f'[annotators.{ACCOUNT}]\nemail = "{MAIL}"\n[annotators.quirinius]\n'
    told = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
    config.write_text(config.read_text() + people + "[release]\n" + told)
    one = load_campaigns(load(folder))[0]
    tasks = [to_server(task) | {"id": number, "annotations": []} for number, task in enumerate(one.tasks())]
    for task in tasks:
        for rater, mail in enumerate((MAIL, "Hieronymus.Vogelsang@mail.example", "quirinius@test.invalid")):
            task["annotations"].append(given(task, rater, mail))
    (folder / "export.json").write_text(json.dumps(tasks))
    pull_file(one, folder / "export.json")
    return one


def given(task: dict[str, Any], rater: int, mail: str) -> dict[str, Any]:
    choice = {"type": "choices", "from_name": "stance", "to_name": "article", "value": {"choices": ["favor"]}}
    text = task["data"]["article_text"]
    mark = {"start": 0, "end": 3, "text": text[:3], "labels": ["actor-favor"]}
    region = {"id": "r1", "type": "labels", "from_name": "evidence", "to_name": "article", "value": mark}
    who = {"id": rater, "email": mail, "first_name": "Hieronymus", "last_name": "Vogelsang"}
    number = task["id"] * 10 + rater
    result = [choice, region | {"meta": {"text": [REMARK]}}]
    return {"id": number, "unique_id": f"u{number}", "completed_by": who, "result": result}


def everything(folder: Path) -> str:
    """All that the files of a release hold: their bytes, every value and the metadata of Parquet."""
    found = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        found.append(path.name + path.read_bytes().decode("utf-8", "replace"))
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            found += [repr(table.to_pylist()), repr(table.schema.metadata), repr(pq.read_metadata(path).metadata)]
    return "\n".join(found).lower()


@pytest.mark.parametrize("pseudonyms", ["project", "release"])
def test_no_name_mail_or_remark_is_in_any_byte_of_a_release(tmp_path: Path, pseudonyms: str) -> None:
    one = annotated(tmp_path / "w", pseudonyms=pseudonyms)
    build(one.workspace, out=OUT)
    told = everything(one.workspace.release)
    assert "the mayor" in told and "rater-" in told
    for secret in (MAIL, "hieronymus", "vogelsang", ACCOUNT, "quirinius", ".example", REMARK, "zacharias"):
        assert secret.lower() not in told


def test_remarks_leave_with_the_option_and_the_manifest_says_so(tmp_path: Path) -> None:
    one = annotated(tmp_path / "w")
    assert build(one.workspace, out=OUT).written
    assert build(one.workspace, comments=True, out=OUT).written
    assert not build(one.workspace, comments=True, out=OUT).written
    folder = one.workspace.release
    assert json.loads((folder / "manifest.json").read_text())["facts"]["comments"] is True
    assert REMARK.lower() in everything(folder) and MAIL not in everything(folder)


def test_raters_are_the_same_in_two_versions_unless_asked_otherwise(tmp_path: Path) -> None:
    for pseudonyms in ("project", "release"):
        one = annotated(tmp_path / pseudonyms, pseudonyms=pseudonyms)
        first, second = (raters(version_of(one.workspace, version)) for version in ("0.1.0", "0.2.0"))
        assert len(first) == len(second) == 3
        assert (first == second) == (pseudonyms == "project") and (not first & second) == (pseudonyms == "release")


def version_of(space: Workspace, version: str) -> Workspace:
    release = Release(**space.config.release.model_dump() | {"version": version})
    other = replace(space, config=space.config.model_copy(update={"release": release}))
    build(other, out=OUT)
    return other


def raters(space: Workspace) -> set[str]:
    facts = json.loads((space.release / "manifest.json").read_text())["facts"]
    tables = [pq.read_table(path) for path in sorted((space.release / "stance_annotations").glob("*.parquet"))]
    named = set(pa.concat_tables(tables)["annotator"].to_pylist())
    assert {one["name"] for one in facts["campaigns"][0]["raters"]} == named
    return named


def test_the_key_of_a_version_is_a_secret_of_the_workspace(tmp_path: Path) -> None:
    space = annotated(tmp_path / "w", pseudonyms="release", version="1.2.0").workspace
    assert privacy_of(space).secret == secret_of(space.state, "pseudonyms of release 1.2.0")
    assert privacy_of(annotated(tmp_path / "other").workspace).secret is None
