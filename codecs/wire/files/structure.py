"""The order of record kinds in a file, such as `M (H D* T)+`: a table of what follows what."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from wire.errors import WireError

START: Final = 0
_WORDS = re.compile(r"\s*([A-Z]\*?|\(|\)\+?)")


@dataclass(frozen=True, slots=True)
class Structure:
    """Places in the order, numbered from 1; 0 is before the first record.

    `follows` gives for a place and the kind that comes next the place of that record; `ends` are
    the places after which a file may end.
    """

    follows: Mapping[tuple[int, str], int]
    ends: frozenset[int]

    def list_next(self, place: int) -> tuple[str, ...]:
        """Return the kinds that may come after a place."""
        return tuple(sorted(kind for at, kind in self.follows if at == place))


@cache
def parse_structure(text: str) -> Structure:
    """Return the table of a structure: kinds in order, `*` for any number, one group with `+`.

    Raises:
        WireError: `files.layout.structure`, the text says no such order.
    """
    follows: dict[tuple[int, str], int] = {}
    ends, group_starts = {START}, set[int]()
    group_first: list[int] = []
    place, inside = START, False
    for word in _read(text):
        if word == "(":
            inside, group_starts, group_first = True, set(ends), []
        elif word.startswith(")"):
            if word == ")+":
                _repeat(follows, ends, group_starts, group_first)
            inside = False
        else:
            place += 1
            kind = word[0]
            if inside and ends & group_starts:
                group_first.append(place)
            _add(follows, ends, kind, place)
            if word.endswith("*"):
                _add(follows, {place}, kind, place)
                ends = ends | {place}
            else:
                ends = {place}
    return Structure(follows, frozenset(ends))


def _read(text: str) -> list[str]:
    words = _WORDS.findall(text)
    depth = words.count("(")
    if "".join(words) != text.replace(" ", "") or depth > 1 or not words:
        raise WireError("files.layout.structure", "", "This is no order of record kinds.")
    if depth != sum(word.startswith(")") for word in words):
        raise WireError("files.layout.structure", "", "A parenthesis is missing.")
    return words


def _add(follows: dict[tuple[int, str], int], places: set[int], kind: str, place: int) -> None:
    for before in places:
        if follows.setdefault((before, kind), place) != place:
            raise WireError("files.layout.structure", "", "A record could stand in two places.")


def _repeat(
    follows: dict[tuple[int, str], int], ends: set[int], starts: set[int], first: list[int]
) -> None:
    """Let the group begin again where it ended."""
    for (before, kind), place in list(follows.items()):
        if before in starts and place in first:
            _add(follows, ends, kind, place)
