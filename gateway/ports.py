"""What use cases need from outside; each port has a real implementation and a test double.

Storage and network implement these; nothing here knows SQL, XML or HTTP.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Literal, Protocol, TypeVar, runtime_checkable

from gateway.domain.addresses import BasicItems
from gateway.domain.identifiers import IndividualNumber, ProcessNumber, Symbol
from gateway.domain.inquiry import Answer, Inquiry, Refusal
from gateway.domain.pace import Pace
from gateway.domain.permit_book import OwnList, PermitBook
from gateway.domain.permits import OfferedList, ProvisionPermit
from gateway.domain.records import ExchangeRecord, StoredRecord, Verification
from gateway.domain.states import InquiryState
from gateway.domain.work import WorkItem
from permitlists import Institutions, OperatingCodes, load_operating_codes

T = TypeVar("T")
Value = Any  # a frozen dataclass of gateway.domain that storage has a table for


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """Return the present instant, aware, UTC; sandbox processes add the sandbox's offset."""
        ...


@runtime_checkable
class MovableClock(Clock, Protocol):
    """A clock of the sandbox: system time plus an offset that can be set.

    Once it was set it never goes back: told of an earlier instant, it waits to be overtaken.
    """

    def set_offset(
        self, milliseconds: int, *, since: datetime | None = None, pace: int | None = None
    ) -> None:
        """Let `now` run this much ahead of (negative: behind) system time.

        With `since` and `pace` that holds at an instant of system time, and from there on so many
        milliseconds pass in one second; 0 stops the clock.
        """
        ...


class Ids(Protocol):
    """Where new identifiers and secrets come from."""

    def uuid(self) -> str:
        """Return a new UUID as 36 lower-case characters."""
        ...

    def digits(self, count: int) -> str:
        """Return `count` random decimal digits."""
        ...


@dataclass(slots=True)
class Unit:
    """A unit of work: all of it becomes durable, in this order, or nothing does.

    A change is guarded by the `version` that was read; an insert by its key.
    """

    added: list[Value] = field(default_factory=list)
    changed: list[tuple[Value, Value]] = field(default_factory=list)
    removed: list[Value] = field(default_factory=list)
    records: list[ExchangeRecord] = field(default_factory=list)

    def add(self, *values: Value) -> None:
        """Insert values; an existing key makes the unit fail with DuplicateKeyError."""
        self.added.extend(values)

    def change(self, old: T, **fields: Any) -> T:  # noqa: ANN401  # any field of a domain value
        """Replace `old` by a copy with `fields`; fails if another unit changed it meanwhile."""
        new = _replaced(old, fields)
        self.changed.append((old, new))
        return new

    def remove(self, *values: Value) -> None:
        """Delete values as they were read; fails if another unit changed them meanwhile."""
        self.removed.extend(values)

    def record(self, *records: ExchangeRecord) -> None:
        """Append exchange records to the institution's log."""
        self.records.extend(records)


def _replaced(old: T, fields: dict[str, Any]) -> T:
    version = old.version + 1  # type: ignore[attr-defined]  # every changeable value has one
    return dataclasses.replace(old, version=version, **fields)  # type: ignore[type-var]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordQuery:
    """Which records to list; None matches all. Results come by sequence, after `after`."""

    after: int = -1
    limit: int = 100
    act: str | None = None
    transaction_number: str | None = None
    request_id: str | None = None
    counterpart: str | None = None
    subject: Any = None  # UnifiedNumber
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """From when until when work is somebody's, on the machine's clock.

    A lease tells the living from the dead, so the sandbox's clock has no say in it.
    """

    begins: datetime
    ends: datetime


