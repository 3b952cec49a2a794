"""Refusals to a peer: recorded as strongly as answers, signed, and kept for repeats (G3, G4)."""

from dataclasses import dataclass
from datetime import datetime

from gateway.domain.alarms import AlarmKind
from gateway.domain.errors import Retry
from gateway.domain.inquiry import Refusal
from gateway.domain.permits import OWN_AFFAIRS, Judged
from gateway.domain.provision import ReceivedInquiry
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.domain.states import ProvisionState
from gateway.domain.work import StoredReply
from gateway.ports import Ports, Unit
from gateway.usecases.alarms import Trouble, sound

CONFLICT = "message.conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedArrival:
    """A document that broke a rule; `authentic` says whether its author is proven.

    `hop` is the institution that brought it, empty where the author did.
    """

    code: str
    message_id: str
    sender: str
    kind: str
    digest: bytes
    transaction_number: str | None = None
    failed: str | None = None
    authentic: bool = True
    hop: str = ""
    retry: Retry = Retry.NEVER
    retry_at: datetime | None = None
    judged: Judged | None = None
    text_ja: str = ""
    text_en: str = ""


def refusal_of(
    received: ReceivedInquiry,
    code: str,
    failed: str | None = None,
    judged: Judged | None = None,
) -> RefusedArrival:
    """Return the refusal of a verified inquiry with a code of the catalogue."""
    return RefusedArrival(
        code=code,
        message_id=received.message_id,
        sender=received.inquirer,
        kind="inquiry",
        digest=received.digest,
        transaction_number=received.transaction_number,
        failed=failed,
        judged=judged,
    )


async def refuse(
    arrival: RefusedArrival, *, ports: Ports, received: ReceivedInquiry | None = None
) -> bytes:
    """Record that a document was refused and return the signed refusal (G3).

    The reply is kept for repeats only if the author is proven: nobody can plant one.
    """
    if arrival.authentic and arrival.code == CONFLICT:
        trouble = Trouble(
            kind=AlarmKind.DUPLICATE_WITH_DIFFERENT_BODY,
            peer=arrival.sender,
            subject=arrival.message_id,
            details={"kind": arrival.kind},
        )
        await sound(trouble, ports=ports)
    now = ports.clock.now()
    refusal = Refusal(
        code=arrival.code,
        occurrence=ports.ids.uuid(),
        retry=arrival.retry,
        retry_at=arrival.retry_at,
        failed=arrival.failed,
        text_ja=arrival.text_ja,
        text_en=arrival.text_en,
        by=ports.store.institution,
    )
    reply = ports.documents.refusal(
        refusal,
        transaction_number=arrival.transaction_number,
        recipient=arrival.sender,
        in_reply_to=arrival.message_id,
        at=now,
    )
    unit = Unit()
    if arrival.authentic and arrival.code != CONFLICT:
        unit.add(
            StoredReply(
                sender=arrival.sender,
                message_id=arrival.message_id,
                digest=arrival.digest,
                reply=reply,
                at=now,
            )
        )
    unit.record(_record(arrival, received, now))
    await ports.store.commit(unit)
    return reply


def _record(
    arrival: RefusedArrival, received: ReceivedInquiry | None, now: datetime
) -> ExchangeRecord:
    """Return the record; of what nobody proved to have written it names who brought it."""
    proven = arrival.authentic or not arrival.hop
    return ExchangeRecord(
        act=Act.PROVISION,
        phase=Phase.OUTCOME,
        at=now,
        result=ProvisionState.DENIED,
        code=arrival.code,
        actor=arrival.sender if proven else arrival.hop,
        transaction_number=arrival.transaction_number,
        permit_id=received.permit.permit_id if received else None,
        inquirer=arrival.sender if proven else None,
        instrument=received.instrument if received else None,
        row=received.row if received else None,
        clause=received.clause if received else None,
        basis=received.basis if received else None,
        mandate=received.mandate if received else OWN_AFFAIRS,
        judged=arrival.judged,
        wanted=received.wanted if received else (),
        requested_at=received.requested_at if received else None,
        edition_sha256=received.permit.edition_sha256 if received else None,
        digest=arrival.digest,
        note=arrival.kind if proven else f"{arrival.kind} {arrival.sender}".strip(),
    )
