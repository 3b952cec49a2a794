"""Replicas that drifted from their originals: found, told, not provided, provided again (S14)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from gateway.domain.alarms import Alarm
from gateway.domain.errors import ReplicaDifferenceError
from gateway.domain.identifiers import LocalNumber
from gateway.domain.inquiry import Inquiry
from gateway.domain.provision import Cause, Provision
from gateway.domain.replica import ControlKind, Replica, ReplicaItem
from gateway.domain.work import WorkItem
from gateway.ports import Store, Unit
from gateway.usecases import comparing, controls, expectation, holds, replicas
from gateway.usecases.provision import AGREEMENT_LANE
from tests.support.world import NOON, TAX, World, open_world

SLOT = timedelta(days=3)
ENDS = datetime(2026, 11, 25, 15, 0, tzinfo=NOON.tzinfo)  # Wednesday's end in Japan


@pytest.fixture
async def world(two_database_urls: tuple[str, str]) -> AsyncIterator[World]:
    async with open_world(two_database_urls, b={"slot": SLOT}) as opened:
        for serial in (1, 2):
            await opened.register(opened.a, serial)
            await opened.register(opened.b, serial)
            await load(opened, entry(serial))
        yield opened


def entry(serial: int, income: str = "100", **changed: object) -> replicas.ReplicaEntry:
    made = replicas.ReplicaEntry(
        local_number=LocalNumber(str(serial).zfill(15)),
        information=TAX,
        record_key="2026",
        as_of=date(2026, 1, 1),
        public_from=date(2026, 6, 1),
        items=(
            ReplicaItem(item="total_income", value=income),
            ReplicaItem(item="income_levy", value="7"),
        ),
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # fields by name


async def load(world: World, *entries: replicas.ReplicaEntry) -> None:
    done = await replicas.load(entries, system="kokuho", ports=world.ports_b)
    assert done.applied == len(entries)


async def compare(world: World, *entries: replicas.ReplicaEntry) -> comparing.Comparison:
    return await comparing.compare(entries, system="kokuho", ports=world.ports_b)


async def ask(world: World, serial: int = 1, key: str = "k") -> Inquiry:
    return await world.inquire(
        world.ask(serial, idempotency_key=key, body_digest=key.encode().ljust(32))
    )


def income(inquiry: Inquiry) -> str | None:
    assert inquiry.answer is not None
    return {i.item: i.value for i in inquiry.answer.information[0].items}["total_income"]


async def alarms(world: World) -> list[tuple[str, int]]:
    found = await world.ports_b.store.list_values(Alarm)
    return [(one.kind.value, one.count) for one in found]


async def test_a_comparison_tells_how_many_differ_and_is_recorded(world: World) -> None:
    same = entry(2, items=tuple(reversed(entry(2).items)))  # the order means nothing
    found = await compare(world, entry(1, "200"), same, entry(9))
    assert (found.equal, found.different, found.missing) == (1, (1,), (3,))
    assert await alarms(world) == [("replica_differs", 2)]
    [record] = [r for r in await world.records(world.b, act="replica") if r.result == "compared"]
    assert (record.actor, record.note) == ("kokuho", "equal=1 different=1 missing=1")
    assert "200" not in repr(await world.ports_b.store.list_values(Alarm))


async def test_a_comparison_without_difference_raises_no_alarm(world: World) -> None:
    await compare(world, entry(1), entry(2))
    assert await alarms(world) == []


async def test_what_differs_is_not_provided_and_looks_like_nothing_registered(
    world: World,
) -> None:
    await compare(world, entry(1, "200"))
    inquiry = await ask(world)
    assert (inquiry.state, inquiry.answer) == ("sent", None)
    [provision] = await world.ports_b.store.list_values(Provision)
    assert (provision.state, provision.cause) == ("waiting", "replica_differs")
    assert (await ask(world, serial=2, key="other")).state == "answered"  # others are not held up
    world.clock.move(seconds=SLOT.total_seconds())
    await world.settle()
    assert (await world.reload(inquiry)).state == "not_provided"


async def test_whoever_asked_is_answered_once_replica_and_original_agree(world: World) -> None:
    await compare(world, entry(1, "200"))
    first, second = await ask(world), await ask(world, key="k2")
    await load(world, entry(1, "150"))  # not it yet
    await world.settle()
    assert (await world.reload(first)).state == "sent"
    await load(world, entry(1, "200"))
    await world.settle()
    for one in (first, second):
        ended = await world.reload(one)
        assert (ended.state, income(ended)) == ("answered", "200")
    provisions = await world.ports_b.store.list_values(Provision)
    assert {(one.state.value, one.cause) for one in provisions} == {("answered", None)}
    lanes = {item.lane for item in await world.ports_b.store.list_values(WorkItem)}
    assert lanes == {expectation.LANE}
    world.clock.move(days=4)
    await world.settle()
    assert (await world.reload(first)).state == "answered"
    assert (await ask(world, key="k3")).state == "answered"


async def test_a_later_comparison_that_agrees_lets_go_too(world: World) -> None:
    await compare(world, entry(1, "200"))
    inquiry = await ask(world)
    await compare(world, entry(1))  # the original was wrong, not the replica
    await world.settle()
    ended = await world.reload(inquiry)
    assert (ended.state, income(ended)) == ("answered", "100")


class Meanwhile:
    """A store that lets something happen right before the first commit of a certain kind."""

    def __init__(
        self, store: Store, *, before: Callable[[Unit], bool], act: Callable[[], Awaitable[object]]
    ) -> None:
        self._store, self._before, self._act = store, before, act
        self.acted = False

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the store has
        return getattr(self._store, name)

    async def commit(self, unit: Unit) -> None:
        if not self.acted and self._before(unit):
            self.acted = True
            await self._act()
        await self._store.commit(unit)


def begins_to_wait(unit: Unit) -> bool:
    return any(getattr(new, "cause", None) is Cause.REPLICA_DIFFERS for _, new in unit.changed)


def looks_again(unit: Unit) -> bool:
    return any(getattr(one, "lane", None) == AGREEMENT_LANE for one in unit.removed)


def agrees(unit: Unit) -> bool:
    return any(isinstance(new, Replica) and new.original is None for _, new in unit.changed)


@pytest.mark.parametrize("before", [begins_to_wait, looks_again])
async def test_replicas_that_agree_at_that_very_moment_let_go_too(
    world: World, before: Callable[[Unit], bool]
) -> None:
    await compare(world, entry(1, "200"))
    plain = world.ports_b

    async def agree() -> None:
        await comparing.compare([entry(1)], system="kokuho", ports=plain)
        await world.settle()

    store = Meanwhile(plain.store, before=before, act=agree)
    world.sides[world.b] = replace(plain, store=store)
    inquiry = await ask(world)
    await world.settle()
    assert store.acted
    assert (await world.reload(inquiry)).state == "answered"


async def test_an_inquiry_that_comes_before_what_agrees_is_stored_is_let_go_too(
    world: World,
) -> None:
    await compare(world, entry(1, "200"))
    plain, asked = world.ports_b, []

    async def come() -> None:
        asked.append(await ask(world))
        await world.settle()

    store = Meanwhile(plain.store, before=agrees, act=come)
    between = replace(plain, store=store)
    await comparing.compare([entry(1)], system="kokuho", ports=between)
    await world.settle()
    assert (await world.reload(asked[0])).state == "answered"


async def test_a_protection_that_came_meanwhile_is_kept(world: World) -> None:
    await compare(world, entry(1, "200"))
    inquiry = await ask(world)
    command = controls.SetControl(
        system="kokuho",
        local_number=LocalNumber("1".zfill(15)),
        kind=ControlKind.PROTECTED_PERSON,
        reason="支援措置",
        set_by="staff-1",
        review_on=date(2027, 3, 31),
    )
    await controls.set_control(command, ports=world.ports_b)
    await load(world, entry(1, "200"))
    await world.settle()
    assert (await world.reload(inquiry)).state == "sent"


async def test_what_differs_stays_held_until_both_agree_and_staff_see_it(world: World) -> None:
    command = controls.SetControl(
        system="kokuho",
        local_number=LocalNumber("1".zfill(15)),
        kind=ControlKind.NO_AUTOMATIC_ANSWER,
        reason="申出",
        set_by="s1",
        review_on=date(2027, 3, 31),
    )
    await controls.set_control(command, ports=world.ports_b)
    inquiry = await ask(world)
    number = inquiry.transaction_number or ""
    await holds.propose(number, staff="s1", proposal="release", reason="r", ports=world.ports_b)
    await compare(world, entry(1, "200"))
    assert (await holds.show(number, staff="s2", ports=world.ports_b)).answer is None
    with pytest.raises(ReplicaDifferenceError):
        await holds.decide(number, staff="s2", decision="release", ports=world.ports_b)
    await load(world, entry(1, "200"))
    await world.settle()
    assert (await world.reload(inquiry)).answer is None  # only people end a hold
    view = await holds.show(number, staff="s2", ports=world.ports_b)
    await holds.decide(number, staff="s2", decision="release", ports=world.ports_b)
    await world.settle()
    ended = await world.reload(inquiry)
    assert (ended.answer, income(ended)) == (view.answer, "200")


@pytest.mark.parametrize("operation", ["put", "delete"])
async def test_an_original_that_is_gone_makes_its_replica_differ(
    world: World, operation: str
) -> None:
    gone = entry(1, operation="delete", items=())
    assert (await compare(world, gone)).different == (1,)
    inquiry = await ask(world)
    assert inquiry.state == "sent"
    await load(world, gone if operation == "delete" else entry(1, "300"))
    await world.settle()
    assert (await world.reload(inquiry)).state == "sent"  # there is nothing to give, or not that
    assert (await compare(world, gone)).equal == (operation == "delete")


async def test_one_data_set_twice_in_a_comparison_counts_as_its_last_line(world: World) -> None:
    found = await compare(world, entry(1, "200"), entry(1, "300"), entry(2, "200"), entry(2))
    assert (found.equal, found.different) == (1, (1, 2, 3))
    marked = [r for r in await world.ports_b.store.list_values(Replica) if r.original is not None]
    assert len(marked) == 1
    await load(world, entry(1, "300"))
    assert (await ask(world)).state == "answered"


async def test_a_comparison_that_does_not_come_is_told_every_business_day(world: World) -> None:
    [item] = await world.ports_b.store.list_values(WorkItem, lane=expectation.LANE)
    assert item.run_at == ENDS
    world.clock.instant = ENDS - timedelta(seconds=1)
    await world.settle()
    assert await alarms(world) == []
    world.clock.instant = ENDS
    await world.settle()
    assert await alarms(world) == [("replica_not_compared", 1)]
    world.clock.instant = ENDS + timedelta(days=1)  # Thursday's end
    await world.settle()
    assert len(await alarms(world)) == 2
    await compare(world, entry(1), entry(2))  # on Friday
    world.clock.move(days=3)  # Monday
    await world.settle()
    assert len(await alarms(world)) == 2
    world.clock.move(days=1)
    await world.settle()
    assert len(await alarms(world)) == 3
