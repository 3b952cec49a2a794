"""The permit lists kept here, read as they were received: every one that was ever in force."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from gateway.domain.errors import ListBrokenError
from gateway.domain.permits import OfferedList
from gateway.domain.work import ListSource, StoredEdition, StoredSupplement
from gateway.ports import Ports
from permitlists import EMPTY

ALL: Final = 100_000  # editions of one list: never that many
SUPPLEMENT: Final = "supplement"


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
