"""Walks a law with the path of every element, and where people would say that it stands."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from permitlists.lawxml.numerals import attribute_number
from permitlists.lawxml.text import text_of
from wire.trees import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where an element stands: its path, and the nearest headings around it.

    `words` are those of a citation, as in 第2条 第1項; `article` is the number of the article,
    empty outside one. `part` is `main`, `supplement` (附則) or `appendix`; `title` and `related`
    are those of the appendix.
    """

    path: str = ""
    words: tuple[str, ...] = ()
    article: str = ""
    part: str = ""
    title: str = ""
    related: str = ""


_UNITS = {"Article": "条", "Paragraph": "項", "Item": "号"}
_APPENDICES = ("Appdx", "SupplProvisionAppdx")  # 別表, 別記, 様式 ..., of the law or of a 附則


def list_paths(parent: Node, path: str) -> Iterator[tuple[Node, str]]:
    """Yield the children of an element with their paths: by number if they have one, else count.

    A number may stand twice, as 附則 of many years do; then both are counted.
    """
    names = [_name(child) for child in parent.children]
    repeated = Counter(names)
    seen: Counter[str] = Counter()
    for child, name in zip(parent.children, names, strict=True):
        seen[name] += 1
        count = f"[{seen[name]}]" if repeated[name] > 1 else ""
        yield child, f"{path}/{name}{count}"


def _name(node: Node) -> str:
    number = node.attributes.get("Num")
    return f'{node.tag}[@Num="{number}"]' if number and node.tag in _UNITS else node.tag


def walk(node: Node, location: Location) -> Iterator[tuple[Node, Location]]:
    """Yield the elements below one in document order; quotations and cells are not entered."""
    for child, path in list_paths(node, location.path):
        if child.tag == "QuoteStruct":
            continue
        here = replace(_enter(child, location), path=path)
        yield child, here
        if child.tag != "Table":
            yield from walk(child, here)


def _enter(node: Node, location: Location) -> Location:
    if node.tag == "MainProvision":
        return Location(part="main")
    if node.tag == "SupplProvision":
        law = node.attributes.get("AmendLawNum", "")
        return Location(part="supplement", words=(f"附則（{law}）" if law else "附則",))
    if node.tag.startswith(_APPENDICES) and not node.tag.endswith("Title"):
        return _enter_appendix(node, location)
    number = attribute_number(node.attributes.get("Num", ""))
    if node.tag not in _UNITS or number is None:
        return location
    words = (*location.words, numbered(number, _UNITS[node.tag]))
    if node.tag == "Article":
        return replace(location, article=number, words=words)
    return replace(location, words=words)


def _enter_appendix(node: Node, location: Location) -> Location:
    title, related = node.find(f"{node.tag}Title"), node.find("RelatedArticleNum")
    named = text_of(title) if title else node.tag
    return replace(
        location,
        part="appendix",
        title=named,
        related=text_of(related) if related else "",
        words=(*location.words, named),
    )


def numbered(number: str, unit: str) -> str:
    """Return 第3条の2 for the number 3の2 of the unit 条."""
    main, mark, branch = number.partition("の")
    return f"第{main}{unit}{mark}{branch}"
