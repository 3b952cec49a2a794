"""What a scenario calls parties and people, and the codes and numbers documents have for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A person of a scenario: the name there, and the place in a crowd, from 0."""

    name: str
    member: int = 0


@dataclass(slots=True)
class Names:
    """Both directions between the names of a scenario and what documents carry; unknown is None.

    Numbers and symbols never show in its text.
    """

    _codes: dict[str, str] = field(default_factory=dict)  # party -> institution code
    _parties: dict[str, str] = field(default_factory=dict)  # institution code -> party
    _people: dict[str, Somebody] = field(default_factory=dict, repr=False)  # by number or code
    _symbols: dict[tuple[str, str], Somebody] = field(default_factory=dict, repr=False)
    _numbers: dict[str, dict[int, str]] = field(default_factory=dict, repr=False)
    _exchanges: dict[str, str] = field(default_factory=dict)  # transaction number -> request id

    def bind_party(self, party: str, code: str) -> None:
        """Say which institution code (6 digits) a party has; a former one is forgotten."""
        former = self._codes.pop(party, None)
        if former is not None:
            del self._parties[former]
        other = self._parties.pop(code, None)
        if other is not None:
            del self._codes[other]
        self._codes[party], self._parties[code] = code, party

    def party_of(self, code: str) -> str | None:
        """Return the party that has an institution code."""
        return self._parties.get(code)

    def code_of(self, party: str) -> str | None:
        """Return the institution code of a party."""
        return self._codes.get(party)

    def called(self, code: str) -> str:
        """Return how calls name an institution: as the scenario does, or by its code."""
        return self._parties.get(code, code)

    def bind_person(self, who: Somebody, *, number: str, resident_code: str | None = None) -> None:
        """Say which individual number and which resident code somebody has."""
        self._people[number] = who
        if resident_code is not None:
            self._people[resident_code] = who
        self._numbers.setdefault(who.name, {})[who.member] = number

    def bind_symbol(self, institution: str, symbol: str, who: Somebody) -> None:
        """Say whose symbol one is at an institution (its code)."""
        self._symbols[institution, symbol] = who

    def person_of(self, number: str) -> Somebody | None:
        """Return who has an individual number or a resident code."""
        return self._people.get(number)

    def person_of_symbol(self, institution: str, symbol: str) -> Somebody | None:
        """Return whose symbol one is at an institution (its code)."""
        return self._symbols.get((institution, symbol))

    def number_of(self, name: str, member: int = 0) -> str | None:
        """Return the individual number of somebody."""
        return self._numbers.get(name, {}).get(member)

    def numbers_of(self, name: str) -> Sequence[str]:
        """Return the individual numbers of a person or of a crowd, by place."""
        return [number for _, number in sorted(self._numbers.get(name, {}).items())]

    def bind_transaction(self, transaction_number: str, request_id: str) -> None:
        """Say which exchange (its first request id) a transaction number belongs to."""
        self._exchanges[transaction_number] = request_id

    def correlation_of(self, transaction_number: str) -> str | None:
        """Return the exchange that a transaction number belongs to."""
        return self._exchanges.get(transaction_number)

    def snapshot(self) -> dict[str, Any]:
        """Return everything as JSON values, numbers included."""
        people = [[key, who.name, who.member] for key, who in self._people.items()]
        symbols = [[*key, who.name, who.member] for key, who in self._symbols.items()]
        numbers = [
            [name, member, number]
            for name, members in self._numbers.items()
            for member, number in members.items()
        ]
        return {
            "codes": dict(self._codes),
            "people": people,
            "symbols": symbols,
            "numbers": numbers,
            "exchanges": dict(self._exchanges),
        }

    @classmethod
    def restore(cls, kept: Mapping[str, Any]) -> "Names":
        """Return the names that a snapshot holds."""
        names = cls()
        for party, code in kept["codes"].items():
            names.bind_party(party, code)
        for key, name, member in kept["people"]:
            names._people[key] = Somebody(name=name, member=member)
        for institution, symbol, name, member in kept["symbols"]:
            names.bind_symbol(institution, symbol, Somebody(name=name, member=member))
        for name, member, number in kept["numbers"]:
            names._numbers.setdefault(name, {})[member] = number
        names._exchanges.update(kept["exchanges"])
        return names
