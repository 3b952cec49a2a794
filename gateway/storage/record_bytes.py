"""Exchange records as canonical bytes and back: what is hashed, sealed, and later exported.

The bytes are RFC 8785. Empty and absent members are left out, instants are UTC texts, digests
hexadecimal, and the subject is its keyed index: the bytes name nobody to whom the keys are closed.
"""

from datetime import date, datetime

import msgspec

from gateway.domain.errors import InvalidError
from gateway.domain.identifiers import UnifiedNumber
from gateway.domain.permits import OWN_AFFAIRS, Judged, Mandate, Wanted
from gateway.domain.records import Act, ExchangeRecord, Phase


class _Wanted(msgspec.Struct, gc=False):
    """One information; the members stand in canonical order."""

    information: str
    items: tuple[str, ...]


class _Record(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    """The members of a record in canonical order: by UTF-16 code units, here the alphabet.

    Written in one call, four times as fast as `wire.records.canonical` over a dictionary; a test
    holds both to the same bytes.
    """

    act: Act
    actor: str = ""
    asked: tuple[str, ...] = ()
    at: datetime
    basis: str | None = None
    clause: str | None = None
    code: str | None = None
    consent: bool = False
    digest: str | None = None
    edition_sha256: str | None = None
    inquirer: str | None = None
    inquirer_delegator: str | None = None
    instrument: str | None = None
    list_sequence: int | None = None
    nondisclosure: bool = False
    note: str = ""
    own_sequence: int | None = None
    permit_id: str | None = None
    phase: Phase
    provider: str | None = None
    provider_delegator: str | None = None
    request_id: str | None = None
    requested_at: datetime | None = None
    result: str
    row: str | None = None
    ruled_on: date | None = None
    ruling: str | None = None
    signature: str | None = None
    subject: str | None = None
    transaction_number: str | None = None
    wanted: tuple[_Wanted, ...] = ()


_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(_Record).decode


def to_canonical(record: ExchangeRecord, subject_index: bytes | None) -> bytes:
    """Return the RFC 8785 bytes of a record; `subject_index` stands for its subject.

    Raises:
        InvalidError: a text has no UTF-8.
    """
    digest, signature = record.digest, record.signature
    mandate, judged = record.mandate, record.judged
    body = _Record(
        act=record.act,
        actor=record.actor,
        asked=_other_names(record),
        at=record.at,
        basis=record.basis,
        clause=record.clause,
        code=record.code,
        consent=mandate.consent,
        digest=None if digest is None else digest.hex(),
        edition_sha256=record.edition_sha256,
        inquirer=record.inquirer,
        inquirer_delegator=mandate.inquirer_delegator,
        instrument=record.instrument,
        list_sequence=None if judged is None else judged.sequence,
        nondisclosure=record.nondisclosure,
        note=record.note,
        own_sequence=None if judged is None else judged.own_sequence,
        permit_id=record.permit_id,
        phase=record.phase,
        provider=record.provider,
        provider_delegator=mandate.provider_delegator,
        request_id=record.request_id,
        requested_at=record.requested_at,
        result=record.result,
        row=record.row,
        ruled_on=None if judged is None else judged.on,
        ruling=None if judged is None else judged.ruling.hex(),
        signature=None if signature is None else signature.hex(),
        subject=None if subject_index is None else subject_index.hex(),
        transaction_number=record.transaction_number,
        wanted=tuple([_Wanted(want.information, want.items) for want in record.wanted]),
    )
    try:
        return _ENCODE(body)
    except UnicodeEncodeError:
        raise InvalidError(field="record") from None


def from_canonical(data: bytes, subject: UnifiedNumber | None) -> ExchangeRecord:
    """Return the record of canonical bytes and the subject that was sealed beside them."""
    body = _DECODE(data)
    return ExchangeRecord(
        act=body.act,
        phase=body.phase,
        at=body.at,
        result=body.result,
        code=body.code,
        actor=body.actor,
        subject=subject,
        request_id=body.request_id,
        transaction_number=body.transaction_number,
        permit_id=body.permit_id,
        inquirer=body.inquirer,
        provider=body.provider,
        instrument=body.instrument,
        row=body.row,
        clause=body.clause,
        wanted=tuple(Wanted(information=w.information, items=w.items) for w in body.wanted),
        requested_at=body.requested_at,
        basis=body.basis,
        mandate=_mandate(body),
        judged=_judged(body),
        edition_sha256=body.edition_sha256,
        nondisclosure=body.nondisclosure,
        digest=_bytes(body.digest),
        signature=_bytes(body.signature),
        note=body.note,
    )


def _other_names(record: ExchangeRecord) -> tuple[str, ...]:
    """Return the names that were judged where they are others than those of `wanted`."""
    judged = record.judged
    if judged is None or judged.information == tuple([w.information for w in record.wanted]):
        return ()
    return judged.information


def _mandate(body: _Record) -> Mandate:
    if not (body.inquirer_delegator or body.provider_delegator or body.consent):
        return OWN_AFFAIRS
    return Mandate(
        inquirer_delegator=body.inquirer_delegator,
        provider_delegator=body.provider_delegator,
        consent=body.consent,
    )


def _judged(body: _Record) -> Judged | None:
    """Return how the list decided, None of records without a ruling and of those of before."""
    if body.ruling is None or body.ruled_on is None or body.list_sequence is None:
        return None
    return Judged(
        on=body.ruled_on,
        information=body.asked or tuple(want.information for want in body.wanted),
        sequence=body.list_sequence,
        own_sequence=body.own_sequence,
        ruling=bytes.fromhex(body.ruling),
    )


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)
