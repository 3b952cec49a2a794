"""Turns the clauses of an article into those of an edition: each line to pairs and terms."""

from dataclasses import dataclass
from typing import Final

from permitlists.lawxml.articles import ClauseSource, Detail, Line
from permitlists.lawxml.expansion import expand
from permitlists.lawxml.faults import Finding, Place, find
from permitlists.lawxml.labels import shorten
from permitlists.lawxml.vocabulary import Vocabulary, list_phrases
from permitlists.lawxml.walk import numbered
from permitlists.lawxml.wording import digest, plain
from permitlists.table import Clause, Confidence, Grant, Numbering, Pair

# The scope of a line that nobody has read; the digest of its wording follows.
UNREAD: Final = "未確認の文言"
_BEING: Final = "である"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReading:
    """A row whose cells are read: number, place, pairs, and what its lines are read with."""

    no: str
    place: Place
    pairs: tuple[Pair, ...]
    vocabulary: Vocabulary

    @property
    def terms(self) -> tuple[str, ...]:
        """Every term of the row, in the order of its pairs."""
        return tuple(dict.fromkeys(term for pair in self.pairs for term in pair.terms))


def read_clauses(
    row: RowReading, details: tuple[Detail, ...], *, certain: bool
) -> tuple[tuple[Clause, ...], tuple[Finding, ...]]:
    """Return the clauses of a row and what in them a person must look at.

    Where several paragraphs speak of a row their clauses are numbered through, and `place` tells
    the numbers of the law. `certain` is False where row and article contradict each other.
    """
    clauses: dict[str | None, Clause] = {}
    findings: list[Finding] = []
    several = len(details) > 1
    for detail in details:
        implementers = _implementers(detail, row.vocabulary)
        if implementers is None:
            findings.append(
                find("doubt", "lawxml.detail.implementers", detail.place, number=row.no)
            )
        for source in expand(detail.clauses):
            no = str(len(clauses) + 1) if several else source.no
            if no in clauses or (several and source.no is None):
                findings.append(find("hold", "lawxml.clause.twice", source.place, number=row.no))
                continue
            grants = _grants(row, source, findings, known=implementers is not None)
            clauses[no] = Clause(
                no=no,
                label=row.vocabulary.wordings.find_label(source.affair) or shorten(source.affair),
                numbering=_numbering(source, certain=certain),
                grants=grants,
                place=_place(detail, source) if several else None,
                implementers=implementers or (),
            )
    return tuple(clauses.values()), tuple(findings)


def _numbering(source: ClauseSource, *, certain: bool) -> Numbering:
    if not (certain and source.numbered):
        return "conflict"
    return "single" if source.no is None else "verified"


def _place(detail: Detail, source: ClauseSource) -> str:
    return numbered(detail.paragraph, "項") + numbered(source.no or "1", "号")


def _implementers(detail: Detail, vocabulary: Vocabulary) -> tuple[str, ...] | None:
    """Return whom a paragraph speaks of, empty for all, None where that is not understood."""
    if not detail.implementers:
        return ()
    names = vocabulary.read_classes(detail.implementers.rpartition(_BEING)[2])
    return names and tuple(sorted(names))


def _grants(
    row: RowReading, source: ClauseSource, findings: list[Finding], *, known: bool
) -> tuple[Grant, ...]:
    grants: dict[Grant, None] = {}
    for line in source.lines:
        grants[_grant(row, source, line, findings) if known else _doubtful(row, line)] = None
    return tuple(grants)


def _grant(row: RowReading, source: ClauseSource, line: Line, findings: list[Finding]) -> Grant:
    readings = () if line.suspect else row.vocabulary.list_readings(line.text, frozenset(row.terms))
    doubted = [reading for reading in readings if reading.confidence == "doubtful"]
    meanings = {(reading.terms, reading.scope) for reading in readings}
    affair = f"{row.no}-{source.no}" if source.no else row.no
    values = {"affair": affair, "digest": _digest(line), "text": line.text[:80]}
    if doubted:
        findings.append(find("doubt", "lawxml.line.doubtful", line.place, **values))
        widest = max(doubted, key=lambda reading: len(reading.terms))
        return _of(row, widest.terms, widest.scope, "doubtful")
    if len(meanings) != 1:
        code = "lawxml.line.ambiguous" if meanings else "lawxml.line.unknown"
        findings.append(find("doubt", code, line.place, **values))
        return _doubtful(row, line)
    sure = not line.referenced and any(reading.confidence == "exact" for reading in readings)
    return _of(row, readings[0].terms, readings[0].scope, "exact" if sure else "mapped")


def _of(row: RowReading, terms: tuple[str, ...], scope: str, confidence: Confidence) -> Grant:
    pairs = tuple(pair.no for pair in row.pairs if set(pair.terms) & set(terms))
    return Grant(pairs, terms, scope, confidence)


def _doubtful(row: RowReading, line: Line) -> Grant:
    """Return a line that may mean any information of the row, and so grants none."""
    scope = f"{UNREAD}（{_digest(line)}）"
    return Grant(tuple(pair.no for pair in row.pairs), row.terms, scope, "doubtful")


def _digest(line: Line) -> str:
    """Return the digest of the phrase behind the persons, which a reviewed wording is kept by."""
    return digest(plain(next(list_phrases(line.text))))
