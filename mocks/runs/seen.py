"""What a run saw of the system under test, collected as sightings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from mocks.engine.names import Names
from mocks.engine.sightings import Sighting
from mocks.gateway import Json
from mocks.runs.crew import Cast

FINAL: Final = frozenset({"answered", "not_provided", "denied", "expired", "failed", "cancelled"})


@dataclass(slots=True)
class Asked:
    """One inquiry that the system under test was told to make, as it last showed it."""

    cast: Cast
    id: str
    shown: Mapping[str, Json] = field(default_factory=dict, repr=False)
    correlation: str | None = None
    lost: bool = False

    @property
    def state(self) -> str:
        """Its state, empty before it was shown."""
        return str(self.shown.get("state", ""))

    @property
    def final(self) -> bool:
        """Whether nothing follows."""
        return self.state in FINAL

    @property
    def code(self) -> str | None:
        """Why it was refused, failed or waits."""
        refusal = self.shown.get("refusal")
        return str(refusal["code"]) if refusal else None

    @property
    def transaction(self) -> str | None:
        """Its transaction number, once there is a permit."""
        return self.shown.get("transaction_number")


@dataclass(slots=True)
class Book:
    """Sightings in the order in which they were made, and the inquiries that they are about."""

    names: Names
    sightings: list[Sighting] = field(default_factory=list)
    asked: dict[str, Asked] = field(default_factory=dict)  # by the id of the inquiry
    permitted: dict[str, Asked] = field(default_factory=dict)  # by transaction number

    def add(self, sighting: Sighting) -> None:
        """Keep a sighting."""
        self.sightings.append(sighting)

    def show(self, one: Asked, shown: Json, now: datetime) -> None:
        """Take over how an inquiry is shown now; a change of its state or reason is a sighting."""
        before = (one.state, one.code)
        one.shown = shown
        if one.transaction is not None:
            self.permitted[one.transaction] = one
            one.correlation = self.names.correlation_of(one.transaction) or one.correlation
        if (one.state, one.code) == before:
            return
        refusal = shown.get("refusal") or {}
        at = min(datetime.fromisoformat(shown["updated_at"]), now)
        self.add(
            Sighting(
                at=at,
                subject="inquiry",
                what=one.state,
                person=one.cast.who.name,
                member=one.cast.who.member,
                correlation=one.correlation,
                reason=one.code,
                fix_by=refusal.get("fix_by"),
            )
        )
        if one.final:
            asked_at = datetime.fromisoformat(shown["requested_at"])
            self.measure(one, "wait_seconds", (at - asked_at).total_seconds(), at)
            self._compare(one, at)

    def lose(self, one: Asked, now: datetime) -> None:
        """Note that an inquiry that was accepted is no longer known."""
        if one.lost:
            return
        one.lost = True
        who = one.cast.who
        self.add(Sighting(at=now, subject="queue", what="lost", person=who.name, member=who.member))

    def figure(self, name: str, value: float, now: datetime, party: str | None = None) -> None:
        """Note a figure that is not about one person."""
        self.add(Sighting(at=now, subject="metric", what=name, value=value, party=party))

    def measure(self, one: Asked, name: str, value: float, now: datetime) -> None:
        """Note a figure that is about one inquiry."""
        self.add(
            Sighting(
                at=now,
                subject="metric",
                what=name,
                person=one.cast.who.name,
                member=one.cast.who.member,
                correlation=one.correlation,
                value=value,
            )
        )

    def text(self, surface: str, text: str, now: datetime, cast: Cast | None = None) -> None:
        """Note a text that somebody could read on a surface."""
        who = cast.who if cast is not None else None
        self.add(
            Sighting(
                at=now,
                subject="text",
                what=surface,
                text=text,
                person=who.name if who else None,
                member=who.member if who else 0,
            )
        )

    def _compare(self, one: Asked, now: datetime) -> None:
        """Note items that are shown and that nobody asked for; who names none asks for all."""
        asked = {item for part in one.shown["asked"] for item in part["items"]}
        parts = one.shown["information"] or ()
        shown = {item["item"] for part in parts for item in part["items"]}
        if asked and shown - asked:
            self.add(
                Sighting(
                    at=now,
                    subject="effect",
                    what="item_kept",
                    person=one.cast.who.name,
                    member=one.cast.who.member,
                    correlation=one.correlation,
                    items=tuple(sorted(shown - asked)),
                )
            )
