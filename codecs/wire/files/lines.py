"""Records as JSON lines (JSON Lines): an object with kind, values and raw bytes for each record."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO, Final

import msgspec

from wire.errors import WireError
from wire.files.layout import Field, Layout
from wire.files.places import list_places
from wire.files.rows import Decoded, label_of

_LONGEST: Final = 4_000_000  # bytes of one line: of the longest record with every byte as an escape
_DATES: Final = frozenset({"date", "era_date"})


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    values: dict[str, Any]  # Any: plain JSON, judged field by field
    raw: dict[str, str] = {}


def write_lines(records: Iterable[Decoded]) -> Iterator[bytes]:
    """Yield one line of JSON, with its end, for each record: `kind`, `values` and `raw`.

    Dates are YYYY-MM-DD; a field that occurs several times is a list.
    """
    encoder = msgspec.json.Encoder()
    for decoded in records:
        values = {"kind": decoded.kind, "values": decoded.values, "raw": decoded.raw}
        yield encoder.encode(values) + b"\n"


def read_lines(layout: Layout, stream: BinaryIO) -> Iterator[Decoded]:
    """Yield the records that lines of JSON describe; blank lines are passed over.

    Raises:
        WireError: `files.line.form` no such object, `files.line.length` a line is too long,
            `files.record.kind`, `files.record.field`, `files.line.raw` or `files.value.type`; the
            path names the line.
    """
    decoder = msgspec.json.Decoder(_Line)
    number = records = 0
    while text := stream.readline(_LONGEST):
        number += 1
        if not text.strip():
            continue
        records += 1
        try:
            yield _read(layout, _parse(decoder, text), records)
        except WireError as error:
            raise error.below(f"line[{number}]") from error


def _parse(decoder: "msgspec.json.Decoder[_Line]", text: bytes) -> _Line:
    if len(text) == _LONGEST:
        raise WireError("files.line.length", "", "The line is too long for a record.")
    try:
        return decoder.decode(text)
    except (msgspec.MsgspecError, RecursionError) as error:
        detail = "An object with kind, values and raw is needed."
        raise WireError("files.line.form", "", detail) from error


def _read(layout: Layout, line: _Line, number: int) -> Decoded:
    record = layout.find(line.kind)
    if record is None:
        raise WireError("files.record.kind", "", "The layout has no such record.")
    fields = {field.name: field for field in record.fields}
    values = {name: _value(fields, name, value) for name, value in line.values.items()}
    labels = {label_of(place) for place in list_places(record)}
    for label, digits in line.raw.items():
        if label not in labels or not _is_hexadecimal(digits):
            raise WireError("files.line.raw", "", "Raw bytes of a place are needed.")
    return Decoded(kind=line.kind, number=number, values=values, raw=line.raw)


def _is_hexadecimal(digits: str) -> bool:
    try:
        return bytes.fromhex(digits).hex() == digits
    except ValueError:
        return False


def _value(fields: Mapping[str, Field], name: str, value: Any) -> Any:  # noqa: ANN401  # plain JSON
    field = fields.get(name)
    if field is None:
        raise WireError("files.record.field", "", "The layout has no such field.")
    if field.type not in _DATES:
        return value
    if isinstance(value, list):
        return [_day(field, one) for one in value]
    return _day(field, value)


def _day(field: Field, value: Any) -> date | None:  # noqa: ANN401  # plain JSON
    if value is None:
        return None
    try:
        found = date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise WireError("files.value.type", field.name, "A date is YYYY-MM-DD.") from error
    if found.isoformat() != value:
        raise WireError("files.value.type", field.name, "A date is YYYY-MM-DD.")
    return found
