"""Deciding a recorded question again, by the list that was in force then (G9)."""

from dataclasses import dataclass
from hashlib import sha256

from gateway.domain.errors import InvalidError, NotJudgedError, UnknownError
from gateway.domain.permit_book import compose
from gateway.domain.permits import Judged
from gateway.domain.records import ExchangeRecord
from gateway.domain.work import ListSource, StoredSupplement
from gateway.ports import Ports, RecordQuery
from gateway.usecases import own_register, records
from gateway.usecases.judging import Asked, question, write_affair
from gateway.usecases.stored_lists import (
    digest_of,
    find_arrival,
    list_editions,
    walk_records,
)
from permitlists import (
    EMPTY,
    PermitList,
    PermitListError,
    Question,
    decode_supplement,
    ruling_bytes,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What deciding again gave.

    `changed` names the stored parts of the list that are not what came then; with any of them
    nothing was decided and `ruling` is empty. Otherwise it holds the bytes of the ruling.
    """

    record: ExchangeRecord
    judged: Judged
    changed: tuple[str, ...] = ()
    ruling: bytes = b""

    @property
    def same(self) -> bool:
        """Whether question and decision are the same bytes as then."""
        return not self.changed and sha256(self.ruling).digest() == self.judged.ruling


async def replay(sequence: int, *, actor: str, ports: Ports) -> Replay:
    """Decide again what the record `sequence` of the own log tells; the look is recorded.

    Raises:
        UnknownError: there is no such record.
        NotJudgedError: it tells of no decision, or is older than rulings are.
        InvalidError: what it tells makes no question.
    """
    found = await records.search(RecordQuery(after=sequence - 1, limit=1), actor=actor, ports=ports)
    if not found or found[0].sequence != sequence:
        raise UnknownError(field="record")
    record = found[0].record
    judged = record.judged
    if judged is None:
        raise NotJudgedError(sequence=sequence, act=record.act, phase=record.phase)
    came = await find_arrival(judged.sequence, ports=ports)
    stored = await list_editions(judged.sequence, ports=ports)
    supplement = await _load(ListSource.CORE, judged.sequence, ports=ports)
    own = await _load(ListSource.OWN, judged.own_sequence, ports=ports)
    changed = [
        f"{one.instrument}@{one.valid_from}"
        for one in stored
        if digest_of(one.content) not in came.editions
    ]
    if len(stored) < len(came.editions):
        changed.append("missing edition")
    if digest_of(supplement) != came.supplement:
        changed.append("supplement")
    if digest_of(own) != await _find_own(judged.own_sequence, ports=ports):
        changed.append("own register")
    if changed:
        return Replay(record=record, judged=judged, changed=tuple(changed))
    try:
        core = PermitList.from_contents([one.content for one in stored], supplement)
        known = compose(core, decode_supplement(own))
    except PermitListError as error:
        raise InvalidError(field="list") from error
    asked = _ask(record, judged, ports=ports)
    return Replay(record=record, judged=judged, ruling=ruling_bytes(asked, known.decide(asked)))


async def _find_own(sequence: int | None, *, ports: Ports) -> str:
    """Return the digest of what the log says that the own register held under a number."""
    found = digest_of(EMPTY.to_bytes())
    async for one in walk_records(own_register.CHANGED, ports=ports):
        if one.note == str(sequence) and one.digest:
            found = one.digest.hex()
    return found


async def _load(source: ListSource, sequence: int | None, *, ports: Ports) -> bytes:
    """Return a stored supplement as it is now, an empty one where none was kept."""
    found = None
    if sequence is not None:
        found = await ports.store.find(StoredSupplement, source=source, sequence=sequence)
    return EMPTY.to_bytes() if found is None else found.content


def _ask(record: ExchangeRecord, judged: Judged, *, ports: Ports) -> Question:
    """Return the question that a record tells: of an inquiry we asked, of a provision others."""
    ours = ports.store.institution
    return question(
        Asked(
            inquirer=record.inquirer or ours,
            provider=record.provider or ours,
            affair=write_affair(record.row or "", record.clause),
            information=judged.information,
            on=judged.on,
            instrument=record.instrument,
            basis=record.basis,
            mandate=record.mandate,
        ),
        ports=ports,
    )
