"""Two spaces of one server never see each other, whatever is asked of either in any order."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.admin import Admin, serve_admin

SPACES = ("one", "two")
RULE = {
    "when": {"party": "core", "op": "permit.issue"},
    "fault": [{"at": "after_effect", "kind": "reset"}],
}
# What can be done to a space: method, path and body.
ACTS: list[tuple[str, str, Any]] = [
    ("POST", "/clock", {"mode": "rate", "rate": 60}),
    ("POST", "/clock/advance", {"by": "P3BD"}),
    ("POST", "/seed", {"seed": 7}),
    ("POST", "/faults", RULE),
    ("DELETE", "/faults", None),
    ("POST", "/parties/core/down", {}),
    ("DELETE", "/parties/core/down", None),
    ("PUT", "/scenarios/S06", {}),
    ("DELETE", "/scenarios/S04", None),
    ("PATCH", "/scenarios/S04/state", {"rule": "hold", "seen": 3}),
    ("DELETE", "/journal", None),
    ("DELETE", "/state", None),
    ("DELETE", "/counters", None),
    ("POST", "/verify", {}),
    ("GET", "/snapshot", None),
]
SHOWN = ("", "/clock", "/scenarios", "/faults", "/parties", "/people", "/journal", "/holds")


async def look(admin: Admin, space: str) -> list[str]:
    """Return everything that the API shows of a space."""
    return [(await admin.ask("GET", f"/spaces/{space}{path}")).text for path in SHOWN]


async def play(acts: list[tuple[str, str, Any]]) -> None:
    async with serve_admin() as admin:
        for space in SPACES:
            await admin.open(space, scenario="S04")
        untouched = await look(admin, "two")
        identifiers = [one["url"] for one in await parties(admin, "one")]
        for method, path, body in acts:
            content = {} if body is None else {"json": body}
            said = await admin.ask(method, f"/spaces/one{path}", **content)
            assert said.status < 500, said.text
            assert await look(admin, "two") == untouched
        assert not set(identifiers) & {one["url"] for one in await parties(admin, "two")}
        await admin.ask("DELETE", "/spaces/one")
        assert await look(admin, "two") == untouched


async def parties(admin: Admin, space: str) -> Any:  # noqa: ANN401  # JSON
    return (await admin.ask("GET", f"/spaces/{space}/parties")).body["parties"]


@pytest.mark.integration
@settings(max_examples=8, deadline=None)
@given(acts=st.lists(st.sampled_from(ACTS), min_size=1, max_size=8))
def test_what_is_done_to_one_space_never_shows_in_another(
    acts: list[tuple[str, str, Any]],
) -> None:
    asyncio.run(play(acts))


@pytest.mark.integration
async def test_events_of_one_space_are_none_of_another() -> None:
    async with serve_admin() as admin:
        for space in SPACES:
            await admin.open(space)
        first, second = (admin.server.desk.load_room(space) for space in SPACES)
        before = second.feed.last
        await admin.ask("POST", "/spaces/one/clock/advance", json={"by": "PT1H"})
        await admin.ask("POST", "/spaces/one/faults", json=RULE)
        assert first.feed.last > 0
        assert second.feed.last == before
        assert first.feed.run != second.feed.run
