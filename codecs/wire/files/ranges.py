"""One large file on many cores: its data records as ranges of bytes, each read by whoever can.

The order of records is judged while the file is parted, which costs little more than reading it;
the fields of each range are read elsewhere. What comes out together is what one process reads.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from wire.errors import WireError
from wire.files.columns.column import Chunk
from wire.files.columns.decode import decode_chunk
from wire.files.layout import TERMINATORS, Layout, Record
from wire.files.rows import Decoded, decode_run
from wire.files.settings import Settings
from wire.files.walk import BOM, CHUNK, Fault, Run, walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Records of one kind that follow one another in a file.

    `begin` is the byte of the first of `count` records, counted from 0, and `first` its number,
    from 1.
    """

    record: Record
    begin: int
    first: int
    count: int


def list_ranges(
    layout: Layout, stream: BinaryIO, settings: Settings, *, records: int = CHUNK
) -> Iterator[Range | Decoded | Fault]:
    """Yield what `decode_columns` does for a fixed file, with a range in the place of each chunk.

    A range has `records` records at most.
    """
    begin = 0  # of the record that would be the first, were all as long as data records
    size = max(record.length for record in layout.records) + len(TERMINATORS[layout.terminator])
    for item in walk(layout, stream, chunk=records):
        if isinstance(item, Fault):
            begin += len(BOM) if item.rule == "S007" else 0
            yield item
        elif item.record.kind == "D":
            at = begin + (item.first - 1) * size
            yield Range(record=item.record, begin=at, first=item.first, count=len(item))
        else:
            if item.record.tag is None:  # a management record has a length of its own
                begin += item.record.length + len(TERMINATORS[layout.terminator]) - size
            yield from decode_run(item, settings)


def decode_range(layout: Layout, stream: BinaryIO, settings: Settings, found: Range) -> Chunk:
    """Return the columns of one range; the stream is of the file that it was found in.

    Raises:
        WireError: `files.range.end`, the file has become shorter.
    """
    length = found.record.length
    size = length + len(TERMINATORS[layout.terminator])
    stream.seek(found.begin)
    raw = stream.read(found.count * size)
    if len(raw) < found.count * size:
        raise WireError("files.range.end", f"record[{found.first}]", "The file ends before.")
    data = np.frombuffer(raw, np.uint8).reshape(found.count, size)[:, :length]
    run = Run(record=found.record, first=found.first, data=np.ascontiguousarray(data))
    return decode_chunk(run, settings)
