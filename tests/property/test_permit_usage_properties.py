"""Reports of use in the hands of somebody who compares them."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from permitlists import CodedQuestion, Edition, PermitList
from permitlists.asking import resolve
from permitlists.diff import Permission
from permitlists.institutions import Institution, Institutions, Membership
from permitlists.requests import Asked
from permitlists.suppression import Path, list_shown
from permitlists.table import Table
from permitlists.usage import Scope, UnitUsage, count_usage, list_universe, path_of
from permitlists.usage_report import report_usage
from tests.support.count_attacker import attack, check_bounds, names_of, sums_of
from tests.unit.permitlists.review_cases import NAMES, TERMS, tables

CODES = ("991015", "991023", "990001", "999016")
INSTITUTIONS = Institutions(
    Institution(
        code=code,
        short=code,
        name_ja=code,
        name_en=code,
        memberships=(Membership(name=name, role="x", valid_from=date(2015, 1, 1), valid_to=None),),
    )
    for code, name in zip(CODES, NAMES, strict=True)
)
WORN = dict(zip(CODES, NAMES, strict=True))
MONTHS = (date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1))
questions = st.builds(
    CodedQuestion,
    on=st.sampled_from(MONTHS),
    affair=st.sampled_from(["1", "1-1", "1-2", "2", "2-1", "2の2", "3", "3-2"]),
    inquirer=st.sampled_from(CODES),
    provider=st.sampled_from(CODES),
    information=st.lists(st.sampled_from(TERMS), min_size=1, max_size=2, unique=True).map(tuple),
)
logs = st.lists(
    st.tuples(questions, st.integers(1, 12) | st.integers(1, 60)), min_size=1, max_size=40
)
spans = st.tuples(st.integers(0, 2), st.integers(1, 3)).map(
    lambda span: MONTHS[span[0] : span[0] + span[1]]
)


def make_report(
    edition: Edition, log: list[tuple[CodedQuestion, int]], months: tuple[date, ...], k: int
) -> tuple[dict[str, Any], tuple[UnitUsage, ...]]:
    counts = [(Asked(question=one, items=((),) * len(one.information)), n) for one, n in log]
    scope = Scope(edition=edition, months=months, k=k)
    units = count_usage(counts, PermitList([edition]), INSTITUTIONS, scope)
    report = report_usage(scope, list_universe(scope, INSTITUTIONS), units)
    return report.as_document(), units


def count_plainly(
    edition: Edition, log: list[tuple[CodedQuestion, int]], month: date
) -> tuple[dict[Path, int], dict[Path, int]]:
    """Return the permitted and refused asks of a month, counted one question at a time."""
    permit_list = PermitList([edition])
    permitted: dict[Path, int] = {}
    refused: dict[Path, int] = {}
    for one, count in log:
        if one.on != month:
            continue
        decision = permit_list.decide(resolve(one, INSTITUTIONS))
        for term in one.information:
            row, _, clause = one.affair.partition("-")
            used = Permission(row, clause or None, WORN[one.inquirer], WORN[one.provider], term)
            if decision.allowed:
                path: Path = (*path_of(used), one.inquirer)
                permitted[path] = permitted.get(path, 0) + count
            else:
                path = (str(decision.failed), one.affair, one.inquirer)
                refused[path] = refused.get(path, 0) + count
    return permitted, refused


@given(tables(), logs, st.integers(3, 12))
def test_linear_reasoning_over_a_report_narrows_no_small_count(
    table: Table, log: list[tuple[CodedQuestion, int]], k: int
) -> None:
    edition = Edition(table)
    document, _ = make_report(edition, log, MONTHS, k)
    scope = Scope(edition=edition, months=MONTHS, k=k)
    universe = [path_of(one) for one in list_universe(scope, INSTITUTIONS)]
    for unit, month in zip(document["units"], MONTHS, strict=True):
        for kind, counts in zip(
            ("permitted", "refused"), count_plainly(edition, log, month), strict=True
        ):
            names = names_of([*(universe if kind == "permitted" else []), *counts])
            true = {**dict.fromkeys(universe, 0), **sums_of(counts)}
            bounds = attack(unit[kind], names)
            check_bounds(bounds, {path: true.get(path, 0) for path in bounds}, k)


@given(tables(), logs, spans, spans, st.integers(3, 12))
def test_reports_that_overlap_tell_the_same_and_no_more(
    table: Table,
    log: list[tuple[CodedQuestion, int]],
    first: tuple[date, ...],
    second: tuple[date, ...],
    k: int,
) -> None:
    edition = Edition(table)
    one, _ = make_report(edition, log, first, k)
    other, _ = make_report(edition, log, second, k)
    seen = {unit["month"]: unit for unit in one["units"]}
    for unit in other["units"]:
        assert seen.setdefault(unit["month"], unit) == unit
    assert set(seen) == {month.isoformat()[:7] for month in {*first, *second}}


@given(tables(), logs, spans, st.integers(3, 12))
def test_the_sums_of_a_report_follow_from_its_units(
    table: Table, log: list[tuple[CodedQuestion, int]], months: tuple[date, ...], k: int
) -> None:
    edition = Edition(table)
    document, units = make_report(edition, log, months, k)
    shown = [dict(list_shown(unit.permitted)) for unit in units]
    for affair in document["affairs"]:
        path = (affair["row"], affair["affair"])
        known = [unit[path] for unit in shown if unit.get(path) is not None]
        assert affair["asks"] == (sum(count or 0 for count in known) if known else None)
        for never in affair["never_used_permissions"]:
            assert all(unit[path_of(Permission(**never))] == 0 for unit in shown)
    for refusal in document["refused"]:
        path = (refusal["element"], refusal["affair"])
        listed = [dict(list_shown(unit.refused)).get(path) for unit in units]
        assert refusal["asks"] == sum(count or 0 for count in listed)


@given(tables(), logs)
def test_what_was_never_asked_is_never_used_and_nothing_else(
    table: Table, log: list[tuple[CodedQuestion, int]]
) -> None:
    edition = Edition(table)
    document, _ = make_report(edition, [(one, 1000 * n) for one, n in log], MONTHS, 3)
    used = {path[:3] for month in MONTHS for path in count_plainly(edition, log, month)[0]}
    never = {
        path_of(Permission(**one))
        for affair in document["affairs"]
        for one in affair["never_used_permissions"]
    }
    scope = Scope(edition=edition, months=MONTHS, k=3)
    universe = {path_of(one) for one in list_universe(scope, INSTITUTIONS)}
    assert never == universe - used
    assert document["summary"]["undisclosed"] == 0
