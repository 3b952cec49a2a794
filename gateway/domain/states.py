"""State machines as tables; the diagrams in the documentation are drawn from them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from gateway.domain.errors import StateError

S = TypeVar("S", bound=StrEnum)


class InquiryState(StrEnum):
    """States of an inquiry (情報照会), as contracts name them."""

    ACCEPTED = "accepted"
    PERMIT_REQUESTED = "permit_requested"
    PERMITTED = "permitted"
    SENT = "sent"
    HELD = "held"
    ANSWERED = "answered"
    NOT_PROVIDED = "not_provided"
    DENIED = "denied"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ProvisionState(StrEnum):
    """States of a provision (情報提供); `waiting` ends as `not_provided` at its slot (G12)."""

    RECEIVED = "received"
    HELD = "held"
    RELEASED = "released"
    WAITING = "waiting"
    ANSWERED = "answered"
    NOT_PROVIDED = "not_provided"
    DENIED = "denied"


class AcquisitionState(StrEnum):
    """States of one symbol acquisition (符号取得)."""

    REQUESTED = "requested"
    NUMBERED = "numbered"
    SENT_TO_REGISTRY = "sent_to_registry"
    LINKED = "linked"
    FAILED = "failed"


class SymbolState(StrEnum):
    """States of a symbol: in use, ended, or carried to the person it was merged into."""

    LINKED = "linked"
    REVOKED = "revoked"
    MERGED = "merged"


class ConfirmationState(StrEnum):
    """States of an entry of the confirmation list (確認リスト)."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class BatchRowState(StrEnum):
    """States of a batch row (明細); those after `rejected` are the states its inquiry ended in."""

    WAITING = "waiting"  # nothing was asked yet
    RUNNING = "running"  # its inquiry is under way
    RESTING = "resting"  # its inquiry waits for a late answer
    REJECTED = "rejected"  # it never became an inquiry
    ANSWERED = "answered"
    NOT_PROVIDED = "not_provided"
    DENIED = "denied"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELLED = "cancelled"


_I, _P, _A, _B = InquiryState, ProvisionState, AcquisitionState, BatchRowState
_LOST = frozenset({_I.FAILED, _I.EXPIRED, _I.CANCELLED})

INQUIRY: Mapping[InquiryState, frozenset[InquiryState]] = {
    _I.ACCEPTED: frozenset({_I.PERMIT_REQUESTED, _I.DENIED}) | _LOST,
    _I.PERMIT_REQUESTED: frozenset({_I.PERMITTED, _I.DENIED}) | _LOST,
    _I.PERMITTED: frozenset({_I.SENT, _I.PERMIT_REQUESTED}) | _LOST,
    _I.SENT: frozenset(
        {_I.HELD, _I.ANSWERED, _I.NOT_PROVIDED, _I.DENIED, _I.PERMITTED, _I.PERMIT_REQUESTED}
    )
    | _LOST,
    _I.HELD: frozenset({_I.ANSWERED, _I.NOT_PROVIDED}) | _LOST,
}
PROVISION: Mapping[ProvisionState, frozenset[ProvisionState]] = {
    _P.RECEIVED: frozenset({_P.ANSWERED, _P.HELD, _P.WAITING, _P.DENIED}),
    _P.HELD: frozenset({_P.RELEASED, _P.WAITING, _P.NOT_PROVIDED}),
    _P.RELEASED: frozenset({_P.ANSWERED, _P.WAITING}),
    _P.WAITING: frozenset({_P.NOT_PROVIDED, _P.ANSWERED}),
}
ACQUISITION: Mapping[AcquisitionState, frozenset[AcquisitionState]] = {
    _A.REQUESTED: frozenset({_A.NUMBERED, _A.FAILED}),
    _A.NUMBERED: frozenset({_A.SENT_TO_REGISTRY, _A.LINKED, _A.FAILED}),
    _A.SENT_TO_REGISTRY: frozenset({_A.LINKED, _A.FAILED}),
}
SYMBOL: Mapping[SymbolState, frozenset[SymbolState]] = {
    SymbolState.LINKED: frozenset({SymbolState.REVOKED, SymbolState.MERGED}),
}
_ENDED = frozenset({_B.ANSWERED, _B.NOT_PROVIDED, _B.DENIED, _B.EXPIRED, _B.FAILED, _B.CANCELLED})
_PUT_BACK = frozenset({_B.WAITING})  # by a retry
BATCH_ROW: Mapping[BatchRowState, frozenset[BatchRowState]] = {
    _B.WAITING: frozenset({_B.RUNNING, _B.RESTING, _B.REJECTED}) | _ENDED,
    _B.RUNNING: frozenset({_B.RESTING}) | _ENDED,
    _B.RESTING: _ENDED,
    _B.EXPIRED: _PUT_BACK,
    _B.FAILED: _PUT_BACK,
    _B.REJECTED: _PUT_BACK,
}
CONFIRMATION: Mapping[ConfirmationState, frozenset[ConfirmationState]] = {
    ConfirmationState.OPEN: frozenset({ConfirmationState.ACCEPTED, ConfirmationState.REJECTED}),
}


def move(table: Mapping[S, frozenset[S]], old: S, *path: S) -> S:
    """Return the last state of `path` if every step of it is in `table`.

    Raises:
        StateError: a step is not allowed.
    """
    for new in path:
        if new not in table.get(old, frozenset()):
            raise StateError(state=str(old), wanted=str(new))
        old = new
    return old


def is_final(table: Mapping[S, frozenset[S]], state: S) -> bool:
    """Return whether nothing follows `state`."""
    return not table.get(state)
