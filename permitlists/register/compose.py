"""From events to the state of a permit list, step by step; every step is judged by the rules."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from permitlists.model import PermitListError
from permitlists.register.errors import RegisterError
from permitlists.register.events import (
    AnyEvent,
    Approved,
    EditionContent,
    Founded,
    LiftContent,
    Listed,
    NumberingContent,
    OnProposal,
    Proposed,
    Rejected,
    Reviewed,
    WithdrawalContent,
)
from permitlists.register.rules import check, target_of
from permitlists.register.standing import supplement_of
from permitlists.register.state import Proposal, ProposalState, State, day_of


def compose(events: Iterable[AnyEvent]) -> State:
    """Return the state after the events of a log.

    Raises:
        RegisterError: the rules refuse an event where it stands; the error names its line.
    """
    return deque(list_states(events), maxlen=1)[0]


def list_states(events: Iterable[AnyEvent]) -> Iterator[State]:
    """Yield the empty state and the state after each event of a log.

    Raises:
        RegisterError: the rules refuse an event where it stands; the error names its line.
    """
    state = State()
    yield state
    for line, event in enumerate(events, start=1):
        try:
            state = step(state, event)
        except RegisterError as error:
            raise RegisterError(
                "permits.register_broken",
                line=line,
                fault_ja=error.sentence_ja.rstrip("。"),
                fault_en=str(error).rstrip("."),
            ) from error
        yield state


def step(state: State, event: AnyEvent) -> State:
    """Return the state after one more event.

    Raises:
        RegisterError: the rules refuse it.
    """
    check(state, event)
    match event:
        case Founded():
            state = _found(event)
        case Proposed():
            state = _put(state, _begin(event))
        case _:
            state = _act(state, event)
    return replace(state, at=event.at)


def _found(event: Founded) -> State:
    standing = {
        number: Proposal(
            number=number,
            content=content,
            reason="founded",
            proposed_by=event.by,
            proposed_at=event.at,
            state=ProposalState.PUBLISHED,
        )
        for number, content in enumerate(event.standing, start=1)
    }
    return State(sequence=1, editions=_in_order(event.editions), proposals=standing)


def _begin(event: Proposed) -> Proposal:
    return Proposal(
        number=event.proposal,
        content=event.content,
        reason=event.reason,
        proposed_by=event.by,
        proposed_at=event.at,
    )


def _act(state: State, event: OnProposal) -> State:
    proposal = state.proposals[event.proposal]
    match event:
        case Reviewed():
            return _put(state, replace(proposal, reviews=(*proposal.reviews, event)))
        case Rejected(by=by, reason=reason):
            ended = target_of(proposal, event)
            return _put(state, replace(proposal, state=ended, rejected_by=by, rejection=reason))
        case Approved(by=by, at=at):
            approved = replace(
                proposal, state=target_of(proposal, event), approved_by=by, approved_at=at
            )
            state = _put(state, approved)
            return state if approved.edition is not None else _take_effect(state, approved)
        case _:
            published = replace(
                proposal, published_by=event.by, published_at=event.at, dropped=event.dropped
            )
            return _take_effect(state, published)


def _take_effect(state: State, proposal: Proposal) -> State:
    """Return the state of a list that the proposal has changed.

    Raises:
        RegisterError: what would stand beside the editions contradicts itself.
    """
    state = _put(state, replace(proposal, state=ProposalState.PUBLISHED))
    state = replace(state, sequence=state.sequence + 1)
    match proposal.content:
        case EditionContent(edition=edition):
            return _supersede(_list(state, edition), edition)
        case WithdrawalContent(target=target):
            return _unlist(state, state.proposals[target], _day(proposal))
        case LiftContent(target=target):
            ended = state.proposals[target]
            return _put(state, replace(ended, state=ProposalState.LIFTED, lifted_on=_day(proposal)))
        case _:
            try:
                supplement_of(state).check()
            except PermitListError as error:
                raise RegisterError("permits.supplement_refused", fault=error) from error
            return state


def _day(proposal: Proposal) -> date:
    """Return the day in Japan on which a proposal took effect."""
    return day_of(proposal.approved_at or proposal.proposed_at)


def _put(state: State, proposal: Proposal) -> State:
    return replace(state, proposals={**state.proposals, proposal.number: proposal})


def _in_order(editions: Iterable[Listed]) -> tuple[Listed, ...]:
    return tuple(sorted(editions, key=lambda one: (one.instrument, one.valid_from)))


def _list(state: State, edition: Listed) -> State:
    return replace(state, editions=_in_order((*state.editions, edition)))


def _unlist(state: State, proposal: Proposal, day: date) -> State:
    """Return the state without an edition, nor the clause numbers confirmed for its label."""
    left = tuple(one for one in state.editions if one != proposal.edition)
    state = _put(replace(state, editions=left), replace(proposal, state=ProposalState.WITHDRAWN))
    for other in tuple(state.proposals.values()):
        match other.content:
            case NumberingContent(check=check) if (
                other.state is ProposalState.PUBLISHED
                and proposal.edition is not None
                and check.edition == proposal.edition.label
            ):
                state = _put(state, replace(other, state=ProposalState.LIFTED, lifted_on=day))
            case _:
                pass
    return state


def _supersede(state: State, edition: Listed) -> State:
    """Return the state without open proposals that could only roll the instrument back."""
    for proposal in tuple(state.proposals.values()):
        other = proposal.edition
        if (
            proposal.is_open
            and other is not None
            and other.instrument == edition.instrument
            and other.valid_from <= edition.valid_from
        ):
            state = _put(state, replace(proposal, state=ProposalState.SUPERSEDED))
    return state
