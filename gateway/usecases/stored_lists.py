"""The permit lists kept here, read as they were received: every one that was ever in force."""

from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from typing import Final

from gateway.domain.errors import ListBrokenError
from gateway.domain.permits import OfferedList
from gateway.domain.records import Act, ExchangeRecord
from gateway.domain.work import ListSource, StoredEdition, StoredSupplement
from gateway.ports import Ports, RecordQuery
from permitlists import EMPTY

ALL: Final = 100_000  # editions of one list: never that many
SUPPLEMENT: Final = "supplement"
RECEIVED: Final = "received"  # the result of the records of a list that came
_PAGE: Final = 1000


async def list_editions(sequence: int, *, ports: Ports) -> Sequence[StoredEdition]:
    """Return all stored editions of a list."""
    return await ports.store.list_values(StoredEdition, limit=ALL, sequence=sequence)


async def load_contents(sequence: int, *, ports: Ports) -> OfferedList:
    """Return the stored copy of a list, each part as it was received.

    Raises:
        ListBrokenError: a part has another digest than when it was stored.
    """
    stored = await list_editions(sequence, ports=ports)
    for edition in stored:
        if sha256(edition.content).hexdigest() != edition.sha256:
            label = f"{edition.instrument}@{edition.valid_from}"
            raise ListBrokenError(part=label, sequence=sequence)
    return OfferedList(
        sequence=sequence,
        editions=tuple(edition.content for edition in stored),
        supplement=await load_supplement(ListSource.CORE, sequence, ports=ports),
    )


async def load_supplement(source: ListSource, sequence: int, *, ports: Ports) -> bytes:
    """Return a stored supplement; a list of before there were any has an empty one.

    Raises:
        ListBrokenError: it has another digest than when it was stored.
    """
    found = await ports.store.find(StoredSupplement, source=source, sequence=sequence)
    if found is None:
        return EMPTY.to_bytes()
    if sha256(found.content).hexdigest() != found.sha256:
        raise ListBrokenError(part=f"{source} {SUPPLEMENT}", sequence=sequence)
    return found.content


async def find_newest_recorded(*, ports: Ports) -> int:
    """Return the highest number of a list that the log says came, 0 where it tells of none."""
    return max([int(one.note) async for one in _walk(ports)], default=0)


async def came_so(offered: OfferedList, *, ports: Ports) -> bool:
    """Tell whether the log says that a list came with these parts, or says nothing of it.

    The database keeps each part beside its digest, so whoever changes one can change both. The log
    is chained: what it says cannot be changed unnoticed.
    """
    came = [one async for one in _walk(ports) if int(one.note) == offered.sequence]
    editions = {one.edition_sha256 for one in came if one.edition_sha256}
    supplements = {one.digest.hex() for one in came if one.digest}
    supplements = supplements or {sha256(EMPTY.to_bytes()).hexdigest()}
    return not came or (
        editions == {sha256(one).hexdigest() for one in offered.editions}
        and sha256(offered.supplement).hexdigest() in supplements
    )


async def _walk(ports: Ports) -> AsyncIterator[ExchangeRecord]:
    after: int | None = -1
    while after is not None:
        page = await ports.store.records(RecordQuery(act=Act.PERMIT_LIST, after=after, limit=_PAGE))
        for one in page:
            if one.record.result == RECEIVED and one.record.note.isdecimal():
                yield one.record
        after = page[-1].sequence if page else None
