"""The own record log as requests for the commands about permit lists."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from gateway.cli.permit_requests import OwnLog, Tally
from gateway.cli.records import PAGE, row_of, walk
from gateway.cli.session import Target, run
from gateway.ports import Ports, RecordQuery
from permitlists.requests import Record


def tally_log(own: OwnLog, begin: Callable[[datetime], Tally]) -> Tally:
    """Return the tally of an institution's own record log; looking into it is recorded."""

    async def take_in(ports: Ports) -> Tally:
        tally = begin(ports.clock.now())
        query = RecordQuery(limit=PAGE, since=tally.period.since, until=tally.period.until)
        try:
            async for stored in walk(query, ports):
                tally.add(msgspec.convert(row_of(stored, ports.store.institution), Record))
        except BaseException:
            tally.close()
            raise
        return tally

    target = Target(config=own.config, institution=own.institution, as_json=own.as_json)
    return run(target, take_in)
