"""The business API over loopback HTTP, on real use cases and real storage."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientPayloadError

from tests.conftest import Canaries
from tests.support.business import Business, serve_business
from tests.support.world import TAX, open_world, sandbox_number

PERSON = {
    "name": "架空 花子",
    "kana": "カクウ ハナコ",
    "born_on": "1980-04-01",
    "sex_code": "2",
    "address": "みなと県仲立市1番地",
}
STATE = {"number": "1", "affair": "69-7", "information": [{"information": TAX}]}


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Business]:
    async with open_world(tmp_path) as world, serve_business(world) as business:
        yield business


def asked(api: Business, **changed: object) -> dict[str, object]:
    return {**STATE, "provider": api.world.b, **changed}


async def submit(
    api: Business, key: str = "k-1", *, desk: str = "a", wait: int | None = None, **changed: object
) -> tuple[int, dict[str, Any], str]:
    headers = {"Idempotency-Key": key}
    if wait is not None:
        headers["Prefer"] = f"wait={wait}"
    body = asked(api, **changed)
    response = await api.call("POST", "/v1/inquiries", desk=desk, json=body, headers=headers)
    return response.status, await response.json(), response.headers.get("Location", "")


async def ready_person(api: Business) -> None:
    world = api.world
    await world.register(world.a, 1)
    await world.register(world.b, 1)
    await world.load_tax(world.b, 1, total_income="3000000")


async def test_an_inquiry_is_accepted_and_later_shows_its_answer(api: Business) -> None:
    await ready_person(api)
    status, begun, location = await submit(api)
    assert (status, begun["state"], begun["final"]) == (202, "permit_requested", False)
    await api.world.settle()
    shown = await api.call("GET", location)
    found = await shown.json()
    assert (shown.status, found["state"], found["final"]) == (200, "answered", True)
    items = {item["item"]: item for item in found["information"][0]["items"]}
    assert items["total_income"]["value"] == "3000000"
    assert items["fiscal_year"] == {
        "item": "fiscal_year",
        "value": None,
        "reason": "not_registered",
    }
    assert shown.headers["Cache-Control"] == "no-store"


async def test_a_caller_that_prefers_to_wait_gets_the_answer_in_one_response(
    api: Business,
) -> None:
    await ready_person(api)
    await submit(api)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(submit(api, wait=20))
        group.create_task(api.world.settle())
    status, found, _ = waiting.result()
    assert (status, found["state"]) == (200, "answered")


async def test_waiting_ends_after_the_preferred_time(api: Business) -> None:
    await ready_person(api)
    headers = {"Idempotency-Key": "k-1", "Prefer": "respond-async, wait=1"}
    response = await api.call("POST", "/v1/inquiries", json=asked(api), headers=headers)
    assert response.status == 202
    assert response.headers["Preference-Applied"] == "wait=1"
    shown = await api.call("GET", response.headers["Location"], headers={"Prefer": "wait=1"})
    assert (await shown.json())["final"] is False


async def test_a_denied_inquiry_is_a_resource_with_a_bilingual_reason(api: Business) -> None:
    await ready_person(api)
    status, denied, location = await submit(api, affair="69-8")
    assert (status, denied["state"], denied["final"]) == (200, "denied", True)
    refusal = denied["refusal"]
    assert refusal["code"] == "inquiry.denied.information"
    assert refusal["failed"] == "information"
    assert refusal["retry"] == "never"
    assert "拒否" in refusal["text_ja"]
    assert refusal["text_en"].isascii() or "Denied" in refusal["text_en"]
    assert refusal["title_ja"]
    assert len(refusal["occurrence"]) == 36
    again = await api.call("GET", location)
    assert (await again.json())["refusal"] == refusal


async def test_a_person_without_symbol_fails_locally(api: Business) -> None:
    await api.call("POST", "/v1/addresses", json=address(7))
    status, failed, _ = await submit(api, number="7")
    assert (status, failed["state"]) == (200, "failed")
    assert failed["refusal"]["code"] == "symbol.not_acquired"
    assert failed["refusal"]["retry"] == "never"
    assert "send_inquiry" not in api.world.core.calls


async def test_an_unknown_provider_is_denied_and_recorded(api: Business) -> None:
    await ready_person(api)
    status, denied, _ = await submit(api, provider="999999")
    assert (status, denied["refusal"]["failed"]) == (200, "provider")


async def test_the_same_key_gives_the_same_inquiry_and_another_body_a_conflict(
    api: Business,
) -> None:
    await ready_person(api)
    _, first, _ = await submit(api)
    before = await api.world.records(api.world.a)
    _, again, _ = await submit(api, number="000000000000001")  # the same number, written in full
    assert again["id"] == first["id"]
    status, problem, _ = await submit(api, nondisclosure=True)
    assert (status, problem["code"], problem["retry"]) == (409, "request.conflict", "never")
    assert await api.world.records(api.world.a) == before


async def test_a_key_belongs_to_its_system(api: Business) -> None:
    await ready_person(api)
    await api.call("POST", "/v1/addresses", desk="tax", json=address(1))
    _, first, _ = await submit(api)
    _, other, _ = await submit(api, desk="tax")
    assert other["id"] != first["id"]


async def test_an_inquiry_is_cancelled_once_it_is_final_no_more(api: Business) -> None:
    await ready_person(api)
    _, begun, location = await submit(api)
    cancelled = await api.call("POST", f"{location}/cancel")
    assert (cancelled.status, (await cancelled.json())["state"]) == (200, "cancelled")
    _, denied, other = await submit(api, "k-2", affair="69-8")
    assert denied["final"]
    refused = await api.call("POST", f"{other}/cancel")
    problem = await refused.json()
    assert (refused.status, problem["code"], problem["state"]) == (409, "state.wrong", "denied")
    assert begun["id"] != denied["id"]


async def test_states_come_as_events_until_the_inquiry_is_final(api: Business) -> None:
    await ready_person(api)
    _, _, location = await submit(api)
    token = await api.token("a")
    assert api.session is not None
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    async with api.session.get(api.url + location, headers=headers) as stream:
        assert stream.content_type == "text/event-stream"
        first = await stream.content.readuntil(b"\n\n")
        await api.world.settle()
        rest = await stream.content.read()
    assert first.startswith(b"event: state\nid: 0\ndata: {")
    assert b'"state":"permit_requested"' in first
    assert rest.count(b"event: state\n") >= 1
    assert b'"state":"answered"' in rest.split(b"event: state")[-1]


async def test_a_caller_that_leaves_a_stream_is_no_failure(
    api: Business, caplog: pytest.LogCaptureFixture
) -> None:
    await ready_person(api)
    _, _, location = await submit(api)
    assert api.session is not None
    headers = {"Authorization": f"Bearer {await api.token('a')}", "Accept": "text/event-stream"}
    async with api.session.get(api.url + location, headers=headers) as stream:
        await stream.content.readuntil(b"\n\n")
    await api.world.settle()
    shown = await api.call("GET", location)
    assert (await shown.json())["state"] == "answered"
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_stream_ends_when_the_server_stops(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world, serve_business(world) as api:
        await ready_person(api)
        _, _, location = await submit(api)
        assert api.session is not None
        assert api.server is not None
        headers = {"Authorization": f"Bearer {await api.token('a')}", "Accept": "text/event-stream"}
        async with api.session.get(api.url + location, headers=headers) as stream:
            await stream.content.readuntil(b"\n\n")
            begun = asyncio.get_running_loop().time()
            await api.server.close()
            assert asyncio.get_running_loop().time() - begun < 5
            with pytest.raises(ClientPayloadError):
                await stream.content.read()
        await world.runner.run()


def address(serial: int, **changed: object) -> dict[str, object]:
    number = sandbox_number(serial).value
    return {"number": str(serial), "individual_number": number, "basic": PERSON, **changed}


async def test_an_address_is_registered_repeated_and_updated(
    api: Business, canaries: Canaries, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    body = address(5)
    canaries.register(str(body["individual_number"]))
    first = await api.call("POST", "/v1/addresses", json=body)
    assert (first.status, (await first.json())["status"]) == (201, "registered")
    again = await api.call("POST", "/v1/addresses", json=body)
    assert (again.status, (await again.json())["status"]) == (200, "unchanged")
    moved = address(5, residence="former")
    updated = await api.call("POST", "/v1/addresses", json=moved)
    assert (updated.status, (await updated.json())["status"]) == (200, "updated")
    for response in (first, again, updated):
        assert str(body["individual_number"]) not in await response.text()
    logged = caplog.text + str([record.__dict__ for record in caplog.records])
    assert str(body["individual_number"]) not in logged


async def test_another_individual_number_overwrites_nothing(api: Business) -> None:
    await api.call("POST", "/v1/addresses", json=address(5))
    other = address(5, individual_number=sandbox_number(6).value)
    response = await api.call("POST", "/v1/addresses", json=other)
    found = await response.json()
    assert (response.status, found["status"]) == (202, "confirmation_required")
    assert found["reason"] == "other_number"
    blank = await api.call("POST", "/v1/addresses", json=address(5, individual_number=None))
    assert (await blank.json())["reason"] == "blank_number"


async def test_a_symbol_is_acquired_by_receipt(api: Business) -> None:
    world = api.world
    await api.call("POST", "/v1/addresses", json=address(5))
    begun = await api.call("POST", "/v1/symbols", json={"number": "5"})
    assert (begun.status, (await begun.json())["state"]) == (202, "requested")
    await world.settle()
    await world.core.deliver_symbols(world.a)
    shown = await api.call("GET", begun.headers["Location"])
    found = await shown.json()
    assert (shown.status, found["state"]) == (200, "linked")
    symbol = next(iter(world.core.symbols.values()))
    assert symbol.value not in await shown.text()
    unknown = await api.call("POST", "/v1/symbols", json={"number": "6"})
    assert (unknown.status, (await unknown.json())["code"]) == (422, "address.unknown")


ENTRY = {
    "number": "5",
    "information": TAX,
    "record_key": "2026",
    "as_of": "2026-01-01",
    "public_from": "2026-06-01",
    "items": [{"item": "total_income", "value": "1"}],
}


async def test_replicas_are_loaded_and_every_entry_is_accounted_for(api: Business) -> None:
    await api.call("POST", "/v1/addresses", json=address(5))
    entries = [
        ENTRY,
        {**ENTRY, "number": "99"},
        {**ENTRY, "items": [{"item": "shoe_size", "value": "1"}]},
        {**ENTRY, "operation": "delete", "items": []},
    ]
    loaded = await api.call("POST", "/v1/replicas", json={"entries": entries})
    found = await loaded.json()
    assert (loaded.status, found["total"], found["applied"], found["pending"]) == (202, 4, 2, 0)
    assert [(one["line"], one["code"]) for one in found["rejected"]] == [
        (2, "address.unknown"),
        (3, "replica.item_unknown"),
    ]
    assert all(one["title_ja"] for one in found["rejected"])
    shown = await api.call("GET", loaded.headers["Location"])
    assert await shown.json() == found


async def test_replicas_come_line_by_line(api: Business) -> None:
    await api.call("POST", "/v1/addresses", json=address(5))
    line = json.dumps(ENTRY).encode() + b"\n"
    headers = {"Content-Type": "application/x-ndjson"}

    async def lines() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield line[:100]
            yield line[100:]

    loaded = await api.call("POST", "/v1/replicas", data=lines(), headers=headers)
    assert (loaded.status, (await loaded.json())["applied"]) == (202, 300)
    before = await api.world.records(api.world.a)
    bad = await api.call("POST", "/v1/replicas", data=line + b'{"x":1}\n' + line, headers=headers)
    problem = await bad.json()
    assert (bad.status, problem["path"]) == (400, "line 2: $.x")
    empty = await api.call("POST", "/v1/replicas", data=b"", headers=headers)
    assert empty.status == 400
    unfinished = await api.call("POST", "/v1/replicas", data=line[:-1], headers=headers)
    assert (await unfinished.json())["applied"] == 1
    assert len(await api.world.records(api.world.a)) == len(before) + 1


async def test_a_control_is_set_once_and_ended_once(api: Business) -> None:
    await api.call("POST", "/v1/addresses", json=address(5))
    body = {
        "number": "5",
        "kind": "no_automatic_answer",
        "information": TAX,
        "item": "total_income",
        "reason": "内容の再確認が必要なため",
        "set_by": "s1001",
        "review_on": "2027-11-24",
    }
    first = await api.call("POST", "/v1/controls", json=body)
    again = await api.call("POST", "/v1/controls", json=body)
    assert (first.status, await again.json()) == (201, await first.json())
    name = (await first.json())["id"]
    proposed = await api.call("DELETE", f"/v1/controls/{name}?ended_by=s1002")
    assert (proposed.status, (await proposed.json())["ended_at"]) == (202, None)
    ended = await api.call("DELETE", f"/v1/controls/{name}?ended_by=s1003")
    assert (ended.status, (await ended.json())["ended_by"]) == (200, "s1003")
    twice = await api.call("DELETE", f"/v1/controls/{name}?ended_by=s1002")
    assert (twice.status, (await twice.json())["code"]) == (409, "state.wrong")
    unknown = await api.call("POST", "/v1/controls", json={**body, "item": "shoe_size"})
    assert (unknown.status, (await unknown.json())["path"]) == (422, "$.item")


async def test_records_come_by_cursor_and_looking_is_recorded(api: Business) -> None:
    await ready_person(api)
    await submit(api, affair="69-8")
    seen, after = [], ""
    for _ in range(50):
        page = await api.call("GET", f"/v1/records?limit=2{after}")
        found = await page.json()
        seen += [one["sequence"] for one in found["records"]]
        if found["next"] is None:
            break
        after = f"&after={found['next']}"
    assert seen == sorted(set(seen))
    denied = await (await api.call("GET", "/v1/records?act=inquiry")).json()
    assert [one["code"] for one in denied["records"]] == ["inquiry.denied.information"]
    assert denied["records"][0]["affair"] == "69-8"
    looks = await (await api.call("GET", "/v1/records?act=access&limit=500")).json()
    assert looks["records"][0]["actor"] == "a"


async def test_the_decision_is_explained_beforehand(api: Business) -> None:
    query = {"affair": "69-7", "provider": api.world.b, "information": TAX}
    allowed = await (await api.call("GET", "/v1/permits/explain", params=query)).json()
    assert (allowed["decision"], allowed["failed"]) == ("allow", None)
    assert "total_income" in allowed["matched"][0]["items"]
    query["affair"] = "69-8"
    denied = await (await api.call("GET", "/v1/permits/explain", params=query)).json()
    assert (denied["decision"], denied["failed"]) == ("deny", "information")
    assert denied["nearest"]
    query["on"] = "2014-01-01"
    early = await (await api.call("GET", "/v1/permits/explain", params=query)).json()
    assert (early["failed"], early["edition"]) == ("edition", None)


async def test_institutions_are_listed_with_their_classes_of_a_day(api: Business) -> None:
    first = await (await api.call("GET", "/v1/institutions?limit=1")).json()
    rest = await (await api.call("GET", f"/v1/institutions?after={first['next']}")).json()
    assert first["institutions"][0]["code"] < rest["institutions"][0]["code"]
    assert rest["next"] is None
    town = "/v1/institutions?code=993417&on="
    before = await (await api.call("GET", town + "2025-03-31")).json()
    after = await (await api.call("GET", town + "2025-04-01")).json()
    assert "都道府県知事等" in before["institutions"][0]["classes"]
    assert "都道府県知事等" not in after["institutions"][0]["classes"]
    unknown = await (await api.call("GET", "/v1/institutions?code=999999")).json()
    assert unknown["institutions"] == []
