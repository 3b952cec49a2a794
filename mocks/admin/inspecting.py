"""One exchange as the panel shows it: what matched, what it says, its bytes, what it changed."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mocks.admin.journal_views import explain_row, write_curl
from mocks.admin.room import Room
from mocks.admin.rule_making import Draft, draft_rule
from mocks.admin.schemas.journal import WhyResource
from mocks.engine.journal import Exchange, Row
from wire.documents import Document, decode_stream
from wire.errors import WireError

HEX_BYTES: Final = 4096
TEXT_BYTES: Final = 64 * 1024
HEX_WIDTH: Final = 16
_PRINTABLE: Final = range(0x20, 0x7F)
_END_OF_HEADER: Final = b"\r\n\r\n"
_PERMIT: Final = "application/provision-permit+jws"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One document of a stream: the fields of its header, its body as text if it is one."""

    title: str
    fields: Mapping[str, str]
    body: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one side said: bytes as text, as documents, as hexadecimal digits."""

    size: int
    text: str | None
    parts: tuple[Part, ...]
    hexadecimal: str
    more: int  # bytes that are not shown

    @classmethod
    def of(cls, octets: bytes) -> "Side":
        """Return what is shown of some bytes."""
        return cls(
            size=len(octets),
            text=read_text(octets),
            parts=read_parts(octets),
            hexadecimal=write_hexadecimal(octets[:HEX_BYTES]),
            more=max(0, len(octets) - HEX_BYTES),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One state before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """Everything about one row; the sides are None where it has no bytes, or no more."""

    row: Row
    why: WhyResource
    changes: tuple[Change, ...]
    asked: Side | None
    answered: Side | None
    curl: str
    draft: Draft | None
    repeatable: bool
    siblings: tuple[int, ...]


def inspect(room: Room, row: Row) -> Detail:
    """Return everything about a row."""
    journal = room.space.script.journal
    exchange = journal.find_exchange(row.exchange) if row.exchange else None
    return Detail(
        row=row,
        why=explain_row(row),
        changes=list_changes(row.before, row.after),
        asked=Side.of(exchange.asked) if exchange else None,
        answered=Side.of(exchange.answered) if exchange and exchange.answered else None,
        curl=write_curl(exchange, room.space) if exchange else "",
        draft=draft_rule(row),
        repeatable=exchange is not None and _is_repeatable(room, exchange),
        siblings=tuple(
            one.id for one in journal.rows() if row.exchange and one.exchange == row.exchange
        ),
    )


def list_changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """Return every state that was known before or after."""
    names = [*before, *(name for name in after if name not in before)]
    return tuple(
        Change(name=name, before=before.get(name, ""), after=after.get(name, "")) for name in names
    )


def read_text(octets: bytes) -> str | None:
    """Return bytes as text, None where they are none."""
    try:
        return octets[:TEXT_BYTES].decode("utf-8")
    except UnicodeDecodeError as error:
        # Only a character that the bound itself cut is no fault of the bytes.
        cut = len(octets) > TEXT_BYTES and error.start > TEXT_BYTES - 4
        return octets[: error.start].decode("utf-8") if cut else None


def read_parts(octets: bytes) -> tuple[Part, ...]:
    """Return the documents of a stream, as far as it is one."""
    try:
        found = decode_stream(octets)
    except WireError as error:
        return (_show_broken(error),)
    return tuple(
        _show_document(one) if isinstance(one, Document) else _show_broken(one) for one in found
    )


def write_hexadecimal(octets: bytes) -> str:
    """Return bytes as lines of an offset, hexadecimal digits and what of them is ASCII."""
    lines = []
    for offset in range(0, len(octets), HEX_WIDTH):
        chunk = octets[offset : offset + HEX_WIDTH]
        digits = chunk.hex(" ").ljust(HEX_WIDTH * 3 - 1)
        letters = "".join(chr(one) if one in _PRINTABLE else "." for one in chunk)
        lines.append(f"{offset:06x}  {digits}  {letters}")
    return "\n".join(lines)


def _show_document(document: Document) -> Part:
    block = document.raw.partition(_END_OF_HEADER)[0].decode("ascii", "replace")
    fields = dict(line.split(": ", 1) for line in block.split("\r\n") if ": " in line)
    return Part(title=document.kind, fields=fields, body=_show_body(document))


def _show_body(document: Document) -> str | None:
    """Return a body with one element a line; of a permit what it says, not its signature."""
    text = read_text(document.body)
    if text is None or document.content_type != _PERMIT:
        return text and text.replace("><", ">\n<")
    payload = text.split(".")[1:2]
    try:
        octets = urlsafe_b64decode(payload[0] + "=" * (-len(payload[0]) % 4)) if payload else b""
        return json.dumps(json.loads(octets), ensure_ascii=False, indent=2)
    except ValueError:
        return text


def _show_broken(error: object) -> Part:
    return Part(title="読めない電文", fields={"誤り": str(error)}, body=None)


def _is_repeatable(room: Room, exchange: Exchange) -> bool:
    code = room.space.script.names.code_of(exchange.party) or exchange.party
    return exchange.direction == "in" and exchange.peer is not None and code in room.space.hosts
