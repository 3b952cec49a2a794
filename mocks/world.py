"""Makes the counterparties of one sandbox: who takes part, with which keys, on which people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from mocks.engine.cast import Member, load_cast
from mocks.engine.draw import Draw
from mocks.engine.holdings import values_of
from mocks.engine.names import Somebody
from mocks.engine.party import Party
from mocks.engine.people import Municipality, People, Resident
from mocks.engine.scenario import PartySetup
from mocks.engine.script import Script
from mocks.parties import symbols
from mocks.parties.agency import Agency
from mocks.parties.core import Core
from mocks.parties.desk import Desk, Keys
from mocks.parties.judging import Judge
from mocks.parties.portal import Portal
from mocks.parties.registry import Registry
from mocks.parties.role import Role
from mocks.pki import Pki, load_key
from mocks.trust import DOCUMENT_ALGORITHM
from permitlists import Institution, Institutions, load_builtin, load_institutions
from wire.signatures import Signer

GATEWAYS = ("a", "b")  # short keys of the institutions whose gateways are ours
TOWNS = ("a", "b", "town")  # where people live
FLAGS = frozenset({"auto_response_prohibited", "dv_protected"})  # tags that agencies go by
AGENCIES = ("accounts", "employment", "prefecture", "insurer", "town")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a sandbox is made from; `run` tells one start from another of the same seed.

    Without a `script` every party does what it should.
    """

    pki: Pki
    seed: str
    run: str = ""
    slot: timedelta = timedelta(seconds=300)
    script: Script | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All parties but the gateways, the pinned keys they share, and the people."""

    setup: Setup
    institutions: Institutions
    keys: Keys
    script: Script
    core: Core
    registry: Registry
    agencies: dict[str, Agency]  # by short key, or by institution code where there is none
    portals: dict[str, Portal]  # by institution code; there are none but where a scenario has one
    people: People
    cast: Mapping[str, Member]
    insiders: set[str] = field(default_factory=set)

    @property
    def parties(self) -> dict[str, Party]:
        """Every party by institution code."""
        listed: list[Party] = [
            self.core,
            self.registry,
            *self.agencies.values(),
            *self.portals.values(),
        ]
        return {party.code: party for party in listed}

    def code(self, short: str) -> str:
        """Return the institution code of a short key."""
        return load_short(self.institutions, short).code

    def take_roles(self, parties: Mapping[str, PartySetup]) -> Sequence[Party]:
        """Give the parties of a scenario their names; return those that did not exist before.

        The system under test is nobody's here: whoever runs it binds its name to its code.
        """
        fresh: list[Party] = []
        for name, setup in parties.items():
            if setup.kind == "core":
                self.script.names.bind_party(name, self.core.code)
            elif setup.kind == "registry":
                self.script.names.bind_party(name, self.registry.code)
            elif setup.kind == "portal":
                code = setup.code or self.code("portal")
                if code not in self.parties:
                    fresh.append(self._open_portal(code))
                self.script.names.bind_party(name, code)
            elif setup.kind == "agency" and setup.code is not None:
                if setup.code not in self.parties:
                    fresh.append(self._hire(setup.code))
                self.script.names.bind_party(name, setup.code)
        return fresh

    def find_agency(self, code: str) -> Agency | None:
        """Return the agency of an institution code, or None."""
        return next((one for one in self.agencies.values() if one.code == code), None)

    def introduce(
        self,
        who: Somebody,
        person: Resident,
        *,
        information: Iterable[str] = (),
        tags: Iterable[str] = (),
    ) -> None:
        """Let registry, core and all agencies know a person of the scenario.

        Agencies have the symbol without having acquired it, and hold values of each information;
        of an unregistered person they hold none. What tags say of a person they go by.
        """
        number, resident_code = person.individual_number, person.resident_code
        self.script.names.bind_person(who, number=number, resident_code=resident_code)
        self.registry.register([person])
        told = set(tags)
        flags = FLAGS & told
        known = {name: values_of(self.people.draw, person, name) for name in information}
        for agency in self.agencies.values():
            symbol = self.core.symbol_of(agency.code, resident_code)
            agency.state.symbols[number], agency.state.people[symbol] = symbol, number
            if "unregistered" not in told:
                agency.state.holdings[number] = known
            if flags:
                agency.state.flags.setdefault(number, set()).update(flags)

        for portal in self.portals.values():
            portal.state.symbols[number] = self.core.symbol_of(portal.code, resident_code)

    def revoke(self, person: Resident) -> None:
        """Let no institution use the symbols of a person any more."""
        symbols.revoke(self.core, person.resident_code)

    def _open_portal(self, code: str) -> Portal:
        portal = self.portals[code] = Portal(
            desk=_desk(self.setup, self.keys, code),
            role=Role(code=code, script=self.script, insiders=self.insiders),
            core=self.core.code,
        )
        self.insiders.add(code)
        return portal

    def _hire(self, code: str) -> Agency:
        agency = _agency(self, code)
        known = next((one for one in self.institutions if one.code == code), None)
        self.agencies[known.short if known else code] = agency
        self.insiders.add(code)
        return agency


def load_short(institutions: Institutions, short: str) -> Institution:
    """Return the institution of a short key.

    Raises:
        KeyError: there is none.
    """
    found = institutions.find_short(short)
    if found is None:
        raise KeyError(short)
    return found


def make_world(setup: Setup) -> World:
    """Return the parties of a new sandbox; the registry knows the cast, nobody else anybody."""
    institutions, keys = load_institutions(), Keys()
    script = setup.script or Script.silent(seed=setup.seed)
    insiders: set[str] = set()
    core_code = load_short(institutions, "core").code
    registry_code = load_short(institutions, "registry").code
    core = Core(
        desk=_desk(setup, keys, core_code),
        role=Role(code=core_code, script=script, insiders=insiders),
        permit_key=load_key(setup.pki.identity(core_code).permit_key),
        permit_key_id=setup.pki.identity(core_code).permit_key_id,
        judge=Judge(load_builtin(), institutions),
        registry=registry_code,
        draw=Draw(f"{setup.seed}/{setup.run}", "core"),
    )
    registry = Registry(
        desk=_desk(setup, keys, registry_code),
        role=Role(code=registry_code, script=script, insiders=insiders),
        core=core_code,
    )
    towns = {short: _municipality(load_short(institutions, short)) for short in TOWNS}
    people = People(seed=setup.seed, municipalities=tuple(towns.values()))
    cast = load_cast(people, towns)
    registry.register(member.resident for member in cast.values())
    world = World(
        setup=setup,
        institutions=institutions,
        keys=keys,
        script=script,
        core=core,
        registry=registry,
        agencies={},
        portals={},
        people=people,
        cast=cast,
        insiders=insiders,
    )
    for short in AGENCIES:
        world.agencies[short] = _agency(world, world.code(short))
    insiders.update(world.parties)
    return world


def _agency(world: World, code: str) -> Agency:
    return Agency(
        desk=_desk(world.setup, world.keys, code),
        role=Role(code=code, script=world.script, insiders=world.insiders),
        judge=world.core.judge,
        core=world.core.code,
        registry=world.registry.code,
        slot=world.setup.slot,
    )


def _desk(setup: Setup, keys: Keys, code: str) -> Desk:
    identity = setup.pki.identity(code)
    signer = Signer(identity.signing_key_id, DOCUMENT_ALGORITHM, load_key(identity.signing_key))
    return Desk(code=code, signer=signer, keys=keys, draw=Draw(f"{setup.seed}/{setup.run}", code))


def _municipality(institution: Institution) -> Municipality:
    return Municipality(code=institution.code, name=institution.name_ja)
