"""Verdicts: what the oracles say of a space at this instant."""

from dataclasses import replace
from typing import Final

from mocks.admin.problems import AdminError
from mocks.admin.room import Room
from mocks.admin.routes import Call, Operation, Reply, Sample
from mocks.admin.samples import VERDICTS
from mocks.admin.schemas.common import NoQuery, Texts
from mocks.admin.schemas.scenarios import VerdictList, VerdictResource, VerifyRequest
from mocks.engine.evidence import Evidence, Verdict
from mocks.engine.oracles import judge
from mocks.engine.scenario import Scenario


async def verify(call: Call[VerifyRequest, NoQuery]) -> Reply:
    """Return a verdict for every expectation of every scenario that is loaded.

    Raises:
        AdminError: `space.unknown`, or `scenario.none` when nothing is loaded.
    """
    room, over = call.room, call.body.over
    if not room.space.script.scenarios:
        raise AdminError("scenario.none")
    if room.look is not None:
        await room.look()
    if room.finish is not None and over:
        await room.finish()
    return Reply(body=judge_room(room, over=over))


def judge_room(room: Room, *, over: bool) -> VerdictList:
    """Return what the oracles say now; `over` is whether nothing more will come."""
    verdicts = list_verdicts(room, over=over)
    good = {"met"} if over else {"met", "open"}
    return VerdictList(
        at=room.now(),
        over=over,
        ok=all(one.outcome in good for one in verdicts),
        digest=room.space.script.journal.digest(),
        verdicts=verdicts,
    )


def list_verdicts(room: Room, *, over: bool) -> tuple[VerdictResource, ...]:
    """Return the verdict on every expectation of every scenario that is loaded."""
    return tuple(
        _show(scenario, verdict)
        for scenario in room.space.script.scenarios.values()
        for verdict in judge(scenario.expect, take_evidence(room, scenario), over=over)
    )


def take_evidence(room: Room, scenario: Scenario) -> Evidence:
    """Return what a scenario is judged on at this instant."""
    script, now = room.space.script, room.now()
    if room.evidence is not None:
        known = room.evidence()
        return replace(known, scenario=scenario, sightings=(*known.sightings, *room.sightings))
    return Evidence(
        scenario=scenario,
        rows=script.journal.rows(),
        sightings=tuple(room.sightings),
        now=now,
        started_at=script.started_at or now,
    )


def _show(scenario: Scenario, verdict: Verdict) -> VerdictResource:
    return VerdictResource(
        scenario=scenario.id,
        index=verdict.index,
        kind=verdict.kind,
        outcome=verdict.outcome,
        said=Texts(ja=verdict.said_ja, en=verdict.said_en),
        why=verdict.why,
        rows=verdict.rows,
    )


OPERATIONS: Final = (
    Operation(
        name="verify",
        method="POST",
        path="/spaces/{space}/verify",
        handler=verify,
        ja="期待をいま判定する",
        en="Judge every expectation now; each verdict has the rows that decide it.",
        body=VerifyRequest,
        sample=VerifyRequest(),
        replies={200: Sample(text="The verdicts.", value=VERDICTS)},
        may_refuse=(409,),
    ),
)
