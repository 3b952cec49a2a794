"""The permit list in force here: received from the core, kept, and asked before anything leaves."""

from collections.abc import Sequence
from datetime import date, datetime

from gateway.domain.errors import InvalidError, PermitListOlderError, RefusedError
from gateway.domain.hours import JAPAN
from gateway.domain.permits import Wanted
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.domain.work import Setting, StoredEdition
from gateway.ports import Ports, Unit
from permitlists import Affair, Decision, Edition, PermitList, PermitListError, Question

SEQUENCE = "permit_list.sequence"


async def load_stored(*, ports: Ports) -> bool:
    """Put the stored copy into the book; return whether there was one."""
    setting = await ports.store.find(Setting, name=SEQUENCE)
    if setting is None:
        return False
    stored = await ports.store.list_values(StoredEdition, sequence=int(setting.value))
    ports.book.permit_list = PermitList([Edition.from_bytes(edition.content) for edition in stored])
    ports.book.sequence = int(setting.value)
    ports.book.received_at = max(edition.received_at for edition in stored)
    return True


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
        RefusedError: the sender is not the core, or an edition cannot be read.
        PermitListOlderError: its number is below the one in force (G8).
    """
    if sender != ports.policy.core:
        raise RefusedError("message.sender", sender=sender)
    if sequence < ports.book.sequence:
        raise PermitListOlderError(offered=sequence, in_force=ports.book.sequence)
    if sequence == ports.book.sequence:
        return
    try:
        editions = [Edition.from_bytes(content) for content in contents]
    except PermitListError as error:
        raise RefusedError("permit_list.unreadable", sequence=sequence) from error
    if not editions:
        raise RefusedError("permit_list.unreadable", sequence=sequence)
    now = ports.clock.now()
    await ports.store.commit(await _received(sequence, editions, now=now, ports=ports))
    ports.book.permit_list = PermitList(editions)
    ports.book.sequence = sequence
    ports.book.received_at = now


async def _received(
    sequence: int, editions: Sequence[Edition], *, now: datetime, ports: Ports
) -> Unit:
    unit = Unit()
    known = await ports.store.find(Setting, name=SEQUENCE)
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
