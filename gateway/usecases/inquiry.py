"""Inquiries (情報照会): submit, drive, receive a late answer, cancel (S5.2a).

An inquiry and its work item are one durable intention: whatever process holds the lease drives
it from its state; a crash at any point leaves a state from which driving goes on (G2, G4).
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain.addresses import Alias
from gateway.domain.errors import (
    AddressUnknownError,
    ConflictError,
    DuplicateKeyError,
    GuardFailedError,
    InvalidError,
    RefusedError,
    Retry,
    UnknownError,
)
from gateway.domain.inquiry import AskedInquiry, Inquiry, Refusal
from gateway.domain.masking import mask
from gateway.domain.records import Phase
from gateway.domain.states import INQUIRY, InquiryState, is_final, move
from gateway.domain.symbols import SymbolBinding
from gateway.domain.work import WorkItem
from gateway.ports import Ports, Unit
from gateway.usecases import own_register
from gateway.usecases.conclusion import (
    TOO_MUCH,
    ArrivedAnswer,
    check,
    conclude,
    count_unrequested,
    record_of,
    reject,
    tell_apart,
)
from gateway.usecases.course import Course, find_symbol, lane_of
from gateway.usecases.judging import Asked, day_of, find_denial, judge, names_of, question

POLL_SECONDS = 0.5  # another process may drive it, so waiting also looks


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitInquiry:
    """What a business system asks; `body_digest` is SHA-256 of its canonical request."""

    system: str
    idempotency_key: str
    body_digest: bytes
    asked: AskedInquiry
    batch_id: str | None = None


async def submit(command: SubmitInquiry, *, ports: Ports, drive_here: bool = True) -> Inquiry:
    """Accept, deny or fail an inquiry, durably; a repeat returns what the first one made.

    Raises:
        ConflictError: the idempotency key came before with another body.
        AddressUnknownError: the local number is bound to nobody.
        InvalidError: affair, provider or information cannot be read.
    """
    known = await _find_same(command, ports=ports)
    if known is not None:
        return known
    inquiry, symbol = await _begin(command, ports=ports)
    unit = Unit()
    unit.add(inquiry)
    item = None
    if inquiry.state is InquiryState.PERMIT_REQUESTED:
        now = inquiry.requested_at
        lease = ports.wall.now() + ports.policy.lease if drive_here else None
        item = WorkItem(
            lane=lane_of(inquiry), key=inquiry.inquiry_id, run_at=now, lease_until=lease
        )
        unit.add(item)
        unit.record(record_of(inquiry, Phase.INTENT, at=now))
    else:
        unit.record(record_of(inquiry, Phase.OUTCOME, at=inquiry.requested_at))
    try:
        await ports.store.commit(unit)
    except DuplicateKeyError:
        known = await _find_same(command, ports=ports)
        if known is None:
            raise
        return known
    if item is not None and drive_here:
        ports.runner.spawn(Course(inquiry, item, ports, symbol).run())
    return inquiry


async def _find_same(command: SubmitInquiry, *, ports: Ports) -> Inquiry | None:
    known = await ports.store.find(
        Inquiry, system=command.system, idempotency_key=command.idempotency_key
    )
    if known is not None and known.body_digest != command.body_digest:
        raise ConflictError(inquiry_id=known.inquiry_id)
    return known


async def _begin(command: SubmitInquiry, *, ports: Ports) -> tuple[Inquiry, SymbolBinding | None]:
    """Return the inquiry as it starts: denied, failed, or asking for a permit with a symbol."""
    asked = command.asked
    if not asked.wanted:
        raise InvalidError(field="information")
    await own_register.catch_up(ports=ports)
    now = ports.clock.now()
    put = question(_put(asked, now, ports=ports), ports=ports)
    alias = await ports.store.find(Alias, system=command.system, local_number=asked.local_number)
    if alias is None:
        raise AddressUnknownError(system=command.system)
    judgement = judge(put, ports=ports)
    state, symbol = InquiryState.PERMIT_REQUESTED, None
    refusal = find_denial(judgement, asked.wanted, ports=ports)
    if refusal is not None:
        state = InquiryState.DENIED
    else:
        symbol = await find_symbol(alias.unified_number, ports=ports)
        if symbol is None:
            state = InquiryState.FAILED
            refusal = Refusal(
                code="symbol.not_acquired",
                occurrence=ports.ids.uuid(),
                retry=Retry.SAME_ID,
                by=ports.store.institution,
            )
    inquiry = Inquiry(
        inquiry_id=ports.ids.uuid(),
        request_id=ports.ids.uuid(),
        system=command.system,
        idempotency_key=command.idempotency_key,
        body_digest=command.body_digest,
        state=state,
        unified_number=alias.unified_number,
        provider=asked.provider,
        instrument=put.instrument,
        row=put.affair.row,
        clause=put.affair.clause,
        basis=put.basis,
        mandate=asked.mandate,
        wanted=asked.wanted,
        period=asked.period,
        nondisclosure=asked.nondisclosure,
        requested_at=now,
        deadline_at=now + (asked.deadline or ports.policy.inquiry_deadline),
        updated_at=now,
        judged=judgement.judged,
        edition_sha256=judgement.edition_sha256,
        refusal=refusal,
        batch_id=command.batch_id,
        patient=asked.deadline is None,
    )
    return inquiry, symbol


def _put(asked: AskedInquiry, now: datetime, *, ports: Ports) -> Asked:
    return Asked(
        inquirer=ports.store.institution,
        provider=asked.provider,
        affair=asked.affair,
        information=names_of(asked.wanted),
        on=day_of(now),
        instrument=asked.instrument,
        basis=asked.basis,
        mandate=asked.mandate,
    )


async def receive_answer(arrived: ArrivedAnswer, *, ports: Ports) -> None:
    """Match a late answer with its inquiry and conclude it; a repeat changes nothing.

    One that says what its permit does not cover ends its inquiry without an answer.

    Raises:
        RefusedError: no such inquiry waits, or the answer says what its permit does not cover.
    """
    arrived = replace(arrived, answer=mask(arrived.answer))
    for _ in range(3):
        inquiry = await _find_waiting(arrived, ports=ports)
        if inquiry is None:
            return
        item = await ports.store.find(WorkItem, lane=lane_of(inquiry), key=inquiry.inquiry_id)
        says_too_much = count_unrequested(inquiry, arrived.answer) > 0
        try:
            await (reject if says_too_much else conclude)(inquiry, item, arrived, ports=ports)
        except GuardFailedError:
            continue
        if says_too_much:
            raise RefusedError(TOO_MUCH, transaction_number=inquiry.transaction_number)
        return
    raise RefusedError("answer.late", transaction_number=arrived.answer.transaction_number)


async def _find_waiting(arrived: ArrivedAnswer, *, ports: Ports) -> Inquiry | None:
    """Return the inquiry that waits for an answer, or None if it has that very answer already.

    Raises:
        RefusedError: none waits for it.
    """
    number = arrived.answer.transaction_number
    inquiry = await ports.store.find(Inquiry, transaction_number=number)
    if inquiry is None:
        raise RefusedError("answer.unknown", transaction_number=number)
    if arrived.sender != inquiry.provider:
        raise RefusedError("answer.sender", sender=arrived.sender)
    if await tell_apart(inquiry, arrived, ports=ports):
        return None
    if inquiry.answer is not None:
        raise RefusedError("answer.conflict", transaction_number=number)
    if InquiryState.ANSWERED not in INQUIRY.get(inquiry.state, ()):
        raise RefusedError("answer.late", transaction_number=number, state=inquiry.state)
    check(inquiry, arrived)
    return inquiry


async def load(inquiry_id: str, *, system: str, ports: Ports) -> Inquiry:
    """Return an inquiry of a system.

    Raises:
        UnknownError: this system of this institution has none of that id (G11).
    """
    inquiry = await ports.store.find(Inquiry, inquiry_id=inquiry_id)
    if inquiry is None or inquiry.system != system:
        raise UnknownError(inquiry_id=inquiry_id)
    return inquiry


async def list_inquiries(
    *, system: str, state: InquiryState | None, after: str | None, limit: int, ports: Ports
) -> list[Inquiry]:
    """Return inquiries of a system by id, those in one state if one is given, after an id."""
    equals = {} if state is None else {"state": state}
    return await ports.store.list_values(Inquiry, limit=limit, after=after, system=system, **equals)


async def await_result(inquiry: Inquiry, *, seconds: float, ports: Ports) -> Inquiry:
    """Return the inquiry once it is final, or as it stands after `seconds` of real time."""
    until = asyncio.get_running_loop().time() + seconds
    while not is_final(INQUIRY, inquiry.state):
        left = until - asyncio.get_running_loop().time()
        if left <= 0:
            break
        news = await ports.watch.wait(inquiry.inquiry_id, min(left, POLL_SECONDS))
        inquiry = news or await load(inquiry.inquiry_id, system=inquiry.system, ports=ports)
    return inquiry


async def cancel(inquiry_id: str, *, system: str, ports: Ports) -> Inquiry:
    """End an inquiry on the caller's wish; an answer that comes later is refused and recorded.

    Raises:
        UnknownError: no such inquiry.
        StateError: it is final already.
    """
    while True:
        inquiry = await load(inquiry_id, system=system, ports=ports)
        if inquiry.state is InquiryState.CANCELLED:
            return inquiry
        now = ports.clock.now()
        unit = Unit()
        state = move(INQUIRY, inquiry.state, InquiryState.CANCELLED)
        ended = unit.change(inquiry, state=state, updated_at=now)
        item = await ports.store.find(WorkItem, lane=lane_of(inquiry), key=inquiry_id)
        if item is not None:
            unit.remove(item)
        unit.record(record_of(ended, Phase.OUTCOME, at=now))
        try:
            await ports.store.commit(unit)
        except GuardFailedError:
            continue
        ports.watch.notify(inquiry_id, ended)
        return ended
