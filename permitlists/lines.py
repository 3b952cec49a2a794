"""The packaged form of an edition: one JSON array a line, which people can compare and review."""

from datetime import date

import msgspec

from permitlists.model import PermitListError
from permitlists.table import (
    Clause,
    Confidence,
    Grant,
    InstitutionClass,
    Numbering,
    Overlay,
    Pair,
    Row,
    Table,
)


class _EditionLine(msgspec.Struct, array_like=True, tag="edition", forbid_unknown_fields=True):
    instrument: str
    valid_from: date
    valid_to: date | None
    source: str = ""


class _OverlayLine(msgspec.Struct, array_like=True, tag="overlay", forbid_unknown_fields=True):
    row: str
    clause: str | None
    valid_from: date
    valid_to: date
    note: str
    replacement: Row | None = None


class _ClassLine(msgspec.Struct, array_like=True, tag="class", forbid_unknown_fields=True):
    name: str
    groups: tuple[str, ...]
    wording: str | None


class _RowLine(msgspec.Struct, array_like=True, tag="row", forbid_unknown_fields=True):
    no: str
    article: str
    label: str
    inquirers: tuple[str, ...]


class _PairLine(msgspec.Struct, array_like=True, tag="pair", forbid_unknown_fields=True):
    no: int
    providers: tuple[str, ...]
    terms: tuple[str, ...]


class _ClauseLine(msgspec.Struct, array_like=True, tag="clause", forbid_unknown_fields=True):
    no: str | None
    label: str
    numbering: Numbering
    place: str | None = None
    implementers: tuple[str, ...] = ()


class _GrantLine(msgspec.Struct, array_like=True, tag="grant", forbid_unknown_fields=True):
    pairs: tuple[int, ...]
    terms: tuple[str, ...]
    scope: str
    confidence: Confidence


_Line = _EditionLine | _OverlayLine | _ClassLine | _RowLine | _PairLine | _ClauseLine | _GrantLine
_decode_line = msgspec.json.Decoder(_Line).decode


def read_lines(data: bytes) -> Table:
    """Return the table that the packaged lines hold, one JSON array a line.

    Raises:
        PermitListError: a line has another form or stands in the wrong place.
    """
    assembly = _Assembly()
    for number, text in enumerate(data.splitlines(), start=1):
        try:
            assembly.add(_decode_line(text))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise PermitListError("permits.edition_form", f"line {number}: {error}") from error
        except IndexError as error:
            message = f"line {number} stands before the one it belongs to"
            raise PermitListError("permits.edition_form", message) from error
    return assembly.table()


class _Assembly:
    """What has been read so far; the last row and its last clause take what follows."""

    def __init__(self) -> None:
        self.edition: _EditionLine | None = None
        self.overlays: list[Overlay] = []
        self.classes: list[InstitutionClass] = []
        self.rows: list[tuple[_RowLine, list[Pair], list[tuple[_ClauseLine, list[Grant]]]]] = []

    def add(self, line: _Line) -> None:
        match line:
            case _EditionLine():
                self.edition = line
            case _OverlayLine():
                self.overlays.append(_overlay(line))
            case _ClassLine():
                self.classes.append(InstitutionClass(line.name, line.groups, line.wording))
            case _RowLine():
                self.rows.append((line, [], []))
            case _PairLine():
                self.rows[-1][1].append(Pair(line.no, line.providers, line.terms))
            case _ClauseLine():
                self.rows[-1][2].append((line, []))
            case _:
                grant = Grant(line.pairs, line.terms, line.scope, line.confidence)
                self.rows[-1][2][-1][1].append(grant)

    def table(self) -> Table:
        if self.edition is None:
            raise PermitListError("permits.edition_form", "no line names the edition")
        return Table(
            instrument=self.edition.instrument,
            valid_from=self.edition.valid_from,
            valid_to=self.edition.valid_to,
            classes=tuple(self.classes),
            rows=tuple(_row(*parts) for parts in self.rows),
            source=self.edition.source,
            overlays=tuple(self.overlays),
        )


def _overlay(line: _OverlayLine) -> Overlay:
    return Overlay(
        row=line.row,
        clause=line.clause,
        valid_from=line.valid_from,
        valid_to=line.valid_to,
        note=line.note,
        replacement=line.replacement,
    )


def _row(line: _RowLine, pairs: list[Pair], clauses: list[tuple[_ClauseLine, list[Grant]]]) -> Row:
    return Row(
        no=line.no,
        article=line.article,
        label=line.label,
        inquirers=line.inquirers,
        pairs=tuple(pairs),
        clauses=tuple(
            Clause(
                no=clause.no,
                label=clause.label,
                numbering=clause.numbering,
                grants=tuple(grants),
                place=clause.place,
                implementers=clause.implementers,
            )
            for clause, grants in clauses
        ),
    )