class Store(Protocol):
    """Storage as one institution sees it: nothing of another's can be named (G11)."""

    @property
    def institution(self) -> str:
        """The institution code that is part of every key."""
        ...

    async def commit(self, unit: Unit) -> None:
        """Make a unit durable through the process's single writer.

        Raises:
            GuardFailedError: a guard failed; nothing of the unit stands.
            EvidenceUnavailableError: nothing can be recorded now.
        """
        ...

    async def find(self, kind: type[T], /, **equals: Any) -> T | None:  # noqa: ANN401  # any field
        """Return the one value whose fields equal `equals` (masked fields by their index)."""
        ...

    async def list_values(
        self,
        kind: type[T],
        /,
        *,
        limit: int = 100,
        after: str | None = None,
        **equals: Any,  # noqa: ANN401  # any field
    ) -> list[T]:
        """Return values by key order; `after` is the last key text of the previous page."""
        ...

    def key_of(self, value: Value) -> str:
        """Return the key text of a value, to be given as `after` for the next page."""
        ...

    async def list_states(self, inquiry_ids: Sequence[str]) -> Mapping[str, InquiryState]:
        """Return the states of inquiries by id; unknown ids are left out."""
        ...

    async def claim(self, lane: str, *, now: datetime, lease: Lease, limit: int) -> list[WorkItem]:
        """Lease due items of a lane to this process, oldest first."""
        ...

    async def next_run(self, lane: str, *, wall: datetime) -> datetime | None:
        """Return when the earliest item of a lane that nobody holds at `wall` is due."""
        ...

    async def records(self, query: RecordQuery) -> list[StoredRecord]:
        """Return records of this institution's log."""
        ...

    async def verify(self) -> Verification:
        """Walk the whole log and compare leaves, chain, head and checkpoints."""
        ...


class Core(Protocol):
    """The network core as this institution's gateway speaks to it."""

    async def request_permit(self, inquiry: Inquiry, symbol: Symbol) -> ProvisionPermit | Refusal:
        """Ask for a permit; repeats with the same request id get the same permit while valid.

        Raises:
            PeerUnreachableError: no usable reply came.
            RefusedError: the reply breaks a rule (signature, shape, another request's permit).
        """
        ...

    async def send_inquiry(self, inquiry: Inquiry) -> "Delivery":
        """Send an inquiry and its permit (`inquiry.permit`, as the core made it).

        The reply is an answer, a receipt or a refusal. Message ids follow from the inquiry's
        request id and `permits_asked`, so that a repeat after a crash is the same message.

        Raises:
            PeerUnreachableError: no usable reply came.
            RefusedError: the reply breaks a rule.
        """
        ...

    async def send_document(self, document: bytes) -> Refusal | None:
        """Send a signed document (a late answer) along its route; return a refusal for good.

        Raises:
            PeerUnreachableError: it was not taken over.
        """
        ...

    async def request_process_number(self, request_id: str) -> ProcessNumber:
        """Ask for the number that joins the two legs of symbol acquisition.

        Raises:
            PeerUnreachableError: no usable reply came.
            RefusedError: it was refused for good.
        """
        ...

    async def request_permit_list(self) -> OfferedList:
        """Return the core's permit list.

        Raises:
            PeerUnreachableError: no usable reply came.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What came back: exactly one of the first three; proof; who made and dated it, if known."""

    answer: Answer | None = None
    receipt: str | None = None  # sent | held
    refusal: Refusal | None = None
    digest: bytes = b""
    signature: bytes = b""
    author: str | None = None
    dated: datetime | None = None


class Registry(Protocol):
    """The resident registry (住民基本台帳ネットワーク): the one leg that carries numbers (G5)."""

    async def link(self, process_number: ProcessNumber, number: IndividualNumber) -> None:
        """Start symbol issuance for a person.

        Raises:
            PeerUnreachableError: no usable reply came.
            RefusedError: it was refused for good.
        """
        ...

    async def find_basic_items(self, number: IndividualNumber) -> BasicItems | None:
        """Return the four basic items of a person, or None if the registry knows nobody.

        Raises:
            PeerUnreachableError: no usable reply came.
        """
        ...


