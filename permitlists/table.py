"""The content of an edition as typed values, its canonical bytes and its packaged lines."""

from datetime import date
from typing import Literal

import msgspec

from permitlists.model import PermitListError

# `gc=False`: these values hold no cycles, and a large edition has a million of them, which the
# collector of cycles would walk through again and again.
Numbering = Literal["verified", "unverified", "conflict", "single"]
Confidence = Literal["exact", "mapped", "doubtful"]


class Grant(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """One information line of a clause: the pairs and terms it belongs to, narrowed by `scope`.

    `scope` is empty for the whole term. A `doubtful` line grants nothing.
    """

    pairs: tuple[int, ...]
    terms: tuple[str, ...]
    scope: str
    confidence: Confidence


class Clause(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """号, one concrete affair with its own information; `no` is None where a row has only one.

    `place` is how the article numbers the clause, None for the plain 第n号 and empty for no
    number. `implementers` are the classes a paragraph of the article speaks of, if it says so.
    """

    no: str | None
    label: str
    numbering: Numbering
    grants: tuple[Grant, ...]
    place: str | None = None
    implementers: tuple[str, ...] = ()


class Pair(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """組, providers and the information that each of them may give within one row."""

    no: int
    providers: tuple[str, ...]
    terms: tuple[str, ...]


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """項, one row of the table; a deleted row keeps its number and has no inquirers.

    `article` is the number of the article that details the row, as in `71` or `162の2`.
    """

    no: str
    article: str
    label: str
    inquirers: tuple[str, ...]
    pairs: tuple[Pair, ...]
    clauses: tuple[Clause, ...]


class InstitutionClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """機関の区分, a class of bodies and the wider classes that contain all of it.

    `wording` is the first 16 hexadecimal digits of the SHA-256 of the law's own wording where the
    name is a label of ours, None where the name is the law's.
    """

    name: str
    groups: tuple[str, ...]
    wording: str | None


class Overlay(
    msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """読替え, a reading rule that governs one row, or one clause of it, on some days only.

    `valid_to` is the first day it no longer governs. `note` says in Japanese what is read how and
    where that stands. `replacement` is the row as it reads on those days, None where the rule
    changes no element of the row.
    """

    row: str
    clause: str | None
    valid_from: date
    valid_to: date
    note: str
    replacement: Row | None = None


class Table(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The whole content of one edition, in the order of the law.

    `valid_to` is None for an edition that ends where its successor begins. `source` says where the
    content came from, as in `wording-2015-12`; empty where nobody said.
    """

    instrument: str
    valid_from: date
    valid_to: date | None
    classes: tuple[InstitutionClass, ...]
    rows: tuple[Row, ...]
    source: str = ""
    overlays: tuple[Overlay, ...] = ()


_decode_table = msgspec.json.Decoder(Table).decode
_encode_table = msgspec.json.Encoder(order="sorted").encode


def canonical_bytes(table: Table) -> bytes:
    """Return the one JSON text of a table: sorted keys, no white space, UTF-8."""
    return _encode_table(table)


def decode_table(data: bytes) -> Table:
    """Return the table that canonical bytes hold.

    Raises:
        PermitListError: the bytes are no table, or not in canonical form.
    """
    try:
        table = _decode_table(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise PermitListError("permits.edition_form", f"no edition: {error}") from error
    if canonical_bytes(table) != data:
        raise PermitListError("permits.edition_form", "the bytes are not in canonical form")
    return table
