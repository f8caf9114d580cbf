"""The annotation commands as people and programs run them: a process, its output, its exit code."""

import json
import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from annotation.campaign import Campaign, Queue
from annotation.campaign import load as load_campaigns
from annotation.schema import Control, Task
from annotation.studio import server
from annotation.studio.accounts import existing
from annotation.studio.client import Studio
from annotation.tasks import from_server
from corpus.config import load
from tests.annotation.test_push_queues import PEOPLE, with_people
from tests.annotation.test_server import logged_in
from tests.annotation.test_status import give, member, queue_of, words
from tests.conftest import Cli
from tests.proxy import DROP_BEFORE, Proxy, proxy

Done = subprocess.CompletedProcess[str]
Env = dict[str, str]
_number = count(1)

CONTROLS = "[campaigns.stance.controls]\nrepeats = 0.5\n"
PREFILL = """[campaigns.stance.prefill]
model = "rules-1"
command = ["python3", "predict.py"]
blank = 0.3
"""
# A model: it marks the first words of each article and is always in favour.
MODEL = """
import json, sys
for line in sys.stdin:
    unit = json.loads(line)
    text = unit["data"]["article_text"]
    span = {"question": "evidence", "side": "article", "start": 0, "end": 9, "text": text[:9]}
    mark = span | {"label": "favor", "holder": "author"}
    print(json.dumps({"key": unit["key"], "values": {"stance": "favor"}, "spans": [mark]}))
"""


def json_of(done: Done) -> Any:
    """Return what a program reads; nothing else may be said."""
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


def table_of(done: Done) -> list[str]:
    """Return the lines that a person reads."""
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    return done.stdout.splitlines()


def failed(done: Done, *told: str, env: Env | None = None) -> None:
    """A command that fails says so once, with the way out, and gives no secret away."""
    assert (done.returncode, done.stdout) == (1, ""), (done.returncode, done.stdout, done.stderr)
    lines = done.stderr.splitlines()
    assert [line.split(":")[0] for line in lines if line.startswith(("error:", "hint:"))] == ["error", "hint"]
    assert lines[-1].startswith("hint: ") and "Traceback" not in done.stderr
    assert all(one in done.stderr for one in told), done.stderr
    assert not env or env["LABEL_STUDIO_API_KEY"] not in done.stderr


def accounts_of(names: tuple[str, ...]) -> tuple[dict[str, str], str]:
    """Return logins that no other test has, and the tables of `wirecopy.toml` that name them."""
    at = next(_number)
    logins = {name: f"{name}-{at}@commands.invalid" for name in names}
    return logins, "".join(f'[annotators.{name}]\nemail = "{login}"\n' for name, login in logins.items())


def test_invite_makes_each_account_once_and_shows_its_password_once(
    cli: Cli, studio: Studio, studio_env: Env, tmp_path: Path
) -> None:
    logins, tables = accounts_of(("anna", "ben", "carla"))
    folder = with_people(tmp_path / "invite", 1, (), more=tables).workspace.root
    (anna,) = json_of(cli("annotation", "invite", "anna", "--json", "--workspace", folder, env=studio_env))
    assert (anna["annotator"], anna["login"]) == ("anna", logins["anna"])
    assert logged_in(studio.url, anna["login"], anna["password"]) == logins["anna"]
    assert existing(studio).isdisjoint({logins["ben"], logins["carla"]}), "nobody but who was named"

    shown = cli("annotation", "invite", "--workspace", folder, env=studio_env)
    lines = table_of(shown)
    assert [line.split("  password: ")[0] for line in lines] == [
        f"{name}  login: {logins[name]}" for name in ("ben", "carla")
    ]
    assert logged_in(studio.url, logins["ben"], lines[0].split("  password: ")[1]) == logins["ben"]
    assert f"log in at {studio.url}/user/login/" in shown.stderr and "note them now" in shown.stderr
    passwords = [anna["password"], *(line.split("  password: ")[1] for line in lines)]
    assert not any(password in shown.stderr for password in passwords)

    assert json_of(cli("annotation", "invite", "--json", "--workspace", folder, env=studio_env)) == []
    again = cli("annotation", "invite", "--workspace", folder, env=studio_env)
    assert table_of(again) == ["all annotators have their accounts"]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert not any(password.encode() in path.read_bytes() for path in files for password in passwords)


