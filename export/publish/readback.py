"""A revision on the Hub as `load_dataset` gives it back."""

from corpus.errors import WirecopyError
from corpus.output import one_line
from export.loading import differences, filled, loaded
from export.publish.release import Release


def compared(release: Release, repo: str, revision: str, *, where: str) -> None:
    """Load every config of a revision; raise WirecopyError where rows or features are not those of the release."""
    due = filled(release.manifest.facts.configs)
    found = loaded(repo, [one.name for one in due], revision=revision)
    if lost := next((told["error"] for told in found.values() if "error" in told), None):
        raise WirecopyError(
            f"load_dataset can't read {repo} at {revision}: {lost}",
            hint="the same command again; where it stays: wirecopy export verify",
        )
    if wrong := list(differences(due, found)):
        raise WirecopyError(
            f"what load_dataset reads back is not the release: {one_line('; '.join(wrong))}", hint=f"look at {where}"
        )
