"""Our own gateway under the plugin that we ship: scenarios as tests, by hand and by themselves."""

import asyncio
from typing import TYPE_CHECKING

import pytest

from mocks import scenarios

if TYPE_CHECKING:
    from mocks.testing.client import Mocks
    from mocks.testing.subject import Subject

PLAYED = [one for one in scenarios.all() if str(one.id).startswith(("S05", "S15"))]


@pytest.mark.scenario("S04")
def test_an_inquiry_that_is_held_over_the_weekend_is_answered(
    mocks: "Mocks", gateway: "Subject"
) -> None:
    inquiry = gateway.ask(mocks.people["p1"])
    mocks.settle()
    assert gateway.find_inquiry(inquiry)["state"] == "held"
    mocks.clock.advance("P3BD")
    mocks.clock.finish()
    assert gateway.find_inquiry(inquiry)["state"] == "answered"
    mocks.verify()


@pytest.mark.scenario("S06", seed=11)
async def test_an_inquiry_outlives_a_core_that_is_away(mocks: "Mocks", gateway: "Subject") -> None:
    await asyncio.to_thread(gateway.ask, mocks.people["p1"])
    await asyncio.to_thread(mocks.clock.advance, "PT15M")
    faults = {fault for row in mocks.core.journal for fault in row.faults}
    assert "apply-then-reset:reset@after_effect" in faults


@pytest.mark.parametrize("scenario", PLAYED)
def test_a_built_in_business_system_plays_a_scenario(
    scenario: str, mocks: "Mocks", gateway: "Subject"
) -> None:
    gateway.play()
    assert mocks.ground.plan.scenario.id == scenario


def test_a_member_of_the_cast_has_the_known_answer(mocks: "Mocks", gateway: "Subject") -> None:
    person = gateway.register("D01")
    inquiry = gateway.ask(person, items=("total_income",))
    mocks.settle()
    shown = gateway.find_inquiry(inquiry)
    assert shown["information"][0]["items"][0]["value"] == "3120000"
    assert person.number == mocks.people["D01"].number
