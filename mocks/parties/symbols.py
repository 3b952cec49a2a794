"""How the core comes to symbols (符号): a process number first, then the registry's link."""

from collections.abc import Sequence

from mocks.engine.exchange import Ruling
from mocks.engine.party import Effect, Reply, Send
from mocks.engine.scenario_rules import Act
from mocks.parties.core_state import Office
from mocks.parties.desk import Letter
from mocks.parties.player import numbers_of
from mocks.parties.refusals import RefusedError, obey
from mocks.parties.role import Became
from wire.messages import (
    Acknowledgement,
    ProcessNumber,
    ProcessNumberRequest,
    ResidentLink,
    SymbolNotice,
)


def number(
    core: Office, message: ProcessNumberRequest, letter: Letter, ruling: Ruling | None
) -> Sequence[Effect]:
    """Return a process number, the same for a repeat.

    Raises:
        RefusedError: a rule is against it.
    """
    obey(ruling)
    state, key = core.state, (letter.to, message.request_id)
    found = state.requested.get(key)
    if found is None:
        found = core.draw.token("process number", *key)
        state.requested[key] = found
        state.process_numbers[found] = letter.to
        core.record(letter.at, act="process_number", result="issued", by=letter.to)
    core.role.settle(ruling, Became(outcome="process_number"))
    reply = ProcessNumber(request_id=message.request_id, process_number=found)
    return (Reply(document=core.desk.write(reply, letter).raw),)


def link(
    core: Office, message: ResidentLink, letter: Letter, ruling: Ruling | None
) -> Sequence[Effect]:
    """Issue the institution's symbol of a resident; the process number ends here.

    A rule against it makes the notice say why there is none: the registry did its part.

    Raises:
        RefusedError: the sender is not the registry, or the process number is none.
    """
    if letter.to != core.registry:
        raise RefusedError("message.sender")
    owner = core.state.process_numbers.pop(message.process_number, None)
    if owner is None or owner != message.institution:
        raise RefusedError("symbol.process_unknown")
    notice, outcome = _decide(core, message, owner, ruling)
    told = core.desk.write(notice, Letter(to=owner, at=letter.at))
    core.record(letter.at, act="symbol", result=outcome, by=owner)
    core.role.settle(ruling, Became(outcome=outcome))
    return (
        Reply(document=core.desk.write(Acknowledgement(), letter).raw),
        Send(to=owner, documents=(told.raw,)),
    )


def _decide(
    core: Office, message: ResidentLink, owner: str, ruling: Ruling | None
) -> tuple[SymbolNotice, str]:
    """Return the notice that tells a symbol, or the reason why there is none, and the outcome."""
    process_number = message.process_number
    try:
        obey(ruling)
    except RefusedError as error:
        return SymbolNotice(process_number=process_number, reason=error.code), error.code
    key = (owner, message.resident_code)
    symbol = core.state.reissued.pop(key, None) or core.draw.token("symbol", process_number)
    core.bind(*key, symbol)
    return SymbolNotice(process_number=process_number, symbol=symbol), "issued"


def revoke(core: Office, resident_code: str) -> None:
    """Let no institution use the symbol of a resident any more."""
    for (institution, code), symbol in core.state.symbols.items():
        if code == resident_code:
            core.state.revoked.add((institution, symbol))


def reissue(core: Office, act: Act) -> None:
    """Hold new symbols ready for whoever had one; the next acquisition brings them.

    Raises:
        UnableError: nobody knows such a person.
    """
    numbers_of(core.role, act)
    for institution, resident in list(core.state.symbols):
        who = core.role.person(resident)
        if who is not None and who.name == act.person:
            turn = len(core.state.reissued)
            symbol = core.draw.token("reissued", institution, resident, turn)
            core.state.reissued[institution, resident] = symbol
