"""Requests for disclosure as they travel, and what they are replied to with."""

from datetime import date, datetime, time, timedelta
from typing import Final

from gateway.domain.disclosure import DisclosureRecord
from gateway.domain.hours import JAPAN
from gateway.domain.identifiers import Symbol
from gateway.domain.records import Act
from gateway.network.mapping import to_answered
from gateway.ports import Ports
from gateway.usecases.disclosure import AskedDisclosure, disclose_information, disclose_records
from wire import messages as wire

_DAY: Final = timedelta(days=1)


async def disclose(
    message: wire.RecordRequest | wire.InformationRequest, *, sender: str, ports: Ports
) -> wire.RecordList | wire.OwnInformation:
    """Return the reply to a request of the citizen's view that the core relays.

    Raises:
        EvidenceUnavailableError: nothing can be recorded now.
    """
    asked = AskedDisclosure(
        request_id=message.request_id, symbol=Symbol(message.symbol), sender=sender
    )
    if isinstance(message, wire.InformationRequest):
        own = await disclose_information(asked, message.information, ports=ports)
        return wire.OwnInformation(request_id=message.request_id, information=to_answered(own))
    since, until = message.from_on, message.to_on
    found = await disclose_records(
        asked,
        since=None if since is None else _start(since),
        until=None if until is None else _start(until + _DAY),
        ports=ports,
    )
    return wire.RecordList(
        request_id=message.request_id, records=tuple(_record(one) for one in found)
    )


def _record(found: DisclosureRecord) -> wire.DisclosedRecord:
    return wire.DisclosedRecord(
        transaction_number=found.transaction_number,
        act="inquiry" if found.act is Act.INQUIRY else "provision",
        at=found.at,
        counterpart=found.counterpart,
        row=found.row,
        clause=found.clause,
        information=tuple(want.information for want in found.wanted),
    )


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), JAPAN)
