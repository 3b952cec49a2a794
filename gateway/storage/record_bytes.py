"""Exchange records as canonical bytes and back: what is hashed, sealed, and later exported.

Absent members are left out. Instants are texts with six decimals, digests hexadecimal, and the
subject is its keyed index: the bytes name nobody to whom the keys are closed.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from gateway.domain.identifiers import UnifiedNumber
from gateway.domain.permits import Wanted
from gateway.domain.records import Act, ExchangeRecord, Phase
from wire import records as wire_records

_TEXTS: Final = (
    "result",
    "code",
    "actor",
    "request_id",
    "transaction_number",
    "permit_id",
    "inquirer",
    "provider",
    "instrument",
    "row",
    "clause",
    "edition_sha256",
    "note",
)


def _write_instant(instant: datetime) -> str:
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def to_canonical(record: ExchangeRecord, subject_index: bytes | None) -> bytes:
    """Return the RFC 8785 bytes of a record; `subject_index` stands for its subject."""
    members: dict[str, Any] = {
        "act": record.act.value,
        "phase": record.phase.value,
        "at": _write_instant(record.at),
        "nondisclosure": record.nondisclosure,
        "wanted": [{"information": w.information, "items": w.items} for w in record.wanted],
    }
    for name in _TEXTS:
        text = getattr(record, name)
        if text is not None:
            members[name] = text
    if subject_index is not None:
        members["subject"] = subject_index.hex()
    if record.requested_at is not None:
        members["requested_at"] = _write_instant(record.requested_at)
    if record.digest is not None:
        members["digest"] = record.digest.hex()
    if record.signature is not None:
        members["signature"] = record.signature.hex()
    return wire_records.canonical(members)


def from_canonical(data: bytes, subject: UnifiedNumber | None) -> ExchangeRecord:
    """Return the record of canonical bytes and the subject that was sealed beside them."""
    members: Mapping[str, Any] = msgspec.json.decode(data)
    requested_at, digest = members.get("requested_at"), members.get("digest")
    signature = members.get("signature")
    return ExchangeRecord(
        act=Act(members["act"]),
        phase=Phase(members["phase"]),
        at=datetime.fromisoformat(members["at"]),
        subject=subject,
        wanted=tuple(
            Wanted(information=want["information"], items=tuple(want["items"]))
            for want in members["wanted"]
        ),
        requested_at=datetime.fromisoformat(requested_at) if requested_at else None,
        nondisclosure=members["nondisclosure"],
        digest=None if digest is None else bytes.fromhex(digest),
        signature=None if signature is None else bytes.fromhex(signature),
        **{name: members[name] for name in _TEXTS if name in members},
    )
