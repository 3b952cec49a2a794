"""What a counterparty can do to us by what it says: only to its own exchanges."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.domain.alarms import Alarm
from gateway.domain.errors import PeerUnreachableError, Retry
from gateway.domain.identifiers import LocalNumber
from gateway.domain.inquiry import Inquiry, Refusal
from gateway.domain.replica import ReplicaItem
from gateway.ports import Delivery
from gateway.usecases import comparing, replicas, symbols
from gateway.usecases.disclosure import AskedDisclosure, disclose_information, disclose_records
from tests.support.world import CORE, TAX, World, open_world

LAST = datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)  # that an instant can hold


@pytest.fixture
async def world(two_database_urls: tuple[str, str]) -> AsyncIterator[World]:
    async with open_world(two_database_urls) as opened:
        await opened.register(opened.a, 1)
        await opened.register(opened.b, 1)
        await opened.load_tax(opened.b, 1, total_income="3000000")
        yield opened


def refusing(
    world: World, code: str, retry_at: datetime | None = None
) -> Callable[[Inquiry], Awaitable[Delivery]]:
    """Return what sends inquiries to a provider that refuses each of them."""
    retry = Retry.NEVER if retry_at is None else Retry.AFTER
    refusal = Refusal(code=code, occurrence="o", retry=retry, retry_at=retry_at, by=world.b)

    async def send_inquiry(_: Inquiry) -> Delivery:
        return Delivery(refusal=refusal)

    return send_inquiry


async def test_a_provider_cannot_end_a_symbol_of_ours(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await world.register(world.a, 2)
    monkeypatch.setattr(world.core, "send_inquiry", refusing(world, "symbol.revoked"))
    inquiry = await world.inquire(world.ask(2))
    assert inquiry.state == "failed"
    [binding] = await symbols.list_bindings(number, ports=world.ports_a)
    assert binding.state == "linked"


@pytest.mark.parametrize("code", ["provider.closed", "capacity.exceeded"])
async def test_a_provider_that_names_the_end_of_time_is_asked_again(
    world: World, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(world.core, "send_inquiry", refusing(world, code, LAST))
        first = await world.inquire(world.ask(1))
    waits = await world.inquire(world.ask(1, idempotency_key="k2", body_digest=b"2" * 32))
    for one in (first, waits):
        assert one.refusal is not None
        assert one.refusal.code == code
    world.clock.move(days=40)
    await world.settle()
    assert (await world.reload(first)).state == "expired"
    later = await world.inquire(world.ask(1, idempotency_key="k3", body_digest=b"3" * 32))
    assert later.state == "answered"


async def test_whoever_waits_for_room_is_not_told_of_hours_and_keeps_the_deadline(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = world.clock.now() + timedelta(hours=1)
    monkeypatch.setattr(world.core, "send_inquiry", refusing(world, "capacity.exceeded", later))
    await world.inquire(world.ask(1))
    waits = await world.inquire(world.ask(1, idempotency_key="k2", body_digest=b"2" * 32))
    assert waits.refusal is not None
    assert (waits.refusal.code, waits.refusal.by) == ("capacity.exceeded", world.b)
    policy = world.ports_a.policy
    assert waits.deadline_at == waits.requested_at + policy.inquiry_deadline


async def test_an_original_that_names_an_item_twice_is_compared(world: World) -> None:
    items = (
        ReplicaItem(item="total_income", value=None, reason="not_registered"),
        ReplicaItem(item="total_income", value="3000000"),
    )
    entry = replicas.ReplicaEntry(
        local_number=LocalNumber("1".zfill(15)),
        information=TAX,
        record_key="2026",
        as_of=date(2026, 1, 1),
        public_from=date(2026, 6, 1),
        items=items,
    )
    found = await comparing.compare([entry], system="kokuho", ports=world.ports_b)
    assert found.different == (1,)


async def test_a_reply_that_was_lost_and_is_repeated_after_a_wait_tells_of_no_wrong_clock(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sends = world.core.send_inquiry
    replies: list[Delivery] = []

    async def send_inquiry(inquiry: Inquiry) -> Delivery:
        if replies:
            return replies[0]
        made = await sends(inquiry)
        replies.append(replace(made, author=world.b, dated=world.clock.now()))
        raise PeerUnreachableError(institution=world.b)

    monkeypatch.setattr(world.core, "send_inquiry", send_inquiry)
    inquiry = await world.inquire(world.ask(1))
    world.clock.move(minutes=3)
    world.ports_a.pace.shut(world.b, world.clock.now() + timedelta(minutes=2))
    await world.settle()
    assert (await world.reload(inquiry)).state == "sent"
    world.clock.move(minutes=3)
    await world.settle()
    assert (await world.reload(inquiry)).state == "answered"
    assert await world.ports_a.store.list_values(Alarm) == []


async def test_what_was_disclosed_is_recorded(world: World) -> None:
    number = await world.register(world.b, 2)
    [binding] = await symbols.list_bindings(number, ports=world.ports_b)
    asked = AskedDisclosure(request_id="r", symbol=binding.symbol, sender=CORE)
    await disclose_information(asked, [TAX, TAX], ports=world.ports_b)
    await disclose_records(asked, since=None, until=None, ports=world.ports_b)
    looks = await world.records(world.b, act="access")
    assert [(one.result, one.actor, one.subject, one.note) for one in looks] == [
        ("disclosed", CORE, number, TAX),
        ("disclosed", CORE, number, "records"),
    ]
    assert await disclose_information(asked, [TAX], ports=world.ports_a) == ()  # not its symbol


async def test_records_under_numbers_that_were_merged_are_disclosed(world: World) -> None:
    for serial in (2, 3):
        await world.register(world.a, serial)
    numbers = [await world.register(world.b, serial) for serial in (1, 2, 3)]
    for serial in (2, 3, 1):
        await world.load_tax(world.b, serial, total_income="1")
        assert (await world.inquire(world.ask(serial))).state == "answered"
        world.clock.move(minutes=1)
    kept, ended, first = numbers
    [binding] = await symbols.list_bindings(kept, ports=world.ports_b)
    asked = AskedDisclosure(request_id="r", symbol=binding.symbol, sender=CORE)
    [alone] = await disclose_records(asked, since=None, until=None, ports=world.ports_b)
    for target, gone in ((ended, first), (kept, ended)):  # one after the other: a chain
        await symbols.merge(target, gone, staff="s1", reason="same", ports=world.ports_b)
    found = await disclose_records(asked, since=None, until=None, ports=world.ports_b)
    assert len({one.transaction_number for one in found}) == 3
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert found[-1] == alone
