"""Ranges of one file, read one by one, say what the whole file says."""

import io
import secrets
from itertools import pairwise

import msgspec
import pytest

from tests.support.file_records import damage, draw_file
from tests.support.sample_files import sample, settings_of
from wire.errors import WireError
from wire.files.layout import Layout, Terminator
from wire.files.library import list_layouts, load_layout
from wire.files.ranges import Range, decode_range, list_ranges
from wire.files.rows import Decoded, decode_rows
from wire.files.sample import write_sample
from wire.files.walk import Fault

RECORDS = 7  # of a range, so that files have several
each_layout = pytest.mark.parametrize("layout", list_layouts(), ids=lambda layout: layout.id)


def ranges(layout: Layout, data: bytes) -> list[Range]:
    found = list_ranges(layout, io.BytesIO(data), settings_of(layout), records=RECORDS)
    return [one for one in found if isinstance(one, Range)]


def in_parts(layout: Layout, data: bytes) -> list[Decoded | Fault]:
    found: list[Decoded | Fault] = []
    settings = settings_of(layout)
    for item in list_ranges(layout, io.BytesIO(data), settings, records=RECORDS):
        if isinstance(item, Range):
            found += decode_range(layout, io.BytesIO(data), settings, item).rows()
        else:
            found.append(item)
    return found


def whole(layout: Layout, data: bytes) -> list[Decoded | Fault]:
    return list(decode_rows(layout, io.BytesIO(data), settings_of(layout)))


def sort(found: list[Decoded | Fault]) -> list[Decoded | Fault]:
    return sorted(found, key=lambda one: (isinstance(one, Decoded), repr(one)))


@each_layout
def test_ranges_say_what_the_file_says(layout: Layout) -> None:
    seed = secrets.randbelow(1 << 32)
    data = draw_file(layout, 60, seed)
    assert len(ranges(layout, data)) > 1
    assert in_parts(layout, data) == whole(layout, data), seed


@each_layout
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_ranges_of_a_damaged_file_tell_the_same_faults(layout: Layout, mark: bytes) -> None:
    seed = secrets.randbelow(1 << 32)
    data = mark + damage(draw_file(layout, 60, seed), seed)
    assert sort(in_parts(layout, data)) == sort(whole(layout, data)), seed


@pytest.mark.parametrize("terminator", ["crlf", "lf"])
@pytest.mark.parametrize("layout_id", ["KJSETAI1", "Z21"])
def test_line_ends_are_counted_among_the_bytes_of_a_range(
    layout_id: str, terminator: Terminator
) -> None:
    layout = msgspec.structs.replace(load_layout(layout_id), terminator=terminator)
    data = b"".join(write_sample(layout, 30, 1))
    assert in_parts(layout, data) == whole(layout, data)


def test_ranges_follow_one_another() -> None:
    layout, data = load_layout("KJSHOTK1"), sample("KJSHOTK1", 30)
    found = ranges(layout, data)
    assert sum(one.count for one in found) == 30
    assert found[0].begin == 300
    assert all(one.begin + one.count * 300 == other.begin for one, other in pairwise(found))
    assert all(one.first + one.count == other.first for one, other in pairwise(found))


def test_a_range_of_a_file_that_became_shorter_is_refused() -> None:
    layout, data = load_layout("KJSHOTK1"), sample("KJSHOTK1", 30)
    last = ranges(layout, data)[-1]
    stream = io.BytesIO(data[: last.begin + last.count * 300 - 1])
    with pytest.raises(WireError, match=r"files\.range\.end"):
        decode_range(layout, stream, settings_of(layout), last)
