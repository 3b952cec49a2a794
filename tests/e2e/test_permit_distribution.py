"""A permit register whose changes reach core, two gateways and agencies at once (G1, G8)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from mocks.demo.acting import FINAL, Stage
from mocks.demo.registering import BENEFITS, TAX, UNEMPLOYMENT, register_everybody
from mocks.engine.behaviour import Order
from mocks.engine.clock import JST, day_of, system_time
from mocks.parties.agency_state import Ask, Asked
from mocks.parties.judging import Judge
from mocks.sandbox import Options, Sandbox, open_sandbox
from permitlists import Hold, PermitList, load_builtin
from permitlists.register import (
    EditionContent,
    HoldContent,
    LiftContent,
    Proposal,
    Register,
    Shown,
)
from tests.conftest import Canaries
from tests.support.permit_books import from_day, without_row
from wire.messages import Refusal, RequestedInformation, decode

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

PATIENCE_SECONDS = 30.0
DENIED_HOLD = "inquiry.denied.hold"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox(
    tmp_path_factory: pytest.TempPathFactory, canaries: Canaries
) -> AsyncIterator[Sandbox]:
    folder: Path = tmp_path_factory.mktemp("distribution")
    now = system_time()
    Register.found(folder / "core", load_builtin(), at=now, staff="ann")
    Register.found(folder / "own", PermitList(()), at=now, staff="ann")
    options = Options(
        seed=11,
        people=4,
        folder=folder / "sandbox",
        register=folder / "core",
        own_registers={"b": folder / "own"},
    )
    async with open_sandbox(options) as opened:
        await register_everybody(opened)
        yield opened
        canaries.register(*opened.world.core.state.symbols.values())


async def until(sandbox: Sandbox, holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():
            await sandbox.space.news(0.5)


async def distribute(sandbox: Sandbox) -> int:
    """Return the number of the list once everybody has it."""
    assert sandbox.distribution is not None
    await sandbox.distribution.distribute()
    sequence = sandbox.world.core.judge.sequence
    for gateway in sandbox.gateways.values():
        ready = await gateway.call("GET", "/readyz")
        [check] = [one for one in ready.body["checks"] if one["name"].startswith("permit_list.")]
        assert check["reason"].startswith(f"list {sequence}, last checked with the core: ")
    for agency in sandbox.world.agencies.values():
        assert agency.judge.sequence == sequence
    return sequence


def agree(register: Register, content: HoldContent | LiftContent, at: datetime) -> Proposal:
    """Let two people put a hold into force, or lift it."""
    proposal = register.propose(content, at=at, staff="ann", reason="漏えいの疑い")
    return register.approve(proposal.number, at=at, staff="bob")


def suspension(sandbox: Sandbox, **scope: str) -> HoldContent:
    today = day_of(sandbox.space.clock.now())
    hold = Hold(kind="suspension", valid_from=today, valid_to=today + timedelta(days=90), **scope)
    return HoldContent(hold=hold)


async def inquire(sandbox: Sandbox, key: str, **body: Any) -> Any:  # noqa: ANN401  # plain JSON
    """Return how an inquiry of A about the person of D01 ended."""
    asked = {
        "number": Stage(sandbox).number("a", "D01"),
        "affair": "69-7",
        "provider": sandbox.world.code("b"),
        "information": [{"information": TAX}],
    }
    headers = {"Idempotency-Key": key, "Prefer": "wait=20"}
    said = await sandbox.a.call("POST", "/v1/inquiries", asked | body, headers)
    assert said.status == 200, said.body
    assert said.body["state"] in FINAL
    return said.body


async def ask(sandbox: Sandbox, short: str, **fields: Any) -> Asked:  # noqa: ANN401  # fields of Ask
    """Return how an agency's inquiry to B about the person of D01 ended; it checks nothing."""
    agency = sandbox.world.agencies[short]
    number = sandbox.world.cast["D01"].resident.individual_number
    host = sandbox.space.hosts[agency.code]
    if number not in agency.state.symbols:
        await host.perform(agency.acquire(number, now=sandbox.space.clock.now()))
        await until(sandbox, lambda: number in agency.state.symbols)
    asked: dict[str, Any] = {
        "provider": sandbox.world.code("b"),
        "row": "69",
        "clause": "7",
        "information": (RequestedInformation(name=TAX),),
        "individual_number": number,
        "own_check": False,
    }
    command = Ask(**(asked | fields))
    await host.perform(agency.ask(command, now=sandbox.space.clock.now()))
    return agency.state.asked[command.request_id]


