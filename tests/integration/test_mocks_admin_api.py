"""The admin API of the counterparties on real sockets: every row of its table does what it says."""

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from mocks.engine.journal import Row
from mocks.parties.desk import Letter
from mocks.scenarios.library import find_shipped
from tests.support.admin import Admin, serve_admin
from wire.messages import ProcessNumberRequest

pytestmark = pytest.mark.integration


@pytest.fixture
async def admin() -> AsyncIterator[Admin]:
    async with serve_admin() as served:
        yield served


async def test_a_space_with_a_scenario_starts_frozen_at_its_time_with_its_seed(
    admin: Admin,
) -> None:
    space = await admin.open(scenario="S04")
    assert space["seed"] == 42
    assert space["clock"]["mode"] == "frozen"
    assert datetime.fromisoformat(space["clock"]["now"]) == datetime.fromisoformat(
        "2027-06-04T16:50:00+09:00"
    )
    assert [one["id"] for one in space["scenarios"]] == ["S04-auto-response-prohibited"]
    assert space["repeat"] == "nakadachi mocks up --space demo --scenario S04 --seed 42"
    shown = await admin.ask("GET", "/spaces/demo")
    assert shown.body == space


async def test_a_name_is_given_once_and_free_again_after_closing(admin: Admin) -> None:
    await admin.open()
    again = await admin.ask("POST", "/spaces", json={"name": "demo"})
    assert (again.status, again.code) == (409, "space.exists")
    assert (await admin.ask("DELETE", "/spaces/demo")).status == 204
    gone = await admin.ask("GET", "/spaces/demo")
    assert (gone.status, gone.code) == (404, "space.unknown")
    await admin.open()


async def test_three_business_days_from_a_friday_end_on_wednesday(admin: Admin) -> None:
    await admin.open(scenario="S04")
    said = await admin.ask("POST", "/spaces/demo/clock/advance", json={"by": "P3BD"})
    now = datetime.fromisoformat(said.body["now"])
    assert now == datetime.fromisoformat("2027-06-09T16:50:00+09:00")


@pytest.mark.parametrize(
    ("body", "mode"),
    [
        ({"mode": "frozen"}, "frozen"),
        ({"mode": "rate", "rate": 60}, "rate"),
        ({"mode": "real"}, "real"),
        ({"rate": 2.5}, "rate"),
    ],
)
async def test_the_clock_goes_on_as_it_is_told(admin: Admin, body: object, mode: str) -> None:
    await admin.open()
    said = await admin.ask("POST", "/spaces/demo/clock", json=body)
    assert (said.status, said.body["mode"]) == (200, mode)


async def test_the_clock_never_goes_back(admin: Admin) -> None:
    space = await admin.open(scenario="S04")
    now = datetime.fromisoformat(space["clock"]["now"])
    earlier = (now - timedelta(seconds=1)).isoformat()
    said = await admin.ask("POST", "/spaces/demo/clock", json={"at": earlier})
    assert (said.status, said.code) == (409, "clock.past")
    later = (now + timedelta(hours=1)).isoformat()
    said = await admin.ask("POST", "/spaces/demo/clock", json={"at": later})
    assert datetime.fromisoformat(said.body["now"]) == now + timedelta(hours=1)


@pytest.mark.parametrize("text", ["PT-1S", "P", "P1M", "P99999999999D", "-PT1S"])
async def test_what_is_no_duration_moves_nothing(admin: Admin, text: str) -> None:
    space = await admin.open(scenario="S04")
    said = await admin.ask("POST", "/spaces/demo/clock/advance", json={"by": text})
    assert said.status in {400, 422}
    assert (await admin.ask("GET", "/spaces/demo/clock")).body == space["clock"]


async def test_a_scenario_with_errors_changes_nothing_and_comes_back_with_its_problems(
    admin: Admin,
) -> None:
    await admin.open(scenario="S04")
    before = (await admin.ask("GET", "/spaces/demo/scenarios")).body
    octets = find_shipped("S04") or b""
    bad = octets.replace(b"op: inquiry.receive", b"op: inquiry.recieve")
    said = await admin.ask(
        "PUT",
        "/spaces/demo/scenarios/S04",
        data=bad,
        headers={"Content-Type": "application/yaml"},
    )
    assert (said.status, said.code) == (422, "scenario.invalid")
    (problem,) = [one for one in said.body["problems"] if one["code"] == "rule.op_unknown"]
    assert problem["line"] == 11
    assert problem["message_ja"]
    assert problem["message_en"]
    assert (await admin.ask("GET", "/spaces/demo/scenarios")).body == before


