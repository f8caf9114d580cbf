"""What the sections of a report are made from: columns of the campaign's files, read once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from annotation.campaign import Campaign
from annotation.measures import columns
from annotation.measures.gather import Answers, NoAnswers, gather
from annotation.measures.table import Mask
from annotation.schema import Status, Task
from annotation.schemes.scheme import Choice, Number, Spans
from annotation.tasks import read

if TYPE_CHECKING:
    import pyarrow as pa

WORK = (
    *("annotator", "status", "stale", "deleted", "control", "origin", "prefilled_by"),
    *("created", "updated", "lead_time", "contradictions"),
)
UNSURE = "confidence"  # how sure somebody is, is no answer about the text


@dataclass(frozen=True, eq=False)
class Work:
    """All annotations of a campaign, controls, skips and old ones too, as columns without their answers."""

    columns: "pa.Table"

    def of(self, name: str) -> list[Any]:
        """Return one column."""
        return list(self.columns[name].to_pylist())

    @cached_property
    def live(self) -> Mask:
        """Which rows are not deleted and answer the present text."""
        return ~(self._flag("stale") | self._flag("deleted"))

    @cached_property
    def submitted(self) -> Mask:
        """Which rows are answers, not skips."""
        return np.array([one == Status.SUBMITTED for one in self.of("status")], dtype=np.bool_)

    @cached_property
    def control(self) -> Mask:
        """Which rows answer a control item."""
        return np.array([one is not None for one in self.of("control")], dtype=np.bool_)

    def _flag(self, name: str) -> Mask:
        return np.asarray(self.of(name), dtype=np.bool_)


@dataclass(frozen=True, eq=False)
class Material:
    """A campaign and its columns; `answers` is None where no answer counts yet."""

    campaign: Campaign
    work: Work | None
    answers: Answers | None

    @cached_property
    def units(self) -> int | None:
        """How many units the campaign has; None before its tasks are known."""
        path = self.campaign.folder / "tasks.parquet"
        return columns.tasks(self.campaign, ("key",)).num_rows if path.exists() else None

    def tasks(self, keys: Sequence[str] | None = None) -> Iterator[Task]:
        """Yield the units as they were last pulled, of some keys or all."""
        wanted = None if keys is None else set(keys)
        for task in read(self.campaign.folder / "tasks.parquet", self.campaign.scheme.sides, hint=self.fill):
            if wanted is None or task.key in wanted:
                yield task

    @property
    def choices(self) -> list[Choice]:
        """The questions with one answer out of several, without how sure somebody is."""
        return [one for one in self.campaign.scheme.questions if isinstance(one, Choice) and one.name != UNSURE]

    @property
    def numbers(self) -> list[Number]:
        """The questions answered with a number."""
        return [one for one in self.campaign.scheme.questions if isinstance(one, Number)]

    def marks(self, row: str | None = None) -> list[Spans]:
        """Return the questions that mark passages: those by holder, by severity, or all."""
        found = [one for one in self.campaign.scheme.questions if isinstance(one, Spans)]
        return [one for one in found if row in (None, one.row)]

    @property
    def fill(self) -> str:
        """The command that brings answers."""
        return columns.fill(self.campaign)


def material(campaign: Campaign) -> Material:
    """Read what a report needs of a campaign; there may be nothing yet.

    Raises WirecopyError where a file can't be read.
    """
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own keeps what it has freed
    if not (campaign.folder / "annotations.parquet").exists():
        return Material(campaign, None, None)
    work = Work(columns.annotations(campaign, WORK))
    try:
        return Material(campaign, work, gather(campaign))
    except NoAnswers:
        return Material(campaign, work, None)
