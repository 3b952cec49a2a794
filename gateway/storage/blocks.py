"""Search terms of the record log, kept by blocks of 1,024 records instead of by index.

An index over random identifiers dirties a page of the database for every record that is appended.
So a record carries three 4-byte terms, of its transaction number, its request id and its subject,
and the writer keeps for each full block the terms of all its records in one array. A search looks
through the arrays (12 KB for a block, memory speed) and through the rows of the last, unfinished
block; what a term points at is compared in full. `Store.verify` compares arrays and records.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Final
from zlib import crc32

BLOCK: Final = 1024
TERMS: Final = ("transaction_number", "request_id", "subject")  # in the order of an entry
_WIDTH: Final = 4
_ENTRY: Final = _WIDTH * len(TERMS)
_ABSENT: Final = bytes(_WIDTH)
_TEXTS: Final = Struct(">II").pack


def to_term(value: str | bytes | None) -> bytes:
    """Return the term of an identifier or a blind index, 4 bytes; zeros where there is none."""
    if value is None:
        return _ABSENT
    if isinstance(value, str):
        return _to_number(value).to_bytes(_WIDTH, "big")
    return value[:_WIDTH]


def to_entry(
    transaction_number: str | None, request_id: str | None, subject_index: bytes | None
) -> bytes:
    """Return the terms of one record, 12 bytes."""
    subject = to_term(subject_index)
    return _TEXTS(_to_number(transaction_number), _to_number(request_id)) + subject


def _to_number(text: str | None) -> int:
    return 0 if text is None else crc32(text.encode())


def find_positions(entries: bytes, name: str, value: str | bytes) -> Iterator[int]:
    """Yield the places in an array of entries, from 0, whose term of a name is that of `value`."""
    offset, term = TERMS.index(name) * _WIDTH, to_term(value)
    at = entries.find(term)
    while at >= 0:
        if at % _ENTRY == offset:
            yield at // _ENTRY
        at = entries.find(term, at + 1)
