"""The import of one law file: what it is, what it holds, and what a person must decide on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal

import msgspec

from permitlists.edition import Edition
from permitlists.lawxml.comparison import compare_editions, compare_tables
from permitlists.lawxml.document import Law, check_schema, place_of, read_law
from permitlists.lawxml.draft import draft_edition
from permitlists.lawxml.faults import Finding, LawXmlError, find
from permitlists.lawxml.permit_rows import find_headings
from permitlists.lawxml.revision import Revision, instrument_of, list_obstacles, read_revision
from permitlists.lawxml.tables import LawTable, list_tables
from permitlists.lawxml.walk import Location, walk
from permitlists.lawxml.wordings import Wordings
from permitlists.permit_list import PermitList
from permitlists.table import Table

# held: not before a person has decided. draft: some lines grant nothing yet. refused: no edition.
State = Literal["complete", "draft", "held", "refused"]
HELD_MARK: Final = "+held"


@dataclass(frozen=True, slots=True, kw_only=True)
class LawFile:
    """One file of a law as handed in: its bytes, its name, and what stands beside it."""

    data: bytes
    name: str
    metadata: bytes | None = None
    schema: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What an import found: the tables, or the edition drafted from one of them.

    `refused` says that an edition was asked for and the revision is not one to use.
    """

    law: Law
    revision: Revision
    tables: tuple[LawTable, ...]
    findings: tuple[Finding, ...]
    edition: Edition | None = None
    refused: bool = False

    @property
    def state(self) -> State:
        """Whether the content may be used: complete, a draft, held for review, or refused."""
        found = {finding.severity for finding in self.findings}
        if self.refused:
            return "refused"
        return "held" if "hold" in found else "draft" if "doubt" in found else "complete"

    def as_document(self) -> dict[str, Any]:  # Any: plain JSON
        """Return the import as plain JSON, without the cells of the tables."""
        counted = Counter(finding.severity for finding in self.findings)
        return {
            "law": {
                "number": self.law.number,
                "title": self.law.title,
                "sha256": self.law.digest,
            },
            "revision": self.revision.as_document(),
            "state": self.state,
            "edition": _edition_document(self.edition) if self.edition else None,
            "counts": dict(sorted(counted.items())),
            "findings": [finding.as_document() for finding in self.findings],
        }


