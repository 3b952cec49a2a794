"""The text of a law's elements: no readings, no pretty-printing, NFC; U+3000 stays."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from wire.trees import Node

# Stands where something is that is no text: a figure, a formula, a quotation.
NO_TEXT: Final = "\ufffc"

_BREAK = re.compile(r"[ \t\r]*\n[ \t\r\n]*")
_READING: Final = frozenset({"Rt"})
_PICTORIAL: Final = frozenset(
    {"ArithFormula", "Fig", "FigStruct", "QuoteStruct", "TableStruct", "Table"}
)
_PLAIN: Final = frozenset({"Ruby", "Rt", "Sup", "Sub", "Line"})


def text_of(node: Node) -> str:
    """Return the text of an element: base text without readings, one line, NFC."""
    joined = "".join(_pieces(node))
    return unicodedata.normalize("NFC", _BREAK.sub("", joined).strip(" \t\r\n"))


def _pieces(node: Node) -> Iterator[str]:
    for part in node.content:
        if isinstance(part, str):
            yield part
        elif part.tag in _PICTORIAL:
            yield NO_TEXT
        elif part.tag not in _READING:
            yield from _pieces(part)


def is_inline(node: Node) -> bool:
    """Tell whether an element is a line of text and holds no further lines."""
    inner = all(child.tag in _PLAIN or child.tag in _PICTORIAL for child in node.children)
    return inner and bool(text_of(node)) and node.tag not in _PICTORIAL
