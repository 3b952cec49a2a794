"""Every place of a record: one for each occurrence of each field, with its bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from wire.files.layout import Field, Record


@dataclass(frozen=True, slots=True)
class Place:
    """One occurrence of a field: `label` is its name, with `[n]` where it occurs several times.

    `begin` and `end` bound its bytes in the record, counted from 0.
    """

    field: Field
    index: int
    label: str
    begin: int
    end: int


@cache
def list_places(record: Record) -> tuple[Place, ...]:
    """Return the places of a record in the order of its bytes."""
    found = [place for field in record.fields for place in _places(field)]
    return tuple(sorted(found, key=lambda place: place.begin))


def _places(field: Field) -> Iterator[Place]:
    for index, (at, length) in enumerate(field.spans()):
        label = f"{field.name}[{index + 1}]" if field.occurs > 1 else field.name
        yield Place(field, index, label, at - 1, at - 1 + length)


@cache
def list_value_names(record: Record) -> tuple[str, ...]:
    """Return the names of the fields that have values: all but fillers and shift codes."""
    return tuple(field.name for field in record.fields if field.type not in {"filler", "shift"})
