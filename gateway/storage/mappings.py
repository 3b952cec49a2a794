"""The mappings of all stored types, written out; numbers, items and bodies are sealed."""

from collections.abc import Mapping
from typing import Any, Final

from gateway.domain.addresses import (
    Alias,
    BasicItems,
    Confirmation,
    ConfirmationReason,
    Person,
    Residence,
)
from gateway.domain.identifiers import (
    IndividualNumber,
    LocalNumber,
    ProcessNumber,
    Symbol,
    UnifiedNumber,
)
from gateway.domain.inquiry import Answer, Inquiry, Refusal
from gateway.domain.permits import Period, Wanted
from gateway.domain.provision import Cause, Provision
from gateway.domain.records import Checkpoint
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
    ConfirmationState,
    InquiryState,
    ProvisionState,
    SymbolState,
)
from gateway.domain.symbols import Acquisition, SymbolBinding
from gateway.domain.work import JobSlot, Setting, StoredEdition, StoredReply, WorkItem
from gateway.storage import log_tables, tables
from gateway.storage.batch_mappings import BATCHES
from gateway.storage.mapping import (
    BYTES,
    DATE,
    FLAG,
    INDEX,
    INSTANT,
    NUMBER,
    TEXT,
    TypeMapping,
    enum,
)

_PERSONS = (
    TypeMapping(
        kind=Person,
        table=tables.persons,
        key=("unified_number",),
        columns={
            "unified_number": INDEX,
            "individual_number": INDEX,
            "merged_into": INDEX,
            "residence": enum(Residence),
            "registered_at": INSTANT,
            "updated_at": INSTANT,
            "version": NUMBER,
        },
        sealed={
            "unified_number": UnifiedNumber,
            "individual_number": IndividualNumber | None,
            "merged_into": UnifiedNumber | None,
            "basic": BasicItems,
        },
        live="merged_into_index",
    ),
    TypeMapping(
        kind=Alias,
        table=tables.aliases,
        key=("system", "local_number", "registered_at"),
        columns={
            "system": TEXT,
            "local_number": INDEX,
            "unified_number": INDEX,
            "registered_at": INSTANT,
            "ended_at": INSTANT,
            "version": NUMBER,
        },
        sealed={"local_number": LocalNumber, "unified_number": UnifiedNumber},
        live="ended_at",
    ),
    TypeMapping(
        kind=Confirmation,
        table=tables.confirmations,
        key=("confirmation_id",),
        columns={
            "confirmation_id": TEXT,
            "system": TEXT,
            "local_number": INDEX,
            "unified_number": INDEX,
            "individual_number": INDEX,
            "why": enum(ConfirmationReason),
            "state": enum(ConfirmationState),
            "created_at": INSTANT,
            "proposed_by": TEXT,
            "proposal": TEXT,
            "resolved_by": TEXT,
            "resolved_at": INSTANT,
            "version": NUMBER,
        },
        sealed={
            "local_number": LocalNumber,
            "unified_number": UnifiedNumber,
            "individual_number": IndividualNumber | None,
            "basic": BasicItems,
        },
    ),
    TypeMapping(
        kind=SymbolBinding,
        table=tables.symbols,
        key=("symbol",),
        columns={
            "symbol": INDEX,
            "unified_number": INDEX,
            "state": enum(SymbolState),
            "linked_at": INSTANT,
            "ended_at": INSTANT,
            "version": NUMBER,
        },
        sealed={"symbol": Symbol, "unified_number": UnifiedNumber, "reason": str | None},
        live="ended_at",
    ),
    TypeMapping(
        kind=Acquisition,
        table=tables.acquisitions,
        key=("receipt",),
        columns={
            "receipt": TEXT,
            "unified_number": INDEX,
            "process_number": INDEX,
            "state": enum(AcquisitionState),
            "requested_at": INSTANT,
            "deadline_at": INSTANT,
            "ended_at": INSTANT,
            "version": NUMBER,
        },
        sealed={
            "unified_number": UnifiedNumber,
            "process_number": ProcessNumber | None,
            "reason": str | None,
        },
        live="ended_at",
    ),
)

