"""XML of a form that others own, as plain values with places; the law of e-Gov comes this way."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lxml import etree

from wire.errors import WireError
from wire.xml import Profile, compile_schema, parse

FOREIGN: Final = Profile(
    max_bytes=1 << 25,
    max_depth=64,
    max_elements=500_000,
    max_attributes=2_000_000,
    canonical=False,
    foreign=True,
)

# The parser has refused comments, sections and instructions: every other "<" begins an element.
_START = re.compile(r"<(?![/?])|\n")
_REFERENCES = tuple(
    f"{{http://www.w3.org/2001/XMLSchema}}{name}"
    for name in ("import", "include", "override", "redefine")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One element: its tag, attributes, and texts and elements in document order.

    `line` and `column` count from 1 and point at its start tag, the column in characters.
    """

    tag: str
    attributes: dict[str, str]
    content: tuple["Node | str", ...]
    line: int
    column: int

    @property
    def children(self) -> tuple["Node", ...]:
        """The elements directly below, in document order."""
        return tuple(part for part in self.content if isinstance(part, Node))

    def find(self, tag: str) -> "Node | None":
        """Return the first child of that tag, None where there is none."""
        return next((child for child in self.children if child.tag == tag), None)

    def list_named(self, *tags: str) -> tuple["Node", ...]:
        """Return the children of those tags, in document order."""
        return tuple(child for child in self.children if child.tag in tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One place where a document does not follow a schema, in the words of the validator."""

    line: int
    column: int
    message: str


def read_tree(data: bytes, profile: Profile = FOREIGN) -> Node:
    """Return the root of a document.

    Raises:
        WireError: `wire.xml.*`; whatever the bytes are, nothing else is raised.
    """
    root = parse(data, None, profile)
    places = _list_places(data)
    if any("{" in str(element.tag) for element in root.iter()):
        raise WireError("wire.xml.namespace", "/*", "An element is of a namespace.")
    return _node(root, places)


def list_violations(
    data: bytes, schema: bytes, profile: Profile = FOREIGN, *, limit: int = 100
) -> tuple[Violation, ...]:
    """Return the first places where a document does not follow an XSD, in document order.

    Raises:
        WireError: the document is refused, or `wire.xml.schema_form`: the bytes are no schema, or
            one that refers to other files.
    """
    root = parse(data, None, profile)
    rules = _read_schema(schema)
    if rules.validate(root):
        return ()
    elements = list(root.iter())  # holds the proxies, so that identity finds an element's place
    places = dict(zip(map(id, elements), _list_places(data), strict=True))
    faults = islice(rules.error_log, limit)
    return tuple(_violation(root, places, fault.path, fault.message) for fault in faults)


def _read_schema(data: bytes) -> etree.XMLSchema:
    try:
        # A schema of several files would make the validator open them.
        plain = parse(_without_comments(data), None, FOREIGN)
        if next(plain.iter(*_REFERENCES), None) is None:
            return compile_schema(data)
    except (WireError, etree.XMLSchemaParseError):
        pass
    raise WireError("wire.xml.schema_form", "", "The schema is no single XSD.")


def _without_comments(data: bytes) -> bytes:
    return re.sub(rb"<!--.*?-->", b"", data, flags=re.DOTALL)


def _violation(
    root: etree._Element, places: dict[int, tuple[int, int]], path: str | None, message: str
) -> Violation:
    found = root.xpath(path) if path else []
    place = places.get(id(found[0])) if isinstance(found, list) and found else None
    line, column = place or (1, 1)
    return Violation(line=line, column=column, message=message)


def _list_places(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield line and column of every start tag, which is the order of `iter()`."""
    line, begin = 1, 0
    for match in _START.finditer(data.decode("utf-8-sig")):
        if match[0] == "\n":
            line, begin = line + 1, match.end()
        else:
            yield line, match.start() - begin + 1


def _node(element: etree._Element, places: Iterator[tuple[int, int]]) -> Node:
    line, column = next(places)
    content: list[Node | str] = [element.text] if element.text else []
    for child in element:
        content.append(_node(child, places))
        if child.tail:
            content.append(child.tail)
    return Node(
        tag=str(element.tag),
        attributes={str(name): str(value) for name, value in element.attrib.items()},
        content=tuple(content),
        line=line,
        column=column,
    )
