from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from permitlists import CodedQuestion, Edition
from permitlists.asking import resolve
from permitlists.decide import decide
from permitlists.impact import judge_requests
from permitlists.institutions import Institution, Institutions, Membership
from permitlists.requests import Asked
from permitlists.table import Table
from tests.unit.permitlists.review_cases import TERMS, tables

CODES = ("991015", "991023", "990001")
WORN = (("A",), ("B", "C"), ("D",))
INSTITUTIONS = Institutions(
    Institution(
        code=code,
        short=code,
        name_ja=code,
        name_en=code,
        memberships=tuple(
            Membership(name=name, role="x", valid_from=date(2015, 1, 1), valid_to=None)
            for name in names
        ),
    )
    for code, names in zip(CODES, WORN, strict=True)
)
questions = st.builds(
    CodedQuestion,
    on=st.just(date(2026, 10, 1)),
    affair=st.sampled_from(["1", "1-1", "1-2", "2", "2-1", "2の2", "3", "3-2", "x"]),
    inquirer=st.sampled_from(CODES),
    provider=st.sampled_from(CODES),
    information=st.lists(st.sampled_from(TERMS), min_size=1, max_size=2, unique=True).map(tuple),
)
logs = st.lists(st.tuples(questions, st.integers(1, 50)), max_size=12)


def allows(edition: Edition, question: CodedQuestion) -> bool:
    return decide(edition, resolve(question, INSTITUTIONS)).allowed


@given(tables(), tables(), logs)
def test_the_impact_is_what_judging_one_by_one_finds(
    before: Table, after: Table, log: list[tuple[CodedQuestion, int]]
) -> None:
    old, new = Edition(before), Edition(after)
    counts = [(Asked(question=one, items=((),) * len(one.information)), n) for one, n in log]
    found = judge_requests(counts, old, new, INSTITUTIONS)
    readable = [(one, n) for one, n in log if one.affair != "x"]
    answers = [(one, n, allows(old, one), allows(new, one)) for one, n in readable]
    assert found.requests == sum(n for _, n in readable)
    assert found.unreadable == sum(n for one, n in log if one.affair == "x")
    refused = [(one, n) for one, n, had, has in answers if had and not has]
    assert found.refused == sum(n for _, n in refused)
    assert found.allowed == sum(n for _, n, had, has in answers if has and not had)
    assert found.institutions == len({one.inquirer for one, _ in refused})
    assert sum(found.by_element.values()) == found.refused
    by_row = {row: counts["refused"] for row, counts in found.by_row.items() if "refused" in counts}
    expected: dict[str, int] = {}
    for one, n in refused:
        row = one.affair.partition("-")[0]
        expected[row] = expected.get(row, 0) + n
    assert by_row == expected
