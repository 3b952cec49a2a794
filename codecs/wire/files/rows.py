"""Files record by record: values with names, what stood there where it matters, and faults.

For each record kind a function is generated once that slices, looks the bytes up in a memory of
what was read before, and names the values. The memory calls the reference for bytes it has not
seen, so that rows cannot disagree with it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, BinaryIO, Final

import msgspec

from wire.errors import WireError
from wire.files.layout import TERMINATORS, Field, Layout, Record
from wire.files.places import Place, list_places
from wire.files.reading import Value, decode_field
from wire.files.settings import Settings
from wire.files.walk import Fault, Run, walk
from wire.files.writing import encode_field

_MEMORY: Final = 1 << 16  # distinct bytes of one field that are remembered

Read = tuple[Value, str | None, bool]  # value, rule that is broken, whether the bytes are canonical


class Decoded(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One record, read. `number` counts the records of the file from 1.

    `values` has a value, or a list of values, for each field but fillers and shift codes. `raw`
    has the bytes, in hexadecimal digits, of each place whose value alone would be written
    otherwise, by the label of the place.
    """

    kind: str
    number: int
    values: Mapping[str, Any]  # Any: a value, or a list where it occurs often
    raw: Mapping[str, str] = msgspec.field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def __repr__(self) -> str:
        """Return what is no person's: neither values nor the bytes they stood in."""
        return f"Decoded(kind={self.kind!r}, number={self.number}, faults={self.faults!r})"


class Memory(dict[bytes, Read]):
    """What one field's bytes mean, found out once for each of them."""

    def __init__(self, read: Field, settings: Settings) -> None:
        super().__init__()
        self.field, self.settings = read, settings

    def __missing__(self, raw: bytes) -> Read:
        if len(self) >= _MEMORY:
            self.clear()
        value, rule = decode_field(self.field, raw, self.settings)
        canonical = encode_field(self.field, value, self.settings) == raw
        found = self[raw] = (value, rule, canonical)
        return found


def decode_rows(
    layout: Layout, stream: BinaryIO, settings: Settings, *, fields: Iterable[str] | None = None
) -> Iterator[Decoded | Fault]:
    """Yield every record of a file, and between them what is wrong with its structure.

    With `fields` only those are read, checked and named; such records cannot be written again.
    """
    wanted = None if fields is None else frozenset(fields)
    for run in walk(layout, stream):
        if isinstance(run, Fault):
            yield run
        else:
            yield from decode_run(run, settings, wanted)


def decode_run(
    run: Run, settings: Settings, wanted: frozenset[str] | None = None
) -> Iterator[Decoded]:
    """Yield the records of one run."""
    decode = _compile(run.record, settings, wanted)
    data, length = run.data.tobytes(), run.record.length
    for index in range(len(run)):
        yield decode(data[index * length : (index + 1) * length], run.first + index)


_Decode = Callable[[bytes, int], Decoded]


@cache
def _compile(record: Record, settings: Settings, wanted: frozenset[str] | None) -> _Decode:
    """Return the function that reads records of one kind, generated from its places."""
    places = [
        place for place in list_places(record) if wanted is None or place.field.name in wanted
    ]
    memories: dict[Field, Memory] = {}
    lines = ["def decode(raw, number):"]
    for at, place in enumerate(places):
        memories.setdefault(place.field, Memory(place.field, settings))
        lines.append(f"    v{at}, f{at}, c{at} = m{at}[raw[{place.begin}:{place.end}]]")
    lines += [
        f"    if {_all('c', places)} and not ({_any('f', places)}):",
        f"        return make(kind=kind, number=number, values={_values(places)})",
        f"    reads = ({''.join(f'(v{at}, f{at}, c{at}), ' for at in range(len(places)))})",
        f"    return explain(raw, number, {_values(places)}, reads)",
    ]
    names: dict[str, Any] = {  # Any: what the generated code refers to
        f"m{at}": memories[place.field] for at, place in enumerate(places)
    }
    names |= {"make": Decoded, "kind": record.kind, "explain": _Explainer(record, places)}
    exec("\n".join(lines), names)  # noqa: S102  # generated from a layout: positions and numbers
    decode: _Decode = names["decode"]
    return decode


def _all(letter: str, places: list[Place]) -> str:
    return " and ".join(f"{letter}{at}" for at in range(len(places))) or "True"


def _any(letter: str, places: list[Place]) -> str:
    return " or ".join(f"{letter}{at}" for at in range(len(places))) or "False"


