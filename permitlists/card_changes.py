"""What changed on the card of a row, sentence by sentence, for the review of an edition."""

from dataclasses import dataclass
from typing import Literal

from permitlists.cards import Card, render
from permitlists.table import Row

Place = tuple[str | None, ...]  # nothing for the sentence of the row, else a clause number
Sentences = dict[Place, str]
Change = Literal["kept", "removed", "added"]
_MARKS: dict[Change, str] = {"kept": "  ", "removed": "- ", "added": "+ "}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLine:
    """One sentence and whether it stands before, after or both times."""

    change: Change
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardChange:
    """The card of a row before and after, None where the row did not exist."""

    before: Card | None
    after: Card | None
    lines: tuple[CardLine, ...]

    @property
    def text(self) -> str:
        """Every sentence on its line behind `- ` (removed), `+ ` (added) or two spaces (kept)."""
        return "\n".join(f"{_MARKS[line.change]}{line.sentence}" for line in self.lines)


def render_change(old: Row | None, new: Row | None) -> CardChange:
    """Return the cards of a row before and after; a sentence that changed stands twice.

    Clauses are paired by their number, in the order after the change; those that are gone follow
    the sentence they followed before.
    """
    before = render(old) if old is not None else None
    after = render(new) if new is not None else None
    sentences = _by_place(old, before), _by_place(new, after)
    lines = [line for place in _places(*sentences) for line in _compare(*sentences, place)]
    return CardChange(before=before, after=after, lines=tuple(lines))


def _by_place(row: Row | None, card: Card | None) -> Sentences:
    if row is None or card is None:
        return {}
    numbered = zip(row.clauses, card.clauses, strict=True)
    return {(): card.sentence} | {(clause.no,): text for clause, text in numbered}


def _places(before: Sentences, after: Sentences) -> list[Place]:
    places = list(after)
    previous: Place | None = None
    for place in before:
        if place not in after:
            places.insert(places.index(previous) + 1 if previous is not None else 0, place)
        previous = place
    return places


def _compare(before: Sentences, after: Sentences, place: Place) -> list[CardLine]:
    old, new = before.get(place), after.get(place)
    if old == new and old is not None:
        return [CardLine(change="kept", sentence=old)]
    lines = [] if old is None else [CardLine(change="removed", sentence=old)]
    return lines if new is None else [*lines, CardLine(change="added", sentence=new)]
