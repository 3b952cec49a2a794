"""Symbol acquisition (符号取得): asked for, then looked at by receipt."""

from typing import Literal

from gateway.transport.schemas.common import Instant, LocalNumberText, Request, Resource


class SymbolRequest(Request, frozen=True, kw_only=True):
    """The person whose symbol is to be acquired."""

    number: LocalNumberText


class AcquisitionResource(Resource, frozen=True, kw_only=True):
    """One acquisition; the symbol itself never leaves the gateway."""

    receipt: str
    state: Literal["requested", "numbered", "sent_to_registry", "linked", "failed"]
    requested_at: Instant
    deadline_at: Instant
    ended_at: Instant | None
    reason: str | None
