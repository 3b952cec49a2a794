"""住民基本台帳ネットワーク (the resident registry): who lives where, and the start of symbols (N2).

The one counterparty that sees individual numbers. A number with a true check digit is refused:
no real person's number belongs into a sandbox.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from mocks.engine.exchange import Call, Ruling
from mocks.engine.party import Arrived, Effect, Event, Reply, Send, UnableError
from mocks.engine.people import Resident, Stay
from mocks.engine.scenario_rules import Act, Residency
from mocks.parties.desk import Letter
from mocks.parties.outbox import Parcel, has
from mocks.parties.player import Player, numbers_of
from mocks.parties.refusals import RefusedError, obey, require
from mocks.parties.role import Became, about
from mocks.parties.seen import peek
from wire.documents import Document
from wire.messages import (
    Acknowledgement,
    BasicItems,
    BasicRequest,
    Message,
    RegistryLink,
    ResidentLink,
)
from wire.numbers import is_individual_number

OPS = {"registry-link": "resident.link", "basic-request": "resident.find"}


@dataclass(slots=True, kw_only=True)
class RegistryState:
    """All residents by individual number, and how many real-looking numbers were refused."""

    residents: dict[str, Resident] = field(default_factory=dict)
    flags: dict[str, set[str]] = field(default_factory=dict)  # by individual number
    real_numbers_refused: int = 0
    links: int = 0


@dataclass(slots=True, kw_only=True)
class Registry(Player):
    """The registry as a party."""

    core: str
    state: RegistryState = field(default_factory=RegistryState, repr=False)

    def register(self, residents: Iterable[Resident]) -> None:
        """Add residents, or replace those of the same individual number."""
        self.state.residents |= {person.individual_number: person for person in residents}

    def _list_calls(self, event: Arrived, here: datetime) -> Sequence[Call]:
        calls = []
        for document in event.documents:
            if isinstance(document, Document) and document.kind in OPS:
                call = Call(
                    party=self.role.name,
                    op=OPS[document.kind],
                    peer=self.script.names.called(document.sender),
                    message_id=document.message_id,
                    facts=self.role.facts(here, under_way=event.under_way),
                )
                number = getattr(peek(document), "individual_number", "")
                calls.append(about(call, self.role.person(number)))
        return calls

    def _take_turn(self, event: Event, here: datetime) -> Sequence[Effect]:
        if not isinstance(event, Arrived):
            return ()
        effects: list[Effect] = []
        for document in event.documents:
            if isinstance(document, Document):
                ruling = event.rulings.get(document.message_id)
                effects += self._answer(document, event.hop, ruling, here)
        return effects

    def _take_step(
        self, action: str, act: Act, _call: Call | None, _here: datetime
    ) -> Sequence[Effect]:
        if action not in {"set_flag", "correct"}:
            raise UnableError(action)
        known = [self.state.residents.get(number) for number in numbers_of(self.role, act)]
        people = [person for person in known if person is not None]
        if action == "set_flag":
            for person in people:
                self.state.flags.setdefault(person.individual_number, set()).add(act.flag or "")
        else:
            self.register([_corrected(person, act) for person in people])
        return ()

    def _answer(
        self, document: Document, hop: str, ruling: Ruling | None, now: datetime
    ) -> Sequence[Effect]:
        letter = Letter(
            to=document.sender,
            at=now,
            reply_to=document.message_id,
            forged=has(ruling, "signature"),
        )
        try:
            require("message.sender", holds=document.sender == hop)
            require("message.addressee", holds=document.recipient == self.code)
            message = self.desk.read(document, now=now)
            if document.kind == "clock":
                require("message.sender", holds=hop == self.core)
                return (Reply(document=self.desk.write(Acknowledgement(), letter).raw),)
            effects = self._look_up(message, letter, ruling)
        except RefusedError as error:
            self.role.settle(ruling, Became(outcome=error.code))
            effects = (Reply(document=self.desk.refuse(error, letter).raw),)
        stream = tuple(one.document for one in effects if isinstance(one, Reply))
        parcel = Parcel(to=letter.to, documents=stream)
        return [*effects, *self.outbox.repeat(parcel, ruling, now)]

    def _look_up(self, message: Message, letter: Letter, ruling: Ruling | None) -> Sequence[Effect]:
        if not isinstance(message, RegistryLink | BasicRequest):
            raise RefusedError("message.addressee")
        if is_individual_number(message.individual_number, "real"):
            self.state.real_numbers_refused += 1
            raise RefusedError("address.number_kind")
        obey(ruling)
        person = self.state.residents.get(message.individual_number)
        if person is None:
            raise RefusedError("resident.unknown")
        if isinstance(message, RegistryLink):
            self.role.settle(ruling, Became(outcome="linked"))
            return self._link(message, person, letter)
        history = ruling.reaction.history if ruling and ruling.reaction else ()
        self.role.settle(ruling, Became(outcome="found"))
        found = _with_history(person, history) if history else person
        return (Reply(document=self.desk.write(_basic_items(found), letter).raw),)

    def _link(self, message: RegistryLink, person: Resident, letter: Letter) -> Sequence[Effect]:
        self.state.links += 1
        accepted = Reply(document=self.desk.write(Acknowledgement(), letter).raw)
        link = ResidentLink(
            process_number=message.process_number,
            resident_code=person.resident_code,
            institution=letter.to,
        )
        told = self.desk.write(link, Letter(to=self.core, at=letter.at))
        return (accepted, Send(to=self.core, documents=(told.raw,)))


def _basic_items(person: Resident) -> BasicItems:
    return BasicItems(
        name=person.name,
        name_kana=person.kana,
        birth_date=person.born_on,
        sex_code=person.sex_code,
        address=person.last_stay.address,
    )


def _with_history(person: Resident, history: Sequence[Residency]) -> Resident:
    """Return a resident who lived where a rule says; a place keeps the address it had."""
    addresses = {stay.municipality: stay.address for stay in person.stays}
    stays = [
        Stay(
            municipality=one.code,
            address=addresses.get(one.code, person.last_stay.address),
            from_on=one.from_on,
            to_on=one.to_on,
        )
        for one in history
    ]
    return replace(person, stays=tuple(stays))


def _corrected(person: Resident, act: Act) -> Resident:
    """Return a resident whose stay in a municipality ends on another day."""
    try:
        ends = date.fromisoformat(str(act.to))
    except ValueError as error:
        message = f"{act.to}: 日付ではありません / this is no day"
        raise UnableError(message) from error
    stays = [
        replace(stay, to_on=ends) if stay.municipality == act.code else stay
        for stay in person.stays
    ]
    return replace(person, stays=tuple(stays))
