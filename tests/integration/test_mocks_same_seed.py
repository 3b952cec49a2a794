"""The same seed gives the same journal on real sockets too, whoever comes first."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mocks.engine.clock import SpaceClock
from mocks.engine.loading import load_scenario
from mocks.engine.names import Somebody
from mocks.net.house import House, Plot
from mocks.parties.agency_state import Ask
from mocks.parties.asking import request_permit
from wire.messages import RequestedInformation

pytestmark = pytest.mark.integration

FRIDAY = datetime(2027, 6, 4, 1, 0, tzinfo=UTC)
BENEFITS = "医療保険給付関係情報"
PEOPLE, ATTEMPTS = 6, 12
SCENARIO = """\
mocks: "1"
id: T21-same-seed
title: {ja: "同じ種", en: "the same seed"}
clock: {start: "2027-06-04T10:00:00+09:00", calendar: jp-municipal}
parties: {gw: {kind: sut}, core: {kind: core}, prov: {kind: agency, code: "%s"}}
people: {crowd: {count: 6}}
rules:
  - id: cut
    when: {party: core, op: permit.issue, person: crowd}
    fault: [{at: after_effect, kind: reset, chance: 40}, {at: mid_response, kind: truncate,
             bytes: "61%%", framing: close_delimited, chance: 40}]
  - id: busy
    when: {party: prov, op: inquiry.receive}
    fault: [{at: before_effect, kind: status, status: 503, chance: 40},
            {at: before_effect, kind: close, chance: 20}]
expect:
  - never: {sut: {crash: any}}
    why: "it goes on"
"""


async def play(folder: Path, order: Sequence[int], *, at_once: bool, seed: int = 7) -> str:
    """Ask about everybody, again and again until answered; return the digest of the journal."""
    async with House(folder) as house:
        clock = SpaceClock.starting(FRIDAY, pace=0)
        space = await house.open(Plot(name="same", seed=seed, clock=clock))
        world = house.world("same")
        await house.load(
            load_scenario((SCENARIO % world.code("insurer")).encode()).scenario, "same"
        )
        agency, insurer = world.agencies["prefecture"], world.code("insurer")
        space.script.names.bind_party("gw", agency.code)
        people = world.people.generate(PEOPLE)
        for member, resident in enumerate(people):
            world.introduce(Somebody(name="crowd", member=member), resident, information=[BENEFITS])

        async def pursue(member: int) -> None:
            command = Ask(
                request_id=f"r-{member}",
                provider=insurer,
                row="42",
                clause="1",
                information=(RequestedInformation(name=BENEFITS),),
                individual_number=people[member].individual_number,
            )
            perform, now = space.hosts[agency.code].perform, space.clock.now()
            await perform(agency.ask(command, now=now))
            asked = agency.state.asked[command.request_id]
            for _ in range(ATTEMPTS):
                if asked.state == "answered":
                    return
                fresh = asked.inquiry is None
                again = (
                    request_permit(agency, asked, now) if fresh else agency.repeat(f"r-{member}")
                )
                await perform(again)

        if at_once:
            await asyncio.gather(*map(pursue, order))
        else:
            for member in order:
                await pursue(member)
        assert {one.state for one in agency.state.asked.values()} == {"answered"}
        assert any(row.faults for row in space.journal.rows())
        return space.journal.digest()


async def test_order_and_crowding_on_sockets_change_nothing(tmp_path: Path) -> None:
    first = await play(tmp_path / "1", range(PEOPLE), at_once=False)
    assert await play(tmp_path / "2", [4, 1, 5, 0, 3, 2], at_once=False) == first
    assert await play(tmp_path / "3", [2, 3, 1, 5, 4, 0], at_once=True) == first
    assert await play(tmp_path / "4", range(PEOPLE), at_once=True, seed=8) != first
