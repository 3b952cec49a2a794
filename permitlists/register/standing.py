"""What stands beside the editions: the supplement that the accepted proposals amount to."""

from collections.abc import Iterator
from datetime import date

import msgspec

from permitlists.register.events import (
    AnyContent,
    FilingContent,
    HoldContent,
    NumberingContent,
    SupplementContent,
    WithholdingContent,
)
from permitlists.register.state import Proposal, ProposalState, State, day_of
from permitlists.supplement import Dated, Filing, Hold, NumberingCheck, Supplement, Withholding

_ACCEPTED = frozenset({ProposalState.PUBLISHED, ProposalState.LIFTED})


def supplement_of(state: State) -> Supplement:
    """Return what stands beside the editions.

    What was lifted stays with the days on which it was in force, so that a question of those days
    is still answered as it was.
    """
    entries = [
        entry
        for proposal in state.proposals.values()
        if proposal.state in _ACCEPTED
        for entry in _list_entries(proposal)
    ]
    return Supplement(
        holds=tuple(one for one in entries if isinstance(one, Hold)),
        filings=tuple(one for one in entries if isinstance(one, Filing)),
        withholdings=tuple(one for one in entries if isinstance(one, Withholding)),
        numbering=tuple(one for one in entries if isinstance(one, NumberingCheck)),
    )


def beside_with(supplement: Supplement, content: AnyContent) -> Supplement:
    """Return a supplement with one entry more, the same for a content that is no entry."""
    changes: dict[str, tuple[Dated | NumberingCheck, ...]] = {}
    match content:
        case HoldContent(hold=hold):
            changes = {"holds": (*supplement.holds, hold)}
        case FilingContent(filing=filing):
            changes = {"filings": (*supplement.filings, filing)}
        case WithholdingContent(withholding=withholding):
            changes = {"withholdings": (*supplement.withholdings, withholding)}
        case NumberingContent(check=check):
            changes = {"numbering": (*supplement.numbering, check)}
        case _:
            pass
    return msgspec.structs.replace(supplement, **changes)


def contents_of(supplement: Supplement) -> tuple[SupplementContent, ...]:
    """Return the entries of a supplement, each as what a proposal would say."""
    return (
        *(HoldContent(hold=one) for one in supplement.holds),
        *(FilingContent(filing=one) for one in supplement.filings),
        *(WithholdingContent(withholding=one) for one in supplement.withholdings),
        *(NumberingContent(check=one) for one in supplement.numbering),
    )


def _list_entries(proposal: Proposal) -> Iterator[Dated | NumberingCheck]:
    match proposal.content:
        case HoldContent(hold=hold):
            yield from _until(_begin(hold, proposal), proposal.lifted_on)
        case FilingContent(filing=filing):
            yield from _until(filing, proposal.lifted_on)
        case WithholdingContent(withholding=withholding):
            yield from _until(withholding, proposal.lifted_on)
        case NumberingContent(check=check) if proposal.lifted_on is None:
            yield check
        case _:
            pass


def _begin(hold: Hold, proposal: Proposal) -> Hold:
    """Return a hold as it stands: from its approval at the earliest, with a reference."""
    begins = hold.valid_from
    if proposal.approved_at is not None:  # what stood at the founding keeps its days
        begins = max(begins, day_of(proposal.approved_at))
    reference = hold.reference or str(proposal.number)
    return msgspec.structs.replace(hold, valid_from=begins, reference=reference)


def _until(entry: Dated, day: date | None) -> Iterator[Dated]:
    """Yield the entry with its days before `day` only, nothing if there are none."""
    if day is not None and (entry.valid_to is None or day < entry.valid_to):
        if day <= entry.valid_from:
            return
        entry = msgspec.structs.replace(entry, valid_to=day)
    yield entry
