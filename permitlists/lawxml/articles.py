"""The articles that detail the rows of a permit table: their clauses (号) and information lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from permitlists.lawxml.document import Law, place_of
from permitlists.lawxml.faults import Place
from permitlists.lawxml.numerals import (
    BRANCHED,
    KANJI,
    article_number,
    attribute_number,
    branch_number,
)
from permitlists.lawxml.references import opens_list, read_reference
from permitlists.lawxml.text import text_of
from permitlists.lawxml.walk import Location, list_paths, walk
from wire.trees import Node

_TABLE: Final = rf"(前条|第{KANJI}条(?:の{KANJI})*)の表の?({BRANCHED})の項で定める事務"
_EACH: Final = (
    r"次(?:の各号)?に掲げる事務とし、同項で定める情報{0}は、"
    "当該各号に掲げる事務の区分に応じ当該各号に定める情報とする。"
)
_LISTED: Final = re.compile(rf"{_TABLE}は、{_EACH.format('')}")
_DIVIDED: Final = re.compile(
    rf"{_TABLE}のうち、(.+?)に係るものは、{_EACH.format('のうち、(.+?)に係るもの')}"
)
_SINGLE: Final = re.compile(
    rf"{_TABLE}は、(.+?事務(?:（.*）)?)とし、(?:同項|同表({BRANCHED})の項)で定める情報は、(.+)とする。"
)
_MENTION: Final = re.compile(_TABLE)
_SUBITEM: Final = re.compile(r"Subitem([0-9]+)")
_GONE: Final = "削除"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One information line of a clause; `letter` is its イ, ロ, ... where it has one.

    `suspect` says that what stands above it is not understood, `referenced` that another clause
    lends it.
    """

    text: str
    place: Place
    letter: str = ""
    suspect: bool = False
    referenced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseSource:
    """One clause as worded; `no` is None where the article defines a single affair.

    `numbered` tells whether its title, its attribute and its place agree on the number.
    """

    no: str | None
    affair: str
    place: Place
    lines: tuple[Line, ...]
    numbered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What one paragraph of an article says about one row.

    `article` and `paragraph` are its numbers, `implementers` the words of whom it speaks, empty
    for all. `read` is False where the paragraph speaks of the row in a way not understood.
    """

    row: str
    article: str
    paragraph: str
    place: Place
    implementers: str = ""
    clauses: tuple[ClauseSource, ...] = ()
    read: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleAffair:
    """The one affair that an article defines for a row, and its information, as worded."""

    row: str | None
    affair: str
    information: str


def list_details(law: Law, table_article: str) -> tuple[Detail, ...]:
    """Return what the articles of the main provision say about the rows of a table, in order."""
    found: list[Detail] = []
    before = ""
    for node, location in walk(law.root, Location(path="Law")):
        if node.tag == "Article" and location.part == "main":
            names = {table_article, "前条"} if before == table_article else {table_article}
            found.extend(_details(node, location, names))
            before = location.article
    return tuple(found)


def list_articles(law: Law) -> tuple[str, ...]:
    """Return the numbers of the articles of the main provision, in order."""
    return tuple(
        location.article
        for node, location in walk(law.root, Location(path="Law"))
        if node.tag == "Article" and location.part == "main"
    )


def read_single(text: str) -> SingleAffair | None:
    """Return what a sentence that defines one affair says, None for any other sentence."""
    match = _SINGLE.fullmatch(text)
    if match is None:
        return None
    return SingleAffair(
        row=branch_number(match[4] or match[2]), affair=match[3], information=match[5]
    )


def _details(article: Node, location: Location, names: set[str]) -> Iterator[Detail]:
    for node, path in list_paths(article, location.path):
        sentence = node.find("ParagraphSentence") if node.tag == "Paragraph" else None
        text = "".join(map(text_of, sentence.list_named("Sentence"))) if sentence else ""
        match = _MENTION.match(text)
        row = branch_number(match[2]) if match else None
        if match is not None and row is not None:
            named = match[1] if match[1] == "前条" else article_number(match[1])
            if named in names:
                yield _detail(node, path, text, row, location.article)


def _detail(node: Node, path: str, text: str, row: str, article: str) -> Detail:
    listed, divided = _LISTED.fullmatch(text), _DIVIDED.fullmatch(text)
    single = read_single(text)
    implementers, read = "", True
    clauses: tuple[ClauseSource, ...] = ()
    if divided is not None and divided[3] == divided[4]:
        implementers = divided[3]
    if listed is not None or implementers:
        clauses = tuple(_clauses(node, path))
    elif single is not None and single.row == row:
        clauses = (_single_clause(node, path, single),)
    else:
        read = False
    return Detail(
        row=row,
        article=article,
        paragraph=attribute_number(node.attributes.get("Num", "")) or "1",
        place=place_of(node, path),
        implementers=implementers,
        clauses=clauses,
        read=read,
    )


def _single_clause(node: Node, path: str, single: SingleAffair) -> ClauseSource:
    place = place_of(node, path)
    below = [found for found in list_paths(node, path) if found[0].tag == "Item"]
    lines = tuple(_lines(single.information, place, below))
    return ClauseSource(no=None, affair=single.affair, place=place, lines=lines)


def _clauses(node: Node, path: str) -> Iterator[ClauseSource]:
    previous: str | None = None
    for item, item_path in list_paths(node, path):
        sentence = item.find("ItemSentence") if item.tag == "Item" else None
        if sentence is None:
            continue
        title = item.find("ItemTitle")
        told = branch_number(text_of(title)) if title else None
        counted = attribute_number(item.attributes.get("Num", ""))
        number = told or counted
        columns = [text_of(column) for column in sentence.list_named("Column")]
        place = place_of(item, item_path)
        follows = number is not None and _follows(previous, number)
        previous = number
        if columns in ([_GONE], []) and text_of(sentence) == _GONE:
            continue
        affair = columns[0] if columns else text_of(sentence)
        below = [found for found in list_paths(item, item_path) if found[0].tag != "ItemSentence"]
        information = columns[1] if len(columns) == 2 else ""  # noqa: PLR2004  # affair, information
        yield ClauseSource(
            no=number or "",
            affair=affair,
            place=place,
            lines=tuple(_lines(information, place, below)),
            numbered=told == counted and follows,
        )


def _follows(previous: str | None, number: str) -> bool:
    """Tell whether a number may come after another one: the next, or a branch of it."""
    if previous is None:
        return number == "1"
    main, branch = number.split("の", maxsplit=1)[0], number.partition("の")[2]
    before = previous.split("の")[0]
    return int(main) == int(before) + 1 or (main == before and bool(branch))


def _lines(text: str, place: Place, below: list[tuple[Node, str]]) -> Iterator[Line]:
    """Yield the information lines of a text and of the list below it."""
    reference = read_reference(text)
    heads = opens_list(text)
    if not heads:
        yield Line(text=text, place=place, suspect=not text)
    understood = heads or (reference is not None and reference.more)
    for node, path in below:
        yield from _sublines(node, path, "", understood=understood)


def _sublines(node: Node, path: str, letter: str, *, understood: bool) -> Iterator[Line]:
    """Yield the lines of one entry of a list and of the lists below it."""
    sentence = node.find(f"{node.tag}Sentence")
    if sentence is None:
        return
    title = node.find(f"{node.tag}Title")
    own = letter or (text_of(title) if title else "")
    text = text_of(sentence)
    below = [entry for entry in list_paths(node, path) if _is_entry(entry[0])]
    heads = bool(below) and opens_list(text)
    if not heads:
        yield Line(
            text=text, place=place_of(node, path), letter=own, suspect=not understood or bool(below)
        )
    for child, child_path in below:
        yield from _sublines(child, child_path, own, understood=understood and heads)


def _is_entry(node: Node) -> bool:
    return node.tag == "Item" or _SUBITEM.fullmatch(node.tag) is not None
