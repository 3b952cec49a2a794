"""Names exchanges by what they are about, so that draws do not hang on ids or on interleaving."""

from dataclasses import dataclass, field

from mocks.engine.exchange import Call


@dataclass(slots=True)
class Places:
    """A name for the exchange of every call: who, about what, and the how-manieth of those.

    Ids of a system under test differ from run to run, and exchanges of different people come in
    any order; neither shows in these names. Without a person the correlation is all there is.
    """

    known: dict[str, str] = field(default_factory=dict)  # by correlation
    counts: dict[str, int] = field(default_factory=dict)  # exchanges of a person about the same
    calls: dict[str, int] = field(default_factory=dict)  # by place, party and op

    def of(self, call: Call) -> str:
        """Return the name of the exchange that a call belongs to; new ones are remembered."""
        if call.correlation is None:
            return _person(call) or call.message_id or ""
        known = self.known.get(call.correlation)
        if known is None:
            known = self.known[call.correlation] = self._name(call, call.correlation)
        return known

    def count(self, call: Call, place: str) -> int:
        """Count a call of its party and act in its exchange, and return the number, from 1."""
        key = f"{place}|{call.party}|{call.op}"
        self.calls[key] = self.calls.get(key, 0) + 1
        return self.calls[key]

    def clear(self) -> None:
        """Begin anew."""
        self.known.clear()
        self.counts.clear()
        self.calls.clear()

    def _name(self, call: Call, correlation: str) -> str:
        person = _person(call)
        if not person:
            return correlation
        content = call.content
        parts = (content.inquirer, content.provider, *content.information, content.affair)
        basis = "/".join([person, *(part or "" for part in parts)])
        self.counts[basis] = self.counts.get(basis, 0) + 1
        return f"{basis}/{self.counts[basis]}"


def _person(call: Call) -> str:
    return f"{call.person}#{call.member}" if call.person is not None else ""
