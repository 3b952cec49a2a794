"""Any other institution (N3): provider, inquirer or both, from a script and what it knows."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from mocks.engine.exchange import Call, Ruling
from mocks.engine.party import Arrived, Due, Effect, Event, Reply, Returned, UnableError
from mocks.engine.scenario_rules import Act
from mocks.parties import acquiring, answering, asking, inquiring, providing
from mocks.parties.agency_calls import asked_call, call_of, find_asked
from mocks.parties.agency_state import Ask, Bureau
from mocks.parties.desk import Letter
from mocks.parties.judging import Judge
from mocks.parties.outbox import has, of_the_wire
from mocks.parties.player import numbers_of
from mocks.parties.refusals import RefusedError, obey, require
from mocks.parties.role import Became
from mocks.parties.seen import shown
from permitlists import PermitListError
from wire.documents import Document
from wire.messages import Acknowledgement, Answer, Clock, SymbolNotice


class Agency(Bureau):
    """An agency as a party."""

    def acquire(self, number: str, *, now: datetime) -> Sequence[Effect]:
        """Return the effects that acquire the symbol of an individual number."""
        return self.role.outward(acquiring.acquire(self, number, self.role.enter(now)))

    def ask(self, command: Ask, *, now: datetime) -> Sequence[Effect]:
        """Return the effects that start an inquiry."""
        return self.role.outward(asking.ask(self, command, self.role.enter(now)))

    def repeat(self, request_id: str) -> Sequence[Effect]:
        """Return the effects that send the same inquiry again."""
        return asking.repeat(self, request_id)

    def distort(self, request_id: str, *, now: datetime) -> Sequence[Effect]:
        """Return the effects that send another body under the same message id."""
        return asking.distort(self, request_id, self.role.enter(now))

    def _list_calls(self, event: Arrived, here: datetime) -> Sequence[Call]:
        companions = _companions(event)
        found = (
            call_of(self, document, companions, event, here)
            for document in event.documents
            if isinstance(document, Document)
        )
        return [call for call in found if call is not None]

    def _take_turn(self, event: Event, here: datetime) -> Sequence[Effect]:
        if isinstance(event, Due):
            return [*answering.settle_due(self, here), *inquiring.poll(self, here)]
        if isinstance(event, Returned):
            return self._returned(event, here)
        return self._arrived(event, here)

    def _take_step(
        self, action: str, act: Act, call: Call | None, here: datetime
    ) -> Sequence[Effect]:
        if action == "ask":
            return inquiring.act_ask(self, act, here)
        if action == "answer":
            return answering.act_answer(self, act, call, here)
        if action != "set_flag" or act.flag is None:
            raise UnableError(action)
        for number in numbers_of(self.role, act):
            self.state.flags.setdefault(number, set()).add(act.flag)
        return ()

    def _returned(self, event: Returned, now: datetime) -> Sequence[Effect]:
        if event.mark != "number":
            return asking.go_on(self, event, now)
        try:
            return acquiring.go_on_acquiring(self, event, now)
        except RefusedError:
            return ()  # a process number that the core did not sign is none

    def _arrived(self, event: Arrived, now: datetime) -> Sequence[Effect]:
        companions = _companions(event)
        effects: list[Effect] = []
        for document in event.documents:
            if not isinstance(document, Document):
                continue
            if document.kind == "inquiry":
                arrival = providing.Arrival(
                    document=document, companions=companions, event=event, here=now
                )
                effects += providing.provide(self, arrival)
            elif document.kind not in {"permit", "notice"}:
                effects += self._take_over(document, event, now)
        return effects

    def _take_over(self, document: Document, event: Arrived, now: datetime) -> Sequence[Effect]:
        """Take over a symbol, a late answer, a list or the time; all else is refused."""
        letter = Letter(to=document.sender, at=now, reply_to=document.message_id)
        ruling = event.rulings.get(document.message_id)
        effects: Sequence[Effect] = ()
        try:
            require("message.sender", holds=event.hop == self.core)
            require("message.addressee", holds=document.recipient == self.code)
            if document.kind == "permit-list":
                self._take_list(document, now)
                return (Reply(document=self.desk.write(Acknowledgement(), letter).raw),)
            message = self.desk.read(document, now=now, old=document.kind == "answer")
            if isinstance(message, SymbolNotice):
                acquiring.receive_symbol(self, message)
                effects = inquiring.go_ahead(self, now)
            elif isinstance(message, Answer):
                return self._conclude(message, document, ruling, letter)
            else:
                require("message.addressee", holds=isinstance(message, Clock))
        except RefusedError as error:
            self.role.settle(ruling, Became(outcome=error.code, decoded=shown(document)))
            return (Reply(document=self.desk.refuse(error, letter).raw),)
        return (Reply(document=self.desk.write(Acknowledgement(), letter).raw), *effects)

    def _take_list(self, document: Document, now: datetime) -> None:
        """Judge by the core's list from now on; an older one is refused (G8)."""
        require("message.sender", holds=document.sender == self.core)
        body = self.desk.read_permit_list(document, now=now)
        require("permit_list.older", holds=body.sequence >= self.judge.sequence)
        if body.sequence == self.judge.sequence:  # the same list again, or another under its number
            require("permit_list.older", holds=document.body == self.judge.to_body())
            return
        try:
            self.judge = Judge.of(body, self.judge.institutions)
        except PermitListError as error:
            raise RefusedError("permit_list.unreadable") from error

    def _conclude(
        self, message: Answer, document: Document, ruling: Ruling | None, letter: Letter
    ) -> Sequence[Effect]:
        """Take over a late answer and acknowledge it."""
        asked = find_asked(self, message.transaction_number)
        if asked is None:
            raise RefusedError("permit.mismatch")
        obey(ruling)
        asked.replies.append(document)
        before = {"inquiry": asked.state}
        asking.conclude(self, asked, document, letter.at)
        after, decoded = {"inquiry": asked.state}, shown(document, message)
        became = Became(outcome=message.state, before=before, after=after, decoded=decoded)
        self.role.settle(ruling, became)
        ack = self.role.rule(asked_call(self, asked, "ack", letter.at), letter.at)
        receipt = self.desk.write(
            Acknowledgement(),
            Letter(
                to=letter.to, at=letter.at, reply_to=letter.reply_to, forged=has(ack, "signature")
            ),
        )
        self.role.settle(ack, Became(outcome="ok", decoded=shown(receipt)))
        return (Reply(document=receipt.raw, faults=of_the_wire(ack)),)


def _companions(event: Arrived) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = defaultdict(list)
    for document in event.documents:
        if isinstance(document, Document):
            found[document.kind].append(document)
    return found
