"""EBCDIC with one byte a character, for files without full-width fields."""

import codecs
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO, Final, cast

from wire.charset.tables import HALF_WIDTH
from wire.errors import WireError
from wire.files.layout import Layout

_UNFIT: Final = frozenset({"wide", "jis", "shift", "packed"})
_NOTHING: Final = 0  # no file holds this byte, so that reading it is a fault


@dataclass(frozen=True, slots=True)
class SingleBytes:
    """Two tables of 256 bytes, between JIS X 0201 and an EBCDIC, and the bytes it can say."""

    to_ebcdic: bytes
    from_ebcdic: bytes
    known: bytes

    def refuse_unfit(self, layout: Layout) -> None:
        """Refuse a layout whose files one byte a character cannot say.

        Raises:
            WireError: `files.convert.double_byte`, it has such fields, or lines.
        """
        unfit = any(field.type in _UNFIT for record in layout.records for field in record.fields)
        if unfit or layout.terminator != "none":
            detail = "EBCDIC is for layouts of half-width text without line ends."
            raise WireError("files.convert.double_byte", "", detail)

    def write(self, raw: bytes) -> bytes:
        """Return bytes of JIS X 0201 in EBCDIC.

        Raises:
            WireError: `files.convert.unencodable`, it lacks a character.
        """
        if raw.translate(None, self.known):
            detail = "The character set lacks this character."
            raise WireError("files.convert.unencodable", "", detail)
        return raw.translate(self.to_ebcdic)

    def reading(self, stream: BinaryIO) -> BinaryIO:
        """Return a stream that reads EBCDIC as JIS X 0201."""
        return cast("BinaryIO", _Translated(stream, self.from_ebcdic))


@dataclass(frozen=True, slots=True)
class _Translated:
    """The one method of a stream that reading files calls."""

    stream: BinaryIO
    table: bytes

    def read(self, size: int = -1) -> bytes:
        return self.stream.read(size).translate(self.table)


@cache
def load_ebcdic(name: str) -> SingleBytes:
    """Return the tables of one EBCDIC, such as cp290, which has half-width kana, or cp037.

    Raises:
        WireError: `files.encoding.unknown`, there is none of that name.
    """
    import ebcdic  # type: ignore[import-untyped]  # noqa: PLC0415  # no types; slow to import

    if name not in ebcdic.codec_names:
        raise WireError("files.encoding.unknown", "", "No such EBCDIC.")
    codec = codecs.lookup(name)
    forward, backward = bytearray([_NOTHING]) * 256, bytearray([_NOTHING]) * 256
    known = bytearray()
    for byte, character in HALF_WIDTH.items():
        try:
            code = codec.encode(character)[0][0]
        except UnicodeEncodeError:
            continue
        forward[byte], backward[code] = code, byte
        known.append(byte)
    return SingleBytes(bytes(forward), bytes(backward), bytes(known))
