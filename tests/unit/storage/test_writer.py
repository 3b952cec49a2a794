"""The writer with a session that tests hold in their hands: groups, failures, a stall."""

import asyncio
import threading
from collections.abc import Mapping, Sequence

import pytest

from gateway.domain.errors import EvidenceUnavailableError, GuardFailedError
from gateway.storage.mapping import Cell
from gateway.storage.sessions import StorageFailure
from gateway.storage.units import Head, SealedRecord, Step, WriteUnit
from gateway.storage.writer import GROUP_LIMIT, QUEUE_LIMIT, Writer

START = bytes(32)


class FakeSession:
    """Keeps what is committed in a list; a test may close the gate before it."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.groups: list[int] = []
        self.rows: list[tuple[Cell, ...]] = []
        self.blocks: list[int] = []
        self.heads: dict[str, Head] = {}
        self.closed = 0
        self.failure: Exception | None = None

    def apply(self, institutions: Sequence[str], units: Sequence[WriteUnit]) -> dict[str, Head]:
        self.entered.set()
        self.gate.wait()
        if self.failure is not None:
            raise self.failure
        self.groups.append(len(units))
        for unit in units:
            for step in unit.steps:
                unit.refuse(step)
        return {name: self.heads.get(name, Head(0, START)) for name in institutions}

    def append(self, rows: Sequence[tuple[Cell, ...]]) -> None:
        self.rows += rows

    def close_block(self, institution: str, block: int) -> None:  # noqa: ARG002  # the port's
        self.blocks.append(block)

    def commit(self, heads: Mapping[str, Head]) -> None:
        self.heads.update(heads)

    def close(self) -> None:
        self.closed += 1


def write(writer: Writer, *, records: int = 1, step: Step | None = None) -> asyncio.Future[object]:
    outcome = asyncio.get_running_loop().create_future()
    unit = WriteUnit(
        institution="990011",
        steps=[step] if step else [],
        records=[SealedRecord((), bytes(32), b"")] * records,
        outcome=outcome,
    )
    writer.submit(unit)
    return outcome


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


async def test_what_one_turn_brings_forth_is_one_group(session: FakeSession) -> None:
    writer = Writer(lambda: session)
    await asyncio.gather(*(write(writer) for _ in range(50)))
    assert session.groups == [50]
    assert writer.transactions == 1
    assert session.heads["990011"].size == 50
    await writer.close()


async def test_what_gathers_behind_a_slow_disk_is_one_group(session: FakeSession) -> None:
    writer = Writer(lambda: session)
    session.gate.clear()
    first = write(writer)
    await asyncio.to_thread(session.entered.wait)
    others = []
    for _ in range(20):
        others.append(write(writer))
        await asyncio.sleep(0)
    session.gate.set()
    await asyncio.gather(first, *others)
    assert session.groups == [1, 20]
    await writer.close()


async def test_a_group_has_an_end(session: FakeSession) -> None:
    writer = Writer(lambda: session)
    session.gate.clear()
    outcomes = [write(writer)]
    await asyncio.to_thread(session.entered.wait)
    for _ in range(GROUP_LIMIT + 10):
        outcomes.append(write(writer))
        await asyncio.sleep(0)
    session.gate.set()
    await asyncio.gather(*outcomes)
    assert session.groups == [1, GROUP_LIMIT, 10]
    await writer.close()


async def test_a_block_is_closed_with_its_last_record(session: FakeSession) -> None:
    writer = Writer(lambda: session)
    for records in (1023, 1, 1024 * 2 + 1):
        await write(writer, records=records)
    assert session.blocks == [0, 1, 2]
    assert [row[1] for row in session.rows] == list(range(1024 * 3 + 1))
    await writer.close()


async def test_a_refused_unit_appends_nothing(session: FakeSession) -> None:
    writer = Writer(lambda: session)
    refused = write(writer, step=Step("", (), "persons", GuardFailedError))
    await write(writer)
    with pytest.raises(GuardFailedError, match="persons"):
        await refused
    assert len(session.rows) == 1
    assert writer.health().healthy
    await writer.close()


@pytest.mark.parametrize(
    ("failure", "reason"),
    [(StorageFailure("disk_full"), "disk_full"), (RuntimeError(), "writer_failed")],
    ids=["known", "unforeseen"],
)
async def test_a_failure_refuses_the_group_and_begins_anew(
    session: FakeSession, failure: Exception, reason: str
) -> None:
    writer = Writer(lambda: session)
    session.failure = failure
    outcomes = await asyncio.gather(write(writer), write(writer), return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == [f"storage.unavailable reason={reason}"] * 2
    assert writer.health().reason == reason
    assert session.closed == 1
    session.failure = None
    await write(writer)
    assert writer.health().healthy
    await writer.close()


async def test_a_database_that_cannot_be_reached_refuses() -> None:
    session = FakeSession()
    answers = [None, session]

    def connect() -> FakeSession:
        answer = answers.pop(0)
        if answer is None:
            raise StorageFailure("no_connection")
        return answer

    writer = Writer(connect)
    with pytest.raises(EvidenceUnavailableError, match="no_connection"):
        await write(writer)
    await write(writer)
    assert session.groups == [1]
    await writer.close()


async def test_a_stalled_writer_takes_no_more_work_until_it_goes_on(session: FakeSession) -> None:
    writer = Writer(lambda: session, stall_seconds=0)
    session.gate.clear()
    first = write(writer)
    await asyncio.to_thread(session.entered.wait)
    assert writer.health().reason == "stalled"
    with pytest.raises(EvidenceUnavailableError, match="stalled"):
        await write(writer)
    session.gate.set()
    await first
    assert writer.health().healthy
    await write(writer)
    await writer.close()


async def test_too_long_a_queue_is_refused(session: FakeSession) -> None:
    writer = Writer(lambda: session)
    session.gate.clear()
    outcomes = [write(writer) for _ in range(QUEUE_LIMIT)]
    with pytest.raises(EvidenceUnavailableError, match="queue_full"):
        await write(writer)
    session.gate.set()
    await asyncio.gather(*outcomes)
    await write(writer)
    await writer.close()


async def test_closing_waits_for_what_was_handed_over(session: FakeSession) -> None:
    writer = Writer(lambda: session)
    session.gate.clear()
    outcomes = [write(writer) for _ in range(3)]
    closing = asyncio.ensure_future(writer.close())
    await asyncio.sleep(0)
    with pytest.raises(EvidenceUnavailableError, match="closed"):
        await write(writer)
    session.gate.set()
    await closing
    await asyncio.gather(*outcomes)
    assert len(session.rows) == 3
    assert session.closed == 1