def denied(shown: Any) -> tuple[str, str, str]:  # noqa: ANN401  # plain JSON
    return shown["state"], shown["refusal"]["code"], shown["refusal"]["by"]


async def test_a_suspension_stops_each_side_by_itself_and_lifting_it_lets_through(
    sandbox: Sandbox,
) -> None:
    core = sandbox.world.core
    register = Register.open(sandbox.options.register or Path())
    now = sandbox.space.clock.now()
    assert (await inquire(sandbox, "s0"))["state"] == "answered"
    proposal = agree(register, suspension(sandbox, row="69"), now)
    assert await distribute(sandbox) == register.sequence
    journal = len(Stage(sandbox).journal())
    shown = await inquire(sandbox, "s1")
    assert denied(shown) == ("denied", DENIED_HOLD, sandbox.world.code("a"))
    assert shown["refusal"]["fix_by"] == "staff"
    assert len(Stage(sandbox).journal()) == journal  # nothing left A
    by_core = await ask(sandbox, "town", request_id="s2")
    assert (by_core.state, by_core.code, by_core.transaction_number) == (
        "denied",
        DENIED_HOLD,
        None,
    )
    core.state.behaviour.give(Order(act="permit.check"))
    by_b = await ask(sandbox, "town", request_id="s3")
    assert (by_b.state, by_b.code) == ("denied", DENIED_HOLD)
    assert by_b.transaction_number is not None  # the core had let it through
    agree(register, LiftContent(target=proposal.number), now)
    await distribute(sandbox)
    assert (await inquire(sandbox, "s4"))["state"] == "answered"
    assert (await ask(sandbox, "town", request_id="s5")).state == "answered"


async def test_what_b_holds_back_itself_stops_at_b_at_once(sandbox: Sandbox) -> None:
    own = Register.open(sandbox.options.own_registers["b"])
    now = sandbox.space.clock.now()
    held = suspension(sandbox, institution=sandbox.world.code("b"), information=TAX)
    proposal = agree(own, held, now)
    shown = await inquire(sandbox, "o1")  # without any wait: B looks before it judges
    assert denied(shown) == ("denied", DENIED_HOLD, sandbox.world.code("b"))
    agree(own, LiftContent(target=proposal.number), now)
    assert (await inquire(sandbox, "o2"))["state"] == "answered"
    records = await sandbox.b.run("records", "search", "--act", "permit_list")
    changes = [one for one in records if one["result"] == "held_back"]
    assert [one["actor"] for one in changes][-2:] == ["bob", "bob"]
    number = max(
        one["sequence"]
        for one in await sandbox.b.run("records", "search", "--act", "provision")
        if one["code"] == DENIED_HOLD
    )
    again = await sandbox.b.run("permits", "replay", str(number))
    assert (again["same"], again["own_list"]) == (True, own.sequence - 1)
    assert again["ruling"]["decision"]["reason"] == "permits.hold.suspension"


async def test_an_ordinance_affair_needs_consent_all_the_way(sandbox: Sandbox) -> None:
    ordinance = {"instrument": "jorei-19-9", "affair": "1"}
    shown = await inquire(sandbox, "j1", **ordinance)
    assert denied(shown)[:2] == ("denied", "inquiry.denied.consent")
    shown = await inquire(sandbox, "j2", **ordinance, consent=True)
    assert (shown["state"], shown["basis"], shown["consent"]) == ("answered", "19-9", True)
    foreign = await ask(
        sandbox,
        "town",
        request_id="j3",
        instrument="jorei-19-9",
        basis="19-9",
        row="1",
        clause=None,
        consent=True,
    )
    assert (foreign.state, foreign.failed) == ("denied", "inquirer")  # it is A's ordinance


async def test_a_delegated_affair_is_judged_by_whoever_delegated_it(sandbox: Sandbox) -> None:
    benefits: dict[str, Any] = {
        "provider": sandbox.world.code("a"),
        "row": "42",
        "clause": "1",
        "information": (RequestedInformation(name=BENEFITS),),
    }
    refused = await ask(sandbox, "town", request_id="d1", **benefits)
    assert (refused.state, refused.failed) == ("denied", "inquirer")
    prefecture = sandbox.world.code("prefecture")
    permitted = await ask(
        sandbox, "town", request_id="d2", inquirer_delegator=prefecture, **benefits
    )
    assert permitted.transaction_number is not None
    assert permitted.state in {"answered", "sent"}  # whether A knows anything of the person


