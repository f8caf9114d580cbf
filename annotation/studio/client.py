"""One Label Studio server over its API: the only module that imports `label_studio_sdk`.

Reads are retried by the SDK; writes never are, because the server commits even when the answer
is lost. A write whose fate is unknown raises `Doubt`: the caller reads back and decides.
"""

import gc
import json
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from label_studio_sdk import LabelStudio
from label_studio_sdk.core.api_error import ApiError

from corpus.errors import WirecopyError
from corpus.files import digest

OLDEST = (1, 20)
PAGE = 1_000
# All that is told of a project but its counts, which a server makes from every task.
PROJECT = (
    "id,title,description,created_at,label_config,expert_instruction,show_instruction,maximum_annotations,"
    "sampling,show_skip_button,enable_empty_annotation,show_collab_predictions,color"
)
EXPORT_IDS = 500  # 1,000 ids make a request line that the server refuses
TIMEOUT = 120.0
ONCE: Any = {"max_retries": 0}
BUSY = (408, 409, 429)
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0)  # a server that was killed is back in a minute
T = TypeVar("T")

# The SDK leaves 150,000 objects that live as long as the process: no collection has to walk through them again.
gc.freeze()


class Doubt(Exception):
    """A write that may or may not have happened."""


@dataclass(frozen=True)
class Held:
    """A task as the server holds it; `raw` has its id, data, meta and counts."""

    raw: dict[str, Any]

    @property
    def id(self) -> int:
        return int(self.raw["id"])

    @property
    def key(self) -> str:
        return str((self.raw.get("data") or {}).get("key") or "")

    @property
    def payload(self) -> str:
        return str((self.raw.get("data") or {}).get("payload") or "")

    @property
    def meta(self) -> dict[str, Any]:
        return dict(self.raw.get("meta") or {})

    @property
    def of(self) -> str | None:
        """The key of the unit that a control task copies."""
        return self.meta.get("of")

    @property
    def intact(self) -> bool:
        """Whether nobody has edited the texts on the server."""
        texts = {name: value for name, value in self.raw["data"].items() if name not in ("key", "payload")}
        return self.meta.get("text_hash") == digest(texts)

    @property
    def updated(self) -> str:
        return str(self.raw["updated_at"])

    @property
    def submitted(self) -> int:
        return int(self.raw.get("total_annotations") or 0)

    @property
    def skipped(self) -> int:
        return int(self.raw.get("cancelled_annotations") or 0)

    @property
    def answers(self) -> int:
        return self.submitted + self.skipped


