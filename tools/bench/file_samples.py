"""Records of 500 bytes to measure codecs with: 22 texts, 9 numbers, 6 dates, 2 kana, 2 wide.

Every text stands in its bytes as Python's own encoder writes it, so nothing here depends on what is
measured. Full-width fields are never blank and full-width throughout: readers that count characters
would take all later fields from the wrong place otherwise.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from wire.files.layout import Field, FieldType, Layout, Record
from wire.numbers import individual_number_digit

TERMINATOR: Final = b"\r\n"
RECORD_BYTES: Final = 500  # with the terminator
_TEXTS: Final = (1, 15, 12, 13, 8, 5, 3, 2, 10, 20, 7, 4, 6, 6, 12, 15, 11, 13, 30, 5, 8, 12)
_NUMBERS: Final = (9, 9, 7, 5, 3, 10, 11, 6, 12)
_DIGITS: Final = frozenset({1, 2, 3, 4, 5})  # texts of digits only, by their order
_OWNER: Final = 2  # the text that is an individual number
_KANA: Final = "".join(chr(code) for code in range(0xFF71, 0xFF9E))
_KANJI: Final = "".join(
    chr(code) for code in range(0x4E00, 0x9FA0) if chr(code).encode("shift_jis", "ignore")
)
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"
_FIRST_DAY: Final = date(1930, 1, 1)
_DAYS: Final = 34_000
_MISSING: Final = 0.1
_DIFFERENT: Final = 20_000


class Cell(NamedTuple):
    """A field: its bytes from `begin` on, counted from 0, and from `first` on in characters."""

    name: str
    type: FieldType
    begin: int
    length: int
    first: int
    characters: int


def list_fields() -> list[Cell]:
    """Return the fields of a record in order, texts of every kind among one another."""
    kinds: list[tuple[FieldType, int]] = [("text", length) for length in _TEXTS]
    for index, length in enumerate(_NUMBERS):
        kinds.insert(3 * index + 4, ("number", length))
    for index in range(6):
        kinds.insert(6 * index + 5, ("date", 8))
    kinds[7:7] = [("kana", 25), ("wide", 50)]
    kinds[20:20] = [("kana", 35), ("wide", 50)]
    cells, begin, first = [], 0, 0
    for number, (kind, length) in enumerate(kinds, start=1):
        characters = length // 2 if kind == "wide" else length
        cells.append(Cell(f"{kind}{number:02}", kind, begin, length, first, characters))
        begin += length
        first += characters
    return cells


def make_layout() -> Layout:
    """Return the layout of these records as our codec takes it."""
    texts = [cell for cell in list_fields() if cell.type == "text"]
    fields = tuple(
        Field(
            name=cell.name,
            at=cell.begin + 1,
            length=cell.length,
            type=cell.type,
            need="always" if cell.type in {"wide", "text"} else "optional",
            charset="digits" if cell in texts and texts.index(cell) in _DIGITS else "any",
            check="individual_number" if cell == texts[_OWNER] else None,
        )
        for cell in list_fields()
    )
    length = RECORD_BYTES - len(TERMINATOR)
    record = Record(kind="D", name="D", length=length, fields=fields, tag="")
    return Layout(
        id="BENCH",
        name="bench",
        version="1",
        valid_from=_FIRST_DAY,
        origin="design",
        direction="to_federation",
        terminator="crlf",
        structure="D*",
        records=(record,),
    )


def draw_texts(count: int, seed: int = 1) -> Iterator[list[str]]:
    """Yield what the fields of each record say, without padding; some say nothing."""
    draw = random.Random(seed)  # noqa: S311  # what is measured, no secret
    cells = list_fields()
    texts = [cell.name for cell in cells if cell.type == "text"]
    for _ in range(count):
        yield [_draw(cell, texts, draw) for cell in cells]


def _draw(cell: Cell, texts: Sequence[str], draw: random.Random) -> str:
    most = cell.characters
    if cell.type in {"number", "date"} and draw.random() < _MISSING:
        return ""
    if cell.type == "number":
        return f"{draw.randrange(10**most):0{most}}"
    if cell.type == "date":
        return f"{_FIRST_DAY + timedelta(days=draw.randrange(_DAYS)):%Y%m%d}"
    if cell.type == "text":
        return _draw_text(texts.index(cell.name), most, draw)
    alphabet, least = (_KANA, most // 3) if cell.type == "kana" else (_KANJI, 3)
    return "".join(draw.choices(alphabet, k=draw.randint(least, most)))


def _draw_text(order: int, most: int, draw: random.Random) -> str:
    if order == _OWNER:
        stem = f"{draw.randrange(10**11):011}"
        return f"{stem}{(int(individual_number_digit(stem)) + 5) % 10}"
    if order in _DIGITS:
        return f"{draw.randrange(10**most):0{most}}"
    return "".join(draw.choices(_LETTERS, k=draw.randint(max(1, most // 2), most)))


def write_record(texts: Sequence[str]) -> bytes:
    """Return the bytes of one record."""
    cells = list_fields()
    padded = [
        text.ljust(cell.characters, "\u3000" if cell.type == "wide" else " ")
        for text, cell in zip(texts, cells, strict=True)
    ]
    return "".join(padded).encode("cp932") + TERMINATOR


def write_file(path: Path, records: int) -> None:
    """Write so many records; after the first 20,000 the same ones come again."""
    block = [write_record(texts) for texts in draw_texts(min(records, _DIFFERENT))]
    with path.open("wb") as file:
        for first in range(0, records, _DIFFERENT):
            file.writelines(block[: records - first])
