"""Where a permission stands in the law, as people cite it."""

from permitlists.table import Clause, Row

UNCONFIRMED = frozenset({"unverified", "conflict"})
_ACT_JA = "番号法第19条第8号 主務省令"
_ACT_EN = "My Number Act art. 19(8), ministerial order"


def _article(number: str) -> str:
    main, branch, rest = number.partition("の")
    return f"第{main}条{branch}{rest}"


def cite_row(row: Row) -> str:
    """Return the citation of a row with the article that details it, in Japanese."""
    place = f"第2条の表{row.no}の項"
    return f"{_ACT_JA}{place}・{_article(row.article)}" if row.article else f"{_ACT_JA}{place}"


def cite(row: Row, clause: Clause) -> str:
    """Return the citation of a clause in Japanese.

    It ends in 号番号未確認 where nobody has confirmed the clause number against the official
    text.
    """
    place = clause.place
    if place is None:
        place = "" if clause.no is None else f"第{clause.no}号"
    warning = "（号番号未確認）" if clause.numbering in UNCONFIRMED else ""
    return f"{cite_row(row)}{place}{warning}"


def cite_english(row: Row, clause: Clause | None) -> str:
    """Return the citation of a row, or of one of its clauses, in English."""
    text = f"{_ACT_EN} art. 2 table row {row.no}"
    if row.article:
        text += f", art. {row.article}"
    if clause is None or clause.no is None:
        return text
    text += f" clause {clause.no}" if clause.place is None else f" {clause.place}".rstrip()
    warning = " (clause number not confirmed)" if clause.numbering in UNCONFIRMED else ""
    return f"{text}{warning}"
