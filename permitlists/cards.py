"""項のカード, a row in plain Japanese: one sentence for the row and one for each of its clauses.

A reviewer approves the sentences instead of the data, so they hold all of it: `parse` gives back
exactly the row that `render` was given.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from permitlists.card_text import (
    AND,
    OR,
    Cursor,
    quote,
    write_list,
    write_name,
)
from permitlists.card_words import (
    ABOUT,
    ASKS,
    ASKS_NOTHING,
    BY,
    CLAUSE_ROW_END,
    CLOSE,
    CONFIDENCES,
    DELETED,
    DONE_BY,
    FROM,
    GRANT_END,
    IS_ALL,
    NATURAL,
    NEEDS,
    NEEDS_NOTHING,
    NEXT_PAIR,
    NO_CLAUSE,
    NO_PAIR,
    NO_PLACE,
    NUMBERINGS,
    ONLY,
    PAIR,
    PLACE,
    ROW_END,
    default_numbering,
)
from permitlists.table import Clause, Grant, Pair, Row

Word = TypeVar("Word", bound=str)
_NATURALS: Final = {
    unit: re.compile(rf"([1-9][0-9]{{0,3}}){unit}((?:の[1-9][0-9]{{0,3}})*)") for unit in "条号"
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """項のカード, the sentences of one row: the row's own, and one for each clause in order."""

    row: str
    sentence: str
    clauses: tuple[str, ...]

    @property
    def text(self) -> str:
        """All sentences, one a line, without a last line break."""
        return "\n".join((self.sentence, *self.clauses))


def render(row: Row) -> Card:
    """Return the card of a row."""
    return Card(
        row=row.no,
        sentence=_row_sentence(row),
        clauses=tuple(_clause_sentence(row.no, clause) for clause in row.clauses),
    )


def _numbered(number: str, unit: str) -> str:
    """Return `71` as 第71条 and `162の2` as 第162条の2, without the first character."""
    found = NATURAL.fullmatch(number)
    if found is None:
        return f"{quote(number)}{unit}"
    return f"{found[1]}{unit}{found[2]}"


def _row_sentence(row: Row) -> str:
    article = f"・第{_numbered(row.article, '条')}" if row.article else ""
    head = f"（{write_name(row.no, ROW_END)}の項{article}）"
    if not (row.inquirers or row.pairs or row.clauses):
        return f"{head}は、{write_name(row.label, (DELETED,))}{DELETED}"
    inquirers = write_list(row.inquirers, OR, (BY,))
    affair = f"{head}{inquirers}{BY}{write_name(row.label, (ABOUT,))}{ABOUT}"
    if not row.pairs:
        return f"{affair}{ASKS_NOTHING}"
    return f"{affair}{'、'.join(map(_pair_text, row.pairs))}{ASKS}"


def _pair_text(pair: Pair) -> str:
    providers = write_list(pair.providers, OR, (FROM,))
    return (
        f"{PAIR}{pair.no}{CLOSE}{providers}{FROM}{write_list(pair.terms, AND, (NEXT_PAIR, ASKS))}"
    )


def _clause_sentence(row_no: str, clause: Clause) -> str:
    number = "の事務" if clause.no is None else f"第{_numbered(clause.no, '号')}"
    label = write_name(clause.label, (NEEDS, NEEDS_NOTHING))
    head = f"（{write_name(row_no, CLAUSE_ROW_END)}の項{number}）{_remarks(clause)}{label}"
    if not clause.grants:
        return f"{head}{NEEDS_NOTHING}"
    return f"{head}{NEEDS}{'、'.join(map(_grant_text, clause.grants))}{IS_ALL}"


def _remarks(clause: Clause) -> str:
    remarks = ""
    if clause.numbering != default_numbering(clause.no):
        remarks += NUMBERINGS[clause.numbering]
    if clause.place is not None:
        place = write_name(clause.place, (CLOSE,))
        remarks += f"{PLACE}{place}{CLOSE}" if clause.place else NO_PLACE
    if clause.implementers:
        remarks += f"{DONE_BY}{write_list(clause.implementers, OR, (CLOSE,))}{CLOSE}"
    return remarks


def _grant_text(grant: Grant) -> str:
    pairs = f"{PAIR}{'・'.join(map(str, grant.pairs))}{CLOSE}" if grant.pairs else NO_PAIR
    only = f"{ONLY}{write_name(grant.scope, (CLOSE,))}{CLOSE}" if grant.scope else ""
    return f"{pairs}{write_list(grant.terms, AND, GRANT_END)}{only}{CONFIDENCES[grant.confidence]}"


