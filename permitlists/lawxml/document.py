"""One law as XML: the root in any wrapping of e-Gov, and a digest of what it says."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from permitlists.lawxml.faults import Finding, LawXmlError, Place, find
from permitlists.lawxml.text import text_of
from wire.errors import WireError
from wire.trees import Node, list_violations, read_tree

_POSITION: Final = re.compile(r"([0-9]+):([0-9]+)")
# Where each wrapping keeps the law: version 1 of the API, version 2 as XML.
_WRAPPINGS: Final = {
    "DataRoot": ("ApplData", "LawFullText", "Law"),
    "law_data_response": ("law_full_text", "Law"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """法令, one act or order at one revision.

    `root` is its `Law` element, `wrapping` the element around the document, None for a bare law.
    `digest` is 64 hexadecimal digits over elements, attributes and texts, the same whatever the
    white space and the wrapping.
    """

    root: Node
    wrapping: Node | None
    number: str
    title: str
    digest: str


def read_law(data: bytes) -> Law:
    """Return the law that XML bytes hold.

    Raises:
        LawXmlError: the bytes are no law; whatever they are, nothing else is raised.
    """
    try:
        outer = read_tree(data)
    except WireError as error:
        raise LawXmlError("lawxml.xml", _place(data, error), reason=error.detail) from error
    root = _unwrap(outer)
    body = root.find("LawBody")
    if body is None:
        raise LawXmlError("lawxml.no_body", place_of(root, root.tag))
    number, title = root.find("LawNum"), body.find("LawTitle")
    return Law(
        root=root,
        wrapping=None if root is outer else outer,
        number=text_of(number) if number else "",
        title=text_of(title) if title else "",
        digest=hashlib.sha256("\x1e".join(_words(root)).encode()).hexdigest(),
    )


def check_schema(data: bytes, schema: bytes) -> tuple[Finding, ...]:
    """Return where a document does not follow an XSD; real laws do not always, so it only warns.

    Raises:
        LawXmlError: the schema is none, or refers to other files.
    """
    try:
        violations = list_violations(data, schema)
    except WireError as error:
        raise LawXmlError("lawxml.schema", None, reason=error.detail) from error
    return tuple(
        find(
            "warning",
            "lawxml.violation",
            Place(line=violation.line, column=violation.column),
            message=violation.message,
        )
        for violation in violations
    )


def place_of(node: Node, path: str) -> Place:
    """Return the place of an element whose path is known."""
    return Place(line=node.line, column=node.column, path=path)


def _unwrap(outer: Node) -> Node:
    if outer.tag == "Law":
        return outer
    if outer.tag not in _WRAPPINGS:
        raise LawXmlError("lawxml.root", place_of(outer, outer.tag), tag=outer.tag[:40])
    result = outer.find("Result")
    code = result.find("Code") if result else None
    if code is not None and result is not None and text_of(code) != "0":
        message = result.find("Message")
        told = text_of(message) if message else ""
        raise LawXmlError(
            "lawxml.api_refused",
            place_of(code, "DataRoot/Result/Code"),
            number=text_of(code),
            message=told or "-",
        )
    node: Node | None = outer
    for tag in _WRAPPINGS[outer.tag]:
        node = node.find(tag) if node else None
    if node is None:
        path = "/".join((outer.tag, *_WRAPPINGS[outer.tag]))
        raise LawXmlError("lawxml.no_law", place_of(outer, outer.tag), expected=path)
    return node


def _place(data: bytes, error: WireError) -> Place:
    """Return where the bytes are refused, as far as the refusal tells."""
    told = _POSITION.fullmatch(error.path)
    if told:
        return Place(line=int(told[1]), column=int(told[2]))
    marks = {
        "wire.xml.doctype": b"<!DOCTYPE",
        "wire.xml.comment": b"<!--",
        "wire.xml.cdata": b"<![CDATA[",
    }
    found = max(data.find(marks.get(error.code, b"\x00")), 0)
    before = data[:found].decode(errors="replace")
    return Place(line=before.count("\n") + 1, column=len(before.rpartition("\n")[2]) + 1)


def _words(node: Node) -> Iterator[str]:
    yield f"<{node.tag}"
    yield from (f"{name}={value}" for name, value in sorted(node.attributes.items()))
    for part in node.content:
        if isinstance(part, Node):
            yield from _words(part)
        elif part.strip():
            yield part.strip(" \t\r\n")
    yield ">"
