"""References inside an article: 前号に掲げる情報, 第一号イからフまで及びヨに掲げる情報."""

import re
from dataclasses import dataclass
from typing import Final

from permitlists.lawxml.numerals import KANJI, branch_number
from permitlists.lawxml.wording import names_persons

LETTERS: Final = (
    "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス"
)
_LIST_HEAD: Final = re.compile(r"(?:(.*)に係る)?次に掲げる情報")

_LETTER: Final = f"[{LETTERS}]"
_ITEM: Final = rf"{_LETTER}(?:から{_LETTER}まで)?"
_REFERENCE: Final = re.compile(
    rf"(?:(.*)に係る)?(?:(前号)|第({KANJI})号((?:の{KANJI})*))"
    rf"({_ITEM}(?:(?:、|及び){_ITEM})*)?に掲げる情報((?:及び|並びに)次に掲げる情報)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a line refers to: a clause, None for the one before, and some of its letters.

    `letters` is empty for the whole clause. `more` says that a list of its own follows.
    """

    clause: str | None
    letters: tuple[str, ...]
    more: bool


def read_reference(text: str) -> Reference | None:
    """Return the one reference that a whole line is, None for any other line."""
    match = _REFERENCE.fullmatch(text)
    if match is None or not _about_persons(match[1]):
        return None
    clause = branch_number(match[3] + match[4]) if match[3] else None
    letters = _letters(match[5] or "")
    if letters is None or (match[3] and clause is None):
        return None
    return Reference(clause=clause, letters=letters, more=match[6] is not None)


def opens_list(text: str) -> bool:
    """Tell whether a whole text only says that a list follows, and whom the list is about."""
    match = _LIST_HEAD.fullmatch(text)
    return match is not None and _about_persons(match[1])


def _about_persons(subject: str | None) -> bool:
    return subject is None or names_persons(subject)


def _letters(text: str) -> tuple[str, ...] | None:
    """Return the letters of イからニまで、ヘ及びト; None where a range runs backwards."""
    found: list[str] = []
    for item in re.findall(_ITEM, text):
        first, last = LETTERS.index(item[0]), LETTERS.index(item.removesuffix("まで")[-1])
        if last < first:
            return None
        found.extend(LETTERS[first : last + 1])
    return tuple(found)
