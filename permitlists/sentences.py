"""The sentences that tell a person which element failed, where that stands and who can fix it."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from permitlists.citation import cite, cite_english, cite_row
from permitlists.edition import Edition
from permitlists.index import IndexedClause
from permitlists.model import Decision, Question
from permitlists.table import Row

Language = Literal["ja", "en"]
_NO_CLASS = {"ja": "区分不明", "en": "of no known class"}
_NOTHING = {"ja": "ありません", "en": "nothing"}


@cache
def _load_texts() -> dict[str, dict[str, str]]:
    """Return the sentence of each reason by language, and the remark on implementing bodies."""
    data = files("permitlists").joinpath("data", "sentences.toml").read_bytes()
    return tomllib.loads(data.decode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """What is known when a decision is put into words.

    `edition` is None while none is in force; `asked` is the information that a refusal is about,
    empty where it is about none.
    """

    edition: Edition | None
    question: Question
    decision: Decision
    asked: str

    def write(self, language: Language) -> str:
        """Return the text in one language; names of the law stay in Japanese."""
        template = _load_texts()[self.decision.reason][language]
        return template.format_map(self._values(language))

    @property
    def _instrument(self) -> str:
        return self.edition.key.instrument if self.edition else self.question.instrument

    def _values(self, language: Language) -> dict[str, str]:
        question = self.question
        values = {
            "on": question.on.isoformat(),
            "instrument": self._instrument,
            "row": question.affair.row,
            "clause": str(question.affair.clause),
            "asked": self.asked,
        }
        if self.edition is None:
            return values
        narrowest = self.edition.classes.list_narrowest
        for side, code, classes in (
            ("inquirer", question.inquirer_code, question.inquirer),
            ("provider", question.provider_code, question.provider),
        ):
            names = _names(narrowest(classes)) or _NO_CLASS[language]
            values[side] = f"{code}: {names}" if code else names
        row = self.edition.rows.get(question.affair.row)
        if row is None:
            return values
        values |= self._row_values(row.row, language)
        clause = row.clauses.get(question.affair.clause)
        return values | self._clause_values(row.row, clause, language) if clause else values

    def _row_values(self, row: Row, language: Language) -> dict[str, str]:
        offered = [
            term
            for pair in row.pairs
            if not self.question.provider.isdisjoint(pair.providers)
            for term in pair.terms
        ]
        return {
            "row_basis": cite_row(self._instrument, row)
            if language == "ja"
            else cite_english(self._instrument, row, None),
            "clauses": str(len(row.clauses)),
            "inquirers": _names(row.inquirers),
            "providers": _names(name for pair in row.pairs for name in pair.providers),
            "offered": _names(offered),
        }

    def _clause_values(
        self, row: Row, indexed: IndexedClause, language: Language
    ) -> dict[str, str]:
        clause = indexed.clause
        remark = _load_texts()["implementers"][language] if clause.implementers else ""
        return {
            "basis": (cite if language == "ja" else cite_english)(
                self._instrument, row, clause, indexed.notes
            ),
            "label": clause.label,
            "listed": _names(indexed.entries) or _NOTHING[language],
            "remark": remark.format(names=_names(clause.implementers)),
            "matched": _names(
                f"{match.information}（うち{_names(match.scopes)}）"
                if match.scopes
                else match.information
                for match in self.decision.matched
            ),
        }


def _names(names: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(names))
