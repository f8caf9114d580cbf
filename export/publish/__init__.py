"""Publishing a release: the plan first, then the Hub, a folder or a bucket."""

import re
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from corpus.config import load
from corpus.errors import WirecopyError
from corpus.output import Output, one_line
from export.alone import alone
from export.hub import Gate, Hub, signed_in
from export.publish import to_hub, to_store
from export.publish.plan import Plan
from export.publish.release import Release, licensed, opened, sound
from export.publish.to_hub import Wish

HUB = "hf://datasets/"
PAGE = "https://huggingface.co/datasets/"
REPO = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
FOLDER = re.compile(r"\.{0,2}/|~(/|$)|\w:[\\/]|\.{1,2}$")  # how a folder begins


def publish(
    *,
    target: str,
    folder: Path | None,
    workspace: Path,
    yes: bool,
    public: bool,
    gated: Gate | None,
    pull_request: bool,
    out: Output,
) -> None:
    """Show what publishing would change; with `yes`, do it.

    `target` is a dataset repository on the Hub (`org/name`), a folder (`./name`) or an address with `://`;
    `folder` is the release, by default the one that `wirecopy.toml` names: nothing else here changes it meanwhile.
    Raises WirecopyError where the release was edited or is not sound, its text may not be shown, its version is
    published with other content, or the target fails.
    """
    repo = repository(target)
    wish = Wish(public, gated, pull_request)
    if repo is None and wish != Wish():
        raise WirecopyError(f"{target} is not on the Hub: nothing there is public, gated or pulled", hint="org/name")
    folder = folder or load(workspace).release
    with alone(folder.absolute().parent) if folder.is_dir() else nullcontext():
        _publish(opened(folder), target, repo, wish, yes, out)


def _publish(release: Release, target: str, repo: str | None, wish: Wish, yes: bool, out: Output) -> None:
    licensed(release)
    plan, apply = _hub(release, repo, wish, out) if repo else _store(release, target)
    if not out.json:
        plan.show(out)
    done = bool(yes and plan.steps)
    if done:
        sound(release, out)
    told = {"done": done, **(apply() if done else {})}
    if out.json:
        out.data(plan.data() | told)
    elif done:
        out.line(f"published {release.title}: {told['url']}")
    elif plan.steps:
        out.note("nothing is sent yet; the same command with --yes does it")


def repository(target: str) -> str | None:
    """Return the repository that a target names; None where it is a folder or an address.

    Raises WirecopyError where nobody can tell, or nothing can be published there.
    """
    name = target.removeprefix(HUB).removeprefix(PAGE).rstrip("/")
    if name == target.rstrip("/"):
        if "://" in target:
            _must_be_address(target)
            return None
        if FOLDER.match(target):
            return None
        if Path(target).exists() or not REPO.fullmatch(name):
            raise WirecopyError(
                f"'{one_line(target)}' can be a folder here or a repository on the Hub",
                hint=f"a folder is ./{one_line(name)}, a repository org/name or {HUB}org/name",
            )
    elif not REPO.fullmatch(name):
        raise WirecopyError(f"'{one_line(target)}' is no repository", hint=f"org/name or {HUB}org/name")
    return name


def _must_be_address(target: str) -> None:
    kind, _, path = target.partition("://")
    if kind in ("hf", "http", "https") or not path.strip("/"):
        raise WirecopyError(
            f"nothing can be published to {one_line(target)}",
            hint=f"{HUB}org/name, a folder (./name) or an address with a path (s3://bucket/name)",
        )


def _hub(release: Release, repo: str, wish: Wish, out: Output) -> tuple[Plan, Callable[[], dict[str, Any]]]:
    signed_in()
    hub = Hub(repo, quiet=out.json or not sys.stderr.isatty())
    work = to_hub.planned(release, hub, wish)
    return work.plan, lambda: {"commit": to_hub.apply(release, hub, work), "url": f"{hub.url}/tree/{release.tag}"}


def _store(release: Release, target: str) -> tuple[Plan, Callable[[], dict[str, Any]]]:
    local = target.removeprefix("file://")
    if "://" not in local and Path(local).expanduser().resolve().is_relative_to(release.folder.resolve()):
        raise WirecopyError(f"{target} is inside the release itself", hint="name a folder beside it")
    store = to_store.opened(target, release)
    plan = to_store.planned(release, store)

    def apply() -> dict[str, Any]:
        to_store.apply(release, store, plan)
        return {"url": store.name}

    return plan, apply
