"""Degradation (縮退): characters replaced by others that a character set has, each one logged.

Only what this module lists is replaced: a reviewed table of shapes, the canonical equivalents
that Unicode gives for its compatibility ideographs, and variation selectors, which fall away.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from wire.errors import WireError

_COMPATIBILITY: Final = range(0xF900, 0xFB00)
_SELECTORS: Final = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
# Shapes of names that JIS X 0208 lacks, with the shape it has for them.
_SHAPES: Final = {
    "髙": "高",
    "﨑": "崎",
    "德": "徳",
    "濵": "濱",
    "瀨": "瀬",
    "增": "増",
    "寬": "寛",
    "橫": "横",
    "淸": "清",
    "黑": "黒",
    "郞": "郎",
    "桒": "桑",
    "曻": "昇",
    "栁": "柳",
    "敎": "教",
    "綠": "緑",
    "緖": "緒",
    "錄": "録",
    "靑": "青",
}
# Characters whose code the two families of Shift JIS map to different code points.
_AMBIGUOUS: Final = {
    "\u301c": "\uff5e",
    "\u2016": "\u2225",
    "\u2212": "\uff0d",
    "\u00a2": "\uffe0",
    "\u00a3": "\uffe1",
    "\u00ac": "\uffe2",
}
# Special collection files have no small half-width kana.
_SMALL_KANA: Final = dict(zip("ｧｨｩｪｫｬｭｮｯ", "ｱｲｳｴｵﾔﾕﾖﾂ", strict=True))
_TABLE: Final = _SHAPES | _AMBIGUOUS | _SMALL_KANA


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """One character that was replaced: where in its text, from 1, and both code points."""

    position: int
    found: str
    written: str


def degrade(text: str, fits: Callable[[str], bool]) -> tuple[str, tuple[Replacement, ...]]:
    """Return a text whose every character `fits`, with a log of what was replaced.

    Raises:
        WireError: `charset.degrade`, a character does not fit and nothing stands for it; the path
            is the character, from 1.
    """
    found: list[str] = []
    log: list[Replacement] = []
    for position, character in enumerate(text, start=1):
        written = character if fits(character) else find_substitute(character, fits)
        if written is None:
            raise WireError("charset.degrade", str(position), "Nothing stands for this character.")
        if written != character:
            log.append(
                Replacement(
                    position=position,
                    found=f"U+{ord(character):04X}",
                    written=f"U+{ord(written):04X}" if written else "",
                )
            )
        found.append(written)
    return "".join(found), tuple(log)


def find_substitute(character: str, fits: Callable[[str], bool]) -> str | None:
    """Return what stands for a character, empty for a variation selector, None for nothing."""
    if ord(character) in _SELECTORS:
        return ""
    following: str | None = character
    while following is not None:
        following = _TABLE.get(following) or _find_canonical(following)
        if following is not None and fits(following):
            return following
    return None


def _find_canonical(character: str) -> str | None:
    if ord(character) not in _COMPATIBILITY:
        return None
    canonical = unicodedata.decomposition(character)
    return chr(int(canonical, 16)) if canonical and "<" not in canonical else None
