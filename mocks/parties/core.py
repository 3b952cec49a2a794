"""情報提供ネットワークシステム (the network core): symbols, permits, notices, relay, own log (N1).

What rules cannot say it can be told (`state.behaviour`): `permit.check` (it issues without a look
into the list) and `relay.slow` (amount: seconds by which the clock moves before the relay).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from mocks.engine.exchange import Call, Ruling
from mocks.engine.party import Arrived, Effect, Event, Reply, Returned, Send, UnableError
from mocks.engine.scenario_rules import Act
from mocks.parties import disclosing, permitting, relaying, symbols
from mocks.parties.core_calls import call_of
from mocks.parties.core_state import Office
from mocks.parties.desk import Letter
from mocks.parties.judging import Judge
from mocks.parties.outbox import Parcel
from mocks.parties.refusals import RefusedError, obey, require
from mocks.parties.relaying import Passing
from mocks.parties.role import Became
from permitlists import PermitList
from wire.documents import Document
from wire.messages import (
    Message,
    PermitRequest,
    ProcessNumberRequest,
    ResidentLink,
)

LATE = frozenset({"answer", "inquiry"})  # may be repeated long after they were made


class Core(Office):
    """The core as a party."""

    def _list_calls(self, event: Arrived, here: datetime) -> Sequence[Call]:
        stream = (one for one in event.documents if isinstance(one, Document))
        found = (call_of(self, document, event, here) for document in stream)
        return [call for call in found if call is not None]

    def _take_turn(self, event: Event, here: datetime) -> Sequence[Effect]:
        if isinstance(event, Returned):
            kind, _, code = event.mark.partition(" ")
            if kind == disclosing.MARK:
                return disclosing.returned(event)
            if kind == "list":
                return self._distribute_again(code, event, here)
            return relaying.returned(self, event, here)
        if not isinstance(event, Arrived):
            return ()
        stream = [one for one in event.documents if isinstance(one, Document)]
        permits = {one.message_id: one for one in stream if one.kind == "permit"}
        effects: list[Effect] = []
        for document in stream:
            if document.kind != "permit":
                effects += self._answer(document, event, permits, here)
        return effects

    def _take_step(
        self, action: str, act: Act, _call: Call | None, _here: datetime
    ) -> Sequence[Effect]:
        if action != "reissue_symbol":
            raise UnableError(action)
        symbols.reissue(self, act)
        return ()

    def _answer(
        self,
        document: Document,
        event: Arrived,
        permits: Mapping[str, Document],
        now: datetime,
    ) -> Sequence[Effect]:
        letter = Letter(to=document.sender, at=now, reply_to=document.message_id)
        ruling = event.rulings.get(document.message_id)
        try:
            # Everybody speaks to the core for himself.
            require("message.sender", holds=document.sender == event.hop)
            message = self.desk.read(document, now=now, old=document.kind in LATE)
            passing = Passing(
                document=document, message=message, ruling=ruling, under_way=event.under_way
            )
            if document.kind == "inquiry":
                return relaying.relay(self, passing, permits, now)
            if document.kind == "answer":
                return relaying.pass_on(self, passing, now)
            if document.kind in disclosing.KINDS:
                return disclosing.forward(self, document, message, now)
            require("message.addressee", holds=document.recipient == self.code)
            replies = self._own(message, letter, document, ruling)
        except RefusedError as error:
            self.record(now, act="refusal", kind=document.kind, code=error.code, by=event.hop)
            self.role.settle(ruling, Became(outcome=error.code))
            replies = [Reply(document=self.desk.refuse(error, letter).raw)]
        return self._repeated(replies, letter, ruling)

    def _repeated(
        self, effects: Sequence[Effect], letter: Letter, ruling: Ruling | None
    ) -> Sequence[Effect]:
        """Return effects followed by repeats of their replies, if a fault wants them."""
        stream = tuple(one.document for one in effects if isinstance(one, Reply))
        parcel = Parcel(to=letter.to, documents=stream)
        return [*effects, *self.outbox.repeat(parcel, ruling, letter.at)]

    def _own(
        self, message: Message, letter: Letter, document: Document, ruling: Ruling | None
    ) -> Sequence[Effect]:
        """Answer a document that is for the core itself."""
        if isinstance(message, PermitRequest):
            wanted = permitting.Wanted(request=message, document=document, ruling=ruling)
            return permitting.answer(self, wanted, letter)
        if isinstance(message, ProcessNumberRequest):
            return symbols.number(self, message, letter, ruling)
        if isinstance(message, ResidentLink):
            return symbols.link(self, message, letter, ruling)
        if document.kind == "permit-list-request":
            obey(ruling)
            self.role.settle(ruling, Became(outcome="distributed"))
            return (Reply(document=self._permit_list(letter).raw),)
        raise RefusedError("message.addressee")

    def _permit_list(self, letter: Letter) -> Document:
        return self.desk.write_json("permit-list", self.judge.to_body(), letter)

    def take_list(self, sequence: int, found: PermitList) -> None:
        """Go by another permit list from now on; what it suspends is refused at once."""
        self.judge = Judge(found, self.judge.institutions, sequence)

    def send_permit_list(self, to: Sequence[str], *, now: datetime) -> Sequence[Effect]:
        """Return the effects that distribute the permit list to institutions.

        Whom a rule refuses it to gets none.
        """
        here = self.role.enter(now)
        effects: list[Effect] = []
        for code in to:
            called = self.script.names.called(code)
            call = Call(
                party=self.role.name,
                op="list.distribute",
                peer=called,
                facts=self.role.facts(here),
            )
            ruling = self.role.rule(call, here)
            error = ruling.reply.error if ruling.reply else None
            self.role.settle(ruling, Became(outcome=error or "distributed"))
            if error is None:
                stream = (self._permit_list(Letter(to=code, at=here)).raw,)
                parcel = Parcel(to=code, documents=stream, mark=f"list {code}")
                effects += self.outbox.send(parcel, ruling, here)
        return self.role.outward(effects)

    def _distribute_again(self, to: str, event: Returned, now: datetime) -> Sequence[Effect]:
        """Keep sending the list to whoever did not answer."""
        if event.documents:
            return ()
        letter = Letter(to=to, at=now)
        return (Send(to=to, documents=(self._permit_list(letter).raw,)),)
