"""The cases D01 to D16 of the contract; each returns how it ended and checks that it is right."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from mocks.demo.acting import Played, Stage, Wish, demand, values_of
from mocks.demo.checking import (
    answered,
    at_the_slot,
    check_values,
    is_under_way,
    list_seen_outside,
    set_control,
    shape,
)
from mocks.demo.registering import ACCOUNTS, BENEFITS, TAX, UNEMPLOYMENT
from mocks.engine.behaviour import Order
from mocks.engine.calendar import Opening
from mocks.engine.clock import JST
from mocks.engine.hours import EVERY_DAY
from mocks.parties.asking import MOST_PERMITS
from permitlists.items import items_of
from wire.messages import Refusal, decode

TAX_WISH = Wish(provider="b", affair="69-7", information=TAX)
ACCOUNT_WISH = Wish(provider="accounts", affair="69-8", information=ACCOUNTS)
BENEFIT_WISH = Wish(provider="a", affair="42-1", information=BENEFITS)
ACCEPTED, CONFLICT = 202, 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case: its title, the outcome the contract expects, and its course."""

    id: str
    title: str
    expected: str
    play: Callable[[Stage], Awaitable[Played]]


async def income(stage: Stage) -> Played:
    """Play D01: where the person lived on 1 January, for the insurance levy."""
    return await answered(stage, "D01", TAX_WISH)


async def account(stage: Stage) -> Played:
    """Play D02: the account to refund to."""
    return await answered(stage, "D02", ACCOUNT_WISH)


async def unemployment(stage: Stage) -> Played:
    """Play D03: unemployment benefit."""
    wish = Wish(provider="employment", affair="71-2", information=UNEMPLOYMENT)
    return await answered(stage, "D03", wish)


async def benefits(stage: Stage) -> Played:
    """Play D04: the prefecture asks A as medical insurer."""
    asked = await stage.ask("D04", BENEFIT_WISH, own_check=True)
    demand(f"answered, not {asked.code}", holds=asked.answer is not None)
    if asked.answer is not None:
        given = {item.id: item.value for item in asked.answer.information[0].items}
        known = stage.member("D04").known[BENEFITS]
        same = {name: value for name, value in known.items() if name in given}
        demand("the values that A registered", holds=same.items() <= given.items() and bool(same))
    return Played(outcome=asked.state, reason="A provided what it had registered")


async def wrong_clause(stage: Stage) -> Played:
    """Play D05: clause 8 does not list local tax; A refuses before anything leaves."""
    before = len(stage.journal())
    wish = Wish(provider="b", affair="69-8", information=TAX)
    said = await stage.inquire("D05", wish)
    refusal = said.body["refusal"]
    demand("an explanation", holds=bool(refusal["text_ja"] and refusal["text_en"]))
    demand("nothing left A", holds=len(stage.journal()) == before)
    return Played(outcome=said.body["state"], reason=refusal["code"])


async def outsider(stage: Stage) -> Played:
    """Play D06: the prefecture is no inquirer of row 69; its own list and the core both say so."""
    own = await stage.ask("D06", TAX_WISH, own_check=True)
    asked = await stage.ask("D06", TAX_WISH, own_check=False)
    demand("its own list refuses too", holds=own.code == asked.code)
    demand("the inquirer fails", holds=asked.failed == "inquirer")
    return Played(outcome=asked.state, reason=asked.code or "")


async def held(stage: Stage) -> Played:
    """Play D07: an item that is never answered automatically; two people release it."""
    await set_control(stage, "D07", "no_automatic_answer", TAX, "total_income")
    said = await stage.inquire("D07", TAX_WISH, wait=0)
    shown = await stage.settled("D07", lambda found: found["state"] == "held")
    demand("held at first", holds=said.status == ACCEPTED)
    await stage.decide(stage.sandbox.b, shown["transaction_number"], "release")
    shown = await stage.settled("D07")
    return Played(outcome=shown["state"], reason="held, then released by two people")


async def protected(stage: Stage) -> Played:
    """Play D08: a protected person; two people refuse, and it leaves at the slot."""
    await set_control(stage, "D08", "protected_person", None, None)
    await stage.inquire("D08", TAX_WISH, wait=0)
    shown = await stage.settled("D08", is_under_way)
    await stage.decide(stage.sandbox.b, shown["transaction_number"], "refuse")
    return await at_the_slot(stage, "D08", "refused by two people, left at the slot")


async def nothing_registered(stage: Stage) -> Played:
    """Play D09: nothing registered; from outside it is D08 again (G12)."""
    await stage.inquire("D09", TAX_WISH, wait=0)
    await stage.settled("D09", is_under_way)
    played = await at_the_slot(stage, "D09", "as D08 to an outsider, left at the slot")
    one, other = (list_seen_outside(stage, case) for case in ("D08", "D09"))
    demand("the same kinds and lengths as D08", holds=one == other)
    shapes = [shape(stage.inquiries[case]) for case in ("D08", "D09")]
    demand("the same resource as D08", holds=shapes[0] == shapes[1])
    return played


async def without_symbol(stage: Stage) -> Played:
    """Play D10: no symbol yet; A finds that itself."""
    before = len(stage.journal())
    said = await stage.inquire("D10", TAX_WISH)
    demand("the core was not called", holds=len(stage.journal()) == before)
    return Played(outcome=said.body["state"], reason=said.body["refusal"]["code"])


