"""How things of a space look from outside."""

from collections.abc import Mapping

from mocks.admin.schemas.common import Texts
from mocks.admin.schemas.journal import MissResource, RowResource
from mocks.engine.exchange import WhyNot
from mocks.engine.journal import Row


def show_row(row: Row) -> RowResource:
    """Return a row of the journal."""
    return RowResource(
        id=row.id,
        at=row.at,
        exchange=row.exchange,
        party=row.party,
        peer=row.peer,
        direction=row.direction,
        op=row.op,
        person=row.person,
        member=row.member,
        correlation=row.correlation,
        nth=row.nth,
        rule=row.rule,
        matched=row.matched,
        why_not=tuple(map(show_miss, row.why_not)),
        faults=row.faults,
        before=dict(row.before),
        after=dict(row.after),
        outcome=row.outcome,
        decoded=dict(row.decoded),
        note=row.note,
    )


def show_miss(miss: WhyNot) -> MissResource:
    """Return why a rule did not match."""
    return MissResource(rule=miss.rule, part=miss.part, wanted=miss.wanted, found=miss.found)


def show_texts(said: Mapping[str, str]) -> Texts:
    """Return a text in both languages."""
    return Texts(ja=said["ja"], en=said.get("en", ""))
