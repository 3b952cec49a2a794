"""Deciding a recorded question again, by the list that was in force then (G9)."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from gateway.domain.errors import InvalidError, NotJudgedError, UnknownError
from gateway.domain.permit_book import compose
from gateway.domain.permits import Judged
from gateway.domain.records import Act, ExchangeRecord
from gateway.domain.work import ListSource, StoredSupplement
from gateway.ports import Ports, RecordQuery
from gateway.usecases import own_register, records
from gateway.usecases.judging import Asked, question
from gateway.usecases.stored_lists import RECEIVED, list_editions
from permitlists import (
    EMPTY,
    PermitList,
    PermitListError,
    Question,
    decode_supplement,
    ruling_bytes,
)

PAGE: Final = 1000


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Came:
    """What the record log says about the parts of a list when they came."""

    editions: frozenset[str]
    supplement: str | None
    own: str | None


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
    came = await _find_what_came(judged, ports=ports)
    stored = await list_editions(judged.sequence, ports=ports)
    supplement = await _load(ListSource.CORE, judged.sequence, ports=ports)
    own = await _load(ListSource.OWN, judged.own_sequence, ports=ports)
    changed = [
        f"{one.instrument}@{one.valid_from}"
        for one in stored
        if sha256(one.content).hexdigest() not in came.editions
    ]
    if len(stored) < len(came.editions):
        changed.append("missing edition")
    changed += _compare("supplement", supplement, came.supplement)
    changed += _compare("own register", own, came.own)
    if changed:
        return Replay(record=record, judged=judged, changed=tuple(changed))
    try:
        core = PermitList.from_contents([one.content for one in stored], supplement)
        known = compose(core, decode_supplement(own))
    except PermitListError as error:
        raise InvalidError(field="list") from error
    asked = _ask(record, judged, ports=ports)
    return Replay(record=record, judged=judged, ruling=ruling_bytes(asked, known.decide(asked)))


async def _find_what_came(judged: Judged, *, ports: Ports) -> _Came:
    """Walk the records of lists: the log is chained, so what it says of them cannot be changed."""
    editions: set[str] = set()
    supplement: str | None = None
    own: str | None = None
    after: int | None = -1
    while after is not None:
        page = await ports.store.records(RecordQuery(act=Act.PERMIT_LIST, after=after, limit=PAGE))
        for record in (one.record for one in page):
            number, digest = record.note, record.digest.hex() if record.digest else None
            if record.result == own_register.CHANGED and number == str(judged.own_sequence):
                own = digest
            elif record.result == RECEIVED and number == str(judged.sequence):
                supplement = digest or supplement
                editions |= {record.edition_sha256} if record.edition_sha256 else set()
        after = page[-1].sequence if page else None
    return _Came(editions=frozenset(editions), supplement=supplement, own=own)


async def _load(source: ListSource, sequence: int | None, *, ports: Ports) -> bytes:
    """Return a stored supplement as it is now, an empty one where none was kept."""
    found = None
    if sequence is not None:
        found = await ports.store.find(StoredSupplement, source=source, sequence=sequence)
    return EMPTY.to_bytes() if found is None else found.content


def _compare(part: str, content: bytes, came: str | None) -> list[str]:
    """Return the part if it is not what came; of lists of before there is no digest."""
    expected = came or sha256(EMPTY.to_bytes()).hexdigest()
    return [] if sha256(content).hexdigest() == expected else [part]


def _ask(record: ExchangeRecord, judged: Judged, *, ports: Ports) -> Question:
    """Return the question that a record tells: of an inquiry we asked, of a provision others."""
    ours = ports.store.institution
    row, clause = record.row or "", record.clause
    return question(
        Asked(
            inquirer=record.inquirer or ours,
            provider=record.provider or ours,
            affair=row if clause is None else f"{row}-{clause}",
            information=judged.information,
            on=judged.on,
            instrument=record.instrument,
            basis=record.basis,
            mandate=record.mandate,
        ),
        ports=ports,
    )
