"""How the core answers a permit request: list first, then persons, then a permit (提供許可証)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mocks.engine.exchange import Ruling
from mocks.engine.party import Effect, Reply
from mocks.engine.scenario_rules import PermitTerms
from mocks.parties.core_state import IssuedPermit, Office
from mocks.parties.desk import Letter, forger
from mocks.parties.judging import grants
from mocks.parties.outbox import has
from mocks.parties.refusals import RefusedError, obey, require
from mocks.parties.role import Became
from mocks.parties.seen import shown_permit
from wire.documents import Document
from wire.messages import PermitRequest
from wire.permit import PermitClaims, issue

COME_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A permit request, the document that brought it, and what the rules make of it."""

    request: PermitRequest
    document: Document
    ruling: Ruling | None

    @property
    def terms(self) -> PermitTerms:
        """How long the permit lives, and from when on, if a rule says so."""
        return (self.ruling.permit if self.ruling else None) or PermitTerms()


def answer(core: Office, wanted: Wanted, letter: Letter) -> Sequence[Effect]:
    """Return a permit or a refusal; a repeat gets the same permit while that is valid."""
    request, before = wanted.request, _state(core, wanted.request, letter.at)
    try:
        require("message.sender", holds=request.inquirer == wanted.document.sender)
        obey(wanted.ruling)
        permit = _find(core, wanted, letter.at)
        permit = permit or _issue(core, wanted, letter.at)
    except RefusedError as error:
        core.record(letter.at, result="denied", code=error.code, **_terms(request))
        became = Became(outcome=error.code, before=before, after=before)
        core.role.settle(wanted.ruling, became)
        return (Reply(document=core.desk.refuse(error, letter).raw),)
    after = _state(core, request, letter.at)
    decoded = shown_permit(permit.claims)
    became = Became(outcome="permitted", before=before, after=after, decoded=decoded)
    core.role.settle(wanted.ruling, became)
    return (Reply(document=core.desk.enclose(permit.compact, letter).raw),)


def _state(core: Office, request: PermitRequest, now: datetime) -> dict[str, str]:
    known = core.state.permits.get((request.inquirer, request.request_id))
    if known is None:
        return {"permit": "none"}
    return {"permit": "permitted" if known.valid(now) else "expired"}


def _find(core: Office, wanted: Wanted, now: datetime) -> IssuedPermit | None:
    """Return the permit of a repeat; a request under a new message id wants a fresh one."""
    request, document = wanted.request, wanted.document
    known = core.state.permits.get((request.inquirer, request.request_id))
    if known is None:
        return None
    require("message.conflict", holds=known.request_body == document.body)
    same = known.claims.request_message_id == document.message_id
    return known if same and known.valid(now) else None


def _issue(core: Office, wanted: Wanted, now: datetime) -> IssuedPermit:
    state, request = core.state, wanted.request
    careless = state.behaviour.occurs("permit.check")
    decision = None if careless else core.judge.allow(request, now)
    granted = grants(request.information, decision)
    person = _find_person(core, request, now)
    core.symbol_of(request.provider, person)
    begins, ends = _life(core, wanted.terms, now)
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
        request_message_id=wanted.document.message_id,
        issued_at=now,
        not_before=begins,
        expires_at=ends,
    )
    permit = IssuedPermit(
        claims=claims,
        compact=_sign(core, claims, forged=has(wanted.ruling, "signature")),
        request_id=request.request_id,
        request_body=wanted.document.body,
        resident_code=person,
    )
    _keep(core, permit)
    core.record(
        now,
        result="permitted",
        transaction_number=claims.transaction_number,
        permit_id=claims.permit_id,
        edition_sha256=edition,
        **_terms(request),
    )
    return permit


def _find_person(core: Office, request: PermitRequest, now: datetime) -> str:
    """Return the resident code of whom a request is about, if there is room for one more."""
    state = core.state
    person = state.people.get((request.inquirer, request.symbol))
    if person is None:
        raise RefusedError("symbol.not_found")
    require("symbol.revoked", holds=(request.inquirer, request.symbol) not in state.revoked)
    if core.role.is_full("waiting", len(state.open)):
        raise RefusedError("capacity.exceeded", retry="after", retry_at=now + COME_AGAIN)
    return person


def _life(core: Office, terms: PermitTerms, now: datetime) -> tuple[datetime, datetime]:
    """Return from when on and to when a permit of this instant is valid."""
    calendar = core.opening.calendar
    begins = calendar.shift(now, terms.not_before) if terms.not_before else now
    if terms.ttl is not None:
        return begins, calendar.shift(now, terms.ttl)
    return begins, now + core.permit_lifetime


def _keep(core: Office, permit: IssuedPermit) -> None:
    """Put a permit in the place of the one that its request had before."""
    state, claims = core.state, permit.claims
    former = state.permits.get((claims.inquirer, permit.request_id))
    if former is not None:
        state.open.discard(former.claims.transaction_number)
    state.permits[claims.inquirer, permit.request_id] = permit
    state.transactions[claims.transaction_number] = permit
    state.open.add(claims.transaction_number)
    core.script.names.bind_transaction(claims.transaction_number, permit.request_id)


def _sign(core: Office, claims: PermitClaims, *, forged: bool) -> bytes:
    key = forger(core.desk.signer).private_key if forged else core.permit_key
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