def parse(text: str) -> Row:
    """Return the row that the text of a card says.

    Raises:
        CardError: the text is no card; it names the line and the column.
    """
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    row = _read_row(Cursor(lines[0] if lines else "", 1))
    if len(lines) > 1 and lines[0].endswith(DELETED):
        raise Cursor(lines[1], 2).fail(NO_CLAUSE)
    clauses = (_read_clause(Cursor(line, at), row.no) for at, line in enumerate(lines[1:], start=2))
    return msgspec.structs.replace(row, clauses=tuple(clauses))


def _read_number(cursor: Cursor, unit: str) -> str:
    found = cursor.match(_NATURALS[unit])
    if found is not None:
        return f"{found[1]}{found[2]}"
    number = cursor.quoted((unit,))
    cursor.expect(unit)
    return number


def _read_row(cursor: Cursor) -> Row:
    cursor.expect("（")
    no = cursor.name(ROW_END)
    cursor.expect("の項")
    article = _read_number(cursor, "条") if cursor.take("・第") else ""
    cursor.expect("）")
    if cursor.take(BY):
        label = cursor.name((DELETED,))
        cursor.expect(DELETED)
        cursor.end()
        return Row(no=no, article=article, label=label, inquirers=(), pairs=(), clauses=())
    inquirers = cursor.names(OR, (BY,))
    cursor.expect(BY)
    label = cursor.name((ABOUT,))
    cursor.expect(ABOUT)
    pairs = () if cursor.take(ASKS_NOTHING) else tuple(_read_pairs(cursor))
    cursor.end()
    return Row(no=no, article=article, label=label, inquirers=inquirers, pairs=pairs, clauses=())


def _read_pairs(cursor: Cursor) -> Iterator[Pair]:
    more = True
    while more:
        cursor.expect(PAIR)
        number = cursor.whole()
        cursor.expect(CLOSE)
        providers = cursor.names(OR, (FROM,))
        cursor.expect(FROM)
        yield Pair(number, providers, cursor.names(AND, (NEXT_PAIR, ASKS)))
        more = cursor.take("、")
    cursor.expect(ASKS)


def _read_clause(cursor: Cursor, row_no: str) -> Clause:
    cursor.expect("（")
    cursor.expect(f"{write_name(row_no, CLAUSE_ROW_END)}の項")
    no = None if cursor.take("の事務") else _read_clause_number(cursor)
    cursor.expect("）")
    numbering = _read_word(cursor, NUMBERINGS) or default_numbering(no)
    place = "" if cursor.take(NO_PLACE) else _read_remark(cursor, PLACE)
    implementers: tuple[str, ...] = ()
    if cursor.take(DONE_BY):
        implementers = cursor.names(OR, (CLOSE,))
        cursor.expect(CLOSE)
    label = cursor.name((NEEDS, NEEDS_NOTHING))
    grants = () if cursor.take(NEEDS_NOTHING) else tuple(_read_grants(cursor))
    cursor.end()
    return Clause(
        no=no,
        label=label,
        numbering=numbering,
        grants=grants,
        place=place,
        implementers=implementers,
    )


def _read_clause_number(cursor: Cursor) -> str:
    cursor.expect("第")
    return _read_number(cursor, "号")


def _read_remark(cursor: Cursor, opening: str) -> str | None:
    if not cursor.take(opening):
        return None
    remark = cursor.name((CLOSE,))
    cursor.expect(CLOSE)
    return remark


def _read_word(cursor: Cursor, words: Mapping[Word, str]) -> Word | None:
    """Return the value whose word stands here, None where none does."""
    return next((value for value, word in words.items() if word and cursor.take(word)), None)


def _read_grants(cursor: Cursor) -> Iterator[Grant]:
    cursor.expect(NEEDS)
    more = True
    while more:
        pairs = () if cursor.take(NO_PAIR) else tuple(_read_pair_numbers(cursor))
        terms = cursor.names(AND, GRANT_END)
        scope = _read_remark(cursor, ONLY) or ""
        yield Grant(pairs, terms, scope, _read_word(cursor, CONFIDENCES) or "mapped")
        more = cursor.take("、")
    cursor.expect(IS_ALL)


def _read_pair_numbers(cursor: Cursor) -> Iterator[int]:
    cursor.expect(PAIR)
    yield cursor.whole()
    while not cursor.take(CLOSE):
        cursor.expect("・")
        yield cursor.whole()
