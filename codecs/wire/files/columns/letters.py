"""Kernels of texts: a chunk's bytes of one place to a column of UTF-8."""

from typing import Final

import numpy as np

from wire.files.columns.checks import check_digits
from wire.files.columns.column import make_texts
from wire.files.columns.lengths import count, join, load_rows, trim
from wire.files.columns.outcome import Outcome, leave
from wire.files.columns.tables import (
    I64,
    ODD,
    SIZE,
    U8,
    U16,
    Characters,
    Mask,
    load_half_width,
    load_jis,
    load_wide,
)
from wire.files.columns.words import load_words
from wire.files.layout import Field
from wire.files.places import Place
from wire.files.settings import Settings

_SPACE: Final = 0x20
_DELETE: Final = 0x7F
_LOWER: Final = 0x20  # the bit that makes a small letter
_LETTERS: Final = 26
_DIGITS: Final = 10
_WIDE_SPACE: Final = b"\x81\x40"
_JIS_SPACE: Final = b"!!"
_THREE: Final = 3 << SIZE  # the least that a plain character of three bytes is


def text(place: Place, data: U8, settings: Settings) -> Outcome:
    """Read half-width text without kana."""
    block = load_rows(data, place.begin, place.end, b" ")
    lengths = trim(block != _SPACE)
    odd = np.zeros(len(data), np.bool_)
    for spelling in place.field.empty:
        spelt = spelling.encode().ljust(place.field.length)
        odd |= load_words(data, place.begin, place.end).equal(spelt)
    doubtful = count(block - _SPACE < _DELETE - _SPACE) < block.shape[1]
    _judge(place.field, block, lengths, doubtful, settings)
    doubtful &= ~odd
    lengths *= ~(doubtful | odd)
    return Outcome(column=make_texts(join(block, lengths), lengths), odd=odd, doubtful=doubtful)


def _judge(field: Field, block: U8, lengths: I64, doubtful: Mask, settings: Settings) -> None:
    """Mark rows whose text may break a rule of the field."""
    there = lengths > 0
    if field.constant is not None:
        doubtful |= there & ~_is_one_of(field, block, (field.constant,))
    if field.codes:
        doubtful |= there & ~_is_one_of(field, block, tuple(field.codes))
    elif field.charset != "any":
        allowed = _are_digits(block)
        if field.charset == "alphanumeric":
            allowed |= (block | _LOWER) - ord("a") < _LETTERS
        doubtful |= count(allowed) < lengths  # blanks inside are not allowed either
    if field.check is not None:
        digits = block[:, : field.length]
        agree = check_digits(field.check, digits, settings.numbers)
        agree &= count(_are_digits(block)) == field.length
        doubtful |= there & ~agree


def _are_digits(block: U8) -> Mask:
    found: Mask = block - ord("0") < _DIGITS
    return found


def _is_one_of(field: Field, block: U8, texts: tuple[str, ...]) -> Mask:
    words = load_words(block, 0, field.length)
    found = np.zeros(len(block), np.bool_)
    for one in texts:
        if len(one) <= field.length:
            found |= words.equal(one.encode().ljust(field.length))
    return found


def kana(place: Place, data: U8, settings: Settings) -> Outcome:
    """Read half-width text with kana."""
    block = load_rows(data, place.begin, place.end, b" ")
    characters = load_half_width(large_only=settings.encoding == "jis_mixed")
    lengths = trim(block != _SPACE)
    return _spell(join(block, lengths), lengths, characters, np.zeros(len(data), np.bool_))


def wide(place: Place, data: U8, settings: Settings) -> Outcome:
    """Read full-width text."""
    if settings.encoding == "utf_8":
        return leave(data, place.field.type)
    return _pairs(place, data, load_wide(settings.policy, settings.gaiji), _WIDE_SPACE)


def jis(place: Place, data: U8, _: Settings) -> Outcome:
    """Read 7-bit JIS X 0208."""
    return _pairs(place, data, load_jis(), _JIS_SPACE)


def _pairs(place: Place, data: U8, characters: Characters, padding: bytes) -> Outcome:
    block = load_rows(data, place.begin, place.end, padding)
    pairs = block.view(np.uint16)
    lengths = trim(pairs != np.frombuffer(padding, np.uint16))
    padded = lengths == 0
    blank = count(pairs == np.frombuffer(b"  ", np.uint16)) == place.field.length // 2
    lengths *= ~blank
    odd = blank if padding == _JIS_SPACE else padded  # the other is canonical for no value
    return _spell(join(block, lengths * 2).view(">u2"), lengths, characters, odd)


def _spell(codes: U8 | U16, lengths: I64, characters: Characters, odd: Mask) -> Outcome:
    """Return the texts of codes of which every row has so many."""
    packed = characters.take(codes)
    doubtful = np.zeros(len(lengths), np.bool_)
    least, most = packed.min(initial=_THREE), packed.max(initial=_THREE)
    if least >= _THREE and most < _THREE + (1 << SIZE):  # most names are nothing but kanji or kana
        text = np.empty(len(packed) * 3 + 1, np.uint8)
        np.ndarray((len(packed),), "<u4", text, 0, (3,))[:] = packed  # each over the size before it
        column = make_texts(text[:-1], lengths * 3)
        return Outcome(column=column, odd=odd, doubtful=doubtful)
    owners = np.repeat(np.arange(len(lengths)), lengths)
    doubtful[owners[packed == 0]] = True
    odd = odd.copy()
    odd[owners[packed >= ODD]] = True
    packed = packed[~doubtful[owners]]
    lengths = lengths * ~doubtful
    sizes = (packed >> SIZE & 3).astype(np.int64)
    ends = np.zeros(len(packed) + 1, np.int64)
    np.cumsum(sizes, out=ends[1:])
    text = np.empty(ends[-1] + 4, np.uint8)
    np.ndarray((len(text) - 3,), "<u4", text, 0, (1,))[ends[:-1]] = packed
    last = np.cumsum(lengths)
    column = make_texts(text[: ends[-1]], ends[last] - ends[last - lengths])
    return Outcome(column=column, odd=odd & ~doubtful, doubtful=doubtful)
