"""The page about faults of the wire names all of them, where they happen."""

import re
from pathlib import Path

import pytest

from mocks.engine.vocabulary import load_vocabulary
from mocks.parties.outbox import OWN_KINDS

PAGE = Path(__file__).parents[3] / "docs" / "testers" / "faults.md"


@pytest.mark.parametrize(
    ("heading", "points"),
    [
        ("## 応答の代わりに", {"before_effect", "after_effect"}),
        ("## 応答の途中", {"mid_response"}),
    ],
)
def test_every_fault_of_the_wire_is_explained(heading: str, points: set[str]) -> None:
    _, _, rest = PAGE.read_text("utf-8").partition(heading)
    named = set(re.findall(r"^\| `(\w+)` \|", rest.partition("\n## ")[0], re.MULTILINE))
    faults = load_vocabulary().fault.items()
    assert named == {kind for kind, one in faults if points & set(one.points)} - OWN_KINDS
