"""Two institutions on real storage, joined by a core that calls instead of sending.

The use cases, the database and the permit list are the real ones; only the network between the
parties is replaced by calls, so that a test can stop it, repeat it or let it misbehave.
"""

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from gateway.domain.addresses import BasicItems
from gateway.domain.errors import PeerUnreachableError, RefusedError, Retry
from gateway.domain.identifiers import (
    IndividualNumber,
    LocalNumber,
    ProcessNumber,
    Symbol,
    UnifiedNumber,
)
from gateway.domain.inquiry import Answer, AskedInquiry, Inquiry, Refusal
from gateway.domain.permit_book import PermitBook
from gateway.domain.permits import OfferedList, ProvisionPermit, Wanted
from gateway.domain.provision import ReceivedInquiry
from gateway.domain.records import ExchangeRecord
from gateway.domain.replica import ReplicaItem
from gateway.domain.states import AcquisitionState
from gateway.ports import Delivery, Policy, Ports, RecordQuery
from gateway.storage import open_database
from gateway.usecases import addresses, judging, permit_list, provision, replicas, symbols, work
from gateway.usecases import inquiry as inquiries
from gateway.usecases.conclusion import ArrivedAnswer
from gateway.usecases.watch import EventWatch
from permitlists import (
    EMPTY,
    CodedQuestion,
    PermitList,
    Supplement,
    load_builtin,
    load_institutions,
    resolve,
)
from tests.support.databases import make_sqlite
from wire.numbers import classify_individual_number, individual_number_digit

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # a Tuesday, noon in Japan
CORE, REGISTRY = "999997", "999998"
TAX = "地方税関係情報"


class TestClock:
    """A clock that stands still until a test moves it."""

    __test__ = False

    def __init__(self) -> None:
        self.instant = NOON

    def now(self) -> datetime:
        return self.instant

    def set_offset(
        self,
        milliseconds: int,
        *,
        since: datetime | None = None,  # noqa: ARG002  # this clock stands still anyway
        pace: int | None = None,  # noqa: ARG002  # this clock stands still anyway
    ) -> None:
        self.instant = NOON + timedelta(milliseconds=milliseconds)

    def move(self, **by: float) -> None:
        self.instant += timedelta(**by)


class CountingIds:
    """Identifiers in a fixed order; digits never repeat."""

    def __init__(self, start: int) -> None:
        self.count = start << 64

    def uuid(self) -> str:
        self.count += 1
        return str(UUID(int=self.count))

    def digits(self, count: int) -> str:
        self.count += 1
        return str(self.count).zfill(count)[-count:]


class QueueRunner:
    """Keeps spawned work until a test runs it: every interleaving is the test's choice."""

    def __init__(self) -> None:
        self.waiting: list[Coroutine[Any, Any, None]] = []

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self.waiting.append(work)

    async def run(self) -> None:
        while self.waiting:
            await self.waiting.pop(0)


class PlainDocuments:
    """Documents as JSON with a mark for the signature: enough to see who said what."""

    def __init__(self, sender: str) -> None:
        self.sender = sender

    def _made(self, kind: str, recipient: str, in_reply_to: str, **content: object) -> bytes:
        head = {"kind": kind, "from": self.sender, "to": recipient, "re": in_reply_to}
        return msgspec.json.encode(head | content)

    def answer(self, answer: Answer, *, recipient: str, in_reply_to: str, at: datetime) -> bytes:
        return self._made("answer", recipient, in_reply_to, answer=answer, at=at)

    def receipt(
        self, state: str, *, transaction_number: str, recipient: str, in_reply_to: str, at: datetime
    ) -> bytes:
        return self._made(
            "receipt", recipient, in_reply_to, state=state, number=transaction_number, at=at
        )

    def refusal(
        self,
        refusal: Refusal,
        *,
        transaction_number: str | None,
        recipient: str,
        in_reply_to: str,
        at: datetime,
    ) -> bytes:
        return self._made(
            "refusal", recipient, in_reply_to, refusal=refusal, number=transaction_number, at=at
        )


class PlainSignatures:
    """A keyed digest as signature."""

    def __init__(self, key: bytes) -> None:
        self.key = key

    def sign(self, text: bytes) -> str:
        return sha256(self.key + text).hexdigest()

    def verify(self, text: bytes, signature: str) -> bool:
        return signature == self.sign(text)


