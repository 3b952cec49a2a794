"""Whether a received inquiry may be answered at all, before anything about a person is read.

Steps: 1 the permit is for us and valid now; 2 it covers this inquiry; 3 our own copy of the list
allows it today, under the same edition; 4 we are open. A refusal names the first that fails (G1).
"""

from datetime import datetime

from gateway.domain.errors import InvalidError, Retry
from gateway.domain.hours import opens_at
from gateway.domain.permits import Wanted, find_fault
from gateway.domain.provision import ReceivedInquiry, overlap
from gateway.ports import Ports
from gateway.usecases.permit_list import day_of, judge, question
from gateway.usecases.refusal import RefusedArrival, refusal_of
from permitlists import Question


def verify(
    received: ReceivedInquiry, *, now: datetime, ports: Ports
) -> tuple[RefusedArrival | None, tuple[Wanted, ...]]:
    """Return the first refusal, or what may leave: asked, permitted and on our own list (G10)."""
    fault = find_fault(received.permit, audience=ports.store.institution, now=now)  # 1
    if fault is None and not _covers(received):  # 2
        fault = "permit.mismatch"
    if fault is not None:
        return refusal_of(received, fault), ()
    refusal, wanted = _decide(received, now=now, ports=ports)  # 3
    opening = opens_at(now, opens=ports.policy.opens, closes=ports.policy.closes)  # 4
    if refusal is None and opening is not None:
        return _closed(received, opening), ()
    return refusal, wanted


def _decide(
    received: ReceivedInquiry, *, now: datetime, ports: Ports
) -> tuple[RefusedArrival | None, tuple[Wanted, ...]]:
    permit = received.permit
    asked = _ask(received, now=now, ports=ports)
    if asked is None:
        return refusal_of(received, "inquiry.denied.affair", "affair"), ()
    decision = judge(asked, ports=ports)
    if not decision.allowed:
        code = f"inquiry.denied.{decision.failed}"
        return refusal_of(received, code, decision.failed), ()
    if decision.edition is None or decision.edition.sha256 != permit.edition_sha256:
        return refusal_of(received, "permit.edition"), ()
    ours = tuple(
        Wanted(information=name, items=tuple(sorted(decision.items(name) or ())))
        for name in asked.information
    )
    wanted = overlap(overlap(received.wanted, permit.wanted), ours)
    if not wanted:
        return refusal_of(received, "permit.mismatch"), ()
    return None, wanted


def _ask(received: ReceivedInquiry, *, now: datetime, ports: Ports) -> Question | None:
    """Return the question to our list, or None where row and clause are not written as such.

    The day is today's: the inquirer, who says when it asked, does not choose whose law counts.
    """
    affair = received.row if received.clause is None else f"{received.row}-{received.clause}"
    try:
        asked = question(
            ports,
            inquirer=received.inquirer,
            provider=ports.store.institution,
            affair=affair,
            wanted=received.wanted,
            on=day_of(now),
            instrument=received.instrument,
        )
    except InvalidError:
        return None
    same = (asked.affair.row, asked.affair.clause) == (received.row, received.clause)
    return asked if same else None


def _covers(received: ReceivedInquiry) -> bool:
    permit = received.permit
    granted = {want.information for want in permit.wanted}
    return (
        permit.issuer == received.route
        and permit.inquirer == received.inquirer
        and permit.transaction_number == received.transaction_number
        and (permit.instrument, permit.row, permit.clause)
        == (received.instrument, received.row, received.clause)
        and {want.information for want in received.wanted} <= granted
    )


def _closed(received: ReceivedInquiry, opening: datetime) -> RefusedArrival:
    return RefusedArrival(
        code="provider.closed",
        message_id=received.message_id,
        sender=received.inquirer,
        kind="inquiry",
        digest=received.digest,
        transaction_number=received.transaction_number,
        retry=Retry.AFTER,
        retry_at=opening,
    )
