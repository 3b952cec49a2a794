"""Small random editions, and what they permit by asking about everything."""

from datetime import date
from itertools import product

from hypothesis import strategies as st

from permitlists import Affair, Edition, PermitList, Question
from permitlists.diff import Permission
from permitlists.table import Clause, Confidence, Grant, InstitutionClass, Pair, Row, Table

NAMES = ("A", "B", "C", "D")
TERMS = ("t", "u", "v")
ROWS = ("1", "2", "2の2", "3")
SCOPES = ("", "", "part", "rest")
CONFIDENCES: tuple[Confidence, ...] = ("exact", "mapped", "doubtful")
START = date(2024, 5, 27)


def subsets(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Pair, ...]:
    return tuple(
        Pair(number, draw(subsets(NAMES)), draw(subsets(TERMS)))
        for number in range(1, draw(st.integers(1, 2)) + 1)
    )


@st.composite
def grants(draw: st.DrawFn, offered: tuple[Pair, ...]) -> tuple[Grant, ...]:
    found = []
    for _ in range(draw(st.integers(0, 2))):
        pair = draw(st.sampled_from(offered))
        terms = draw(subsets(pair.terms))
        confidence = draw(st.sampled_from(CONFIDENCES))
        found.append(Grant((pair.no,), terms, draw(st.sampled_from(SCOPES)), confidence))
    return tuple(found)


@st.composite
def rows(draw: st.DrawFn, number: str) -> Row:
    offered = draw(pairs())
    numbers: list[str | None] = [None]
    if draw(st.booleans()):
        numbers = list(draw(st.sampled_from([("1",), ("1", "2")])))
    return Row(
        no=number,
        article=draw(st.sampled_from(["", "71", "72"])),
        label=draw(st.sampled_from(["国保法: 保険給付支給", "児福法: 費用の徴収", "x"])),
        inquirers=draw(subsets(NAMES)),
        pairs=offered,
        clauses=tuple(
            Clause(
                no=one,
                label=draw(st.sampled_from(["審査", "決定の通知", "徴収金"])),
                numbering="verified",
                grants=draw(grants(offered)),
            )
            for one in numbers
        ),
    )


@st.composite
def tables(draw: st.DrawFn) -> Table:
    numbers = draw(st.lists(st.sampled_from(ROWS), max_size=4, unique=True))
    return Table(
        instrument="shourei-r6",
        valid_from=START,
        valid_to=None,
        classes=tuple(InstitutionClass(name, (), None) for name in NAMES),
        rows=tuple(draw(rows(number)) for number in sorted(numbers)),
    )


def ask_everything(table: Table) -> set[Permission]:
    """Return what an edition permits, found by asking about every combination."""
    permit_list = PermitList([Edition(table)])
    numbers = [row.no for row in table.rows]
    found = set()
    for row, clause, inquirer, provider, term in product(
        numbers, (None, "1", "2"), NAMES, NAMES, TERMS
    ):
        question = Question(
            on=START,
            affair=Affair(row=row, clause=clause),
            inquirer=frozenset({inquirer}),
            provider=frozenset({provider}),
            information=(term,),
        )
        if permit_list.decide(question).allowed:
            found.add(Permission(row, clause, inquirer, provider, term))
    return found
