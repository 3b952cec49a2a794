"""住民基本台帳ネットワーク (the resident registry): who lives where, and the start of symbols (N2).

The one counterparty that sees individual numbers. A number with a true check digit is refused:
no real person's number belongs into a sandbox.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from mocks.engine.behaviour import Behaviour
from mocks.engine.party import Arrived, Effect, Event, Reply, Send
from mocks.engine.people import Resident
from mocks.parties.desk import Desk, Letter
from mocks.parties.refusals import RefusedError, require
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


@dataclass(slots=True, kw_only=True)
class RegistryState:
    """All residents by individual number, and how many real-looking numbers were refused."""

    residents: dict[str, Resident] = field(default_factory=dict)
    real_numbers_refused: int = 0
    links: int = 0
    behaviour: Behaviour = field(default_factory=Behaviour)


@dataclass(slots=True, kw_only=True)
class Registry:
    """The registry as a party; told to misbehave in `link`, it never tells the core."""

    desk: Desk
    core: str
    state: RegistryState = field(default_factory=RegistryState, repr=False)

    @property
    def code(self) -> str:
        """The institution code."""
        return self.desk.code

    def register(self, residents: Iterable[Resident]) -> None:
        """Add residents, or replace those of the same individual number."""
        self.state.residents |= {person.individual_number: person for person in residents}

    def list_lived_in(self, municipality: str, on: date) -> list[Resident]:
        """Return who lived in a municipality on a day, in the order of their registration."""
        return [
            person
            for person in self.state.residents.values()
            if (stay := person.stay_on(on)) is not None and stay.municipality == municipality
        ]

    def handle(self, event: Event, *, now: datetime) -> Sequence[Effect]:
        """Take one turn."""
        if not isinstance(event, Arrived):
            return ()
        effects: list[Effect] = []
        for document in event.documents:
            if isinstance(document, Document):
                effects += self._answer(document, event.hop, now)
        return effects

    def _answer(self, document: Document, hop: str, now: datetime) -> Sequence[Effect]:
        letter = Letter(to=document.sender, at=now, reply_to=document.message_id)
        try:
            require("message.sender", holds=document.sender == hop)
            require("message.addressee", holds=document.recipient == self.code)
            message = self.desk.read(document, now=now)
            if document.kind == "clock":
                require("message.sender", holds=hop == self.core)
                return (Reply(document=self.desk.write(Acknowledgement(), letter).raw),)
            return self._look_up(message, letter)
        except RefusedError as error:
            return (Reply(document=self.desk.refuse(error, letter).raw),)

    def _look_up(self, message: Message, letter: Letter) -> Sequence[Effect]:
        if not isinstance(message, RegistryLink | BasicRequest):
            raise RefusedError("message.addressee")
        if is_individual_number(message.individual_number, "real"):
            self.state.real_numbers_refused += 1
            raise RefusedError("address.number_kind")
        person = self.state.residents.get(message.individual_number)
        if person is None:
            raise RefusedError("resident.unknown")
        if isinstance(message, BasicRequest):
            return (Reply(document=self.desk.write(_basic_items(person), letter).raw),)
        return self._link(message, person, letter)

    def _link(self, message: RegistryLink, person: Resident, letter: Letter) -> Sequence[Effect]:
        self.state.links += 1
        accepted = Reply(document=self.desk.write(Acknowledgement(), letter).raw)
        if self.state.behaviour.occurs("link"):
            return (accepted,)
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