async def test_replacing_a_scenario_begins_its_counters_anew_and_keeps_the_journal(
    admin: Admin,
) -> None:
    await admin.open(scenario="S04")
    state = {"rule": "hold", "seen": 3, "matched": 2}
    said = await admin.ask("PATCH", "/spaces/demo/scenarios/S04/state", json=state)
    assert [(one["seen"], one["matched"]) for one in said.body["rules"]] == [(3, 2), (0, 0)]
    again = await admin.ask("PUT", "/spaces/demo/scenarios/S04", json={})
    assert again.status == 200
    assert [one["seen"] for one in again.body["rules"]] == [0, 0]


async def test_whoever_does_not_know_the_present_state_changes_nothing(admin: Admin) -> None:
    await admin.open(scenario="S04")
    path = "/spaces/demo/scenarios/S04"
    tag = (await admin.ask("GET", path)).headers["ETag"]
    state = {"rule": "hold", "seen": 1}
    first = await admin.ask("PATCH", f"{path}/state", json=state, headers={"If-Match": tag})
    assert first.status == 200
    second = await admin.ask("PATCH", f"{path}/state", json=state, headers={"If-Match": tag})
    assert (second.status, second.code) == (412, "request.precondition")
    assert (await admin.ask("DELETE", path, headers={"If-Match": tag})).status == 412
    assert (await admin.ask("DELETE", path, headers={"If-Match": "*"})).status == 204


async def test_a_rule_for_the_moment_lives_until_its_end(admin: Admin) -> None:
    await admin.open(scenario="S04")
    rule = {
        "when": {"party": "core", "op": "permit.issue"},
        "fault": [{"at": "after_effect", "kind": "reset"}],
        "ttl": "PT10M",
    }
    said = await admin.ask("POST", "/spaces/demo/faults", json=rule)
    assert said.status == 201, said.text
    assert said.body["rule"]["when"] == rule["when"]
    listed = await admin.ask("GET", "/spaces/demo/faults")
    assert [one["id"] for one in listed.body["faults"]] == [said.body["id"]]
    await admin.ask("POST", "/spaces/demo/clock/advance", json={"by": "PT10M"})
    assert (await admin.ask("GET", "/spaces/demo/faults")).body["faults"] == []


async def test_rules_for_the_moment_are_removed_one_by_one_or_all(admin: Admin) -> None:
    await admin.open()
    rule = {
        "when": {"party": "core", "op": "*"},
        "fault": [{"at": "before_effect", "kind": "close"}],
    }
    names = [
        (await admin.ask("POST", "/spaces/demo/faults", json=rule)).body["id"] for _ in range(3)
    ]
    assert (await admin.ask("DELETE", f"/spaces/demo/faults/{names[0]}")).status == 204
    gone = await admin.ask("DELETE", f"/spaces/demo/faults/{names[0]}")
    assert (gone.status, gone.code) == (404, "fault.unknown")
    cleared = await admin.ask("DELETE", "/spaces/demo/faults")
    assert cleared.body == {"cleared": "faults", "count": 2}


@pytest.mark.parametrize(
    "rule",
    [
        {"when": {"party": "nobody", "op": "permit.issue"}, "fault": [{"at": "x", "kind": "y"}]},
        {"when": {"party": "core", "op": "permit.isue"}, "then": {"example": "tax"}},
        {"when": {}},
        {"when": {"party": "core", "op": "permit.issue"}},
        {"when": {"party": "core", "op": "permit.issue"}, "fault": [{"kind": "reset"}]},
    ],
)
async def test_a_rule_with_errors_comes_back_with_its_problems(admin: Admin, rule: object) -> None:
    await admin.open(scenario="S04")
    said = await admin.ask("POST", "/spaces/demo/faults", json=rule)
    assert (said.status, said.code) == (422, "rule.invalid"), said.text
    assert said.body["problems"]


