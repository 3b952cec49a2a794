"""Whether a received inquiry may be answered at all, before anything about a person is read.

Steps: 1 the permit is for us and valid now; 2 it covers this inquiry; 3 our own copy of the list
allows it today, under the same edition; 4 we are open. A refusal names the first that fails (G1).
"""

from dataclasses import dataclass
from datetime import datetime

from gateway.domain.errors import InvalidError, Retry
from gateway.domain.hours import opens_at
from gateway.domain.permits import Judged, Wanted, find_fault
from gateway.domain.provision import ReceivedInquiry, overlap
from gateway.ports import Ports
from gateway.usecases.judging import (
    Asked,
    Judgement,
    day_of,
    judge,
    names_of,
    question,
    write_affair,
)
from gateway.usecases.refusal import RefusedArrival, refusal_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Either the refusal, or what may leave: asked, permitted and on our own list (G10).

    `judged` is how our own list decided, None where it was not asked.
    """

    refusal: RefusedArrival | None = None
    wanted: tuple[Wanted, ...] = ()
    judged: Judged | None = None


def verify(received: ReceivedInquiry, *, now: datetime, ports: Ports) -> Verdict:
    """Return the first refusal, or what may leave."""
    fault = find_fault(received.permit, audience=ports.store.institution, now=now)  # 1
    if fault is None and not _covers(received):  # 2
        fault = "permit.mismatch"
    if fault is not None:
        return Verdict(refusal=refusal_of(received, fault))
    verdict = _decide(received, now=now, ports=ports)  # 3
    opening = opens_at(now, opens=ports.policy.opens, closes=ports.policy.closes)  # 4
    if verdict.refusal is None and opening is not None:
        return Verdict(refusal=_closed(received, opening, verdict.judged))
    return verdict


def knows_edition(received: ReceivedInquiry, *, ports: Ports) -> bool:
    """Return whether our copy holds the edition under which the permit was issued."""
    known = ports.book.permit_list
    editions = known.editions if known else ()
    return any(one.key.sha256 == received.permit.edition_sha256 for one in editions)


def _decide(received: ReceivedInquiry, *, now: datetime, ports: Ports) -> Verdict:
    permit = received.permit
    judgement = _judge(received, now=now, ports=ports)
    if judgement is None:
        return Verdict(refusal=refusal_of(received, "inquiry.denied.affair", "affair"))
    decision, judged = judgement.decision, judgement.judged
    if not decision.allowed:
        code = f"inquiry.denied.{decision.failed}"
        return Verdict(refusal=refusal_of(received, code, decision.failed, judged))
    if decision.edition is None or decision.edition.sha256 != permit.edition_sha256:
        return Verdict(refusal=refusal_of(received, "permit.edition", None, judged))
    ours = tuple(
        Wanted(information=name, items=tuple(sorted(decision.items(name) or ())))
        for name in judged.information
    )
    wanted = overlap(overlap(received.wanted, permit.wanted), ours)
    if not wanted:
        return Verdict(refusal=refusal_of(received, "permit.mismatch", None, judged))
    return Verdict(wanted=wanted, judged=judged)


def _judge(received: ReceivedInquiry, *, now: datetime, ports: Ports) -> Judgement | None:
    """Return what our list says, or None where affair or basis are not written as such.

    The day is today's: the inquirer, who says when it asked, does not choose whose law counts.
    """
    asked = Asked(
        inquirer=received.inquirer,
        provider=ports.store.institution,
        affair=write_affair(received.row, received.clause),
        information=names_of(received.wanted),
        on=day_of(now),
        instrument=received.instrument,
        basis=received.basis,
        mandate=received.mandate,
    )
    try:
        put = question(asked, ports=ports)
    except InvalidError:
        return None
    if (put.affair.row, put.affair.clause) != (received.row, received.clause):
        return None
    return judge(put, ports=ports)


def _covers(received: ReceivedInquiry) -> bool:
    permit = received.permit
    granted = {want.information for want in permit.wanted}
    return (
        permit.issuer == received.route
        and permit.inquirer == received.inquirer
        and permit.transaction_number == received.transaction_number
        and (permit.instrument, permit.row, permit.clause)
        == (received.instrument, received.row, received.clause)
        and (permit.basis, permit.mandate) == (received.basis, received.mandate)
        and {want.information for want in received.wanted} <= granted
    )


def _closed(received: ReceivedInquiry, opening: datetime, judged: Judged | None) -> RefusedArrival:
    return RefusedArrival(
        code="provider.closed",
        message_id=received.message_id,
        sender=received.inquirer,
        kind="inquiry",
        digest=received.digest,
        transaction_number=received.transaction_number,
        retry=Retry.AFTER,
        retry_at=opening,
        judged=judged,
    )
