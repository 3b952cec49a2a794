"""Whole files written anew: the totals of each trailer follow from what was written before it."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from typing import Final

import msgspec

from wire.errors import WireError
from wire.files.columns.encode import encode_columns
from wire.files.columns.gather import gather
from wire.files.layout import Layout
from wire.files.rows import Decoded
from wire.files.settings import Settings
from wire.files.stream import encode_records
from wire.files.totals import Tally

_BLOCK: Final = 1024  # records that are written at once
_FEW: Final = 8  # records that columns are not worth


def write_file(
    layout: Layout,
    records: Iterable[Decoded],
    settings: Settings,
    *,
    translate: Callable[[bytes], bytes] | None = None,
) -> Iterator[bytes]:
    """Yield the bytes of records, many at once; totals of the trailers are worked out anew.

    Each record's bytes go through `translate`, where there is one, before they are digested.

    Raises:
        WireError: as `encode_records` and `translate`.
    """
    write = _write_many if translate is None else _write_each
    tally = Tally(layout)
    for ending, group in groupby(records, key=lambda decoded: decoded.kind == "T"):
        watched = (_filled if ending else _counted)(tally, group)
        for raw in write(layout, watched, settings, translate):
            if not ending:
                tally.add_bytes(raw)
            yield raw
        if ending:
            tally = Tally(layout)


def write_records(
    layout: Layout, records: Iterable[Decoded], settings: Settings
) -> Iterator[bytes]:
    """Yield the bytes of records as `encode_records` does, many at once where columns can.

    Raises:
        WireError: as `encode_records`.
    """
    if layout.form == "delimited":
        yield from encode_records(layout, records, settings)
        return
    for kind, group in groupby(records, key=lambda decoded: decoded.kind):
        record = layout.find(kind)
        while rows := list(islice(group, _BLOCK)):
            chunk = gather(record, rows) if record is not None and len(rows) > _FEW else None
            yield from encode_columns(layout, rows if chunk is None else [chunk], settings)


_Translate = Callable[[bytes], bytes] | None


def _write_many(
    layout: Layout, records: Iterable[Decoded], settings: Settings, _: _Translate
) -> Iterator[bytes]:
    return write_records(layout, records, settings)


def _write_each(
    layout: Layout, records: Iterable[Decoded], settings: Settings, translate: _Translate
) -> Iterator[bytes]:
    for number, raw in enumerate(encode_records(layout, records, settings), start=1):
        try:
            yield raw if translate is None else translate(raw)
        except WireError as error:
            raise error.below(f"record[{number}]") from error


def _filled(tally: Tally, trailers: Iterable[Decoded]) -> Iterator[Decoded]:
    for trailer in trailers:
        yield msgspec.structs.replace(trailer, values=tally.fill(trailer.values))


def _counted(tally: Tally, records: Iterable[Decoded]) -> Iterator[Decoded]:
    for decoded in records:
        if decoded.kind == "D":
            tally.add(decoded.values)
        yield decoded
