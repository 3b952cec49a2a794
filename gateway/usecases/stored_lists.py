"""The permit lists kept here, read as they were received: every one that was ever in force."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """The SHA-256, hexadecimal, of each part of a list as it came.

    There are no `editions` where nobody knows of the list; of lists of before there were any, the
    supplement is the empty one.
    """

    editions: frozenset[str]
    supplement: str


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
        if digest_of(edition.content) != edition.sha256:
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
    if digest_of(found.content) != found.sha256:
        raise ListBrokenError(part=f"{source} {SUPPLEMENT}", sequence=sequence)
    return found.content


async def find_newest_recorded(*, ports: Ports) -> int:
    """Return the highest number of a list that the log says came, 0 where it tells of none."""
    return max([int(one.note) async for one in walk_records(RECEIVED, ports=ports)], default=0)


async def find_arrival(sequence: int, *, ports: Ports) -> Arrival:
    """Return what the log says of a list.

    The database keeps each part beside its digest, so whoever changes one can change both. The log
    is chained: what it says cannot be changed unnoticed.
    """
    editions: set[str] = set()
    supplement = digest_of(EMPTY.to_bytes())
    async for one in walk_records(RECEIVED, ports=ports):
        if int(one.note) != sequence:
            continue
        if one.edition_sha256:
            editions.add(one.edition_sha256)
        if one.digest:
            supplement = one.digest.hex()
    return Arrival(editions=frozenset(editions), supplement=supplement)


async def came_so(offered: OfferedList, *, ports: Ports) -> bool:
    """Tell whether the log says that a list came with these parts, or says nothing of it."""
    arrival = await find_arrival(offered.sequence, ports=ports)
    return not arrival.editions or arrival == Arrival(
        editions=frozenset(map(digest_of, offered.editions)),
        supplement=digest_of(offered.supplement),
    )


async def walk_records(result: str, *, ports: Ports) -> AsyncIterator[ExchangeRecord]:
    """Yield the records of lists with a result whose note is a number, oldest first."""
    after: int | None = -1
    while after is not None:
        page = await ports.store.records(RecordQuery(act=Act.PERMIT_LIST, after=after, limit=_PAGE))
        for one in page:
            if one.record.result == result and one.record.note.isdecimal():
                yield one.record
        after = page[-1].sequence if page else None


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a part of a list, hexadecimal."""
    return sha256(content).hexdigest()
