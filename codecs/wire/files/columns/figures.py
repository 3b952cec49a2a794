"""Kernels of numbers and dates: a chunk's bytes of one place to a column."""

from datetime import date
from typing import Final

import numpy as np

from wire.files.columns.column import make_days, make_integers, make_texts
from wire.files.columns.outcome import Outcome, leave
from wire.files.columns.tables import U8, Mask, load_calendar
from wire.files.columns.words import Words, load_words
from wire.files.layout import FieldType
from wire.files.places import Place
from wire.files.settings import Settings

_FOREVER: Final = date.max.toordinal() - date(1970, 1, 1).toordinal()
_YEAR, _MONTH = 10_000, 100


def read_digits(place: Place, data: U8) -> tuple[Words, Mask, Mask, Mask]:
    """Return the words of a field, and where it is digits, blank, or spelt as empty."""
    words = load_words(data, place.begin, place.end)
    empty = np.zeros(len(data), np.bool_)
    for spelling in place.field.empty:
        empty |= words.equal(spelling.encode())
    blank = words.equal(b" " * place.field.length)
    return words, words.are_digits(), blank, empty


def number(place: Place, data: U8, _: Settings) -> Outcome:
    """Read an unsigned number."""
    words, digits, blank, empty = read_digits(place, data)
    values = words.numbers()
    valid = digits & ~empty
    doubtful = ~(digits | blank)
    if place.field.codes:
        listed = [words.equal(code.encode()) for code in place.field.codes if _fits(code, place)]
        doubtful |= valid & ~np.any(listed, axis=0)
    for limit, wrong in ((place.field.least, np.less), (place.field.most, np.greater)):
        if limit is not None:
            doubtful |= valid & wrong(values, limit)
    return Outcome(column=make_integers(values, valid), odd=empty, doubtful=doubtful)


def _fits(code: str, place: Place) -> bool:
    return len(code) == place.field.length


def signed(place: Place, data: U8, _: Settings) -> Outcome:
    """Read a number after a sign."""
    begin, end = place.begin, place.end
    if end - begin == 1 or place.field.empty:
        return leave(data, place.field.type)
    signs, words = data[:, begin], load_words(data, begin + 1, end)
    negative = signs == ord("-")
    good = words.are_digits() & (negative | (signs == ord("+")))
    blank = load_words(data, begin, end).equal(b" " * (end - begin))
    values = words.numbers()
    values[negative] *= -1
    zero = negative & (values == 0)  # -0 is written +0
    return Outcome(column=make_integers(values, good), odd=zero & good, doubtful=~(good | blank))


def day(place: Place, data: U8, _: Settings) -> Outcome:
    """Read a date."""
    words, digits, blank, empty = read_digits(place, data)
    numbers = (words.numbers() * digits).astype(np.uint32)  # narrow numbers are divided faster
    years = numbers // np.uint32(_YEAR)
    rest = numbers - years * np.uint32(_YEAR)
    calendar = load_calendar()
    of_year = calendar.days[calendar.leap[years], rest]
    good = digits & (of_year >= 0) & (years > 0)
    days = calendar.years[years] + of_year
    odd = empty
    if place.field.forever is not None:
        forever = words.equal(place.field.forever.encode())
        spelt_out = good & (days == _FOREVER) & ~forever  # 99991231 that is written otherwise
        days[forever] = _FOREVER
        good, odd = good | forever, odd | spelt_out
    valid = good & ~empty
    return Outcome(
        column=make_days(days.astype(np.int32), valid),
        odd=odd,
        doubtful=~(valid | blank | empty),
    )


def _stamp(place: Place, data: U8, pattern: str) -> Outcome:
    """Read digits into a text: in the pattern `0` takes the next digit, other characters stay."""
    _, digits, blank, empty = read_digits(place, data)
    block = np.ascontiguousarray(data[:, place.begin : place.end])
    good = digits & ~empty & is_stamp(block, place.field.type, digits)
    text = np.empty((len(data), len(pattern)), np.uint8)
    taken = 0
    for at, character in enumerate(pattern):
        if character == "0":
            text[:, at] = block[:, taken]
            taken += 1
        else:
            text[:, at] = ord(character)
    lengths = np.where(good, len(pattern), 0)
    column = make_texts(text[good].reshape(-1), lengths)
    return Outcome(column=column, odd=empty, doubtful=~(good | blank | empty))


def is_stamp(block: U8, kind: FieldType, digits: Mask) -> Mask:
    """Return where digits, one byte each, are a month, an instant or a date with unknown parts."""
    figures = np.where(digits[:, None], block, 0x30).astype(np.int64) - 0x30
    years = figures[:, 0] * 1000 + figures[:, 1] * 100 + figures[:, 2] * 10 + figures[:, 3]
    months = figures[:, 4] * 10 + figures[:, 5]
    days = np.ones(len(block), np.int64)
    if kind != "month":
        days = figures[:, 6] * 10 + figures[:, 7]
    good = years > 0
    if kind == "partial_date":
        good &= (months > 0) | (days == 0)
        months, days = np.maximum(months, 1), np.maximum(days, 1)
    calendar = load_calendar()
    good &= calendar.days[calendar.leap[years], months * _MONTH + days] >= 0
    if kind == "instant":
        for at, limit in ((8, 24), (10, 60), (12, 60)):
            good &= figures[:, at] * 10 + figures[:, at + 1] < limit
    return good


def month(place: Place, data: U8, _: Settings) -> Outcome:
    """Read a month."""
    return _stamp(place, data, "0000-00")


def instant(place: Place, data: U8, _: Settings) -> Outcome:
    """Read a date and a time of day."""
    return _stamp(place, data, "0000-00-00T00:00:00")


def partial_date(place: Place, data: U8, _: Settings) -> Outcome:
    """Read a date of which month and day may be unknown."""
    return _stamp(place, data, "0000-00-00")
