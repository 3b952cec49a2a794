"""How values become rows: which field lies in which column, what is sealed, what finds a row.

A mapping is written out as data (`mappings.py`); statements and row values derive from it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

import msgspec
from sqlalchemy import Table

from gateway.domain.errors import InvalidError
from gateway.domain.identifiers import Masked
from gateway.storage.sealing import Sealer, row_context

Cell = str | int | bytes | None  # what both databases store and give back unchanged
Row = dict[str, Cell]
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = 86_400_000_000
_SECOND: Final = 1_000_000


KEY_SEPARATOR: Final = "\t"  # between the parts of a key text


def to_microseconds(instant: datetime) -> int:
    """Return microseconds since 1970 of an aware instant, exact."""
    passed = instant - EPOCH
    return passed.days * _DAY + passed.seconds * _SECOND + passed.microseconds


def from_microseconds(microseconds: int) -> datetime:
    """Return the aware UTC instant of microseconds since 1970, exact."""
    return EPOCH + timedelta(microseconds=microseconds)


@dataclass(frozen=True, slots=True)
class Plain:
    """A field that stands in clear in the column of its name; `parse` reads it in a key text."""

    encode: Callable[[Any], Cell] | None = None  # None: stored as it is
    decode: Callable[[Any], Any] | None = None
    parse: Callable[[str], Cell] = str


@dataclass(frozen=True, slots=True)
class Indexed:
    """A number or symbol: column `<field>_index` finds it, its value lies in `sealed`."""


TEXT: Final = Plain()
NUMBER: Final = Plain(parse=int)
BYTES: Final = Plain()
FLAG: Final = Plain(decode=bool)  # SQLite gives 0 and 1
INSTANT: Final = Plain(to_microseconds, from_microseconds, int)
DATE: Final = Plain(date.isoformat, date.fromisoformat)
INDEX: Final = Indexed()


def enum(kind: type[StrEnum]) -> Plain:
    """Return the codec of an enumeration, stored as its text."""
    return Plain(str, kind)


@dataclass(frozen=True, kw_only=True, eq=False)
class TypeMapping:
    """Where the fields of one type of value lie; there is one for each type.

    `key` are the fields after the institution; `sealed` gives each sealed field its type;
    `live` is the column that is empty in the row that `find` prefers among several.
    """

    kind: type[Any]
    table: Table
    key: tuple[str, ...]
    columns: Mapping[str, Plain | Indexed]
    sealed: Mapping[str, Any]
    live: str | None = None

    @cached_property
    def column_of(self) -> dict[str, str]:
        """Column names by field."""
        return {
            name: f"{name}_index" if isinstance(codec, Indexed) else name
            for name, codec in self.columns.items()
        }

    @cached_property
    def key_columns(self) -> tuple[str, ...]:
        """Columns of the key after the institution."""
        return tuple(self.column_of[name] for name in self.key)

    @cached_property
    def has_version(self) -> bool:
        """Whether values of this type change."""
        return "version" in self.columns

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """All columns in the order in which rows are read."""
        sealed = ("sealed",) if self.sealed else ()
        return ("institution", *self.column_of.values(), *sealed)

    @cached_property
    def _plain(self) -> tuple[tuple[str, Callable[[Any], Cell] | None], ...]:
        return tuple((n, c.encode) for n, c in self.columns.items() if isinstance(c, Plain))

    @cached_property
    def _indexed(self) -> tuple[tuple[str, str], ...]:
        columns = self.columns.items()
        return tuple((n, f"{n}_index") for n, c in columns if isinstance(c, Indexed))

    @cached_property
    def _body(self) -> msgspec.json.Decoder[Any]:
        # A field that came later stands in no older row: it reads as its default.
        later = {one.name: one.default for one in fields(self.kind) if one.default is not MISSING}
        names = self.sealed.items()
        listed = [
            (name, kind, later[name]) if name in later else (name, kind) for name, kind in names
        ]
        return msgspec.json.Decoder(
            msgspec.defstruct(f"Sealed{self.kind.__name__}", listed, kw_only=True)
        )

    def cell(self, name: str, value: Any, sealer: Sealer) -> Cell:  # noqa: ANN401  # any field
        """Return what the column of a field holds for a value.

        Raises:
            KeyError: the field has no column.
        """
        codec = self.columns[name]
        if value is None:
            return None
        if isinstance(codec, Indexed):
            return sealer.index(value)
        return codec.encode(value) if codec.encode else value

    def key_text(self, value: Any) -> str:  # noqa: ANN401  # any mapped value
        """Return the key of a value as one text, which `start` takes apart again."""
        parts = []
        for name in self.key:
            part, codec = getattr(value, name), self.columns[name]
            if isinstance(codec, Indexed):
                parts.append(part.value)
            else:
                parts.append(str(codec.encode(part) if codec.encode else part))
        return KEY_SEPARATOR.join(parts)

    def start(self, texts: Sequence[str], sealer: Sealer) -> Row:
        """Return the parameters that say after which key a page begins.

        Raises:
            InvalidError: the texts are no key of this type.
        """
        row: Row = {}
        try:
            for name, text in zip(self.key, texts, strict=True):
                codec = self.columns[name]
                row[f"after_{self.column_of[name]}"] = (
                    codec.parse(text)
                    if isinstance(codec, Plain)
                    else sealer.index(self.sealed[name](text))
                )
        except ValueError:
            raise InvalidError(field="after") from None
        return row

    def to_row(self, value: Any, sealer: Sealer) -> Row:  # noqa: ANN401  # any mapped value
        """Return the row of a value, sealed for its place."""
        row: Row = {"institution": sealer.institution}
        for name, encode in self._plain:
            plain = getattr(value, name)
            row[name] = plain if encode is None or plain is None else encode(plain)
        for name, column in self._indexed:
            masked: Masked | None = getattr(value, name)
            row[column] = None if masked is None else sealer.index(masked)
        if self.sealed:
            body = msgspec.json.encode({name: getattr(value, name) for name in self.sealed})
            row["sealed"] = sealer.seal(body, self._context(row))
        return row

    def from_row(self, row: Row, sealer: Sealer) -> Any:  # noqa: ANN401  # any mapped value
        """Return the value of a row.

        Raises:
            SealBrokenError: the sealed fields were changed or belong elsewhere.
        """
        fields: dict[str, Any] = {}
        for name, codec in self.columns.items():
            if isinstance(codec, Plain):
                cell = row[name]
                fields[name] = cell if cell is None or not codec.decode else codec.decode(cell)
        if self.sealed:
            sealed = row["sealed"]
            body = self._body.decode(sealer.open(sealed, self._context(row)))  # type: ignore[arg-type]  # bytes
            fields.update((name, getattr(body, name)) for name in self.sealed)
        return self.kind(**fields)

    def _context(self, row: Row) -> bytes:
        parts = [row["institution"], *(row[name] for name in self.key_columns)]
        return row_context(self.table.name, parts)  # type: ignore[arg-type]  # keys are never None
