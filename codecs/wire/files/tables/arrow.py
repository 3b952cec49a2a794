"""Chunks as record batches of Arrow and back: the buffers of the columns, not copies of them.

Needs the extra `columnar`.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wire.errors import WireError
from wire.files.columns.column import (
    NO_OFFSETS,
    NO_TEXT,
    NO_VALUES,
    Chunk,
    Column,
    Kind,
)
from wire.files.layout import Layout
from wire.files.rows import Decoded
from wire.files.tables.union import (
    KIND,
    RAW,
    Union,
    check_names,
    find_record,
    list_cells,
    load_union,
    read_raw,
    write_raw,
)
from wire.files.walk import CHUNK

TYPES: Final[Mapping[Kind, pa.DataType]] = {
    "integer": pa.int64(),
    "day": pa.date32(),
    "text": pa.string(),
}
_DATA: Final = "D"


def make_schema(layout: Layout) -> pa.Schema:
    """Return the schema of a layout's table; its metadata names the layout and its version."""
    union = load_union(layout)
    fields = [pa.field(name, TYPES[kind]) for name, kind in union.columns.items()]
    return pa.schema(
        [pa.field(KIND, pa.string(), nullable=False), *fields, pa.field(RAW, pa.string())],
        {"nakadachi.layout": layout.id, "nakadachi.version": layout.version},
    )


def to_batches(layout: Layout, items: Iterable[Chunk | Decoded]) -> Iterator[pa.RecordBatch]:
    """Yield a record batch for each chunk, and for single records that follow one another."""
    union, schema = load_union(layout), make_schema(layout)
    held: list[Decoded] = []
    for item in items:
        if isinstance(item, Decoded):
            held.append(item)
        if held and (isinstance(item, Chunk) or len(held) == CHUNK):
            yield _from_records(union, schema, held)
            held.clear()
        if isinstance(item, Chunk):
            yield to_batch(layout, item)
    if held:
        yield _from_records(union, schema, held)


def to_batch(layout: Layout, chunk: Chunk) -> pa.RecordBatch:
    """Return a chunk as a record batch that shares its buffers."""
    union, count = load_union(layout), len(chunk)
    places = union.places[chunk.record.kind]
    arrays = [pa.repeat(pa.scalar(chunk.record.kind), count)]
    for name, kind in union.columns.items():
        place = places.get(name)
        if place is None:
            arrays.append(pa.nulls(count, TYPES[kind]))
        else:
            arrays.append(to_array(chunk.columns[place.label]))
    if chunk.raw:
        raw = [write_raw(chunk.raw.get(row, {})) for row in range(count)]
        arrays.append(pa.array(raw, pa.string()))
    else:
        arrays.append(pa.nulls(count, pa.string()))
    return pa.RecordBatch.from_arrays(arrays, schema=make_schema(layout))


def to_array(column: Column) -> pa.Array:
    """Return a column as an array that shares its buffers; only the bitmap of values is made."""
    count = len(column)
    missing = count - int(np.count_nonzero(column.valid))
    bitmap = pa.py_buffer(np.packbits(column.valid, bitorder="little")) if missing else None
    if column.kind == "text":
        buffers = [bitmap, pa.py_buffer(column.offsets), pa.py_buffer(column.text)]
    else:
        buffers = [bitmap, pa.py_buffer(column.values)]
    return pa.Array.from_buffers(TYPES[column.kind], count, buffers, missing)


def _from_records(union: Union, schema: pa.Schema, records: Iterable[Decoded]) -> pa.RecordBatch:
    columns = zip(*(list_cells(union, decoded) for decoded in records), strict=True)
    arrays = [pa.array(cells, field.type) for cells, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def from_batches(layout: Layout, batches: Iterable[pa.RecordBatch]) -> Iterator[Chunk | Decoded]:
    """Yield data records as chunks that share the buffers of their batch, others one by one.

    Columns may stand in any order and have any type that casts without loss; empty ones may lack.

    Raises:
        WireError: `files.table.columns`, `files.table.cell`, `files.table.raw`,
            `files.record.kind`; the path names the column.
    """
    union, schema, number = load_union(layout), make_schema(layout), 1
    for batch in batches:
        whole = _conform(union, schema, batch)
        kinds = whole.column(KIND).to_pylist()
        for kind, group in groupby(range(len(kinds)), key=kinds.__getitem__):
            rows = list(group)
            part = whole.slice(rows[0], len(rows))
            chunk = _from_batch(layout, union, part, kind, number)
            if kind == _DATA:
                yield chunk
            else:
                yield from chunk.rows()
            number += len(rows)


def _conform(union: Union, schema: pa.Schema, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch with all columns, in order, of the types that the layout gives them."""
    check_names(union, batch.schema.names)
    arrays = []
    for field in schema:
        try:
            if field.name in batch.schema.names:
                array = batch.column(field.name)
                array.validate(full=True)
                arrays.append(array.cast(field.type))
            else:
                arrays.append(pa.nulls(len(batch), field.type))
        except pa.ArrowException as error:
            detail = f"A column of type {field.type} is needed."
            raise WireError("files.table.cell", field.name, detail) from error
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _from_batch(
    layout: Layout,
    union: Union,
    part: pa.RecordBatch,
    kind: str,
    first: int,
) -> Chunk:
    """Return the rows of one record kind as a chunk."""
    record = find_record(layout, kind)
    places, columns = union.places[record.kind], {}
    for name in union.columns:
        array, place = part.column(name), places.get(name)
        if place is not None:
            columns[place.label] = from_array(array, union.columns[name])
        elif array.null_count < len(part):
            raise WireError("files.table.cell", name, "Records of this kind have no such cell.")
    cells = part.column(RAW)
    raw = {}
    if cells.null_count < len(part):
        raw = {
            row: read_raw(layout, record.kind, cell)
            for row, cell in enumerate(cells.to_pylist())
            if cell
        }
    return Chunk(record=record, first=first, count=len(part), columns=columns, raw=raw)


def from_array(array: pa.Array, kind: Kind) -> Column:
    """Return an array as a column that shares its buffers where nothing stands in the way."""
    valid = array.is_valid().to_numpy(zero_copy_only=False)
    if kind != "text":
        filled = pc.fill_null(array, 0) if array.null_count else array
        values = filled.view(pa.int32()) if kind == "day" else filled
        return Column(
            kind=kind, valid=valid, values=values.to_numpy(), text=NO_TEXT, offsets=NO_OFFSETS
        )
    filled = pc.fill_null(array, "") if array.null_count else array
    _, ends, data = filled.buffers()
    offsets = np.frombuffer(ends, np.int32)[filled.offset : filled.offset + len(filled) + 1]
    text = NO_TEXT if data is None else np.frombuffer(data, np.uint8)
    return Column(
        kind=kind,
        valid=np.diff(offsets) > 0,  # no text is no value
        values=NO_VALUES,
        text=text[offsets[0] : offsets[-1]],
        offsets=offsets - offsets[0],
    )
