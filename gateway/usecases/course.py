"""The course of one inquiry from state to state, driven by whoever holds its work item."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from gateway.domain.errors import (
    GuardFailedError,
    PeerUnreachableError,
    PermitListOlderError,
    RefusedError,
    Retry,
)
from gateway.domain.identifiers import UnifiedNumber
from gateway.domain.inquiry import Inquiry, Refusal
from gateway.domain.masking import mask
from gateway.domain.permits import NOT_BEFORE_LEEWAY, ProvisionPermit, find_fault
from gateway.domain.records import Phase
from gateway.domain.states import INQUIRY, InquiryState, SymbolState, is_final, move
from gateway.domain.symbols import SymbolBinding
from gateway.domain.work import WorkItem
from gateway.ports import Ports, Unit
from gateway.usecases import own_register, permit_list, symbols
from gateway.usecases.addresses import load_person
from gateway.usecases.conclusion import (
    ArrivedAnswer,
    check,
    conclude,
    count_unrequested,
    record_of,
    reject,
    tell_apart,
)
from gateway.usecases.judging import day_of, find_denial, judge_again
from gateway.usecases.sending import backoff
from gateway.usecases.skew import watch_clock
from gateway.usecases.turns import CLOSED, find_wait, note_refusal

LANE = "inquiry"
REVOKED = "symbol.revoked"
MOST_PATIENT = timedelta(days=30)
OTHER_EDITION = "permit.edition"
RENEWABLE = frozenset({"permit.expired", OTHER_EDITION})  # one fresh permit may help
BATCH_LANE = "batch_row"  # of its own, so that no batch stands before an interactive inquiry


def lane_of(inquiry: Inquiry) -> str:
    """Return the lane of an inquiry's work item."""
    return LANE if inquiry.batch_id is None else BATCH_LANE


async def find_symbol(person: UnifiedNumber, *, ports: Ports) -> SymbolBinding | None:
    """Return the symbol in use of a person, or None."""
    return await ports.store.find(SymbolBinding, unified_number=person, state=SymbolState.LINKED)


async def drive(item: WorkItem, *, ports: Ports) -> None:
    """Go on with the inquiry of a leased work item, from whatever state it is in."""
    inquiry = await ports.store.find(Inquiry, inquiry_id=item.key)
    if inquiry is None or is_final(INQUIRY, inquiry.state):
        unit = Unit()
        unit.remove(item)
        await ports.store.commit(unit)
        return
    person = await load_person(inquiry.unified_number, ports=ports)  # merged meanwhile, perhaps
    symbol = await find_symbol(person.unified_number, ports=ports)
    await Course(inquiry, item, ports, symbol).run()