class Documents(Protocol):
    """Makes the signed documents that must be stored in the unit that decides them (G2, G4)."""

    def answer(self, answer: Answer, *, recipient: str, in_reply_to: str, at: datetime) -> bytes:
        """Return a signed `answer` document."""
        ...

    def receipt(
        self, state: str, *, transaction_number: str, recipient: str, in_reply_to: str, at: datetime
    ) -> bytes:
        """Return a signed `receipt` document; `state` is sent or held."""
        ...

    def refusal(
        self,
        refusal: Refusal,
        *,
        transaction_number: str | None,
        recipient: str,
        in_reply_to: str,
        at: datetime,
    ) -> bytes:
        """Return a signed `refusal` document."""
        ...


class Signatures(Protocol):
    """The institution's own signature over texts that are not network documents."""

    def sign(self, text: bytes) -> str:
        """Return a signature that `verify` of the same institution accepts."""
        ...

    def verify(self, text: bytes, signature: str) -> bool:
        """Return whether `signature` is ours over `text`."""
        ...


class Runner(Protocol):
    """Runs coroutines that outlive the call that started them, in bootstrap's task group."""

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Start `work`; its failure is logged and alarmed, never lost."""
        ...


class Watch(Protocol):
    """Wakes whoever waits for a change of one key inside this process."""

    def notify(self, key: str, news: object = None) -> None:
        """Wake all that wait for `key`; `news` is the value as it was just committed, if any."""
        ...

    async def wait(self, key: str, seconds: float) -> Any:  # noqa: ANN401  # whatever was told
        """Return what the next `notify(key)` tells, or None after `seconds`."""
        ...


class OwnRegister(Protocol):
    """The register in which an institution holds back its own exchanges, kept by its operators."""

    def changed(self) -> bool:
        """Tell, at the cost of one look, whether it may say more than what was accepted last."""
        ...

    def read(self) -> OwnList:
        """Return what it says now.

        Raises:
            RegisterBrokenError: it cannot be read, or its history was changed.
        """
        ...

    def recall(self, sequence: int) -> OwnList:
        """Return what it said under an earlier number, by the history that was read last.

        Raises:
            RegisterBrokenError: that history has no such number.
        """
        ...

    def accept(self, own: OwnList) -> None:
        """Let `changed` compare with this reading from now on: it is in force."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What one institution decided about its own gateway."""

    numbers: Literal["sandbox", "real"]  # the only kind of individual number taken in
    classify_number: Callable[[str], Literal["sandbox", "real"] | None]  # by check digit
    core: str
    registry: str
    slot: timedelta = timedelta(days=3)  # `not_provided` leaves at receipt + slot (G12)
    inquiry_deadline: timedelta = timedelta(days=7)
    acquisition_deadline: timedelta = timedelta(days=1)
    opens: time = time(0)  # provider hours, Japan standard time; equal means always open
    closes: time = time(0)
    lease: timedelta = timedelta(seconds=30)
    retry_first: timedelta = timedelta(seconds=1)
    retry_most: timedelta = timedelta(minutes=5)
    batch_rows: int = 100_000  # rows of each part that a batch is cut into
    batch_parts: int = 10
    batch_waiting: int = 200_000  # rows of all batches and other inquiries that may wait at once
    operating_codes: OperatingCodes = field(default_factory=load_operating_codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything the use cases of one institution need."""

    store: Store
    clock: Clock
    wall: Clock  # the machine's: only leases run by it
    ids: Ids
    core: Core
    registry: Registry
    documents: Documents
    signatures: Signatures
    runner: Runner
    institutions: Institutions
    book: PermitBook
    policy: Policy
    watch: Watch
    register: OwnRegister | None = None
    pace: Pace = field(default_factory=Pace)
    looks: set[tuple[str, str, str]] = field(default_factory=set)  # recorded by this process
    alarmed: Counter[str] = field(default_factory=Counter)  # alarms raised by this process
