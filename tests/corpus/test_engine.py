"""Tasks: done once, whole or not at all, by whatever executor."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from corpus.engine import Counters, Engine, Executor, Task, finished, perform
from corpus.engine.local import Local
from corpus.errors import WirecopyError
from corpus.output import Output


def write(folder: Path, *, text: str) -> Counters:
    """A task: one file."""
    (folder / "out.txt").write_text(text)
    return {"characters": len(text)}


def fail(folder: Path, *, error: Exception) -> Counters:
    """A task that ends badly after it has begun to write."""
    (folder / "half.txt").write_text("half")
    raise error


def die(folder: Path) -> Counters:
    """A task whose process the system kills."""
    (folder / "half.txt").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def tasks(*texts: str) -> list[Task]:
    return [Task("write", f"key-{text}", partial(write, text=text)) for text in texts]


def run(root: Path, found: list[Task], executor: Executor | None = None) -> Engine:
    """Run one step as the build does."""
    engine = Engine(root, executor or Local(1), Output(json=True))
    results = engine.run(found, "testing")
    assert [one.folder for one in results] == [root / task.step / task.key for task in found]
    return engine


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_the_order_of_the_tasks(tmp_path: Path, workers: int) -> None:
    executor = Local(workers)
    texts = ["a" * size for size in (5, 1, 3, 2, 4)]
    results = Engine(tmp_path, executor, Output(json=True)).run(tasks(*texts), "testing")
    executor.close()
    assert [one.counters["characters"] for one in results] == [5, 1, 3, 2, 4]
    assert [(one.folder / "out.txt").read_text() for one in results] == texts


def test_what_stands_is_not_done_again(tmp_path: Path) -> None:
    run(tmp_path, tasks("one", "two"))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    (step,) = run(tmp_path, tasks("one", "two", "three")).steps
    assert (step.step, step.tasks, step.reused) == ("write", 3, 2)
    assert all(path.stat().st_mtime_ns == time for path, time in before.items() if path.is_file())


def test_two_tasks_of_one_key_are_one_piece_of_work(tmp_path: Path) -> None:
    (step,) = run(tmp_path, tasks("same", "other", "same")).steps
    assert (step.tasks, step.reused, step.counters) == (3, 1, {"characters": 13})


@pytest.mark.parametrize("damage", ["cut", "gone", "no counters", "broken counters"])
def test_what_was_damaged_is_done_again(tmp_path: Path, damage: str) -> None:
    (task,) = tasks("whole")
    perform(tmp_path, task)
    folder = tmp_path / task.step / task.key
    if damage == "cut":
        (folder / "out.txt").write_text("who")
    elif damage == "gone":
        (folder / "out.txt").unlink()
    elif damage == "no counters":
        (folder / "done.json").unlink()
    else:
        (folder / "done.json").write_text('{"counters": ')
    assert finished(tmp_path, task) is None
    run(tmp_path, [task])
    assert (folder / "out.txt").read_text() == "whole"


@pytest.mark.parametrize("error", [ValueError("bad"), WirecopyError("bad"), KeyboardInterrupt()])
def test_a_task_that_fails_leaves_nothing(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error)):
        perform(tmp_path, Task("fail", "key", partial(fail, error=error)))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_full_disk_is_an_error_that_says_how_to_go_on(tmp_path: Path) -> None:
    full = OSError(28, "No space left on device")
    with pytest.raises(WirecopyError, match="No space left on device") as caught:
        perform(tmp_path, Task("fail", "key", partial(fail, error=full)))
    assert "resumes" in caught.value.hint


def test_the_error_of_a_worker_comes_through(tmp_path: Path) -> None:
    executor = Local(2)
    bad = Task("fail", "key", partial(fail, error=WirecopyError("what", hint="next")))
    with pytest.raises(WirecopyError, match="what") as caught:
        run(tmp_path, [bad, *tasks("a", "b")], executor)
    executor.close()
    assert caught.value.hint == "next"


def test_a_killed_worker_is_an_error_and_the_rest_resumes(tmp_path: Path) -> None:
    executor = Local(2)
    with pytest.raises(WirecopyError, match="a worker process was killed"):
        run(tmp_path, [Task("die", "key", die), *tasks("a", "b")], executor)
    executor.close()
    run(tmp_path, tasks("a", "b"))
    assert not finished(tmp_path, Task("die", "key", die))


def test_workers_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, time\nfrom pathlib import Path\nfrom functools import partial\n"
        "from corpus.engine import Task\nfrom corpus.engine.local import Local\n"
        "from tests.corpus.test_engine import linger\n"
        "if __name__ == '__main__':\n"
        f"    root = Path({str(tmp_path)!r})\n"
        "    tasks = [Task('linger', str(at), partial(linger, told=root / f'{at}.pid')) for at in range(2)]\n"
        "    list(Local(2).run(root, tasks))\n"
    )
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    parent = subprocess.Popen([sys.executable, script], env=env)
    told = [tmp_path / f"{at}.pid" for at in range(2)]
    wait_until(lambda: all(path.exists() and path.read_text() for path in told))
    workers = [int(path.read_text()) for path in told]
    parent.kill()
    parent.wait()
    wait_until(lambda: not any(alive(pid) for pid in workers))


def test_workers_take_no_modules_from_the_current_folder(tmp_path: Path) -> None:
    here = tmp_path / "articles"
    here.mkdir()
    (here / "multiprocessing.py").write_text("import pathlib\npathlib.Path('planted').touch()\n")
    script = tmp_path / "parent.py"
    script.write_text(
        "from pathlib import Path\nfrom corpus.engine.local import Local\nfrom tests.corpus.test_engine import tasks\n"
        "if __name__ == '__main__':\n"
        f"    assert len(list(Local(2).run(Path({str(tmp_path)!r}), tasks('a', 'b')))) == 2\n"
    )
    env = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    env |= {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, script], env=env, cwd=here, timeout=60)
    assert done.returncode == 0 and not (here / "planted").exists()


def linger(folder: Path, *, told: Path) -> Counters:
    """A task that does not end by itself."""
    told.write_text(str(os.getpid()))
    time.sleep(300)
    return {}


def wait_until(holds: "object") -> None:
    """Wait for up to a minute."""
    assert callable(holds)
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it never came true")


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and waits for its parent does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_the_sweep_leaves_what_was_used_and_nothing_else(tmp_path: Path) -> None:
    run(tmp_path, tasks("old"))
    (tmp_path / "write" / ".killed.1234").mkdir()
    run(tmp_path, tasks("new")).sweep()
    assert [path.name for path in (tmp_path / "write").iterdir()] == ["key-new"]
