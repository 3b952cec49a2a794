"""The words of a card sentence that stand between the values, for writing and for reading."""

import re
from typing import Final

from permitlists.table import Confidence, Numbering

ROW_END: Final = ("の項）", "の項・第")
CLAUSE_ROW_END: Final = ("の項第", "の項の事務）")
BY: Final = "は、"
ABOUT: Final = "の事務について、"
FROM: Final = "から、"
PAIR: Final = "〔組"
NEXT_PAIR: Final = "、〔組"
ASKS: Final = "を求めることができる。"
ASKS_NOTHING: Final = "何も求めることができない。"
DELETED: Final = "の項であり、誰も何も求めることができない。"
NO_CLAUSE: Final = "no clause below a deleted row"
NEEDS: Final = "のために求められるのは、"
NEEDS_NOTHING: Final = "のために求められるものはない。"
IS_ALL: Final = "である。"
GRANT_END: Final = (NEXT_PAIR, "〔", IS_ALL)
NO_PAIR: Final = "〔組なし〕"
ONLY: Final = "〔うち"
NO_PLACE: Final = "〔法令に号番号なし〕"
PLACE: Final = "〔法令では"
DONE_BY: Final = "〔行う者は"
CLOSE: Final = "〕"
NUMBERINGS: Final[dict[Numbering, str]] = {
    "verified": "〔号番号確認済み〕",
    "unverified": "〔号番号未確認〕",
    "conflict": "〔号番号に食違い〕",
    "single": "〔単独の事務〕",
}
CONFIDENCES: Final[dict[Confidence, str]] = {
    "exact": "〔文言どおり〕",
    "mapped": "",
    "doubtful": "〔要確認のため不可〕",
}
NATURAL: Final = re.compile(r"([1-9][0-9]{0,3})((?:の[1-9][0-9]{0,3})*)")


def default_numbering(number: str | None) -> Numbering:
    """Return the numbering that goes without saying for a clause number, None for no number."""
    return "single" if number is None else "verified"
