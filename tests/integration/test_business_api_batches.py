"""Batches over loopback HTTP: handed over line by line or as a file, read while they go on (G7)."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse
from yarl import URL

from gateway.domain.batch import Batch, BatchChunk
from gateway.domain.work import WorkItem
from tests.support.batching import go_on, listen, ready
from tests.support.business import Business, count_rows, serve_business
from tests.support.world import TAX, open_world

NDJSON = "application/x-ndjson"
DAT = "text/x-nakadachi-dat; charset=us-ascii"
PATH = "/v1/batches"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Business]:
    async with open_world(tmp_path) as world, serve_business(world) as business:
        yield business


def asked(api: Business, number: int | str, **changed: object) -> dict[str, object]:
    body = {"number": str(number), "affair": "69-7", "information": [{"information": TAX}]}
    return {**body, "provider": api.world.b, **changed}


def file_line(api: Business, number: int, **changed: str) -> str:
    """Return a line of the file of inquiries."""
    fields = {
        "number_system": "01",
        "number": f"{number:015d}",
        "unified_number": "",
        "requested_at": "20261124120000123",
        "department": "D01                 ",
        "staff": "",
        "inquirer": f"00000{api.world.a}00000",
        "nondisclosure": "1",
        "affair": "JM99000000000069",
        "procedure": "JT99000000690007",
        "inquirer_delegating": "",
        "provider_delegating": "",
        "provider": api.world.b[:5],
        "information": "TM99000000000001",
        "condition": "0",
        "fiscal_year": "0",
        "begins_on": "",
        "ends_on": "",
    }
    return ",".join({**fields, **changed}.values())


async def hand_over(
    api: Business,
    body: bytes | AsyncIterator[bytes],
    *,
    key: str | None = "b-1",
    media_type: str = NDJSON,
    desk: str = "a",
) -> ClientResponse:
    headers = {"Content-Type": media_type} | ({} if key is None else {"Idempotency-Key": key})
    return await api.call("POST", PATH, desk=desk, data=body, headers=headers)


def lines(*rows: dict[str, object]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


async def results(api: Business, location: str, **query: str) -> list[dict[str, Any]]:
    response = await api.call("GET", f"{location}/results", params=query)
    assert (response.status, response.content_type) == (200, NDJSON)
    return [json.loads(line) for line in (await response.text()).splitlines()]


async def stored(api: Business) -> int:
    """Return how much of batches is stored at A."""
    store = api.world.ports_a.store
    kinds: tuple[type[Any], ...] = (Batch, BatchChunk, WorkItem)
    return sum([len(await store.list_values(kind)) for kind in kinds])


async def test_a_batch_is_accepted_goes_on_and_shows_its_results(api: Business) -> None:
    await ready(api.world, 1, 2)
    body = lines(
        asked(api, 1, key="first"),
        asked(api, 2),
        asked(api, 99),
        asked(api, 1, affair="69-8", information=[{"information": TAX, "items": []}]),
    )
    begun = await hand_over(api, body)
    batch, location = await begun.json(), begun.headers["Location"]
    assert (begun.status, batch["state"], batch["final"]) == (202, "running", False)
    assert batch["counts"]["total"] == batch["counts"]["waiting"] == 4
    assert location == f"{PATH}/{batch['id']}"
    waiting = await results(api, location)
    assert [(row["line"], row["state"], row["final"]) for row in waiting] == [
        (1, "waiting", False), (2, "waiting", False), (3, "waiting", False), (4, "waiting", False),
    ]  # fmt: skip
    await api.world.settle()
    shown = await (await api.call("GET", location)).json()
    assert (shown["state"], shown["final"]) == ("ended", True)
    counts = shown["counts"]
    assert counts["applied"] + counts["rejected"] + counts["pending"] == counts["total"] == 4
    assert (counts["accepted"], counts["answered"], counts["denied"]) == (3, 2, 1)
    [part] = shown["parts"]
    assert (part["part"], part["first_line"], part["last_line"]) == (1, 1, 4)
    assert part["counts"] == counts
    rows = await results(api, location)
    assert [row["state"] for row in rows] == ["answered", "answered", "rejected", "denied"]
    assert rows[0]["key"] == "first"
    items = {item["item"]: item for item in rows[0]["inquiry"]["information"][0]["items"]}
    assert items["total_income"]["value"] == "3000000"
    assert rows[2]["inquiry"] is None
    assert rows[2]["rejection"]["code"] == "address.unknown"
    assert rows[2]["rejection"]["field"] == "number"
    assert rows[2]["rejection"]["title_ja"]
    assert rows[3]["inquiry"]["refusal"]["code"] == "inquiry.denied.information"
    single = await api.call("GET", f"/v1/inquiries/{rows[0]['inquiry']['id']}")
    assert await single.json() == rows[0]["inquiry"]


async def test_a_file_is_accepted_and_unknown_codes_reject_their_rows(api: Business) -> None:
    await ready(api.world, 1)
    body = [
        file_line(api, 1),
        file_line(api, 1, procedure="JT99000000690008"),
        file_line(api, 1, information="TM00000000000000"),
        file_line(api, 1, inquirer=f"00000{api.world.b}00000"),
        file_line(api, 1, provider=f"00000{api.world.b}00000", begins_on="20250401"),
    ]
    begun = await hand_over(
        api, "".join(f"{line}\r\n" for line in body).encode("ascii"), media_type=DAT
    )
    assert begun.status == 202, await begun.text()
    await api.world.settle()
    rows = await results(api, begun.headers["Location"])
    assert [row["state"] for row in rows] == [
        "answered", "denied", "rejected", "rejected", "answered",
    ]  # fmt: skip
    assert (rows[2]["rejection"]["code"], rows[2]["rejection"]["field"]) == (
        "batch.code_unknown",
        "field 14",
    )
    assert rows[3]["rejection"]["code"] == "batch.inquirer_foreign"
    assert rows[4]["inquiry"]["period"]["begins_on"] == "2025-04-01"
    assert rows[0]["inquiry"]["affair"] == "69-7"


async def test_results_page_by_a_link_and_come_while_the_batch_goes_on(api: Business) -> None:
    await ready(api.world, 1)
    begun = await hand_over(api, lines(*(asked(api, 1, key=f"k-{n}") for n in range(150))))
    location = begun.headers["Location"]
    api.world.core.unreachable = 1_000_000
    await api.world.settle()
    shown = (await (await api.call("GET", location)).json())["counts"]
    assert (shown["running"], shown["waiting"], shown["pending"]) == (32, 118, 150)
    seen: list[int] = []
    path: str | None = f"{location}/results?limit=60"
    while path is not None:
        page = await api.call("GET", path)
        seen += [json.loads(line)["line"] for line in (await page.text()).splitlines()]
        path = URL(page.links["next"]["url"]).path_qs if "next" in page.links else None
    assert seen == list(range(1, 151))
    assert [row["line"] for row in await results(api, location, after="149")] == [150]
    assert await results(api, location, after="150") == []


async def test_the_same_key_returns_the_batch_and_other_rows_conflict(api: Business) -> None:
    await ready(api.world, 1)
    body = lines(asked(api, 1), asked(api, 2))
    first = await hand_over(api, body)
    same = lines(asked(api, "000000000000001"), asked(api, 2))  # written in full
    again = await hand_over(api, same)
    assert (again.status, again.headers["Location"]) == (202, first.headers["Location"])
    before = await stored(api)
    other = await hand_over(api, lines(asked(api, 1)))
    assert (other.status, (await other.json())["code"]) == (409, "request.conflict")
    tax = await hand_over(api, body, desk="tax")
    assert tax.headers["Location"] != first.headers["Location"]
    assert await stored(api) > before


async def test_what_failed_is_asked_again(api: Business) -> None:
    await ready(api.world, 1)
    begun = await hand_over(api, lines(asked(api, 1), asked(api, 2)))
    location = begun.headers["Location"]
    await api.world.settle()
    await ready(api.world, 2)
    retried = await api.call("POST", f"{location}/retry")
    shown = await retried.json()
    assert (retried.status, shown["generation"]) == (202, 2)
    assert (shown["state"], shown["final"]) == ("running", False)  # although no row waits yet
    await api.world.settle()
    rows = await results(api, location)
    assert [(row["state"], row["generation"]) for row in rows] == [("answered", 1), ("answered", 2)]
    refused = await api.call("POST", f"{location}/retry")
    assert (refused.status, (await refused.json())["code"]) == (409, "state.wrong")


async def test_a_batch_is_cancelled(api: Business) -> None:
    await ready(api.world, 1)
    begun = await hand_over(api, lines(*(asked(api, 1, key=f"k-{n}") for n in range(70))))
    location = begun.headers["Location"]
    cancelled = await api.call("POST", f"{location}/cancel")
    shown = await cancelled.json()
    assert (cancelled.status, shown["state"], shown["final"]) == (202, "cancelling", False)
    await api.world.settle()
    await go_on(api.world)
    shown = await (await api.call("GET", location)).json()
    assert (shown["state"], shown["final"]) == ("cancelled", True)
    assert shown["counts"]["rejected"] == 70
    rows = await results(api, location)
    assert {row["rejection"]["code"] for row in rows} == {"batch.cancelled"}


BAD = {
    "no JSON": ('{"number"', "request.malformed", "line 3: $"),
    "an empty line": ("", "request.malformed", "line 3: $"),
    "an unknown field": ('{"x": 1}', "request.unknown_field", "line 3: $.x"),
    "a key of another form": ('{"key": "a b"}', "request.invalid", "line 3: $.key"),
    "a name twice": (
        json.dumps(
            {"affair": "69-7", "provider": "991023", "information": [{"information": "x"}]}
        ).replace("{", '{"number": "1", "number": "1", ', 1),
        "request.duplicate_key",
        "line 3: $.number",
    ),
    "a number too long": ('{"number":"1234567890123456"}', "request.invalid", "line 3: $.number"),
}


@pytest.mark.parametrize(("text", "code", "path"), BAD.values(), ids=BAD)
async def test_a_line_that_cannot_be_read_refuses_all_and_stores_nothing(
    api: Business, text: str, code: str, path: str
) -> None:
    rows = [json.dumps(asked(api, n)) for n in (1, 2)]
    body = "\n".join([*rows, text, *rows]).encode()
    before = await count_rows(api.world)
    refused = await hand_over(api, body)
    problem = await refused.json()
    assert (refused.status, problem["code"], problem["path"]) == (400, code, path)
    assert problem["title_ja"]
    assert problem["title_en"]
    assert await stored(api) == 0
    assert await count_rows(api.world) == before


async def test_a_late_bad_line_leaves_nothing_of_what_was_stored_before(api: Business) -> None:
    rows = [json.dumps(asked(api, 1, key=f"k-{n}")) for n in range(200)]
    refused = await hand_over(api, "\n".join([*rows, "x"]).encode())
    assert (await refused.json())["path"] == "line 201: $"
    assert await stored(api) == 0


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        (b"01,1\r\n", "request.malformed", "line 1"),
        (b"\xff\r\n", "request.charset", "line 1"),
        (b"", "request.malformed", "line 1: $"),
    ],
    ids=["two fields", "no ASCII", "nothing"],
)
async def test_a_file_that_cannot_be_read_is_refused(
    api: Business, body: bytes, code: str, path: str
) -> None:
    refused = await hand_over(api, body, media_type=DAT)
    problem = await refused.json()
    assert (refused.status, problem["code"], problem["path"]) == (400, code, path)
    assert await stored(api) == 0


async def test_a_file_cut_off_in_the_middle_of_a_line_is_refused(api: Business) -> None:
    whole = f"{file_line(api, 1)}\r\n{file_line(api, 2)}".encode("ascii")
    refused = await hand_over(api, whole, media_type=DAT)
    problem = await refused.json()
    assert (refused.status, problem["code"], problem["path"]) == (
        400,
        "request.malformed",
        "line 2",
    )
    assert problem["expected"] == "18 fields and CRLF"
    assert await stored(api) == 0


@pytest.mark.parametrize(
    ("media_type", "code"),
    [
        ("application/json", "request.media_type"),
        ("text/plain", "request.media_type"),
        ("application/x-ndjson; charset=us-ascii", "request.media_type"),
        ("text/x-nakadachi-dat; charset=cp932", "request.media_type"),
    ],
)
async def test_another_media_type_is_not_taken(api: Business, media_type: str, code: str) -> None:
    refused = await hand_over(api, b"x", media_type=media_type)
    problem = await refused.json()
    assert (refused.status, problem["code"]) == (415, code)
    assert problem["accepted"] == ["application/x-ndjson", "text/x-nakadachi-dat"]


async def test_a_batch_needs_an_idempotency_key(api: Business) -> None:
    refused = await hand_over(api, lines(asked(api, 1)), key=None)
    assert (refused.status, (await refused.json())["code"]) == (400, "request.idempotency_key")


async def test_more_rows_than_parts_hold_are_refused_with_the_limit(api: Business) -> None:
    world = api.world
    policy = replace(world.ports_a.policy, batch_rows=2, batch_parts=2)
    world.sides[world.a] = replace(world.ports_a, policy=policy)
    accepted = await hand_over(api, lines(*(asked(api, n) for n in range(1, 5))))
    parts = (await accepted.json())["parts"]
    assert [(part["first_line"], part["last_line"]) for part in parts] == [(1, 2), (3, 4)]
    before = await stored(api)
    refused = await hand_over(api, lines(*(asked(api, n) for n in range(1, 6))), key="b-2")
    problem = await refused.json()
    assert (refused.status, problem["code"]) == (413, "batch.too_large")
    assert problem["expected"] == "at most 4 rows"
    assert await stored(api) == before


async def test_a_long_line_is_cut_off(api: Business) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield lines(asked(api, 1))
        for _ in range(20):
            yield b" " * 65536

    refused = await hand_over(api, chunks())
    assert (refused.status, (await refused.json())["code"]) == (413, "request.too_large")
    assert await stored(api) == 0


async def test_rows_are_stored_while_they_come(api: Business) -> None:
    store = listen(api.world)

    async def chunks() -> AsyncIterator[bytes]:
        for number in range(5):
            if number > 1:
                await store.wait(added=BatchChunk)
            yield lines(*(asked(api, 1, key=f"k-{number}-{n}") for n in range(64)))

    accepted = await hand_over(api, chunks())
    assert (await accepted.json())["counts"]["total"] == 320


def send_and_leave(url: str, request: bytes) -> None:
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(request)


async def test_a_caller_that_hangs_up_leaves_nothing(api: Business) -> None:
    body = lines(*(asked(api, 1, key=f"k-{n}") for n in range(130)))
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: {NDJSON}\r\nIdempotency-Key: b-1\r\n"
        f"Authorization: Bearer {await api.token('a')}\r\nContent-Length: {len(body) + 9}\r\n\r\n"
    )
    store = listen(api.world)
    await asyncio.to_thread(send_and_leave, api.url, head.encode() + body)
    await store.wait(removed=WorkItem)
    assert await stored(api) == 0
