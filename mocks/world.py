"""Makes the counterparties of one sandbox: who takes part, with which keys, on which people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from mocks.engine.cast import Member, load_cast
from mocks.engine.draw import Draw
from mocks.engine.party import Party
from mocks.engine.people import Municipality, People
from mocks.parties.agency import Agency
from mocks.parties.core import Core
from mocks.parties.desk import Desk, Keys
from mocks.parties.judging import Judge
from mocks.parties.registry import Registry
from mocks.pki import Pki, load_key
from mocks.trust import DOCUMENT_ALGORITHM
from permitlists import Institution, Institutions, load_builtin, load_institutions
from wire.signatures import Signer

GATEWAYS = ("a", "b")  # short keys of the institutions whose gateways are ours
TOWNS = ("a", "b", "town")  # where people live
AGENCIES = ("accounts", "employment", "prefecture", "insurer", "town")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a sandbox is made from; `run` tells one start from another of the same seed."""

    pki: Pki
    seed: str
    run: str = ""
    slot: timedelta = timedelta(seconds=300)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All parties but the gateways, the pinned keys they share, and the people."""

    institutions: Institutions
    keys: Keys
    core: Core
    registry: Registry
    agencies: Mapping[str, Agency]  # by short key
    people: People
    cast: Mapping[str, Member]

    @property
    def parties(self) -> dict[str, Party]:
        """Every party by institution code."""
        listed: list[Party] = [self.core, self.registry, *self.agencies.values()]
        return {party.code: party for party in listed}

    def code(self, short: str) -> str:
        """Return the institution code of a short key."""
        return load_short(self.institutions, short).code


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
    judge = Judge(load_builtin(), institutions)
    core_code = load_short(institutions, "core").code
    registry_code = load_short(institutions, "registry").code
    core = Core(
        desk=_desk(setup, keys, core_code),
        permit_key=load_key(setup.pki.identity(core_code).permit_key),
        permit_key_id=setup.pki.identity(core_code).permit_key_id,
        judge=judge,
        registry=registry_code,
        draw=Draw(f"{setup.seed}/{setup.run}", "core"),
    )
    registry = Registry(desk=_desk(setup, keys, registry_code), core=core_code)
    agencies = {
        short: Agency(
            desk=_desk(setup, keys, load_short(institutions, short).code),
            judge=judge,
            core=core_code,
            registry=registry_code,
            slot=setup.slot,
        )
        for short in AGENCIES
    }
    towns = {short: _municipality(load_short(institutions, short)) for short in TOWNS}
    people = People(seed=setup.seed, municipalities=tuple(towns.values()))
    cast = load_cast(people, towns)
    registry.register(member.resident for member in cast.values())
    return World(
        institutions=institutions,
        keys=keys,
        core=core,
        registry=registry,
        agencies=agencies,
        people=people,
        cast=cast,
    )


def _desk(setup: Setup, keys: Keys, code: str) -> Desk:
    identity = setup.pki.identity(code)
    signer = Signer(identity.signing_key_id, DOCUMENT_ALGORITHM, load_key(identity.signing_key))
    return Desk(code=code, signer=signer, keys=keys, draw=Draw(f"{setup.seed}/{setup.run}", code))


def _municipality(institution: Institution) -> Municipality:
    return Municipality(code=institution.code, name=institution.name_ja)
