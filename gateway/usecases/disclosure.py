"""Disclosure (開示) to the person whom records and information are about (N4); itself recorded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain.addresses import Person
from gateway.domain.disclosure import DisclosureRecord, list_disclosed, list_own
from gateway.domain.identifiers import Symbol, UnifiedNumber
from gateway.domain.inquiry import AnsweredInformation
from gateway.domain.records import Act, ExchangeRecord, Phase, StoredRecord
from gateway.domain.replica import Replica
from gateway.domain.states import SymbolState
from gateway.domain.symbols import SymbolBinding
from gateway.ports import Ports, RecordQuery, Unit
from gateway.usecases.addresses import load_person
from gateway.usecases.carrying import list_controls
from gateway.usecases.judging import day_of

RECORDS = "records"
PAGE = 1000
ALL = 100_000  # versions of one information of one person: never that many


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedDisclosure:
    """Who asks for disclosure, by our symbol of the person; `sender` is the core that relays it."""

    request_id: str
    symbol: Symbol
    sender: str


async def disclose_records(
    asked: AskedDisclosure, *, since: datetime | None, until: datetime | None, ports: Ports
) -> list[DisclosureRecord]:
    """Return the exchanges about a person that the person may see, from `since` to before `until`.

    Somebody unknown has none.

    Raises:
        EvidenceUnavailableError: nothing can be recorded now.
    """
    person = await _find_person(asked, RECORDS, ports=ports)
    if person is None:
        return []
    found: list[StoredRecord] = []
    for number in await _list_numbers(person, ports=ports):
        query = RecordQuery(limit=PAGE, subject=number, since=since, until=until)
        found += await _list_records(query, ports=ports)
    found.sort(key=lambda stored: stored.sequence)
    records = [stored.record for stored in found]
    return list_disclosed(records, controls=await list_controls(person, ports=ports))


async def _list_numbers(person: UnifiedNumber, *, ports: Ports) -> list[UnifiedNumber]:
    """Return a person's number and all that were merged into it: records keep theirs for good."""
    numbers = [person]
    for number in numbers:  # it grows on the way: what was merged may have been merged into before
        merged = await ports.store.list_values(Person, limit=ALL, merged_into=number)
        numbers += [one.unified_number for one in merged]
    return numbers


async def _list_records(query: RecordQuery, *, ports: Ports) -> list[StoredRecord]:
    found: list[StoredRecord] = []
    while page := await ports.store.records(query):
        found += page
        if len(page) < PAGE:
            break
        query = replace(query, after=page[-1].sequence)
    return found


async def disclose_information(
    asked: AskedDisclosure, information: Sequence[str], *, ports: Ports
) -> tuple[AnsweredInformation, ...]:
    """Return what is held about a person that the person may see; of somebody unknown nothing.

    Raises:
        EvidenceUnavailableError: nothing can be recorded now.
    """
    names = list(dict.fromkeys(information))
    person = await _find_person(asked, " ".join(names), ports=ports)
    if person is None:
        return ()
    replicas = {
        name: await ports.store.list_values(
            Replica, limit=ALL, unified_number=person, information=name
        )
        for name in names
    }
    controls = await list_controls(person, ports=ports)
    return list_own(replicas, controls=controls, on=day_of(ports.clock.now()))


async def _find_person(asked: AskedDisclosure, what: str, *, ports: Ports) -> UnifiedNumber | None:
    """Return whom a symbol in use names, and record that somebody asks what about them."""
    binding = await ports.store.find(SymbolBinding, symbol=asked.symbol)
    number = None
    if binding is not None and binding.state is not SymbolState.REVOKED:
        person = await load_person(binding.unified_number, ports=ports)
        number = person.unified_number
    unit = Unit()
    unit.record(
        ExchangeRecord(
            act=Act.ACCESS,
            phase=Phase.OUTCOME,
            at=ports.clock.now(),
            result="disclosed",
            actor=asked.sender,
            subject=number,
            request_id=asked.request_id,
            note=what,
        )
    )
    await ports.store.commit(unit)
    return number