def test_invite_refuses_what_it_cannot_do(cli: Cli, studio: Studio, studio_env: Env, tmp_path: Path) -> None:
    logins, tables = accounts_of(("anna",))
    folder = with_people(tmp_path / "refuses", 1, (), more=tables).workspace.root
    unknown = cli("annotation", "invite", "anna", "nobody", "--workspace", folder, env=studio_env)
    failed(unknown, "[annotators] has no 'nobody'", "annotators here: anna", env=studio_env)
    reset = cli("annotation", "invite", "anna", "--reset", "--workspace", folder, env=studio_env)
    failed(reset, "on the local server only", "unset LABEL_STUDIO_URL", env=studio_env)
    all_of_them = cli("annotation", "invite", "--reset", "--workspace", folder, env=studio_env)
    failed(all_of_them, "--reset wants the annotators by name", env=studio_env)
    assert logins["anna"] not in existing(studio), "a command that is refused has made nobody's account"
    nobody = with_people(tmp_path / "nobody", 1, ()).workspace.root
    assert table_of(cli("annotation", "invite", "--workspace", nobody, env=studio_env)) == [
        "[annotators] of wirecopy.toml names nobody"
    ]


def test_an_invite_that_breaks_off_has_told_the_passwords_until_then(
    cli: Cli, studio: Studio, studio_env: Env, tmp_path: Path
) -> None:
    logins, tables = accounts_of(("anna", "ben"))
    folder = with_people(tmp_path / "breaks", 1, (), more=tables).workspace.root
    with proxy(studio.url) as between:
        lost_after_the_first_account(between)
        env = studio_env | {"LABEL_STUDIO_URL": between.url}
        done = cli("annotation", "invite", "--json", "--workspace", folder, env=env)
    assert done.returncode == 1 and "no account for 'ben'" in done.stderr, done.stderr
    (anna,) = json.loads(done.stdout)
    assert logged_in(studio.url, logins["anna"], anna["password"]) == logins["anna"]


