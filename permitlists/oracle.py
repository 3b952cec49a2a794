"""A second reading of the permit list: slow, obvious, and sharing no code with the index.

It reads an edition as plain JSON, walks the table from the top for every question and answers one
question at a time, so that a person can follow it with the order beside the screen.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from permitlists.model import Question

Granted = tuple[str, str | None, int, str]  # row, clause, pair, information
Document = dict[str, Any]  # Any: plain JSON
_EDITION_FILE = re.compile(r"[a-z0-9-]+\.\d{4}-\d{2}-\d{2}\.jsonl")  # INSTRUMENT.VALID-FROM.jsonl


@dataclass(frozen=True, slots=True, kw_only=True)
class OracleAnswer:
    """What the table says: the first failing element, None when allowed, and what it grants."""

    failed: str | None
    granted: frozenset[Granted] = frozenset()


class Oracle:
    """One edition as a list of rows, each with its pairs and clauses as they stand in the file."""

    def __init__(self, data: bytes) -> None:
        """Read an edition: its canonical bytes or its packaged lines."""
        read = json.loads(data) if data.startswith(b"{") else _read_lines(data)
        self.instrument: str = read["instrument"]
        self.valid_from = date.fromisoformat(read["valid_from"])
        self.valid_to = date.fromisoformat(read["valid_to"]) if read["valid_to"] else None
        self.groups: dict[str, list[str]] = {one["name"]: one["groups"] for one in read["classes"]}
        self.rows: list[Document] = read["rows"]
        self.overlays: list[Document] = read.get("overlays", [])

    def list_days(self) -> list[date]:
        """Return the first day in force and every later day on which a reading rule changes it."""
        days = {self.valid_from}
        for overlay in self.overlays:
            days.add(date.fromisoformat(overlay["valid_from"]))
            days.add(date.fromisoformat(overlay["valid_to"]))
        return sorted(filter(self.is_in_force, days))

    def is_in_force(self, on: date) -> bool:
        """Tell whether the edition governs a day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    def list_rows(self, on: date) -> list[Document]:
        """Return the rows as they read on a day."""
        return [self._read_row(row, on) for row in self.rows]

    def resolve(self, name: str) -> frozenset[str]:
        """Return a class with every group above it, empty for an unknown name."""
        return frozenset(self._list_above(name, set()))

    def answer(self, question: Question) -> OracleAnswer:
        """Return what the table says to a question without holds."""
        if question.instrument != self.instrument or question.basis != "19-8":
            return OracleAnswer(failed="edition")
        if not self.is_in_force(question.on):
            return OracleAnswer(failed="edition")
        for row in self.rows:
            if row["no"] == question.affair.row:
                return _answer_in_row(self._read_row(row, question.on), question)
        return OracleAnswer(failed="affair")

    def list_granted(self, on: date) -> list[Granted]:
        """Return every (row, clause, pair, information) that the table grants, in its order."""
        granted: dict[Granted, None] = {}
        for row in self.list_rows(on):
            for clause in row["clauses"]:
                for number, _providers, terms in row["pairs"]:
                    for term in terms:
                        if _list_scopes(clause, number, term):
                            granted[row["no"], clause["no"], number, term] = None
        return list(granted)

    def list_items(self, granted: Granted, on: date) -> frozenset[str] | None:
        """Return the ids of the items that a grant includes, None where none are catalogued."""
        row_no, clause_no, number, term = granted
        if term not in _load_items():
            return None
        (row,) = [one for one in self.list_rows(on) if one["no"] == row_no]
        (clause,) = [one for one in row["clauses"] if one["no"] == clause_no]
        scopes = _list_scopes(clause, number, term)
        return frozenset(
            item["id"]
            for item in _load_items()[term]
            if "" in scopes or set(scopes) & set(item.get("scope", ()))
        )

    def _read_row(self, row: Document, on: date) -> Document:
        for overlay in self.overlays:
            if overlay["row"] == row["no"] and overlay.get("replacement"):
                begins = date.fromisoformat(overlay["valid_from"])
                if begins <= on < date.fromisoformat(overlay["valid_to"]):
                    row = overlay["replacement"]
        return row

    def _list_above(self, name: str, seen: set[str]) -> set[str]:
        if name in self.groups and name not in seen:
            seen.add(name)
            for group in self.groups[name]:
                self._list_above(group, seen)
        return seen