def import_tables(file: LawFile, chosen: int | None, before: bytes | None) -> Import:
    """Return the tables of a law, all or a chosen one, compared with an earlier text of it.

    Raises:
        LawXmlError: the file is no law, a table cannot be laid out, or the chosen one is missing.
    """
    law, revision, findings = _open(file)
    tables = list_tables(law)
    findings += _compare(law, tables, before)
    findings += tuple(_appendices_without_table(law))
    if chosen is not None:
        tables = (_choose(tables, chosen),)
    return Import(law=law, revision=revision, tables=tables, findings=findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionRequest:
    """How an edition is to be drafted: from which table, after which edition, from which day.

    `wordings` are JSON lines of reviewed wordings beside the packaged ones, `before` an earlier
    text of the law. Each of the others may be None: the one table with the headings, the newest
    edition listed, the day of the revision.
    """

    permit_list: PermitList
    chosen: int | None = None
    predecessor: Edition | None = None
    valid_from: date | None = None
    wordings: bytes = b""
    before: bytes | None = None


def import_edition(file: LawFile, request: EditionRequest) -> Import:
    """Return the draft of an edition; none where the revision is not in force.

    Raises:
        LawXmlError: the file is no law, has no permit table, or its day or instrument is unknown.
    """
    law, revision, findings = _open(file)
    tables = list_tables(law)
    table = _permit_table(tables, request.chosen)
    findings += _compare(law, tables, request.before)
    if any(map(_refuses, findings)):
        return Import(law=law, revision=revision, tables=(table,), findings=findings, refused=True)
    valid_from = request.valid_from or revision.valid_from
    if valid_from is None:
        raise LawXmlError("lawxml.revision.no_date")
    if revision.valid_from not in {None, valid_from}:
        days = {"chosen": valid_from, "known": revision.valid_from}
        findings += (find("review", "lawxml.revision.other_date", None, **days),)
    before = request.predecessor or _newest(request.permit_list, instrument_of(law, revision))
    wordings = Wordings.from_lines(before.key.instrument, request.wordings)
    draft = draft_edition(law, table, before.table, wordings, valid_from)
    source = f"{_origin(law, revision)}#{law.digest[:16]}"
    findings += draft.findings + compare_editions(before.table, draft.table, table.place)
    findings += _known_already(request.permit_list, source)
    edition = Edition(_marked(draft.table, source, findings))
    return Import(law=law, revision=revision, tables=(table,), findings=findings, edition=edition)


def _open(file: LawFile) -> tuple[Law, Revision, tuple[Finding, ...]]:
    law = read_law(file.data)
    revision = read_revision(law, file.name, file.metadata)
    violations = check_schema(file.data, file.schema) if file.schema is not None else ()
    return law, revision, (*list_obstacles(revision), *violations)


def _compare(law: Law, tables: Sequence[LawTable], before: bytes | None) -> tuple[Finding, ...]:
    """Return what an earlier text of the law had and this one lacks; nothing without one."""
    if before is None:
        return ()
    earlier = read_law(before)
    found = compare_tables(list_tables(earlier), tables)
    if earlier.digest == law.digest:
        found += (find("review", "lawxml.revision.same", None, name=earlier.title),)
    return found


def _choose(tables: Sequence[LawTable], chosen: int) -> LawTable:
    if not 1 <= chosen <= len(tables):
        raise LawXmlError("lawxml.table.unknown", None, number=chosen, count=len(tables))
    return tables[chosen - 1]


def _permit_table(tables: Sequence[LawTable], chosen: int | None) -> LawTable:
    if chosen is not None:
        return _choose(tables, chosen)
    found = [table for table in tables if find_headings(table)]
    if len(found) > 1:
        numbers = ", ".join(str(table.number) for table in found)
        raise LawXmlError("lawxml.table.several", found[1].place, numbers=numbers)
    if not found:
        raise LawXmlError("lawxml.table.no_headings", None, number="-")
    return found[0]


def _newest(permit_list: PermitList, instrument: str | None) -> Edition:
    found = [one for one in permit_list.editions if one.key.instrument == instrument]
    if not found:
        raise LawXmlError("lawxml.instrument.unknown")
    return max(found, key=lambda edition: edition.key.valid_from)


def _refuses(finding: Finding) -> bool:
    return finding.severity == "hold" and finding.code.startswith("lawxml.revision.")


def _origin(law: Law, revision: Revision) -> str:
    return f"egov:{revision.revision_id}" if revision.revision_id else f"law:{law.number}"


def _known_already(permit_list: PermitList, source: str) -> tuple[Finding, ...]:
    """Return that the same text, or another text of the same revision, is listed already."""
    found = []
    for edition in permit_list.editions:
        listed = edition.table.source.removesuffix(HELD_MARK)
        name = edition.key.label
        if listed == source:
            found.append(find("review", "lawxml.revision.same", None, name=name))
        elif listed.partition("#")[0] == source.partition("#")[0]:
            found.append(find("review", "lawxml.revision.corrected", None, name=name))
    return tuple(found)


def _marked(table: Table, source: str, findings: tuple[Finding, ...]) -> Table:
    held = any(finding.severity == "hold" for finding in findings)
    return msgspec.structs.replace(table, source=source + HELD_MARK if held else source)


def _appendices_without_table(law: Law) -> Sequence[Finding]:
    found = []
    for node, location in walk(law.root, Location(path="Law")):
        if node.tag in {"AppdxTable", "SupplProvisionAppdxTable"} and not any(
            inner.tag == "TableStruct" for inner, _ in walk(node, replace(location))
        ):
            place = place_of(node, location.path)
            found.append(find("warning", "lawxml.appendix.no_table", place, name=location.title))
    return found


def _edition_document(edition: Edition) -> dict[str, Any]:  # Any: plain JSON
    rows = edition.table.rows
    grants = [grant for row in rows for clause in row.clauses for grant in clause.grants]
    return {
        "label": edition.key.label,
        "sha256": edition.key.sha256,
        "source": edition.table.source,
        "rows": len(rows),
        "pairs": sum(len(row.pairs) for row in rows),
        "clauses": sum(len(row.clauses) for row in rows),
        "lines": len(grants),
        "doubtful_lines": sum(grant.confidence == "doubtful" for grant in grants),
    }
