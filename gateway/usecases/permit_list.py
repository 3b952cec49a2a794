"""The permit list in force here: received from the core, kept, and asked before anything leaves."""

import asyncio
import logging
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import Final

from gateway.domain.errors import (
    GuardFailedError,
    ListBrokenError,
    PermitListOlderError,
    RefusedError,
)
from gateway.domain.permits import OfferedList
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.domain.work import ListSource, Setting, StoredEdition, StoredSupplement
from gateway.ports import Ports, Unit
from gateway.usecases.stored_lists import (
    RECEIVED,
    came_so,
    digest_of,
    find_newest_recorded,
    load_contents,
)
from permitlists import PermitList, PermitListError

SEQUENCE: Final = "permit_list.sequence"
CHECKED: Final = "permit_list.checked"  # when the core last told its list, by the machine's clock
_LOG: Final = logging.getLogger(__name__)


async def load_stored(*, ports: Ports) -> bool:
    """Put the stored copy into the book; return whether there is one that can be used.

    A copy that was changed in the database, or is not what the log says came last, is not used:
    everything is denied until the core told its list again (G1, G8).
    """
    recorded = await find_newest_recorded(ports=ports)  # first: another process may add one
    setting = await ports.store.find(Setting, name=SEQUENCE)
    if setting is None:
        return False
    sequence = int(setting.value)
    newest = max(sequence, recorded)
    try:
        found = await _read_stored(sequence, newest, ports=ports)
    except (ListBrokenError, RefusedError):
        extra = {"action": "permit_list_break", "institution": ports.store.institution}
        _LOG.exception("The stored list is broken", extra=extra)
        ports.book.broken = newest
        return False
    _put(sequence, found, ports=ports)
    await _recall_check(ports=ports)
    return True


async def _read_stored(sequence: int, newest: int, *, ports: Ports) -> PermitList:
    """Return the stored copy, which must be the newest that came.

    Raises:
        ListBrokenError: a part has another digest than its own or the log's, or a newer list came.
        RefusedError: the parts make no list.
    """
    offered = await load_contents(sequence, ports=ports)
    if sequence < newest or not await came_so(offered, ports=ports):
        raise ListBrokenError(part="log", sequence=newest)
    return await asyncio.to_thread(_read, offered)


def _put(sequence: int, found: PermitList, *, ports: Ports) -> None:
    """Put a list into the book unless a newer one came there meanwhile (G8)."""
    if sequence >= ports.book.sequence:
        ports.book.take(sequence, found)


async def catch_up(*, ports: Ports) -> None:
    """Take over the list that another process of this institution received, if it is newer."""
    setting = await ports.store.find(Setting, name=SEQUENCE)
    if setting is not None and int(setting.value) > ports.book.sequence:
        await load_stored(ports=ports)
    await _recall_check(ports=ports)


async def refresh(*, ports: Ports) -> None:
    """Ask the core for its list and take it over if it is newer than ours.

    Raises:
        PeerUnreachableError: the core gave no usable reply.
        PermitListOlderError: its list is older than the one in force here (G8).
    """
    offered = await ports.core.request_permit_list()
    await receive_list(offered, sender=ports.policy.core, ports=ports)


async def receive_list(offered: OfferedList, *, sender: str, ports: Ports) -> None:
    """Take over a newer permit list as a whole, and record that it came.

    Raises:
        RefusedError: the sender is not the core, or the parts make no list.
        PermitListOlderError: its number is below the one in force, or the same with other
            contents (G8).
    """
    if sender != ports.policy.core:
        raise RefusedError("message.sender", sender=sender)
    for _ in range(3):
        await catch_up(ports=ports)
        book = ports.book
        known = max(book.sequence, book.broken or 0)
        if offered.sequence < known or await _contradicts(offered, ports=ports):
            raise PermitListOlderError(offered=offered.sequence, in_force=known)
        if offered.sequence == book.sequence:
            await _note_check(ports=ports)
            return
        found = await asyncio.to_thread(_read, offered)
        if offered.sequence != book.broken:
            try:
                await ports.store.commit(await _received(offered, found, ports=ports))
            except GuardFailedError:
                continue  # another process took one over meanwhile
        _put(offered.sequence, found, ports=ports)
        await _note_check(ports=ports)
        return
    raise GuardFailedError(offered=offered.sequence)


