"""The project of a queue, as the clones of one workspace find it on a real server."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.campaign import Campaign, Queue
from annotation.campaign import load as load_campaigns
from annotation.studio.client import Studio
from annotation.studio.project import Gone, ensure, find, former, start_anew
from corpus.config import load
from corpus.errors import WirecopyError
from tests.campaigns import campaign
from tests.proxy import DROP_AFTER, Fault, proxy


@pytest.fixture
def workspace(tmp_path: Path) -> Campaign:
    """A campaign of a workspace with an id."""
    made = campaign(tmp_path / "first", 1)
    path = made.workspace.root / "wirecopy.toml"
    path.write_text(f'id = "{abs(hash(str(tmp_path))):016x}"\n' + path.read_text())
    return load_campaigns(load(made.workspace.root))[0]


def clone(one: Campaign, name: str = "second") -> Campaign:
    """A colleague's clone: the same files without what belongs to a machine."""
    folder = one.workspace.root.parent / name
    shutil.copytree(one.workspace.root, folder, ignore=shutil.ignore_patterns(".wirecopy"))
    return load_campaigns(load(folder))[0]


def made(studio: Studio, queue: Queue) -> int:
    return ensure(studio, queue, find(studio, queue)).id


def found(studio: Studio, queue: Queue) -> int | None:
    project = find(studio, queue)
    return project.id if project else None


def earlier(studio: Studio, queue: Queue) -> list[int]:
    return [one.id for one in former(studio, queue)]


def test_a_new_clone_after_a_colleague_made_it_anew(studio: Studio, workspace: Campaign) -> None:
    first, second = Queue(workspace), Queue(clone(workspace))
    old = made(studio, first)
    start_anew(studio, first)
    assert found(studio, first) is None and earlier(studio, first) == [old]
    new = made(studio, first)
    for _ in range(3):
        assert made(studio, second) == new != old
    assert earlier(studio, second) == earlier(studio, first) == [old]


def test_a_clone_that_knew_the_earlier_project_follows(studio: Studio, workspace: Campaign) -> None:
    first, second = Queue(workspace), Queue(clone(workspace))
    old = made(studio, first)
    assert made(studio, second) == old
    start_anew(studio, first)
    assert found(studio, second) == old, "nothing new is there yet"
    new = made(studio, first)
    assert made(studio, second) == found(studio, second) == new
    assert earlier(studio, second) == [old]
    start_anew(studio, second)
    third = made(studio, second)
    assert found(studio, first) == third and earlier(studio, first) == [old, new] == earlier(studio, second)


def test_a_clone_that_starts_anew_takes_the_generation_after_all_others(studio: Studio, workspace: Campaign) -> None:
    first, second = Queue(workspace), Queue(clone(workspace))
    numbers = [made(studio, first)]
    made(studio, second)
    for _ in range(2):
        start_anew(studio, first)
        numbers.append(made(studio, first))
    start_anew(studio, second)
    numbers.append(made(studio, second))
    assert len(set(numbers)) == 4 and found(studio, first) == numbers[-1]
    assert earlier(studio, first) == earlier(studio, second) == numbers[:-1]


def test_a_project_that_was_deleted_is_gone_and_its_generation_used_up(studio: Studio, workspace: Campaign) -> None:
    first, second = Queue(workspace), Queue(clone(workspace))
    old = made(studio, first)
    start_anew(studio, first)
    assert studio.delete_empty_project(made(studio, first))
    with pytest.raises(Gone):
        find(studio, first)
    assert made(studio, second) == old, "who never knew the newer one works on with what stands"
    start_anew(studio, first)
    new = made(studio, first)
    assert found(studio, second) == new and earlier(studio, second) == [old]


def test_a_deleted_project_that_a_colleague_made_again_is_found(studio: Studio, workspace: Campaign) -> None:
    first, second = Queue(workspace), Queue(clone(workspace))
    assert studio.delete_empty_project(made(studio, first))
    new = made(studio, second)
    assert made(studio, first) == new


def test_a_noted_number_that_another_project_has_is_another_server(studio: Studio, workspace: Campaign) -> None:
    queue, stranger = Queue(workspace), Queue(campaign(workspace.workspace.root.parent / "other", 1))
    made(studio, queue)
    number, note = made(studio, stranger), queue.state / "project.json"
    old = note.read_text()
    note.write_text(old.replace(f'"project": {found(studio, queue)}', f'"project": {number}'))
    assert note.read_text() != old
    with pytest.raises(WirecopyError, match="was not made by this workspace"):
        find(studio, queue)


def test_without_an_id_a_workspace_keeps_to_its_note(studio: Studio, tmp_path: Path) -> None:
    queue = Queue(campaign(tmp_path / "alone", 1))
    numbers = [made(studio, queue)]
    for _ in range(2):
        start_anew(studio, queue)
        numbers.append(made(studio, queue))
    assert found(studio, queue) == numbers[-1] and earlier(studio, queue) == numbers[:-1]


def test_a_project_from_before_the_id_stays(studio: Studio, tmp_path: Path) -> None:
    old = campaign(tmp_path / "w", 1)
    number = made(studio, Queue(old))
    config = old.workspace.config.model_copy(update={"id": "0123456789abcdef"})
    queue = Queue(replace(old, workspace=replace(old.workspace, config=config)))
    assert made(studio, queue) == number and earlier(studio, queue) == []
    start_anew(studio, queue)
    new = made(studio, queue)
    assert new != number and found(studio, queue) == new and earlier(studio, queue) == [number]


def test_two_pushes_at_once_where_the_server_does_not_confirm_the_deletion(
    studio: Studio, studio_env: dict[str, str], workspace: Campaign
) -> None:
    first, second = Queue(workspace), Queue(clone(workspace))
    assert find(studio, second) is None
    winner = made(studio, first)

    def fault(method: str, _path: str) -> Fault:
        return DROP_AFTER if method == "DELETE" else None

    with proxy(studio.url) as between:
        between.fault = fault
        broken = Studio(between.url, studio_env["LABEL_STUDIO_API_KEY"])
        assert ensure(broken, second, None).id == winner
        assert [one for one in between.writes if one[0] == "DELETE"]
    assert found(studio, second) == winner
