"""What the network core knows, as plain data; nobody else ever sees two institutions' symbols."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from mocks.engine.behaviour import Behaviour
from mocks.engine.draw import Draw
from mocks.engine.exchange import Ruling
from mocks.engine.recordlog import RecordLog
from mocks.engine.scenario import Scenario
from mocks.parties.judging import Judge
from mocks.parties.player import Player
from wire.permit import PermitClaims


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedPermit:
    """One permit, the request it answers, and whom it is about (the core's own key)."""

    claims: PermitClaims
    compact: bytes
    request_id: str
    request_body: bytes = field(repr=False)
    resident_code: str = field(repr=False)

    def valid(self, now: datetime) -> bool:
        """Return whether it can still be used."""
        return now < self.claims.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """What was relayed and is not replied to yet: its ruling, how it stood, its exchange."""

    ruling: Ruling | None
    before: Mapping[str, str]
    exchange: int


@dataclass(slots=True, kw_only=True)
class CoreState:
    """Process numbers under way, symbols, connections between them, permits, the log."""

    process_numbers: dict[str, str] = field(default_factory=dict)  # number -> institution
    requested: dict[tuple[str, str], str] = field(default_factory=dict)  # -> process number
    symbols: dict[tuple[str, str], str] = field(default_factory=dict)  # institution, person
    people: dict[tuple[str, str], str] = field(default_factory=dict)  # institution, symbol
    permits: dict[tuple[str, str], IssuedPermit] = field(default_factory=dict)  # by request
    transactions: dict[str, IssuedPermit] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)  # transaction -> last known state
    relays: dict[str, Relay] = field(default_factory=dict)  # under way, by mark
    relayed: set[str] = field(default_factory=set)  # transactions
    accepted: set[str] = field(default_factory=set)  # whose late answer was taken over
    open: set[str] = field(default_factory=set)  # transactions without an answer or a refusal
    revoked: set[tuple[str, str]] = field(default_factory=set)  # institution, symbol
    reissued: dict[tuple[str, str], str] = field(default_factory=dict)  # -> symbol at the next link
    log: RecordLog = field(default_factory=RecordLog)
    behaviour: Behaviour = field(default_factory=Behaviour)

    def bind(self, institution: str, resident_code: str, symbol: str) -> None:
        """Make a symbol the one in use; older ones still lead to the person."""
        self.symbols[institution, resident_code] = symbol
        self.people[institution, symbol] = resident_code


@dataclass(slots=True, kw_only=True)
class Office(Player):
    """The core's keys, rules and state; `registry` is the one institution that may link residents.

    `judge` holds the permit list that it distributes.
    """

    permit_key: ec.EllipticCurvePrivateKey = field(repr=False)
    permit_key_id: str
    judge: Judge
    registry: str
    draw: Draw
    permit_lifetime: timedelta = timedelta(seconds=300)
    state: CoreState = field(default_factory=CoreState, repr=False)

    def bind(self, institution: str, resident_code: str, symbol: str) -> None:
        """Make a symbol the one in use, and let rules know whose it is."""
        self.state.bind(institution, resident_code, symbol)
        who = self.role.person(resident_code)
        if who is not None:
            self.script.names.bind_symbol(institution, symbol, who)

    def load(self, scenario: Scenario, *, now: datetime) -> None:
        """Let a scenario run from now on; its core and registry are this core and its registry."""
        kinds = {"core": self.code, "registry": self.registry}
        for party, setup in scenario.parties.items():
            code = setup.code or kinds.get(setup.kind)
            if code is not None:
                self.script.names.bind_party(party, code)
        self.script.load(scenario, now=now)

    def symbol_of(self, institution: str, resident_code: str) -> str:
        """Return an institution's symbol of a person, minting one where none was acquired.

        A minted one means nothing to the institution, so "nobody acquired a symbol" looks from
        outside exactly like "nothing is registered" (G12).
        """
        found = self.state.symbols.get((institution, resident_code))
        if found is None:
            found = self.draw.token("minted", institution, len(self.state.symbols))
            self.bind(institution, resident_code, found)
        return found

    def record(self, at: datetime, **fields: Any) -> None:  # noqa: ANN401  # codes of any record
        """Append to the core's own log; absent fields are left out, persons never enter."""
        kept = {name: value for name, value in fields.items() if value is not None}
        self.state.log.append({"at": at.isoformat(timespec="milliseconds"), **kept})
