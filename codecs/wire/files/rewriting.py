"""Whole files written anew: the totals of each trailer follow from what was written before it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from wire.errors import WireError
from wire.files.layout import Layout
from wire.files.rows import Decoded
from wire.files.settings import Settings
from wire.files.stream import encode_records
from wire.files.totals import Tally


def write_file(
    layout: Layout,
    records: Iterable[Decoded],
    settings: Settings,
    *,
    translate: Callable[[bytes], bytes] | None = None,
) -> Iterator[bytes]:
    """Yield the bytes of records in order, count, sums, hash and digest of the trailers renewed.

    Each record's bytes go through `translate`, where there is one, before they are digested.

    Raises:
        WireError: as `encode_records` and `translate`.
    """
    tally, number = Tally(layout), 0
    for ending, group in groupby(records, key=lambda decoded: decoded.kind == "T"):
        watched = (_filled if ending else _counted)(tally, group)
        for raw in encode_records(layout, watched, settings):
            number += 1
            written = _translated(raw, translate, number)
            if not ending:
                tally.add_bytes(written)
            yield written
        if ending:
            tally = Tally(layout)


def _translated(raw: bytes, translate: Callable[[bytes], bytes] | None, number: int) -> bytes:
    try:
        return raw if translate is None else translate(raw)
    except WireError as error:
        raise error.below(f"record[{number}]") from error


def _filled(tally: Tally, trailers: Iterable[Decoded]) -> Iterator[Decoded]:
    for trailer in trailers:
        yield replace(trailer, values=tally.fill(trailer.values))


def _counted(tally: Tally, records: Iterable[Decoded]) -> Iterator[Decoded]:
    for decoded in records:
        if decoded.kind == "D":
            tally.add(decoded.values)
        yield decoded
