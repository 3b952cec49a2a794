"""Character tables, derived once from the standard library's codecs and split where those blur.

The standard `cp932` codec takes bytes that no file may hold, and of two codes for one character
it always writes the one that NEC selected. Here every code has a class, and a policy chooses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

Policy = Literal["ibm", "nec", "preserve"]
Group = Literal["jis", "nec_row_13", "ibm", "nec_selected", "user_defined"]

# Which of several codes of one character is written, best first. `preserve` writes as `ibm`
# does; what was read otherwise is kept beside the value (see `wire.files`).
_ORDER: Final[dict[Policy, tuple[Group, ...]]] = {
    "ibm": ("jis", "nec_row_13", "ibm", "nec_selected", "user_defined"),
    "nec": ("jis", "nec_row_13", "nec_selected", "ibm", "user_defined"),
    "preserve": ("jis", "nec_row_13", "ibm", "nec_selected", "user_defined"),
}
# The single bytes that files may hold: printable ASCII and the half-width kana of JIS X 0201.
HALF_WIDTH: Final = {byte: chr(byte) for byte in range(0x20, 0x7F)} | {
    byte: chr(0xFF61 + byte - 0xA1) for byte in range(0xA1, 0xE0)
}
FROM_HALF_WIDTH: Final = {text: byte for byte, text in HALF_WIDTH.items()}
SMALL_KANA: Final = range(0xA7, 0xB0)  # the special collection files write large ones instead
LEADS: Final = (*range(0x81, 0xA0), *range(0xE0, 0xFD))
_TRAILS: Final = (*range(0x40, 0x7F), *range(0x80, 0xFD))
_USER_DEFINED: Final = range(0xF0, 0xFA)
_IBM: Final = range(0xFA, 0xFD)
_NEC_SELECTED: Final = (0xED, 0xEE)
_CELLS: Final = 94


@dataclass(frozen=True, slots=True)
class Pair:
    """One double-byte code (0x8140 to 0xFCFC) with its character and where it comes from."""

    code: int
    text: str
    group: Group


def _group(code: int, raw: bytes) -> Group:
    lead = code >> 8
    if lead in _USER_DEFINED:
        return "user_defined"
    if lead in _IBM:
        return "ibm"
    if lead in _NEC_SELECTED:
        return "nec_selected"
    try:
        raw.decode("shift_jis")
    except UnicodeDecodeError:
        return "nec_row_13"
    return "jis"


@cache
def list_pairs() -> tuple[Pair, ...]:
    """Return all 9,604 double-byte codes of CP932, by code."""
    found = []
    for lead in LEADS:
        for trail in _TRAILS:
            raw = bytes((lead, trail))
            try:
                text = raw.decode("cp932")
            except UnicodeDecodeError:
                continue
            code = lead << 8 | trail
            found.append(Pair(code, text, _group(code, raw)))
    return tuple(found)


@cache
def load_decoding() -> Mapping[int, Pair]:
    """Return each double-byte code with its character and group."""
    return {pair.code: pair for pair in list_pairs()}


@cache
def load_encoding(policy: Policy) -> Mapping[str, int]:
    """Return the code that a policy writes for each character, user-defined ones included."""
    order = _ORDER[policy]
    found: dict[str, int] = {}
    for pair in sorted(list_pairs(), key=lambda pair: (order.index(pair.group), pair.code)):
        found.setdefault(pair.text, pair.code)
    return found


def _to_jis(code: int) -> int:
    """Return the 7-bit JIS X 0208 code of a CP932 code: two rows of 94 cells share a lead byte."""
    rows, cells = LEADS.index(code >> 8), _TRAILS.index(code & 0xFF)
    row, cell = divmod(rows * 2 * _CELLS + cells, _CELLS)
    return (row + 0x21) << 8 | (cell + 0x21)


@cache
def load_jis_decoding() -> Mapping[int, str]:
    """Return each of the 6,879 codes of JIS X 0208, two bytes of 7 bits, with its character."""
    return {_to_jis(pair.code): pair.text for pair in list_pairs() if pair.group == "jis"}


@cache
def load_jis_encoding() -> Mapping[str, int]:
    """Return the 7-bit JIS X 0208 code of each of its characters."""
    return {text: code for code, text in load_jis_decoding().items()}
