"""What happened to a permit list: typed events, as the lines of the register keep them."""

from datetime import date, datetime
from typing import Annotated, Final

import msgspec

from permitlists.supplement import Filing, Hold, NumberingCheck, Withholding

STAFF_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}\Z"
MAX_TEXT: Final = 1000

Staff = Annotated[str, msgspec.Meta(pattern=STAFF_PATTERN)]
"""職員, the id of whoever acts; ids that differ in case only are the same person."""
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]
Number = Annotated[int, msgspec.Meta(ge=1)]


class Listed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An edition by its identity; the file `editions/<sha256>.json` has its content."""

    sha256: Digest
    instrument: str
    valid_from: date

    @property
    def label(self) -> str:
        """The name that commands use, as in `shourei-r6@2024-05-27`."""
        return f"{self.instrument}@{self.valid_from.isoformat()}"


class Content(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a proposal would change; each kind is a subclass."""


class EditionContent(Content, frozen=True, tag_field="kind", tag="edition"):
    """A new edition."""

    edition: Listed


class LiftContent(Content, frozen=True, tag_field="kind", tag="lift"):
    """The end, at once, of what an earlier proposal put beside the editions."""

    target: Number


class WithdrawalContent(Content, frozen=True, tag_field="kind", tag="withdrawal"):
    """撤回, taking back the edition of an earlier proposal, published and not in force yet."""

    target: Number


class HoldContent(Content, frozen=True, tag_field="kind", tag="hold"):
    """A hold; it begins on the day of its approval if that is later than its own first day."""

    hold: Hold


class FilingContent(Content, frozen=True, tag_field="kind", tag="filing"):
    """An ordinance affair."""

    filing: Filing


class WithholdingContent(Content, frozen=True, tag_field="kind", tag="withholding"):
    """What an institution withholds from ordinance affairs."""

    withholding: Withholding


class NumberingContent(Content, frozen=True, tag_field="kind", tag="numbering"):
    """The number of one clause, compared with the official text."""

    check: NumberingCheck


SupplementContent = HoldContent | FilingContent | WithholdingContent | NumberingContent
AnyContent = EditionContent | LiftContent | WithdrawalContent | SupplementContent


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One act of one member of staff at one instant (UTC); each act is a subclass."""

    at: Instant
    by: Staff


class Founded(Event, frozen=True, tag_field="event", tag="founded"):
    """The register began with a list: its editions, and what stood beside them.

    Each of `standing` is numbered like a proposal, so that it can be lifted like one.
    """

    editions: tuple[Listed, ...]
    standing: tuple[SupplementContent, ...] = ()


class Proposed(Event, frozen=True, tag_field="event", tag="proposed"):
    """起案, one person asks for a change; proposals are numbered from 1."""

    proposal: Number
    content: AnyContent
    reason: Text


class Shown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a reviewer was shown, each text by its SHA-256.

    `content` is that of the proposed edition, or of the proposal's content where it is none.
    `before` is the edition in the list it was compared with, None for the first of its
    instrument. `impact` is None where no records were at hand.
    """

    content: Digest
    before: Digest | None = None
    lint: Digest | None = None
    diff: Digest | None = None
    impact: Digest | None = None


class Reviewed(Event, frozen=True, tag_field="event", tag="reviewed"):
    """One person looked at a proposal."""

    proposal: Number
    shown: Shown


class Approved(Event, frozen=True, tag_field="event", tag="approved"):
    """Another person agreed; all but editions take effect by it."""

    proposal: Number


class Rejected(Event, frozen=True, tag_field="event", tag="rejected"):
    """A proposal was turned down, or taken back by its proposer."""

    proposal: Number
    reason: Text


class Published(Event, frozen=True, tag_field="event", tag="published"):
    """An approved edition entered the list; `dropped` are the lost rows that were accepted."""

    proposal: Number
    dropped: tuple[str, ...] = ()


OnProposal = Reviewed | Approved | Rejected | Published
AnyEvent = Founded | Proposed | OnProposal
