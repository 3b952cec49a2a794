"""What changed between two scenarios, value by value; rules are compared by their ids."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference: where, and both values as the files say them (None where absent)."""

    path: str
    kind: Literal["added", "removed", "changed", "moved"]
    before: object = None
    after: object = None


def list_changes(before: object, after: object, path: str = "") -> Iterator[Change]:
    """Yield the differences between two plain values, in the order of the first.

    `1` and `true`, `1` and `1.0` are different values.
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _mapping(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _sequence(before, after, path)
    elif type(before) is not type(after) or before != after:
        yield Change(path=path, kind="changed", before=before, after=after)


def _mapping(
    before: Mapping[str, object], after: Mapping[str, object], path: str
) -> Iterator[Change]:
    for key in [*before, *(one for one in after if one not in before)]:
        inner = f"{path}.{key}".removeprefix(".")
        if key not in after:
            yield Change(path=inner, kind="removed", before=before[key])
        elif key not in before:
            yield Change(path=inner, kind="added", after=after[key])
        else:
            yield from list_changes(before[key], after[key], inner)


def _sequence(before: list[object], after: list[object], path: str) -> Iterator[Change]:
    first, second = _keyed(before), _keyed(after)
    for key in [*first, *(one for one in second if one not in first)]:
        inner = f"{path}[{key}]"
        if key not in second:
            yield Change(path=inner, kind="removed", before=first[key])
        elif key not in first:
            yield Change(path=inner, kind="added", after=second[key])
        else:
            yield from list_changes(first[key], second[key], inner)
    kept, new_order = (
        [one for one in first if one in second],
        [one for one in second if one in first],
    )
    if kept != new_order:
        yield Change(path=path, kind="moved", before=kept, after=new_order)


def _keyed(values: list[object]) -> dict[str, object]:
    """Return the values of a list by their ids if all have one of their own, else by place."""
    ids = [str(one["id"]) for one in values if isinstance(one, Mapping) and "id" in one]
    if len(set(ids)) == len(values):
        return dict(zip(ids, values, strict=True))
    return {str(at): one for at, one in enumerate(values)}
