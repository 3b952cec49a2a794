"""A second reading of the permit list: slow, obvious, and sharing no code with the index.

It walks the packaged lines as plain JSON from the top of the table and answers one question at a
time, so that a person can follow it with the order beside the screen.
"""

import json
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from permitlists.model import Question

Granted = tuple[str, str | None, int, str]  # row, clause, pair, information


@dataclass(frozen=True, slots=True, kw_only=True)
class OracleAnswer:
    """What the table says: the first failing element, None when allowed, and what it grants."""

    failed: str | None
    granted: frozenset[Granted] = frozenset()


class Oracle:
    """One edition as a list of rows, each with its pairs and clauses as they stand in the file."""

    def __init__(self, data: bytes) -> None:
        """Read the packaged lines of one edition."""
        self.rows: list[dict[str, Any]] = []  # Any: plain JSON
        self.groups: dict[str, list[str]] = {}
        for line in data.decode().splitlines():
            kind, *fields = json.loads(line)
            if kind == "edition":
                self.instrument, first_day, last_day = fields[:3]
                self.valid_from = date.fromisoformat(first_day)
                self.valid_to = date.fromisoformat(last_day) if last_day else date.max
            elif kind == "class":
                self.groups[fields[0]] = fields[1]
            elif kind == "row":
                row = {"no": fields[0], "inquirers": fields[3], "pairs": [], "clauses": []}
                self.rows.append(row)
            elif kind == "pair":
                pair = {"no": fields[0], "providers": fields[1], "terms": fields[2]}
                self.rows[-1]["pairs"].append(pair)
            elif kind == "clause":
                self.rows[-1]["clauses"].append({"no": fields[0], "lines": []})
            elif kind == "grant":
                self.rows[-1]["clauses"][-1]["lines"].append(fields)

    def resolve(self, name: str) -> frozenset[str]:
        """Return a class with every group above it, empty for an unknown name."""
        if name not in self.groups:
            return frozenset()
        found = {name}
        for group in self.groups[name]:
            found |= self.resolve(group)
        return frozenset(found)

    def answer(self, question: Question) -> OracleAnswer:
        """Return what the table says to a question without holds."""
        if question.instrument != self.instrument or question.basis != "19-8":
            return OracleAnswer(failed="edition")
        if not self.valid_from <= question.on < self.valid_to:
            return OracleAnswer(failed="edition")
        for row in self.rows:
            if row["no"] == question.affair.row and row["inquirers"]:
                if not set(row["inquirers"]) & question.inquirer:
                    return OracleAnswer(failed="inquirer")
                for clause in row["clauses"]:
                    if clause["no"] == question.affair.clause:
                        return _answer_in_clause(row, clause, question)
        return OracleAnswer(failed="affair")

    def list_granted(self) -> list[Granted]:
        """Return every (row, clause, pair, information) that the table grants, in its order."""
        granted: dict[Granted, None] = {}
        for row in self.rows:
            for clause in row["clauses"]:
                for pair in row["pairs"]:
                    for term in pair["terms"]:
                        if _lists(clause, pair["no"], term):
                            granted[row["no"], clause["no"], pair["no"], term] = None
        return list(granted)


def load_oracle() -> Oracle:
    """Return the oracle of the packaged order of 2024."""
    folder = files("permitlists").joinpath("data")
    return Oracle(folder.joinpath("shourei-r6.2024-05-27.jsonl").read_bytes())


def _answer_in_clause(
    row: dict[str, Any], clause: dict[str, Any], question: Question
) -> OracleAnswer:
    own_pairs = [pair for pair in row["pairs"] if set(pair["providers"]) & question.provider]
    if not own_pairs:
        return OracleAnswer(failed="provider")
    if not question.information:
        return OracleAnswer(failed="information")
    granted: set[Granted] = set()
    for information in question.information:
        found = {
            (row["no"], clause["no"], pair["no"], information)
            for pair in own_pairs
            if information in pair["terms"] and _lists(clause, pair["no"], information)
        }
        if not found:
            return OracleAnswer(failed="information")
        granted |= found
    return OracleAnswer(failed=None, granted=frozenset(granted))


def _lists(clause: dict[str, Any], pair: int, information: str) -> bool:
    return any(
        pair in pairs and information in terms and confidence != "doubtful"
        for pairs, terms, _scope, confidence in clause["lines"]
    )