async def expired_permit(stage: Stage) -> Played:
    """Play D11: the clock passes the permit's expiry on its way; one fresh permit."""
    core = stage.sandbox.world.core
    seconds = int(core.permit_lifetime.total_seconds()) + 1
    core.state.behaviour.give(Order(act="relay.slow", amount=seconds))
    await stage.inquire("D11", TAX_WISH)
    shown = await stage.settled("D11")
    final = stage.journal(act="permit", transaction_number=shown["transaction_number"])
    demand("the core knows the transaction", holds=len(final) == 1)
    permits = stage.journal(act="permit", request_id=final[0]["request_id"])
    demand("a first and a fresh permit under one request id", holds=len(permits) == MOST_PERMITS)
    refused = stage.journal(act="relay", code="permit.expired")
    demand("B refused the first", holds=len(refused) == 1)
    return Played(outcome=shown["state"], reason="permit.expired, then one fresh permit")


async def repeated(stage: Stage) -> Played:
    """Play D12: twice the same, then another body under the same id, at both interfaces."""
    first = await stage.inquire("D12", TAX_WISH)
    second = await stage.inquire("D12", TAX_WISH)
    demand("one inquiry", holds=first.body["id"] == second.body["id"])
    demand("one answer", holds=first.body["information"] == second.body["information"])
    other = Wish(provider="b", affair="69-2", information=TAX)
    third = await stage.inquire("D12", other)
    demand(f"409, not {third.status}", holds=third.status == CONFLICT)
    asked = await stage.ask("D12", BENEFIT_WISH, own_check=True)
    await stage.perform(stage.agency.repeat("D12"))
    await stage.perform(stage.agency.distort("D12", now=stage.sandbox.space.clock.now()))
    answer, again, refused = asked.replies[-3:]
    demand("the same bytes again", holds=answer.raw == again.raw)
    message = decode(refused.kind, refused.body)
    code = message.code if isinstance(message, Refusal) else refused.kind
    demand(f"message.conflict, not {code}", holds=code == "message.conflict")
    return Played(outcome="conflict", reason=f"{third.body['code']}, {code}; one answer each")


async def surplus(stage: Stage) -> Played:
    """Play D13: the replica holds more items than the permit names."""
    played = await answered(stage, "D13", TAX_WISH)
    given = values_of(stage.inquiries["D13"])
    surplus_items = {item.id for item in items_of(TAX)} - set(given)
    known = stage.member("D13").known[TAX]
    demand("B holds more", holds=bool(surplus_items & set(known)))
    return Played(outcome=played.outcome, reason=f"{len(surplus_items)} further items stayed at B")


async def closed(stage: Stage) -> Played:
    """Play D14: the provider is closed; the answer comes when it opens."""
    agency, clock = stage.sandbox.world.agencies["accounts"], stage.sandbox.space.clock
    opens = (clock.now() + timedelta(hours=2)).astimezone(JST)
    agency.role.hours = Opening(
        calendar=EVERY_DAY, opens=time(opens.hour), closes=time((opens.hour + 1) % 24)
    )
    await stage.inquire("D14", ACCOUNT_WISH, wait=0)
    shown = await stage.settled("D14", lambda found: found["refusal"] is not None)
    demand("closed", holds=shown["refusal"]["code"] == "provider.closed")
    opening = datetime.fromisoformat(shown["refusal"]["retry_at"])
    await stage.sandbox.space.advance_to(opening)
    shown = await stage.settled("D14")
    check_values(stage, "D14", ACCOUNTS, shown)
    return Played(outcome=shown["state"], reason="provider.closed, answered at the opening")


async def unchecked(stage: Stage) -> Played:
    """Play D15: an inquirer that skips its own check is stopped by the core."""
    wish = Wish(provider="a", affair="42-1", information=ACCOUNTS)
    relays = len(stage.journal(act="relay"))
    asked = await stage.ask("D15", wish, own_check=False)
    demand("nothing reached A", holds=len(stage.journal(act="relay")) == relays)
    return Played(outcome=asked.state, reason=f"{asked.code} by the core")


async def over_permitted(stage: Stage) -> Played:
    """Play D16: the core issues a permit without looking; A denies by its own copy."""
    stage.sandbox.world.core.state.behaviour.give(Order(act="permit.check"))
    wish = Wish(provider="a", affair="42-1", information=ACCOUNTS)
    asked = await stage.ask("D16", wish, own_check=False)
    demand("the core had permitted", holds=asked.transaction_number is not None)
    return Played(outcome=asked.state, reason=f"{asked.code} by the provider")


CASES = (
    Case(id="D01", title="A asks B for local tax under 69-7", expected="answered", play=income),
    Case(id="D02", title="A asks for the refund account, 69-8", expected="answered", play=account),
    Case(id="D03", title="A asks for benefits, 71-2", expected="answered", play=unemployment),
    Case(id="D04", title="the prefecture asks A as insurer", expected="answered", play=benefits),
    Case(
        id="D05", title="local tax under a clause without it", expected="denied", play=wrong_clause
    ),
    Case(id="D06", title="an outsider of the inquirer cell asks", expected="denied", play=outsider),
    Case(id="D07", title="item held, two people release it", expected="answered", play=held),
    Case(id="D08", title="protected, two people refuse", expected="not_provided", play=protected),
    Case(id="D09", title="nothing registered", expected="not_provided", play=nothing_registered),
    Case(id="D10", title="symbol not yet acquired", expected="failed", play=without_symbol),
    Case(id="D11", title="the permit expires on its way", expected="answered", play=expired_permit),
    Case(id="D12", title="twice the same, then another body", expected="conflict", play=repeated),
    Case(id="D13", title="more items held than permitted", expected="answered", play=surplus),
    Case(id="D14", title="provider closed, answered at opening", expected="answered", play=closed),
    Case(id="D15", title="an inquirer skips its own check", expected="denied", play=unchecked),
    Case(id="D16", title="the core permits too much", expected="denied", play=over_permitted),
)
