"""States are tables: every step is looked up, none is guessed."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from gateway.domain import states
from gateway.domain.errors import StateError
from gateway.domain.states import INQUIRY, InquiryState, is_final, move

MACHINES: list[tuple[type[StrEnum], Mapping[Any, frozenset[Any]], Any]] = [
    (states.InquiryState, states.INQUIRY, states.InquiryState.ACCEPTED),
    (states.ProvisionState, states.PROVISION, states.ProvisionState.RECEIVED),
    (states.AcquisitionState, states.ACQUISITION, states.AcquisitionState.REQUESTED),
    (states.SymbolState, states.SYMBOL, states.SymbolState.LINKED),
    (states.ConfirmationState, states.CONFIRMATION, states.ConfirmationState.OPEN),
]


def test_a_path_of_allowed_steps_gives_its_last_state() -> None:
    state = move(INQUIRY, InquiryState.PERMIT_REQUESTED, InquiryState.PERMITTED, InquiryState.SENT)
    assert state is InquiryState.SENT


def test_a_path_with_one_forbidden_step_is_refused_and_names_both_states() -> None:
    with pytest.raises(StateError) as refused:
        move(INQUIRY, InquiryState.SENT, InquiryState.ACCEPTED)
    assert refused.value.context == {"state": "sent", "wanted": "accepted"}


@pytest.mark.parametrize(
    ("kind", "table", "first"), MACHINES, ids=lambda v: getattr(v, "__name__", "")
)
def test_every_state_can_be_reached_from_the_first(
    kind: type[StrEnum], table: Mapping[Any, frozenset[Any]], first: StrEnum
) -> None:
    reached, found = {first}, [first]
    while found:
        for following in table.get(found.pop(), frozenset()):
            if following not in reached:
                reached.add(following)
                found.append(following)
    assert reached == set(kind)


@pytest.mark.parametrize(
    ("kind", "table", "first"), MACHINES, ids=lambda v: getattr(v, "__name__", "")
)
def test_no_state_follows_a_final_one(
    kind: type[StrEnum], table: Mapping[Any, frozenset[Any]], first: StrEnum
) -> None:
    final = [state for state in kind if is_final(table, state)]
    assert final
    for state in final:
        with pytest.raises(StateError):
            move(table, state, first)
