"""Why a text is no YAML, in words of ours: the library's are English and about its own inside."""

import re
from typing import Any, Final

from mocks.engine.problems import Place, Problem, problem

# The library ships no precise types for its errors and marks.
Trouble = Any

_WIDE: Final = {"\u3000": ("空白", "space"), "：": ("コロン", "colon")}
_WIDE_KEY: Final = re.compile(r"\s*(?:- )?(?:(\u3000)|[A-Za-z_]\w*(：))")
_CLOSED_BY: Final = {"{": "}", "[": "]"}
# Part of what the library says, and the same in both languages; the first that fits counts.
_SAID: Final = (
    (
        "mapping values are not allowed",
        "「:」がここには置けません。この行か前の行で、「:」の後の空白、引用符、字下げを確かめてください",
        "no ':' can stand here; check the space after ':', quotes and indentation, here and above",
    ),
    (
        "<block end>",
        "字下げが前の行と揃っていないか、引用符が合っていません",
        "the indentation differs from the lines before, or a quote is missing or one too many",
    ),
    (
        "could not find expected ':'",
        "見出しの後に「:」がありません",
        "there is no ':' after the key",
    ),
    (
        "unexpected end of stream",
        "引用符が閉じていません",
        "a quote is never closed",
    ),
    (
        "escape character",
        "\" の中の \\ の使い方が違います。' で囲むと、そのまま書けます",
        "no such escape after \\ inside \"; inside ' it stands for itself",
    ),
    (
        "cannot start any token",
        "値はこの文字から始められません。引用符で囲んでください",
        "no value begins with this character; put the value in quotes",
    ),
    (
        "special characters are not allowed",
        "目に見えない制御文字があります",
        "a control character stands here",
    ),
)


def explain(error: Trouble, text: str, last: Place) -> Problem:
    """Return what is wrong with a text that the library could not read; `last` was still good."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = Place(line=mark.line + 1, column=mark.column + 1) if mark else last
    lines = text.splitlines()
    if mark is not None and mark.line < len(lines) and "\t" in lines[mark.line][: mark.column + 1]:
        return problem("yaml.tab", place)
    wide = _find_wide(lines, place.line)
    if wide is not None:
        return wide
    said = str(getattr(error, "problem", None) or getattr(error, "reason", type(error).__name__))
    ja, en = _unclosed(error, text) or _words(said)
    return problem("yaml.syntax", place, hint=en, hint_ja=ja)


def find_wide(text: str, place: Place) -> Problem | None:
    """Return that a key holds a full-width character where an ASCII one was meant, or None."""
    for char, (ja, en) in _WIDE.items():
        if char in text:
            return problem("yaml.wide", place, hint=en, hint_ja=ja)
    return None


def _find_wide(lines: list[str], line: int) -> Problem | None:
    """Look at a line and the one before: the library stumbles after what is wrong."""
    for number in (line - 1, line):
        match = _WIDE_KEY.match(lines[number - 1]) if 0 < number <= len(lines) else None
        if match is not None:
            column = match.start(match.lastindex or 0) + 1
            return find_wide(match[0], Place(line=number, column=column))
    return None


def _unclosed(error: Trouble, text: str) -> tuple[str, str] | None:
    """Return that a brace or bracket was not closed, and where it was opened."""
    begun = getattr(error, "context_mark", None)
    if begun is None or "flow" not in str(getattr(error, "context", "")):
        return None
    opener = text.splitlines()[begun.line][begun.column : begun.column + 1]
    if opener not in _CLOSED_BY:
        return None
    ja = f"{begun.line + 1} 行 {begun.column + 1} 桁の「{opener}」が「{_CLOSED_BY[opener]}」で"
    en = f"the '{opener}' of line {begun.line + 1}, column {begun.column + 1} is not closed by"
    return (
        f"{ja}閉じていないか、間の「,」が抜けています",
        f"{en} '{_CLOSED_BY[opener]}', or a ',' is missing inside",
    )


def _words(said: str) -> tuple[str, str]:
    for part, ja, en in _SAID:
        if part in said:
            return ja, en
    return said, said
