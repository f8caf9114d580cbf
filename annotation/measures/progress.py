"""How each annotator gets on, from the annotations that were pulled."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from annotation.schema import Annotation, Status

WINDOW = timedelta(days=7)  # pace is that of the last week: people speed up, and take holidays
SHORTEST = timedelta(days=1)  # one busy hour is no pace


@dataclass
class Progress:
    """One annotator's work on the present units of a campaign, controls included.

    `seconds` are the lead times of submitted answers, `when` the moments of all.
    """

    submitted: int = 0
    skipped: int = 0
    contradictions: int = 0
    seconds: list[float] = field(default_factory=list)
    when: list[datetime] = field(default_factory=list)

    @property
    def per_hour(self) -> float | None:
        """Tasks an hour of labelling, by the median time for one; None where no time is known."""
        return 3600 / median(self.seconds) if self.seconds and median(self.seconds) > 0 else None

    @property
    def skip_rate(self) -> float | None:
        """The share of tasks that were skipped, None before the first."""
        total = self.submitted + self.skipped
        return self.skipped / total if total else None

    def end(self, remaining: int, now: datetime) -> datetime | None:
        """Return when `remaining` tasks are done at the pace of the last week, None where there is none."""
        recent = [one for one in self.when if one > now - WINDOW]
        if not recent or not remaining:
            return None
        span = max(now - min(recent), SHORTEST)
        return now + remaining * span / len(recent)


def progress(annotations: Iterable[Annotation]) -> dict[str, Progress]:
    """Return each annotator's progress by pseudonym; answers to older texts and deleted ones do not count."""
    found: dict[str, Progress] = defaultdict(Progress)
    for row in annotations:
        if row.stale or row.deleted:
            continue
        one = found[row.annotator]
        if row.status is Status.SKIPPED:
            one.skipped += 1
        else:
            one.submitted += 1
            if row.lead_time is not None:
                one.seconds.append(row.lead_time)
        one.contradictions += bool(row.contradictions)
        one.when.append(datetime.fromisoformat(row.created))
    return dict(sorted(found.items()))
