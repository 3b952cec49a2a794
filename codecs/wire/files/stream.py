"""Records of a file one by one at the speed of columns: what most readers of a file want."""

from collections.abc import Iterator
from typing import BinaryIO

from wire.files.columns.column import Chunk
from wire.files.columns.decode import decode_columns
from wire.files.layout import Layout
from wire.files.rows import Decoded
from wire.files.settings import Settings
from wire.files.walk import Fault


def decode_records(
    layout: Layout, stream: BinaryIO, settings: Settings
) -> Iterator[Decoded | Fault]:
    """Yield what `decode_rows` yields, made from chunks of columns."""
    for item in decode_columns(layout, stream, settings):
        if isinstance(item, Chunk):
            yield from item.rows()
        else:
            yield item
