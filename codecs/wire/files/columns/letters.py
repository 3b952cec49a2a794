"""Kernels of texts: a chunk's bytes of one place to a column of UTF-8."""

from collections.abc import Callable
from typing import Final

import numpy as np

from wire.files.columns.checks import check_digits
from wire.files.columns.column import make_texts
from wire.files.columns.outcome import Outcome, leave
from wire.files.columns.tables import (
    I64,
    U8,
    Block,
    Characters,
    Mask,
    are_all,
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
_WIDE_SPACE: Final = 0x8140
_JIS_SPACE: Final = 0x2121


def text(place: Place, data: U8, settings: Settings) -> Outcome:
    """Read half-width text without kana."""
    block = np.ascontiguousarray(data[:, place.begin : place.end])
    lengths = _trimmed(block, _SPACE)
    plain = are_all((block >= _SPACE) & (block < _DELETE))
    odd = np.zeros(len(data), np.bool_)
    for spelling in place.field.empty:
        spelt = block == np.frombuffer(spelling.encode().ljust(block.shape[1]), np.uint8)
        odd |= spelt.all(axis=1)
    doubtful = ~plain
    _judge(place.field, block, lengths, doubtful, settings)
    doubtful[odd] = False
    lengths = np.where(doubtful | odd, 0, lengths)
    return Outcome(column=make_texts(_take(block, lengths), lengths), odd=odd, doubtful=doubtful)


def _judge(field: Field, block: U8, lengths: I64, doubtful: Mask, settings: Settings) -> None:
    """Mark rows whose text may break a rule of the field."""
    there = lengths > 0
    if field.constant is not None:
        doubtful |= there & ~_is_one_of(block, (field.constant,))
    if field.codes:
        doubtful |= there & ~_is_one_of(block, tuple(field.codes))
    elif field.charset != "any":
        allowed = _ALLOWED[field.charset][block]
        inside = np.arange(block.shape[1]) < lengths[:, None]
        doubtful |= there & ~(allowed | ~inside).all(axis=1)
    if field.check is not None:
        doubtful |= there & ~check_digits(field.check, block, settings.numbers)


def _is_one_of(block: U8, texts: tuple[str, ...]) -> Mask:
    words = load_words(block, 0, block.shape[1])
    found = np.zeros(len(block), np.bool_)
    for one in texts:
        if len(one) <= block.shape[1]:
            found |= words.equal(one.encode().ljust(block.shape[1]))
    return found


def _allowed(accept: Callable[[str], bool]) -> Mask:
    return np.array([code < _DELETE and accept(chr(code)) for code in range(256)], np.bool_)


_ALLOWED: Final = {"digits": _allowed(str.isdigit), "alphanumeric": _allowed(str.isalnum)}


def _trimmed(block: U8, padding: int) -> I64:
    """Return the lengths of rows without their padding at the end."""
    width = block.shape[1]
    filled = block != padding
    lengths: I64 = width - filled[:, ::-1].argmax(axis=1)
    lengths[~filled.any(axis=1)] = 0
    return lengths


def kana(place: Place, data: U8, settings: Settings) -> Outcome:
    """Read half-width text with kana."""
    block = np.ascontiguousarray(data[:, place.begin : place.end])
    characters = load_half_width(large_only=settings.encoding == "jis_mixed")
    lengths = _trimmed(block, _SPACE)
    return _characters(block, lengths, characters, np.zeros(len(data), np.bool_))


def wide(place: Place, data: U8, settings: Settings) -> Outcome:
    """Read full-width text."""
    if settings.encoding == "utf_8":
        return leave(data, place.field.type)
    return _pairs(place, data, load_wide(settings.policy, settings.gaiji), _WIDE_SPACE)


def jis(place: Place, data: U8, _: Settings) -> Outcome:
    """Read 7-bit JIS X 0208."""
    return _pairs(place, data, load_jis(), _JIS_SPACE)


def _pairs(place: Place, data: U8, characters: Characters, padding: int) -> Outcome:
    raw = np.ascontiguousarray(data[:, place.begin : place.end])
    blank = (raw == _SPACE).all(axis=1)
    codes = raw.view(">u2").astype(np.uint16)
    filled = codes != padding
    lengths = codes.shape[1] - filled[:, ::-1].argmax(axis=1)
    padded = ~filled.any(axis=1)
    lengths[padded | blank] = 0
    odd = blank if padding == _JIS_SPACE else padded  # the other is canonical for no value
    return _characters(codes, lengths, characters, odd)


def _characters(codes: Block, lengths: I64, characters: Characters, odd: Mask) -> Outcome:
    """Return the texts of the first `lengths` codes of each row."""
    doubtful = np.zeros(len(codes), np.bool_)
    flat = _take(codes, lengths)
    sizes = characters.size[flat]
    if not sizes.all():
        doubtful[_rows(lengths)[sizes == 0]] = True
        lengths = np.where(doubtful, 0, lengths)
        flat = _take(codes, lengths)
        sizes = characters.size[flat]
    strange = characters.odd[flat]
    if strange.any():
        odd = odd.copy()
        odd[_rows(lengths)[strange]] = True
    text = characters.utf8[flat]
    if (sizes == text.shape[1]).all():
        column = make_texts(text.reshape(-1), lengths * text.shape[1])
    else:
        ends = np.zeros(len(flat) + 1, np.int64)
        np.cumsum(sizes, out=ends[1:])
        last = np.cumsum(lengths)
        kept = np.arange(text.shape[1]) < sizes[:, None]
        column = make_texts(text[kept], ends[last] - ends[last - lengths])
    return Outcome(column=column, odd=odd & ~doubtful, doubtful=doubtful)


def _rows(lengths: I64) -> I64:
    """Return the row of each code that `_take` returns."""
    return np.repeat(np.arange(len(lengths)), lengths)


def _take(codes: Block, lengths: I64) -> Block:
    """Return the first codes of every row one after the other."""
    most = int(lengths.max(initial=0))
    if (lengths == most).all():
        return codes[:, :most].reshape(-1)
    return codes[:, :most][np.arange(most) < lengths[:, None]]