def _values(places: list[Place]) -> str:
    """Return the expression of a record's values: names with a variable or a list of them."""
    found: dict[str, list[str]] = {}
    several = {place.field.name for place in places if place.field.occurs > 1}
    for at, place in enumerate(places):
        if place.field.type not in {"filler", "shift"}:
            found.setdefault(place.field.name, []).append(f"v{at}")
    parts = (
        f"{name!r}: [{', '.join(variables)}]" if name in several else f"{name!r}: {variables[0]}"
        for name, variables in found.items()
    )
    return f"{{{', '.join(parts)}}}"


@dataclass(frozen=True, slots=True)
class _Explainer:
    """Makes the record whose bytes are not all canonical or not all right."""

    record: Record
    places: list[Place]

    def __call__(
        self, raw: bytes, number: int, values: Mapping[str, Any], reads: tuple[Read, ...]
    ) -> Decoded:
        odd, faults = {}, []
        for place, (_, rule, canonical) in zip(self.places, reads, strict=True):
            if not canonical:
                odd[label_of(place)] = raw[place.begin : place.end].hex()
            if rule is not None:
                faults.append(describe_fault(place, rule, number))
        return Decoded(
            kind=self.record.kind, number=number, values=values, raw=odd, faults=tuple(faults)
        )


def label_of(place: Place) -> str:
    """Return the key of a place in `raw`: fillers and shift codes are named by their byte too."""
    if place.field.type in {"filler", "shift"}:
        return f"{place.label}@{place.begin + 1}"
    return place.label


def describe_fault(place: Place, rule: str, number: int) -> Fault:
    """Return the fault of a rule at a place of a record; it never repeats what stands there."""
    return Fault(
        rule=rule,
        record=number,
        byte=place.begin + 1,
        field=place.label,
        expected=_expected(place.field, rule),
    )


def _expected(read: Field, rule: str) -> str:
    """Return what should stand in a field, as the layout says it."""
    if rule == "F010" and read.constant is not None:
        return read.constant
    if rule == "F003":
        return "|".join(read.codes)
    if rule == "F012":
        return (
            f"{'' if read.least is None else read.least}..{'' if read.most is None else read.most}"
        )
    if rule == "F005":
        return read.check or ""
    return f"{read.type}({read.length})"


def encode_rows(layout: Layout, records: Iterable[Decoded], settings: Settings) -> Iterator[bytes]:
    """Yield the bytes of records, each with its terminator.

    Where `raw` has bytes that still mean the value, those bytes are written.

    Raises:
        WireError: `files.value.*`, a value does not fit; `files.record.kind` or
            `files.record.field`, the layout has no such record or field. The path names record
            and field.
    """
    terminator = TERMINATORS[layout.terminator]
    for order, decoded in enumerate(records, start=1):
        try:
            yield encode_record(layout, decoded, settings) + terminator
        except WireError as error:
            raise error.below(f"record[{order}]") from error


def encode_record(layout: Layout, decoded: Decoded, settings: Settings) -> bytes:
    """Return the bytes of one record, without terminator.

    Raises:
        WireError: as `encode_rows`; the path names the field.
    """
    record = layout.find(decoded.kind)
    if record is None:
        raise WireError("files.record.kind", "", "The layout has no such record.")
    places = list_places(record)
    known = {place.field.name for place in places}
    if not known >= decoded.values.keys():
        raise WireError("files.record.field", "", "The layout has no such field.")
    found = bytearray(record.length)
    for place in places:
        found[place.begin : place.end] = _encode_place(place, decoded, settings)
    return bytes(found)


def _encode_place(place: Place, decoded: Decoded, settings: Settings) -> bytes:
    value = find_value(place, decoded)
    raw = find_kept(place, decoded)
    if raw is None or len(raw) != place.field.length:
        return encode_field(place.field, value, settings)
    meant = decode_field(place.field, raw, settings)[0]
    return raw if meant == value else encode_field(place.field, value, settings)


def find_value(place: Place, decoded: Decoded) -> Any:  # noqa: ANN401  # a value of any field
    """Return the value of one place of a record, None where there is none.

    Raises:
        WireError: `files.value.type`, not a list with a value for each occurrence.
    """
    value = decoded.values.get(place.field.name)
    if value is None or place.field.occurs == 1:
        return value
    if not isinstance(value, list) or len(value) != place.field.occurs:
        detail = "A list with a value for each occurrence is needed."
        raise WireError("files.value.type", place.field.name, detail)
    return value[place.index]


def find_kept(place: Place, decoded: Decoded) -> bytes | None:
    """Return the bytes that were kept of one place of a record, None for none.

    Raises:
        WireError: `files.value.raw`, they are not written in hexadecimal digits.
    """
    kept = decoded.raw.get(label_of(place))
    try:
        return None if kept is None else bytes.fromhex(kept)
    except ValueError as error:
        detail = "Kept bytes are hexadecimal digits."
        raise WireError("files.value.raw", place.field.name, detail) from error
