"""A permit list that changes while inquiries are under way: each side refuses by itself (G1)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.errors import NotPermittedError, RegisterBrokenError
from gateway.domain.identifiers import LocalNumber
from gateway.domain.inquiry import Inquiry
from gateway.domain.permit_book import OwnList, select_own
from gateway.domain.permits import OfferedList
from gateway.domain.replica import ControlKind
from gateway.domain.states import InquiryState
from gateway.domain.work import Setting
from gateway.ports import Ports
from gateway.usecases import controls, holds, own_register, permit_list
from gateway.usecases import inquiry as inquiries
from gateway.usecases.list_age import look_at_list
from permitlists import EMPTY, Hold, Supplement, Withholding, load_builtin
from tests.support.permit_books import FixedRegister, from_day, without_row
from tests.support.world import CORE, TAX, World, offer, open_world

TODAY = date(2026, 11, 24)
TOMORROW = date(2026, 11, 25)


def suspension(**fields: object) -> Supplement:
    return Supplement(holds=(Hold(kind="suspension", valid_from=TODAY, **fields),))  # type: ignore[arg-type]  # fields of Hold


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        await opened.register(opened.a, 1)
        await opened.register(opened.b, 1)
        await opened.load_tax(opened.b, 1, total_income="1", income_levy="2")
        yield opened


async def hand_to(offered: OfferedList, *sides: Ports) -> None:
    for ports in sides:
        await permit_list.receive_list(offered, sender=CORE, ports=ports)


def register_of(world: World, code: str, own: OwnList) -> FixedRegister:
    register = FixedRegister(own)
    world.sides[code] = replace(world.sides[code], register=register)
    return register


async def begin(world: World, key: str = "k") -> Inquiry:
    return await inquiries.submit(world.ask(1, idempotency_key=key), ports=world.ports_a)


def reason(inquiry: Inquiry) -> tuple[str, str]:
    assert inquiry.refusal is not None
    return inquiry.refusal.code, inquiry.refusal.by


PACKAGED = load_builtin().editions[-1]
TODAYS = from_day(without_row(PACKAGED, "157"), TODAY).to_bytes()
TOMORROWS = from_day(without_row(PACKAGED, "157"), TOMORROW).to_bytes()
WITHOUT_69 = from_day(without_row(PACKAGED, "69"), TOMORROW).to_bytes()


async def test_an_edition_of_tomorrow_counts_from_tomorrow(world: World) -> None:
    later = offer(2, EMPTY, WITHOUT_69)
    world.core.take(later)
    await hand_to(later, *world.sides.values())
    assert (await world.inquire(world.ask(1))).state is InquiryState.ANSWERED
    world.clock.move(days=1)
    refused = await world.inquire(world.ask(1, idempotency_key="k2"))
    assert (refused.state, *reason(refused)) == ("denied", "inquiry.denied.affair", world.a)


async def test_an_inquiry_that_waited_is_judged_again_before_a_permit_is_asked_for(
    world: World,
) -> None:
    world.core.unreachable = 1
    begun = await begin(world)
    await world.settle()
    assert (await world.reload(begun)).state is InquiryState.PERMIT_REQUESTED
    await hand_to(offer(2, suspension(row="69")), world.ports_a)
    calls = len(world.core.calls)
    world.clock.move(minutes=1)
    await world.settle()
    ended = await world.reload(begun)
    assert (ended.state, *reason(ended)) == ("denied", "inquiry.denied.hold", world.a)
    assert len(world.core.calls) == calls  # nothing left us
    assert ended.judged is not None
    assert ended.judged.sequence == 2
    *_, last = await world.records(world.a, act="inquiry")
    assert (last.code, last.judged) == ("inquiry.denied.hold", ended.judged)


async def test_an_inquiry_that_waited_over_midnight_goes_on_under_the_new_edition(
    world: World,
) -> None:
    later = offer(2, EMPTY, TOMORROWS)
    world.core.take(later)
    await hand_to(later, *world.sides.values())
    world.core.unreachable = 1
    begun = await begin(world)
    await world.settle()
    world.clock.move(days=1)
    await world.settle()
    ended = await world.reload(begun)
    assert ended.state is InquiryState.ANSWERED
    assert ended.judged is not None
    assert (ended.judged.on, ended.edition_sha256 != begun.edition_sha256) == (TOMORROW, True)


async def test_a_permit_of_the_old_edition_that_arrives_late_ends_in_one_fresh_permit(
    world: World,
) -> None:
    later = offer(2, EMPTY, TOMORROWS)
    world.core.take(later)
    await hand_to(later, *world.sides.values())
    world.core.lifetime = timedelta(days=2)
    world.core.before_relay = [timedelta(days=1)]
    ended = await world.inquire(world.ask(1))
    assert ended.state is InquiryState.ANSWERED
    assert (ended.permits_asked, reason(ended)[0]) == (2, "permit.edition")
    assert world.core.calls.count("request_permit") == 2
    codes = [one.code for one in await world.records(world.b, act="provision")]
    assert codes == ["permit.edition", None, None]


async def test_a_provider_without_the_new_edition_asks_for_it_and_answers(world: World) -> None:
    later = offer(
        2, EMPTY, from_day(without_row(load_builtin().editions[-1], "157"), TODAY).to_bytes()
    )
    world.core.take(later)
    await hand_to(later, world.ports_a)
    ended = await world.inquire(world.ask(1))
    assert (ended.state, ended.permits_asked) == (InquiryState.ANSWERED, 1)
    assert world.ports_b.book.sequence == 2


async def test_a_provider_that_cannot_ask_the_core_refuses_twice_and_it_ends(world: World) -> None:
    later = offer(
        2, EMPTY, from_day(without_row(load_builtin().editions[-1], "157"), TODAY).to_bytes()
    )
    world.core.take(later)
    await hand_to(later, world.ports_a)
    world.core.offered = offer(1)  # whoever asks now is told the old one
    ended = await world.inquire(world.ask(1))
    assert (ended.state, ended.permits_asked) == (InquiryState.DENIED, 2)
    assert reason(ended) == ("permit.edition", world.b)


@pytest.mark.parametrize("side", ["a", "b"])
async def test_what_an_own_register_suspends_stops_at_once_and_goes_on_once_lifted(
    world: World, side: str
) -> None:
    code = getattr(world, side)
    held = OwnList(sequence=2, supplement=suspension(institution=code), staff="chief")
    register = register_of(world, code, OwnList(sequence=1, supplement=EMPTY))
    assert (await world.inquire(world.ask(1))).state is InquiryState.ANSWERED
    register.own = held
    denied = await world.inquire(world.ask(1, idempotency_key="k2"))
    assert reason(denied) == ("inquiry.denied.hold", code)
    register.own = OwnList(sequence=3, supplement=EMPTY, staff="deputy")
    assert (await world.inquire(world.ask(1, idempotency_key="k3"))).state is InquiryState.ANSWERED
    changes = [
        one for one in await world.records(code, act="permit_list") if one.result == "held_back"
    ]
    assert [(one.note, one.actor) for one in changes] == [
        ("1", ""),
        ("2", "chief"),
        ("3", "deputy"),
    ]


async def test_what_was_suspended_while_it_was_held_is_not_released(world: World) -> None:
    await controls.set_control(
        controls.SetControl(
            system="kokuho",
            local_number=LocalNumber("1".zfill(15)),
            kind=ControlKind.NO_AUTOMATIC_ANSWER,
            information=TAX,
            item=None,
            reason="申出",
            set_by="s1",
            review_on=date(2027, 11, 23),
        ),
        ports=world.ports_b,
    )
    held = await world.inquire(world.ask(1))
    number = held.transaction_number
    assert number is not None
    register = register_of(world, world.b, OwnList(sequence=1, supplement=suspension(row="69")))
    words: dict[str, Any] = {"staff": "s1", "proposal": "release", "reason": "確認済み"}
    await holds.propose(number, **words, ports=world.ports_b)
    with pytest.raises(NotPermittedError, match="hold"):
        await holds.decide(number, staff="s2", decision="release", ports=world.ports_b)
    await world.settle()
    assert (await world.reload(held)).state is InquiryState.HELD
    register.own = OwnList(sequence=2, supplement=EMPTY)
    await holds.decide(number, staff="s2", decision="release", ports=world.ports_b)
    await world.settle()
    assert (await world.reload(held)).state is InquiryState.ANSWERED


async def test_a_core_with_an_edition_that_we_lack_and_an_older_list_ends_it(
    world: World,
) -> None:
    """Its permits are of an edition that it does not tell: nothing is asked for ever."""
    world.core.refuse_edition = True
    await hand_to(offer(5), world.ports_a)  # ours is newer than what the core tells
    ended = await world.inquire(world.ask(1))
    assert (ended.state, *reason(ended)) == ("failed", "permit.edition", world.a)
    assert ended.permits_asked == 2


async def test_an_older_or_rewritten_own_register_stops_everything(world: World) -> None:
    register = register_of(world, world.a, OwnList(sequence=5, supplement=suspension()))
    await own_register.catch_up(ports=world.ports_a)
    for wrong in (OwnList(sequence=4, supplement=EMPTY), OwnList(sequence=5, supplement=EMPTY)):
        register.own = wrong
        with pytest.raises(RegisterBrokenError):
            await begin(world)
    setting = await world.ports_a.store.find(Setting, name=own_register.SEQUENCE)
    assert setting is not None
    assert setting.value == "5"


async def test_a_restart_reads_the_own_register_without_recording_it_again(world: World) -> None:
    own = OwnList(sequence=5, supplement=suspension(), staff="chief")
    register_of(world, world.a, own)
    await own_register.catch_up(ports=world.ports_a)
    register_of(world, world.a, own)
    assert reason(await begin(world)) == ("inquiry.denied.hold", world.a)
    records = await world.records(world.a, act="permit_list")
    assert sum(one.result == "held_back" for one in records) == 1


def test_of_a_register_only_the_own_part_counts() -> None:
    held = Supplement(
        holds=(
            Hold(kind="suspension", valid_from=TODAY),
            Hold(kind="suspension", valid_from=TODAY, institution="991015"),
            Hold(kind="suspension", valid_from=TODAY, institution="991023"),
        ),
        withholdings=(
            Withholding(valid_from=TODAY, provider="991015", ordinance="条例"),
            Withholding(valid_from=TODAY, provider="991023", ordinance="条例"),
        ),
    )
    own = select_own(held, "991015")
    assert own.holds == held.holds[:2]
    assert own.withholdings == held.withholdings[:1]


async def test_a_copy_is_stale_once_the_core_was_silent_for_too_long(world: World) -> None:
    ports = world.ports_a
    assert not look_at_list(ports, 60).stale
    world.wall.move(seconds=59)
    assert not look_at_list(ports, 60).stale
    world.wall.move(seconds=1)
    state = look_at_list(ports, 60)
    assert (state.sequence, state.age, state.stale) == (1, 60.0, True)
    await permit_list.refresh(ports=ports)  # the same list, but the core was heard
    assert look_at_list(ports, 60).age == 0.0
    ports.book.checked_at = None
    assert look_at_list(ports, 60).stale  # it was never checked, however new it may be
    await permit_list.catch_up(ports=ports)  # another process was told
    assert look_at_list(ports, 60).age == 0.0
