"""The Hub's stand-in held to the real clients, and what really travels with Xet."""

import random
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pyarrow as pa
import pytest
from datasets import ClassLabel, Dataset, Features, Value
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

from corpus.errors import WirecopyError
from corpus.features import class_label, schema_of, value
from corpus.files import sha256_file
from corpus.parquet import writing
from export.hub import Hub as Client
from export.hub import Unanswered
from tests.conftest import REPOSITORY
from tests.hub import DROP, MAIN, TOKEN, Fault, Hub, running
from tests.hub.child import REPO
from tests.test_house import SOURCES, imported

WORDS = [f"{word}{n}" for n in range(40) for word in ("toll", "ward", "vote", "tram", "road", "mayor", "council")]


def api(hub: Hub, token: str | bool = TOKEN) -> HfApi:
    return HfApi(endpoint=hub.url, token=token)


def add(name: str, content: bytes) -> CommitOperationAdd:
    return CommitOperationAdd(name, content)


def place(path: Path) -> tuple[Path, str]:
    return path, sha256_file(path)


def test_one_module_talks_to_the_hub() -> None:
    users = [path for path in SOURCES if "huggingface_hub" in imported(path)]
    assert [path.relative_to(REPOSITORY).as_posix() for path in users] == ["export/hub.py"]


def test_a_stale_parent_is_refused(hub: Hub) -> None:
    one = api(hub)
    one.create_repo(REPO, repo_type="dataset", private=True)
    first = one.dataset_info(REPO).sha
    one.create_commit(REPO, [add("a.txt", b"a")], commit_message="a", repo_type="dataset", parent_commit=first)
    with pytest.raises(HfHubHTTPError) as told:
        one.create_commit(REPO, [add("b.txt", b"b")], commit_message="b", repo_type="dataset", parent_commit=first)
    assert told.value.response.status_code == 412
    assert sorted(one.list_repo_files(REPO, repo_type="dataset")) == [".gitattributes", "a.txt"]


def test_large_files_go_to_the_store_once(hub: Hub, tmp_path: Path) -> None:
    one = api(hub)
    one.create_repo(REPO, repo_type="dataset")
    for name in ("a.parquet", "b.parquet"):
        one.upload_file(path_or_fileobj=b"PAR1 same", path_in_repo=name, repo_id=REPO, repo_type="dataset")
    assert list(hub.puts.values()) == [1]
    (info,) = one.get_paths_info(REPO, "b.parquet", repo_type="dataset")
    assert info.size == 9 and info.lfs and info.lfs.sha256 in hub.store  # type: ignore[union-attr]
    got = one.hf_hub_download(REPO, "b.parquet", repo_type="dataset", local_dir=tmp_path)
    assert Path(got).read_bytes() == b"PAR1 same"


def test_a_commit_adds_and_takes_away(hub: Hub) -> None:
    one = api(hub)
    one.create_repo(REPO, repo_type="dataset")
    one.create_commit(REPO, [add("x/a.txt", b"a"), add("b.txt", b"b")], commit_message="1", repo_type="dataset")
    gone = CommitOperationDelete("x/a.txt")
    done = one.create_commit(REPO, [gone, add("b.txt", b"B")], commit_message="2", repo_type="dataset")
    files = hub.repos[REPO].files(done.oid)
    assert {name: blob.data for name, blob in files.items() if name != ".gitattributes"} == {"b.txt": b"B"}
    one.create_tag(REPO, tag="v1", revision=done.oid, repo_type="dataset")
    with pytest.raises(HfHubHTTPError):
        one.create_tag(REPO, tag="v1", repo_type="dataset")
    assert [tag.target_commit for tag in one.list_repo_refs(REPO, repo_type="dataset").tags] == [done.oid]


def test_a_pull_request_has_files_of_its_own(hub: Hub) -> None:
    one = api(hub)
    one.create_repo(REPO, repo_type="dataset")
    done = one.create_commit(REPO, [add("a.txt", b"1")], commit_message="a", repo_type="dataset", create_pr=True)
    assert done.pr_num and hub.repos[REPO].files("refs/pr/1")["a.txt"].data == b"1"
    assert "a.txt" not in hub.repos[REPO].files()
    one.change_discussion_status(REPO, done.pr_num, "closed", repo_type="dataset")
    assert list(one.get_repo_discussions(REPO, repo_type="dataset", discussion_status="open")) == []


def test_a_private_repository_hides_from_others(hub: Hub) -> None:
    api(hub).create_repo(REPO, repo_type="dataset", private=True)
    with pytest.raises(RepositoryNotFoundError):
        api(hub, token=False).dataset_info(REPO)
    with pytest.raises(RevisionNotFoundError):
        api(hub).dataset_info(REPO, revision="v9")
    api(hub).update_repo_settings(REPO, repo_type="dataset", private=False, gated="auto")
    assert api(hub, token=False).dataset_info(REPO).gated == "auto"
    with pytest.raises(HfHubHTTPError):
        api(hub, token=False).create_commit(REPO, [add("a", b"a")], commit_message="a", repo_type="dataset")


