"""マイナポータル and the disclosure of exchange records (N4): the citizen's view of an institution.

It asks the system under test, through the core, what was exchanged about a person and what is held
about them. The core turns the portal's symbol of the person into that of whoever is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mocks.engine.exchange import Call, Content, Ruling
from mocks.engine.party import Arrived, Effect, Event, Reply, Returned, UnableError
from mocks.engine.scenario_rules import Act
from mocks.parties.desk import Letter
from mocks.parties.outbox import Parcel, has
from mocks.parties.player import Player, numbers_of
from mocks.parties.refusals import RefusedError, obey, require
from mocks.parties.role import Became, about
from mocks.parties.seen import shown
from wire.documents import Document
from wire.messages import (
    Acknowledgement,
    Clock,
    InformationRequest,
    Message,
    OwnInformation,
    RecordList,
    RecordRequest,
    Refusal,
)

OPS = {"ask": "information.request", "ask_records": "record.request"}


@dataclass(slots=True, kw_only=True)
class Asked:
    """One request of a person; `state` is sent, disclosed, denied or failed.

    `found` is what was disclosed, `code` why nothing was.
    """

    request: RecordRequest | InformationRequest
    to: str
    ruling: Ruling
    number: str = field(repr=False)
    state: str = "sent"
    code: str | None = None
    found: RecordList | OwnInformation | None = field(default=None, repr=False)


@dataclass(slots=True, kw_only=True)
class PortalState:
    """The portal's symbols by individual number, and its requests by their ids."""

    symbols: dict[str, str] = field(default_factory=dict, repr=False)
    asked: dict[str, Asked] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Portal(Player):
    """The portal as a party."""

    core: str
    state: PortalState = field(default_factory=PortalState)

    def _list_calls(self, event: Arrived, here: datetime) -> Sequence[Call]:  # noqa: ARG002  # of a Player
        return ()

    def _take_turn(self, event: Event, here: datetime) -> Sequence[Effect]:
        if isinstance(event, Returned):
            self._conclude(event, here)
        if not isinstance(event, Arrived):
            return ()
        stream = (one for one in event.documents if isinstance(one, Document))
        return [self._take_over(document, event.hop, here) for document in stream]

    def _take_step(
        self, action: str, act: Act, _call: Call | None, here: datetime
    ) -> Sequence[Effect]:
        to = self.role.find_subject()
        if action not in OPS or to is None or (action == "ask" and act.information is None):
            raise UnableError(action)
        numbers = numbers_of(self.role, act)
        missing = [number for number in numbers if number not in self.state.symbols]
        if missing:
            message = (
                f"{act.person}: {len(missing)} 人の符号がありません / no symbol of {len(missing)}"
            )
            raise UnableError(message)
        return [effect for one in numbers for effect in self._ask(act, one, to, here)]

    def _ask(self, act: Act, number: str, to: str, here: datetime) -> Sequence[Effect]:
        request = self._request(act, number)
        ruling = self.role.rule(self._call(request, number, to, here), here)
        try:
            obey(ruling)
        except RefusedError as error:
            self.role.settle(ruling, Became(outcome=error.code))
            return ()
        letter = Letter(to=to, at=here, forged=has(ruling, "signature"))
        document = self.desk.write(request, letter)
        self.state.asked[request.request_id] = Asked(
            request=request, to=to, ruling=ruling, number=number
        )

        def anew(vary: Sequence[str], at: datetime) -> tuple[bytes, ...]:
            return (self.desk.again(document, vary, at).raw,)

        mark = f"disclosure {request.request_id}"
        parcel = Parcel(to=self.core, documents=(document.raw,), anew=anew, mark=mark)
        return self.outbox.send(parcel, ruling, here)

    def _request(self, act: Act, number: str) -> RecordRequest | InformationRequest:
        request_id, symbol = self.desk.new_id("disclosure"), self.state.symbols[number]
        if act.information is None:
            return RecordRequest(request_id=request_id, symbol=symbol)
        return InformationRequest(
            request_id=request_id, symbol=symbol, information=(act.information,)
        )

    def _call(
        self, request: RecordRequest | InformationRequest, number: str, to: str, here: datetime
    ) -> Call:
        content, action = Content(), "ask_records"
        if isinstance(request, InformationRequest):
            content, action = Content(information=request.information), "ask"
        call = Call(
            party=self.role.name,
            op=OPS[action],
            peer=self.script.names.called(to),
            correlation=request.request_id,
            content=content,
            facts=self.role.facts(here),
        )
        return about(call, self.role.person(number))

    def _conclude(self, event: Returned, here: datetime) -> None:
        """Take over what was disclosed, or why nothing was."""
        asked = self.state.asked.get(event.mark.partition(" ")[2])
        if asked is None:
            return
        asked.state, asked.code = "failed", "peer.unreachable"
        decoded = {}
        for document in event.documents or ():
            try:
                message = self.desk.read(document, now=here, old=True)
                self._take(asked, document, message)
            except RefusedError as error:
                asked.state, asked.code = "failed", error.code
            decoded = shown(document)
        outcome = asked.code or asked.state
        self.role.settle(asked.ruling, Became(outcome=outcome, decoded=decoded))

    def _take(self, asked: Asked, document: Document, message: Message) -> None:
        if isinstance(message, Refusal):
            asked.state, asked.code = "denied", message.code
            return
        require("message.sender", holds=document.sender == asked.to)
        if not isinstance(message, RecordList | OwnInformation):
            raise RefusedError("message.malformed")
        require("message.malformed", holds=message.request_id == asked.request.request_id)
        asked.state, asked.code, asked.found = "disclosed", None, message

    def _take_over(self, document: Document, hop: str, here: datetime) -> Effect:
        """Take over the time from the core; all else is refused."""
        letter = Letter(to=document.sender, at=here, reply_to=document.message_id)
        try:
            require("message.sender", holds=hop == self.core)
            message = self.desk.read(document, now=here)
            require("message.addressee", holds=isinstance(message, Clock))
        except RefusedError as error:
            return Reply(document=self.desk.refuse(error, letter).raw)
        return Reply(document=self.desk.write(Acknowledgement(), letter).raw)
