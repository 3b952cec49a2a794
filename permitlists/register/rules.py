"""Who may do what to a proposal, and when: each rule refuses with a code of its own."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, NoReturn
from unicodedata import category

import msgspec

from permitlists.permit_list import STATUTORY
from permitlists.register.errors import RegisterError
from permitlists.register.events import (
    MAX_TEXT,
    STAFF_PATTERN,
    AnyContent,
    AnyEvent,
    Approved,
    EditionContent,
    FilingContent,
    Founded,
    HoldContent,
    LiftContent,
    Listed,
    NumberingContent,
    OnProposal,
    Proposed,
    Published,
    Rejected,
    Reviewed,
    WithdrawalContent,
    WithholdingContent,
)
from permitlists.register.state import PROPOSAL, Proposal, ProposalState, State, day_of
from permitlists.supplement import Hold

_ACTS: Final[Mapping[type[OnProposal], tuple[str, str]]] = {
    Reviewed: ("審査", "review"),
    Approved: ("承認", "approve"),
    Rejected: ("却下", "reject"),
    Published: ("公示", "publish"),
}
_STAFF: Final = re.compile(STAFF_PATTERN)
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
LIFTABLE: Final = (HoldContent, FilingContent, WithholdingContent, NumberingContent)


def check(state: State, event: AnyEvent) -> None:
    """Judge whether an event may happen in a state.

    Raises:
        RegisterError: it may not; the code says why.
    """
    if isinstance(event, Founded) != (state.sequence == 0):
        _refuse_order("原簿の開始は最初の一度だけです", "a register is founded once, and first")
    if state.at is not None and event.at < state.at:
        _refuse_order("時刻が前後しています", "time runs backwards")
    if not _STAFF.match(event.by):
        raise RegisterError("permits.staff_form")
    match event:
        case Founded():
            pass
        case Proposed():
            _check_proposed(state, event)
        case _:
            _check_act(state, event)


def _check_proposed(state: State, event: Proposed) -> None:
    _check_text(event.reason)
    if any(map(_hides, _list_texts(msgspec.to_builtins(event.content)))):
        raise RegisterError("permits.text_form", limit=MAX_TEXT)
    if event.proposal != len(state.proposals) + 1:
        _refuse_order("起案の番号が続いていません", "proposals are numbered one by one")
    for proposal in state.proposals.values():
        if proposal.is_open and proposal.content == event.content:
            raise RegisterError("permits.already_proposed", proposal=proposal.number)
    check_content(state, event.content, day_of(event.at))


def _check_text(text: str) -> None:
    if not text.strip() or len(text) > MAX_TEXT or _hides(text):
        raise RegisterError("permits.text_form", limit=MAX_TEXT)


def _hides(text: str) -> bool:
    """Tell whether a text holds what a colleague would not see, or UTF-8 cannot write."""
    return any(category(one) in _HIDDEN for one in text)


def _list_texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _list_texts(part)


def check_content(state: State, content: AnyContent, day: date) -> None:
    """Judge whether a content could enter the list on a day.

    Raises:
        RegisterError: it could not.
    """
    match content:
        case EditionContent(edition=edition):
            _check_order(state, edition)
        case HoldContent(hold=hold):
            _check_hold(hold, day)
        case LiftContent():
            _find_target(state, content)
        case WithdrawalContent():
            taken = _find_target(state, content).edition
            if taken is not None and taken.valid_from <= day:
                raise RegisterError("permits.in_force_already", label=taken.label)
        case _:
            pass


def _check_order(state: State, edition: Listed) -> None:
    if edition.instrument not in STATUTORY:
        known = ", ".join(STATUTORY)
        raise RegisterError("permits.instrument", instrument=edition.instrument, known=known)
    if any(one.sha256 == edition.sha256 for one in state.editions):
        raise RegisterError("permits.already_listed", label=edition.label)
    for instrument in STATUTORY[: STATUTORY.index(edition.instrument)]:
        successor = state.find_newest(instrument)
        if successor is not None:  # both would permit, each what the other does not
            raise RegisterError("permits.succeeded", label=edition.label, newest=successor.label)
    newest = state.find_newest(edition.instrument)
    if newest is not None and edition.valid_from <= newest.valid_from:
        raise RegisterError("permits.rollback", label=edition.label, newest=newest.label)


def _check_hold(hold: Hold, day: date) -> None:
    if hold.kind == "suspension" and hold.valid_to is None:
        raise RegisterError("permits.end_missing")
    begin = max(hold.valid_from, day)
    if hold.valid_to is not None and hold.valid_to <= begin:
        raise RegisterError("permits.end_past", end=hold.valid_to, begin=begin)
    if not any((hold.institution, hold.file, hold.row, hold.information)):
        raise RegisterError("permits.scope_missing")


def _find_target(state: State, content: LiftContent | WithdrawalContent) -> Proposal:
    target = find_proposal(state, content.target)
    if isinstance(content, LiftContent):
        wanted, code = isinstance(target.content, LIFTABLE), "permits.not_liftable"
    else:
        wanted, code = target.edition is not None, "permits.not_withdrawable"
    if not wanted or target.state is not ProposalState.PUBLISHED:
        raise RegisterError(code, proposal=target.number, state=target.state)
    return target


def find_proposal(state: State, number: int) -> Proposal:
    """Return the proposal of a number.

    Raises:
        RegisterError: there is none.
    """
    found = state.proposals.get(number)
    if found is None:
        raise RegisterError("permits.proposal_unknown", proposal=number)
    return found


def _check_act(state: State, event: OnProposal) -> None:
    proposal = find_proposal(state, event.proposal)
    # What stands in the list ends by a lift or a withdrawal, which are proposals of their own.
    if not proposal.is_open or not (
        isinstance(event, Reviewed) or target_of(proposal, event) in PROPOSAL[proposal.state]
    ):
        _refuse("permits.proposal_state", proposal, event)
    if isinstance(event, Approved | Published) and same_person(event.by, proposal.proposed_by):
        _refuse("permits.same_person", proposal, event)
    match event:
        case Approved():
            _check_approved(state, proposal, event)
        case Published():
            _check_published(state, proposal, event)
        case Rejected():
            _check_text(event.reason)
        case _:
            pass


def target_of(proposal: Proposal, event: Approved | Rejected | Published) -> ProposalState:
    """Return the state that an act leads to; who proposed something takes it back."""
    match event:
        case Approved():
            return ProposalState.APPROVED
        case Published():
            return ProposalState.PUBLISHED
        case _:
            own = same_person(event.by, proposal.proposed_by)
            return ProposalState.WITHDRAWN if own else ProposalState.REJECTED


def same_person(one: str, other: str) -> bool:
    """Tell whether two staff ids are one person's: upper and lower case do not tell apart."""
    return one.casefold() == other.casefold()


