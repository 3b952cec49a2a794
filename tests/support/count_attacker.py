"""Somebody who reads protected counts and reasons about every sum that they show."""

from collections.abc import Iterable
from typing import Any

Sum = tuple[tuple[str, ...], list[tuple[str, ...]]]
Bounds = dict[tuple[str, ...], list[float]]


def attack(document: dict[str, Any], names: dict[tuple[str, ...], list[str]]) -> Bounds:
    """Return the least and the greatest value of every count, from what is shown alone.

    `names` are the parts that each cell may have by law. Every sum bounds its parts and its parts
    bound the sum, over and over until nothing moves.
    """
    bounds: Bounds = {}
    sums: list[Sum] = []

    _read(document, (), (bounds, sums, names), shown=True)
    moved = True
    while moved:
        moved = False
        for whole, parts in sums:
            for one, low, high in _tighten(bounds, whole, parts):
                if low > bounds[one][0] or high < bounds[one][1]:
                    bounds[one] = [max(low, bounds[one][0]), min(high, bounds[one][1])]
                    moved = True
    return bounds


def _read(
    cell: dict[str, Any] | None,
    path: tuple[str, ...],
    notes: tuple[Bounds, list[Sum], dict[tuple[str, ...], list[str]]],
    *,
    shown: bool,
) -> None:
    """Note what is said of a cell, None for one that is missing, and of everything below it."""
    bounds, sums, names = notes
    cell = cell or {"count": 0, "parts": []}
    count = cell["count"]
    low = 0 if not shown else 1 if count is None else count  # a zero would have been shown
    bounds[path] = [low, low if shown and count is not None else float("inf")]
    parts = {part["name"]: part for part in cell.get("parts", ())}
    listed = list(dict.fromkeys([*names.get(path, []), *parts]))
    for name in listed:
        below = shown and "parts" in cell
        _read(parts.get(name), (*path, name), notes, shown=below)
    if listed:
        sums.append((path, [(*path, name) for name in listed]))


def _tighten(
    bounds: Bounds, whole: tuple[str, ...], parts: list[tuple[str, ...]]
) -> list[tuple[tuple[str, ...], float, float]]:
    low = sum(bounds[part][0] for part in parts)
    high = sum(bounds[part][1] for part in parts)
    found: list[tuple[tuple[str, ...], float, float]] = [(whole, low, high)]
    for part in parts:
        rest_low = sum(bounds[one][0] for one in parts if one != part)
        rest_high = sum(bounds[one][1] for one in parts if one != part)
        found.append((part, bounds[whole][0] - rest_high, bounds[whole][1] - rest_low))
    return found


def check_bounds(bounds: Bounds, true: dict[tuple[str, ...], int], k: int) -> None:
    """Check that the bounds hold, and that they leave every small count open."""
    for path, (low, high) in bounds.items():
        value = true[path]
        assert low <= value <= high
        if 0 < value < k:
            assert low <= 1, f"{path} is known to be {low} or more"
            assert high >= k - 1, f"{path} is known to be {high} or less"
        if low < high:
            assert low <= k - 1, f"{path} is known not to be small"


def sums_of(counts: dict[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    for path, count in counts.items():
        for length in range(len(path) + 1):
            found[path[:length]] = found.get(path[:length], 0) + count
    return found


def names_of(paths: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], list[str]]:
    """Return which parts each cell may have by law."""
    found: dict[tuple[str, ...], list[str]] = {}
    for path in paths:
        for depth in range(len(path)):
            listed = found.setdefault(path[:depth], [])
            if path[depth] not in listed:
                listed.append(path[depth])
    return found
