r"""What stands in the cells of a spreadsheet: how values become the text of one cell and return.

Every cell is text. A line is one value; a cell of several values has one a line. A backslash
begins what could not be seen or would be read otherwise: `\\`, `\n`, `\e` for a value that is
there and empty, and `\u{202E}` for a character that does not print.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from permitlists.table import Confidence, Numbering

LONGEST: Final = 32_767  # characters; the file format allows no more in one cell
EMPTY: Final = "\\e"
_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n"}
_ESCAPED = re.compile(r"\\(?:(\\)|(n)|u\{([0-9A-F]{1,6})\})")
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,18})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
NUMBERINGS: Final[Mapping[str, Numbering]] = {
    "確認済み": "verified",
    "未確認": "unverified",
    "食違い": "conflict",
    "単独": "single",
}
CONFIDENCES: Final[Mapping[str, Confidence]] = {
    "文言どおり": "exact",
    "対応づけ": "mapped",
    "要確認": "doubtful",
}


class CellError(ValueError):
    """Text of a cell that is no value of its column; the message says what is expected."""

    def __init__(self, *, expected: str) -> None:
        super().__init__(f"expected {expected}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How the values of a column are written to a cell and read from it.

    `read` raises CellError. Any: the fields of a table have many types.
    """

    write: Callable[[Any], str]
    read: Callable[[str], Any]


def _write_text(text: str) -> str:
    return "".join(map(_escape, text))


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    return character if character.isprintable() else f"\\u{{{ord(character):X}}}"


def _read_text(cell: str) -> str:
    if not cell.isprintable():
        raise CellError(expected="one line without characters that do not print")
    pieces, at = [], 0
    while (start := cell.find("\\", at)) >= 0:
        found = _ESCAPED.match(cell, start)
        if found is None:
            raise CellError(expected=r"\\ \n \e or \u{...} after a backslash")
        pieces += [cell[at:start], _unescape(found)]
        at = found.end()
    return "".join((*pieces, cell[at:]))


def _unescape(found: re.Match[str]) -> str:
    if found[3] is None:
        return "\\" if found[1] else "\n"
    try:
        return chr(int(found[3], 16)).encode().decode()
    except (ValueError, OverflowError) as error:
        raise CellError(expected="a code point between the braces") from error


def _write_optional(text: str | None) -> str:
    return "" if text is None else _write_text(text) or EMPTY


def _read_optional(cell: str) -> str | None:
    if not cell:
        return None
    return "" if cell == EMPTY else _read_text(cell)


def _read_name(cell: str) -> str:
    name = _read_optional(cell)
    if name is None:
        raise CellError(expected="a value")
    return name


def _write_list(names: tuple[str, ...]) -> str:
    return "\n".join(map(_write_optional, names))


def _read_list(cell: str) -> tuple[str, ...]:
    return tuple(map(_read_name, cell.split("\n"))) if cell else ()


def _read_whole(cell: str) -> int:
    if _WHOLE.fullmatch(cell) is None or not _SMALLEST <= int(cell) <= _LARGEST:
        raise CellError(expected="a whole number")
    return int(cell)


def _write_wholes(numbers: tuple[int, ...]) -> str:
    return "\n".join(map(str, numbers))


def _read_wholes(cell: str) -> tuple[int, ...]:
    return tuple(map(_read_whole, cell.split("\n"))) if cell else ()


def _read_day(cell: str) -> date:
    try:
        if _DAY.fullmatch(cell):
            return date.fromisoformat(cell)
    except ValueError as error:
        raise CellError(expected="a day that exists") from error
    raise CellError(expected="a day as YYYY-MM-DD")


def _write_optional_day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _read_optional_day(cell: str) -> date | None:
    return _read_day(cell) if cell else None


def _word(words: Mapping[str, str]) -> Kind:
    written = {value: word for word, value in words.items()}

    def read(cell: str) -> str:
        if cell not in words:
            raise CellError(expected=" | ".join(words))
        return words[cell]

    return Kind(write=written.__getitem__, read=read)


TEXT: Final = Kind(write=_write_text, read=_read_text)
OPTIONAL: Final = Kind(write=_write_optional, read=_read_optional)
NAME: Final = Kind(write=_write_optional, read=_read_name)
LIST: Final = Kind(write=_write_list, read=_read_list)
WHOLE: Final = Kind(write=str, read=_read_whole)
WHOLES: Final = Kind(write=_write_wholes, read=_read_wholes)
OPTIONAL_WHOLE: Final = Kind(
    write=lambda number: "" if number is None else str(number),
    read=lambda cell: _read_whole(cell) if cell else None,
)
DAY: Final = Kind(write=date.isoformat, read=_read_day)
OPTIONAL_DAY: Final = Kind(write=_write_optional_day, read=_read_optional_day)
NUMBERING: Final = _word(NUMBERINGS)
CONFIDENCE: Final = _word(CONFIDENCES)
