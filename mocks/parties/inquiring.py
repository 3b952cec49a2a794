"""What an agency asks because a scenario says so: people, crowds, one by one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from mocks.engine.party import Effect, UnableError
from mocks.engine.scenario_rules import Act
from mocks.parties.acquiring import acquire
from mocks.parties.agency_state import Ask, Bureau
from mocks.parties.asking import ask, repeat
from mocks.parties.player import numbers_of
from wire.messages import RequestedInformation

AFFAIR: Final = "69-7"
WAITING: Final = frozenset({"sent", "held"})


def act_ask(bureau: Bureau, act: Act, here: datetime) -> Sequence[Effect]:
    """Return the effects that ask the system under test about a person or everybody of a crowd.

    Raises:
        UnableError: there is no such person, no information, or no system under test.
    """
    provider = bureau.role.find_subject()
    if provider is None or act.information is None:
        message = "照会する相手か、求める情報がありません / nobody to ask, or nothing to ask for"
        raise UnableError(message)
    row, _, clause = (act.affair or AFFAIR).partition("-")
    effects: list[Effect] = []
    for number in numbers_of(bureau.role, act):
        command = Ask(
            request_id=bureau.desk.new_id("request"),
            provider=provider,
            row=row,
            clause=clause or None,
            information=(RequestedInformation(name=act.information, items=act.items),),
            individual_number=number,
            polls=True,
        )
        effects += _begin(bureau, command, here)
    return effects


def _begin(bureau: Bureau, command: Ask, here: datetime) -> Sequence[Effect]:
    number = command.individual_number
    if number in bureau.state.symbols:
        return ask(bureau, command, here)
    planned = bureau.state.planned.setdefault(number, [])
    planned.append(command)
    return acquire(bureau, number, here) if len(planned) == 1 else ()


def go_ahead(bureau: Bureau, here: datetime) -> Sequence[Effect]:
    """Return the effects of inquiries that waited for a symbol which has come."""
    state = bureau.state
    ready = [number for number in state.planned if number in state.symbols]
    commands = [command for number in ready for command in state.planned.pop(number)]
    return [effect for command in commands for effect in ask(bureau, command, here)]


def poll(bureau: Bureau, here: datetime) -> Sequence[Effect]:
    """Return the effects that ask again about inquiries that still wait, once a business day."""
    state = bureau.state
    due = [request_id for at, request_id in state.polls if at <= here]
    state.polls = [entry for entry in state.polls if entry[0] > here]
    waiting = [request_id for request_id in due if state.asked[request_id].state in WAITING]
    return [effect for request_id in waiting for effect in repeat(bureau, request_id)]