class OracleList:
    """Editions in the order of their first days; each ends at the latest where the next begins."""

    def __init__(self, contents: Iterable[bytes]) -> None:
        """Read editions: the canonical bytes or the packaged lines of each."""
        self.oracles = sorted(map(Oracle, contents), key=lambda one: one.valid_from)
        for place, oracle in enumerate(self.oracles):
            for later in self.oracles[place + 1 :]:
                if later.instrument == oracle.instrument:
                    oracle.valid_to = min(oracle.valid_to or date.max, later.valid_from)

    def answer(self, question: Question) -> OracleAnswer:
        """Return what the edition of the day of a question says to it."""
        for oracle in self.oracles:
            if oracle.instrument == question.instrument and oracle.is_in_force(question.on):
                return oracle.answer(question)
        return OracleAnswer(failed="edition")


def list_packaged() -> list[bytes]:
    """Return the packaged lines of every edition that comes with the package."""
    folder = files("permitlists").joinpath("data")
    names = sorted(entry.name for entry in folder.iterdir())
    return [folder.joinpath(name).read_bytes() for name in names if _EDITION_FILE.fullmatch(name)]


def _read_lines(data: bytes) -> Document:
    read: Document = {"classes": [], "rows": [], "overlays": []}
    for line in data.decode().splitlines():
        kind, *fields = json.loads(line)
        _READERS[kind](read, fields)
    return read


def _read_edition(read: Document, fields: list[Any]) -> None:
    read["instrument"], read["valid_from"], read["valid_to"] = fields[:3]


def _read_overlay(read: Document, fields: list[Any]) -> None:
    names = ("row", "clause", "valid_from", "valid_to", "note", "replacement")
    read["overlays"].append(dict(zip(names, fields, strict=False)))


def _read_class(read: Document, fields: list[Any]) -> None:
    read["classes"].append({"name": fields[0], "groups": fields[1]})


def _read_row(read: Document, fields: list[Any]) -> None:
    row = {"no": fields[0], "inquirers": fields[3], "pairs": [], "clauses": []}
    read["rows"].append(row)


def _read_pair(read: Document, fields: list[Any]) -> None:
    read["rows"][-1]["pairs"].append(fields)


def _read_clause(read: Document, fields: list[Any]) -> None:
    read["rows"][-1]["clauses"].append({"no": fields[0], "grants": []})


def _read_grant(read: Document, fields: list[Any]) -> None:
    read["rows"][-1]["clauses"][-1]["grants"].append(fields)


_READERS = {
    "edition": _read_edition,
    "overlay": _read_overlay,
    "class": _read_class,
    "row": _read_row,
    "pair": _read_pair,
    "clause": _read_clause,
    "grant": _read_grant,
}


def _answer_in_row(row: Document, question: Question) -> OracleAnswer:
    if not row["clauses"]:  # deleted: it keeps its number only
        return OracleAnswer(failed="affair")
    if not set(row["inquirers"]) & question.inquirer:
        return OracleAnswer(failed="inquirer")
    for clause in row["clauses"]:
        if clause["no"] == question.affair.clause:
            return _answer_in_clause(row, clause, question)
    return OracleAnswer(failed="affair")


def _answer_in_clause(row: Document, clause: Document, question: Question) -> OracleAnswer:
    own_pairs = [pair for pair in row["pairs"] if set(pair[1]) & question.provider]
    if not own_pairs:
        return OracleAnswer(failed="provider")
    if not question.information:
        return OracleAnswer(failed="information")
    granted: set[Granted] = set()
    for information in question.information:
        found = {
            (row["no"], clause["no"], number, information)
            for number, _providers, terms in own_pairs
            if information in terms and _list_scopes(clause, number, information)
        }
        if not found:
            return OracleAnswer(failed="information")
        granted |= found
    return OracleAnswer(failed=None, granted=frozenset(granted))


def _list_scopes(clause: Document, pair: int, information: str) -> list[str]:
    """Return the narrowing, empty for none, of every line that grants; no line, no grant."""
    return [
        scope
        for pairs, terms, scope, confidence in clause["grants"]
        if pair in pairs and information in terms and confidence != "doubtful"
    ]


@cache
def _load_items() -> Mapping[str, list[Document]]:
    data = files("permitlists").joinpath("data", "items.toml").read_bytes()
    return {one["name"]: one["item"] for one in tomllib.loads(data.decode())["information"]}
