"""How an agency comes to a person's symbol (符号): core, registry, and the core's notice."""

from collections.abc import Sequence
from datetime import datetime

from mocks.engine.party import Effect, Returned, Send
from mocks.parties.agency_state import Bureau
from mocks.parties.desk import Letter
from wire.messages import ProcessNumber, ProcessNumberRequest, RegistryLink, SymbolNotice


def acquire(bureau: Bureau, number: str, now: datetime) -> Sequence[Effect]:
    """Return the effects that start the acquisition of a person's symbol."""
    request_id = bureau.desk.new_id("acquisition")
    bureau.state.requested[request_id] = number
    request = ProcessNumberRequest(request_id=request_id)
    document = bureau.desk.write(request, Letter(to=bureau.core, at=now))
    return (Send(to=bureau.core, documents=(document.raw,), mark="number"),)


def go_on_acquiring(bureau: Bureau, event: Returned, now: datetime) -> Sequence[Effect]:
    """Return the effects of the core's process number: the leg to the registry."""
    for document in event.documents or ():
        message = bureau.desk.read(document, now=now)
        if isinstance(message, ProcessNumber) and message.request_id in bureau.state.requested:
            number = bureau.state.requested.pop(message.request_id)
            bureau.state.processes[message.process_number] = number
            link = RegistryLink(process_number=message.process_number, individual_number=number)
            sent = bureau.desk.write(link, Letter(to=bureau.registry, at=now))
            return (Send(to=bureau.registry, documents=(sent.raw,)),)
    return ()


def receive_symbol(bureau: Bureau, notice: SymbolNotice) -> None:
    """Bind a symbol and forget its process number; a repeat changes nothing."""
    number = bureau.state.processes.pop(notice.process_number, None)
    if number is not None and notice.symbol is not None:
        bureau.state.symbols[number] = notice.symbol
        bureau.state.people[notice.symbol] = number
