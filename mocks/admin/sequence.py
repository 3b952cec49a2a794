"""The sequence view of the panel: parties as lanes, rows of the journal as arrows between them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from typing import Final, Self
from urllib.parse import urlencode

from mocks.admin.room import Room
from mocks.engine.journal import Row
from mocks.engine.masking import MASK

SHOWN_ROWS: Final = 200
MOST_TEXT: Final = 80  # of one filter: longer ones are nobody's name
_ORDER: Final = ("sut", "core", "registry", "agency", "federation", "insurers", "portal")
_ALWAYS: Final = ("sut", "core")
_MOST_MASKED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which rows are shown; every part that is not None must fit."""

    party: str | None = None
    person: str | None = None
    correlation: str | None = None
    op: str | None = None
    unmatched: bool = False

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """Return the filters of a query; empty ones count for nothing."""
        given = {
            field.name: query[field.name].strip()[:MOST_TEXT] or None
            for field in fields(cls)
            if field.name in query
        }
        unmatched = given.pop("unmatched", None) is not None
        return cls(**given, unmatched=unmatched)

    @property
    def chosen(self) -> dict[str, str]:
        """What is chosen, by the names of the query."""
        names = ("party", "person", "correlation", "op")
        found = {name: value for name in names if (value := getattr(self, name)) is not None}
        return found | ({"unmatched": "1"} if self.unmatched else {})

    def write(self, **more: str) -> str:
        """Return the query, with its question mark, empty if nothing is chosen."""
        chosen = self.chosen | more
        return f"?{urlencode(chosen)}" if chosen else ""

    def find_rows(self, room: Room, since: int = 0) -> list[Row]:
        """Return the rows after a number that fit, oldest first, markers among them."""
        party = None if self.party is None else room.name_party(self.party)
        return room.space.script.journal.rows(
            since,
            unmatched=self.unmatched,
            correlation=self.correlation,
            party=party,
            op=self.op,
            person=self.person,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One party and where its line stands, in percent of the width."""

    name: str
    title: str
    kind: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row: from which lane to which, in percent; both are the same where nobody else is."""

    row: Row
    source: str
    target: str
    start: float
    end: float

    @property
    def middle(self) -> float:
        """Where the label stands: beside an arrow that goes nowhere, over one that does."""
        return (self.start + self.end) / 2

    @property
    def look(self) -> str:
        """How the row is to be shown: the gravest that is true of it."""
        row = self.row
        if row.is_marker:
            return "marker"
        if row.op is None:
            return "unmatched"
        if row.faults:
            return "faulty"
        return "seen" if row.direction == "seen" else "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is shown in the centre; `older` is the number to go back to, None at the beginning."""

    filters: Filters
    lanes: tuple[Lane, ...]
    lines: tuple[Line, ...]
    older: int | None


def view_sequence(room: Room, filters: Filters, *, before: int | None = None) -> View:
    """Return the newest rows that fit, or those before a number."""
    fitting = [row for row in filters.find_rows(room) if before is None or row.id < before]
    rows = fitting[-SHOWN_ROWS:]
    lanes = list_lanes(room, rows)
    return View(
        filters=filters,
        lanes=lanes,
        lines=draw(rows, {lane.name: lane.at for lane in lanes}),
        older=rows[0].id if len(fitting) > len(rows) else None,
    )


def list_unmatched(room: Room) -> list[Row]:
    """Return every row that nobody knew what to do with, newest first."""
    rows = room.space.script.journal.rows(unmatched=True)
    return [row for row in rows if not row.is_marker][::-1]


def list_masked(room: Room) -> list[Row]:
    """Return the newest rows with a number in their bytes that could be real, oldest first."""
    journal = room.space.script.journal
    if not journal.true_numbers:
        return []
    masked = (
        one.id
        for one in reversed(journal.exchanges())
        if MASK in one.asked or MASK in (one.answered or b"")
    )
    newest = set(islice(masked, _MOST_MASKED))
    rows = {row.exchange: row for row in journal.rows() if row.exchange in newest}
    return sorted(rows.values(), key=lambda row: row.id)


def list_lanes(room: Room, rows: Iterable[Row]) -> tuple[Lane, ...]:
    """Return a lane for whoever a scenario names or a row is about, gateways first."""
    kinds = {room.name_party(code): kind for code, kind in room.kinds().items()}
    wanted = {name for name, kind in kinds.items() if kind in _ALWAYS}
    for scenario in room.space.script.scenarios.values():
        wanted |= set(scenario.parties)
        kinds |= {name: one.kind for name, one in scenario.parties.items()}
    for row in rows:
        wanted |= {name for name in (row.party, row.peer) if name}
    names = sorted(wanted, key=lambda name: (_rank(kinds.get(name, "agency")), name))
    return tuple(
        Lane(name=name, title=_title(room, name), kind=kinds.get(name, "agency"), at=at)
        for name, at in spread(names).items()
    )


def spread(names: Sequence[str]) -> dict[str, float]:
    """Return where lanes stand side by side, equally wide, in percent."""
    return {name: round((at + 0.5) * 100 / len(names), 2) for at, name in enumerate(names)}


def draw(rows: Iterable[Row], places: Mapping[str, float]) -> tuple[Line, ...]:
    """Return rows as lines between lanes."""
    return tuple(_draw(row, places) for row in rows)


def fits(rows: Iterable[Row], places: Mapping[str, float]) -> bool:
    """Return whether there is a lane for everybody in some rows."""
    return all(name in places for row in rows for name in (row.party, row.peer) if name)


def _draw(row: Row, at: Mapping[str, float]) -> Line:
    peer = row.peer or row.party
    source, target = (peer, row.party) if row.direction == "in" else (row.party, peer)
    middle = 50.0  # of a marker, which is nobody's
    return Line(
        row=row,
        source=source,
        target=target,
        start=at.get(source, middle),
        end=at.get(target, middle),
    )


def _rank(kind: str) -> int:
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def _title(room: Room, name: str) -> str:
    code = room.space.script.names.code_of(name) or name
    institution = room.world.institutions.find(code)
    return institution.name_ja if institution else name
