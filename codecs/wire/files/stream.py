"""Records of a file one by one, whatever its form: what most readers and writers of files want."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from wire.files.columns.column import Chunk
from wire.files.columns.decode import decode_columns
from wire.files.delimited import decode_delimited, encode_delimited
from wire.files.layout import Layout
from wire.files.rows import Decoded, encode_rows
from wire.files.settings import Settings
from wire.files.walk import Fault


def decode_records(
    layout: Layout, stream: BinaryIO, settings: Settings
) -> Iterator[Decoded | Fault]:
    """Yield every record of a file, and between them what is wrong with its structure.

    Fixed files are read at the speed of columns; what comes out is what `decode_rows` yields.
    """
    if layout.form == "delimited":
        yield from decode_delimited(layout, stream, settings)
        return
    for item in decode_columns(layout, stream, settings):
        if isinstance(item, Chunk):
            yield from item.rows()
        else:
            yield item


def encode_records(
    layout: Layout, records: Iterable[Decoded], settings: Settings
) -> Iterator[bytes]:
    """Yield the bytes of records, each with its terminator.

    Raises:
        WireError: as `encode_rows`.
    """
    if layout.form == "delimited":
        return encode_delimited(layout, records, settings)
    return encode_rows(layout, records, settings)
