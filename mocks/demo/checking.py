"""What several cases of the demo check: answers, slots, and what an outsider can see (G12)."""

from datetime import timedelta

from mocks.demo.acting import Played, Stage, Wish, demand, values_of
from mocks.engine.cast import values_for
from mocks.gateway import Json

OK, CREATED = 200, 201


async def answered(stage: Stage, case: str, wish: Wish) -> Played:
    """Ask as A and return that the answer came with the values its office knows."""
    said = await stage.inquire(case, wish)
    shown = await stage.settled(case)
    why = (shown["refusal"] or {}).get("code") or said.status
    demand(f"answered, not {shown['state']} ({why})", holds=shown["state"] == "answered")
    count = check_values(stage, case, wish.information, shown)
    return Played(outcome=shown["state"], reason=f"{count} items, as registered")


def check_values(stage: Stage, case: str, information: str, shown: Json) -> int:
    """Return how many items came; each must be what its office knows."""
    given = values_of(shown)
    known = values_for(stage.member(case), stage.sandbox.world.people, information)
    demand("items", holds=bool(given))
    demand("the values as registered", holds=given == {name: known[name] for name in given})
    return len(given)


def is_under_way(found: Json) -> bool:
    """Return whether an inquiry was sent and its transaction is known."""
    return bool(found["state"] == "sent" and found["transaction_number"])


async def at_the_slot(stage: Stage, case: str, reason: str) -> Played:
    """Move the clock to the slot and return how the inquiry ended; nothing may come before."""
    slot = stage.sandbox.gateways["b"].plan.slot_seconds
    await stage.sandbox.advance(timedelta(seconds=slot // 2))
    path = f"/v1/inquiries/{stage.inquiries[case]['id']}"
    shown = (await stage.sandbox.a.call("GET", path)).body
    demand("nothing before the slot", holds=shown["state"] == "sent")
    await stage.sandbox.advance(timedelta(seconds=slot - slot // 2))
    shown = await stage.settled(case)
    return Played(outcome=shown["state"], reason=reason)


def list_seen_outside(stage: Stage, case: str) -> list[tuple[str, int, str]]:
    """Return kind, length and result of what the provider sent about a case."""
    number = stage.inquiries[case]["transaction_number"]
    rows = stage.journal(act="relay", transaction_number=number)
    return [(row.get("kind", ""), row.get("bytes", 0), row["result"]) for row in rows]


def shape(shown: Json) -> dict[str, str | None]:
    """Return a resource with ids and instants masked."""
    masked = {"id", "transaction_number", "requested_at", "deadline_at", "updated_at"}
    return {name: str(value) for name, value in shown.items() if name not in masked}


async def set_control(
    stage: Stage, case: str, kind: str, information: str | None, item: str | None
) -> None:
    """Set a control over the case's person at B."""
    body = {
        "number": stage.number("b", case),
        "kind": kind,
        "information": information,
        "item": item,
        "reason": "demo",
        "set_by": "clerk-1",
        "review_on": "2099-12-31",
    }
    said = await stage.sandbox.b.call("POST", "/v1/controls", body)
    demand("the control was set", holds=said.status in {OK, 201})
