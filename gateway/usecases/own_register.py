"""The own register: what an institution holds back of its own exchanges, at once."""

from hashlib import sha256
from typing import Final

from gateway.domain.errors import GuardFailedError, RegisterBrokenError
from gateway.domain.permit_book import OwnList
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.domain.work import ListSource, Setting, StoredSupplement
from gateway.ports import OwnRegister, Ports, Unit

SEQUENCE: Final = "permit_register.sequence"
TRIES: Final = 3
CHANGED: Final = "held_back"  # the result of the record of a change


async def catch_up(*, ports: Ports) -> None:
    """Put into force what the own register says now, if it changed, and record that it did.

    Raises:
        RegisterBrokenError: it cannot be read, or is older than it was; until that is put right
            nothing is exchanged.
    """
    register = ports.register
    if register is None or not register.changed():
        return
    own = register.read()
    for _ in range(TRIES):
        try:
            await _keep(own, register, ports=ports)
        except GuardFailedError:
            continue  # another process keeps one at the same time
        break
    ports.book.take_own(own)
    register.accept(own)


async def _keep(own: OwnList, register: OwnRegister, *, ports: Ports) -> None:
    """Keep what it says, so that decisions can be replayed, and record who changed it."""
    content = own.supplement.to_bytes()
    digest = sha256(content)
    known = await ports.store.find(StoredSupplement, source=ListSource.OWN, sequence=own.sequence)
    if known is not None and known.sha256 != digest.hexdigest():
        raise RegisterBrokenError(reason="rewritten", sequence=own.sequence)
    setting = await ports.store.find(Setting, name=SEQUENCE)
    if setting is not None and int(setting.value) > own.sequence:
        raise RegisterBrokenError(reason="older", sequence=own.sequence)
    if known is not None:  # another process was here first, or this is a restart
        return
    if setting is not None:
        await _check_history(int(setting.value), register, ports=ports)
    now = ports.clock.now()
    unit = Unit()
    if setting is None:
        unit.add(Setting(name=SEQUENCE, value=str(own.sequence)))
    else:
        unit.change(setting, value=str(own.sequence))
    unit.add(
        StoredSupplement(
            source=ListSource.OWN,
            sequence=own.sequence,
            sha256=digest.hexdigest(),
            content=content,
            received_at=now,
        )
    )
    unit.record(
        ExchangeRecord(
            act=Act.PERMIT_LIST,
            phase=Phase.OUTCOME,
            at=now,
            result=CHANGED,
            actor=own.staff,
            digest=digest.digest(),
            note=str(own.sequence),
        )
    )
    await ports.store.commit(unit)


async def _check_history(sequence: int, register: OwnRegister, *, ports: Ports) -> None:
    """See that the register still says of the number kept last what it said then.

    A log that was cut off and went on otherwise has a higher number, and lacks a hold.

    Raises:
        RegisterBrokenError: it says something else.
    """
    kept = await ports.store.find(StoredSupplement, source=ListSource.OWN, sequence=sequence)
    said = register.recall(sequence).supplement.to_bytes()
    if kept is not None and kept.sha256 != sha256(said).hexdigest():
        raise RegisterBrokenError(reason="rewritten", sequence=sequence)
