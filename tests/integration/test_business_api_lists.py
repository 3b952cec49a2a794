"""The list of inquiries: what failed, why, and who can put it right (S02)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.business import Business, serve_business
from tests.support.world import TAX, open_world


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Business]:
    async with open_world(tmp_path) as world, serve_business(world) as business:
        yield business


async def submit(api: Business, key: str, number: str, affair: str = "69-7") -> None:
    body = {
        "number": number,
        "affair": affair,
        "provider": api.world.b,
        "information": [{"information": TAX}],
    }
    headers = {"Idempotency-Key": key}
    response = await api.call("POST", "/v1/inquiries", json=body, headers=headers)
    assert response.status in (200, 202)


async def page(api: Business, query: str, desk: str = "a") -> dict[str, Any]:
    response = await api.call("GET", f"/v1/inquiries{query}", desk=desk)
    assert response.status == 200, await response.text()
    found: dict[str, Any] = await response.json()
    return found


async def test_what_failed_is_listed_with_who_can_put_it_right(api: Business) -> None:
    world = api.world
    await world.register(world.a, 1, symbol=False)
    await world.register(world.a, 2)
    await world.register(world.b, 2)
    await world.load_tax(world.b, 2, total_income="3000000")
    await submit(api, "k-1", "1")
    await submit(api, "k-2", "2")
    await submit(api, "k-3", "2", affair="69-8")
    await world.settle()
    failed = await page(api, "?state=failed")
    [one] = failed["inquiries"]
    assert (one["refusal"]["code"], one["refusal"]["fix_by"]) == (
        "symbol.not_acquired",
        "operator",
    )
    assert failed["next"] is None
    everything = await page(api, "")
    assert sorted(one["state"] for one in everything["inquiries"]) == [
        "answered",
        "denied",
        "failed",
    ]
    assert "3000000" not in str(everything)


async def test_the_list_comes_by_cursor_and_holds_only_the_own_systems(api: Business) -> None:
    await api.world.register(api.world.a, 1, symbol=False)
    for number in range(5):
        await submit(api, f"k-{number}", "1")
    seen: list[str] = []
    cursor = ""
    while True:
        found = await page(api, f"?state=failed&limit=2{cursor}")
        seen += [one["id"] for one in found["inquiries"]]
        if found["next"] is None:
            break
        cursor = f"&after={found['next']}"
    assert len(seen) == len(set(seen)) == 5
    assert (await page(api, "", desk="b"))["inquiries"] == []


@pytest.mark.parametrize("query", ["?state=lost", "?after=1", "?limit=0", "?unknown=1"])
async def test_a_list_that_cannot_be_is_refused(api: Business, query: str) -> None:
    assert (await api.call("GET", f"/v1/inquiries{query}")).status == 400
