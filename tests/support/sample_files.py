"""Sample files made once for many tests, and damage done to them on purpose."""

import io
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from wire.files.check import check_file
from wire.files.layout import Layout
from wire.files.library import list_layouts, load_layout
from wire.files.report import Report
from wire.files.rewriting import write_file
from wire.files.rows import Decoded, decode_rows, encode_rows
from wire.files.sample import write_sample
from wire.files.settings import Settings

LAYOUTS = [layout.id for layout in list_layouts()]


@cache
def sample(layout_id: str, n: int = 20, seed: int = 1) -> bytes:
    return b"".join(write_sample(load_layout(layout_id), n, seed))


def settings_of(layout: Layout) -> Settings:
    return Settings(encoding=layout.encoding)


def check(layout_id: str, data: bytes, **options: Any) -> Report:  # noqa: ANN401  # options of the function
    layout = load_layout(layout_id)
    return check_file(layout, io.BytesIO(data), settings_of(layout), **options)


def rules(report: Report) -> list[tuple[str, int, str]]:
    return [(fault.rule, fault.record, fault.field) for fault in report.errors]


def decoded(layout_id: str, data: bytes) -> list[Decoded]:
    layout = load_layout(layout_id)
    found = list(decode_rows(layout, io.BytesIO(data), settings_of(layout)))
    return [one for one in found if isinstance(one, Decoded)]


def rewritten(
    layout_id: str, data: bytes, number: int, values: Mapping[str, Any], *, totals: bool = True
) -> bytes:
    """Return a file with other values in one record; its totals follow unless they may not."""
    layout = load_layout(layout_id)
    records = [
        msgspec.structs.replace(one, values={**one.values, **values})
        if one.number == number
        else one
        for one in decoded(layout_id, data)
    ]
    write = write_file if totals else encode_rows
    return b"".join(write(layout, records, settings_of(layout)))


def patched(layout_id: str, data: bytes, number: int, field: str, raw: bytes) -> bytes:
    """Return a file with other bytes at a field of the data record of that number."""
    layout = load_layout(layout_id)
    record = layout.find("D")
    assert record is not None
    found = record.find(field)
    assert found is not None
    management = layout.find("M")
    at = (management.length - record.length if management else 0) + (number - 1) * record.length
    at += found.at - 1
    return data[:at] + raw + data[at + len(raw) :]
