"""点検, the lint of permit lists: every weakness with its place, and what to do about it."""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal, Protocol

import msgspec

from permitlists import lint_content, lint_reach, lint_use
from permitlists.edition import Edition
from permitlists.institution_list import load_institutions
from permitlists.institutions import Institutions
from permitlists.lines import read_lines
from permitlists.lint_subject import Hit, Subject, hit
from permitlists.lint_supplement import Surroundings, list_code_faults, list_supplement_faults
from permitlists.model import PermitListError
from permitlists.operating_codes import OperatingCodes
from permitlists.permit_list import PermitList
from permitlists.places import JsonPlaces, Path, Place, Source, place_of_fault, place_of_text
from permitlists.supplement import EMPTY, Supplement
from permitlists.table import Table, canonical_bytes, decode_table

Severity = Literal["error", "warning", "note"]
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")
_RULES: Final = (*lint_content.RULES, *lint_reach.RULES, *lint_use.RULES)
_LINE: Final = re.compile(r"line ([0-9]+)[: ]")
_MOST_FAULTS: Final = 50  # of form, in one file


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """指摘, one weakness: its rule, how grave it is, where it stands, and what to do.

    `line` and `column` count from 1 and name the value in its file. `row` and `clause` are None
    where it is about none. An `error` forbids publication.
    """

    rule: str
    severity: Severity
    file: str
    line: int
    column: int
    row: str | None
    clause: str | None
    message_ja: str
    message_en: str
    fix_ja: str
    fix_en: str


class _Places(Protocol):
    def find(self, path: Path) -> Place: ...


class LintRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a rule says: how grave it is, and templates of its sentences."""

    severity: Severity
    message_ja: str
    message_en: str
    fix_ja: str
    fix_en: str


@cache
def load_rules() -> dict[str, LintRule]:
    """Return every rule by its id."""
    data = files("permitlists").joinpath("data", "lint.toml").read_bytes()
    return msgspec.convert(tomllib.loads(data.decode()), dict[str, LintRule])


def lint(
    source: Source,
    *,
    others: Iterable[Edition] = (),
    institutions: Institutions | None = None,
    supplement: Supplement = EMPTY,
) -> tuple[Finding, ...]:
    """Return every finding of one edition file, gravest first, then by place.

    `others` are the editions of its list (the same content is left out), `institutions` those
    that wear its classes (the sandbox where none are named). Any bytes are answered by findings,
    never by an exception.
    """
    table, faults = _read(source)
    if table is None:
        return _order(faults)
    digest = hashlib.sha256(canonical_bytes(table)).hexdigest()
    subject = Subject(
        table=table,
        others=tuple(other for other in others if other.key.sha256 != digest),
        institutions=institutions or load_institutions(),
        supplement=supplement,
    )
    hits = [found for rule in _RULES for found in rule(subject)]
    found = [*faults, *_locate(source.name, source.places(), hits)]
    if not any(finding.severity == "error" for finding in found):
        found += _compile(source, table)
    return _order(found)


def lint_supplement(
    permit_list: PermitList, supplement: Supplement, institutions: Institutions | None = None
) -> tuple[Finding, ...]:
    """Return every finding about the supplement of a list, placed in its canonical bytes."""
    around = Surroundings(
        permit_list=permit_list,
        supplement=supplement,
        institutions=institutions or load_institutions(),
    )
    places = JsonPlaces(supplement.to_bytes())
    return _order(_locate("supplement.json", places, list_supplement_faults(around)))


def lint_codes(
    source: Source, codes: OperatingCodes, permit_list: PermitList
) -> tuple[Finding, ...]:
    """Return every finding about operating codes, placed in the TOML text that lists them."""
    return _order(_locate(source.name, _CodePlaces(source), list_code_faults(codes, permit_list)))


def _read(source: Source) -> tuple[Table | None, list[Finding]]:
    """Return the table of a file, None where its form forbids, with the faults of form."""
    if source.is_lines:
        return _read_lines(source)
    try:
        return decode_table(source.data), []
    except PermitListError as error:
        message = str(error)
    return None, [_fault(source, message, place_of_fault(source.data, message))]


def _read_lines(source: Source) -> tuple[Table | None, list[Finding]]:
    """Return what `_read` does; each faulty line is taken out so that the next can be found."""
    lines = list(enumerate(source.data.splitlines(), start=1))
    faults: list[Finding] = []
    while len(faults) < _MOST_FAULTS:
        try:
            table = read_lines(b"".join(line + b"\n" for _, line in lines))
        except PermitListError as error:
            message = str(error)
        else:
            return (None if faults else table), faults
        named = _LINE.match(message)
        if named is None:  # about the whole file, or what the lines taken out have left of it
            return None, faults or [_fault(source, message, Place())]
        number, line = lines.pop(int(named[1]) - 1)
        text = message[named.end() :]
        column = place_of_fault(line, text).column
        faults.append(_fault(source, text, Place(line=number, column=column)))
    return None, faults


def _fault(source: Source, problem: str, place: Place) -> Finding:
    return _finding(source.name, place, hit("form", (), problem=problem))


def _compile(source: Source, table: Table) -> list[Finding]:
    """Return what the edition is refused for beyond the rules, as a last resort."""
    try:
        Edition(table)
    except PermitListError as error:
        return [_finding(source.name, Place(), hit("edition.refused", (), problem=error))]
    return []


def _locate(file: str, places: _Places, hits: Iterable[Hit]) -> Iterator[Finding]:
    for found in hits:
        yield _finding(file, places.find(found.path), found)


def _finding(file: str, place: Place, found: Hit) -> Finding:
    rule = load_rules()[found.rule]
    return Finding(
        rule=found.rule,
        severity=rule.severity,
        file=file,
        line=place.line,
        column=place.column,
        row=found.row,
        clause=found.clause,
        message_ja=rule.message_ja.format_map(found.values),
        message_en=rule.message_en.format_map(found.values),
        fix_ja=rule.fix_ja.format_map(found.values),
        fix_en=rule.fix_en.format_map(found.values),
    )


def _order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    def key(one: Finding) -> tuple[int, str, int, int]:
        return SEVERITIES.index(one.severity), one.file, one.line, one.column

    return tuple(sorted(findings, key=key))


@dataclass(frozen=True, slots=True)
class _CodePlaces:
    """Places of codes in the TOML text that lists them: the first time each stands there."""

    source: Source

    def find(self, path: Path) -> Place:
        return place_of_text(self.source.data, str(path[0]))
