"""How old the copy of the permit list is that decisions rest on here."""

from dataclasses import dataclass

from gateway.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class ListState:
    """The number of the list in force, and the seconds since the core last told its list.

    `sequence` is None while there is none, `age` None if the core never told it; `broken` is the
    number of a stored copy that was changed in the database.
    """

    sequence: int | None
    age: float | None
    stale: bool
    broken: int | None = None


def look_at_list(ports: Ports, stale_seconds: float) -> ListState:
    """Return the state of the copy; one that was never checked with the core is stale.

    Its age runs by the machine's clock: the sandbox's has no say in whether the core was heard.
    """
    book = ports.book
    age = None
    if book.checked_at is not None:
        age = max(0.0, (ports.wall.now() - book.checked_at).total_seconds())
    known = book.sequence if book.permit_list is not None else None
    stale = age is None or age >= stale_seconds
    return ListState(sequence=known, age=age, stale=stale, broken=book.broken)