def _check_approved(state: State, proposal: Proposal, event: Approved) -> None:
    check_content(state, proposal.content, day_of(event.at))
    edition = proposal.edition
    if edition is None:
        return
    own = [review for review in proposal.reviews if same_person(review.by, event.by)]
    if not own or own[-1].shown.content != edition.sha256:
        _refuse("permits.review_missing", proposal, event)
    before = state.find_newest(edition.instrument)
    if own[-1].shown.before != (before and before.sha256):
        _refuse("permits.review_outdated", proposal, event, before=before and before.label)


def _check_published(state: State, proposal: Proposal, event: Published) -> None:
    check_content(state, proposal.content, day_of(event.at))
    edition, day = proposal.edition, day_of(event.at)
    if edition is not None and edition.valid_from <= day:
        raise RegisterError("permits.valid_from_past", label=edition.label, day=day)


def _refuse_order(fault_ja: str, fault_en: str) -> NoReturn:
    raise RegisterError("permits.event_order", fault_ja=fault_ja, fault_en=fault_en)


def _refuse(code: str, proposal: Proposal, event: OnProposal, **context: object) -> NoReturn:
    act_ja, act_en = _ACTS[type(event)]
    raise RegisterError(
        code,
        proposal=proposal.number,
        state=proposal.state,
        staff=event.by,
        act=act_ja,
        act_en=act_en,
        **context,
    )