class CallingCore:
    """The core and the registry: issues permits and symbols, relays by calling the other side."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.calls: list[str] = []
        self.unreachable = 0
        self.lifetime = timedelta(minutes=5)
        self.over_permit = False
        self.refuse_edition = False  # its permits are of another edition than ours
        self.permits: dict[tuple[str, int], ProvisionPermit] = {}
        self.before_relay: list[timedelta] = []
        self.lose_reply = 0
        self.sent: list[bytes] = []
        self.processes: dict[str, str] = {}
        self.symbols: dict[tuple[str, str], Symbol] = {}
        self.silent_registry = False
        self.offered = offer(1)
        self.judges_by = load_builtin()

    def take(self, offered: OfferedList) -> None:
        """Judge by a list from now on, and hand it to whoever asks."""
        self.offered = offered
        self.judges_by = PermitList.from_contents(offered.editions, offered.supplement)

    def _reach(self, call: str) -> None:
        self.calls.append(call)
        if self.unreachable:
            self.unreachable -= 1
            raise PeerUnreachableError(peer=CORE)

    def symbol(self, institution: str, number: str) -> Symbol:
        text = sha256(f"{institution}/{number}".encode()).hexdigest()[:43]
        return self.symbols.setdefault((institution, number), Symbol(text))

    def person_of(self, symbol: Symbol) -> str:
        return next(number for (_, number), known in self.symbols.items() if known == symbol)

    async def request_permit(self, inquiry: Inquiry, symbol: Symbol) -> ProvisionPermit | Refusal:
        self._reach("request_permit")
        now = self.world.clock.now()
        key = (inquiry.request_id, inquiry.permits_asked)
        known = self.permits.get(key)
        if known is not None:
            return known
        inquirer = self.world.institution_of(inquiry)
        row, clause = inquiry.row, inquiry.clause
        asked = CodedQuestion(
            on=judging.day_of(now),
            affair=row if clause is None else f"{row}-{clause}",
            inquirer=inquirer,
            provider=inquiry.provider,
            information=tuple(want.information for want in inquiry.wanted),
            instrument=inquiry.instrument,
            basis=inquiry.basis,
            inquirer_delegator=inquiry.mandate.inquirer_delegator,
            provider_delegator=inquiry.mandate.provider_delegator,
            consent=inquiry.mandate.consent,
        )
        decision = self.judges_by.decide(resolve(asked, self.world.institutions))
        if not decision.allowed and not self.over_permit:
            return Refusal(
                code=f"inquiry.denied.{decision.failed}",
                occurrence="o",
                retry=Retry.NEVER,
                failed=decision.failed,
                by=CORE,
            )
        if self.refuse_edition:
            raise RefusedError(code="permit.edition")
        sha = decision.edition.sha256 if decision.edition else ""
        permit = ProvisionPermit(
            permit_id=f"permit-{inquiry.request_id}-{inquiry.permits_asked}",
            transaction_number=f"number-{inquiry.request_id}",
            issuer=CORE,
            provider=inquiry.provider,
            inquirer=inquirer,
            instrument=inquiry.instrument,
            row=inquiry.row,
            clause=inquiry.clause,
            basis=inquiry.basis,
            mandate=inquiry.mandate,
            wanted=tuple(
                Wanted(
                    information=want.information,
                    items=want.items or tuple(sorted(decision.items(want.information) or ())),
                )
                for want in inquiry.wanted
            ),
            edition_sha256=sha,
            request_message_id=f"{inquiry.request_id}:{inquiry.permits_asked}",
            issued_at=now,
            not_before=now,
            expires_at=now + self.lifetime,
            compact=b"compact",
        )
        self.permits[key] = permit
        self.world.subjects[permit.transaction_number] = self.person_of(symbol)
        return permit

    async def send_inquiry(self, inquiry: Inquiry) -> Delivery:
        self._reach("send_inquiry")
        if self.before_relay:
            self.world.clock.instant += self.before_relay.pop(0)
        reply = await provision.receive(
            self.received(inquiry), ports=self.world.sides[inquiry.provider]
        )
        if self.lose_reply:
            self.lose_reply -= 1
            raise PeerUnreachableError(peer=inquiry.provider)
        return delivery_of(reply)

    def received(self, inquiry: Inquiry) -> ReceivedInquiry:
        """Return the inquiry as its provider receives it under the permit last issued."""
        permit = self.permits[(inquiry.request_id, inquiry.permits_asked)]
        number = self.world.subjects[permit.transaction_number]
        return ReceivedInquiry(
            message_id=f"{inquiry.request_id}:{inquiry.permits_asked}:inquiry",
            digest=sha256(permit.permit_id.encode() + repr(inquiry.wanted).encode()).digest(),
            inquirer=permit.inquirer,
            route=CORE,
            transaction_number=permit.transaction_number,
            symbol=self.symbol(inquiry.provider, number),
            wanted=inquiry.wanted,
            instrument=inquiry.instrument,
            row=inquiry.row,
            clause=inquiry.clause,
            basis=inquiry.basis,
            mandate=inquiry.mandate,
            period=inquiry.period,
            nondisclosure=inquiry.nondisclosure,
            requested_at=inquiry.requested_at,
            permit=permit,
        )

    async def send_document(self, document: bytes) -> Refusal | None:
        self._reach("send_document")
        self.sent.append(document)
        content = msgspec.json.decode(document)
        arrived = ArrivedAnswer(
            answer=msgspec.convert(content["answer"], Answer),
            sender=content["from"],
            digest=sha256(document).digest(),
            signature=b"",
        )
        try:
            await inquiries.receive_answer(arrived, ports=self.world.sides[content["to"]])
        except RefusedError as error:
            return Refusal(code=error.code, occurrence="o", retry=Retry.NEVER, by=content["to"])
        return None

    async def request_process_number(self, request_id: str) -> ProcessNumber:
        self._reach("request_process_number")
        return ProcessNumber(f"process-{request_id}")

    async def request_permit_list(self) -> OfferedList:
        self._reach("request_permit_list")
        return self.offered

    async def link(self, process_number: ProcessNumber, number: IndividualNumber) -> None:
        self._reach("link")
        self.processes[process_number.value] = number.value

    async def find_basic_items(self, number: IndividualNumber) -> BasicItems | None:
        self._reach("find_basic_items")
        return basic() if number.value in self.processes.values() else None

    async def deliver_symbols(self, institution: str) -> None:
        """Send every symbol that waits for an institution: the second leg."""
        ports = self.world.sides[institution]
        waiting, self.processes = self.processes, {}
        for process, number in waiting.items():
            await symbols.receive_symbol(
                symbols.SymbolArrived(
                    process_number=ProcessNumber(process),
                    symbol=None if self.silent_registry else self.symbol(institution, number),
                    reason="not_found" if self.silent_registry else None,
                    sender=CORE,
                ),
                ports=ports,
            )


def offer(sequence: int, supplement: Supplement = EMPTY, *later: bytes) -> OfferedList:
    """Return the packaged permit list under a number, with editions of later days, as it comes."""
    packaged = tuple(edition.to_bytes() for edition in load_builtin().editions)
    return OfferedList(
        sequence=sequence, editions=packaged + later, supplement=supplement.to_bytes()
    )


def delivery_of(reply: bytes) -> Delivery:
    """Return what a reply document says."""
    content = msgspec.json.decode(reply)
    if content["kind"] == "answer":
        answer = msgspec.convert(content["answer"], Answer)
        return Delivery(answer=answer, digest=sha256(reply).digest(), signature=b"s")
    if content["kind"] == "receipt":
        return Delivery(receipt=content["state"])
    return Delivery(refusal=msgspec.convert(content["refusal"], Refusal))


def basic(name: str = "架空 花子") -> BasicItems:
    """Return four basic items of a fictitious person."""
    return BasicItems(
        name=name, born_on=date(1980, 4, 1), sex_code="2", address="みなと県仲立市1番地"
    )


def sandbox_number(serial: int) -> IndividualNumber:
    """Return the sandbox individual number of a serial number."""
    stem = f"{serial:011d}"
    digit = (int(individual_number_digit(stem)) + 5) % 10
    return IndividualNumber(f"{stem}{digit}")


class World:
    """Sides A and B with one clock and one core."""

    def __init__(self) -> None:
        self.clock = TestClock()
        self.wall = TestClock()
        self.institutions = load_institutions()
        self.core = CallingCore(self)
        self.runner = QueueRunner()
        self.sides: dict[str, Ports] = {}
        self.subjects: dict[str, str] = {}
        self.urls = ("", "")
        self.a = self.institutions.find_short("a").code  # type: ignore[union-attr]  # it is in the data
        self.b = self.institutions.find_short("b").code  # type: ignore[union-attr]  # it is in the data

    @property
    def ports_a(self) -> Ports:
        return self.sides[self.a]

    @property
    def ports_b(self) -> Ports:
        return self.sides[self.b]

    def institution_of(self, inquiry: Inquiry) -> str:
        return self.a if inquiry.provider != self.a else self.b

    def policy(self, **changed: Any) -> Policy:  # noqa: ANN401  # fields of Policy
        fields: dict[str, Any] = {
            "numbers": "sandbox",
            "classify_number": classify_individual_number,
            "core": CORE,
            "registry": REGISTRY,
        }
        return Policy(**(fields | changed))

    async def register(
        self, code: str, serial: int, *, local: str | None = None, symbol: bool = True
    ) -> UnifiedNumber:
        """Register a person at an institution and acquire a symbol, unless told not to."""
        ports = self.sides[code]
        done = await addresses.register(
            addresses.RegisterAddress(
                system="kokuho",
                local_number=LocalNumber((local or str(serial)).zfill(15)),
                individual_number=sandbox_number(serial),
                basic=basic(),
            ),
            ports=ports,
        )
        if not symbol:
            return done.unified_number
        run = await symbols.acquire(done.unified_number, actor="kokuho", ports=ports)
        await self.settle()
        await self.core.deliver_symbols(code)
        found = await symbols.find_acquisition(run.receipt, ports=ports)
        assert found is not None
        assert found.state is AcquisitionState.LINKED
        return done.unified_number

    async def load_tax(self, code: str, serial: int, **items: str) -> None:
        """Register a replica of tax information."""
        ports = self.sides[code]
        loaded = await replicas.load(
            [
                replicas.ReplicaEntry(
                    local_number=LocalNumber(str(serial).zfill(15)),
                    information=TAX,
                    record_key="2026",
                    as_of=date(2026, 1, 1),
                    public_from=date(2026, 6, 1),
                    items=tuple(
                        ReplicaItem(item=item, value=value) for item, value in items.items()
                    ),
                )
            ],
            system="kokuho",
            ports=ports,
        )
        assert not loaded.rejected

    async def settle(self) -> None:
        """Sweep and run until nothing is due any more."""
        await self.runner.run()
        while await self.settle_once():
            pass

    async def settle_once(self) -> int:
        """Sweep once and run what was due; return how much that was."""
        due = sum([await work.sweep(ports=side) for side in self.sides.values()])
        await self.runner.run()
        return due

    async def records(self, code: str, **query: Any) -> list[ExchangeRecord]:  # noqa: ANN401  # fields of RecordQuery
        """Return all records of an institution that match."""
        found = await self.sides[code].store.records(RecordQuery(limit=10_000, **query))
        return [stored.record for stored in found]

    def ask(self, serial: int, **changed: Any) -> inquiries.SubmitInquiry:  # noqa: ANN401  # fields of the command
        """Return an inquiry of A to B about a person's tax for affair 69-7."""
        fields: dict[str, Any] = {
            "system": "kokuho",
            "idempotency_key": f"key-{serial}",
            "body_digest": sha256(str(serial).encode()).digest(),
            "local_number": LocalNumber(str(serial).zfill(15)),
            "affair": "69-7",
            "provider": self.b,
            "wanted": (Wanted(information=TAX),),
        }
        outside = {"system", "idempotency_key", "body_digest", "batch_id"}
        fields |= changed
        asked = {name: fields.pop(name) for name in fields.keys() - outside}
        return inquiries.SubmitInquiry(**fields, asked=AskedInquiry(**asked))

    async def inquire(self, command: inquiries.SubmitInquiry) -> Inquiry:
        """Submit at A and let everything that is due happen."""
        begun = await inquiries.submit(command, ports=self.ports_a)
        await self.settle()
        return await self.reload(begun)

    async def reload(self, inquiry: Inquiry) -> Inquiry:
        """Return an inquiry of A as it stands now."""
        return await inquiries.load(inquiry.inquiry_id, system=inquiry.system, ports=self.ports_a)


@asynccontextmanager
async def open_world(
    where: Path | tuple[str, str], **policies: dict[str, Any]
) -> AsyncIterator[World]:
    """Open two institutions; `a` and `b` change their policies.

    `where` is a folder for two SQLite files, or the URLs of two migrated databases.
    """
    if isinstance(where, Path):
        where = (make_sqlite(where / "a.db"), make_sqlite(where / "b.db"))
    world = World()
    databases = []
    try:
        for number, (short, code) in enumerate((("a", world.a), ("b", world.b)), 1):
            database = await open_database(where[number - 1])
            databases.append(database)
            world.sides[code] = Ports(
                store=await database.store(code, bytes([number]) * 32, short),
                clock=world.clock,
                wall=world.wall,
                ids=CountingIds(number),
                core=world.core,
                registry=world.core,
                documents=PlainDocuments(code),
                signatures=PlainSignatures(code.encode()),
                runner=world.runner,
                institutions=world.institutions,
                book=PermitBook(),
                policy=world.policy(**policies.get(short, {})),
                watch=EventWatch(),
            )
            await permit_list.refresh(ports=world.sides[code])
        yield world
    finally:
        for database in databases:
            await database.close()