def lost_after_the_first_account(between: Proxy) -> None:
    made: list[str] = []

    def fault(method: str, path: str) -> str | None:
        if method != "POST" or "/user/" not in path:
            return None
        made.append(path)
        return DROP_BEFORE if len(made) > 1 else None

    between.fault = fault


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The workspace of three annotators, with control items and a model of their own."""
    found = tmp_path_factory.mktemp("commands") / "people"
    found.mkdir()
    (found / "predict.py").write_text(MODEL)
    with_people(found, 24, more=CONTROLS + PREFILL)
    yield found


def test_a_campaign_by_its_commands(cli: Cli, studio: Studio, studio_env: Env, folder: Path) -> None:
    def run(*arguments: str) -> Done:
        return cli("annotation", *arguments, "--workspace", folder, env=studio_env)

    (one,) = load_campaigns(load(folder))
    before_a_push(run_status := run("status"), json_of(run("status", "--json")), one)
    assert "carla" in run_status.stdout
    sent = planned_and_pushed(run, studio, one)
    (before,) = json_of(run("status", "--json"))
    assert [(rater["done"], rater["per_hour"]) for rater in before["raters"]] == [(0, None)] * 3
    assert (before["pulled"], before["asked"]) == (0, 48)
    assert table_of(run("repairs")) == ["nothing to repair in what was pulled"]
    (audit,) = json_of(run("audit", "--json"))
    assert (audit["predictions"], audit["verdicts"]) == ([], []), "nobody has answered yet"

    prefilled = answer(studio, one)
    (pulled,) = json_of(run("pull", "--json"))
    assert (pulled["annotations"], pulled["quarantined"], pulled["contradictions"]) == (len(prefilled), 0, 1)
    assert pulled["controls"] == sum(task.control is Control.REPEAT for task in prefilled) > 0
    told(run, studio, one, prefilled, sent)
    deleted_tasks(run, studio, one)


def before_a_push(shown: Done, found: Any, one: Campaign) -> None:
    lines = table_of(shown)
    assert lines[0].split() == ["campaign", "units", "complete", "answers", "agreement"]
    assert lines[1].split()[:6] == ["stance", "24", "0", "0", "of", "48"]
    assert "wirecopy annotation invite" in shown.stdout and "http" not in shown.stdout, "there is no link yet"
    (campaign,) = found
    assert (campaign["campaign"], campaign["own_queues"], campaign["link"]) == (one.name, True, None)
    assert [(rater["annotator"], rater["link"]) for rater in campaign["raters"]] == [(name, None) for name in PEOPLE]


def planned_and_pushed(run: Any, studio: Studio, one: Campaign) -> int:
    plans = json_of(run("plan", "--json"))
    assert [(plan["annotator"], plan["project"]) for plan in plans] == [(name, None) for name in PEOPLE]
    shown = run("plan")
    assert table_of(shown)[0].split() == ["campaign", "annotator", "project", "new", "unchanged", "changed", "hours"]
    assert shown.stderr.count("the project will be made") == 3
    assert all(studio.projects(Queue(one, name).title) == [] for name in PEOPLE), "a plan writes nothing"
    (pushed,) = json_of(run("push", "--json"))
    assert pushed["sent"] == sum(plan["new"] for plan in plans) > 48 and sorted(pushed["projects"]) == list(PEOPLE)
    assert [row["annotator"] for row in pushed["links"]] == list(PEOPLE)
    assert len({row["link"] for row in pushed["links"]}) == 3
    again = table_of(run("push"))
    assert again[0].split() == ["campaign", "sent", "unchanged", "written"]
    assert again[1].split() == ["stance", "0", str(pushed["sent"]), "False"]
    assert [line.split()[1] for line in again[3:6]] == list(PEOPLE) and again[2].split()[1] == "annotator"
    assert all(plan["new"] == 0 and plan["hours"] == 0 for plan in json_of(run("plan", "--json")))
    return int(pushed["sent"])


def answer(studio: Studio, one: Campaign) -> list[Task]:
    """Let Anna submit everything as it was filled in, and Ben his first with another answer that breaks a check."""
    done = []
    anna, ben = member(studio, one, "anna"), member(studio, one, "ben")
    for place in queue_of(studio, one, "anna"):
        spans = [words(place[1], "The mayor", "The mayor", "favor")] if place[1].prefill else []
        give(anna, one, place, {"stance": "favor"}, spans)
        done.append(place[1])
    (first, *_) = [place for place in queue_of(studio, one, "ben") if place[1].prefill]
    give(ben, one, first, {"stance": "unrelated"}, [words(first[1], "The mayor", "The mayor", "favor")])
    return [*done, first[1]]


def told(run: Any, studio: Studio, one: Campaign, answered: list[Task], sent: int) -> None:
    """What status, repairs and audit tell of the answers."""
    shown = sum(task.prefill is not None for task in answered)
    assert 0 < shown < sum(task.control is None for task in answered), "a share was left blank, and each control"
    (found,) = json_of(run("status", "--json"))
    assert {rater["annotator"]: rater["done"] for rater in found["raters"]} == {
        "anna": len(answered) - 1,
        "ben": 1,
        "carla": 0,
    }
    assert sum(rater["done"] + rater["open"] for rater in found["raters"]) == sent
    status = run("status")
    lines = table_of(status)
    assert all(f"{one.name}, {row['annotator']}: {row['link']}" in lines for row in found["raters"])
    assert "wirecopy annotation repairs" in status.stderr

    (repair,) = json_of(run("repairs", "--json"))
    assert (repair["campaign"], repair["annotator"]) == ("stance", "ben")
    assert studio.url not in repair["page"] and repair["page"].startswith("/projects/")
    assert repair["contradiction"] == "evidence-but-unrelated"
    assert "ben" in "\n".join(table_of(run("repairs")))

    (audit,) = json_of(run("audit", "--json"))
    rows = {row["annotator"]: row for row in audit["predictions"]}
    assert set(rows) == {"anna", "ben", "all"}
    assert (rows["anna"]["answers"], rows["anna"]["unchanged"], rows["anna"]["kept"]) == (shown - 1,) * 3
    assert (rows["ben"]["unchanged"], rows["ben"]["kept"], rows["ben"]["values_changed"]) == (0, 1, 1)
    assert rows["all"]["answers"] == shown
    assert "anna" in {row["annotator"] for row in audit["verdicts"]}
    assert {row["measure"] for row in audit["bias"]} >= {"evidence (spans a unit)"}
    text = "\n".join(table_of(run("audit")))
    assert "stance:" in text and "rater-" not in text, "who runs the campaign sees names"


def deleted_tasks(run: Any, studio: Studio, one: Campaign) -> None:
    """A full pull finds what a usual one need not look for."""
    (held, _task), *_ = queue_of(studio, one, "anna")
    studio.delete_task(held.id)
    assert json_of(run("pull", "--json"))[0]["deleted"] == 0
    assert json_of(run("pull", "--full", "--json"))[0]["deleted"] == 1
    table = table_of(run("pull", "--full"))
    assert "deleted" in table[0].split() and "stale" not in table[0].split()


def test_import_files_are_those_of_the_queues(cli: Cli, studio_env: Env, tmp_path: Path) -> None:
    one = with_people(tmp_path / "files", 24, more=CONTROLS)
    path = tmp_path / "tasks.json"
    arguments = ("annotation", "push", "--to", path, "--workspace", one.workspace.root)
    rows = json_of(cli(*arguments, "--json"))
    assert [(row["annotator"], row["file"]) for row in rows] == [
        (name, str(tmp_path / f"tasks-{name}.json")) for name in PEOPLE
    ]
    assert not path.exists() and path.with_suffix(".xml").read_text().startswith("<View")
    queues = {name: read_tasks(tmp_path / f"tasks-{name}.json") for name in PEOPLE}
    assert [row["tasks"] for row in rows] == [len(tasks) for tasks in queues.values()]
    units = [task.key for tasks in queues.values() for task in tasks if task.control is None]
    assert {key: units.count(key) for key in units} == {task.key: 2 for task in one.tasks()}
    assert any(task.control for tasks in queues.values() for task in tasks)
    lines = table_of(cli(*arguments))
    assert len(lines) == 4 and [line.split()[1] for line in lines[1:]] == list(PEOPLE)
    pushed = json_of(cli("annotation", "push", "--json", "--workspace", one.workspace.root, env=studio_env))
    assert pushed[0]["sent"] == sum(map(len, queues.values())), "the server gets the same"


def read_tasks(path: Path) -> list[Task]:
    tasks = [from_server(task) for task in json.loads(path.read_text())]
    return [task for task in tasks if task]


WRONG = {
    "a key of an annotator": (
        '[annotators.anna]\nlanguage = ["en"]\n',
        ("status",),
        ("[annotators.anna -> language] unknown key",),
    ),
    "a name": ('[annotators."Anna Lee"]\n', ("invite",), ("annotators", "Anna Lee")),
    "a campaign of an annotator": (
        '[annotators.anna]\ncampaigns = ["stanze"]\n',
        ("push",),
        ("annotator 'anna' names the campaign 'stanze', which [campaigns] has not",),
    ),
    "a campaign": ("", ("status", "--campaign", "stanze"), ("no campaign 'stanze'", "campaigns here: stance")),
    "controls without annotators": (
        CONTROLS,
        ("plan",),
        ("[campaigns.stance -> controls] needs annotators with queues of their own",),
    ),
    "too few annotators": ("[annotators.anna]\n", ("push",), ("want 2 annotators; 1 read them",)),
    "nothing to pull": ("", ("pull",), ("has no project", "wirecopy annotation push --campaign stance")),
    "nothing to settle": ("", ("adjudicate",), ("no answers of 'stance' were pulled yet",)),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_one_error_with_the_way_out(case: str, cli: Cli, studio_env: Env, tmp_path: Path) -> None:
    more, command, told = WRONG[case]
    folder = tmp_path / "wrong"
    root = with_people(folder, 2, ()).workspace.root
    path = root / "wirecopy.toml"
    path.write_text(path.read_text() + more)
    failed(cli("annotation", *command, "--json", "--workspace", root, env=studio_env), *told, env=studio_env)


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("import sys\nprint('loading', file=sys.stderr)\nsys.exit('no weights in models/')", "no weights in models/"),
        ('print(\'{"key": "none of ours"}\')', "no unit of this campaign is none of ours"),
        ("print('Model loaded.')", "output:1"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "signal 9"),
    ],
)
def test_a_model_that_fails_is_one_error_and_nothing_is_sent(
    model: str, told: str, cli: Cli, studio: Studio, studio_env: Env, tmp_path: Path
) -> None:
    one = with_people(tmp_path / "model", 2, more=PREFILL)
    (one.workspace.root / "predict.py").write_text(model)
    done = cli("annotation", "push", "--json", "--workspace", one.workspace.root, env=studio_env)
    failed(done, "[prefill -> command] python3", told, env=studio_env)
    assert all(studio.projects(Queue(one, name).title) == [] for name in PEOPLE)


def test_a_model_that_is_not_there_is_named(cli: Cli, studio_env: Env, tmp_path: Path) -> None:
    one = with_people(tmp_path / "absent", 2, more=PREFILL.replace("python3", "no-such-model"))
    done = cli("annotation", "push", "--workspace", one.workspace.root, env=studio_env)
    failed(done, "[prefill -> command] no-such-model: can't be started", env=studio_env)


def test_a_wrong_token_is_not_repeated(cli: Cli, studio_env: Env, tmp_path: Path) -> None:
    one = with_people(tmp_path / "token", 1)
    env = studio_env | {"LABEL_STUDIO_API_KEY": "0123456789abcdef0123456789abcdef01234567"}
    for command in ("status", "push", "invite"):
        done = cli("annotation", command, "--workspace", one.workspace.root, env=env)
        failed(done, "refuses the token", env=env)


def test_passwords_are_reset_on_the_local_server(cli: Cli, local_server: tuple[server.Server, Path]) -> None:
    running, state = local_server
    logins, tables = accounts_of(("anna",))
    root = state.parent
    with_people(root, 1, (), more=tables)
    (first,) = json_of(cli("annotation", "invite", "--json", "--workspace", root))
    reset = cli("annotation", "invite", "anna", "--reset", "--json", "--workspace", root)
    assert reset.returncode == 0, reset.stderr
    (second,) = json.loads(reset.stdout)
    assert (second["annotator"], second["login"]) == ("anna", logins["anna"])
    assert logged_in(running.url, second["login"], second["password"]) == logins["anna"]
    assert first["password"] != second["password"]
    assert logged_in(running.url, first["login"], first["password"]) != logins["anna"]
