"""Control items: tasks whose answer is known, hidden among the others, and what they say of who answered.

`make` puts them into a queue, `injection` an error into a translation; `rows` reads, `figures` counts,
`verdict` judges.
"""

from collections.abc import Iterable, Sequence

from annotation import prefill
from annotation.campaign import Campaign
from annotation.controls.make import Bench, gold_of
from annotation.controls.rows import answered
from annotation.controls.verdict import Verdict, verdicts_of
from annotation.schema import Annotation, Task

__all__ = ["answered", "bench_of", "verdicts"]


def bench_of(campaign: Campaign, tasks: Sequence[Task]) -> Bench:
    """Return what the controls of a campaign are made from; `tasks` are all its units."""
    settings = campaign.settings.controls
    gold = gold_of(campaign.workspace.root / settings.gold, campaign.scheme, tasks) if settings.gold else {}
    return Bench(campaign.scheme, settings, tasks, gold)


def verdicts(campaign: Campaign, tasks: Sequence[Task], given: Iterable[Annotation]) -> dict[str, Verdict]:
    """Return the verdict on each annotator of a campaign, by pseudonym, from all answers that were pulled."""
    found = verdicts_of(bench_of(campaign, tasks), given, prefill.kept(campaign.folder))
    return {one.annotator: one for one in found}
