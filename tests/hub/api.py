"""The routes of the stand-in, as huggingface_hub 2 and datasets 5 ask for them."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.message import Message
from typing import Any
from urllib.parse import parse_qs, unquote

from tests.hub.repository import MAIN, Blob, Pull, Repo, regular
from tests.hub.state import Hub

WHEN = "2026-01-01T00:00:00.000Z"
LARGE = 10 << 20  # bytes from which a file is large whatever its name


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def _json(value: object, status: int = 200, /, **headers: str) -> Answer:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **named})


def _error(status: int, code: str, message: str) -> Answer:
    return _json({"error": message}, status, X_Error_Code=code, X_Error_Message=message)


@dataclass(frozen=True)
class Request:
    """One request, taken apart; `repo` where its path names one that the token may see."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Message
    body: bytes
    allowed: bool

    def json(self) -> Any:
        return json.loads(self.body or b"null")


Route = Callable[[Hub, Request, re.Match[str]], Answer]
ROUTES: list[tuple[str, re.Pattern[str], Route]] = []
REPO = r"(?P<repo>[\w.-]+/[\w.-]+)"


def route(method: str, pattern: str) -> Callable[[Route], Route]:
    """Register what answers a method and a path."""

    def register(function: Route) -> Route:
        ROUTES.append((method, re.compile(pattern.replace("REPO", REPO)), function))
        return function

    return register


def answer(hub: Hub, request: Request) -> Answer:
    """Find the route of a request; a private repository is there for its owner only."""
    for method, pattern, function in ROUTES:
        found = pattern.fullmatch(request.path)
        if method != request.method.replace("HEAD", "GET") or not found:
            continue
        known = found.groupdict()
        if "repo" in known:
            repo = hub.repos.get(known["repo"])
            if repo is None or (not request.allowed and (repo.private or request.method not in ("GET", "HEAD"))):
                return _error(404 if request.allowed else 401, "RepoNotFound", "Repository not found")
            revision = known.get("rev")
            if revision and repo.find(unquote(revision)) is None:
                return _error(404, "RevisionNotFound", f"Invalid rev id: {unquote(revision)}")
        elif not request.allowed and "/objects/" not in request.path:
            return _error(401, "", "Invalid username or password.")
        return function(hub, request, found)
    return _error(404, "", f"the stand-in knows no {request.method} {request.path}")


def _at(hub: Hub, found: re.Match[str]) -> tuple[Repo, str]:
    repo = hub.repos[found["repo"]]
    revision = found.groupdict().get("rev")
    return repo, repo.find(unquote(revision)) or "" if revision else repo.refs[MAIN]


@route("GET", "/api/whoami-v2")
def whoami(_hub: Hub, _request: Request, _found: re.Match[str]) -> Answer:
    return _json({"type": "user", "name": "team", "orgs": [], "auth": {"accessToken": {"role": "write"}}})


@route("POST", "/api/validate-yaml")
def validate(_hub: Hub, _request: Request, _found: re.Match[str]) -> Answer:
    return _json({"errors": [], "warnings": []})


@route("POST", "/api/repos/create")
def create(hub: Hub, request: Request, _found: re.Match[str]) -> Answer:
    asked = request.json()
    name = f"{asked['organization'] or 'team'}/{asked['name']}"
    url = f"{hub.url}/datasets/{name}"
    if name in hub.repos:
        return _json({"error": "You already created this dataset repo", "url": url}, 409)
    hub.repo(name, private=asked.get("visibility") == "private")
    return _json({"url": url, "name": name})


@route("GET", r"/api/datasets/REPO(?:/revision/(?P<rev>[^/]+))?")
def info(hub: Hub, _request: Request, found: re.Match[str]) -> Answer:
    repo, commit = _at(hub, found)
    files = [{"rfilename": name} for name in sorted(repo.commits[commit].files)]
    told = {"id": found["repo"], "sha": commit, "private": repo.private, "gated": repo.gated, "siblings": files}
    return _json(told | {"tags": [], "downloads": 0, "likes": 0, "lastModified": WHEN, "createdAt": WHEN})


@route("PUT", "/api/datasets/REPO/settings")
def settings(hub: Hub, request: Request, found: re.Match[str]) -> Answer:
    repo, asked = hub.repos[found["repo"]], request.json()
    repo.gated = asked.get("gated", repo.gated)
    repo.private = asked.get("visibility", "private" if repo.private else "public") == "private"
    return _json({})


@route("POST", "/api/datasets/REPO/preupload/(?P<rev>[^/]+)")
def preupload(hub: Hub, request: Request, found: re.Match[str]) -> Answer:
    repo, commit = _at(hub, found)
    known = repo.commits[commit].files
    told = []
    for one in request.json()["files"]:
        name, there = one["path"], known.get(one["path"])
        large = name.endswith(".parquet") or one["size"] > LARGE
        oid = (there.sha256 or there.oid) if there else None
        told.append({"path": name, "uploadMode": "lfs" if large else "regular", "shouldIgnore": False, "oid": oid})
    return _json({"files": told, "commitOid": commit})


