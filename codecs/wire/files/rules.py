"""Rules between fields (項目間の規則): which of them a record, or a whole file, breaks."""

import hashlib
from array import array
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final

import numpy as np

from wire.files.describe import describe_rule
from wire.files.layout import Layout, Record, Rule
from wire.files.places import list_places
from wire.files.totals import Values, list_values
from wire.files.walk import Fault

_HASH_BYTES: Final = 12


def triggers(rule: Rule, values: Values) -> bool:
    """Tell whether a `needs` rule asks for its other field: an end that never comes does not."""
    value = values.get(rule.field)
    if value is None or value == date.max:
        return False
    return not rule.values or str(value) in rule.values


def _is_not_before(rule: Rule, values: Values, _: Values) -> bool:
    later, earlier = values.get(rule.field), values.get(rule.other)
    # As text, "1950-00-00" (month unknown) stands before every day of its year.
    return later is None or earlier is None or str(later) >= str(earlier)


def _is_sum(rule: Rule, values: Values, _: Values) -> bool:
    total = values.get(rule.field)
    if total is None:
        return True
    parts = sum(sum(list_values(values, name)) for name in rule.plus)
    return bool(total == parts - sum(sum(list_values(values, name)) for name in rule.minus))


def _is_counted(rule: Rule, values: Values, _: Values) -> bool:
    stated = values.get(rule.field)
    found = sum(str(value) not in rule.values for value in list_values(values, rule.other))
    return stated is None or stated == found


def _has_what_it_needs(rule: Rule, values: Values, _: Values) -> bool:
    return not triggers(rule, values) or bool(list_values(values, rule.other))


def _is_allowed(rule: Rule, values: Values, _: Values) -> bool:
    allowed, other = rule.allowed.get(str(values.get(rule.field))), values.get(rule.other)
    return allowed is None or ("" if other is None else str(other)) in allowed


def _is_same(rule: Rule, values: Values, header: Values) -> bool:
    return rule.field not in header or values.get(rule.field) == header[rule.field]


_HOLDS: Final[Mapping[str, Callable[[Rule, Values, Values], bool]]] = {
    "not_before": _is_not_before,
    "sum": _is_sum,
    "counts": _is_counted,
    "needs": _has_what_it_needs,
    "allows": _is_allowed,
    "same": _is_same,
}
# Which attribute names the field that a person would correct.
_BLAMED: Final = {"needs": "other", "allows": "other"}


class RuleBook:
    """The rules of a layout, applied to the records of one file in their order.

    Memory grows by 16 bytes for each data record and `unique` rule; judging them at the end takes
    8 more: 240 MB for the largest file of 9,999,999 records.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._header: Values = {}
        self._last: dict[str, int] = {}  # by the rule's id, as what follows
        self._marks = {rule.id: _Marks() for rule in layout.rules if rule.kind == "unique"}
        self._rules = {
            record.kind: [
                (rule, frozenset(list_fields(rule)))
                for rule in layout.rules
                if rule.record == record.kind
            ]
            for record in layout.records
        }
        self._bytes = {record.kind: _first_bytes(record) for record in layout.records}

    def judge(self, kind: str, number: int, values: Values, faulty: frozenset[str]) -> list[Fault]:
        """Return what one record breaks; rules over a `faulty` field say nothing about it."""
        if kind == "H":
            self._header = values
        return [
            self._fault(rule, kind, number)
            for rule, fields in self._rules[kind]
            if not (faulty and faulty & fields) and not self._holds(rule, number, values)
        ]

    def _holds(self, rule: Rule, number: int, values: Values) -> bool:
        if rule.kind == "unique":
            self._marks[rule.id].add(number, [values.get(name) for name in rule.plus])
            return True
        if rule.kind == "sequence":
            expected = self._last.get(rule.id, 0) + 1
            found = values.get(rule.field)
            self._last[rule.id] = expected if found is None else found
            return found is None or found == expected
        return _HOLDS[rule.kind](rule, values, self._header)

    def _fault(self, rule: Rule, kind: str, number: int) -> Fault:
        name = getattr(rule, _BLAMED.get(rule.kind, "field")) or rule.plus[0]
        byte = self._bytes[kind].get(name, 1)
        return Fault(
            rule=rule.id, record=number, byte=byte, field=name, expected=describe_rule(rule)
        )

    def list_repeated(self) -> Iterator[Fault]:
        """Yield a fault for each record that has what a record before it has, and must not."""
        for rule in self.layout.rules:
            if rule.id in self._marks:
                for number in self._marks[rule.id].list_repeated():
                    yield self._fault(rule, rule.record, number)


class _Marks:
    """Hashes of 96 bits of the values that may stand once, with the records they stand in.

    Two different values have one hash with a probability below 10^-14 in the largest file.
    """

    def __init__(self) -> None:
        self._high, self._low, self._numbers = array("Q"), array("I"), array("I")

    def add(self, number: int, values: list[Any]) -> None:  # Any: values of fields
        if all(value is None for value in values):
            return
        text = "\0".join(str(value) for value in values)
        mark = hashlib.blake2b(text.encode(), digest_size=_HASH_BYTES).digest()
        self._high.append(int.from_bytes(mark[:8], "big"))
        self._low.append(int.from_bytes(mark[8:], "big"))
        self._numbers.append(number)

    def list_repeated(self) -> Iterator[int]:
        """Yield the numbers of records whose values an earlier record has."""
        ordered = np.array(self._high, np.uint64)
        ordered.sort()
        doubled = set(ordered[1:][ordered[1:] == ordered[:-1]].tolist())
        if not doubled:
            return
        seen: set[tuple[int, int]] = set()
        for high, low, number in zip(self._high, self._low, self._numbers, strict=True):
            if high in doubled:
                if (high, low) in seen:
                    yield number
                seen.add((high, low))


def list_fields(rule: Rule) -> tuple[str, ...]:
    """Return the names of all fields that a rule looks at."""
    return tuple(name for name in (rule.field, rule.other, *rule.plus, *rule.minus) if name)


def _first_bytes(record: Record) -> dict[str, int]:
    """Return the first byte of each field of a record, from 1."""
    return {place.field.name: place.begin + 1 for place in reversed(list_places(record))}
