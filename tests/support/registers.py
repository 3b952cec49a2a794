"""Permit registers for tests: small editions, three members of staff, a fixed day."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from permitlists import Edition, Hold, PermitList
from permitlists.register import HoldContent, Proposal, Register, Shown, find_before
from tests.unit.permitlists.small_edition import edition, row

ANN, BOB, EVE = "ann", "bob", "eve"
NOON = datetime(2026, 4, 1, 3, tzinfo=UTC)  # noon in Japan
TODAY = date(2026, 4, 1)
TOMORROW = date(2026, 4, 2)
NEXT_MONTH = date(2026, 5, 1)
REASON = "改正"


def on(day: date) -> datetime:
    """Return noon in Japan of a day."""
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


def first() -> Edition:
    return edition(rows=[row(), row(no="2")])


def second(valid_from: date = NEXT_MONTH, *rows: str, **changes: object) -> Edition:
    listed = [row(no=no) for no in rows or ("1", "2", "3")]
    return edition(rows=listed, valid_from=valid_from.isoformat(), **changes)


def found(folder: Path, *editions: Edition) -> Register:
    return Register.found(folder, PermitList(editions or (first(),)), at=NOON, staff=ANN)


def look(register: Register, proposal: Proposal, staff: str, at: datetime = NOON) -> Proposal:
    """Review a proposed edition against the list as it is."""
    assert proposal.edition is not None
    before = find_before(register.load_edition(proposal.edition.sha256), register.permit_list())
    against = before.key.sha256 if before else None
    shown = Shown(content=proposal.edition.sha256, before=against)
    return register.review(proposal.number, shown, at=at, staff=staff)


def accept(register: Register, new: Edition, at: datetime = NOON) -> Proposal:
    """Let Ann propose an edition and Bob agree to it."""
    proposal = register.propose_edition(new, at=at, staff=ANN, reason=REASON)
    look(register, proposal, BOB, at)
    return register.approve(proposal.number, at=at, staff=BOB)


def publish(register: Register, new: Edition, at: datetime = NOON) -> Proposal:
    """Put an edition into the list by two people."""
    return register.publish(accept(register, new, at).number, at=at, staff=BOB)


def suspension(days: int = 7, **changes: object) -> HoldContent:
    fields = {
        "kind": "suspension",
        "valid_from": TODAY,
        "valid_to": TODAY + timedelta(days=days),
        "row": "1",
        **changes,
    }
    return HoldContent(hold=Hold(**fields))  # type: ignore[arg-type]  # the fields of the caller