@route("POST", r"/datasets/REPO\.git/info/lfs/objects/batch")
def batch(hub: Hub, request: Request, found: re.Match[str]) -> Answer:
    told = []
    for one in request.json()["objects"]:
        here = f"{hub.url}/objects/{one['oid']}"
        actions = {"upload": {"href": here, "header": {}}, "verify": {"href": f"{here}/verify"}}
        told.append(one if one["oid"] in hub.store else one | {"actions": actions})
    return _json({"transfer": "basic", "objects": told})


@route("PUT", "/objects/(?P<oid>[0-9a-f]{64})")
def put(hub: Hub, request: Request, found: re.Match[str]) -> Answer:
    if hashlib.sha256(request.body).hexdigest() != found["oid"]:
        return _error(400, "", "these bytes have another hash")
    hub.puts[found["oid"]] += 1
    hub.store[found["oid"]] = request.body
    return Answer()


@route("POST", "/objects/(?P<oid>[0-9a-f]{64})/verify")
def verify(hub: Hub, request: Request, found: re.Match[str]) -> Answer:
    there = hub.store.get(found["oid"])
    return Answer(200 if there is not None and len(there) == request.json()["size"] else 422)


@route("GET", "/api/datasets/REPO/xet-(?:read|write)-token/[^/]+")
def xet_token(hub: Hub, _request: Request, _found: re.Match[str]) -> Answer:
    return _json({"accessToken": "none", "exp": 4_000_000_000, "casUrl": f"local://{hub.xet}"})


@route("POST", "/api/datasets/REPO/commit/(?P<rev>[^/]+)")
def commit(hub: Hub, request: Request, found: re.Match[str]) -> Answer:
    repo, head = _at(hub, found)
    lines = [json.loads(line) for line in request.body.splitlines()]
    header = lines[0]["value"]
    parent, pulled = header.get("parentCommit") or head, request.query.get("create_pr") == "1"
    if parent not in repo.commits or (parent != head and not pulled):
        return _error(412, "", "A commit has happened since. Please refresh and try again.")
    changes: dict[str, Blob | None] = {}
    for line in lines[1:]:
        made = _change(hub, repo, parent, line["key"], line["value"])
        if made is None:
            return _error(400, "", f"{line['key']} {line['value']['path']}: not there")
        changes |= made
    ref = next(name for name in (unquote(found["rev"]), MAIN) if name in repo.refs)
    url = None
    if pulled:
        pull = repo.pulls.setdefault(len(repo.pulls) + 1, Pull(len(repo.pulls) + 1, header["summary"]))
        pull.status = "draft" if hub.drafts else "open"
        ref, url = pull.ref, f"{hub.url}/datasets/{found['repo']}/discussions/{pull.number}"
    oid = repo.commit(changes, header["summary"], ref, parent)
    return _json(
        {"commitUrl": f"{hub.url}/datasets/{found['repo']}/commit/{oid}", "commitOid": oid, "pullRequestUrl": url}
    )


def _change(hub: Hub, repo: Repo, parent: str, key: str, value: Any) -> dict[str, Blob | None] | None:
    """Return what one line of a commit does to which file; None where it can't be done."""
    path = value["path"]
    if key == "file":
        return {path: regular(base64.b64decode(value["content"]))}
    if key == "lfsFile":
        data = hub.store.get(value["oid"])
        if data is None and hub.xet is None:
            return None
        size = value["size"]
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{value['oid']}\nsize {size}\n"
        return {path: replace(regular(pointer.encode()), size=size, sha256=value["oid"], data=data)}
    return {path: None} if key == "deletedFile" and path in repo.commits[parent].files else None


def _entry(name: str, blob: Blob) -> dict[str, Any]:
    told: dict[str, Any] = {"type": "file", "path": name, "size": blob.size, "oid": blob.oid}
    return told | ({"lfs": {"oid": blob.sha256, "size": blob.size, "pointerSize": 130}} if blob.sha256 else {})


def _folders(names: list[str]) -> set[str]:
    return {"/".join(name.split("/")[:deep]) for name in names for deep in range(1, name.count("/") + 1)}


