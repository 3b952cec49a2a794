"""Serves our gateway with one deliberately wrong behaviour, by name, to prove that scenarios bite.

`python tests/support/wrong_gateway.py NAME serve -c FILE`: the table says which scenario must
fail, and which of its expectations (from 0) tells. Nothing else of the gateway is changed. What is
wrong for all but taxes only tests of another business notice.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from gateway.bootstrap import office
from gateway.cli import main
from gateway.domain.batch import Batch
from gateway.domain.inquiry import Answer, Inquiry, Refusal
from gateway.domain.pace import Pace
from gateway.domain.permits import ProvisionPermit, find_fault
from gateway.domain.provision import Cause, Provision, Treatment
from gateway.domain.records import Phase
from gateway.domain.states import InquiryState
from gateway.domain.symbols import Acquisition
from gateway.domain.work import WorkItem
from gateway.ports import Policy, Ports, Unit
from gateway.settings import Institution, Settings
from gateway.usecases import (
    batch_intake,
    conclusion,
    course,
    inquiry,
    provision,
    symbols,
    verification,
)
from gateway.usecases.conclusion import ArrivedAnswer
from gateway.usecases.course import Course

MOST_RETRIES: Final = 3
TAX: Final = "地方税関係情報"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One wrong behaviour: the scenario that it breaks, which expectation, and how to bring it."""

    scenario: str
    breaks: int
    bring: Callable[[], None]

    @property
    def name(self) -> str:
        """What it is called at the command line."""
        return self.bring.__name__


def put(place: object, name: str, value: object) -> None:
    """Replace something of the gateway; it must be there."""
    assert hasattr(place, name), name
    setattr(place, name, value)


def always_free(_inquiry: Inquiry, *, ports: Ports) -> None:
    """Return that an inquiry may go now, whatever its counterparty said."""


def give_up_when_a_permit_expired() -> None:
    put(course, "RENEWABLE", frozenset())


def retry_a_symbol_that_does_not_exist() -> None:
    fail, retries = symbols._fail, list[str]()

    async def fail_and_retry(
        run: Acquisition, item: WorkItem | None, reason: str, *, ports: Ports
    ) -> None:
        await fail(run, item, reason, ports=ports)
        if len(retries) < MOST_RETRIES:
            retries.append(run.receipt)
            await symbols.acquire(run.unified_number, actor="", ports=ports)

    put(symbols, "_fail", fail_and_retry)


def knock_at_closed_doors() -> None:
    put(course, "find_wait", always_free)

    def tomorrow(_inquiry: Inquiry, refusal: Refusal, *, ports: Ports) -> datetime | None:
        return None if refusal.retry_at is None else ports.clock.now() + timedelta(days=1)

    put(course, "note_refusal", tomorrow)


def forget_what_is_held_after_a_day() -> None:
    policy = office._policy

    def impatient(settings: Settings, one: Institution) -> Policy:
        return replace(policy(settings, one), inquiry_deadline=timedelta(days=1))

    put(office, "_policy", impatient)


def apply_every_copy_of_an_answer() -> None:
    receive = inquiry.receive_answer

    async def apply_again(arrived: ArrivedAnswer, *, ports: Ports) -> None:
        number = arrived.answer.transaction_number
        known = await ports.store.find(Inquiry, transaction_number=number)
        if known is not None and known.answer == arrived.answer:
            unit = Unit()
            unit.record(conclusion.record_of(known, Phase.OUTCOME, at=ports.clock.now()))
            await ports.store.commit(unit)
        await receive(arrived, ports=ports)

    put(inquiry, "receive_answer", apply_again)


def fail_when_the_core_is_away() -> None:
    async def fail(self: Course, _run_at: datetime) -> None:
        await self.refuse(InquiryState.FAILED, self.fault("peer.unreachable"))

    put(Course, "postpone", fail)


