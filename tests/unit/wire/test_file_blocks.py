"""Memory that files are read into is taken again, and never while somebody looks at it."""

import io
from datetime import date

from wire.files.layout import Field, Layout, Record
from wire.files.walk import Run, walk

FIELD = Field(name="x", at=1, length=8, type="number")
LAYOUT = Layout(
    id="ONE",
    name="one",
    version="1",
    valid_from=date(2020, 1, 1),
    origin="design",
    direction="to_federation",
    structure="D*",
    records=(Record(kind="D", name="D", length=8, fields=(FIELD,), tag=""),),
)
FILE = b"".join(b"%08d" % number for number in range(64))


def test_runs_that_are_kept_keep_their_bytes() -> None:
    runs = list(walk(LAYOUT, io.BytesIO(FILE), chunk=4))
    assert b"".join(run.data.tobytes() for run in runs if isinstance(run, Run)) == FILE


def test_runs_that_are_let_go_share_their_memory() -> None:
    places = set()
    for run in walk(LAYOUT, io.BytesIO(FILE), chunk=4):
        assert isinstance(run, Run)
        places.add(run.data.ctypes.data)
    assert len(places) <= 3