async def _contradicts(offered: OfferedList, *, ports: Ports) -> bool:
    """Return whether a list has the number of the one in force and says something else."""
    known = ports.book.core_list
    if offered.sequence == ports.book.broken:  # the copy says nothing; the log does
        return not await came_so(offered, ports=ports)
    if known is None or offered.sequence != ports.book.sequence:
        return False
    ours = {edition.key.sha256 for edition in known.editions}
    theirs = set(map(digest_of, offered.editions))
    return ours != theirs or known.supplement.to_bytes() != offered.supplement


def _read(offered: OfferedList) -> PermitList:
    """Return the list that parts make together: what could not be used is not kept."""
    try:
        found = PermitList.from_contents(offered.editions, offered.supplement)
    except PermitListError as error:
        raise RefusedError("permit_list.unreadable", sequence=offered.sequence) from error
    if not found.editions:
        raise RefusedError("permit_list.unreadable", sequence=offered.sequence)
    return found


async def _received(offered: OfferedList, found: PermitList, *, ports: Ports) -> Unit:
    """Return the unit that keeps a list; older ones stay, so that decisions can be replayed."""
    unit, sequence, now = Unit(), offered.sequence, ports.clock.now()
    known = await ports.store.find(Setting, name=SEQUENCE)
    if known is not None and int(known.value) >= sequence:
        raise GuardFailedError(offered=sequence)
    if known is None:
        unit.add(Setting(name=SEQUENCE, value=str(sequence)))
    else:
        unit.change(known, value=str(sequence))
    for edition in found.editions:
        unit.add(
            StoredEdition(
                instrument=edition.key.instrument,
                valid_from=edition.key.valid_from,
                sequence=sequence,
                sha256=edition.key.sha256,
                content=edition.to_bytes(),
                received_at=now,
            )
        )
        unit.record(
            _record(
                ports.policy.core,
                now,
                sequence,
                instrument=edition.key.instrument,
                edition_sha256=edition.key.sha256,
            )
        )
    digest = sha256(offered.supplement)
    unit.add(
        StoredSupplement(
            source=ListSource.CORE,
            sequence=sequence,
            sha256=digest.hexdigest(),
            content=offered.supplement,
            received_at=now,
        )
    )
    unit.record(_record(ports.policy.core, now, sequence, digest=digest.digest()))
    return unit


def _record(
    actor: str,
    now: datetime,
    sequence: int,
    *,
    instrument: str | None = None,
    edition_sha256: str | None = None,
    digest: bytes | None = None,
) -> ExchangeRecord:
    """Return the record that a part of a list came: an edition, or with `digest` the supplement."""
    return ExchangeRecord(
        act=Act.PERMIT_LIST,
        phase=Phase.OUTCOME,
        at=now,
        result=RECEIVED,
        actor=actor,
        instrument=instrument,
        edition_sha256=edition_sha256,
        digest=digest,
        note=str(sequence),
    )


async def _note_check(*, ports: Ports) -> None:
    """Keep when the core told its list, also for other processes and the next start."""
    now = ports.wall.now()
    ports.book.checked_at = now
    known = await ports.store.find(Setting, name=CHECKED)
    unit = Unit()
    if known is None:
        unit.add(Setting(name=CHECKED, value=now.isoformat()))
    else:
        unit.change(known, value=now.isoformat())
    with suppress(GuardFailedError):  # another process checked at the same time
        await ports.store.commit(unit)


async def _recall_check(*, ports: Ports) -> None:
    known = await ports.store.find(Setting, name=CHECKED)
    if known is not None:
        checked = datetime.fromisoformat(known.value)
        ports.book.checked_at = max(checked, ports.book.checked_at or checked)