_EXCHANGE = (
    TypeMapping(
        kind=Inquiry,
        table=tables.inquiries,
        key=("inquiry_id",),
        columns={
            "inquiry_id": TEXT,
            "request_id": TEXT,
            "system": TEXT,
            "idempotency_key": TEXT,
            "state": enum(InquiryState),
            "unified_number": INDEX,
            "provider": TEXT,
            "basis": TEXT,
            "requested_at": INSTANT,
            "deadline_at": INSTANT,
            "updated_at": INSTANT,
            "transaction_number": TEXT,
            "batch_id": TEXT,
            "version": NUMBER,
        },
        sealed={
            "unified_number": UnifiedNumber,
            "body_digest": bytes,  # of a request that could be guessed until it fits
            "instrument": str,
            "row": str,
            "clause": str | None,
            "wanted": tuple[Wanted, ...],
            "period": Period,
            "nondisclosure": bool,
            "edition_sha256": str,
            "permits_asked": int,
            "permit": bytes | None,
            "permit_id": str | None,
            "granted": tuple[Wanted, ...],
            "refusal": Refusal | None,
            "answer": Answer | None,
        },
    ),
    TypeMapping(
        kind=Provision,
        table=tables.provisions,
        key=("transaction_number",),
        columns={
            "transaction_number": TEXT,
            "permit_id": TEXT,
            "message_id": TEXT,
            "inquiry_digest": BYTES,
            "inquirer": TEXT,
            "route": TEXT,
            "state": enum(ProvisionState),
            "unified_number": INDEX,
            "requested_at": INSTANT,
            "received_at": INSTANT,
            "slot_at": INSTANT,
            "version": NUMBER,
        },
        sealed={
            "cause": Cause | None,
            "unified_number": UnifiedNumber | None,
            "instrument": str,
            "row": str,
            "clause": str | None,
            "wanted": tuple[Wanted, ...],
            "period": Period,
            "nondisclosure": bool,
            "proposed_by": str | None,
            "proposal": str | None,
            "proposal_reason": str | None,
            "decided_by": str | None,
            "reply": bytes | None,
        },
    ),
    TypeMapping(
        kind=Replica,
        table=tables.replicas,
        key=("unified_number", "information", "record_key", "replica_version"),
        columns={
            "unified_number": INDEX,
            "information": TEXT,
            "record_key": TEXT,
            "replica_version": NUMBER,
            "as_of": DATE,
            "public_from": DATE,
            "public_to": DATE,
            "deleted": FLAG,
            "system": TEXT,
            "registered_at": INSTANT,
            "version": NUMBER,
        },
        sealed={"unified_number": UnifiedNumber, "items": tuple[ReplicaItem, ...]},
    ),
    TypeMapping(
        kind=ReplicaLoad,
        table=tables.replica_loads,
        key=("receipt",),
        columns={
            "receipt": TEXT,
            "system": TEXT,
            "total": NUMBER,
            "applied": NUMBER,
            "pending": NUMBER,
            "loaded_at": INSTANT,
            "version": NUMBER,
        },
        sealed={"rejected": tuple[Rejection, ...]},
    ),
    TypeMapping(
        kind=Control,
        table=tables.controls,
        key=("control_id",),
        columns={
            "control_id": TEXT,
            "unified_number": INDEX,
            "kind": enum(ControlKind),
            "information": TEXT,
            "item": TEXT,
            "set_at": INSTANT,
            "set_by": TEXT,
            "review_on": DATE,
            "ended_at": INSTANT,
            "ended_by": TEXT,
            "version": NUMBER,
        },
        sealed={
            "unified_number": UnifiedNumber,
            "reason": str,
            "end_proposed_by": str | None,
        },
        live="ended_at",
    ),
)

_GATEWAY = (
    TypeMapping(
        kind=WorkItem,
        table=tables.work_items,
        key=("lane", "key"),
        columns={
            "lane": TEXT,
            "key": TEXT,
            "run_at": INSTANT,
            "lease_until": INSTANT,
            "owner": TEXT,
            "attempts": NUMBER,
            "version": NUMBER,
        },
        sealed={"payload": bytes},
    ),
    TypeMapping(
        kind=StoredReply,
        table=tables.stored_replies,
        key=("sender", "message_id"),
        columns={"sender": TEXT, "message_id": TEXT, "digest": BYTES, "at": INSTANT},
        sealed={"reply": bytes},
    ),
    TypeMapping(
        kind=StoredEdition,
        table=log_tables.editions,
        key=("sequence", "instrument", "valid_from"),
        columns={
            "instrument": TEXT,
            "valid_from": DATE,
            "sequence": NUMBER,
            "sha256": TEXT,
            "content": BYTES,
            "received_at": INSTANT,
            "version": NUMBER,
        },
        sealed={},
    ),
    TypeMapping(
        kind=Setting,
        table=log_tables.settings,
        key=("name",),
        columns={"name": TEXT, "value": TEXT, "version": NUMBER},
        sealed={},
    ),
    TypeMapping(
        kind=JobSlot,
        table=log_tables.job_slots,
        key=("job", "slot"),
        columns={"job": TEXT, "slot": TEXT, "owner": TEXT, "claimed_at": INSTANT},
        sealed={},
    ),
    TypeMapping(
        kind=Checkpoint,
        table=log_tables.checkpoints,
        key=("size", "at"),
        columns={
            "size": NUMBER,
            "at": INSTANT,
            "root": BYTES,
            "chain": BYTES,
            "signature": TEXT,
            "version": NUMBER,
        },
        sealed={},
    ),
)

MAPPINGS: Final[Mapping[type[Any], TypeMapping]] = {
    mapping.kind: mapping for mapping in (*_PERSONS, *_EXCHANGE, *BATCHES, *_GATEWAY)
}