def test_push_to_hub_of_datasets_itself(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.config.HF_ENDPOINT", hub.url)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", hub.url)
    features = Features({"text": Value("string"), "label": ClassLabel(names=["no", "yes"])})
    rows = Dataset.from_dict({"text": ["a", "b"], "label": [0, 1]}, features=features)
    rows.push_to_hub(REPO, token=TOKEN, private=True)
    assert hub.repos[REPO].private
    assert {"README.md", "data/train-00000-of-00001.parquet"} <= hub.repos[REPO].files().keys()


def test_a_fault_comes_when_it_is_ordered(hub: Hub) -> None:
    hub.repo(REPO)
    hub.asked(lambda number, _method, _path: Fault(500) if number == 2 else None)
    one = api(hub)
    one.dataset_info(REPO)
    with pytest.raises(HfHubHTTPError):
        one.dataset_info(REPO)
    assert one.dataset_info(REPO).private and len(hub.requests) == 3


def test_the_client_reads_again_after_a_bad_moment(hub: Hub) -> None:
    hub.repo(REPO)
    hub.asked(lambda number, _method, _path: Fault(503) if number <= 2 else None)
    shown = Client(REPO).look()
    assert shown and shown.private and list(shown.files) == [".gitattributes"]


@pytest.mark.parametrize("end", [False, True])
def test_a_hub_that_hangs_is_left(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: bool) -> None:
    """It takes the request and says nothing, at once or when the work is done; the line stays open."""
    monkeypatch.setattr("export.hub.SILENCE", 0.2)
    head, free = hub.repo(REPO).refs[MAIN], Event()
    (tmp_path / "a.txt").write_text("a")
    hub.asked(lambda _n, _m, path: Fault(DROP, end, free.wait) if "/commit/" in path else None)
    with pytest.raises(Unanswered, match=r"no answer to the commit: .*timed out"):
        Client(REPO).commit({"a.txt": place(tmp_path / "a.txt")}, [], message="a", parent=head)
    assert ("a.txt" in hub.repos[REPO].files()) == end
    hub.asked(lambda *_: Fault(DROP, act=free.wait))
    for call in (Client(REPO).look, lambda: Client(REPO).files(head)):
        with pytest.raises(WirecopyError, match="timed out"):
            call()
    free.set()


def test_the_client_takes_no_token_from_elsewhere(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.repo(REPO)
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.delenv("HF_HUB_DISABLE_IMPLICIT_TOKEN")
    (tmp_path / "token").write_text(TOKEN)
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
    assert Client(REPO).look() is None
    with pytest.raises(WirecopyError, match="needs HF_TOKEN"):
        Client(REPO).resolve("main")


@pytest.fixture
def xet(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A stand-in whose large files go through hf_xet into its local store."""
    with running(xet=tmp_path / "xet") as made:
        (tmp_path / "xet").mkdir()
        monkeypatch.setenv("HF_ENDPOINT", made.url)
        monkeypatch.delenv("HF_HUB_DISABLE_XET")
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", False)
        yield made


def stored(hub: Hub) -> int:
    """Return the bytes of content that Xet has been sent."""
    assert hub.xet
    return sum(one.stat().st_size for one in hub.xet.rglob("default.*") if one.suffix != ".tagset")


def shard(path: Path, rows: list[tuple[str, int]]) -> Path:
    schema = schema_of({"text": value(str), "label": class_label(["against", "favor"])})
    with writing(path, schema) as put:
        for start in range(0, len(rows), 10_000):
            part = rows[start : start + 10_000]
            columns = [pa.array([text for text, _ in part]), pa.array([label for _, label in part], pa.int64())]
            put(pa.RecordBatch.from_arrays(columns, schema=schema))
    return path


def test_a_relabelled_release_sends_little(xet: Hub, tmp_path: Path) -> None:
    draw = random.Random(5)
    rows = [(f"{at} " + " ".join(draw.choices(WORDS, k=12)), draw.randint(0, 1)) for at in range(100_000)]
    again = [(text, 1 - label if draw.random() < 0.01 else label) for text, label in rows]
    client, name = Client(REPO), "stance/train-00000-of-00001.parquet"
    client.create()
    sent = []
    for number, content in enumerate((rows, again, again)):
        path = shard(tmp_path / f"{number}.parquet", content)
        head = client.look()
        assert head
        client.commit({name: place(path)}, [], message=str(number), parent=head.head)
        sent.append(stored(xet))
    first, relabelled, same = sent[0], sent[1] - sent[0], sent[2] - sent[1]
    whole = (tmp_path / "0.parquet").stat().st_size
    assert first > 0.9 * whole
    assert relabelled < 0.1 * whole and same == 0, f"{relabelled} bytes of {whole}"
    assert not xet.puts, "nothing went the old way"


def test_what_xet_has_is_not_sent_again_after_a_lost_commit(xet: Hub, tmp_path: Path) -> None:
    path = shard(tmp_path / "0.parquet", [(f"{at} {at * 7919 % 104729}", at % 2) for at in range(20_000)])
    client = Client(REPO)
    client.create()
    xet.asked(lambda _n, _m, where: Fault(503) if "/commit/" in where else None)
    head = client.look()
    assert head
    with pytest.raises(Exception, match="no answer to the commit"):
        client.commit({"a.parquet": place(path)}, [], message="a", parent=head.head)
    sent = stored(xet)
    xet.asked(lambda *_: None)
    client.commit({"a.parquet": place(path)}, [], message="a", parent=head.head)
    assert sent > 0 and stored(xet) == sent and "a.parquet" in xet.repos[REPO].files()
