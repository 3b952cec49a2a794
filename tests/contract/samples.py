"""One full value of every stored type, with numbers that stand for a person."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import Any

from gateway.domain.addresses import (
    Alias,
    BasicItems,
    Confirmation,
    ConfirmationReason,
    Person,
    Residence,
)
from gateway.domain.alarms import Alarm, AlarmKind
from gateway.domain.batch import (
    Batch,
    BatchChunk,
    BatchCounts,
    BatchPart,
    BatchRow,
)
from gateway.domain.errors import Retry
from gateway.domain.identifiers import (
    IndividualNumber,
    LocalNumber,
    ProcessNumber,
    Symbol,
    UnifiedNumber,
)
from gateway.domain.inquiry import (
    Answer,
    AnsweredInformation,
    AnsweredItem,
    AskedInquiry,
    Inquiry,
    Refusal,
)
from gateway.domain.permits import Judged, Mandate, Period, Wanted
from gateway.domain.provision import Cause, Provision
from gateway.domain.records import Act, Checkpoint, ExchangeRecord, Phase
from gateway.domain.replica import (
    Control,
    ControlKind,
    Rejection,
    Replica,
    ReplicaItem,
    ReplicaLoad,
)
from gateway.domain.states import (
    AcquisitionState,
    BatchRowState,
    ConfirmationState,
    InquiryState,
    ProvisionState,
    SymbolState,
)
from gateway.domain.symbols import Acquisition, SymbolBinding
from gateway.domain.work import (
    JobSlot,
    ListSource,
    Setting,
    StoredEdition,
    StoredReply,
    StoredSupplement,
    WorkItem,
)

NOON = datetime(2026, 11, 23, 3, 0, 0, 123456, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
INDIVIDUAL = IndividualNumber("849952519884")
OTHER_INDIVIDUAL = IndividualNumber("524047325599")
SYMBOL = Symbol("qlBqiFBWZaxx_To8NXVv33cFGVNAzd6ZK8cXxdGcjqc")
UNIFIED = UnifiedNumber("731946280517394")
OTHER_UNIFIED = UnifiedNumber("462819375046182")
LOCAL = LocalNumber("000000058274916")
PROCESS = ProcessNumber("93717264058193640275")
BASIC = BasicItems(
    name="架空　花子",
    kana="カクウ　ハナコ",
    born_on=date(1990, 4, 1),
    sex_code="2",
    address="架空県見本市一丁目２番３号",
)
WANTED = (Wanted(information="地方税関係情報", items=("市町村民税課税標準額", "合計所得金額")),)
MANDATE = Mandate(inquirer_delegator="990037", provider_delegator=None, consent=True)
JUDGED = Judged(
    on=date(2026, 11, 23),
    information=("地方税関係情報", "生活保護関係情報"),
    sequence=7,
    own_sequence=2,
    ruling=bytes(range(32)),
)
PERIOD = Period(begins_on=date(2025, 4, 1), ends_on=None)

PERSON = Person(
    unified_number=UNIFIED,
    individual_number=INDIVIDUAL,
    basic=BASIC,
    residence=Residence.RESIDENT,
    registered_at=NOON,
    updated_at=NOON,
)
ALIAS = Alias(system="tax", local_number=LOCAL, unified_number=UNIFIED, registered_at=NOON)
CONFIRMATION = Confirmation(
    confirmation_id="confirmation-1",
    system="tax",
    local_number=LOCAL,
    unified_number=UNIFIED,
    individual_number=OTHER_INDIVIDUAL,
    basic=BASIC,
    why=ConfirmationReason.OTHER_NUMBER,
    state=ConfirmationState.OPEN,
    created_at=NOON,
    proposed_by="staff-1",
    proposal="accept",
)
BINDING = SymbolBinding(
    symbol=SYMBOL,
    unified_number=UNIFIED,
    state=SymbolState.REVOKED,
    linked_at=NOON,
    ended_at=LATER,
    reason="転出",
)
ACQUISITION = Acquisition(
    receipt="receipt-1",
    unified_number=UNIFIED,
    process_number=PROCESS,
    state=AcquisitionState.NUMBERED,
    requested_at=NOON,
    deadline_at=LATER,
)
ANSWER = Answer(
    transaction_number="transaction-1",
    permit_id="permit-1",
    provided=True,
    information=(
        AnsweredInformation(
            information="地方税関係情報",
            as_of=date(2026, 1, 1),
            items=(
                AnsweredItem(item="合計所得金額", value="3456789"),
                AnsweredItem(item="市町村民税課税標準額", value=None, reason="not_registered"),
            ),
        ),
    ),
)
REFUSAL = Refusal(
    code="permit.expired",
    occurrence="occurrence-1",
    retry=Retry.AFTER,
    retry_at=LATER,
    failed="affair",
    text_ja="期限切れです",
    text_en="It has expired.",
    by="990011",
)
INQUIRY = Inquiry(
    inquiry_id="inquiry-1",
    request_id="request-1",
    system="tax",
    idempotency_key="key-1",
    body_digest=bytes(range(32)),
    state=InquiryState.ANSWERED,
    unified_number=UNIFIED,
    provider="990022",
    instrument="shourei-r6",
    row="69",
    clause="7",
    basis="19-8",
    wanted=WANTED,
    period=PERIOD,
    nondisclosure=True,
    requested_at=NOON,
    deadline_at=LATER,
    updated_at=NOON,
    mandate=MANDATE,
    judged=JUDGED,
    edition_sha256="ab" * 32,
    permits_asked=1,
    permit=b"header.claims.signature",
    transaction_number="transaction-1",
    refusal=REFUSAL,
    answer=ANSWER,
    batch_id="batch-1",
    patient=True,
)
PROVISION = Provision(
    transaction_number="transaction-1",
    permit_id="permit-1",
    message_id="message-1",
    inquiry_digest=bytes(32),
    inquirer="990011",
    route="990000",
    state=ProvisionState.HELD,
    cause=Cause.PROTECTED_PERSON,
    unified_number=UNIFIED,
    instrument="shourei-r6",
    row="69",
    clause=None,
    wanted=WANTED,
    period=PERIOD,
    nondisclosure=False,
    requested_at=NOON,
    received_at=NOON,
    slot_at=LATER,
    basis="19-9",
    mandate=MANDATE,
    edition_sha256="ab" * 32,
    judged=JUDGED,
    proposed_by="staff-1",
    proposal="release",
    proposal_reason="本人確認済み",
    reply=b"answer document",
)
REPLICA = Replica(
    unified_number=UNIFIED,
    information="地方税関係情報",
    record_key="2026",
    replica_version=1,
    as_of=date(2026, 1, 1),
    public_from=date(2026, 6, 1),
    public_to=None,
    items=(ReplicaItem(item="合計所得金額", value="3456789"),),
    system="tax",
    registered_at=NOON,
    original=bytes(range(32)),
)
LOAD = ReplicaLoad(
    receipt="receipt-2",
    system="tax",
    total=3,
    applied=1,
    rejected=(Rejection(line=2, code="replica.local_number", field="number"),),
    pending=1,
    loaded_at=NOON,
)
CONTROL = Control(
    control_id="control-1",
    unified_number=UNIFIED,
    kind=ControlKind.PROTECTED_PERSON,
    information=None,
    item=None,
    reason="支援措置",
    set_by="staff-1",
    set_at=NOON,
    review_on=date(2027, 3, 31),
)
BATCH = Batch(
    batch_id="batch-1",
    system="tax",
    idempotency_key="key-2",
    body_digest=bytes(range(32)),
    salt="salt-1",
    total=3,
    part_rows=2,
    submitted_at=NOON,
    cancelled_at=LATER,
)
BATCH_PART = BatchPart(
    batch_id="batch-1",
    part=1,
    counts=BatchCounts(waiting=1, rejected=1),
    updated_at=NOON,
    generation=2,
)
ASKED_ROW = AskedInquiry(
    local_number=LOCAL,
    affair="69-7",
    provider="990022",
    wanted=WANTED,
    period=PERIOD,
    deadline=timedelta(minutes=5),
)
BATCH_CHUNK = BatchChunk(
    batch_id="batch-1",
    part=1,
    chunk=0,
    rows=(
        BatchRow(line=3, digest=bytes(range(32)), asked=ASKED_ROW, key="row-3"),
        BatchRow(
            line=4,
            digest=bytes(32),
            asked=None,
            state=BatchRowState.REJECTED,
            code="batch.code_unknown",
            fault="field 9",
        ),
    ),
    waiting=True,
    running=False,
    resting=True,
)
WORK_ITEM = WorkItem(lane="inquiry", key="inquiry-1", payload=b"payload", run_at=NOON)
REPLY = StoredReply(
    sender="990000", message_id="message-1", digest=bytes(32), reply=b"receipt", at=NOON
)
EDITION = StoredEdition(
    instrument="shourei-r6",
    valid_from=date(2024, 5, 27),
    sequence=3,
    sha256="cd" * 32,
    content="照会許可用照合リスト".encode(),
    received_at=NOON,
)
SUPPLEMENT = StoredSupplement(
    source=ListSource.CORE,
    sequence=3,
    sha256="cd" * 32,
    content=b'{"holds":[]}',
    received_at=NOON,
)
SETTING = Setting(name="clock.offset", value="0")
SLOT = JobSlot(job="checkpoint", slot="2026-11-23", owner="process-1", claimed_at=NOON)
CHECKPOINT = Checkpoint(size=0, root=bytes(32), chain=bytes(32), at=NOON, signature="c2ln")

ALARM = Alarm(
    alarm_id="alarm-1",
    kind=AlarmKind.CLOCK_SKEW,
    peer="990022",
    subject="2026-11-23",
    at=NOON,
    count=2,
    details={"seconds": "90"},
)

VALUES: tuple[Any, ...] = (
    PERSON,
    ALIAS,
    CONFIRMATION,
    BINDING,
    ACQUISITION,
    INQUIRY,
    PROVISION,
    REPLICA,
    LOAD,
    CONTROL,
    BATCH,
    BATCH_PART,
    BATCH_CHUNK,
    WORK_ITEM,
    REPLY,
    EDITION,
    SUPPLEMENT,
    SETTING,
    SLOT,
    CHECKPOINT,
    ALARM,
)
RECORD = ExchangeRecord(
    act=Act.INQUIRY,
    phase=Phase.INTENT,
    at=NOON,
    result="permit_requested",
    code="permit.expired",
    actor="tax",
    subject=UNIFIED,
    request_id="request-1",
    transaction_number="transaction-1",
    permit_id="permit-1",
    inquirer="990011",
    provider="990022",
    instrument="shourei-r6",
    row="69",
    clause="7",
    wanted=WANTED,
    requested_at=NOON,
    edition_sha256="ab" * 32,
    nondisclosure=True,
    digest=bytes(32),
    signature=b"signature",
    note="note",
)


def numbered(number: int, **fields: Any) -> ExchangeRecord:  # noqa: ANN401  # any field
    """Return a small record of its own."""
    at = NOON + timedelta(milliseconds=number)
    return dataclasses.replace(RECORD, at=at, request_id=f"request-{number}", **fields)
