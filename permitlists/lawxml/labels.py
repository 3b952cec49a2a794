"""Short labels for affairs, for screens and logs; the wording itself stays with the law."""

import re
from typing import Final

from permitlists.lawxml.numerals import KANJI, branch_number
from permitlists.lawxml.wording import bare, split_delegation

MAX_LABEL: Final = 60

_NUMBER: Final = re.compile(rf"第?({KANJI})(条|項|号)((?:の{KANJI})*)")


def shorten(text: str) -> str:
    """Return an affair's wording as a label: no parentheses, Arabic numbers, sixty characters."""
    wording = bare(split_delegation(text)[0])
    label = _NUMBER.sub(_arabic, wording.removesuffix("に関する事務"))
    return label if len(label) <= MAX_LABEL else f"{label[: MAX_LABEL - 1]}…"


def _arabic(match: re.Match[str]) -> str:
    number = branch_number(match[1] + match[3])
    if number is None:
        return match[0]
    main, mark, branch = number.partition("の")
    return f"{main}{match[2]}{mark}{branch}"
