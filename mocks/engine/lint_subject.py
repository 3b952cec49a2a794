"""What lint rules look at: one scenario with its places, and how they say what they find."""

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from mocks.engine.problems import Path, Place, Problem, problem
from mocks.engine.scenario import Scenario
from mocks.engine.vocabulary import Vocabulary
from mocks.engine.yaml_tree import Places

Problems = Iterator[Problem]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One scenario under the lint, and the words it may use."""

    scenario: Scenario
    places: Places
    words: Vocabulary

    def say(self, code: str, path: Path, *, value: object = "", hint: str = "") -> Problem:
        """Return a problem at the place of a value."""
        return problem(code, self.places.find(path), path, value=value, hint=hint)

    def say_at(self, code: str, path: Path, offset: int, *, value: str, hint: str = "") -> Problem:
        """Return a problem within a quoted text, `offset` characters after its quote."""
        start = self.places.find(path)
        place = Place(line=start.line, column=start.column + 1 + offset)
        return problem(code, place, path, value=value, hint=hint)

    def kind_of(self, party: str) -> str | None:
        """Return the kind of a declared party, or None."""
        found = self.scenario.parties.get(party)
        return found.kind if found else None

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of all declared parties."""
        return frozenset(one.kind for one in self.scenario.parties.values())

    def check_party(self, name: str | None, path: Path) -> Problems:
        """Yield a problem if a party is named that is not declared."""
        yield from self._check("party.undeclared", name, self.scenario.parties, path)

    def check_person(self, name: str | None, path: Path) -> Problems:
        """Yield a problem if a person is named who is not declared."""
        yield from self._check("person.undeclared", name, self.scenario.people, path)

    def check_file(self, name: str | None, path: Path) -> Problems:
        """Yield a problem if a file is named that is not declared."""
        yield from self._check("file.undeclared", name, self.scenario.files, path)

    def check_word(self, name: str | None, known: Collection[str], path: Path) -> Problems:
        """Yield a problem if a word is not among those that belong there."""
        yield from self._check("word.unknown", name, known, path)

    def _check(self, code: str, name: str | None, known: Collection[str], path: Path) -> Problems:
        if name is not None and name not in known:
            yield self.say(code, path, value=name, hint=nearest(name, known))


def nearest(name: str, known: Collection[str]) -> str:
    """Return the known name that looks most like another, in brackets, or nothing."""
    found = difflib.get_close_matches(name, sorted(known), n=1)
    return f" ({found[0]}?)" if found else ""