class Studio:
    """A client of one server, as one user.

    Raises WirecopyError where nothing answers, the token is wrong or the server is too old.
    """

    def __init__(self, url: str, api_key: str, *, timeout: float = TIMEOUT) -> None:
        self.url = url.rstrip("/") if len(url) > len("https://") else url
        local = _open(lambda: urlsplit(url).hostname, url) in ("127.0.0.1", "localhost", "::1")
        http = httpx.Client(timeout=timeout, trust_env=not local, follow_redirects=True)
        weakref.finalize(self, http.close)
        # The SDK's token refresh drops the last part of a path without a slash behind it.
        self._sdk = _open(lambda: _sdk(self.url + "/", api_key, http), self.url)

    def check(self) -> str:
        """Return the server's version; raise where it can't be used."""
        release = str(self._read("GET", "api/version").get("release") or "0")
        numbers = tuple(int(part) for part in release.split(".")[:2] if part.isdigit())
        if numbers < OLDEST:
            wanted = ".".join(map(str, OLDEST))
            raise WirecopyError(
                f"Label Studio at {self.url} is {release}, wirecopy needs {wanted} or newer",
                hint="upgrade that server, or use a local one: wirecopy annotation serve",
            )
        self._read("GET", "api/current-user/whoami")
        return release

    def whoami(self) -> dict[str, Any]:
        """Return the user of the token."""
        return dict(self.read("GET", "api/current-user/whoami"))

    def users(self) -> list[dict[str, Any]]:
        """Return every account: id, email."""
        return list(self.read("GET", "api/users/"))

    def invite_link(self) -> str:
        """Return where annotators make their accounts."""
        return f"{self.url}/{self.invite_path().lstrip('/')}"

    def invite_path(self) -> str:
        """Return the path of the sign-up page, with its token."""
        return str(self.read("GET", "api/invite")["invite_url"])

    def project(self, project_id: int) -> dict[str, Any] | None:
        """Return a project, or None where it is gone."""
        try:
            return dict(self.read("GET", f"api/projects/{project_id}/"))
        except _NotFound:
            return None

    def projects(self, title: str | None = None) -> list[dict[str, Any]]:
        """Return all projects, or those with exactly this title; without their counts."""
        found = self._pages("api/projects/", "results", {"include": PROJECT} | ({"title": title} if title else {}))
        return [project for project in found if title in (None, project.get("title"))]

    def create_project(self, settings: dict[str, Any]) -> int:
        """Create a project; return its id."""
        return int(self._write(lambda: self._sdk.projects.create(**settings, request_options=ONCE)).id)

    def update_project(self, project_id: int, settings: dict[str, Any]) -> None:
        """Change settings of a project."""
        self._write(lambda: self._sdk.projects.update(project_id, **settings, request_options=ONCE))

    def tasks(self, project_id: int, *, after: int = 0) -> Iterator[Held]:
        """Yield the tasks of a project by id, those above the id `after`.

        Each page goes on from the last id of the one before: what is deleted meanwhile shifts none.
        """
        wanted = "id,data,meta,total_annotations,cancelled_annotations,updated_at"
        params = {"project": project_id, "include": wanted, "resolve_uri": "false", "page": 1, "page_size": PAGE}
        while True:
            query = _where("id", "greater", "Number", after)
            found = self.read("GET", "api/tasks", params | {"query": query})["tasks"]
            if not found:
                return
            yield from map(Held, found)
            after = int(found[-1]["id"])

    def begun(self, project_id: int) -> set[int]:
        """Return the ids of the tasks that somebody has a draft of."""
        params = {"project": project_id, "include": "id", "query": _where("draft_exists", "equal", "Boolean", True)}
        return {int(task["id"]) for task in self._pages("api/tasks", "tasks", params)}

    def answered_by(self, project_id: int, user_id: int) -> set[int]:
        """Return the ids of the tasks that a user has submitted or skipped."""
        query = _where("annotators", "contains", "List", user_id)
        params = {"project": project_id, "include": "id", "query": query}
        return {int(task["id"]) for task in self._pages("api/tasks", "tasks", params)}

    def import_tasks(self, project_id: int, tasks: Sequence[Any]) -> int:
        """Send one batch, atomic on the server; return how many tasks it made."""
        return self.import_encoded(project_id, json.dumps(tasks).encode())

    def import_encoded(self, project_id: int, body: bytes) -> int:
        """Send one batch that is a JSON text already; return how many tasks it made."""
        # The SDK walks through every value of a body to encode it: that costs as much as all else here.
        return int(self._write(lambda: self._post(f"api/projects/{project_id}/import", body)).get("task_count") or 0)

    def delete_idle_task(self, task_id: int) -> bool:
        """Delete a task that nobody has answered; tell whether it was one. Drafts are the owner's to ask for."""
        try:
            task = self.read("GET", f"api/tasks/{task_id}/")
        except _NotFound:  # somebody else deleted it
            return True
        if task.get("annotations"):
            return False
        self.delete_task(task_id)
        return True

    def delete_task(self, task_id: int) -> None:
        """Delete a task with its answers; one that is gone already is no error."""
        with suppress(_NotFound):
            self._write(lambda: self._sdk.tasks.delete(str(task_id), request_options=ONCE))

    def delete_empty_project(self, project_id: int) -> bool:
        """Delete a project that holds no task; tell whether it was one."""
        project = self.project(project_id)
        if project is None or project.get("task_number"):
            return False
        self._write(lambda: self._sdk.projects.delete(project_id, request_options=ONCE))
        return True

    def annotate(self, task_id: int, result: list[Any], *, skipped: bool, lead_time: float) -> int:
        """Answer a task as the user of the token; return the annotation's id."""
        made = self._write(
            lambda: self._sdk.annotations.create(
                task_id, result=result, was_cancelled=skipped, lead_time=lead_time, request_options=ONCE
            )
        )
        return int(made.id or 0)

    def export(self, project_id: int, task_ids: Sequence[int]) -> list[dict[str, Any]]:
        """Return tasks with their annotations, at most `EXPORT_IDS` of them."""
        params = {"exportType": "JSON", "download_all_tasks": "true", "ids[]": list(task_ids)}
        return list(self.read("GET", f"api/projects/{project_id}/export", params))

    def _pages(self, path: str, field: str, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
        # A server may give shorter pages than asked for.
        page, given, total = 1, 0, 1
        while given < total:
            answer = self.read("GET", path, params | {"page": page, "page_size": PAGE})
            total = int(answer.get("total", answer.get("count", 0)))
            if not answer[field]:
                break
            yield from answer[field]
            page, given = page + 1, given + len(answer[field])

    def read(self, method: str, path: str, params: dict[str, Any] | None = None) -> Any:
        """Return the JSON of a read; while the server is away, busy or gives half an answer, try again."""
        for pause in PAUSES:
            try:
                return self._read(method, path, params)
            except Passing:
                time.sleep(pause)
        return self._read(method, path, params)

    def _read(self, method: str, path: str, params: dict[str, Any] | None = None) -> Any:
        # The SDK's own models parse 100 to 215 tasks a second; its transport gives the bare JSON.
        transport = self._sdk._client_wrapper.httpx_client
        response = _open(lambda: transport.request(path, method=method, params=params), self.url)
        if response.status_code >= 400:
            raise _explained(response.status_code, response.text, self.url)
        try:
            return response.json()
        except ValueError:
            hint = "check LABEL_STUDIO_URL: it is the address of the start page, with any sub-path"
            raise Passing(f"{self.url} answers, but not as Label Studio does", hint=hint) from None

    def _post(self, path: str, body: bytes) -> Any:
        transport = self._sdk._client_wrapper.httpx_client
        kind = {"content-type": "application/json"}
        response = transport.request(path, method="POST", content=body, headers=kind, request_options=ONCE)
        if response.status_code >= 400:
            raise ApiError(status_code=response.status_code, body=response.text)
        try:
            return response.json()
        except ValueError:
            raise Doubt("half an answer") from None

    def _write(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except httpx.HTTPError as error:
            raise Doubt(f"{type(error).__name__}") from error
        except ApiError as error:
            if (error.status_code or 500) >= 500 or error.status_code in BUSY:
                raise Doubt(f"HTTP {error.status_code}") from error
            raise _explained(error.status_code or 0, json.dumps(error.body, default=str), self.url) from error


def _sdk(url: str, api_key: str, http: httpx.Client) -> Any:
    return LabelStudio(base_url=url, api_key=api_key, httpx_client=http)  # type: ignore[no-untyped-call]


def _where(column: str, operator: str, kind: str, value: object) -> str:
    item = {"filter": f"filter:tasks:{column}", "operator": operator, "type": kind, "value": value}
    return json.dumps({"filters": {"conjunction": "and", "items": [item]}, "ordering": ["tasks:id"]})


class Passing(WirecopyError):
    """A fault that may be over when the same is asked again."""


class Refused(WirecopyError):
    """A request that the server understood and will not do."""


class _NotFound(WirecopyError):
    pass


def _open(call: Callable[[], T], url: str) -> T:
    try:
        return call()
    except ApiError as error:
        raise _explained(error.status_code or 0, json.dumps(error.body, default=str), url) from None
    except httpx.UnsupportedProtocol:
        raise WirecopyError(f"LABEL_STUDIO_URL is no address: '{url}'", hint="it looks like http://host:8080") from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise _unreachable(url) from error


def _unreachable(url: str) -> WirecopyError:
    return Passing(
        f"no Label Studio answers at {url}",
        hint="start a local one with `wirecopy annotation serve`, or set LABEL_STUDIO_URL",
    )


def _explained(status: int, body: str, url: str) -> WirecopyError:
    if status in (401, 403):
        return WirecopyError(
            f"Label Studio at {url} refuses the token",
            hint="set LABEL_STUDIO_API_KEY to the token shown in its Account & Settings page",
        )
    if status == 404:
        return _NotFound(f"Label Studio at {url} has no such thing: {body[:200]}", hint="wirecopy annotation plan")
    kind = Refused if status == 400 else Passing if status in BUSY or status >= 500 else WirecopyError
    told = "an error page" if "<html" in body.lower() else body[:300]
    hint = "see the server's log; a local server whose folder was moved wants `wirecopy annotation stop`, then serve"
    return kind(f"Label Studio at {url} answers HTTP {status}: {told}", hint=hint)
