"""A provision (情報提供) as the provider's gateway keeps it, and how an answer is decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from gateway.domain.identifiers import Symbol, UnifiedNumber
from gateway.domain.inquiry import Answer, AnsweredInformation, AnsweredItem
from gateway.domain.permits import (
    OWN_AFFAIRS,
    Judged,
    Mandate,
    Period,
    ProvisionPermit,
    Wanted,
)
from gateway.domain.replica import Control, ControlKind, Replica, in_force
from gateway.domain.states import ProvisionState


class Cause(StrEnum):
    """Why a provision did not simply answer; it never leaves this institution (G12)."""

    NOTHING_REGISTERED = "nothing_registered"
    SYMBOL_UNKNOWN = "symbol_unknown"
    NO_AUTOMATIC_ANSWER = "no_automatic_answer"  # over items that were asked for
    PERSON_HELD = "person_held"  # the same over everything of a person
    PROTECTED_PERSON = "protected_person"
    STAFF_REFUSED = "staff_refused"
    HOLD_EXPIRED = "hold_expired"
    REPLICA_DIFFERS = "replica_differs"  # from its original, as far as is known


MARKING = frozenset({ControlKind.NONDISCLOSURE, ControlKind.PROTECTED_PERSON})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedInquiry:
    """One inquiry as it reached us: notice, inquiry and permit, all verified and joined."""

    message_id: str
    digest: bytes  # SHA-256 of the inquiry document, 32 bytes
    inquirer: str
    route: str  # institution code of whom the answer goes to first
    transaction_number: str
    symbol: Symbol
    wanted: tuple[Wanted, ...]
    instrument: str
    row: str
    clause: str | None
    basis: str = "19-8"
    mandate: Mandate = OWN_AFFAIRS
    period: Period
    nondisclosure: bool
    requested_at: datetime
    permit: ProvisionPermit


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """One provision; single use of a permit is the uniqueness of `permit_id`."""

    transaction_number: str
    permit_id: str
    message_id: str
    inquiry_digest: bytes
    inquirer: str
    route: str
    state: ProvisionState
    cause: Cause | None
    unified_number: UnifiedNumber | None
    instrument: str
    row: str
    clause: str | None
    wanted: tuple[Wanted, ...]  # permitted and requested: nothing else may leave (G10)
    period: Period
    nondisclosure: bool
    requested_at: datetime
    received_at: datetime
    slot_at: datetime  # when a `not_provided` leaves, whatever its cause (G12)
    basis: str = "19-8"
    mandate: Mandate = OWN_AFFAIRS
    edition_sha256: str = ""  # of the edition in force here, which is also the permit's
    judged: Judged | None = None  # how our own list decided
    proposed_by: str | None = None
    proposal: str | None = None  # release | refuse
    proposal_reason: str | None = None
    decided_by: str | None = None
    reply: bytes | None = None  # the signed answer document, kept for repeats (G4)
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """How an inquiry is answered: now with `answer`, or later from `state` for `cause`."""

    state: ProvisionState
    cause: Cause | None
    answer: Answer | None = None


def overlap(asked: Sequence[Wanted], permitted: Sequence[Wanted]) -> tuple[Wanted, ...]:
    """Return the items that are both asked for and permitted (G10); asking none asks all."""
    grants = {grant.information: grant.items for grant in permitted}
    both = []
    for want in asked:
        items = grants.get(want.information, ())
        kept = tuple(i for i in items if not want.items or i in want.items)
        if kept:
            both.append(Wanted(information=want.information, items=kept))
    return tuple(both)


def collect(
    provision: Provision, replicas: Mapping[str, Sequence[Replica]], *, on: date
) -> Answer | None:
    """Return the answer the replicas give on a day, or None where none of them gives any item.

    Items that the replica lacks stand as missing with the reason `not_registered`.
    """
    found = []
    for want in provision.wanted:
        replica = in_force(replicas.get(want.information, ()), on=on, period=provision.period)
        if replica is None:
            continue
        held = {item.item: item for item in replica.items}
        absent = AnsweredItem(item="", value=None, reason="not_registered")
        items = tuple(
            AnsweredItem(
                item=name, value=(have := held.get(name, absent)).value, reason=have.reason
            )
            for name in want.items
        )
        found.append(
            AnsweredInformation(information=want.information, as_of=replica.as_of, items=items)
        )
    if not found:
        return None
    return Answer(
        transaction_number=provision.transaction_number,
        permit_id=provision.permit_id,
        provided=True,
        information=tuple(found),
    )


def mark(answer: Answer, controls: Sequence[Control]) -> Answer:
    """Return an answer, marked (不開示) if a control over its person says so."""
    hidden = any(control.kind in MARKING for control in controls)
    return replace(answer, nondisclosure=True) if hidden else answer


def is_known_to_differ(
    provision: Provision, replicas: Mapping[str, Sequence[Replica]], *, on: date
) -> bool:
    """Return whether an answer of a day would hold what is known to differ from its original."""
    found = (
        in_force(replicas.get(want.information, ()), on=on, period=provision.period)
        for want in provision.wanted
    )
    return any(one is not None and one.original is not None for one in found)


def treat(
    provision: Provision,
    *,
    controls: Sequence[Control],
    answer: Answer | None,
    differs: bool = False,
) -> Treatment:
    """Decide how an inquiry is treated; protection outranks all, then absence, then a hold.

    To an outsider a protected person looks as if nothing were registered (G12): both wait. So
    does a hold over the person, which outranks one over an item, and so does what `differs` from
    its original until both agree.
    """
    if any(control.kind is ControlKind.PROTECTED_PERSON for control in controls):
        return Treatment(state=ProvisionState.HELD, cause=Cause.PROTECTED_PERSON)
    if provision.unified_number is None:
        return Treatment(state=ProvisionState.WAITING, cause=Cause.SYMBOL_UNKNOWN)
    if differs or answer is None:
        cause = Cause.REPLICA_DIFFERS if differs else Cause.NOTHING_REGISTERED
        return Treatment(state=ProvisionState.WAITING, cause=cause)
    holding = [control for control in controls if _holds(control, provision.wanted)]
    if any(control.information is None for control in holding):
        return Treatment(state=ProvisionState.HELD, cause=Cause.PERSON_HELD)
    if holding:
        return Treatment(state=ProvisionState.HELD, cause=Cause.NO_AUTOMATIC_ANSWER)
    return Treatment(state=ProvisionState.ANSWERED, cause=None, answer=answer)


def _holds(control: Control, wanted: Sequence[Wanted]) -> bool:
    return control.kind is ControlKind.NO_AUTOMATIC_ANSWER and any(
        control.information in (None, want.information)
        and (control.item is None or control.item in want.items)
        for want in wanted
    )
