"""条例事務, affairs by ordinance (art. 19(9)): decided by their filing and its base row."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import msgspec

from permitlists.edition import Edition
from permitlists.index import Entry, IndexedClause, IndexedRow
from permitlists.model import ALLOWED, NOT_IN_FORCE, Decision, Match, Question
from permitlists.supplement import Base, Filing, Hold, Supplement, Withholding

# 地方税関係情報, what leaves to an ordinance affair only with the person's consent.
TAX: Final = frozenset({"地方税関係情報"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What ordinance affairs of one day are judged on.

    `edition` is the statutory edition in force that day, None while there is none; `find_edition`
    returns the edition of a label, None for one that is not on the list.
    """

    supplement: Supplement
    edition: Edition | None
    find_edition: Callable[[str], Edition | None]

    def find_filing(self, number: str, on: date) -> Filing | None:
        """Return the filing of a number: that of the day, else the last to begin before it.

        Where all begin later it is the first of them, None where nobody filed the number.
        """
        filed = sorted(
            (one for one in self.supplement.filings if one.number == number),
            key=lambda one: one.valid_from,
        )
        begun = [one for one in filed if one.valid_from <= on]
        return begun[-1] if begun else next(iter(filed), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRule:
    """The base of a filing as the edition in force has it, or the reason why it has it not."""

    row: IndexedRow | None = None
    clause: IndexedClause | None = None
    reason: str = ""


def read_base(base: Base, ground: Ground) -> BaseRule:
    """Return the statutory affair from which a filing derives, as it is in force.

    The number of a row says nothing by itself: where another edition is in force than the one
    filed under, row and clause must be called the same and be detailed by the same article.
    """
    edition = ground.edition
    row = edition.rows.get(base.row) if edition else None
    clause = row.clauses.get(base.clause) if row else None
    if edition is None or row is None:
        return BaseRule(reason="permits.affair.base_missing")
    if clause is None:
        deleted = not row.clauses
        return BaseRule(
            row=row, reason=f"permits.affair.base_{'deleted' if deleted else 'missing'}"
        )
    if base.edition != edition.key.label:
        filed_under = ground.find_edition(base.edition)
        if filed_under is None or not _is_same(base, filed_under, edition):
            return BaseRule(row=row, clause=clause, reason="permits.affair.base_changed")
    return BaseRule(row=row, clause=clause)


def _is_same(base: Base, filed_under: Edition, edition: Edition) -> bool:
    return filed_under.key.instrument == edition.key.instrument and _name(
        base, filed_under
    ) == _name(base, edition)


def _name(base: Base, edition: Edition) -> tuple[str, ...]:
    row = edition.rows.get(base.row)
    clause = row.clauses.get(base.clause) if row else None
    return (row.row.label, row.row.article, clause.clause.label) if row and clause else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question about an ordinance affair beside the filing it names and that filing's base."""

    question: Question
    ground: Ground
    edition: Edition
    filing: Filing
    rule: BaseRule

    @property
    def statutory(self) -> Question:
        """The question as it reads under the base row, for holds that name that row."""
        return replace(
            self.question, affair=self.filing.base.affair, instrument=self.edition.key.instrument
        )

    def list_entries(self, information: str) -> list[Entry]:
        """Return what the filing and its base together let anybody ask of one information."""
        if self.rule.clause is None or information not in self.filing.information:
            return []
        return list(self.rule.clause.entries.get(information, ()))

    def reaches(self, entry: Entry) -> bool:
        """Tell whether the provider asked is one of an entry's that the filing names."""
        asked = self.question.provider
        narrowed = (
            name
            for name in self.filing.providers
            if not self.edition.classes.resolve(name).isdisjoint(entry.providers)
        )
        return not entry.providers.isdisjoint(asked) and not asked.isdisjoint(narrowed)


def open_case(question: Question, ground: Ground) -> Case | Decision:
    """Return the case that a question makes, or the refusal where there is nothing to judge."""
    edition = ground.edition
    if edition is None:
        return NOT_IN_FORCE
    if not ground.supplement.filings:
        return edition.refusals["permits.edition.no_ordinance_filing"]
    filing = ground.find_filing(str(question.affair), question.on)
    if filing is None:
        return edition.refusals["permits.affair.unknown_filing"]
    rule = read_base(filing.base, ground)
    return Case(question=question, ground=ground, edition=edition, filing=filing, rule=rule)


def decide_filed(question: Question, ground: Ground, holds: Iterable[Hold] = ()) -> Decision:
    """Return the decision on an ordinance affair, the elements in the order of the contract."""
    case = open_case(question, ground)
    if isinstance(case, Decision):
        return case
    hold = find_hold(case, holds)
    reason = (
        refuse_inquirer(case)
        or refuse_affair(case)
        or _refuse_provider(case)
        or _refuse_information(case)
        or (f"permits.hold.{hold.kind}" if hold else "")
        or _refuse_consent(case)
    )
    if reason:
        return case.edition.refusals[reason]
    matched = tuple(
        _match(case.filing, entry)
        for name in question.information
        for entry in case.list_entries(name)
        if case.reaches(entry)
    )
    return Decision(allowed=True, reason=ALLOWED, edition=case.edition.key, matched=matched)


def list_offered(case: Case) -> tuple[list[str], list[str]]:
    """Return the provider classes and the information that a filing and its base leave to ask."""
    providers = [
        name
        for name in case.filing.providers
        if case.rule.row
        and not case.rule.row.providers.isdisjoint(case.edition.classes.resolve(name))
    ]
    return providers, [name for name in case.filing.information if case.list_entries(name)]


def find_hold(case: Case, holds: Iterable[Hold]) -> Hold | None:
    """Return the first hold on the ordinance affair or on its base row, None where none stands."""
    questions = (case.question, case.statutory)
    return next((hold for hold in holds if any(map(hold.covers, questions))), None)


def find_withholding(case: Case) -> Withholding | None:
    """Return what the provider's own ordinance withholds from the question, None if nothing."""
    question, base = case.question, case.filing.base
    for one in case.ground.supplement.withholdings:
        if (
            one.in_force(question.on)
            and one.provider in question.codes_of("provider")
            and one.instrument == case.edition.key.instrument
            and (not one.rows or base.row in one.rows)
            and (not one.information or not set(question.information).isdisjoint(one.information))
        ):
            return one
    return None


def refuse_inquirer(case: Case) -> str:
    """Return the reason why nobody of the asking side may use the filing, empty if it may."""
    question = case.question
    if "inquirer" in question.undelegated:
        return "permits.inquirer.no_delegation"
    municipality = question.inquirer_delegator or question.inquirer_code
    known = municipality == case.filing.municipality and question.inquirer
    return "" if known else "permits.inquirer.not_filed_by"


def refuse_affair(case: Case) -> str:
    """Return the reason why the filing opens nothing to anybody that day, empty if it does."""
    on, filing = case.question.on, case.filing
    if on < filing.valid_from:
        return "permits.affair.filing_not_begun"
    if not filing.in_force(on):
        return "permits.affair.filing_ended"
    if on < filing.notified_on:
        return "permits.affair.not_notified"
    return case.rule.reason


def _refuse_provider(case: Case) -> str:
    if "provider" in case.question.undelegated:
        return "permits.provider.no_delegation"
    entries = (entry for name in case.filing.information for entry in case.list_entries(name))
    if not any(map(case.reaches, entries)):
        return "permits.provider.not_in_filing"
    return "permits.provider.withholds" if find_withholding(case) else ""


def _refuse_information(case: Case) -> str:
    if not case.question.information:
        return "permits.information.none_asked"
    for name in case.question.information:
        if not any(map(case.reaches, case.list_entries(name))):
            return "permits.information.not_in_filing"
    return ""


def _refuse_consent(case: Case) -> str:
    needed = not TAX.isdisjoint(case.question.information)
    return "permits.consent.tax" if needed and not case.question.consent else ""


def _match(filing: Filing, entry: Entry) -> Match:
    return msgspec.structs.replace(entry.match, basis=cite_filing(filing, entry.match.basis))


def cite_filing(filing: Filing, base: str) -> str:
    """Return the citation of an ordinance affair in Japanese, with that of its base."""
    return f"番号法第19条第9号 {filing.ordinance}（届出{filing.reference}、基となる事務: {base}）"


def cite_filing_english(filing: Filing, base: str) -> str:
    """Return the citation of an ordinance affair in English, with that of its base."""
    return f"My Number Act art. 19(9), {filing.ordinance} (filing {filing.reference}, base: {base})"
