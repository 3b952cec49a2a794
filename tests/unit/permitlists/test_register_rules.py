"""Who may do what to a proposal: the table of states, two people, no way back."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest

import permitlists.register
from permitlists import PermitList, PermitListError
from permitlists.register import (
    PROPOSAL,
    FilingContent,
    LiftContent,
    NumberingContent,
    Proposal,
    ProposalState,
    Register,
    RegisterError,
    WithdrawalContent,
    WithholdingContent,
    list_codes,
)
from permitlists.register.compose import compose
from permitlists.register.events import AnyEvent, Founded, Proposed
from permitlists.supplement import Base, Filing, NumberingCheck, Supplement, Withholding
from tests.support.registers import (
    ANN,
    BOB,
    EVE,
    NEXT_MONTH,
    NOON,
    REASON,
    TODAY,
    TOMORROW,
    accept,
    first,
    found,
    look,
    on,
    publish,
    second,
    suspension,
)
from tests.unit.permitlists.small_edition import edition, question


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return found(tmp_path / "register")


def refused(code: str, act: Callable[[], object]) -> RegisterError:
    """Assert that an act is refused with a code, and return the refusal."""
    with pytest.raises(RegisterError) as caught:
        act()
    assert caught.value.code == code
    return caught.value


def propose(register: Register, content: object = None) -> Proposal:
    wanted = content or suspension()
    return register.propose(wanted, at=NOON, staff=ANN, reason=REASON)  # type: ignore[arg-type]  # any content


def test_the_founded_list_is_number_one_and_decides_as_before(register: Register) -> None:
    assert register.sequence == 1
    assert register.permit_list().editions[0].key == first().key
    assert register.permit_list().decide(question()).allowed


def test_an_edition_takes_two_people_and_three_acts(register: Register) -> None:
    proposal = register.propose_edition(second(), at=NOON, staff=ANN, reason=REASON)
    assert (proposal.state, register.sequence) == (ProposalState.PROPOSED, 1)
    look(register, proposal, BOB)
    assert register.approve(1, at=NOON, staff=BOB).state is ProposalState.APPROVED
    assert register.sequence == 1
    published = register.publish(1, at=NOON, staff=BOB)
    assert (published.state, register.sequence) == (ProposalState.PUBLISHED, 2)
    assert [one.key.label for one in register.permit_list().editions] == [
        "shourei-r6@2024-05-27",
        "shourei-r6@2026-05-01",
    ]


@pytest.mark.parametrize("staff", [ANN, "Ann", "ANN"])
def test_nobody_approves_or_publishes_what_they_proposed(register: Register, staff: str) -> None:
    proposal = register.propose_edition(second(), at=NOON, staff=ANN, reason=REASON)
    look(register, proposal, staff)
    refused("permits.same_person", lambda: register.approve(1, at=NOON, staff=staff))
    look(register, proposal, BOB)
    register.approve(1, at=NOON, staff=BOB)
    refused("permits.same_person", lambda: register.publish(1, at=NOON, staff=staff))
    propose(register)
    refused("permits.same_person", lambda: register.approve(2, at=NOON, staff=staff))


def test_who_has_not_looked_at_an_edition_cannot_approve_it(register: Register) -> None:
    proposal = register.propose_edition(second(), at=NOON, staff=ANN, reason=REASON)
    refused("permits.review_missing", lambda: register.approve(1, at=NOON, staff=BOB))
    look(register, proposal, EVE)
    refused("permits.review_missing", lambda: register.approve(1, at=NOON, staff=BOB))
    look(register, proposal, BOB)
    register.approve(1, at=NOON, staff=BOB)


def test_a_review_counts_only_against_the_list_of_now(register: Register) -> None:
    proposal = register.propose_edition(second(), at=NOON, staff=ANN, reason=REASON)
    look(register, proposal, EVE)
    earlier = register.propose_edition(second(TOMORROW), at=NOON, staff=ANN, reason=REASON)
    look(register, earlier, BOB)
    register.approve(earlier.number, at=NOON, staff=BOB)
    register.publish(earlier.number, at=NOON, staff=BOB)
    error = refused("permits.review_outdated", lambda: register.approve(1, at=NOON, staff=EVE))
    assert "shourei-r6@2026-04-02" in error.text_ja
    look(register, proposal, EVE)
    register.approve(1, at=NOON, staff=EVE)


def test_only_an_approved_edition_is_published(register: Register) -> None:
    register.propose_edition(second(), at=NOON, staff=ANN, reason=REASON)
    refused("permits.proposal_state", lambda: register.publish(1, at=NOON, staff=BOB))
    propose(register)
    register.approve(2, at=NOON, staff=BOB)
    refused("permits.proposal_state", lambda: register.publish(2, at=NOON, staff=BOB))


@pytest.mark.parametrize("late", [0, 1])
def test_an_edition_begins_after_the_day_of_its_publication(register: Register, late: int) -> None:
    accept(register, second())
    at = on(NEXT_MONTH + timedelta(days=late))
    refused("permits.valid_from_past", lambda: register.publish(1, at=at, staff=BOB))
    register.publish(1, at=on(NEXT_MONTH - timedelta(days=1)), staff=BOB)


def test_the_day_of_publication_is_the_day_in_japan(register: Register) -> None:
    accept(register, second(NEXT_MONTH))
    late = on(NEXT_MONTH).replace(day=30, month=4, hour=15)  # midnight in Japan, still April here
    refused("permits.valid_from_past", lambda: register.publish(1, at=late, staff=BOB))
    register.publish(1, at=late - timedelta(microseconds=1), staff=BOB)


def test_a_clock_set_back_dates_nothing_before_the_last_act(register: Register) -> None:
    accept(register, second(), at=on(NEXT_MONTH))
    refused("permits.valid_from_past", lambda: register.publish(1, at=NOON, staff=BOB))


@pytest.mark.parametrize("day", [date(2024, 1, 1), TOMORROW, NEXT_MONTH])
def test_the_list_never_rolls_back(register: Register, day: date) -> None:
    publish(register, second())
    other = second(day, "1", "2")
    refused(
        "permits.rollback",
        lambda: register.propose_edition(other, at=NOON, staff=ANN, reason=REASON),
    )


@pytest.mark.parametrize("instrument", ["jorei-19-9", "other"])
def test_an_edition_is_one_of_a_statutory_instrument(register: Register, instrument: str) -> None:
    new = second(instrument=instrument)
    refused(
        "permits.instrument",
        lambda: register.propose_edition(new, at=NOON, staff=ANN, reason=REASON),
    )


def test_what_is_published_is_not_published_again(register: Register) -> None:
    refused(
        "permits.already_listed",
        lambda: register.propose_edition(first(), at=NOON, staff=ANN, reason=REASON),
    )


def test_the_law_that_another_succeeded_gets_no_edition_any_more(register: Register) -> None:
    old = second(instrument="beppyo2")
    error = refused(
        "permits.succeeded",
        lambda: register.propose_edition(old, at=NOON, staff=ANN, reason=REASON),
    )
    assert first().key.label in str(error)


def test_an_edition_that_falls_behind_while_it_waits_is_superseded(tmp_path: Path) -> None:
    register = found(tmp_path / "register", edition(instrument="beppyo2"))
    late = register.propose_edition(
        second(TOMORROW, instrument="beppyo2"), at=NOON, staff=ANN, reason=REASON
    )
    other = register.propose_edition(second(TOMORROW), at=NOON, staff=ANN, reason=REASON)
    publish(register, second(instrument="beppyo2"))
    assert register.load_proposal(late.number).state is ProposalState.SUPERSEDED
    assert register.load_proposal(other.number).state is ProposalState.PROPOSED
    refused("permits.proposal_state", lambda: register.approve(late.number, at=NOON, staff=BOB))


def test_rows_that_an_edition_drops_are_stated_exactly(register: Register) -> None:
    accept(register, second(NEXT_MONTH, "1"))
    for said in ((), ("1",), ("1", "2")):
        error = refused(
            "permits.dropped_rows",
            partial(register.publish, 1, at=NOON, staff=BOB, dropped=said),
        )
        assert "2" in str(error)
    assert register.publish(1, at=NOON, staff=BOB, dropped=("2",)).dropped == ("2",)


def test_no_row_is_dropped_from_nothing(tmp_path: Path) -> None:
    register = found(tmp_path / "register", edition(instrument="beppyo2"))
    accept(register, second())
    assert register.publish(1, at=NOON, staff=BOB).state is ProposalState.PUBLISHED


def test_an_edition_whose_days_overlap_is_refused(tmp_path: Path) -> None:
    closed = edition(valid_to="2026-06-01")
    register = found(tmp_path / "register", closed)
    accept(register, second())
    error = refused("permits.lint_errors", lambda: register.publish(1, at=NOON, staff=BOB))
    assert "edition." in str(error)


def test_a_suspension_holds_at_once_and_until_its_end(register: Register) -> None:
    propose(register, suspension(days=7))
    assert register.permit_list().decide(question()).allowed
    register.approve(1, at=NOON, staff=BOB)
    assert register.sequence == 2
    decisions = [
        register.permit_list().decide(question(TODAY + timedelta(days=days))).reason
        for days in (-1, 0, 6, 7)
    ]
    held = "permits.hold.suspension"
    assert decisions == ["permits.allowed", held, held, "permits.allowed"]


def test_a_hold_never_begins_before_its_approval(register: Register) -> None:
    propose(register, suspension(valid_from=date(2020, 1, 1)))
    register.approve(1, at=on(TOMORROW), staff=BOB)
    assert register.permit_list().decide(question(TODAY)).allowed
    assert not register.permit_list().decide(question(TOMORROW)).allowed


def test_lifting_takes_two_people_and_leaves_the_past_as_it_was(register: Register) -> None:
    propose(register)
    register.approve(1, at=NOON, staff=BOB)
    lift = register.propose(LiftContent(target=1), at=NOON, staff=BOB, reason=REASON)
    refused("permits.same_person", lambda: register.approve(lift.number, at=NOON, staff=BOB))
    register.approve(lift.number, at=on(TOMORROW), staff=ANN)
    assert register.sequence == 3
    assert register.load_proposal(1).state is ProposalState.LIFTED
    assert not register.permit_list().decide(question(TODAY)).allowed
    assert register.permit_list().decide(question(TOMORROW)).allowed
    assert not register.permit_list(2).decide(question(TOMORROW)).allowed


def test_a_hold_lifted_on_its_first_day_leaves_nothing_but_its_history(register: Register) -> None:
    propose(register)
    register.approve(1, at=NOON, staff=BOB)
    register.propose(LiftContent(target=1), at=NOON, staff=ANN, reason=REASON)
    register.approve(2, at=NOON, staff=BOB)
    assert register.permit_list().supplement.holds == ()
    assert len(register.permit_list(2).supplement.holds) == 1


def test_a_lift_after_the_end_changes_no_day(register: Register) -> None:
    propose(register, suspension(days=1))
    register.approve(1, at=NOON, staff=BOB)
    held = register.permit_list().supplement.holds
    register.propose(LiftContent(target=1), at=NOON, staff=ANN, reason=REASON)
    register.approve(2, at=on(NEXT_MONTH), staff=BOB)
    assert register.permit_list().supplement.holds == held


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("permits.end_missing", {"valid_to": None}),
        ("permits.end_past", {"valid_to": TODAY}),
        ("permits.end_past", {"valid_from": TOMORROW, "valid_to": TOMORROW}),
        ("permits.scope_missing", {"row": None}),
        ("permits.scope_missing", {"row": None, "instrument": "shourei-r6"}),
    ],
    ids=["no end", "over", "empty", "everything", "a whole instrument"],
)
def test_a_suspension_states_its_end_and_its_scope(
    register: Register, code: str, changes: dict[str, object]
) -> None:
    refused(code, lambda: propose(register, suspension(**changes)))  # type: ignore[arg-type]  # fields of a hold


def test_an_article_28_hold_may_stay_open(register: Register) -> None:
    propose(register, suspension(kind="article_28", valid_to=None))
    register.approve(1, at=NOON, staff=BOB)
    assert register.permit_list().decide(question(NEXT_MONTH)).reason == "permits.hold.article_28"


def test_a_suspension_that_is_over_is_no_longer_approved(register: Register) -> None:
    propose(register, suspension(days=1))
    refused("permits.end_past", lambda: register.approve(1, at=on(TOMORROW), staff=BOB))


FOLDER = Path(permitlists.register.__file__).parent
FILING = Filing(
    number="1",
    municipality="991015",
    ordinance="条例第1号",
    label="試験",
    base=Base(edition="shourei-r6@2024-05-27", row="1", clause="1"),
    providers=("市町村長",),
    information=("地方税関係情報",),
    reference="届出1",
    notified_on=TODAY,
    valid_from=TODAY,
)
WITHHOLDING = Withholding(provider="991015", ordinance="条例第2号", valid_from=TODAY)
CHECK = NumberingCheck(
    edition="shourei-r6@2024-05-27",
    row="1",
    clause="1",
    official="第1号",
    checked_by=ANN,
    checked_on=TODAY,
    evidence="官報",
)


@pytest.mark.parametrize(
    ("content", "listed", "after"),
    [
        (FilingContent(filing=FILING), "filings", 1),
        (WithholdingContent(withholding=WITHHOLDING), "withholdings", 1),
        (NumberingContent(check=CHECK), "numbering", 0),
    ],
    ids=["filing", "withholding", "numbering"],
)
def test_what_stands_beside_the_editions_comes_and_goes_by_two_people(
    register: Register, content: object, listed: str, after: int
) -> None:
    propose(register, content)
    assert not getattr(register.permit_list().supplement, listed)
    register.approve(1, at=NOON, staff=BOB)
    assert len(getattr(register.permit_list().supplement, listed)) == 1
    register.propose(LiftContent(target=1), at=NOON, staff=ANN, reason=REASON)
    register.approve(2, at=on(TOMORROW), staff=BOB)
    assert len(getattr(register.permit_list().supplement, listed)) == after
    assert register.sequence == 3


def test_a_filing_of_a_number_that_is_taken_is_refused(register: Register) -> None:
    other = msgspec.structs.replace(FILING, reference="届出2")
    propose(register, FilingContent(filing=FILING))
    propose(register, FilingContent(filing=other))
    register.approve(1, at=NOON, staff=BOB)
    refused("permits.supplement_refused", lambda: register.approve(2, at=NOON, staff=BOB))
    third = msgspec.structs.replace(FILING, reference="届出3")
    refused("permits.filing_refused", lambda: propose(register, FilingContent(filing=third)))


@pytest.mark.parametrize(
    "changes",
    [
        {"information": ("住民票関係情報",)},
        {"providers": ("都道府県知事",)},
        {"base": Base(edition="shourei-r6@2024-05-27", row="9", clause="1")},
        {"base": Base(edition="shourei-r6@2020-01-01", row="1", clause="1")},
    ],
    ids=["information", "provider", "row", "edition"],
)
def test_a_filing_that_says_more_than_its_base_is_refused(
    register: Register, changes: dict[str, object]
) -> None:
    filing = msgspec.structs.replace(FILING, **changes)
    error = refused(
        "permits.filing_refused", lambda: propose(register, FilingContent(filing=filing))
    )
    assert "filing 1" in str(error)


def test_a_clause_that_no_edition_has_is_not_confirmed(register: Register) -> None:
    for changed in ({"row": "9"}, {"clause": "9"}, {"edition": "shourei-r6@2020-01-01"}):
        content = NumberingContent(check=msgspec.structs.replace(CHECK, **changed))
        refused("permits.clause_unknown", partial(propose, register, content))


def test_an_edition_not_in_force_yet_is_withdrawn_by_two_people(register: Register) -> None:
    publish(register, second())
    register.propose(WithdrawalContent(target=1), at=NOON, staff=ANN, reason=REASON)
    register.approve(2, at=NOON, staff=BOB)
    assert register.sequence == 3
    assert register.load_proposal(1).state is ProposalState.WITHDRAWN
    assert [one.key.label for one in register.permit_list().editions] == ["shourei-r6@2024-05-27"]
    assert len(register.permit_list(2).editions) == 2
    publish(register, second(TOMORROW))


def test_clause_numbers_confirmed_for_an_edition_go_with_it(register: Register) -> None:
    publish(register, second())
    for label in ("shourei-r6@2026-05-01", CHECK.edition):
        check = msgspec.structs.replace(CHECK, edition=label)
        number = propose(register, NumberingContent(check=check)).number
        register.approve(number, at=NOON, staff=BOB)
    propose(register, NumberingContent(check=msgspec.structs.replace(CHECK, official="第2号")))
    register.propose(WithdrawalContent(target=1), at=NOON, staff=ANN, reason=REASON)
    register.approve(5, at=NOON, staff=BOB)
    states = [one.state for one in register.proposals()]
    assert states[1:4] == [
        ProposalState.LIFTED,
        ProposalState.PUBLISHED,
        ProposalState.PROPOSED,
    ]
    assert [one.edition for one in register.permit_list().supplement.numbering] == [CHECK.edition]


def test_an_edition_in_force_is_not_withdrawn(register: Register) -> None:
    publish(register, second())
    withdrawal = WithdrawalContent(target=1)
    refused(
        "permits.in_force_already",
        lambda: register.propose(withdrawal, at=on(NEXT_MONTH), staff=ANN, reason=REASON),
    )


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("permits.not_withdrawable", WithdrawalContent(target=1)),
        ("permits.not_liftable", LiftContent(target=2)),
        ("permits.not_liftable", LiftContent(target=3)),
        ("permits.proposal_unknown", LiftContent(target=9)),
        ("permits.proposal_unknown", WithdrawalContent(target=9)),
    ],
    ids=["a hold", "an edition", "a hold nobody approved", "no lift", "no withdrawal"],
)
def test_only_what_stands_in_the_list_is_taken_out(
    register: Register, code: str, content: object
) -> None:
    propose(register)
    register.approve(1, at=NOON, staff=BOB)
    publish(register, second())
    propose(register, suspension(information="地方税関係情報"))
    refused(code, lambda: propose(register, content))


def test_two_lifts_of_one_hold_end_it_once(register: Register) -> None:
    propose(register)
    register.approve(1, at=NOON, staff=BOB)
    propose(register, LiftContent(target=1))
    refused("permits.already_proposed", lambda: propose(register, LiftContent(target=1)))
    register.approve(2, at=NOON, staff=BOB)
    refused("permits.not_liftable", lambda: propose(register, LiftContent(target=1)))


def test_a_proposal_is_taken_back_by_its_proposer_and_rejected_by_others(
    register: Register,
) -> None:
    propose(register)
    assert register.reject(1, at=NOON, staff="Ann", reason=REASON).state is (
        ProposalState.WITHDRAWN
    )
    propose(register)
    rejected = register.reject(2, at=NOON, staff=BOB, reason=REASON)
    assert (rejected.state, rejected.rejection) == (ProposalState.REJECTED, REASON)
    for number in (1, 2):
        refused(
            "permits.proposal_state",
            partial(register.approve, number, at=NOON, staff=EVE),
        )


def test_one_person_alone_ends_nothing_that_stands_in_the_list(register: Register) -> None:
    propose(register)
    register.approve(1, at=NOON, staff=BOB)
    for staff in (ANN, BOB, EVE):
        refused(
            "permits.proposal_state",
            partial(register.reject, 1, at=NOON, staff=staff, reason=REASON),
        )
    assert register.sequence == 2


@pytest.mark.parametrize(
    ("code", "staff", "reason"),
    [
        ("permits.staff_form", "", REASON),
        ("permits.staff_form", "ann ", REASON),
        ("permits.staff_form", "ann\n", REASON),
        ("permits.staff_form", "\uff41nn", REASON),
        ("permits.text_form", ANN, ""),
        ("permits.text_form", ANN, "　"),
        ("permits.text_form", ANN, "a\nb"),
        ("permits.text_form", ANN, "a\u2028b"),
        ("permits.text_form", ANN, "x" * 1001),
    ],
)  # fmt: skip
def test_who_and_why_have_a_form(register: Register, code: str, staff: str, reason: str) -> None:
    refused(code, lambda: register.propose(suspension(), at=NOON, staff=staff, reason=reason))
    propose(register)
    if code == "permits.text_form":
        refused(code, lambda: register.reject(1, at=NOON, staff=staff, reason=reason))


def test_a_number_that_the_list_never_had_is_unknown(register: Register) -> None:
    for sequence in (0, 2, -1):
        refused("permits.sequence_unknown", partial(register.contents, sequence))
    refused("permits.proposal_unknown", lambda: register.load_proposal(1))


def test_the_table_of_states_ends_and_reaches_every_state() -> None:
    reached = {ProposalState.PROPOSED}.union(*PROPOSAL.values())
    assert reached == set(ProposalState)
    order = list(ProposalState)
    for before, after in PROPOSAL.items():
        assert all(order.index(before) < order.index(one) for one in after)


def test_every_refusal_says_in_both_languages_who_can_fix_it() -> None:
    commands = FOLDER.parents[1] / "gateway" / "cli"
    files = [*FOLDER.glob("*.py"), *commands.glob("permit_*.py")]
    source = "".join(path.read_text("utf-8") for path in files)
    for code in list_codes():
        assert f'"{code}"' in source
    error = RegisterError("permits.end_missing")
    assert "直せる人: 起案した職員" in error.text_ja
    assert "who can fix it: the member of staff who proposed it" in error.text_en
    assert isinstance(error, PermitListError)


@pytest.mark.parametrize("field", ["information", "contact", "reference"])
@pytest.mark.parametrize("hidden", ["\ud800", "\x1b[2J", "\u202e"])
def test_what_a_colleague_would_not_see_is_not_proposed(
    register: Register, field: str, hidden: str
) -> None:
    content = suspension(**{field: f"x{hidden}"})  # type: ignore[arg-type]  # a text each
    refused(
        "permits.text_form",
        lambda: register.propose(content, at=NOON, staff=ANN, reason=REASON),
    )
    assert register.proposals() == ()


def test_what_stood_at_the_founding_is_numbered_and_lifted_by_two_people(tmp_path: Path) -> None:
    began = suspension(valid_from=date(2026, 3, 1)).hold
    beside = Supplement(holds=(began,), filings=(FILING,), withholdings=(WITHHOLDING,))
    register = Register.found(tmp_path, PermitList((first(),), beside), at=NOON, staff=ANN)
    listed = register.permit_list().supplement
    assert listed.holds == (msgspec.structs.replace(began, reference="1"),)
    assert (listed.filings, listed.withholdings) == ((FILING,), (WITHHOLDING,))
    assert register.sequence == 1
    lift = propose(register, LiftContent(target=2))
    assert lift.number == 4
    refused("permits.same_person", partial(register.approve, 4, at=NOON, staff=ANN))
    register.approve(4, at=on(TOMORROW), staff=BOB)
    assert register.permit_list().supplement.filings[0].valid_to == TOMORROW


def proposed(number: int = 1, at: datetime = NOON) -> Proposed:
    return Proposed(at=at, by=ANN, proposal=number, content=suspension(), reason=REASON)


FOUNDED = Founded(at=NOON, by=ANN, editions=())


@pytest.mark.parametrize(
    ("line", "events"),
    [
        (1, [proposed()]),
        (2, [FOUNDED, FOUNDED]),
        (2, [FOUNDED, proposed(2)]),
        (2, [FOUNDED, proposed(at=NOON - timedelta(microseconds=1))]),
    ],
    ids=["not founded", "founded twice", "a number left out", "time backwards"],
)
def test_events_out_of_order_are_no_register(line: int, events: list[AnyEvent]) -> None:
    error = refused("permits.register_broken", lambda: compose(events))
    assert error.context["line"] == line
    assert "out of order" in str(error)
