"""What the exchange records of a gateway say about a run: audit entries and effects."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from mocks.engine.journal import Journal
from mocks.engine.sightings import Sighting
from mocks.gateway import Gateway, Json
from mocks.runs.seen import Asked, Book

PAGE: Final = 500

# Which record is which entry of the audit log; one record can be several.
EVENTS: Final[dict[str, Callable[[Json], bool]]] = {
    "inquiry_failed": lambda row: _ended(row, "inquiry") and row["result"] == "failed",
    "answer_refused": lambda row: (
        _ended(row, "inquiry") and (row["code"] or "").startswith("answer.")
    ),
    "provision_refused": lambda row: row["act"] == "hold" and row["result"] == "refused",
    "replica_compared": lambda row: row["act"] == "replica" and row["result"] == "compared",
    "access_denied_or_masked": lambda row: row["result"] in {"masked", "access_denied"},
}


def _ended(row: Json, act: str) -> bool:
    return bool(row["act"] == act and row["phase"] == "outcome")


@dataclass(slots=True)
class Records:
    """Reads the records of a gateway page by page and tells whom each is about."""

    gateway: Gateway
    book: Book
    journal: Journal
    after: int = -1
    _taken: set[str] = field(default_factory=set)  # inquiries that have a record without permit

    async def look(self, now: datetime) -> list[Json]:
        """Take over what was recorded since the last look, and return it."""
        found: list[Json] = []
        while True:
            start = f"&after={self.after}" if self.after >= 0 else ""
            path = f"/v1/records?limit={PAGE}{start}"
            page = (await self.gateway.call("GET", path)).demand(path)
            found += page["records"]
            if page["records"]:
                self.after = page["records"][-1]["sequence"]
            if page["next"] is None:
                break
        for row in found:
            for sighting in self._sight(row, now):
                self.book.add(sighting)
        return found

    def _sight(self, row: Json, now: datetime) -> Iterator[Sighting]:
        """Yield what a record says of the run."""
        at = datetime.fromisoformat(row["at"])
        person, member, correlation = self._whom(row)
        for event, says in EVENTS.items():
            if says(row):
                yield Sighting(
                    at=min(at, now),
                    subject="audit",
                    what=event,
                    person=person,
                    member=member,
                    correlation=correlation,
                    reason=row["code"],
                )
        if _ended(row, "inquiry") and row["result"] == "answered":
            yield Sighting(
                at=min(at, now),
                subject="effect",
                what="answer_applied",
                person=person,
                member=member,
                correlation=correlation,
            )

    def _whom(self, row: Json) -> tuple[str | None, int, str | None]:
        """Return name, place in the crowd, and exchange of the person a record is about."""
        correlation = row["request_id"]
        if correlation is None and row["transaction_number"]:
            correlation = self.book.names.correlation_of(row["transaction_number"])
        one = self._inquiry_of(row)
        if one is not None:
            one.correlation = one.correlation or correlation
            return one.cast.who.name, one.cast.who.member, correlation
        if correlation is None:
            return None, 0, None
        rows = self.journal.rows(correlation=correlation)
        named = next((one for one in rows if one.person is not None), None)
        return (named.person, named.member, correlation) if named else (None, 0, correlation)

    def _inquiry_of(self, row: Json) -> Asked | None:
        """Return the inquiry that a record is about.

        One that got no permit has no number in common with its record: the first of those that
        were asked at the same instant and ended for the same reason is taken.
        """
        if row["act"] != "inquiry" or row["phase"] != "outcome":
            return None
        number = row["transaction_number"]
        if number is not None:
            return self.book.permitted.get(number)
        for one in self.book.asked.values():
            if one.transaction is None and one.id not in self._taken and _alike(row, one):
                self._taken.add(one.id)
                return one
        return None


def _alike(row: Json, one: Asked) -> bool:
    asked_at = one.shown.get("requested_at")
    return bool(row["requested_at"] == asked_at and row["code"] == one.code)
