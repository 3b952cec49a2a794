"""What leaves, what waits and what is held: pure decisions, as tables."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.identifiers import UnifiedNumber
from gateway.domain.inquiry import Answer
from gateway.domain.permits import ALWAYS, Period, Wanted
from gateway.domain.provision import Cause, Provision, collect, overlap, treat
from gateway.domain.replica import Control, ControlKind, Replica, ReplicaItem, in_force
from gateway.domain.states import ProvisionState

NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PERSON = UnifiedNumber("1" * 15)
TAX = "地方税関係情報"
WANTED = (Wanted(information=TAX, items=("income", "levy")),)


def a_provision(*, person: UnifiedNumber | None = PERSON, period: Period = ALWAYS) -> Provision:
    return Provision(
        transaction_number="t",
        permit_id="p",
        message_id="m",
        inquiry_digest=b"",
        inquirer="990003",
        route="990001",
        state=ProvisionState.RECEIVED,
        cause=None,
        unified_number=person,
        instrument="shourei-r6",
        row="69",
        clause="7",
        wanted=WANTED,
        period=period,
        nondisclosure=False,
        requested_at=NOON,
        received_at=NOON,
        slot_at=NOON + timedelta(days=3),
    )


def a_replica(**changed: object) -> Replica:
    fields: dict[str, object] = {
        "unified_number": PERSON,
        "information": TAX,
        "record_key": "2026",
        "replica_version": 1,
        "as_of": date(2026, 1, 1),
        "public_from": date(2026, 6, 1),
        "public_to": None,
        "items": (
            ReplicaItem(item="income", value="0"),
            ReplicaItem(item="house", value="secret"),
        ),
        "registered_at": NOON,
    }
    return Replica(**(fields | changed))  # type: ignore[arg-type]  # fields by name


def a_control(
    kind: ControlKind, information: str | None = None, item: str | None = None
) -> Control:
    return Control(
        control_id="c",
        unified_number=PERSON,
        kind=kind,
        information=information,
        item=item,
        reason="r",
        set_by="s",
        set_at=NOON,
        review_on=TODAY,
    )


def test_a_missing_item_is_explicit_and_an_unasked_one_stays() -> None:
    answer = collect(a_provision(), {TAX: [a_replica()]}, on=TODAY)
    assert answer is not None
    assert [(i.item, i.value, i.reason) for i in answer.information[0].items] == [
        ("income", "0", None),
        ("levy", None, "not_registered"),
    ]


def test_nothing_registered_gives_no_answer() -> None:
    assert collect(a_provision(), {}, on=TODAY) is None


@pytest.mark.parametrize(
    ("replicas", "period", "expected"),
    [
        pytest.param([], ALWAYS, None, id="none"),
        pytest.param([{}], ALWAYS, "2026", id="one"),
        pytest.param([{}, {"replica_version": 2, "deleted": True}], ALWAYS, None, id="deleted"),
        pytest.param(
            [{"replica_version": 2}, {"deleted": True}], ALWAYS, "2026", id="registered again"
        ),
        pytest.param([{"public_from": date(2027, 1, 1)}], ALWAYS, None, id="not yet public"),
        pytest.param([{"public_to": TODAY}], ALWAYS, None, id="public until yesterday"),
        pytest.param([{"public_to": date(2026, 11, 24)}], ALWAYS, "2026", id="public today"),
        pytest.param(
            [{}, {"record_key": "2025", "as_of": date(2025, 1, 1)}], ALWAYS, "2026", id="newest"
        ),
        pytest.param(
            [{}, {"record_key": "2025", "as_of": date(2025, 1, 1)}],
            Period(ends_on=date(2025, 12, 31)),
            "2025",
            id="the year asked about",
        ),
        pytest.param([{}], Period(begins_on=date(2026, 2, 1)), None, id="before the period"),
    ],
)
def test_the_version_in_force_is_public_and_in_the_period(
    replicas: list[dict[str, object]], period: Period, expected: str | None
) -> None:
    found = in_force([a_replica(**fields) for fields in replicas], on=TODAY, period=period)
    assert (found.record_key if found else None) == expected


ANSWER = Answer(transaction_number="t", permit_id="p", provided=True)
PROTECTED = a_control(ControlKind.PROTECTED_PERSON)


@pytest.mark.parametrize(
    ("person", "controls", "answer", "state", "cause"),
    [
        pytest.param(PERSON, [], ANSWER, "answered", None, id="automatic"),
        pytest.param(None, [], None, "waiting", Cause.SYMBOL_UNKNOWN, id="symbol unknown"),
        pytest.param(
            PERSON, [], None, "waiting", Cause.NOTHING_REGISTERED, id="nothing registered"
        ),
        pytest.param(PERSON, [PROTECTED], ANSWER, "held", Cause.PROTECTED_PERSON, id="protected"),
        pytest.param(
            PERSON, [PROTECTED], None, "held", Cause.PROTECTED_PERSON, id="protected, nothing there"
        ),
        pytest.param(
            PERSON,
            [a_control(ControlKind.NO_AUTOMATIC_ANSWER)],
            ANSWER,
            "held",
            Cause.PERSON_HELD,
            id="everything of a person held",
        ),
        pytest.param(
            PERSON,
            [
                a_control(ControlKind.NO_AUTOMATIC_ANSWER, TAX, "levy"),
                a_control(ControlKind.NO_AUTOMATIC_ANSWER),
            ],
            ANSWER,
            "held",
            Cause.PERSON_HELD,
            id="an item and the person held",
        ),
        pytest.param(
            PERSON,
            [a_control(ControlKind.NO_AUTOMATIC_ANSWER, TAX)],
            ANSWER,
            "held",
            Cause.NO_AUTOMATIC_ANSWER,
            id="all items held",
        ),
        pytest.param(
            PERSON,
            [a_control(ControlKind.NO_AUTOMATIC_ANSWER, TAX, "levy")],
            ANSWER,
            "held",
            Cause.NO_AUTOMATIC_ANSWER,
            id="an item that is asked for is held",
        ),
        pytest.param(
            PERSON,
            [a_control(ControlKind.NO_AUTOMATIC_ANSWER, TAX, "house")],
            ANSWER,
            "answered",
            None,
            id="a held item that nobody asks for",
        ),
        pytest.param(
            PERSON,
            [a_control(ControlKind.NO_AUTOMATIC_ANSWER, "住民票関係情報")],
            ANSWER,
            "answered",
            None,
            id="another information is held",
        ),
        pytest.param(
            PERSON,
            [a_control(ControlKind.NONDISCLOSURE), a_control(ControlKind.OWN_INFORMATION_REFUSED)],
            ANSWER,
            "answered",
            None,
            id="the other two controls do not hold",
        ),
    ],
)
def test_protection_outranks_absence_and_absence_outranks_a_hold(
    person: UnifiedNumber | None,
    controls: list[Control],
    answer: Answer | None,
    state: str,
    cause: Cause | None,
) -> None:
    treatment = treat(a_provision(person=person), controls=controls, answer=answer)
    assert (treatment.state, treatment.cause) == (state, cause)
    assert (treatment.answer is not None) == (state == "answered")


def test_several_informations_are_each_looked_up() -> None:
    provision = a_provision()
    assert collect(provision, {"住民票関係情報": [a_replica()]}, on=TODAY) is None


names = st.sampled_from(["a", "b", "c"])
wants = st.lists(
    st.builds(Wanted, information=names, items=st.lists(names, unique=True).map(tuple)),
    unique_by=lambda want: want.information,
).map(tuple)


@given(asked=wants, permitted=wants)
def test_what_may_leave_is_permitted_and_asked_for(
    asked: tuple[Wanted, ...], permitted: tuple[Wanted, ...]
) -> None:
    grants = {(w.information, i) for w in permitted for i in w.items}
    asks = {w.information: w.items for w in asked}
    left = [(w.information, i) for w in overlap(asked, permitted) for i in w.items]
    assert set(left) <= grants  # G10
    assert all(not asks[name] or item in asks[name] for name, item in left)
    assert len(left) == len(set(left))
