"""The work list of clause numbers: what somebody has yet to compare with the official text."""

from collections.abc import Iterator

from permitlists.citation import UNCONFIRMED
from permitlists.lint_use import find_check, write_article
from permitlists.phrases import say
from permitlists.supplement import Supplement
from permitlists.table import Row, Table


def list_numbering(table: Table, supplement: Supplement) -> Iterator[dict[str, object]]:
    """Yield as plain JSON each article with clause numbers in doubt, and what was confirmed.

    Keys: `edition`, `row`, `article`, `numbering` (`unverified` or `conflict`), `look_up_ja`,
    `look_up_en`, `confirmed` (all of them), and `clauses` with `clause`, `label`, `confirmed` and,
    where it is, `official`, `checked_by`, `checked_on` and `evidence`.
    """
    label = f"{table.instrument}@{table.valid_from.isoformat()}"
    for row in table.rows:
        for numbering in sorted({one.numbering for one in row.clauses} & UNCONFIRMED):
            clauses = list(_list_clauses(row, numbering, label, supplement))
            article = write_article(row)
            japanese, english = say("numbering.look_up", article=article)
            yield {
                "edition": label,
                "row": row.no,
                "article": article,
                "numbering": numbering,
                "look_up_ja": japanese,
                "look_up_en": english,
                "confirmed": all(one["confirmed"] for one in clauses),
                "clauses": clauses,
            }


def _list_clauses(
    row: Row, numbering: str, label: str, supplement: Supplement
) -> Iterator[dict[str, object]]:
    for clause in row.clauses:
        if clause.numbering != numbering:
            continue
        entry: dict[str, object] = {"clause": clause.no, "label": clause.label}
        check = find_check(supplement.numbering, label, row, clause)
        if check is not None:
            entry |= {
                "official": check.official,
                "checked_by": check.checked_by,
                "checked_on": check.checked_on.isoformat(),
                "evidence": check.evidence,
            }
        yield entry | {"confirmed": check is not None}
