"""A draft of an edition from one permit table of a law; what is not understood grants nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from permitlists.lawxml.articles import Detail, list_articles, list_details
from permitlists.lawxml.clauses import UNREAD, RowReading, read_clauses
from permitlists.lawxml.document import Law
from permitlists.lawxml.faults import Finding, LawXmlError, Place, find
from permitlists.lawxml.labels import shorten
from permitlists.lawxml.permit_rows import PairSource, RowSource, find_headings, read_permit_rows
from permitlists.lawxml.tables import LawTable
from permitlists.lawxml.vocabulary import Vocabulary, unknown_class, unknown_term
from permitlists.lawxml.wording import digest, label_key, plain, says_more, split_delegation
from permitlists.lawxml.wordings import Wordings
from permitlists.table import Clause, Confidence, Grant, InstitutionClass, Pair, Row, Table

_GONE: Final = "削除"
_NEXT: Final = "次条"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An edition as far as it could be read, with everything a person must look at.

    It is complete only if no finding is a doubt or a hold.
    """

    table: Table
    findings: tuple[Finding, ...]


def draft_edition(
    law: Law, table: LawTable, predecessor: Table, wordings: Wordings, valid_from: date
) -> Draft:
    """Return the draft of an edition of the predecessor's instrument.

    Raises:
        LawXmlError: the table has not the four headings of a permit table.
    """
    headings = find_headings(table)
    if headings is None:
        raise LawXmlError("lawxml.table.no_headings", table.place, number=table.number)
    rows, findings = read_permit_rows(table, headings)
    drafting = _Drafting(
        vocabulary=Vocabulary(predecessor, wordings),
        articles=list_articles(law),
        own=table.location.article,
        findings=list(findings),
    )
    for detail in list_details(law, table.location.article):
        drafting.add_detail(detail)
    drafted = tuple(map(drafting.row, rows))
    drafting.check_details({row.no for row in drafted if row.inquirers})
    return Draft(
        table=Table(
            instrument=predecessor.instrument,
            valid_from=valid_from,
            valid_to=None,
            classes=(*predecessor.classes, *drafting.unknown.values()),
            rows=drafted,
        ),
        findings=tuple(drafting.findings),
    )


@dataclass(slots=True, kw_only=True)
class _Drafting:
    """What the rows of one table share while they are read."""

    vocabulary: Vocabulary
    articles: tuple[str, ...]
    own: str
    findings: list[Finding]
    details: dict[str, list[Detail]] = field(default_factory=dict)
    unknown: dict[str, InstitutionClass] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)

    def add_detail(self, detail: Detail) -> None:
        self.details.setdefault(detail.row, []).append(detail)

    def check_details(self, live: set[str]) -> None:
        for number, details in self.details.items():
            if number not in live:
                place = details[0].place
                self.findings.append(find("review", "lawxml.detail.no_row", place, number=number))

    def row(self, source: RowSource) -> Row:
        if source.deleted:
            return Row(source.no, "", _GONE, (), (), ())
        affair, named = split_delegation(source.affair)
        told = self._article(named)
        details = tuple(self.details.get(source.no, ()))
        article = details[0].article if details else told
        pairs = tuple(self._pair(no, pair, source) for no, pair in enumerate(source.pairs, start=1))
        label = self.vocabulary.wordings.find_label(label_key(source.inquirer, affair)) or shorten(
            affair
        )
        reading = RowReading(
            no=source.no, place=source.place, pairs=pairs, vocabulary=self.vocabulary
        )
        if told and article != told:
            values = {"number": source.no, "told": told, "article": article}
            self.findings.append(find("review", "lawxml.row.article", source.place, **values))
        return Row(
            no=source.no,
            article=article,
            label=label,
            inquirers=self._classes(source.inquirer, source, source.place),
            pairs=pairs,
            clauses=self._detailed(reading, details, certain=article == (told or article))
            if details or self.details or self.vocabulary.detailed
            else (self._undetailed(reading, label),),
        )

    def _article(self, named: str) -> str:
        """Return the number of the article that a cell says details it, empty for none."""
        if named == _NEXT and self.own in self.articles[:-1]:
            return self.articles[self.articles.index(self.own) + 1]
        return named if named[:1].isdigit() else ""

    def _detailed(
        self, row: RowReading, details: tuple[Detail, ...], *, certain: bool
    ) -> tuple[Clause, ...]:
        clauses, findings = read_clauses(row, details, certain=certain)
        self.findings.extend(findings)
        for detail in details:
            if not detail.read:
                self.findings.append(
                    find("doubt", "lawxml.detail.unread", detail.place, number=row.no)
                )
        if clauses:
            return clauses
        if not details:
            self.findings.append(find("doubt", "lawxml.detail.missing", row.place, number=row.no))
        grant = Grant(tuple(pair.no for pair in row.pairs), row.terms, UNREAD, "doubtful")
        return (Clause(None, UNREAD, "single", (grant,)),)

    def _undetailed(self, row: RowReading, label: str) -> Clause:
        """Return the one clause of a row that no article of the document details."""
        grants = [grant for pair in row.pairs for grant in self._pair_grants(row, pair)]
        return Clause(None, label, "single", tuple(grants))

    def _pair_grants(self, row: RowReading, pair: Pair) -> Iterator[Grant]:
        """Yield what a pair grants, each term narrowed as it was before."""
        confidence: Confidence = "doubtful" if self._is_unread(pair) else "exact"
        scopes = {term: self.vocabulary.list_scopes(term) for term in pair.terms}
        whole = tuple(term for term in pair.terms if scopes[term] == ("",))
        if whole:
            yield Grant((pair.no,), whole, "", confidence)
        for term in pair.terms:
            if not scopes[term]:
                values = {"number": row.no, "term": term}
                self.findings.append(find("doubt", "lawxml.cell.scope", row.place, **values))
                yield Grant((pair.no,), (term,), "", "doubtful")
            elif term not in whole:
                for scope in scopes[term]:
                    yield Grant((pair.no,), (term,), scope, confidence)

    def _is_unread(self, pair: Pair) -> bool:
        return any(name in self.unknown for name in pair.providers) or any(
            term in self.unread for term in pair.terms
        )

    def _pair(self, number: int, source: PairSource, row: RowSource) -> Pair:
        terms = self.vocabulary.read_terms(source.information)
        if terms is None:
            wording = split_delegation(source.information)[0]
            self._doubt("lawxml.cell.information", wording, row, source.place)
            terms = (unknown_term(source.information),)
            self.unread.update(terms)
        else:
            self._note_more(split_delegation(source.information)[0], row, source.place)
        return Pair(number, self._classes(source.provider, row, source.place), terms)

    def _classes(self, text: str, row: RowSource, place: Place) -> tuple[str, ...]:
        classes = self.vocabulary.read_classes(text)
        if classes is None:
            self._doubt("lawxml.cell.institution", text, row, place)
            entry = unknown_class(text)
            self.unknown[entry.name] = entry
            return (entry.name,)
        self._note_more(text, row, place)
        return classes

    def _note_more(self, text: str, row: RowSource, place: Place) -> None:
        """Note that a cell is read without parentheses that nobody has reviewed there."""
        if says_more(text) and not self.vocabulary.wordings.knows_cell(text):
            values = {"number": row.no, "text": text[:80]}
            self.findings.append(find("review", "lawxml.cell.says_more", place, **values))

    def _doubt(self, code: str, text: str, row: RowSource, place: Place) -> None:
        values = {"number": row.no, "digest": digest(plain(text)), "text": text[:80]}
        self.findings.append(find("doubt", code, place, **values))
