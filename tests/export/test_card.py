"""The card of a release, from its facts alone."""

from pathlib import Path

import pytest

from export.card import Facts, Table, card
from tests.campaigns import campaign


@pytest.mark.parametrize("adjudicated", [False, True])
def test_the_card_says_who_made_the_labels(tmp_path: Path, adjudicated: bool) -> None:
    one = campaign(tmp_path / "w", 1)
    tables = {
        "documents": Table([{"outlet": None, "language": "en"}], None),
        "stance": Table([{"adjudicated": False}, {"adjudicated": adjudicated}], None),
        "stance_annotations": Table([{"origin": "human", "annotator": "a"}], None),
    }
    text = card(Facts(one.workspace.config, [one], tables, torn=0))
    assert "Labels by majority" in text
    assert ("Labels by majority, or by an adjudicator's decision where there is one;" in text) == adjudicated
