"""State machines, drawn from the tables the code itself obeys."""

from collections.abc import Mapping
from enum import StrEnum

from gateway.domain import states as source
from permitlists.register import PROPOSAL, ProposalState
from tools.pages.markdown import code, paragraphs, table

MACHINES: Mapping[str, tuple[type[StrEnum], Mapping[StrEnum, frozenset[StrEnum]]]] = {
    "Inquiry": (source.InquiryState, source.INQUIRY),  # type: ignore[dict-item]  # enums differ
    "Provision": (source.ProvisionState, source.PROVISION),  # type: ignore[dict-item]
    "Symbol acquisition": (source.AcquisitionState, source.ACQUISITION),  # type: ignore[dict-item]
    "Symbol": (source.SymbolState, source.SYMBOL),  # type: ignore[dict-item]
    "Batch row": (source.BatchRowState, source.BATCH_ROW),  # type: ignore[dict-item]  # enums differ
    "Confirmation": (source.ConfirmationState, source.CONFIRMATION),  # type: ignore[dict-item]
    "Proposal in a permit register": (ProposalState, PROPOSAL),  # type: ignore[dict-item]
}


def states() -> str:
    """Return the page made from gateway/domain/states.py and the permit register."""
    sections = [
        f"## {title}\n\n{paragraphs(kind)[0]}\n\n{_table(kind, moves)}"
        for title, (kind, moves) in MACHINES.items()
    ]
    return (
        "# States\n\nEvery state and what may follow it. A move that is not in a table is refused"
        " with `state.wrong`, one of a proposal with `permits.proposal_state`.\n\n"
        + "\n".join(sections)
    )


def _table(kind: type[StrEnum], moves: Mapping[StrEnum, frozenset[StrEnum]]) -> str:
    rows = []
    for state in kind:
        follow = moves.get(state, frozenset())
        names = ", ".join(code(str(one)) for one in kind if one in follow)
        rows.append([code(str(state)), names or "nothing: final"])
    return table(["state", "may become"], rows)
