"""Rows and exchanges for tests of journal files."""

from datetime import UTC, datetime

from mocks.engine.exchange import WhyNot
from mocks.engine.rows import Exchange, Row

AT = datetime(2027, 6, 4, 7, 50, tzinfo=UTC)


def make_row(number: int, *, outcome: str | None = None, note: str | None = None) -> Row:
    return Row(
        id=number,
        at=AT,
        exchange=number,
        party="core",
        peer="gw",
        op="permit.issue",
        person="p1",
        nth=number,
        rule="hold",
        matched=("hold",),
        why_not=(WhyNot(rule="other", part="op", wanted="ack", found="permit.issue"),),
        faults=("hold:reset@after_effect",),
        before={"permit": "accepted"},
        after={"permit": "permitted"},
        outcome=outcome,
        decoded={"information": ["地方税関係情報"]},
        note=note,
    )


def make_exchange(
    number: int, *, asked: bytes = b"question \xff", answered: bytes | None = None
) -> Exchange:
    return Exchange(
        id=number, at=AT, party="core", peer="gw", direction="in", asked=asked, answered=answered
    )
