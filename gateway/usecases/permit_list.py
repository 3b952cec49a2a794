"""The permit list in force here: received from the core, kept, and asked before anything leaves."""

from collections.abc import Sequence
from datetime import date, datetime

from gateway.domain.errors import (
    GuardFailedError,
    InvalidError,
    PermitListOlderError,
    RefusedError,
)
from gateway.domain.hours import JAPAN
from gateway.domain.permits import Wanted
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.domain.work import Setting, StoredEdition
from gateway.ports import Ports, Unit
from permitlists import Affair, Decision, Edition, PermitList, PermitListError, Question

SEQUENCE = "permit_list.sequence"
ALL = 100_000  # editions of one list: never that many


async def load_stored(*, ports: Ports) -> bool:
    """Put the stored copy into the book; return whether there was one."""
    setting = await ports.store.find(Setting, name=SEQUENCE)
    if setting is None:
        return False
    stored = await list_editions(int(setting.value), ports=ports)
    editions = PermitList([Edition.from_bytes(edition.content) for edition in stored])
    received_at = max(edition.received_at for edition in stored)
    _put(int(setting.value), editions, received_at, ports=ports)
    return True


async def list_editions(sequence: int, *, ports: Ports) -> Sequence[StoredEdition]:
    """Return all stored editions of a list."""
    return await ports.store.list_values(StoredEdition, limit=ALL, sequence=sequence)


def _put(sequence: int, editions: PermitList, received_at: datetime, *, ports: Ports) -> None:
    """Put a list into the book unless a newer one came there meanwhile (G8)."""
    if sequence >= ports.book.sequence:
        ports.book.permit_list, ports.book.sequence = editions, sequence
        ports.book.received_at = received_at


async def catch_up(*, ports: Ports) -> None:
    """Take over the list that another process of this institution received, if it is newer."""
    setting = await ports.store.find(Setting, name=SEQUENCE)
    if setting is not None and int(setting.value) > ports.book.sequence:
        await load_stored(ports=ports)


async def refresh(*, ports: Ports) -> None:
    """Ask the core for its list and take it over if it is newer than ours.

    Raises:
        PeerUnreachableError: the core gave no usable reply.
    """
    sequence, contents = await ports.core.request_permit_list()
    if sequence != ports.book.sequence:
        await receive_list(sequence, contents, sender=ports.policy.core, ports=ports)


async def receive_list(
    sequence: int, contents: Sequence[bytes], *, sender: str, ports: Ports
) -> None:
    """Take over a newer permit list, all editions of it, and record that it came.

    Raises:
        RefusedError: the sender is not the core, or the editions are no list.
        PermitListOlderError: its number is below the one in force (G8).
    """
    if sender != ports.policy.core:
        raise RefusedError("message.sender", sender=sender)
    for _ in range(3):
        await catch_up(ports=ports)
        if sequence < ports.book.sequence:
            raise PermitListOlderError(offered=sequence, in_force=ports.book.sequence)
        if sequence == ports.book.sequence:
            return
        editions = _read(sequence, contents)
        now = ports.clock.now()
        try:
            await ports.store.commit(await _received(sequence, editions.editions, now, ports=ports))
        except GuardFailedError:
            continue  # another process took one over meanwhile
        _put(sequence, editions, now, ports=ports)
        return
    raise GuardFailedError(offered=sequence)


def _read(sequence: int, contents: Sequence[bytes]) -> PermitList:
    """Return the list that editions make together: what could not be used is not kept."""
    try:
        editions = PermitList([Edition.from_bytes(content) for content in contents])
    except PermitListError as error:
        raise RefusedError("permit_list.unreadable", sequence=sequence) from error
    if not editions.editions:
        raise RefusedError("permit_list.unreadable", sequence=sequence)
    return editions


async def _received(
    sequence: int, editions: Sequence[Edition], now: datetime, *, ports: Ports
) -> Unit:
    unit = Unit()
    known = await ports.store.find(Setting, name=SEQUENCE)
    if known is not None and int(known.value) >= sequence:
        raise GuardFailedError(offered=sequence)
    if known is None:
        unit.add(Setting(name=SEQUENCE, value=str(sequence)))
    else:
        unit.change(known, value=str(sequence))
    for edition in editions:
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
            ExchangeRecord(
                act=Act.PERMIT_LIST,
                phase=Phase.OUTCOME,
                at=now,
                result="received",
                actor=ports.policy.core,
                instrument=edition.key.instrument,
                edition_sha256=edition.key.sha256,
                note=str(sequence),
            )
        )
    return unit


def question(  # noqa: PLR0913  # the elements of the legal test are this many
    ports: Ports,
    *,
    inquirer: str,
    provider: str,
    affair: str,
    wanted: Sequence[Wanted],
    on: date,
    basis: str = "19-8",
    instrument: str = "shourei-r6",
) -> Question:
    """Return the question to the permit list; institutions become their classes of that day.

    Raises:
        InvalidError: the affair is not written as ROW or ROW-CLAUSE.
    """
    try:
        named = Affair.parse(affair)
    except PermitListError as error:
        raise InvalidError(field="affair") from error
    return Question(
        instrument=instrument,
        on=on,
        affair=named,
        inquirer=ports.institutions.classes_of(inquirer, on),
        provider=ports.institutions.classes_of(provider, on),
        information=tuple(want.information for want in wanted),
        basis=basis,
    )


def judge(asked: Question, *, ports: Ports) -> Decision:
    """Decide a question by the list in force here; without any list everything is denied."""
    return (ports.book.permit_list or PermitList([])).decide(asked)


def day_of(instant: datetime) -> date:
    """Return the day in Japan on which an instant falls: the law's days are Japan's."""
    return instant.astimezone(JAPAN).date()
