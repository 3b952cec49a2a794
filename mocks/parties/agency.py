"""Any other institution (N3): provider, inquirer or both, from a script and what it knows."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from mocks.engine.party import Arrived, Due, Effect, Event, Reply, Returned
from mocks.parties import asking, providing
from mocks.parties.agency_state import Bureau
from mocks.parties.asking import Ask
from mocks.parties.desk import Letter
from mocks.parties.judging import Judge
from mocks.parties.refusals import RefusedError, require
from permitlists import PermitListError
from wire.documents import Document
from wire.messages import Acknowledgement, Answer, Clock, SymbolNotice


class Agency(Bureau):
    """An agency as a party."""

    def handle(self, event: Event, *, now: datetime) -> Sequence[Effect]:
        """Take one turn."""
        if isinstance(event, Due):
            return providing.settle_due(self, now)
        if isinstance(event, Returned):
            return self._returned(event, now)
        return self._arrived(event, now)

    def acquire(self, number: str, *, now: datetime) -> Sequence[Effect]:
        """Return the effects that acquire the symbol of an individual number."""
        return asking.acquire(self, number, now)

    def ask(self, command: Ask, *, now: datetime) -> Sequence[Effect]:
        """Return the effects that start an inquiry."""
        return asking.ask(self, command, now)

    def repeat(self, request_id: str) -> Sequence[Effect]:
        """Return the effects that send the same inquiry again."""
        return asking.repeat(self, request_id)

    def distort(self, request_id: str, *, now: datetime) -> Sequence[Effect]:
        """Return the effects that send another body under the same message id."""
        return asking.distort(self, request_id, now)

    def _returned(self, event: Returned, now: datetime) -> Sequence[Effect]:
        if event.mark != "number":
            return asking.go_on(self, event, now)
        try:
            return asking.go_on_acquiring(self, event, now)
        except RefusedError:
            return ()  # a process number that the core did not sign is none

    def _arrived(self, event: Arrived, now: datetime) -> Sequence[Effect]:
        stream = [one for one in event.documents if isinstance(one, Document)]
        companions: dict[str, list[Document]] = defaultdict(list)
        for document in stream:
            companions[document.kind].append(document)
        effects: list[Effect] = []
        for document in stream:
            if document.kind == "inquiry":
                effects += providing.provide(self, document, companions, now)
            elif document.kind not in {"permit", "notice"}:
                effects += self._take_over(document, event.hop, now)
        return effects

    def _take_over(self, document: Document, hop: str, now: datetime) -> Sequence[Effect]:
        """Take over a symbol, a late answer, a list or the time; all else is refused."""
        letter = Letter(to=document.sender, at=now, reply_to=document.message_id)
        try:
            require("message.sender", holds=hop == self.core)
            require("message.addressee", holds=document.recipient == self.code)
            if document.kind == "permit-list":
                self._take_list(document, now)
                return (Reply(document=self.desk.write(Acknowledgement(), letter).raw),)
            message = self.desk.read(document, now=now, old=document.kind == "answer")
            if isinstance(message, SymbolNotice):
                asking.receive_symbol(self, message)
            elif isinstance(message, Answer):
                self._conclude(message, document, now)
            else:
                require("message.addressee", holds=isinstance(message, Clock))
        except RefusedError as error:
            return (Reply(document=self.desk.refuse(error, letter).raw),)
        return (Reply(document=self.desk.write(Acknowledgement(), letter).raw),)

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

    def _conclude(self, message: Answer, document: Document, now: datetime) -> None:
        number = message.transaction_number
        asked = next(
            (one for one in self.state.asked.values() if one.transaction_number == number), None
        )
        if asked is None:
            raise RefusedError("permit.mismatch")
        asked.replies.append(document)
        asking.conclude(self, asked, document, now)
