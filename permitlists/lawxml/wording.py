"""How the law words a cell or a line: what may be left out of it, and its digest."""

import hashlib
import re
from typing import Final

from permitlists.lawxml.numerals import KANJI, article_number

_LAW_NUMBER: Final = re.compile(rf"(?:明治|大正|昭和|平成|令和)[^。]*第{KANJI}号")
_MEANS: Final = "をいう"
_EXPLAINS: Final = ("という", "同じ", _MEANS)
_INCLUDES: Final = "を含む"
_PERSON: Final = tuple("者等員童児母族子人婦属")
_INNER: Final = re.compile(r"（[^（）]*）")
_DELEGATED: Final = re.compile(
    rf"であって(次条|同条|主務省令|第{KANJI}条(?:の{KANJI})*)で定めるもの$"
)
_DIGITS_END: Final = 16


def digest(text: str) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS_END]


def split_parentheses(text: str) -> list[tuple[str, bool]]:
    """Return the text in pieces, each with whether it is an outermost pair of parentheses.

    An unmatched parenthesis belongs to the piece it stands in.
    """
    pieces: list[tuple[str, bool]] = []
    depth, begin = 0, 0
    for position, character in enumerate(text):
        if character == "（":
            if depth == 0:
                pieces.append((text[begin:position], False))
                begin = position
            depth += 1
        elif character == "）" and depth:
            depth -= 1
            if depth == 0:
                pieces.append((text[begin : position + 1], True))
                begin = position + 1
    pieces.append((text[begin:], False))
    return [piece for piece in pieces if piece[0]]


def plain(text: str) -> str:
    """Return a text without parentheses that cite, define or include; narrowing ones stay.

    What only includes more than the name says may go: the plain name then grants less, not more.
    """
    return "".join(
        piece for piece, enclosed in split_parentheses(text) if not enclosed or _narrows(piece)
    )


def bare(text: str) -> str:
    """Return a text without anything between parentheses."""
    return "".join(piece for piece, enclosed in split_parentheses(text) if not enclosed)


def label_key(inquirer: str, affair: str) -> str:
    """Return what the label of a row is kept under: who asks, and for which affairs."""
    return f"{plain(inquirer)}\u3000{affair}"


def says_more(text: str) -> bool:
    """Tell whether `plain` leaves out what a name means or includes, not only what it is called."""
    return any(
        enclosed and not _narrows(piece) and any(_ends(piece, (_MEANS, _INCLUDES)))
        for piece, enclosed in split_parentheses(text)
    )


def names_persons(text: str) -> bool:
    """Tell whether words before に係る name persons, whom an information is about."""
    return bare(text).endswith(_PERSON)


def _narrows(piece: str) -> bool:
    return not all(_ends(piece, (*_EXPLAINS, _INCLUDES)))


def _ends(piece: str, ends: tuple[str, ...]) -> list[bool]:
    """Return for each sentence between parentheses whether it cites a law or ends so."""
    inside, removed = piece[1:-1], 1
    while removed:
        inside, removed = _INNER.subn("", inside)
    cites = _EXPLAINS[0] in ends
    return [
        sentence.endswith(ends) or (cites and _LAW_NUMBER.fullmatch(sentence) is not None)
        for sentence in inside.rstrip("。").split("。")
    ]


def split_delegation(text: str) -> tuple[str, str]:
    """Return a cell without であって第七十一条で定めるもの, and who details it.

    The second part is an article's number such as 71, 次条, 同条 or 主務省令; empty for none.
    """
    match = _DELEGATED.search(text)
    if match is None:
        return text, ""
    return text[: match.start()], article_number(match[1]) or match[1]
