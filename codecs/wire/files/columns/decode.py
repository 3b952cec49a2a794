"""Files to columns: kernels for what is plain, the reference for every row in doubt."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Final

import numpy as np

from wire.files.columns import figures, letters
from wire.files.columns.column import Chunk, Column, patch
from wire.files.columns.outcome import Outcome, leave
from wire.files.columns.tables import U8, Mask
from wire.files.columns.words import load_words
from wire.files.layout import FieldType, Layout
from wire.files.places import Place, list_places
from wire.files.rows import Decoded, decode_run, label_of
from wire.files.settings import Settings
from wire.files.walk import CHUNK, Fault, Run, walk

Kernel = Callable[[Place, U8, Settings], Outcome]

_KERNELS: Final[Mapping[FieldType, Kernel]] = {
    "number": figures.number,
    "signed": figures.signed,
    "date": figures.day,
    "month": figures.month,
    "instant": figures.instant,
    "partial_date": figures.partial_date,
    "text": letters.text,
    "kana": letters.kana,
    "wide": letters.wide,
    "jis": letters.jis,
}  # zoned, packed and era fields are rare: the reference reads them
_DATA: Final = "D"


def decode_columns(
    layout: Layout, stream: BinaryIO, settings: Settings, *, chunk: int = CHUNK
) -> Iterator[Chunk | Decoded | Fault]:
    """Yield data records as chunks of columns, other records one by one, and what is wrong."""
    for item in walk(layout, stream, chunk=chunk):
        if isinstance(item, Fault):
            yield item
        elif item.record.kind == _DATA:
            yield decode_chunk(item, settings)
        else:
            yield from decode_run(item, settings)


def decode_chunk(run: Run, settings: Settings) -> Chunk:
    """Return the columns of one run: the same values, faults and kept bytes as its rows have."""
    doubtful = np.zeros(len(run), np.bool_)
    odd: list[tuple[Place, Mask]] = []
    columns: dict[str, Column] = {}
    for place in list_places(run.record):
        if place.field.type in {"filler", "shift"}:
            doubtful |= ~_is_constant(place, run.data)
            continue
        outcome = _choose(place)(place, run.data, settings)
        columns[place.label] = outcome.column
        doubtful |= outcome.doubtful
        if place.field.need == "always":
            doubtful |= ~outcome.column.valid
        if outcome.odd.any():
            odd.append((place, outcome.odd))
    return _explain(run, columns, doubtful, odd, settings)


def _is_constant(place: Place, data: U8) -> Mask:
    """Return where a filler is blank, or a shift code is what it should be."""
    field = place.field
    if field.type == "shift":
        return load_words(data, place.begin, place.end).equal(bytes.fromhex(field.constant or ""))
    blank: Mask = (data[:, place.begin : place.end] == ord(" ")).all(axis=1)
    return blank


def _choose(place: Place) -> Kernel:
    """Return the kernel of a place; rules that no kernel knows leave it to the reference."""
    field = place.field
    kernel = _KERNELS.get(field.type)
    ruled = field.constant is not None or field.check is not None or field.charset != "any"
    if field.type == "signed":
        ruled |= field.least is not None or field.most is not None
    known = field.type == "text" or not (ruled or (field.codes and field.type != "number"))
    return kernel if kernel is not None and known else _leave


def _leave(place: Place, data: U8, _: Settings) -> Outcome:
    return leave(data, place.field.type)


def _explain(
    run: Run,
    columns: dict[str, Column],
    doubtful: Mask,
    odd: list[tuple[Place, Mask]],
    settings: Settings,
) -> Chunk:
    """Return the chunk with the rows in doubt as the reference reads them."""
    raw: dict[int, dict[str, str]] = {}
    for place, mask in odd:
        for row in np.flatnonzero(mask & ~doubtful).tolist():
            kept = run.data[row, place.begin : place.end].tobytes()
            raw.setdefault(row, {})[label_of(place)] = kept.hex()
    faults: list[Fault] = []
    replaced: dict[int, Mapping[str, Any]] = {}
    for row in np.flatnonzero(doubtful).tolist():
        one = Run(record=run.record, first=run.first + row, data=run.data[row : row + 1])
        (decoded,) = decode_run(one, settings)
        faults += decoded.faults
        replaced[row] = decoded.values
        if decoded.raw:
            raw[row] = dict(decoded.raw)
    if replaced:
        for place in list_places(run.record):
            if place.label in columns:
                columns[place.label] = patch(
                    columns[place.label],
                    {row: _value_at(values, place) for row, values in replaced.items()},
                )
    return Chunk(
        record=run.record,
        first=run.first,
        count=len(run),
        columns=columns,
        raw=raw,
        faults=faults,
    )


def _value_at(values: Mapping[str, Any], place: Place) -> Any:  # noqa: ANN401  # any field's value
    value = values[place.field.name]
    return value[place.index] if place.field.occurs > 1 else value
