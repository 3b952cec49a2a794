"""How names and lists are written inside a card sentence, and the cursor that reads them back.

A name stands bare where nobody can misread it. Otherwise it stands in 「」: a closing bracket
inside is doubled, a backslash too, and what does not print (line ends, directional marks) is
written as its code point: nothing on a card is invisible.
"""

import re
from collections.abc import Sequence
from typing import Final

from permitlists.model import PermitListError

OR: Final = "又は"
AND: Final = "及び"
NOTHING: Final = "〔なし〕"
_COMMA: Final = "、"
_NAME, _QUOTED_NAME = "a name, then", "a name in 「」"
_NUMBER, _CODE_POINT, _END = "a number", "a code point", "the end of the line"
_RESERVED = frozenset("「」〔〕、。\\")
_QUOTED = re.compile(r"「((?:[^」\\]|」」|\\\\|\\u\{[0-9A-F]{1,6}\})*)」")
_ESCAPED = re.compile(r"」」|\\\\|\\u\{([0-9A-F]{1,6})\}")
_LAST_CODE_POINT = 0x10FFFF
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,18})")
Stops = tuple[str, ...]


class CardError(PermitListError):
    """Text that is no card; `line` and `column` count characters from 1."""

    def __init__(self, line: int, column: int, expected: str) -> None:
        super().__init__("permits.card_form", f"line {line}, column {column}: expected {expected}")
        self.line = line
        self.column = column


def write_name(name: str, stops: Stops) -> str:
    """Return a name as it stands before any of the texts that may follow it."""
    return name if _reads_bare(name, stops) else quote(name)


def quote(name: str) -> str:
    """Return a name in brackets."""
    return f"「{''.join(map(_escape, name))}」"


def write_list(names: Sequence[str], joiner: str, stops: Stops) -> str:
    """Return names as `A、B又はC`, and one word for none."""
    if not names:
        return NOTHING
    written = [write_name(name, (_COMMA, joiner, *stops)) for name in names]
    return joiner.join(filter(None, (_COMMA.join(written[:-1]), written[-1])))


def _reads_bare(name: str, stops: Stops) -> bool:
    if not name or not name.isprintable() or not _RESERVED.isdisjoint(name):
        return False
    return all(_find_stop(name + stop, 0, stops) == (len(name), stop) for stop in stops)


def _find_stop(text: str, start: int, stops: Stops) -> tuple[int, str] | None:
    """Return where the first of the stops stands, the longest of those that begin there."""
    found = [(at, -len(stop), stop) for stop in stops if (at := text.find(stop, start)) >= 0]
    if not found:
        return None
    at, _, stop = min(found)
    return at, stop


def _escape(character: str) -> str:
    if character in "」\\":
        return character * 2
    return character if character.isprintable() else f"\\u{{{ord(character):X}}}"


class Cursor:
    """Reads one sentence of a card from left to right."""

    __slots__ = ("at", "line", "text")

    def __init__(self, text: str, line: int) -> None:
        self.text = text
        self.line = line
        self.at = 0

    def fail(self, expected: str) -> CardError:
        """Return the error that what stands here is not what was expected."""
        return CardError(self.line, self.at + 1, expected)

    def take(self, token: str) -> bool:
        """Go past a token if it stands here; tell whether it did."""
        if not self.text.startswith(token, self.at):
            return False
        self.at += len(token)
        return True

    def expect(self, token: str) -> None:
        """Go past a token that must stand here.

        Raises:
            CardError: something else stands here.
        """
        if not self.take(token):
            raise self.fail(token)

    def end(self) -> None:
        """Make sure that nothing is left.

        Raises:
            CardError: the sentence goes on.
        """
        if self.at != len(self.text):
            raise self.fail(_END)

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Go past a pattern if it stands here, and return what it found."""
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def whole(self) -> int:
        """Go past a whole number and return it.

        Raises:
            CardError: none stands here.
        """
        found = self.match(_WHOLE)
        if found is None:
            raise self.fail(_NUMBER)
        return int(found[0])

    def name(self, stops: Stops) -> str:
        """Go past a name and return it; one of the stops must follow and is left standing.

        Raises:
            CardError: no name stands here, or none of the stops behind it.
        """
        if self.text.startswith("「", self.at):
            return self.quoted(stops)
        found = _find_stop(self.text, self.at, stops)
        name = self.text[self.at : found[0]] if found else ""
        if found is None or not _reads_bare(name, stops):
            raise self.fail(" | ".join((_NAME, *stops)))
        self.at = found[0]
        return name

    def quoted(self, stops: Stops) -> str:
        """Go past a name in brackets and return it; one of the stops must follow and is left.

        Raises:
            CardError: no such name stands here, or none of the stops behind it.
        """
        found = self.match(_QUOTED)
        if found is None:
            raise self.fail(_QUOTED_NAME)
        name = self._unescape(found)
        if not self._stands(stops):
            raise self.fail(" | ".join(stops))
        return name

    def names(self, joiner: str, stops: Stops) -> tuple[str, ...]:
        """Go past a list of names and return them; one of the stops must follow and is left.

        Raises:
            CardError: no list stands here, or only its last name is not joined by `joiner`.
        """
        if self.take(NOTHING):
            return ()
        names: list[str] = []
        joined = False
        while True:
            names.append(self.name((_COMMA, joiner, *stops)))
            if self._stands(stops):
                break
            if joined:
                raise self.fail(" | ".join(stops))
            joined = self.take(joiner)
            if not joined:
                self.expect(_COMMA)
        if joined != (len(names) > 1):
            raise self.fail(joiner)
        return tuple(names)

    def _stands(self, stops: Stops) -> bool:
        return self.text.startswith(stops, self.at)

    def _unescape(self, quoted: re.Match[str]) -> str:
        def plain(escaped: re.Match[str]) -> str:
            if escaped[1] is None:
                return escaped[0][0]
            number = int(escaped[1], 16)
            if number > _LAST_CODE_POINT:
                self.at = quoted.start(1) + escaped.start()
                raise self.fail(_CODE_POINT)
            return chr(number)

        return _ESCAPED.sub(plain, quoted[1])
