"""Small pieces of Markdown."""

import inspect
import re
from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; bars inside cells are escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(map(cell, line)) + " |\n" for line in lines)


def cell(text: str) -> str:
    """Return a text that fits one table cell."""
    return " ".join(text.replace("|", "\\|").split())


def code(text: str) -> str:
    """Return a text as inline code, or nothing for nothing."""
    return f"`{text}`" if text else ""


def prose(thing: object) -> str:
    """Return the docstring of a module, class or function, one paragraph a line."""
    return "\n\n".join(" ".join(part.split()) for part in paragraphs(thing))


def paragraphs(thing: object) -> list[str]:
    """Return the paragraphs of a docstring."""
    return re.split(r"\n\s*\n", (inspect.getdoc(thing) or "").strip())
