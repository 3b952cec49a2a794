"""Index against oracle: every granting tuple, every class at every row, and random changes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product
from random import Random
from typing import Final

from permitlists.changes import ABSENT, CHANGES, Universe
from permitlists.model import Affair, Question
from permitlists.oracle import Document, Granted, Oracle, OracleAnswer, OracleList
from permitlists.permit_list import PermitList

MOST_CHANGES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One question to which index and oracle give different answers."""

    question: Question
    index: OracleAnswer
    oracle: OracleAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One edition as the oracle reads it from some day on.

    `classes` are the classes by name with their groups, `rows` the rows by number.
    """

    instrument: str
    day: date
    classes: dict[str, frozenset[str]]
    rows: dict[str, Document]
    granted: list[Granted]

    def ask(self, granted: Granted, inquirer: str, provider: str) -> Question:
        """Return the question that a grant answers, from one class to another."""
        row, clause, _pair, information = granted
        return Question(
            on=self.day,
            affair=Affair(row=row, clause=clause),
            inquirer=self.classes.get(inquirer, frozenset({inquirer})),
            provider=self.classes.get(provider, frozenset({provider})),
            information=(information,),
            instrument=self.instrument,
        )

    def list_providers(self, granted: Granted) -> list[str]:
        """Return the provider classes of the pair of a grant."""
        pairs: list[list[str]] = [
            providers
            for number, providers, _terms in self.rows[granted[0]]["pairs"]
            if number == granted[2]
        ]
        return pairs[0]


class Comparison:
    """A permit list beside the oracles of the same editions, and the questions to ask both."""

    def __init__(self, permit_list: PermitList, oracles: OracleList) -> None:
        """Take a list compiled from some editions and the oracles that read the same ones."""
        self.permit_list = permit_list
        self.oracles = oracles
        self._readings = [reading for one in oracles.oracles for reading in _list_readings(one)]

    def compare(self, question: Question) -> Disagreement | None:
        """Return how index and oracle differ on a question, None where they agree."""
        decision = self.permit_list.decide(question)
        matched = ((one.row, one.clause, one.pair, one.information) for one in decision.matched)
        index = OracleAnswer(failed=decision.failed, granted=frozenset(matched))
        oracle = self.oracles.answer(question)
        if index == oracle and decision.allowed == (oracle.failed is None):
            return None
        return Disagreement(question=question, index=index, oracle=oracle)

    def list_granting(self) -> Iterator[Question]:
        """Yield every (row, clause, inquirer class, provider class, term) that an edition grants.

        Where reading rules change an edition, each of its readings is asked on its first day.
        """
        for reading in self._readings:
            for granted in reading.granted:
                for inquirer in reading.rows[granted[0]]["inquirers"]:
                    for provider in reading.list_providers(granted):
                        yield reading.ask(granted, inquirer, provider)

    def list_inquirers(self) -> Iterator[Question]:
        """Yield one question for every row and every class of the edition as its inquirer.

        It asks for something that the row grants, where it grants anything.
        """
        for reading in self._readings:
            granted = {one[0]: one for one in reading.granted}
            for row in reading.rows:
                one = granted.get(row)
                provider = reading.list_providers(one)[0] if one else ABSENT
                for name in reading.classes:
                    yield reading.ask(one or (row, None, 0, ABSENT), name, provider)

    def list_everything(self, *, step: int = 1) -> Iterator[Question]:
        """Yield every clause with every class as provider and every term of the edition.

        The inquirer is one of the row. `step` takes every so many clauses only; a reading rule that
        changes no row is not asked again.
        """
        for place, reading in enumerate(self._readings):
            if place and self._readings[place - 1].rows == reading.rows:
                continue
            terms = _list_terms(reading.rows.values())
            places = [(row, one["no"]) for row in reading.rows.values() for one in row["clauses"]]
            for row, clause in places[::step]:
                inquirer = next(iter(row["inquirers"]), ABSENT)
                for provider, term in product(reading.classes, terms):
                    yield reading.ask((row["no"], clause, 0, term), inquirer, provider)

    def list_mutations(self, count: int, draw: Random) -> Iterator[Question]:
        """Yield so many permitted questions with one to three elements changed at random."""
        universe = self._universe()
        permitted = list(self._list_permitted())
        for _ in range(count if permitted else 0):
            reading, granted = draw.choice(permitted)
            inquirer = draw.choice(reading.rows[granted[0]]["inquirers"])
            question = reading.ask(granted, inquirer, draw.choice(reading.list_providers(granted)))
            for change in draw.sample(CHANGES, draw.randint(1, MOST_CHANGES)):
                question = change(question, universe, draw)
            yield question

    def _list_permitted(self) -> Iterator[tuple[_Reading, Granted]]:
        for reading in self._readings:
            for one in reading.granted:
                if reading.rows[one[0]]["inquirers"] and reading.list_providers(one):
                    yield reading, one

    def _universe(self) -> Universe:
        classes = {one for reading in self._readings for one in reading.classes.values()}
        rows = [row for reading in self._readings for row in reading.rows.values()]
        days = {one.valid_to for one in self.oracles.oracles if one.valid_to is not None}
        return Universe(
            affairs=sorted(
                {(row["no"], one["no"]) for row in rows for one in row["clauses"]}, key=str
            ),
            classes=sorted(classes, key=sorted),
            terms=_list_terms(rows),
            days=sorted(days | {reading.day for reading in self._readings}),
        )


def _list_readings(oracle: Oracle) -> Iterator[_Reading]:
    classes = {name: oracle.resolve(name) for name in oracle.groups}
    for day in oracle.list_days():
        yield _Reading(
            instrument=oracle.instrument,
            day=day,
            classes=classes,
            rows={row["no"]: row for row in oracle.list_rows(day)},
            granted=oracle.list_granted(day),
        )


def _list_terms(rows: Iterable[Document]) -> list[str]:
    found = (term for row in rows for _number, _providers, terms in row["pairs"] for term in terms)
    return list(dict.fromkeys(found))
