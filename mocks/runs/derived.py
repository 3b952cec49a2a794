"""What a journal shows of the system under test: permits it used, answers it gave, and when.

Nothing here is asked of it; counterparties saw it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mocks.engine.journal import Row
from mocks.engine.sightings import Sighting
from mocks.runs.crew import Crew
from mocks.runs.plan import RunPlan
from mocks.world import World

MILLISECONDS = 1000
RECEIPTS = frozenset({"sent", "held"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """One permit that the core issued to the system under test, and when it was issued."""

    id: str
    at: datetime
    nbf: datetime
    exp: datetime


def derive(plan: RunPlan, rows: Sequence[Row]) -> Iterator[Sighting]:
    """Yield what the rows of a run show of the system under test."""
    exchanges: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.correlation is not None and row.op is not None:
            exchanges[row.correlation].append(row)
    for exchange in exchanges.values():
        asked_by_us = any(row.party == plan.sut and row.op == "inquiry.send" for row in exchange)
        answered_by_us = any(row.peer == plan.sut and row.op == "inquiry.send" for row in exchange)
        if answered_by_us:
            yield from _as_provider(plan, exchange)
        elif asked_by_us or _asks_for_permit(plan, exchange):
            yield from _as_inquirer(plan, exchange)


def _asks_for_permit(plan: RunPlan, exchange: Sequence[Row]) -> bool:
    return any(row.peer == plan.sut and row.op == "permit.issue" for row in exchange)


def _as_inquirer(plan: RunPlan, exchange: Sequence[Row]) -> Iterator[Sighting]:
    """Yield which permits were taken into use.

    A permit is in use once an inquiry was sent with it, or while it was valid beside another one
    of the same exchange.
    """
    issued = _list_issued(exchange)
    sent = [row for row in exchange if row.party == plan.sut and row.op == "inquiry.send"]
    used = {str(row.decoded.get("permit_id")) for row in sent}
    for at, permit in enumerate(issued):
        beside = any(other.at < permit.exp for other in issued[at + 1 :])
        if permit.id in used or beside:
            yield _about(exchange, permit.at, "effect", "permit_in_use")
    by_id = {permit.id: permit for permit in issued}
    for row in sent:
        taken = by_id.get(str(row.decoded.get("permit_id")))
        if taken is not None:
            yield _about(exchange, row.at, "permit", "accepted", permit=taken)


def _list_issued(exchange: Sequence[Row]) -> list[Issued]:
    """Return the permits of an exchange, each once, by the instant of issue."""
    found: dict[str, Issued] = {}
    for row in exchange:
        told = row.decoded
        if row.op == "permit.issue" and told.get("permit_id") is not None:
            found.setdefault(
                told["permit_id"],
                Issued(
                    id=told["permit_id"],
                    at=row.at,
                    nbf=datetime.fromisoformat(told["nbf"]),
                    exp=datetime.fromisoformat(told["exp"]),
                ),
            )
    return list(found.values())


def _as_provider(plan: RunPlan, exchange: Sequence[Row]) -> Iterator[Sighting]:
    """Yield the states that the system under test told an inquirer, and after how long."""
    asked_at = next(row.at for row in exchange if row.op == "inquiry.send")
    for row in exchange:
        if row.op == "inquiry.relay" and row.outcome in RECEIPTS:
            yield _about(exchange, row.at, "inquiry", row.outcome)
        if row.op == "inquiry.answer" and row.party == plan.sut and row.outcome is not None:
            yield _about(exchange, row.at, "inquiry", row.outcome)
            took = (row.at - asked_at).total_seconds() * MILLISECONDS
            yield _about(exchange, row.at, "metric", "response_time_ms", value=took)


def find_outdated(
    world: World, plan: RunPlan, crew: Crew, changed: Mapping[str, Mapping[str, str]], now: datetime
) -> Iterator[Sighting]:
    """Yield each answer of the system under test that holds a value its original no longer has.

    `changed` are the new values, by individual number and item.
    """
    members = {one.number: one for one in crew}
    for agency in world.agencies.values():
        for asked in agency.state.asked.values():
            one, fresh = members.get(asked.number), changed.get(asked.number, {})
            if one is None or asked.answer is None or asked.request.provider != plan.code:
                continue
            given = {
                item.id: item.value
                for part in asked.answer.information
                if part.name == plan.topic.information
                for item in part.items
            }
            wrong = tuple(name for name, value in fresh.items() if given.get(name, value) != value)
            if wrong:
                yield Sighting(
                    at=now,
                    subject="effect",
                    what="outdated_value_provided",
                    person=one.who.name,
                    member=one.who.member,
                    correlation=asked.request.request_id,
                    items=wrong,
                )


def _about(  # the fields that sightings of exchanges have
    exchange: Sequence[Row],
    at: datetime,
    subject: str,
    what: str,
    *,
    permit: Issued | None = None,
    value: float | None = None,
) -> Sighting:
    named = next((row for row in exchange if row.person is not None), exchange[0])
    return Sighting(
        at=at,
        subject=subject,  # type: ignore[arg-type]  # one of the subjects, as the callers write it
        what=what,
        person=named.person,
        member=named.member,
        correlation=named.correlation,
        nbf=permit.nbf if permit else None,
        exp=permit.exp if permit else None,
        value=value,
    )
