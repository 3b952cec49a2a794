"""What one business system, or one person, of an institution could do alone."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.errors import SamePersonError, StateError, UnknownError
from gateway.domain.replica import ControlKind
from gateway.usecases import controls, symbols
from tests.support.business import Business, serve_business
from tests.support.controls import set_control
from tests.support.world import World, open_world

INCOME = {"total_income": "3000000", "income_levy": "120000"}
HOLDING = [ControlKind.PROTECTED_PERSON, ControlKind.NO_AUTOMATIC_ANSWER]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened


@pytest.fixture
async def api(world: World) -> AsyncIterator[Business]:
    async with serve_business(world) as business:
        yield business


async def end(world: World, name: str, staff: str, system: str = "kokuho") -> Any:  # noqa: ANN401  # a control
    return await controls.end_control(name, system=system, staff=staff, ports=world.ports_b)


@pytest.mark.parametrize("kind", HOLDING)
async def test_what_holds_answers_back_is_ended_by_two_people(
    world: World, kind: ControlKind
) -> None:
    await world.register(world.a, 1)
    await world.register(world.b, 1)
    await world.load_tax(world.b, 1, **INCOME)
    control = await set_control(world, 1, kind)
    proposed = await end(world, control.control_id, "s1")
    assert (proposed.ended_at, proposed.end_proposed_by) == (None, "s1")
    assert (await world.inquire(world.ask(1))).state == "sent"  # one person alone opens nothing
    with pytest.raises(SamePersonError):
        await end(world, control.control_id, "s1")
    ended = await end(world, control.control_id, "s2")
    assert (ended.ended_by, ended.end_proposed_by) == ("s2", "s1")
    assert (await world.inquire(world.ask(1, idempotency_key="after"))).state == "answered"
    with pytest.raises(StateError):
        await end(world, control.control_id, "s3")
    acts = [(r.result, r.actor) for r in await world.records(world.b, act="control")]
    assert acts == [("set", "s1"), ("end_proposed", "s1"), ("ended", "s2")]


@pytest.mark.parametrize("kind", set(ControlKind) - set(HOLDING))
async def test_what_holds_nothing_back_is_ended_by_one(world: World, kind: ControlKind) -> None:
    await world.register(world.b, 1)
    control = await set_control(world, 1, kind)
    assert (await end(world, control.control_id, "s1")).ended_by == "s1"


async def test_setting_a_control_again_withdraws_the_proposal_to_end_it(world: World) -> None:
    await world.register(world.b, 1)
    control = await set_control(world, 1, ControlKind.PROTECTED_PERSON)
    await end(world, control.control_id, "s1")
    again = await set_control(world, 1, ControlKind.PROTECTED_PERSON)
    assert (again.control_id, again.end_proposed_by) == (control.control_id, None)
    assert (await end(world, control.control_id, "s2")).ended_at is None  # it only proposes
    acts = [r.result for r in await world.records(world.b, act="control")]
    assert acts == ["set", "end_proposed", "end_withdrawn", "end_proposed"]


async def test_a_control_is_ended_by_a_system_that_knows_the_person(world: World) -> None:
    await world.register(world.b, 1)
    control = await set_control(world, 1, ControlKind.NONDISCLOSURE)
    with pytest.raises(UnknownError):
        await end(world, control.control_id, "s1", system="tax")


async def test_an_acquisition_is_seen_by_a_system_that_knows_the_person(world: World) -> None:
    number = await world.register(world.b, 1, symbol=False)
    run = await symbols.acquire(number, actor="kokuho", ports=world.ports_b)
    find, ports = symbols.find_acquisition, world.ports_b
    assert await find(run.receipt, ports=ports, system="kokuho") == run
    assert await find(run.receipt, ports=ports, system="tax") is None
    assert await find(run.receipt, ports=ports) == run  # staff


async def test_other_systems_find_neither_receipts_nor_controls(api: Business) -> None:
    await api.world.register(api.world.a, 1)
    run = await api.call("POST", "/v1/symbols", json={"number": "1"})
    control = await api.call("POST", "/v1/controls", json=CONTROL)
    receipt, name = (await run.json())["receipt"], (await control.json())["id"]
    for method, path in (
        ("GET", f"/v1/symbols/{receipt}"),
        ("DELETE", f"/v1/controls/{name}?ended_by=s9"),
    ):
        seen = await api.call(method, path, desk="tax")
        assert (seen.status, (await seen.json())["code"]) == (404, "request.unknown")
    assert (await api.call("GET", f"/v1/symbols/{receipt}")).status == 200


async def test_a_proposal_reads_accepted_and_the_end_ok(api: Business) -> None:
    await api.world.register(api.world.a, 1)
    control = await api.call("POST", "/v1/controls", json=CONTROL)
    path = f"/v1/controls/{(await control.json())['id']}?ended_by="
    proposed = await api.call("DELETE", f"{path}s1")
    body = await proposed.json()
    assert (proposed.status, body["end_proposed_by"], body["ended_at"]) == (202, "s1", None)
    same = await api.call("DELETE", f"{path}s1")
    assert (same.status, (await same.json())["code"]) == (409, "staff.same_person")
    ended = await api.call("DELETE", f"{path}s2")
    assert (ended.status, (await ended.json())["ended_by"]) == (200, "s2")


CONTROL = {
    "number": "1",
    "kind": "protected_person",
    "reason": "申出",
    "set_by": "s1",
    "review_on": "2027-11-23",
}