@route("GET", "/api/datasets/REPO/tree/(?P<rev>[^/]+)(?:/(?P<path>.+))?")
def tree(hub: Hub, request: Request, found: re.Match[str]) -> Answer:
    repo, commit = _at(hub, found)
    files = repo.commits[commit].files
    folder = unquote(found["path"] or "").strip("/")
    if folder and folder not in _folders(list(files)):
        return _error(404, "EntryNotFound", f"{folder} does not exist")
    begin = f"{folder}/" if folder else ""
    rows = [_entry(name, blob) for name, blob in files.items()]
    rows += [{"type": "directory", "path": name, "oid": "0" * 40, "size": 0} for name in _folders(list(files))]
    deep = request.query.get("recursive", "").lower() == "true"
    inside = [one for one in rows if one["path"].startswith(begin) and (deep or "/" not in one["path"][len(begin) :])]
    inside.sort(key=lambda one: str(one["path"]))
    start = int(request.query.get("cursor", 0))
    more: dict[str, str] = {}
    if start + hub.page < len(inside):
        kept = "&".join(f"{name}={value}" for name, value in request.query.items() if name != "cursor")
        more = {"Link": f'<{hub.url}{request.path}?{kept}&cursor={start + hub.page}>; rel="next"'}
    return _json(inside[start : start + hub.page], **more)


@route("POST", "/api/datasets/REPO/paths-info/(?P<rev>[^/]+)")
def paths_info(hub: Hub, request: Request, found: re.Match[str]) -> Answer:
    repo, commit = _at(hub, found)
    files = repo.commits[commit].files
    form = "json" not in request.headers.get("Content-Type", "")
    wanted = parse_qs(request.body.decode()).get("paths", []) if form else request.json()["paths"]
    folders = [name for name in wanted if name.strip("/") in _folders(list(files))]
    told = [_entry(name, files[name]) for name in wanted if name in files]
    return _json([*told, *({"type": "directory", "path": one, "oid": "0" * 40, "size": 0} for one in folders)])


@route("GET", "/api/datasets/REPO/refs")
def refs(hub: Hub, _request: Request, found: re.Match[str]) -> Answer:
    kinds: dict[str, list[dict[str, str]]] = {"branches": [], "tags": [], "converts": [], "pullRequests": []}
    named = {"heads": "branches", "tags": "tags", "pr": "pullRequests"}
    for ref, commit in hub.repos[found["repo"]].refs.items():
        _, kind, name = ref.split("/", 2)
        kinds[named[kind]].append({"name": name, "ref": ref, "targetCommit": commit})
    return _json(kinds)


@route("POST", "/api/datasets/REPO/tag/(?P<rev>[^/]+)")
def tag(hub: Hub, request: Request, found: re.Match[str]) -> Answer:
    repo, commit = _at(hub, found)
    name = f"refs/tags/{request.json()['tag']}"
    if name in repo.refs:
        return _error(409, "", "Tag reference exists already")
    repo.refs[name] = commit
    return _json({})


@route("GET", "/api/datasets/REPO/discussions")
def discussions(hub: Hub, request: Request, found: re.Match[str]) -> Answer:
    pulls = [
        one for one in hub.repos[found["repo"]].pulls.values() if request.query.get("status") in (None, one.status)
    ]
    return _json({"discussions": [_pull(found["repo"], one) for one in pulls], "count": len(pulls), "start": 0})


def _pull(repo: str, one: Pull) -> dict[str, Any]:
    told = {"num": one.number, "title": one.title, "status": one.status, "isPullRequest": True, "createdAt": WHEN}
    return told | {"author": {"name": "team"}, "repo": {"name": repo, "type": "dataset"}}


@route("POST", r"/api/datasets/REPO/discussions/(?P<number>\d+)/status")
def status(hub: Hub, request: Request, found: re.Match[str]) -> Answer:
    pull = hub.repos[found["repo"]].pulls[int(found["number"])]
    pull.status = request.json()["status"]
    pull.comments += [request.json()["comment"]] if "comment" in request.json() else []
    event = {"id": "1", "type": "status-change", "createdAt": WHEN, "author": {"name": "team"}}
    return _json({"newStatus": event | {"data": {"status": pull.status}}})


@route("GET", "/datasets/REPO/resolve/(?P<rev>[^/]+)/(?P<path>.+)")
def resolve(hub: Hub, request: Request, found: re.Match[str]) -> Answer:
    repo, commit = _at(hub, found)
    if repo.gated and not request.allowed:
        return _error(403, "GatedRepo", "Access to this dataset is restricted")
    blob = repo.commits[commit].files.get(unquote(found["path"]))
    if blob is None or blob.data is None:
        return _error(404, "EntryNotFound", "Entry not found")
    told = {"X-Repo-Commit": commit, "ETag": f'"{blob.sha256 or blob.oid}"', "Accept-Ranges": "bytes"}
    if blob.sha256:
        told |= {"X-Linked-ETag": f'"{blob.sha256}"', "X-Linked-Size": str(blob.size)}
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("Range", ""))
    if not wanted:
        return Answer(200, blob.data, told)
    start = int(wanted[1]) if wanted[1] else max(0, blob.size - int(wanted[2]))
    end = min(int(wanted[2] or blob.size), blob.size - 1) if wanted[1] else blob.size - 1
    if start >= blob.size:
        return _error(416, "", "no such range")
    told["Content-Range"] = f"bytes {start}-{end}/{blob.size}"
    return Answer(206, blob.data[start : end + 1], told)