async def test_an_older_list_is_refused_by_gateways_and_agencies(sandbox: Sandbox) -> None:
    core = sandbox.world.core
    kept = core.judge
    core.judge = Judge(load_builtin(), kept.institutions, kept.sequence - 1)
    try:
        for to in (sandbox.world.code("a"), sandbox.world.code("insurer")):
            [effect] = core.send_permit_list([to], now=sandbox.space.clock.now())
            replies = await sandbox.space.hosts[core.code].client.post(to, effect.documents)  # type: ignore[union-attr]  # it sends
            assert replies is not None
            said = decode(replies[0].kind, replies[0].body)
            assert isinstance(said, Refusal)
            assert said.code == "permit_list.older"
    finally:
        core.judge = kept
    assert (await inquire(sandbox, "r1"))["state"] == "answered"


async def test_an_edition_of_next_month_comes_into_force_by_the_clock(sandbox: Sandbox) -> None:
    core, clock = sandbox.world.core, sandbox.space.clock
    register = Register.open(sandbox.options.register or Path())
    first = (day_of(clock.now()).replace(day=1) + timedelta(days=32)).replace(day=1)
    publish(register, first, clock.now())
    await distribute(sandbox)
    unemployment = {
        "affair": "71-2",
        "provider": sandbox.world.code("employment"),
        "information": [{"information": UNEMPLOYMENT}],
        "number": Stage(sandbox).number("a", "D03"),
    }
    assert (await inquire(sandbox, "e1", **unemployment))["state"] == "answered"
    midnight = datetime.combine(first, time(), tzinfo=JST)
    await sandbox.space.advance_to(midnight - timedelta(seconds=60))
    core.permit_lifetime = timedelta(hours=1)
    core.state.behaviour.give(Order(act="relay.slow", amount=120))
    shown = await inquire(sandbox, "e2")  # its permit is of the old edition when it arrives
    assert shown["state"] == "answered"
    assert day_of(clock.now()) == first
    refused = Stage(sandbox).journal(act="relay", code="permit.edition")
    assert len(refused) == 1
    shown = await inquire(sandbox, "e3", **unemployment)
    assert denied(shown) == ("denied", "inquiry.denied.affair", sandbox.world.code("a"))
    by_core = await ask(
        sandbox,
        "town",
        request_id="e4",
        provider=sandbox.world.code("employment"),
        row="71",
        clause="2",
        information=(RequestedInformation(name=UNEMPLOYMENT),),
    )
    assert (by_core.state, by_core.code) == ("denied", "inquiry.denied.affair")


async def test_a_register_that_somebody_broke_changes_nothing_and_is_noted(
    sandbox: Sandbox,
) -> None:
    core = sandbox.world.core
    log = (sandbox.options.register or Path()) / "register.jsonl"
    kept, sequence = log.read_bytes(), core.judge.sequence
    log.write_bytes(kept[: len(kept) // 2] + b"x" + kept[len(kept) // 2 :])
    try:
        broken = Stage(sandbox).journal
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not broken(act="permit_list", result="broken"):
                await sandbox.space.news(0.1)
    finally:
        log.write_bytes(kept)
    assert len(broken(act="permit_list", result="broken")) == 1
    assert core.judge.sequence == sequence
    assert (await inquire(sandbox, "b1"))["state"] == "answered"


def publish(register: Register, first: date, at: datetime) -> None:
    """Let two people publish an edition for a day that lacks row 71."""
    packaged = load_builtin().editions[-1]
    later = from_day(without_row(packaged, "71"), first)
    proposal = register.propose_edition(later, at=at, staff="ann", reason="改正")
    assert isinstance(proposal.content, EditionContent)
    shown = Shown(content=later.key.sha256, before=packaged.key.sha256)
    register.review(proposal.number, shown, at=at, staff="bob")
    register.approve(proposal.number, at=at, staff="bob")
    register.publish(proposal.number, at=at, staff="bob", dropped=("71",))
