"""Refusals of the gateway: a stable dotted code, an origin, and context that is safe to log.

The texts for people (Japanese and English, who can fix it, whether to try again) are the
catalogue `catalogue.toml`, keyed by code; a test demands that both agree.
"""

from enum import StrEnum
from typing import ClassVar


class Origin(StrEnum):
    """Whose side broke the rule."""

    CALLER = "caller"  # a business system or a member of staff
    PEER = "peer"  # another institution, the core, the registry
    GATEWAY = "gateway"  # this gateway itself, or what it runs on


class Retry(StrEnum):
    """Whether asking again can help: never, with the same request id, or after an instant."""

    NEVER = "never"
    SAME_ID = "same_id"
    AFTER = "after"


class GatewayError(Exception):
    """Base of every refusal; `context` holds only values that may be logged and shown."""

    code: ClassVar[str] = "gateway.failed"
    origin: ClassVar[Origin] = Origin.GATEWAY

    def __init__(self, **context: str | int | bool | None) -> None:
        super().__init__(self.code)
        self.context = context

    def __str__(self) -> str:
        shown = " ".join(f"{name}={value}" for name, value in self.context.items())
        return f"{self.code} {shown}".rstrip()


class InvalidError(GatewayError):
    """A value has not the shape that its field demands; the value itself is never kept."""

    code = "request.invalid"
    origin = Origin.CALLER


class ConflictError(GatewayError):
    """The same request id came again with another body (G4)."""

    code = "request.conflict"
    origin = Origin.CALLER


class TooLargeError(GatewayError):
    """More was handed over at once than this gateway takes."""

    code = "batch.too_large"
    origin = Origin.CALLER


class UnknownError(GatewayError):
    """Nothing of that name exists for this institution."""

    code = "request.unknown"
    origin = Origin.CALLER


class NotJudgedError(GatewayError):
    """A record tells of no decision of the permit list that could be replayed."""

    code = "record.not_judged"
    origin = Origin.CALLER


class AddressUnknownError(GatewayError):
    """The local number is bound to nobody."""

    code = "address.unknown"
    origin = Origin.CALLER


class StateError(GatewayError):
    """The act is not possible in the present state."""

    code = "state.wrong"
    origin = Origin.CALLER


class SamePersonError(GatewayError):
    """Two acts that need two people came from one (K8)."""

    code = "staff.same_person"
    origin = Origin.CALLER


class NotPermittedError(GatewayError):
    """What waited for staff may no longer leave: the permit list changed, or a hold came."""

    code = "provision.not_permitted"
    origin = Origin.CALLER


class ReplicaDifferenceError(GatewayError):
    """What waited for staff may not leave yet: a replica differs from its original."""

    code = "provision.replica_differs"
    origin = Origin.CALLER


class NumberKindError(GatewayError):
    """A real individual number in the sandbox, or a sandbox one in production."""

    code = "address.number_kind"
    origin = Origin.CALLER


class CheckDigitError(GatewayError):
    """The check digit of an individual number is wrong."""

    code = "address.check_digit"
    origin = Origin.CALLER


class GuardFailedError(GatewayError):
    """Another unit moved a value first; the use case reads again and decides again."""

    code = "storage.guard"


class DuplicateKeyError(GuardFailedError):
    """A value of that key exists already."""

    code = "storage.duplicate"


class EvidenceUnavailableError(GatewayError):
    """Nothing can be recorded now (disk full, writer stalled), so nothing is exchanged."""

    code = "storage.unavailable"


class DatabaseNewerError(GatewayError):
    """The database was migrated by newer code than this."""

    code = "storage.newer"


class SealBrokenError(GatewayError):
    """A sealed value does not open: changed, moved to another row, or under another master key."""

    code = "storage.seal"


class EvidenceBrokenError(GatewayError):
    """The record log does not verify: something in it was changed, removed or added (G6)."""

    code = "storage.fault"


class PeerUnreachableError(GatewayError):
    """A counterparty gave no usable reply; `retry` is decided by the caller's deadline."""

    code = "peer.unreachable"
    origin = Origin.PEER


class ListBrokenError(GatewayError):
    """A stored permit list is not what was received; `part` names an edition or a supplement."""

    code = "permit_list.broken"


class RegisterBrokenError(EvidenceUnavailableError):
    """The institution's own register of holds cannot be read, or its history was changed."""

    code = "permit_register.broken"


class PermitListOlderError(GatewayError):
    """A permit list older than the one in force was offered (G8)."""

    code = "permit_list.older"
    origin = Origin.PEER


class RefusedError(GatewayError):
    """A document of a peer breaks a rule; `code` says which (permit.expired, message.conflict)."""

    origin = Origin.PEER

    def __init__(self, code: str, **context: str | int | bool | None) -> None:
        self.code = code  # type: ignore[misc]  # one class, many codes: the catalogue lists them
        super().__init__(**context)
