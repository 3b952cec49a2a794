"""The business API over loopback HTTP, on real use cases and real storage."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.business import Business, serve_business
from tests.support.world import TAX, open_world


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Business]:
    async with open_world(tmp_path) as world, serve_business(world) as business:
        yield business


def asked(number: str = "1", **changed: object) -> dict[str, object]:
    body: dict[str, object] = {
        "number": number,
        "affair": "69-7",
        "provider": "991023",
        "information": [{"information": TAX}],
    }
    return body | changed


async def test_an_inquiry_is_accepted_and_later_shows_its_answer(api: Business) -> None:
    world = api.world
    await world.register(world.a, 1)
    await world.register(world.b, 1)
    await world.load_tax(world.b, 1, total_income="3000000")
    begun = await api.call(
        "POST", "/v1/inquiries", json=asked(), headers={"Idempotency-Key": "k-1"}
    )
    assert begun.status == 202, await begun.text()
    await world.settle()
    shown = await api.call("GET", begun.headers["Location"])
    assert shown.status == 200
    found = await shown.json()
    assert found["state"] == "answered"
    items = {item["item"]: item for item in found["information"][0]["items"]}
    assert items["total_income"]["value"] == "3000000"
    assert items["fiscal_year"]["reason"] == "not_registered"
