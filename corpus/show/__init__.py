"""`wirecopy corpus show`: one document with its roles, its edits in place, and its pairs beside each other.

Not covered: the raw page of an extraction, which stands in the config `raw`.
"""

from dataclasses import asdict
from pathlib import Path

from corpus.check.reading import told
from corpus.dataset import dataset_of
from corpus.output import Output
from corpus.show.document import Shown, find
from corpus.show.page import draw

__all__ = ["show"]


def show(*, doc_id: str, workspace: Path, corpus: Path | None, out: Output) -> Shown:
    """Print one document of the dataset of a workspace, or of the one in `corpus`."""
    folder = dataset_of(workspace, corpus)
    with told(folder):
        one = find(folder, doc_id)
    if out.json:
        out.data(asdict(one))
    else:
        draw(one, out)
    return one
