"""情報提供ネットワークシステム (the network core): symbols, permits, notices, relay, own log (N1).

It can be told to misbehave (`state.behaviour`); the acts are `permit.check` (issues without a look
into the list), `permit.lifetime` (amount: seconds), `permit.forge`, `notice.forge`, `relay.slow`
(amount: seconds by which the clock moves before the relay) and `relay.duplicate`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from mocks.engine.clock import MILLISECOND
from mocks.engine.party import Arrived, Effect, Event, Reply, Returned, Send
from mocks.parties import permitting, relaying
from mocks.parties.core_state import Office
from mocks.parties.desk import Letter
from mocks.parties.judging import Judge
from mocks.parties.refusals import RefusedError, require
from permitlists import PermitList
from wire.documents import Document
from wire.messages import (
    Acknowledgement,
    Clock,
    Message,
    PermitRequest,
    ProcessNumber,
    ProcessNumberRequest,
    ResidentLink,
    SymbolNotice,
)

LATE = frozenset({"answer", "inquiry"})  # may be repeated long after they were made


class Core(Office):
    """The core as a party."""

    def handle(self, event: Event, *, now: datetime) -> Sequence[Effect]:
        """Take one turn."""
        if isinstance(event, Returned):
            kind, _, code = event.mark.partition(" ")
            if kind == "list":
                return self._distribute_again(code, event, now)
            return relaying.returned(self, event, now)
        if not isinstance(event, Arrived):
            return ()
        stream = [one for one in event.documents if isinstance(one, Document)]
        permits = {one.message_id: one for one in stream if one.kind == "permit"}
        effects: list[Effect] = []
        for document in stream:
            if document.kind != "permit":
                effects += self._answer(document, event.hop, permits, now)
        return effects

    def _answer(
        self, document: Document, hop: str, permits: Mapping[str, Document], now: datetime
    ) -> Sequence[Effect]:
        letter = Letter(to=document.sender, at=now, reply_to=document.message_id)
        try:
            # Everybody speaks to the core for himself.
            require("message.sender", holds=document.sender == hop)
            message = self.desk.read(document, now=now, old=document.kind in LATE)
            if document.kind == "inquiry":
                return relaying.relay(self, document, message, permits, now)
            if document.kind == "answer":
                return relaying.pass_on(self, document, message, now)
            require("message.addressee", holds=document.recipient == self.code)
            return self._own(message, letter, document)
        except RefusedError as error:
            self.record(now, act="refusal", kind=document.kind, code=error.code, by=hop)
            return (Reply(document=self.desk.refuse(error, letter).raw),)

    def _own(self, message: Message, letter: Letter, document: Document) -> Sequence[Effect]:
        """Answer a document that is for the core itself."""
        if isinstance(message, PermitRequest):
            return permitting.answer(self, message, document, letter)
        if isinstance(message, ProcessNumberRequest):
            return self._number(message, letter)
        if isinstance(message, ResidentLink):
            return self._link(message, letter)
        if document.kind == "permit-list-request":
            return (Reply(document=self._permit_list(letter).raw),)
        raise RefusedError("message.addressee")

    def _number(self, message: ProcessNumberRequest, letter: Letter) -> Sequence[Effect]:
        state, key = self.state, (letter.to, message.request_id)
        number = state.requested.get(key)
        if number is None:
            number = self.draw.token("process number", *key)
            state.requested[key] = number
            state.process_numbers[number] = letter.to
            self.record(letter.at, act="process_number", result="issued", by=letter.to)
        reply = ProcessNumber(request_id=message.request_id, process_number=number)
        return (Reply(document=self.desk.write(reply, letter).raw),)

    def _link(self, message: ResidentLink, letter: Letter) -> Sequence[Effect]:
        """Issue the institution's symbol of a resident; the process number ends here."""
        if letter.to != self.registry:
            raise RefusedError("message.sender")
        owner = self.state.process_numbers.pop(message.process_number, None)
        if owner is None or owner != message.institution:
            raise RefusedError("symbol.process_unknown")
        symbol = self.draw.token("symbol", message.process_number)
        self.state.bind(owner, message.resident_code, symbol)
        notice = SymbolNotice(process_number=message.process_number, symbol=symbol)
        told = self.desk.write(notice, Letter(to=owner, at=letter.at))
        self.record(letter.at, act="symbol", result="issued", by=owner)
        return (
            Reply(document=self.desk.write(Acknowledgement(), letter).raw),
            Send(to=owner, documents=(told.raw,)),
        )

    def _permit_list(self, letter: Letter) -> Document:
        return self.desk.write_json("permit-list", self.judge.to_body(), letter)

    def take_list(self, sequence: int, found: PermitList) -> None:
        """Go by another permit list from now on; what it suspends is refused at once."""
        self.judge = Judge(found, self.judge.institutions, sequence)

    def send_permit_list(self, to: Sequence[str], *, now: datetime) -> Sequence[Effect]:
        """Return the effects that distribute the permit list to institutions."""
        return [
            Send(
                to=code,
                documents=(self._permit_list(Letter(to=code, at=now)).raw,),
                mark=f"list {code}",
            )
            for code in to
        ]

    def _distribute_again(self, to: str, event: Returned, now: datetime) -> Sequence[Effect]:
        """Keep sending the list to whoever did not answer."""
        if event.documents:
            return ()
        letter = Letter(to=to, at=now)
        return (Send(to=to, documents=(self._permit_list(letter).raw,)),)

    def tell_time(self, offset: timedelta, to: Sequence[str], *, now: datetime) -> Sequence[Effect]:
        """Return the effects that tell institutions the sandbox's clock, and wait for them."""
        message = Clock(offset_milliseconds=offset // MILLISECOND)
        return [
            Send(
                to=code,
                documents=(self.desk.write(message, Letter(to=code, at=now)).raw,),
                mark="clock",
            )
            for code in to
        ]
