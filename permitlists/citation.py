"""Where a permission stands in the law, as people cite it."""

from dataclasses import dataclass
from typing import Final

from permitlists.table import Clause, Row

UNCONFIRMED = frozenset({"unverified", "conflict"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where the table of an instrument stands: what is written before the number of a row."""

    ja: str
    en: str


_PLACES: Final = {
    "beppyo2": _Place(
        ja="番号法 旧別表第二", en="My Number Act, former Schedule 2 (until 2024-05-26),"
    ),
    "shourei-r6": _Place(
        ja="番号法第19条第8号 主務省令第2条の表",
        en="My Number Act art. 19(8), ministerial order art. 2 table",
    ),
    "jorei-19-9": _Place(
        ja="番号法第19条第9号 条例事務の表", en="My Number Act art. 19(9), ordinance affairs table"
    ),
}


def _article(number: str) -> str:
    main, branch, rest = number.partition("の")
    return f"第{main}条{branch}{rest}"


def _place(instrument: str) -> _Place:
    return _PLACES.get(instrument) or _Place(ja=instrument, en=instrument)


def cite_row(instrument: str, row: Row) -> str:
    """Return the citation of a row with the article that details it, in Japanese."""
    place = f"{_place(instrument).ja}{row.no}の項"
    return f"{place}・{_article(row.article)}" if row.article else place


def cite(instrument: str, row: Row, clause: Clause, notes: tuple[str, ...] = ()) -> str:
    """Return the citation of a clause in Japanese, with the notes of the reading rules on it.

    It ends in 号番号未確認 where nobody has confirmed the clause number against the official
    text.
    """
    place = clause.place
    if place is None:
        place = "" if clause.no is None else f"第{clause.no}号"
    warning = "（号番号未確認）" if clause.numbering in UNCONFIRMED else ""
    read = "".join(f"（{note}）" for note in notes)
    return f"{cite_row(instrument, row)}{place}{warning}{read}"


def cite_english(
    instrument: str, row: Row, clause: Clause | None, notes: tuple[str, ...] = ()
) -> str:
    """Return the citation of a row, or of one of its clauses, in English; notes stay Japanese."""
    text = f"{_place(instrument).en} row {row.no}"
    if row.article:
        text += f", art. {row.article}"
    if clause is None:
        return text
    if clause.no is not None:
        text += f" clause {clause.no}" if clause.place is None else f" {clause.place}".rstrip()
        text += " (clause number not confirmed)" if clause.numbering in UNCONFIRMED else ""
    return text + "".join(f" (reading rule: {note})" for note in notes)
