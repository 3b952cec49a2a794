"""The core and the provider of the benchmark in one: the mock core with a short way through.

It registers, links and distributes like the mock core. But permit requests and inquiries are
answered without verifying anything, in a fifth of the time, so that the gateway is what limits.
What leaves is what a careful core and provider would send: signed permits, signed answers.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from uuid import uuid4

from mocks.engine.clock import system_time
from mocks.engine.party import Arrived, Effect, Event, Reply
from mocks.parties.core import Core
from mocks.parties.desk import Letter
from mocks.parties.judging import grants
from wire.documents import XML_TYPE, Document, seal
from wire.messages import (
    Answer,
    AnsweredInformation,
    AnsweredItem,
    Inquiry,
    Notice,
    PermitRequest,
    decode,
    encode,
)
from wire.permit import PermitClaims, PermitGrant, issue
from wire.signatures import Signer

PERMIT_LIFE = timedelta(minutes=5)
_REQUEST = re.compile(
    rb"<provider>(\d+)</provider>.*<row>(.+?)</row>(?:<clause>(.+?)</clause>)?.*?"
    rb"<information><name>(.+?)</name>"
)
_INQUIRY = re.compile(
    rb"<transaction-number>(.+?)</transaction-number><permit-id>(.+?)</permit-id>"
)


@dataclass(slots=True, kw_only=True)
class QuickCore(Core):
    """The core; `providers` sign answers by institution code."""

    providers: dict[str, Signer] = field(default_factory=dict)
    granted: dict[bytes, PermitClaims] = field(default_factory=dict)  # by what was asked
    answers: dict[str, bytes] = field(default_factory=dict)  # templates by provider

    @classmethod
    def around(cls, core: Core, providers: dict[str, Signer]) -> "QuickCore":
        """Return a quick core in the place of a mock core."""
        given = {one.name: getattr(core, one.name) for one in fields(core)}
        return cls(**given, providers=providers)

    def handle(self, event: Event, *, now: datetime) -> Sequence[Effect]:
        """Take one turn."""
        if not isinstance(event, Arrived):
            return Core.handle(self, event, now=now)
        effects: list[Effect] = []
        slow: list[Document] = []
        for one in event.documents:
            if not isinstance(one, Document):
                continue
            if one.kind == "permit-request":
                effects.append(Reply(document=self.permit(one, now)))
            elif one.kind == "inquiry":
                effects.append(Reply(document=self.answer(one, now)))
            elif one.kind != "permit":
                slow.append(one)
        if slow:
            effects += Core.handle(self, Arrived(hop=event.hop, documents=slow), now=now)
        return effects

    def permit(self, request: Document, now: datetime) -> bytes:
        """Return a fresh permit for a request."""
        found = _REQUEST.search(request.body)
        asked = b"|".join(part or b"" for part in found.groups()) if found else b""
        if asked not in self.granted:
            message = decode(request.kind, request.body)
            if not isinstance(message, PermitRequest):
                raise TypeError(request.kind)
            self.granted[asked] = self.claims(message, now)
        claims = _renew(self.granted[asked], request.message_id, now)
        letter = Letter(to=request.sender, at=now, reply_to=request.message_id)
        return self.desk.enclose(self.sign(claims), letter).raw

    def sign(self, claims: PermitClaims) -> bytes:
        """Return the permit of these claims."""
        return issue(claims, self.permit_key, self.permit_key_id)

    def claims(self, message: PermitRequest, now: datetime) -> PermitClaims:
        """Return what a permit for a request says, by the permit list."""
        granted = grants(message.information, self.judge.allow(message, now))
        self.answers[message.provider] = encode(_answer(granted, now))
        return PermitClaims(
            permit_id=_PERMIT.decode(),
            issuer=self.code,
            audience=message.provider,
            inquirer=message.inquirer,
            instrument=message.instrument,
            row=message.row,
            clause=message.clause,
            information=granted,
            transaction_number=_NUMBER.decode(),
            edition_sha256=self.judge.edition_in_force(message.instrument, now),
            request_message_id=str(uuid4()),
            issued_at=now,
            not_before=now,
            expires_at=now + PERMIT_LIFE,
        )

    def answer(self, inquiry: Document, now: datetime) -> bytes:
        """Return the provider's signed answer to an inquiry."""
        found = _INQUIRY.search(inquiry.body)
        if found is None:
            raise TypeError(inquiry.kind)
        template = self.answers[inquiry.recipient]
        body = template.replace(_NUMBER, found[1]).replace(_PERMIT, found[2])
        return seal(
            kind="answer",
            message_id=str(uuid4()),
            sender=inquiry.recipient,
            recipient=inquiry.sender,
            created=now,
            body=body,
            content_type=XML_TYPE,
            in_reply_to=inquiry.message_id,
            signer=self.providers[inquiry.recipient],
        ).raw


_NUMBER, _PERMIT = (str(uuid4()).encode() for _ in range(2))


def _answer(granted: Sequence[PermitGrant], now: datetime) -> Answer:
    return Answer(
        transaction_number=_NUMBER.decode(),
        permit_id=_PERMIT.decode(),
        state="answered",
        information=tuple(
            AnsweredInformation(
                name=grant.information,
                as_of=now.date(),
                items=tuple(AnsweredItem(id=item, value="2400000") for item in grant.items),
            )
            for grant in granted
        ),
    )


def _renew(claims: PermitClaims, message_id: str, now: datetime) -> PermitClaims:
    """Return the claims of a permit of its own."""
    return replace(
        claims,
        permit_id=str(uuid4()),
        transaction_number=str(uuid4()),
        request_message_id=message_id,
        issued_at=now,
        not_before=now,
        expires_at=now + PERMIT_LIFE,
    )


@dataclass(slots=True, kw_only=True)
class Relay:
    """What the core relays to a provider: inquiries that nobody sent before, one per stream.

    `request` stands for the permit requests that the inquirer would have sent.
    """

    core: QuickCore
    request: PermitRequest
    signer: Signer
    symbols: Sequence[str]  # the provider's
    claims: PermitClaims | None = None
    sent: int = 0

    def stream(self) -> bytes:
        """Return inquiry, permit and notice."""
        now, asked = system_time(), self.request
        self.sent += 1
        self.claims = self.claims or self.core.claims(asked, now)
        claims = _renew(self.claims, str(uuid4()), now)
        question = Inquiry(
            transaction_number=claims.transaction_number,
            permit_id=claims.permit_id,
            inquirer=asked.inquirer,
            provider=asked.provider,
            instrument=asked.instrument,
            row=asked.row,
            clause=asked.clause,
            information=asked.information,
            requested_at=now,
            period_from=None,
            period_to=None,
            nondisclosure=False,
        )
        inquiry = seal(
            kind="inquiry",
            message_id=str(uuid4()),
            sender=asked.inquirer,
            recipient=asked.provider,
            created=now,
            body=encode(question),
            content_type=XML_TYPE,
            deadline=now + timedelta(days=1),
            signer=self.signer,
        )
        notice = Notice(
            transaction_number=claims.transaction_number,
            permit_id=claims.permit_id,
            symbol=self.symbols[self.sent % len(self.symbols)],
            route=self.core.code,
            inquirer=asked.inquirer,
            inquiry_message_id=inquiry.message_id,
        )
        letter = Letter(to=asked.provider, at=now)
        desk = self.core.desk
        permit = desk.enclose(self.core.sign(claims), letter)
        return inquiry.raw + permit.raw + desk.write(notice, letter).raw