async def test_a_party_that_is_down_refuses_connections_until_its_end(admin: Admin) -> None:
    await admin.open(scenario="S04")
    down = await admin.ask("POST", "/spaces/demo/parties/core/down", json={"ttl": "PT10M"})
    assert (down.body["state"], down.body["kind"]) == ("down", "core")
    url = down.body["url"]
    with pytest.raises(OSError, match="Cannot connect"):
        await admin.session.get(url, ssl=False)
    await admin.ask("POST", "/spaces/demo/clock/advance", json={"by": "PT10M"})
    parties = (await admin.ask("GET", "/spaces/demo/parties")).body["parties"]
    assert {one["state"] for one in parties} == {"up"}


async def test_a_party_is_named_as_in_the_scenario_or_by_its_code(admin: Admin) -> None:
    await admin.open(scenario="S04")
    by_code = await admin.ask("POST", "/spaces/demo/parties/991031/down", json={})
    assert (by_code.body["name"], by_code.body["hours"]) == ("prov", "08:30-17:15")
    by_name = await admin.ask("DELETE", "/spaces/demo/parties/prov/down")
    assert by_name.body["state"] == "up"
    unknown = await admin.ask("DELETE", "/spaces/demo/parties/nobody/down")
    assert (unknown.status, unknown.code) == (404, "party.unknown")


async def test_numbers_of_people_are_masked_in_lists_and_whole_where_they_are_made(
    admin: Admin,
) -> None:
    await admin.open()
    listed = (await admin.ask("GET", "/spaces/demo/people")).body["people"]
    assert {one["case"] for one in listed} >= {"D01", "D16"}
    assert all(one["individual_number"].startswith("**********") for one in listed)
    wanted = {"count": 5, "seed": 7}
    first = (await admin.ask("POST", "/spaces/demo/people", json=wanted)).body
    second = (await admin.ask("POST", "/spaces/demo/people", json=wanted)).body
    assert first == second
    assert all(len(one["individual_number"]) == 12 for one in first["people"])


async def test_verdicts_are_open_before_anything_happened_and_not_good_at_the_end(
    admin: Admin,
) -> None:
    await admin.open(scenario="S04")
    now = await admin.ask("POST", "/spaces/demo/verify", json={})
    assert (now.status, now.body["ok"], len(now.body["verdicts"])) == (200, True, 4)
    end = await admin.ask("POST", "/spaces/demo/verify", json={"over": True})
    assert end.body["ok"] is False
    assert all(one["said"]["ja"] and one["said"]["en"] for one in end.body["verdicts"])


async def test_what_testers_see_of_their_system_counts_as_evidence(admin: Admin) -> None:
    await admin.open(scenario="S04")
    seen = {"subject": "inquiry", "what": "answered", "person": "p1"}
    reported = await admin.ask("POST", "/spaces/demo/sightings", json=seen)
    assert reported.status == 201
    verdicts = (await admin.ask("POST", "/spaces/demo/verify", json={})).body["verdicts"]
    assert verdicts[0]["outcome"] == "met"
    listed = (await admin.ask("GET", "/spaces/demo/sightings")).body["sightings"]
    assert [one["what"] for one in listed] == ["answered"]


async def test_a_held_request_goes_on_when_it_is_released(admin: Admin) -> None:
    await admin.open()
    space = admin.house.find("demo")
    assert space is not None
    rule = {
        "when": {"party": "core", "op": "*"},
        "fault": [{"at": "before_effect", "kind": "hold"}],
    }
    assert (await admin.ask("POST", "/spaces/demo/faults", json=rule)).status == 201
    town, core = admin.house.world("demo").agencies["town"], space.core
    letter = Letter(to=core.code, at=space.clock.now())
    asking = town.desk.write(ProcessNumberRequest(request_id=str(uuid4())), letter)
    async with asyncio.TaskGroup() as group:
        sent = group.create_task(space.hosts[town.code].client.post(core.code, [asking.raw]))
        held = await wait_for_hold(admin)
        assert (held["party"], held["point"]) == ("core", "before_effect")
        assert not sent.done()
        gone = await admin.ask("POST", f"/spaces/demo/holds/{held['id']}/release")
        assert gone.status == 204
    again = await admin.ask("POST", f"/spaces/demo/holds/{held['id']}/release")
    assert (again.status, again.code) == (404, "hold.unknown")


