"""Two files of one layout compared by key: what was added, removed and changed."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final, Literal

from wire.files.layout import Layout
from wire.files.places import list_value_names
from wire.files.report import severity_of
from wire.files.rows import Decoded
from wire.files.settings import Settings
from wire.files.stream import decode_records
from wire.files.walk import Fault

_MARK_BYTES: Final = 16

Values = dict[str, Any]  # Any: a value of a field, or a list of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One data record that differs: its number in each file, from 1, and the fields that changed.

    Only where values are asked for, `key` has the values of the key, and `values` old and new
    value of each changed field.
    """

    change: Literal["added", "removed", "changed"]
    old: int | None = None
    new: int | None = None
    fields: tuple[str, ...] = ()
    key: Values = field(default_factory=dict, repr=False)
    values: Values = field(default_factory=dict, repr=False)

    def as_document(self) -> Values:
        """Return the difference as plain JSON; values only where they were asked for."""
        told: Values = {"change": self.change, "old": self.old, "new": self.new}
        if self.fields:
            told["fields"] = list(self.fields)
        return told | ({"key": self.key, "values": self.values} if self.key else {})


def compare_files(
    layout: Layout, old: BinaryIO, new: BinaryIO, settings: Settings, *, show_values: bool = False
) -> Iterator[Difference | Fault]:
    """Yield how the data records of `new` differ from those of `old`, and faults of structure.

    Records are matched by the layout's key; of several with one key the first matches the first.
    Sequence numbers are no difference. `old` is read twice, so it must be seekable. About 400
    bytes of memory stand for each record of `old`, and every changed record is kept.
    """
    return _Comparison(layout, settings, show_values=show_values).compare(old, new)


class _Comparison:
    """What is known while two files are compared."""

    def __init__(self, layout: Layout, settings: Settings, *, show_values: bool) -> None:
        self.layout, self.settings, self.show_values = layout, settings, show_values
        self.faults: list[Fault] = []  # of the structure of both files
        self.ignored = {rule.field for rule in layout.rules if rule.kind == "sequence"}
        data = layout.find("D")
        self.names = [
            name
            for name in (list_value_names(data) if data is not None else ())
            if name not in self.ignored
        ]

    def compare(self, old: BinaryIO, new: BinaryIO) -> Iterator[Difference | Fault]:
        """Yield differences; what was removed or changed comes in the order of the old file."""
        known: dict[bytes, bytes] = {}
        changed: dict[bytes, Decoded] = {}
        for mark, decoded in self._list_marked(old):
            known[mark] = self._digest(decoded)
        for mark, decoded in self._list_marked(new):
            if mark not in known:
                yield self._difference("added", None, decoded)
            elif known.pop(mark) != self._digest(decoded):
                changed[mark] = decoded
        yield from self.faults
        old.seek(0)
        for mark, decoded in self._list_marked(old):
            if mark in changed:
                yield self._difference("changed", decoded, changed[mark])
            elif mark in known:
                yield self._difference("removed", decoded, None)

    def _list_marked(self, stream: BinaryIO) -> Iterator[tuple[bytes, Decoded]]:
        """Yield the data records with a mark of their key."""
        seen: Counter[bytes] = Counter()
        for found in decode_records(self.layout, stream, self.settings):
            if isinstance(found, Fault):
                if severity_of(found.rule) == "error":
                    self.faults.append(found)
            elif found.kind == "D":
                key = _mark([found.values.get(name) for name in self.layout.key])
                seen[key] += 1
                yield (_mark([key, seen[key]]) if seen[key] > 1 else key), found

    def _digest(self, decoded: Decoded) -> bytes:
        values = [decoded.values.get(name) for name in self.names]
        return _mark([values, sorted(self._raw(decoded).items())])

    def _raw(self, decoded: Decoded) -> Mapping[str, str]:
        if not decoded.raw:
            return decoded.raw
        return {at: one for at, one in decoded.raw.items() if at not in self.ignored}

    def _difference(
        self,
        change: Literal["added", "removed", "changed"],
        old: Decoded | None,
        new: Decoded | None,
    ) -> Difference:
        both = old is not None and new is not None
        names = self._list_changed(old, new) if old is not None and new is not None else ()
        shown = new or old
        key = {name: shown.values.get(name) for name in self.layout.key} if shown else {}
        values = {
            name: [one.values.get(name) for one in (old, new) if one is not None] for name in names
        }
        return Difference(
            change=change,
            old=old.number if old is not None else None,
            new=new.number if new is not None else None,
            fields=names,
            key=key if self.show_values else {},
            values=values if self.show_values and both else {},
        )

    def _list_changed(self, old: Decoded, new: Decoded) -> tuple[str, ...]:
        """Return the fields whose value differs, or whose bytes do where the value is the same."""
        changed = [name for name in self.names if old.values.get(name) != new.values.get(name)]
        before, after = self._raw(old), self._raw(new)
        for label in [*before, *after]:
            name = label.partition("[")[0].partition("@")[0]
            if before.get(label) != after.get(label) and name not in changed:
                changed.append(name)
        return tuple(changed)


def _mark(values: list[Any]) -> bytes:  # Any: values of fields
    return hashlib.blake2b(repr(values).encode(), digest_size=_MARK_BYTES).digest()
