"""What a person sees of exchanges about them, and of what is held; the rest is simply absent."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from gateway.domain.disclosure import list_disclosed, list_own
from gateway.domain.identifiers import UnifiedNumber
from gateway.domain.permits import Wanted
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.domain.replica import Control, ControlKind, Replica, ReplicaItem

NOON = datetime(2027, 6, 1, 3, 0, tzinfo=UTC)
TODAY = date(2027, 6, 1)
TAX = "地方税関係情報"
PERSON = UnifiedNumber("000000000000001")
RECORD = ExchangeRecord(
    act=Act.PROVISION,
    phase=Phase.OUTCOME,
    at=NOON,
    result="answered",
    subject=PERSON,
    transaction_number="t-1",
    inquirer="991066",
    provider="991015",
    row="69",
    clause="7",
    wanted=(Wanted(information=TAX, items=("total_income",)),),
)
REPLICA = Replica(
    unified_number=PERSON,
    information=TAX,
    record_key="2027",
    replica_version=1,
    as_of=TODAY,
    public_from=TODAY,
    public_to=None,
    items=(
        ReplicaItem(item="total_income", value="3120000"),
        ReplicaItem(item="pension_income", value=None, reason="not_registered"),
    ),
    registered_at=NOON,
)
CONTROL = Control(
    control_id="c-1",
    unified_number=PERSON,
    kind=ControlKind.OWN_INFORMATION_REFUSED,
    information=None,
    item=None,
    reason="test",
    set_by="clerk-1",
    set_at=NOON,
    review_on=TODAY,
)


def control(**fields: object) -> Control:
    return replace(CONTROL, **fields)  # type: ignore[arg-type]  # fields of a control by name


@pytest.mark.parametrize(
    ("act", "counterpart"), [(Act.PROVISION, "991066"), (Act.INQUIRY, "991015")]
)
def test_an_exchange_shows_the_other_side_once(act: Act, counterpart: str) -> None:
    begun = replace(RECORD, act=act, phase=Phase.INTENT)
    again = replace(RECORD, act=act, result="not_provided")
    [found] = list_disclosed([begun, replace(RECORD, act=act), again], controls=())
    assert (found.counterpart, found.row, found.clause) == (counterpart, "69", "7")
    assert found.wanted == RECORD.wanted


HIDDEN = {
    "an intent alone": replace(RECORD, phase=Phase.INTENT),
    "a look into records": replace(RECORD, act=Act.ACCESS),
    "what never left": replace(RECORD, transaction_number=None),
    "what nobody asked for": replace(RECORD, wanted=()),
    "no affair": replace(RECORD, row=None),
    "nobody on the other side": replace(RECORD, inquirer=None),
    "marked by a side": replace(RECORD, nondisclosure=True),
}


@pytest.mark.parametrize("record", HIDDEN.values(), ids=HIDDEN)
def test_what_is_no_exchange_or_is_hidden_is_absent(record: ExchangeRecord) -> None:
    assert list_disclosed([record], controls=()) == []


def test_a_mark_on_any_record_hides_the_whole_exchange() -> None:
    marked = replace(RECORD, act=Act.HOLD, nondisclosure=True)
    other = replace(RECORD, transaction_number="t-2")
    found = list_disclosed([RECORD, marked, other], controls=())
    assert [one.transaction_number for one in found] == ["t-2"]


@pytest.mark.parametrize("kind", [ControlKind.NONDISCLOSURE, ControlKind.PROTECTED_PERSON])
def test_a_person_who_is_hidden_or_protected_later_has_no_history(kind: ControlKind) -> None:
    assert list_disclosed([RECORD], controls=[control(kind=kind)]) == []


def test_nothing_tells_where_a_protected_person_is() -> None:
    items = (ReplicaItem(item="address", value="x"), ReplicaItem(item="name", value="y"))
    lives = replace(REPLICA, information="住民票関係情報", items=items)
    protected = control(kind=ControlKind.PROTECTED_PERSON)
    [found] = list_own({lives.information: [lives]}, controls=[protected], on=TODAY)
    assert [item.item for item in found.items] == ["name"]


def test_what_is_held_is_shown_as_it_stands() -> None:
    [found] = list_own({TAX: [REPLICA]}, controls=(), on=TODAY)
    assert [(item.item, item.value, item.reason) for item in found.items] == [
        ("total_income", "3120000", None),
        ("pension_income", None, "not_registered"),
    ]


ABSENT = {
    "nothing is held": ([], []),
    "not public yet": ([replace(REPLICA, public_from=date(2027, 6, 2))], []),
    "known to differ": ([replace(REPLICA, original=b"1")], []),
    "all is refused": ([REPLICA], [control()]),
    "the information is refused": ([REPLICA], [control(information=TAX)]),
}


@pytest.mark.parametrize(("replicas", "controls"), ABSENT.values(), ids=ABSENT)
def test_absence_looks_the_same_whatever_its_cause(
    replicas: list[Replica], controls: list[Control]
) -> None:
    assert list_own({TAX: replicas}, controls=controls, on=TODAY) == ()


@pytest.mark.parametrize(
    "other",
    [
        control(information="住民票関係情報"),
        control(kind=ControlKind.PROTECTED_PERSON),
        control(kind=ControlKind.NO_AUTOMATIC_ANSWER),
    ],
    ids=["of another information", "protection", "no automatic answer"],
)
def test_other_controls_refuse_nothing_to_the_person(other: Control) -> None:
    assert list_own({TAX: [REPLICA]}, controls=[other], on=TODAY)


def test_one_item_is_refused_and_the_rest_is_shown() -> None:
    refused = control(information=TAX, item="total_income")
    [found] = list_own({TAX: [REPLICA]}, controls=[refused], on=TODAY)
    assert [item.item for item in found.items] == ["pension_income"]
