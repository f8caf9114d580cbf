"""To the Hub: compare, then one commit on top of what was compared, a tag, and only then open to the public.

What readers see changes in the one commit alone, so it is the old release or the new one. A pull request is read back,
then its content comes in such a commit: a merge has no parent to name, and would mix with what came meanwhile. A run
that was cut is gone on with by the next: what the Hub shows says how far it came.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corpus.errors import WirecopyError
from corpus.files import sha256
from corpus.output import listing, one_line
from export.hub import Gate, Hub, Pull, Shown, There, Unanswered
from export.publish.plan import Change, Plan, size
from export.publish.readback import compared
from export.publish.release import Release
from export.schema import CARD, MANIFEST, Manifest

OURS = (".gitattributes", ".gitignore", "README.md", "LICENSE", "LICENSE.md", "LICENSE.txt")  # no sign of other work


@dataclass(frozen=True)
class Wish:
    """What was asked for: who may see it, and whether a pull request comes first."""

    public: bool = False
    gated: Gate | None = None
    pull_request: bool = False


@dataclass(frozen=True)
class Work:
    """What is to do on the Hub: the files of the commit, and which of the steps around it.

    `pulls` are the pull requests that runs which were cut have left for this release.
    """

    plan: Plan
    wish: Wish
    shown: Shown | None
    pulls: list[Pull]
    commit: bool
    tag: bool
    gate: bool
    open_up: bool

    @property
    def adds(self) -> list[str]:
        """The files that the commit brings."""
        return [one.file for one in self.plan.files if one.what in ("new", "changed")]

    @property
    def gone(self) -> list[str]:
        """The files that the commit takes away."""
        return [one.file for one in self.plan.files if one.what == "gone"]


def planned(release: Release, hub: Hub, wish: Wish) -> Work:
    """Compare a release with what the Hub shows.

    Raises WirecopyError where the repository holds something else, the version is there with other content,
    or a public one would get what was not asked to be public.
    """
    shown = hub.look()
    if shown is None:
        changes = [Change(name, "new", release.size(name)) for name in release.files]
        return _work(release, hub, wish, None, changes, published=False, notes=[])
    before = _must_be_ours(hub, shown)
    changes = compare(release, shown.files, set(before.get("files", {})))
    published = release.tag in shown.tags
    if published:
        _must_be_same(release, hub, shown.tags[release.tag])
    return _work(release, hub, wish, shown, changes, published=published, notes=_notes(release, hub, shown, before))


def compare(release: Release, there: Mapping[str, There], before: set[str]) -> list[Change]:
    """Return what happens to each file; what goes was a file of the release `before`, or a shard of a config."""
    changes = []
    for name, digest in release.files.items():
        if name not in there:
            changes.append(Change(name, "new", release.size(name)))
        else:
            same = there[name].holds(release.path(name), digest)
            changes.append(Change(name, "same" if same else "changed", release.size(name)))
    configs = {one.name for one in release.manifest.facts.configs}
    for name in sorted(there.keys() - release.files.keys()):
        if name in before or (name.endswith(".parquet") and name.partition("/")[0] in configs):
            changes.append(Change(name, "gone", there[name].size))
    return changes


def apply(release: Release, hub: Hub, work: Work) -> str:
    """Do what was planned; return the commit that holds the release."""
    shown, wish = work.shown, work.wish
    if shown is None:
        hub.create()
        shown = hub.look()
        if shown is None:
            raise WirecopyError(
                f"{hub.repo} belongs to somebody else, or HF_TOKEN may not read it", hint="check the name"
            )
        _must_be_ours(hub, shown)
    if work.gate and wish.gated:
        hub.gate(wish.gated)
    commit = shown.tags.get(release.tag, shown.head)
    if work.commit:
        if wish.pull_request:
            _read_back(release, hub, work, shown)
        commit = _directly(release, hub, work, shown)
    if work.pulls or wish.pull_request:
        _close(release, hub, commit)
    if work.tag:
        hub.tag(release.tag, commit)
    if work.open_up:
        hub.open_up()
    return commit


def _work(
    release: Release,
    hub: Hub,
    wish: Wish,
    shown: Shown | None,
    changes: list[Change],
    *,
    published: bool,
    notes: list[str],
) -> Work:
    differs = any(one.what != "same" for one in changes)
    if published and differs:
        notes.append(f"{release.tag} is published; its newest commit holds something else, and stays as it is")
        changes = [Change(one.file, "same", one.bytes) for one in changes if one.what in ("same", "changed")]
    commit, tag = differs and not published, not published
    gate = wish.gated is not None and (shown is None or shown.gated != wish.gated)
    open_up = wish.public and (shown is None or shown.private)
    pulls = hub.pulls(_title(release)) if shown else []
    if shown and not shown.private and not wish.public and (commit or tag or gate):
        raise _open_already(hub)
    if others := release.others():
        notes.append(f"not in the manifest, so not published: {listing(one_line(name) for name in others)}")
    sent = sum(one.bytes for one in changes if one.what in ("new", "changed"))
    how = "a pull request, read back, then one commit" if wish.pull_request else "one commit"
    steps = {
        f"make {hub.repo}, private": shown is None,
        f"gate it: {wish.gated} access": gate,
        f"{how}: {size(sent)} at most to send": commit,
        f"close pull request {', '.join(str(one.number) for one in pulls)}": bool(pulls),
        f"tag {release.tag}": tag,
        "open it to the public": open_up,
    }
    plan = Plan(hub.repo, release.manifest.facts.version, changes, [one for one, due in steps.items() if due], notes)
    return Work(plan, wish, shown, pulls, commit, tag, gate, open_up)


def _open_already(hub: Hub) -> WirecopyError:
    return WirecopyError(
        f"{hub.repo} is public: everybody would see this at once",
        hint="make it private in its settings, or say that you want this: --public",
    )


def _must_be_ours(hub: Hub, shown: Shown) -> dict[str, Any]:
    """Return the manifest that the Hub shows; raise WirecopyError where there are files but no manifest of ours."""
    others, found = sorted(shown.files.keys() - set(OURS)), _manifest(hub, shown)
    if others and not found:
        raise WirecopyError(
            f"{hub.repo} holds files that are no release: {listing(one_line(name) for name in others)}",
            hint="publish to a repository of its own",
        )
    return found


def _must_be_same(release: Release, hub: Hub, commit: str) -> None:
    """Raise WirecopyError where a published version has other content: a version never changes."""
    differ = [one for one in compare(release, hub.files(commit), set()) if one.what != "same"]
    if differ:
        raise WirecopyError(
            f"{release.tag} is published on {hub.repo} with other content: {listing(one.file for one in differ)}",
            hint="raise [release -> version] in wirecopy.toml, then: wirecopy export build; a release and its twin "
            "without text need a repository each",
        )


def _manifest(hub: Hub, shown: Shown) -> dict[str, Any]:
    """Return the manifest that the Hub shows, of whatever format; nothing where there is none of ours."""
    if MANIFEST not in shown.files:
        return {}
    try:
        found = json.loads(hub.text(MANIFEST, shown.head))
    except (ValueError, RecursionError):
        return {}
    ours = isinstance(found, dict) and found.keys() >= Manifest.model_fields.keys()
    return found if ours and isinstance(found["facts"], dict) and isinstance(found["files"], dict) else {}


def _notes(release: Release, hub: Hub, shown: Shown, before: dict[str, Any]) -> list[str]:
    """Return what people should know: what is replaced, what somebody wrote on the Hub, what stays beside it."""
    notes = []
    facts, mine = before.get("facts"), release.manifest.facts
    if facts and (facts.get("name"), facts.get("version")) != (mine.name, mine.version):
        notes.append(one_line(f"it holds {facts.get('name')} {facts.get('version')} now"))
    card = before.get("files", {}).get(CARD)
    if isinstance(card, dict) and CARD in shown.files and sha256(hub.text(CARD, shown.head)) != card.get("sha256"):
        notes.append(f"{CARD} was edited on the Hub: put those words into [release] of wirecopy.toml, or they are lost")
    kept = shown.files.keys() - release.files.keys() - set(before.get("files", {})) - set(OURS)
    if kept:
        notes.append(f"files beside the release stay: {listing(one_line(name) for name in sorted(kept))}")
    return notes


def _directly(release: Release, hub: Hub, work: Work, shown: Shown) -> str:
    """Commit the release and look at what came of it; return the commit."""
    try:
        commit = _committed(release, hub, work, shown)
    except Unanswered as error:
        return _there(release, hub, work, error)
    if not _whole(release, hub.files(commit), work):
        raise WirecopyError(
            f"{hub.repo} at {commit} is not what {release.folder} holds: one of them was changed meanwhile",
            hint="wirecopy export verify, then the same command again; there is no tag yet",
        )
    return commit


def _committed(release: Release, hub: Hub, work: Work, shown: Shown, *, pull: bool = False) -> str:
    files = {name: (release.path(name), release.files[name]) for name in work.adds}
    message = _title(release) if pull else release.title

    def last() -> None:
        # Uploading can take hours: somebody may have made it public meanwhile.
        if not work.wish.public and not hub.private():
            raise _open_already(hub)

    return hub.commit(files, work.gone, message=message, parent=shown.head, pull=pull, last=last)


def _there(release: Release, hub: Hub, work: Work, doubt: Unanswered) -> str:
    """Return the newest commit where it holds the release after all; the Hub may need a moment."""
    if now := hub.wait_for(lambda shown: _whole(release, shown.files, work)):
        return now.head
    raise WirecopyError(
        f"{hub.repo} does not show the release: {doubt}", hint="the same command again: it sends no content twice"
    )


def _whole(release: Release, there: Mapping[str, There], work: Work) -> bool:
    return all(one.what == "same" for one in compare(release, there, set(work.gone)))


def _read_back(release: Release, hub: Hub, work: Work, shown: Shown) -> None:
    """Open a pull request, or take the one of a run that was cut; raise WirecopyError where it does not read back."""
    pull = _opened(release, hub, work, shown)
    compared(release, hub.repo, pull.commit, where=f"{hub.url}/discussions/{pull.number}")


def _close(release: Release, hub: Hub, commit: str) -> None:
    """Close what waits for this release, also what runs that were cut have left."""
    for pull in hub.pulls(_title(release)):
        hub.close(pull, f"Published as {commit}.")


def _title(release: Release) -> str:
    return f"Release {release.title}"


def _opened(release: Release, hub: Hub, work: Work, shown: Shown) -> Pull:
    if found := _waiting(release, hub, work, shown):
        return found
    doubt = Unanswered("the pull request is not there")
    try:
        _committed(release, hub, work, shown, pull=True)
    except Unanswered as error:
        doubt = error
    if found := _waiting(release, hub, work, shown):
        return found
    raise WirecopyError(f"{hub.repo}: {doubt}", hint="the same command again: it sends no content twice")


def _waiting(release: Release, hub: Hub, work: Work, shown: Shown) -> Pull | None:
    """Return the pull request that would make the newest commit into this release, and nothing else."""
    kept = {name: one for name, one in shown.files.items() if name not in release.files and name not in work.gone}
    for pull in hub.pulls(_title(release)):
        files = hub.files(pull.commit)
        beside = {name: one for name, one in files.items() if name not in release.files}
        if beside == kept and _whole(release, files, work):
            return pull
    return None
