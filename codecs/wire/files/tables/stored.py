"""Tables in files of Arrow (IPC) and Parquet, written and read a group of rows at a time.

Needs the extra `columnar`.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from wire.errors import WireError
from wire.files.columns.column import Chunk
from wire.files.layout import Layout
from wire.files.rows import Decoded
from wire.files.tables.arrow import from_batches, make_schema, to_batches

_GROUP: Final = 16_384  # rows that are held together: some 8 MB


def write_arrow(
    layout: Layout, items: Iterable[Chunk | Decoded], output: BinaryIO
) -> Iterator[int]:
    """Write a table as an Arrow file; yield the number of rows of each group once it is written.

    Memory does not grow with the table.
    """
    with pa.ipc.new_file(output, make_schema(layout)) as writer:
        for group in _group(to_batches(layout, items)):
            writer.write_table(group.combine_chunks())
            yield len(group)


def write_parquet(
    layout: Layout, items: Iterable[Chunk | Decoded], output: BinaryIO
) -> Iterator[int]:
    """Write a table as a Parquet file; yield the number of rows of each group once it is written.

    Memory does not grow with the table.
    """
    with pq.ParquetWriter(output, make_schema(layout), compression="zstd") as writer:
        for group in _group(to_batches(layout, items)):
            writer.write_table(group)
            yield len(group)


def _group(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield batches together: single records between chunks would make groups of their own."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(map(len, held)) >= _GROUP:
            yield pa.Table.from_batches(held)
            held.clear()
    if held:
        yield pa.Table.from_batches(held)


def read_arrow(layout: Layout, stream: BinaryIO) -> Iterator[Chunk | Decoded]:
    """Yield what an Arrow file says.

    Raises:
        WireError: `files.table.form`, it is none; `files.*` as `from_batches`.
    """
    return from_batches(layout, _reading(_list_arrow(stream)))


def read_parquet(layout: Layout, stream: BinaryIO) -> Iterator[Chunk | Decoded]:
    """Yield what a Parquet file says.

    Raises:
        WireError: `files.table.form`, it is none; `files.*` as `from_batches`.
    """
    return from_batches(layout, _reading(_list_parquet(stream)))


def _list_arrow(stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    with pa.ipc.open_file(stream) as reader:
        for index in range(reader.num_record_batches):
            yield reader.get_batch(index)


def _list_parquet(stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    yield from pq.ParquetFile(stream, pre_buffer=False).iter_batches(_GROUP)


def _reading(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    try:
        yield from batches
    except (pa.ArrowException, OSError) as error:
        raise WireError("files.table.form", "", "This is no such table.") from error
