"""The permit decision: default deny, the first failing element named."""

from collections.abc import Iterable

from permitlists.edition import Edition
from permitlists.index import IndexedClause, IndexedRow
from permitlists.model import ALLOWED, STATUTORY_BASIS, Decision, Match, Question
from permitlists.supplement import Hold


def decide(edition: Edition, question: Question, holds: Iterable[Hold] = ()) -> Decision:
    """Return what one edition says to a question, whatever its days in force.

    Its reading rules govern as of the day of the question.
    """
    return judge(edition.on(question.on), question, holds)


def judge(edition: Edition, question: Question, holds: Iterable[Hold] = ()) -> Decision:
    """Return what an edition says that already reads as on the day of the question.

    The elements are judged in the order of the contract, except that an unknown or deleted row
    fails as the affair before the inquirer can be looked up in it.
    """
    decision = judge_table(edition, question)
    for hold in holds:
        if decision.allowed and hold.covers(question):
            return edition.refusals[f"permits.hold.{hold.kind}"]
    return decision


def judge_table(edition: Edition, question: Question) -> Decision:
    """Return what the table of an edition says, whatever holds there are."""
    row = edition.rows.get(question.affair.row)
    clause = row.clauses.get(question.affair.clause) if row else None
    if (
        row is None
        or clause is None
        or row.inquirers.isdisjoint(question.inquirer)
        or question.basis != STATUTORY_BASIS
    ):
        return edition.refusals[_explain_affair(row, question)]
    if row.providers.isdisjoint(question.provider):
        return edition.refusals[_explain_provider(question)]
    matched: list[Match] = []
    for name in question.information or ("",):
        entries = clause.entries.get(name)
        found = entries and [
            entry.match for entry in entries if not entry.providers.isdisjoint(question.provider)
        ]
        if not found:
            return edition.refusals[_explain_information(row, clause, question, name)]
        matched += found
    return Decision(allowed=True, reason=ALLOWED, edition=edition.key, matched=tuple(matched))


def _explain_affair(row: IndexedRow | None, question: Question) -> str:
    if question.basis != STATUTORY_BASIS:
        return "permits.edition.no_ordinance_filing"
    if row is None:
        return "permits.affair.unknown_row"
    if not row.clauses:
        return "permits.affair.deleted_row"
    if row.inquirers.isdisjoint(question.inquirer):
        undelegated = "inquirer" in question.undelegated
        return f"permits.inquirer.{'no_delegation' if undelegated else 'not_in_row'}"
    if question.affair.clause is None:
        return "permits.affair.clause_missing"
    return "permits.affair.unknown_clause"


def _explain_provider(question: Question) -> str:
    undelegated = "provider" in question.undelegated
    return f"permits.provider.{'no_delegation' if undelegated else 'not_in_row'}"


def _explain_information(
    row: IndexedRow, clause: IndexedClause, question: Question, name: str
) -> str:
    if not name:
        return "permits.information.none_asked"
    if question.provider.isdisjoint(row.offers.get(name, ())):
        return "permits.information.not_in_pair"
    if name in clause.doubtful:
        return "permits.information.doubtful"
    return "permits.information.not_in_clause"
