"""Messages about the exchange itself: refusals, acknowledgements, and the sandbox's clock."""

from dataclasses import dataclass

from wire.errors import WireError
from wire.messages.scalars import Identifier, Instant, Milliseconds, Retry, Text, Uuid


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """拒否: why a document was not accepted, in both languages.

    `occurrence` names this very refusal; `failed` is the first failing element of the permit
    decision; `retry_at` stands only with `retry` = `after`.
    """

    code: Identifier
    occurrence: Uuid
    title_ja: Text
    title_en: Text
    detail_ja: Text
    detail_en: Text
    retry: Retry
    retry_at: Instant | None = None
    transaction_number: Uuid | None = None
    failed: Identifier | None = None

    def __post_init__(self) -> None:
        if self.retry_at is not None and self.retry != "after":
            raise WireError("wire.message.rule", "retry_at", "An instant needs retry = after.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The sandbox's clock: system time plus this many milliseconds.

    A clock that stands still or runs at another rate also says `since` which instant of system
    time that holds, and at what `pace` it goes on from there: how many milliseconds of the sandbox
    pass in one second, 0 while it stands still.
    """

    offset_milliseconds: Milliseconds
    since: Instant | None = None
    pace: Milliseconds | None = None

    def __post_init__(self) -> None:
        if (self.since is None) is not (self.pace is None):
            raise WireError("wire.message.rule", "pace", "An instant and a pace belong together.")
        if self.pace is not None and self.pace < 0:
            raise WireError("wire.message.rule", "pace", "No clock runs backwards.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """受領: the document it replies to was taken over; nothing more is to be said.

    The reply to a late answer, a registry link, a symbol notice, a permit list, a clock.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitListRequest:
    """A gateway asks the core for its permit list; the reply is of the kind `permit-list`."""