class Course:
    """One drive of one inquiry: the values as last committed, and a step for each state."""

    def __init__(
        self, inquiry: Inquiry, item: WorkItem, ports: Ports, symbol: SymbolBinding | None
    ) -> None:
        self.inquiry, self.item, self.ports, self.symbol = inquiry, item, ports, symbol
        self.waiting = False
        self.open = False
        self.steps: dict[InquiryState, Callable[[], Awaitable[None]]] = {
            InquiryState.PERMIT_REQUESTED: self.obtain_permit,
            InquiryState.PERMITTED: self.go_on,
            InquiryState.SENT: self.send,
            InquiryState.HELD: self.send,  # asks again for the stored reply when woken
        }

    async def run(self) -> None:
        """Take steps until the inquiry is final or waits; whoever moved it meanwhile wins."""
        try:
            with suppress(GuardFailedError):
                await self._take_steps()
        finally:
            if self.open:
                self.ports.pace.leave(self.inquiry.provider)

    async def _take_steps(self) -> None:
        try:
            while not self.waiting and self.inquiry.state in self.steps:
                if self.ports.clock.now() >= self.inquiry.deadline_at:
                    await self.refuse(InquiryState.EXPIRED, self.fault("inquiry.expired"))
                    break
                await self.steps[self.inquiry.state]()
        except PeerUnreachableError:
            await self.postpone(
                self.ports.clock.now() + backoff(self.item.attempts, ports=self.ports)
            )
        except RefusedError as error:
            await self.refuse(InquiryState.FAILED, self.fault(error.code))

    async def obtain_permit(self) -> None:
        """Ask the core for a permit; its refusal ends the inquiry unless it names a later time."""
        if self.symbol is None:
            await self.refuse(InquiryState.FAILED, self.fault("symbol.not_acquired"))
            return
        if not await self.is_still_allowed() or not await self.has_turn():
            return
        try:
            reply = await self.ports.core.request_permit(self.inquiry, self.symbol.symbol)
        except RefusedError as error:
            if error.code != OTHER_EDITION or self.was_refused(OTHER_EDITION):
                raise
            with suppress(PermitListOlderError):  # then a fresh permit will not help either
                await permit_list.refresh(ports=self.ports)  # the core has an edition that we lack
            await self.ask_afresh(self.fault(OTHER_EDITION))
            return
        if isinstance(reply, Refusal):
            await self.refused(reply)
            return
        await self.accept(reply)

    async def accept(self, permit: ProvisionPermit) -> None:
        """Take a permit into use, wait until it is valid, or replace one that is expired."""
        since = self.sent_since()
        await watch_clock(permit.issuer, permit.issued_at, ports=self.ports, not_before=since)
        now = self.ports.clock.now()
        fault = find_fault(permit, audience=self.inquiry.provider, now=now)
        if fault == "permit.not_yet_valid":  # asking again later brings the same one
            from_then = permit.not_before - NOT_BEFORE_LEEWAY
            reason = self.fault(fault, retry=Retry.AFTER, retry_at=from_then)
            await self.keep(
                self.inquiry.state,
                run_at=min(from_then, self.inquiry.deadline_at),
                refusal=reason,
            )
            return
        if fault is not None:
            await self.refused(self.fault(fault))
            return
        await self.keep(
            move(INQUIRY, self.inquiry.state, InquiryState.PERMITTED, InquiryState.SENT),
            permit=permit.compact,
            permit_id=permit.permit_id,
            granted=permit.wanted,
            transaction_number=permit.transaction_number,
        )

    async def has_turn(self) -> bool:
        """Tell whether the inquiry may go now; if not, it waits for its turn, and nothing goes."""
        if self.open:
            return True
        wait = find_wait(self.inquiry, ports=self.ports)
        if wait is None or wait.retry_at is None:
            self.enter()
            return True
        deadline = self.extended(wait.retry_at) if wait.code == CLOSED else self.inquiry.deadline_at
        run_at = min(wait.retry_at, deadline)
        await self.keep(self.inquiry.state, run_at=run_at, refusal=wait, deadline_at=deadline)
        return False

    def enter(self) -> None:
        """Count as an exchange with the provider until this drive ends."""
        if not self.open:
            self.open = True
            self.ports.pace.enter(self.inquiry.provider)

    async def is_still_allowed(self) -> bool:
        """Ask our own list again if it changed or another day came; a denial ends the inquiry."""
        await own_register.catch_up(ports=self.ports)
        on = day_of(self.ports.clock.now())
        judgement = judge_again(self.inquiry, on=on, ports=self.ports)
        if judgement is None:
            return True
        refusal = find_denial(judgement, self.inquiry.wanted, ports=self.ports)
        fields: dict[str, Any] = {
            "judged": judgement.judged,
            "edition_sha256": judgement.edition_sha256,
        }
        if refusal is not None:
            await self.refuse(InquiryState.DENIED, refusal, **fields)
            return False
        await self.keep(self.inquiry.state, **fields)
        return True

    async def go_on(self) -> None:
        """After a stored wait: permits are short-lived, so ask for a fresh one."""
        await self.keep(
            move(INQUIRY, self.inquiry.state, InquiryState.PERMIT_REQUESTED),
            permits_asked=self.inquiry.permits_asked + 1,
        )

    async def send(self) -> None:
        """Send inquiry and permit; after a restart the same message asks for the stored reply."""
        if not await self.has_turn():  # a repeat waits for its turn like everybody
            return
        delivery = await self.ports.core.send_inquiry(self.inquiry)
        if delivery.author is not None and delivery.dated is not None:
            since = self.sent_since()
            await watch_clock(delivery.author, delivery.dated, ports=self.ports, not_before=since)
        if delivery.answer is not None:
            arrived = ArrivedAnswer(
                answer=mask(delivery.answer),
                sender=self.inquiry.provider,
                digest=delivery.digest,
                signature=delivery.signature,
            )
            check(self.inquiry, arrived)
            end = reject if count_unrequested(self.inquiry, arrived.answer) else conclude
            try:
                await end(self.inquiry, self.item, arrived, ports=self.ports)
            except GuardFailedError:
                await self.drop(arrived)
                raise
            self.waiting = True
        elif delivery.receipt is not None:
            await self.wait_for_answer(delivery.receipt)
        elif delivery.refusal is not None:
            await self.refused(delivery.refusal)

    def sent_since(self) -> datetime:
        """Return before when nothing was sent; a repeat may bring a reply to its first sending."""
        repeats = self.item.attempts > 0 or self.inquiry.refusal is not None
        return self.inquiry.requested_at if repeats else self.inquiry.updated_at

    async def drop(self, arrived: ArrivedAnswer) -> None:
        """Record that an answer came for an inquiry that had ended otherwise (G3)."""
        ended = await self.ports.store.find(Inquiry, inquiry_id=self.inquiry.inquiry_id)
        if ended is None or not is_final(INQUIRY, ended.state):
            return
        if await tell_apart(ended, arrived, ports=self.ports):
            return
        proof = {"digest": arrived.digest, "signature": arrived.signature}
        record = record_of(ended, Phase.OUTCOME, at=self.ports.clock.now(), **proof)
        code = "answer.late" if ended.answer is None else "answer.conflict"
        unit = Unit()
        unit.record(replace(record, code=code))
        await self.ports.store.commit(unit)

    async def wait_for_answer(self, receipt: str) -> None:
        """Wait for the answer until the deadline; the provider sends it along the route."""
        held = receipt == InquiryState.HELD
        state = InquiryState.HELD if held else InquiryState.SENT
        if state is not self.inquiry.state:
            move(INQUIRY, self.inquiry.state, state)
        deadline = self.extended(self.ports.clock.now()) if held else self.inquiry.deadline_at
        await self.keep(state, run_at=deadline, deadline_at=deadline)

    def extended(self, since: datetime) -> datetime:
        """Return the deadline of what waits for people: counted from then, if nobody set it.

        It ends some day, whatever a peer wishes.
        """
        deadline = self.inquiry.deadline_at
        if not self.inquiry.patient:
            return deadline
        last = max(deadline, self.inquiry.requested_at + MOST_PATIENT)
        return min(max(deadline, since + 2 * self.ports.policy.inquiry_deadline), last)

    async def refused(self, refusal: Refusal) -> None:
        """Sort a refusal of a peer: one fresh permit, a stored wait, or the end."""
        by_core = refusal.by == self.ports.policy.core  # nobody else knows our symbols
        if refusal.code == REVOKED and by_core and self.symbol is not None:
            person = self.symbol.unified_number  # acquired anew, it may ask again
            await symbols.revoke(person, staff=refusal.by, reason=REVOKED, ports=self.ports)
        if refusal.code in RENEWABLE and not self.was_refused(refusal.code):
            await self.ask_afresh(refusal)
        elif (wished := note_refusal(self.inquiry, refusal, ports=self.ports)) is not None:
            closed = refusal.code == CLOSED
            deadline = self.extended(wished) if closed else self.inquiry.deadline_at
            run_at = min(self.later(wished), deadline)
            asked = self.inquiry.permits_asked  # a new message id, or the stored refusal returns
            if self.inquiry.state is InquiryState.PERMIT_REQUESTED:
                await self.keep(
                    self.inquiry.state,
                    run_at=run_at,
                    refusal=refusal,
                    permits_asked=asked + 1,
                    deadline_at=deadline,
                )
            else:
                state = move(INQUIRY, self.inquiry.state, InquiryState.PERMITTED)
                await self.keep(state, run_at=run_at, refusal=refusal, deadline_at=deadline)
        elif refusal.code.startswith(("inquiry.denied.", "permit")):
            await self.refuse(InquiryState.DENIED, refusal)
        else:
            await self.refuse(InquiryState.FAILED, refusal)

    def was_refused(self, code: str) -> bool:
        """Return whether this was the last refusal: then a fresh permit helps no more."""
        return self.inquiry.refusal is not None and self.inquiry.refusal.code == code

    async def ask_afresh(self, refusal: Refusal) -> None:
        """Ask for a fresh permit under the same request id."""
        state = self.inquiry.state
        if state is not InquiryState.PERMIT_REQUESTED:
            state = move(INQUIRY, state, InquiryState.PERMIT_REQUESTED)
        await self.keep(state, permits_asked=self.inquiry.permits_asked + 1, refusal=refusal)

    def later(self, wished: datetime) -> datetime:
        """Return when to come again: whatever a peer wishes, not at once."""
        soonest = self.ports.clock.now() + backoff(self.item.attempts, ports=self.ports)
        return max(wished, soonest)

    async def keep(
        self, state: InquiryState, *, run_at: datetime | None = None, **fields: object
    ) -> None:
        """Commit a step; with `run_at` the drive stops here and goes on at that instant."""
        now = self.ports.clock.now()
        unit = Unit()
        self.inquiry = unit.change(self.inquiry, state=state, updated_at=now, **fields)
        if run_at is not None:
            self.item = unit.change(self.item, run_at=run_at, lease_until=None)
            self.waiting = True
        await self.ports.store.commit(unit)
        self.ports.watch.notify(self.inquiry.inquiry_id, self.inquiry)

    async def refuse(self, state: InquiryState, refusal: Refusal, **fields: object) -> None:
        """End the inquiry with a reason, recorded as strongly as an answer (G3)."""
        now = self.ports.clock.now()
        unit = Unit()
        self.inquiry = unit.change(
            self.inquiry,
            state=move(INQUIRY, self.inquiry.state, state),
            refusal=refusal,
            updated_at=now,
            **fields,
        )
        unit.remove(self.item)
        unit.record(record_of(self.inquiry, Phase.OUTCOME, at=now))
        await self.ports.store.commit(unit)
        self.ports.watch.notify(self.inquiry.inquiry_id, self.inquiry)

    async def postpone(self, run_at: datetime) -> None:
        """Try again later, at the latest at the deadline."""
        unit = Unit()
        self.item = unit.change(
            self.item,
            run_at=min(run_at, self.inquiry.deadline_at),
            lease_until=None,
            attempts=self.item.attempts + 1,
        )
        await self.ports.store.commit(unit)

    def fault(
        self, code: str, *, retry: Retry = Retry.SAME_ID, retry_at: datetime | None = None
    ) -> Refusal:
        """Return a refusal of our own."""
        return Refusal(
            code=code,
            occurrence=self.ports.ids.uuid(),
            retry=retry,
            retry_at=retry_at,
            by=self.ports.store.institution,
        )
