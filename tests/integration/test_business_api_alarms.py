"""Alarms over HTTP: by cursor, behind a scope of their own, with the texts of the catalogue."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.domain.alarms import AlarmKind
from gateway.usecases.alarms import Trouble, sound
from tests.support.business import Business, serve_business
from tests.support.world import TAX, open_world


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Business]:
    async with open_world(tmp_path) as world, serve_business(world) as business:
        yield business


async def raise_some(api: Business, count: int) -> None:
    for number in range(count):
        trouble = Trouble(kind=AlarmKind.REPLICA_DIFFERS, subject=f"day {number}", count=number)
        await sound(trouble, ports=api.world.ports_a)


async def test_alarms_come_by_cursor_and_say_what_to_do(api: Business) -> None:
    await raise_some(api, 3)
    first = await (await api.call("GET", "/v1/alarms?limit=2")).json()
    assert [one["subject"] for one in first["alarms"]] == ["day 0", "day 1"]
    one = first["alarms"][1]
    assert (one["kind"], one["code"]) == ("replica_differs", "alarm.replica_differs")
    assert (one["peer"], one["count"], one["fix_by"]) == (None, 1, "caller")
    assert one["title_ja"].startswith("副本")
    assert one["detail_en"].endswith(".")
    second = await (await api.call("GET", f"/v1/alarms?limit=2&after={first['next']}")).json()
    assert [one["subject"] for one in second["alarms"]] == ["day 2"]
    assert second["next"] is None


async def test_whoever_comes_back_with_the_last_cursor_sees_newer_alarms_only(
    api: Business,
) -> None:
    empty = await (await api.call("GET", "/v1/alarms")).json()
    assert empty == {"alarms": [], "next": None, "last": None}
    await raise_some(api, 1)
    seen = await (await api.call("GET", "/v1/alarms")).json()
    again = await (await api.call("GET", f"/v1/alarms?after={seen['last']}")).json()
    assert (again["alarms"], again["last"]) == ([], seen["last"])
    api.world.clock.move(seconds=1)
    await raise_some(api, 2)  # the first of them was raised before
    newer = await (await api.call("GET", f"/v1/alarms?after={seen['last']}")).json()
    assert [one["subject"] for one in newer["alarms"]] == ["day 1"]


async def test_alarms_need_their_scope_and_stay_in_their_institution(api: Business) -> None:
    await raise_some(api, 1)
    token = await api.token("a", scope="kokuho:records:list")
    headers = {"Authorization": f"Bearer {token}"}
    refused = await api.call("GET", "/v1/alarms", headers=headers)
    assert (refused.status, (await refused.json())["code"]) == (403, "token.scope")
    other = await (await api.call("GET", "/v1/alarms", desk="b")).json()
    assert other["alarms"] == []


@pytest.mark.parametrize(
    "after", ["1", "x.y", "1.", "1.a%09b", "999999999999999999.z", "-999999999999999999.z"]
)
async def test_any_cursor_is_a_page_or_a_refusal(api: Business, after: str) -> None:
    await raise_some(api, 1)
    response = await api.call("GET", f"/v1/alarms?after={after}")
    assert response.status in (200, 400)


async def test_originals_are_compared_over_http_and_what_differs_is_told(api: Business) -> None:
    world = api.world
    await world.register(world.b, 1)
    await world.load_tax(world.b, 1, total_income="100")
    line = {
        "number": "1",
        "information": TAX,
        "record_key": "2026",
        "as_of": "2026-01-01",
        "public_from": "2026-06-01",
        "items": [{"item": "total_income", "value": "200"}],
    }
    path = "/v1/replica-comparisons"
    response = await api.call("POST", path, desk="b", json={"entries": [line]})
    found = await response.json()
    assert (response.status, found["total"], found["different"]) == (200, 1, [1])
    assert "200" not in await response.text()
    alarms = await (await api.call("GET", "/v1/alarms", desk="b")).json()
    assert [one["kind"] for one in alarms["alarms"]] == ["replica_differs"]
    lines = json.dumps(line).encode() + b"\n"
    headers = {"Content-Type": "application/x-ndjson"}
    again = await api.call("POST", path, desk="b", data=lines, headers=headers)
    assert (await again.json())["different"] == [1]
    empty = await api.call("POST", path, desk="b", data=b"", headers=headers)
    assert empty.status == 400