def ask_anew_when_nothing_came_back() -> None:
    postpone = Course.postpone

    async def ask_anew(self: Course, run_at: datetime) -> None:
        await self.keep(self.inquiry.state, permits_asked=self.inquiry.permits_asked + 1)
        await postpone(self, run_at)

    put(Course, "postpone", ask_anew)


def tell_where_the_protected_live() -> None:
    for module in (course, inquiry):
        put(module, "mask", lambda answer: answer)


def use_any_permit() -> None:
    put(course, "find_fault", lambda _permit, **_given: None)


def tell_nobody_of_large_batches() -> None:
    async def say_nothing(_batch: Batch, *, ports: Ports) -> None: ...

    put(batch_intake, "tell_if_over", say_nothing)


def provide_what_differs() -> None:
    put(provision, "is_known_to_differ", lambda *_given, **_named: False)


def take_every_item() -> None:
    for module in (course, inquiry):
        put(module, "count_unrequested", lambda *_given: 0)


def hurry_where_nothing_is_registered() -> None:
    keep_waiting = provision._keep_waiting

    async def hurried(found: Provision, treatment: Treatment, *, ports: Ports) -> bytes:
        if treatment.cause is Cause.NOTHING_REGISTERED:
            found = replace(found, slot_at=ports.clock.now())
        return await keep_waiting(found, treatment, ports=ports)

    put(provision, "_keep_waiting", hurried)


def storm_the_opening() -> None:
    put(Pace, "reserve", lambda _self, _peer, earliest: earliest)
    put(course, "find_wait", always_free)


def take_every_item_but_of_taxes() -> None:
    count = conclusion.count_unrequested

    def count_of_taxes(asked: Inquiry, answer: Answer) -> int:
        about_taxes = any(part.information == TAX for part in answer.information)
        return count(asked, answer) if about_taxes else 0

    for module in (course, inquiry):
        put(module, "count_unrequested", count_of_taxes)


def provide_on_any_permit_but_of_taxes() -> None:
    def find_for_taxes(permit: ProvisionPermit, *, audience: str, now: datetime) -> str | None:
        about_taxes = any(part.information == TAX for part in permit.wanted)
        return find_fault(permit, audience=audience, now=now) if about_taxes else None

    put(verification, "find_fault", find_for_taxes)


WRONG: Final = {
    one.name: one
    for one in (
        Wrong(scenario="S01", breaks=2, bring=give_up_when_a_permit_expired),
        Wrong(scenario="S02", breaks=0, bring=retry_a_symbol_that_does_not_exist),
        Wrong(scenario="S03", breaks=0, bring=knock_at_closed_doors),
        Wrong(scenario="S04", breaks=0, bring=forget_what_is_held_after_a_day),
        Wrong(scenario="S05", breaks=0, bring=apply_every_copy_of_an_answer),
        Wrong(scenario="S06", breaks=2, bring=fail_when_the_core_is_away),
        Wrong(scenario="S06", breaks=0, bring=ask_anew_when_nothing_came_back),
        Wrong(scenario="S10", breaks=0, bring=tell_where_the_protected_live),
        Wrong(scenario="S12", breaks=0, bring=use_any_permit),
        Wrong(scenario="S13", breaks=1, bring=tell_nobody_of_large_batches),
        Wrong(scenario="S14", breaks=2, bring=provide_what_differs),
        Wrong(scenario="S15", breaks=1, bring=take_every_item),
        Wrong(scenario="S16", breaks=2, bring=hurry_where_nothing_is_registered),
        Wrong(scenario="S17", breaks=1, bring=storm_the_opening),
    )
}

WRONG_BUT_FOR_TAXES: Final = {
    one.__name__: one for one in (take_every_item_but_of_taxes, provide_on_any_permit_but_of_taxes)
}


if __name__ == "__main__":
    bring = {name: one.bring for name, one in WRONG.items()} | WRONG_BUT_FOR_TAXES
    bring[sys.argv.pop(1)]()
    main()
