"""Whole files written anew: the totals of each trailer follow from what was written before it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from wire.files.layout import Layout
from wire.files.rows import Decoded, encode_rows
from wire.files.settings import Settings
from wire.files.totals import Tally


def write_file(layout: Layout, records: Iterable[Decoded], settings: Settings) -> Iterator[bytes]:
    """Yield the bytes of records in order, count, sums, hash and digest of the trailers renewed.

    Raises:
        WireError: as `encode_rows`.
    """
    tally = Tally(layout)
    for ending, group in groupby(records, key=lambda decoded: decoded.kind == "T"):
        if ending:
            yield from encode_rows(layout, _filled(tally, group), settings)
            tally = Tally(layout)
        else:
            for raw in encode_rows(layout, _counted(tally, group), settings):
                tally.add_bytes(raw)
                yield raw


def _filled(tally: Tally, trailers: Iterable[Decoded]) -> Iterator[Decoded]:
    for trailer in trailers:
        yield replace(trailer, values=tally.fill(trailer.values))


def _counted(tally: Tally, records: Iterable[Decoded]) -> Iterator[Decoded]:
    for decoded in records:
        if decoded.kind == "D":
            tally.add(decoded.values)
        yield decoded
