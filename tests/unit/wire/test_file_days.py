"""Days, digits and texts of columns, against Python's own, over their whole range."""

from datetime import date

import numpy as np
import pytest

from wire.files.columns import column
from wire.files.columns.numerals import number_days, write_digits

FIRST, LAST = (int(np.datetime64(day).astype(np.int64)) for day in ("0001-01-01", "9999-12-31"))


def test_every_day_of_the_calendar_has_its_number() -> None:
    days = np.arange(FIRST - 400, LAST + 401)
    numbers, known = number_days(days)
    assert (known == ((days >= FIRST) & (days <= LAST))).all()
    dates = days[known].astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    expected = (dates.astype("datetime64[Y]").astype(np.int64) + 1970) * 10_000
    expected += (months.astype(np.int64) % 12 + 1) * 100
    expected += (dates - months).astype(np.int64) + 1
    assert (numbers[known] == expected).all()


def test_numbers_of_any_length_are_written_with_their_zeros() -> None:
    values = [0, 1, 9, 10, 99, 9999, 10_000, 99_999_999, 10**8, 10**16 - 1, 10**16, 10**18 + 7]
    for width in range(1, 20):
        fitting = [value for value in values if value < 10**width]
        data = np.zeros((len(fitting), width + 2), np.uint8)
        write_digits(np.array(fitting, np.int64), data, 1, width + 1)
        assert [row.tobytes() for row in data] == [b"\0%0*d\0" % (width, one) for one in fitting]


def test_all_groups_of_four_digits_are_written() -> None:
    values = np.arange(10_000) * 10_001
    data = np.zeros((len(values), 8), np.uint8)
    write_digits(values, data, 0, 8)
    assert data.tobytes() == b"".join(b"%08d" % value for value in values.tolist())


def test_days_become_dates_even_when_more_differ_than_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(column, "_MEMORY", 3)
    days = np.arange(10, dtype=np.int32)
    dates = column.make_days(days, np.ones(10, np.bool_)).to_list()
    assert dates == [date(1970, 1, number) for number in range(1, 11)]


def test_texts_with_line_ends_are_cut_where_they_end() -> None:
    made = column.make_texts(np.frombuffer(b"a\nbc", np.uint8), np.array([2, 0, 2]))
    assert made.to_list() == ["a\n", None, "bc"]
    assert column.make_texts(np.zeros(0, np.uint8), np.zeros(0, np.int64)).to_list() == []