async def test_a_request_is_sent_again_byte_by_byte(admin: Admin) -> None:
    await admin.open()
    space = admin.house.find("demo")
    assert space is not None
    town, core = admin.house.world("demo").agencies["town"], space.core
    letter = Letter(to=core.code, at=space.clock.now())
    asking = town.desk.write(ProcessNumberRequest(request_id=str(uuid4())), letter)
    await space.hosts[town.code].client.post(core.code, [asking.raw])
    (row,) = (await admin.ask("GET", "/spaces/demo/journal")).body["rows"]
    raw = (await admin.ask("GET", f"/spaces/demo/journal/{row['id']}/raw")).body
    assert base64.b64decode(raw["request"]["base64"]) == asking.raw
    assert raw["curl"].count("--cert") == 1
    said = await admin.ask("POST", "/spaces/demo/journal/replay", json={"row": row["id"]})
    assert said.body["replies"] == 1
    rows = (await admin.ask("GET", "/spaces/demo/journal")).body["rows"]
    assert [one["op"] for one in rows] == ["symbol.acquire"] * 2
    incomplete = await admin.ask("POST", "/spaces/demo/journal/replay", json={"party": "core"})
    assert (incomplete.status, incomplete.code) == (422, "replay.incomplete")
    unknown = await admin.ask("POST", "/spaces/demo/journal/replay", json={"row": 99})
    assert (unknown.status, unknown.code) == (404, "journal.unknown")


async def test_a_row_that_gave_way_is_told_from_one_that_never_was(admin: Admin) -> None:
    await admin.open()
    space = admin.house.find("demo")
    assert space is not None
    space.journal.max_rows = 2
    for _ in range(3):
        space.journal.add(Row(at=space.clock.now(), party="core"))
    page = (await admin.ask("GET", "/spaces/demo/journal")).body
    assert (page["evicted"], page["rows"][0]["note"]) == (1, "evicted")
    gone = await admin.ask("GET", "/spaces/demo/journal/1")
    assert (gone.status, gone.code) == (410, "journal.evicted")
    never = await admin.ask("GET", "/spaces/demo/journal/4")
    assert (never.status, never.code) == (404, "journal.unknown")
    warnings = (await admin.ask("GET", "/spaces/demo")).body["warnings"]
    assert [(one["code"], one["count"]) for one in warnings] == [("journal.evicted", 1)]


async def test_three_things_are_cleared_one_by_one(admin: Admin) -> None:
    await admin.open(scenario="S04")
    space = admin.house.find("demo")
    assert space is not None
    state = {"rule": "hold", "seen": 3}
    await admin.ask("PATCH", "/spaces/demo/scenarios/S04/state", json=state)
    space.journal.add(Row(at=space.clock.now(), party="core"))
    symbol = space.core.symbol_of("991031", "00000000000")
    assert (await admin.ask("DELETE", "/spaces/demo/state")).body["cleared"] == "state"
    assert len(space.journal.rows()) == 1
    assert await count(admin) == 3
    assert (await admin.ask("DELETE", "/spaces/demo/journal")).body["count"] == 1
    assert await count(admin) == 3
    await admin.ask("DELETE", "/spaces/demo/counters")
    assert await count(admin) == 0
    assert space.core.symbol_of("991031", "00000000000") == symbol


async def count(admin: Admin) -> int:
    shown = await admin.ask("GET", "/spaces/demo/scenarios/S04")
    return int(shown.body["rules"][0]["seen"])


async def wait_for_hold(admin: Admin) -> Any:  # noqa: ANN401  # JSON
    for _ in range(200):
        holds = (await admin.ask("GET", "/spaces/demo/holds")).body["holds"]
        if holds:
            return holds[0]
    raise AssertionError


async def test_there_is_nothing_to_verify_without_a_scenario(admin: Admin) -> None:
    await admin.open()
    said = await admin.ask("POST", "/spaces/demo/verify", json={})
    assert (said.status, said.code) == (409, "scenario.none")
