"""The forms that `nakadachi codec decode` writes and `encode` reads, by the name of each."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from wire.files.layout import Layout
    from wire.files.settings import Settings
    from wire.files.walk import Fault


@dataclass(frozen=True, slots=True)
class Form:
    """One form: `decode` writes it from a file and yields what is wrong there; `encode` reads it.

    `encode` yields the bytes of the file, and raises WireError where they cannot be made.
    """

    decode: "Callable[[Layout, BinaryIO, Settings, BinaryIO], Iterator[Fault]]"
    encode: "Callable[[Layout, BinaryIO, Settings], Iterator[bytes]]"


def _decode_lines(
    layout: "Layout", stream: BinaryIO, settings: "Settings", output: BinaryIO
) -> "Iterator[Fault]":
    from wire.files.lines import write_lines  # noqa: PLC0415  # brings numpy
    from wire.files.rows import Decoded  # noqa: PLC0415  # brings numpy
    from wire.files.stream import decode_records  # noqa: PLC0415  # brings numpy

    for found in decode_records(layout, stream, settings):
        if isinstance(found, Decoded):
            output.writelines(write_lines((found,)))
            yield from found.faults
        else:
            yield found


def _encode_lines(layout: "Layout", stream: BinaryIO, settings: "Settings") -> Iterator[bytes]:
    from wire.files.lines import read_lines  # noqa: PLC0415  # brings numpy
    from wire.files.rows import encode_rows  # noqa: PLC0415  # brings numpy

    return encode_rows(layout, read_lines(layout, stream), settings)


FORMS: Final[Mapping[str, Form]] = {"jsonl": Form(_decode_lines, _encode_lines)}
