"""Files in another character set: what it cannot say stops the work or is degraded with a log."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import msgspec

from wire.charset.coding import encode_cp932, encode_jis, encode_kana
from wire.charset.degrade import Replacement, degrade
from wire.charset.tables import SMALL_KANA
from wire.errors import WireError
from wire.files.layout import Field, Layout
from wire.files.report import severity_of
from wire.files.retarget import retarget
from wire.files.rewriting import write_file
from wire.files.rows import Decoded
from wire.files.settings import Settings
from wire.files.single_bytes import SingleBytes
from wire.files.stream import decode_records
from wire.files.totals import CHARACTERS, describe_header
from wire.files.walk import Fault

_TEXTS: Final = frozenset({"wide", "jis", "kana"})
_IBM: Final = "7"  # what the header says of EBCDIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One character that was replaced: the record, from 1, the place, and the code points."""

    record: int
    field: str
    replacement: Replacement


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One end of a conversion: its settings, and the table of its bytes where it is EBCDIC."""

    settings: Settings
    single: SingleBytes | None = None


def convert_file(
    layout: Layout,
    stream: BinaryIO,
    source: Side,
    target: Side,
    log: Callable[[Loss], None] | None,
) -> Iterator[bytes]:
    """Yield the bytes of a file in another character set; its totals are worked out anew.

    `layout` is that of the file in its own character set. With a `log` characters that the target
    lacks are degraded, and each one is logged; without one they stop the work.

    Raises:
        WireError: `files.convert.faulty` the file is not sound, `files.convert.double_byte` it
            has fields that EBCDIC cannot hold, `charset.degrade` nothing stands for a character,
            or as `encode_rows`; the path names the record.
    """
    for side in (source, target):
        if side.single is not None:
            side.single.refuse_unfit(layout)
    read = retarget(layout, source.settings.encoding)
    written = retarget(layout, target.settings.encoding)
    opened = stream if source.single is None else source.single.reading(stream)
    records = decode_records(read, opened, source.settings)
    return write_file(
        written,
        _Conversion(written, target, log).convert(records),
        target.settings,
        translate=None if target.single is None else target.single.write,
    )


class _Conversion:
    """What is known while records are converted."""

    def __init__(self, layout: Layout, target: Side, log: Callable[[Loss], None] | None) -> None:
        self.layout, self.target, self.log = layout, target, log
        self.fields = {
            record.kind: {field.name: field for field in record.fields if field.type in _TEXTS}
            for record in layout.records
        }
        code = _IBM if target.single is not None else None
        stated = describe_header(layout, target.settings).get(CHARACTERS)
        self.header = {CHARACTERS: code or stated} if stated is not None else {}

    def convert(self, records: Iterable[Decoded | Fault]) -> Iterator[Decoded]:
        """Yield the records with texts that the target can hold."""
        for decoded in records:
            _refuse_faulty(decoded)
            if isinstance(decoded, Decoded):
                values = dict(decoded.values)
                if decoded.kind == "H":
                    values |= self.header
                raw = decoded.raw
                for name, field in self.fields[decoded.kind].items():
                    values[name] = self._convert(decoded.number, field, values[name])
                    raw = {at: one for at, one in raw.items() if at.partition("[")[0] != name}
                yield msgspec.structs.replace(decoded, values=values, raw=raw)

    def _convert(self, number: int, field: Field, value: Any) -> Any:  # noqa: ANN401  # a value, or a list of them
        if isinstance(value, list):
            return [self._convert(number, field, one) for one in value]
        if value is None or self.log is None:
            return value
        try:
            text, replaced = degrade(value, lambda one: _fits(field, one, self.target.settings))
        except WireError as error:
            raise error.below(f"record[{number}].{field.name}") from error
        for replacement in replaced:
            self.log(Loss(record=number, field=field.name, replacement=replacement))
        return text


def _refuse_faulty(found: Decoded | Fault) -> None:
    for fault in found.faults if isinstance(found, Decoded) else (found,):
        if severity_of(fault.rule) == "error":
            path = f"record[{fault.record}].{fault.field}".rstrip(".")
            raise WireError("files.convert.faulty", path, "The file is not sound: check it first.")


def _fits(field: Field, character: str, settings: Settings) -> bool:
    """Tell whether one character can stand in a field."""
    if field.type == "wide" and settings.encoding == "utf_8":
        return True
    try:
        if field.type == "jis":
            encode_jis(character)
        elif field.type == "wide":
            encode_cp932(character, policy=settings.policy, gaiji=settings.gaiji)
        else:
            raw = encode_kana(character)
            return settings.encoding != "jis_mixed" or raw[0] not in SMALL_KANA
    except WireError:
        return False
    return True
