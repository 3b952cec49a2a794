from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from permitlists import (
    Affair,
    Edition,
    Hold,
    PermitListError,
    Question,
    items_of,
    load_builtin,
    load_institutions,
)
from permitlists.institutions import has_check_digit
from permitlists.oracle import OracleList, list_packaged
from permitlists.table import Table

PERMIT_LIST = load_builtin()
EDITION = next(one for one in PERMIT_LIST.editions if one.key.instrument == "shourei-r6")
ORACLE = OracleList(list_packaged())
SMALL = Edition(
    Table(
        instrument=EDITION.key.instrument,
        valid_from=EDITION.key.valid_from,
        valid_to=None,
        classes=EDITION.table.classes,
        rows=EDITION.table.rows[:2],
    )
)
CANONICAL = SMALL.to_bytes()
NAMES = EDITION.classes.list_names()
TERMS = tuple(EDITION.by_information)

numbers = st.integers(1, 9999).map(str)
branched = st.lists(numbers, min_size=1, max_size=4).map("の".join)
affairs = st.builds(Affair, row=branched, clause=st.none() | branched)
known_affairs = st.sampled_from(
    [Affair(row=row, clause=clause) for row, one in EDITION.rows.items() for clause in one.clauses]
)
class_sets = st.frozensets(st.sampled_from(NAMES), max_size=4)
questions = st.builds(
    Question,
    on=st.dates(date(2024, 5, 20), date(2030, 1, 1))
    | st.dates(date(2015, 10, 1), date(2024, 6, 1)),
    affair=known_affairs | affairs,
    inquirer=class_sets,
    provider=class_sets,
    information=st.lists(st.sampled_from(TERMS), max_size=3).map(tuple),
    instrument=st.sampled_from(["shourei-r6", "shourei-r6", "beppyo2"]),
)
entries = st.sampled_from([entry for term in TERMS for entry in EDITION.by_information[term]])


@st.composite
def granted(draw: st.DrawFn) -> Question:
    entry = draw(entries)
    row = EDITION.rows[entry.match.row]
    return Question(
        on=draw(st.dates(date(2024, 5, 27), date(2030, 1, 1))),
        affair=Affair(row=entry.match.row, clause=entry.match.clause),
        inquirer=frozenset({draw(st.sampled_from(sorted(row.inquirers)))}),
        provider=frozenset({draw(st.sampled_from(sorted(entry.providers)))}),
        information=(entry.match.information,),
    )


def refusal(call: Callable[[], object]) -> str:
    """Return the code under which a call is refused, empty where it is not."""
    try:
        call()
    except PermitListError as error:
        return error.code
    return ""


@given(affairs)
def test_an_affair_comes_back_from_its_text(affair: Affair) -> None:
    assert Affair.parse(str(affair)) == affair


@given(st.text())
def test_any_text_is_an_affair_or_refused(text: str) -> None:
    code = refusal(lambda: Affair.parse(text))
    assert code == "permits.affair_form" or str(Affair.parse(text)) == text


@given(questions)
def test_index_and_oracle_agree_on_any_question(question: Question) -> None:
    decision, answer = PERMIT_LIST.decide(question), ORACLE.answer(question)
    assert decision.failed == answer.failed
    found = {(one.row, one.clause, one.pair, one.information) for one in decision.matched}
    assert found == answer.granted


@given(granted(), class_sets, class_sets)
def test_wearing_more_classes_never_closes_what_is_open(
    question: Question, more: frozenset[str], others: frozenset[str]
) -> None:
    wider = replace(
        question, inquirer=question.inquirer | more, provider=question.provider | others
    )
    before, after = PERMIT_LIST.decide(question), PERMIT_LIST.decide(wider)
    assert before.allowed
    assert set(before.matched) <= set(after.matched)


@given(granted())
def test_permitted_items_are_items_of_the_information(question: Question) -> None:
    (information,) = question.information
    items = PERMIT_LIST.decide(question).items(information)
    catalogued = {item.id for item in items_of(information)}
    assert (items is None) == (not catalogued)
    assert items is None or items <= catalogued


@given(granted(), st.integers(0, 400))
def test_a_hold_that_covers_the_day_refuses_what_is_open(question: Question, days: int) -> None:
    hold = Hold(kind="suspension", valid_from=question.on - timedelta(days=days))
    assert PERMIT_LIST.decide(question, [hold]).failed == "hold"


@given(questions)
def test_an_explanation_never_changes_the_decision(question: Question) -> None:
    explained = PERMIT_LIST.explain(question)
    assert msgspec.structs.replace(explained.decision, nearest=()) == PERMIT_LIST.decide(question)
    assert not (explained.decision.allowed and explained.nearest)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_edition_or_refused(data: bytes) -> None:
    for read in (Edition.from_bytes, Edition.from_lines):
        assert refusal(partial(read, data)) in {"permits.edition_form", ""}


@given(st.integers(0, len(CANONICAL) - 1), st.integers(1, 255))
def test_an_edition_with_one_changed_byte_is_refused_or_another_edition(
    place: int, change: int
) -> None:
    data = bytearray(CANONICAL)
    data[place] ^= change
    try:
        edition = Edition.from_bytes(bytes(data))
    except PermitListError:
        return
    assert edition.key.sha256 != SMALL.key.sha256
    assert edition.to_bytes() == bytes(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_list_of_institutions_or_refused(data: bytes) -> None:
    assert refusal(partial(load_institutions, data)) in {"permits.institutions_form", ""}


@given(st.integers(0, 99_999).map("{:05}".format))
def test_exactly_one_digit_checks_five(body: str) -> None:
    assert sum(has_check_digit(f"{body}{digit}") for digit in range(10)) == 1


@given(st.text(alphabet="市町村長又は若しくは、（）知事都道府県 ", max_size=30))
def test_any_class_text_has_a_reading_of_known_classes(text: str) -> None:
    readings = EDITION.classes.list_readings(text)
    assert readings
    assert all(name in EDITION.classes for reading in readings for name in reading)
