"""Publishing to the Hub: the plan, one commit, a tag, and what is refused."""

import json
import os
import random
import tomllib
from collections.abc import Callable
from pathlib import Path

import fsspec
import pytest

from corpus.errors import WirecopyError
from corpus.output import Output, plain
from export.loading import loaded
from export.publish import repository
from export.verify import verify_release
from tests.export.mutations import SIGNED, signed
from tests.hub import TOKEN, Fault, Hub, regular
from tests.hub.child import REPO
from tests.hub.publishing import finished, hashes, send
from tests.releases import release, unstated_twin


def test_the_plan_alone_writes_nothing(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = release(tmp_path)
    send(folder, yes=False)
    told = capsys.readouterr()
    assert hub.writes == [] and not hub.repos
    assert "make team/news, private" in told.out and "tag v0.1.0" in told.out and "--yes" in told.err
    for name in hashes(folder):
        assert name in told.out


def test_one_private_commit_with_its_tag(hub: Hub, tmp_path: Path) -> None:
    folder = release(tmp_path)
    send(folder)
    repo = hub.repos[REPO]
    assert finished(hub, folder, "0.1.0") and repo.private and not repo.gated
    assert len(repo.commits) == 2 and repo.find("v0.1.0") == repo.find("main")


def test_the_second_time_nothing_is_written(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = release(tmp_path)
    send(folder)
    hub.asked(lambda *_: None)
    capsys.readouterr()
    send(folder)
    assert hub.writes == [] and "nothing to do" in capsys.readouterr().out


def test_the_next_version_replaces_changes_and_takes_away(hub: Hub, tmp_path: Path) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    gone = set(hashes(old)) - set(hashes(new))
    stray = "stance/train-00001-of-00002.parquet"
    repo = hub.repos[REPO]
    repo.commit({stray: regular(b"left by somebody"), "notes.txt": regular(b"kept")}, "by hand")
    send(new)
    assert repo.shown() == hashes(new) | {"notes.txt": repo.shown()["notes.txt"]}
    assert not (gone | {stray}) & set(repo.shown())
    assert repo.shown("v0.1.0") == hashes(old)


def test_pages_of_the_file_list_are_followed(hub: Hub, tmp_path: Path) -> None:
    hub.page = 3
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    for one in (old, new):
        send(one)
    assert finished(hub, new, "0.2.0")


def test_a_version_never_changes(hub: Hub, tmp_path: Path) -> None:
    send(release(tmp_path))
    with pytest.raises(WirecopyError, match=r"v0\.1\.0 is published on team/news with other content") as told:
        send(release(tmp_path, documents=5))
    assert "raise [release -> version]" in told.value.hint
    assert len(hub.repos[REPO].commits) == 2


def test_an_older_version_does_not_come_back(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    send(new)
    capsys.readouterr()
    send(old)
    assert finished(hub, new, "0.2.0") and "v0.1.0 is published" in capsys.readouterr().err


@pytest.mark.parametrize("target", [REPO, "memory://shelf"])
def test_text_without_a_statement_is_refused(hub: Hub, tmp_path: Path, target: str) -> None:
    with pytest.raises(WirecopyError, match="no licence statement for the text of documents without an outlet") as told:
        send(release(tmp_path, stated=False), target)
    assert "wirecopy export standoff" in told.value.hint and '[release.outlets]\n"" = ""' in told.value.hint
    assert not hub.requests


def test_all_outlets_without_a_statement_can_be_pasted(tmp_path: Path) -> None:
    folder = release(tmp_path)
    names = ['The "Post"', "back\\slash", "del\x7f", "bidi\u202e", "Zürich 🚗", *(f"outlet {n}" for n in range(20))]
    due = [{"outlet": name, "language": "en", "documents": 1, "licence": None} for name in names]
    signed(folder, lambda facts: facts.update(outlets=due))
    with pytest.raises(WirecopyError) as told:
        send(folder, yes=False)
    block = told.value.hint[told.value.hint.index("[release.outlets]") :]
    assert block == plain(block) and tomllib.loads(block) == {"release": {"outlets": dict.fromkeys(names, "")}}


def test_text_is_text_whatever_the_facts_say(hub: Hub, tmp_path: Path) -> None:
    folder = release(tmp_path, stated=False)
    signed(folder, lambda facts: facts.update(kind="standoff"))
    with pytest.raises(WirecopyError, match="no licence statement for the text"):
        send(folder, yes=False)


@pytest.mark.parametrize("target", [REPO, "memory://shelf"])
def test_a_part_of_a_release_is_not_the_release(hub: Hub, tmp_path: Path, target: str) -> None:
    folder = release(tmp_path)
    signed(folder, lambda facts: facts.update(kind="partial"))
    with pytest.raises(WirecopyError, match=r"holds only what could be put back of") as told:
        send(folder, target, yes=False)
    assert "stand-off" in told.value.hint and not hub.requests


@pytest.mark.parametrize("version", ["0/../../../escaped", "0.1.0/../../../escaped", "newest", ""])
def test_a_version_that_is_none(tmp_path: Path, version: str) -> None:
    folder = release(tmp_path)
    signed(folder, lambda facts: facts.update(version=version))
    with pytest.raises(WirecopyError, match="is no version"):
        send(folder, str(tmp_path / "shelf"))
    assert not (tmp_path / "shelf").exists() and not (tmp_path / "escaped").exists()


@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
def test_a_blank_statement_is_none(hub: Hub, tmp_path: Path, blank: str) -> None:
    folder = release(tmp_path)
    signed(folder, lambda facts: facts["outlets"][0].update(licence=blank))
    with pytest.raises(WirecopyError, match="no licence statement for the text"):
        send(folder, yes=False)


def test_the_twin_without_text_needs_no_statement(hub: Hub, tmp_path: Path) -> None:
    twin = unstated_twin(tmp_path)
    send(twin)
    assert finished(hub, twin, "0.1.0")


def test_an_edited_release_is_refused(hub: Hub, tmp_path: Path) -> None:
    folder = release(tmp_path)
    with (folder / "README.md").open("a") as card:
        card.write("A word more.\n")
    with pytest.raises(WirecopyError, match=r"changed by hand: README\.md"):
        send(folder)
    assert not hub.requests


@pytest.mark.parametrize("target", [REPO, "memory://shelf"])
@pytest.mark.parametrize("name", ["answer-gone", "label", "document-text"])
def test_a_release_signed_anew_with_a_wrong_meaning_is_refused(
    hub: Hub, tmp_path: Path, target: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = release(tmp_path)
    named = SIGNED[name](folder, random.Random(3))
    send(folder, target, yes=False)
    assert "--yes" in capsys.readouterr().err
    with pytest.raises(WirecopyError, match=f"is no sound release: .*({'|'.join(named)})") as told:
        send(folder, target)
    assert told.value.hint == "wirecopy export verify" and hub.writes == []
    assert not fsspec.filesystem("memory").exists("/shelf")


def test_a_path_out_of_the_release_is_refused(hub: Hub, tmp_path: Path) -> None:
    folder = release(tmp_path)
    (tmp_path / "secret").write_text("mine")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["../secret"] = {"sha256": hashes(tmp_path)["secret"], "bytes": 4, "rows": None}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(WirecopyError, match=r"'\.\./secret' is no file of a release"):
        send(folder)


def test_files_beside_the_release_stay_at_home(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = release(tmp_path)
    (folder / "names of annotators.txt").write_text("Ann")
    send(folder)
    assert "names of annotators.txt" not in hub.repos[REPO].shown()
    assert "not published: names of annotators.txt" in capsys.readouterr().err


def test_public_only_where_asked(hub: Hub, tmp_path: Path) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    seen = []
    hub.asked(lambda _n, _m, _p: Fault(act=lambda: seen.append([one.private for one in hub.repos.values()])))
    send(old, public=True)
    assert not hub.repos[REPO].private
    assert [False] not in seen, "public only after everything is there"
    with pytest.raises(WirecopyError, match="team/news is public: everybody would see") as told:
        send(new)
    assert "--public" in told.value.hint and hub.repos[REPO].shown() == hashes(old)
    send(new, public=True)
    assert finished(hub, new, "0.2.0")


def test_a_private_one_opens_on_request(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = release(tmp_path)
    send(folder)
    send(folder, yes=False, public=True)
    assert "open it to the public" in capsys.readouterr().out and hub.repos[REPO].private
    send(folder, public=True)
    assert not hub.repos[REPO].private and len(hub.repos[REPO].commits) == 2


def test_gated_before_anybody_sees_it(hub: Hub, tmp_path: Path) -> None:
    send(release(tmp_path), public=True, gated="manual")
    gate = next(at for at, path in enumerate(hub.writes) if path.endswith("/settings"))
    assert hub.repos[REPO].gated == "manual" and gate < len(hub.writes) - 1
    hub.asked(lambda *_: None)
    send(release(tmp_path / "again"), public=True, gated="manual")
    assert hub.writes == []


def test_the_work_of_others_is_left_alone(hub: Hub, tmp_path: Path) -> None:
    hub.repo(REPO).commit({"data/train.csv": regular(b"a,b\n")}, "by hand")
    with pytest.raises(WirecopyError, match=r"holds files that are no release: data/train\.csv"):
        send(release(tmp_path))


@pytest.mark.parametrize("text", ['{"name": "My App", "files": {"app.js": {}}}', "[" * 100_000, "\xff"])
def test_a_manifest_of_others_is_no_release(hub: Hub, tmp_path: Path, text: str) -> None:
    theirs = {"manifest.json": regular(text.encode()), "app.js": regular(b"1")}
    hub.repo(REPO).commit(theirs, "by hand")
    with pytest.raises(WirecopyError, match=r"holds files that are no release: app\.js, manifest\.json"):
        send(release(tmp_path))


def test_a_twin_needs_a_repository_of_its_own(hub: Hub, tmp_path: Path) -> None:
    send(release(tmp_path))
    with pytest.raises(WirecopyError, match="with other content") as told:
        send(unstated_twin(tmp_path))
    assert "without text need a repository each" in told.value.hint and "raise [release" in told.value.hint


def test_words_written_on_the_hub_are_told(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    send(release(tmp_path))
    hub.repos[REPO].commit({"README.md": regular(b"By hand.")}, "by hand")
    send(release(tmp_path, "0.2.0", 5), yes=False)
    assert "README.md was edited on the Hub" in capsys.readouterr().err


def test_json_is_one_document(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = release(tmp_path)
    send(folder, json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["done"] and told["commit"] == hub.repos[REPO].find("main")
    assert {one["file"]: one["what"] for one in told["files"]} == dict.fromkeys(hashes(folder), "new")


def test_without_a_token(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(WirecopyError, match="HF_TOKEN is not set"):
        send(release(tmp_path))


def test_a_wrong_token_is_told_and_never_shown(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    hub.repo(REPO)
    with pytest.raises(WirecopyError) as told:
        send(release(tmp_path))
    assert "hf_wrong" not in told.value.message + told.value.hint and "token" in told.value.message.lower()


@pytest.mark.parametrize("part", ["\nPART2", " PART2", "\u00e4PART2", "\x00PART2"])
def test_a_token_that_is_none_goes_nowhere(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    folder = release(tmp_path)
    monkeypatch.setattr("os.environ", os.environ | {"HF_TOKEN": TOKEN + part})
    calls: list[Callable[[], object]] = [
        lambda: send(folder),
        lambda: verify_release(place=f"{REPO}@v1", workspace=tmp_path, quick=True, out=Output()),
        lambda: loaded(REPO, ["stance"], revision="v1"),
    ]
    for call in calls:
        with pytest.raises(WirecopyError, match="HF_TOKEN holds white space or other signs") as told:
            call()
        assert TOKEN not in told.value.message + told.value.hint and "PART2" not in told.value.message
    assert not hub.requests


def test_what_can_not_be_read_says_where_to_look(hub: Hub, tmp_path: Path) -> None:
    hub.asked(lambda *_: Fault(500))
    calls: list[Callable[[], object]] = [
        lambda: send(release(tmp_path), yes=False),
        lambda: verify_release(place=f"{REPO}@v1", workspace=tmp_path, quick=True, out=Output()),
    ]
    for call in calls:
        with pytest.raises(WirecopyError) as told:
            call()
        assert told.value.hint == "check the network and HF_ENDPOINT, then the same command again"


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_the_hub_refuses_is_not_to_be_tried_again(hub: Hub, tmp_path: Path, status: int) -> None:
    hub.asked(lambda _n, _m, path: Fault(status) if "/commit/" in path else None)
    with pytest.raises(WirecopyError, match="the commit failed") as told:
        send(release(tmp_path))
    assert "refuses" in told.value.hint and "again" not in told.value.hint


def test_a_card_that_the_hub_refuses(hub: Hub, tmp_path: Path) -> None:
    hub.asked(lambda _n, _m, path: Fault(400) if "validate-yaml" in path else None)
    with pytest.raises(WirecopyError, match="does not show the release: no answer to the commit"):
        send(release(tmp_path))


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 0])
def test_no_message_holds_the_token(
    hub: Hub, tmp_path: Path, status: int, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    folder = release(tmp_path)
    for number in range(1, 9):
        hub.asked(lambda at, _m, _p, number=number: Fault(status) if at >= number else None)  # type: ignore[misc]
        with pytest.raises(WirecopyError) as told:
            send(folder)
        assert TOKEN not in told.value.message + told.value.hint and told.value.hint
    assert TOKEN not in "".join(capfd.readouterr()) + caplog.text


@pytest.mark.parametrize(
    ("target", "repo"),
    [
        ("org/name", "org/name"),
        ("org/name/", "org/name"),
        ("hf://datasets/org/name", "org/name"),
        ("hf://datasets/org/name/", "org/name"),
        ("https://huggingface.co/datasets/org/name", "org/name"),
        ("./org/name", None),
        ("../name", None),
        (".", None),
        ("/srv/data", None),
        ("~/data", None),
        ("s3://bucket/name", None),
        ("file:///srv/data", None),
    ],
)
def test_where_a_target_is(target: str, repo: str | None) -> None:
    assert repository(target) == repo


def test_a_target_that_can_be_two_things(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out" / "news").mkdir(parents=True)
    for target in ("out/news", "news", "a/b/c", "datasets/org/name", "org/name@main", ".hidden", "~nobody/data"):
        with pytest.raises(WirecopyError, match="can be a folder") as told:
            repository(target)
        assert f"./{target}" in told.value.hint and "hf://datasets/org/name" in told.value.hint


@pytest.mark.parametrize(
    "target",
    ["hf://org/name", "hf://datasets/", "hf://datasets/a/b/c", "https://there/x", "http://a", "s3://", "file://"],
)
def test_nowhere_to_publish_to(target: str) -> None:
    with pytest.raises(WirecopyError, match=r"nothing can be published to|is no repository") as told:
        repository(target)
    assert "hf://datasets/org/name" in told.value.hint


@pytest.mark.parametrize("name", ["org/a--b", "org/name.git", "org/a..b", "org/-name", "org/n\u00e4me"])
def test_a_name_that_the_hub_does_not_know_is_told(hub: Hub, tmp_path: Path, name: str) -> None:
    with pytest.raises(WirecopyError, match=f"(?i)repo.?id.*{name}") as told:
        send(release(tmp_path), name)
    assert "org/name" in told.value.hint and "again" not in told.value.hint and not hub.requests


@pytest.mark.parametrize("target", ["{}", "{}/inside", "file://{}/inside"])
def test_not_into_the_release_itself(tmp_path: Path, target: str) -> None:
    folder = release(tmp_path)
    with pytest.raises(WirecopyError, match="inside the release itself"):
        send(folder, target.format(folder))
    assert not (folder / "inside").exists()
