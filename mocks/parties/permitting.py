"""How the core answers a permit request: list first, then persons, then a permit (提供許可証)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from mocks.engine.party import Effect, Reply
from mocks.parties.core_state import IssuedPermit, Office
from mocks.parties.desk import Letter, forger
from mocks.parties.judging import grants
from mocks.parties.refusals import RefusedError, require
from wire.documents import Document
from wire.messages import PermitRequest
from wire.permit import PermitClaims, issue


def answer(
    core: Office, request: PermitRequest, document: Document, letter: Letter
) -> Sequence[Effect]:
    """Return a permit or a refusal; a repeat gets the same permit while that is valid."""
    try:
        require("message.sender", holds=request.inquirer == document.sender)
        permit = _find(core, request, document, letter.at)
        permit = permit or _issue(core, request, document, letter.at)
    except RefusedError as error:
        core.record(letter.at, result="denied", code=error.code, **_terms(request))
        return (Reply(document=core.desk.refuse(error, letter).raw),)
    return (Reply(document=core.desk.enclose(permit.compact, letter).raw),)


def _find(
    core: Office, request: PermitRequest, document: Document, now: datetime
) -> IssuedPermit | None:
    """Return the permit of a repeat; a request under a new message id wants a fresh one."""
    known = core.state.permits.get((request.inquirer, request.request_id))
    if known is None:
        return None
    require("message.conflict", holds=known.request_body == document.body)
    same = known.claims.request_message_id == document.message_id
    return known if same and known.valid(now) else None


def _issue(core: Office, request: PermitRequest, document: Document, now: datetime) -> IssuedPermit:
    state = core.state
    careless = state.behaviour.occurs("permit.check")
    decision = None if careless else core.judge.allow(request, now)
    granted = grants(request.information, decision)
    person = state.people.get((request.inquirer, request.symbol))
    if person is None:
        raise RefusedError("symbol.not_found")
    state.symbol_of(request.provider, person, core.draw)
    lifetime = core.permit_lifetime
    if order := state.behaviour.occurs("permit.lifetime"):
        lifetime = timedelta(seconds=order.amount)
    found = decision.edition if decision else None
    edition = found.sha256 if found else core.judge.edition_in_force(request.instrument, now)
    nth = len(state.transactions)
    claims = PermitClaims(
        permit_id=core.draw.uuid("permit", nth),
        issuer=core.code,
        audience=request.provider,
        inquirer=request.inquirer,
        instrument=request.instrument,
        row=request.row,
        clause=request.clause,
        basis=request.basis,
        inquirer_delegator=request.inquirer_delegator,
        provider_delegator=request.provider_delegator,
        consent=request.consent,
        information=granted,
        transaction_number=core.draw.uuid("transaction", nth),
        edition_sha256=edition,
        request_message_id=document.message_id,
        issued_at=now,
        not_before=now,
        expires_at=now + lifetime,
    )
    permit = IssuedPermit(
        claims=claims,
        compact=_sign(core, claims),
        request_body=document.body,
        resident_code=person,
    )
    state.permits[request.inquirer, request.request_id] = permit
    state.transactions[claims.transaction_number] = permit
    core.record(
        now,
        result="permitted",
        transaction_number=claims.transaction_number,
        permit_id=claims.permit_id,
        edition_sha256=edition,
        **_terms(request),
    )
    return permit


def _sign(core: Office, claims: PermitClaims) -> bytes:
    key = core.permit_key
    if core.state.behaviour.occurs("permit.forge"):
        forged = forger(core.desk.signer).private_key
        return issue(claims, forged, core.permit_key_id)
    return issue(claims, key, core.permit_key_id)


def _terms(request: PermitRequest) -> dict[str, object]:
    return {
        "act": "permit",
        "request_id": request.request_id,
        "inquirer": request.inquirer,
        "provider": request.provider,
        "instrument": request.instrument,
        "row": request.row,
        "clause": request.clause,
        "basis": request.basis,
        "information": [part.name for part in request.information],
    }
