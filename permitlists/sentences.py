"""The sentences that tell a person which element failed, where that stands and who can fix it."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from permitlists.citation import cite, cite_english, cite_row
from permitlists.edition import Edition
from permitlists.index import IndexedClause, IndexedRow
from permitlists.model import Affair, Decision, Question
from permitlists.ordinance import (
    Case,
    Ground,
    cite_filing,
    cite_filing_english,
    find_withholding,
    list_offered,
)
from permitlists.supplement import Dated, Hold
from permitlists.table import Row

Language = Literal["ja", "en"]
_BETWEEN = {"ja": "、", "en": "; "}


@cache
def load_texts() -> dict[str, dict[str, Any]]:
    """Return what is said for each reason, who can fix what, and the small words between."""
    data = files("permitlists").joinpath("data", "sentences.toml").read_bytes()
    return tomllib.loads(data.decode())


def word(name: str, language: Language, **values: str) -> str:
    """Return one of the small texts between sentences, its placeholders filled."""
    text: str = load_texts()["words"][name][language]
    return text.format_map(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """What is known when a decision is put into words.

    `edition` is None while none is in force; `asked` is the information that a refusal is about,
    empty where it is about none. `ground` is what an ordinance affair is judged on, `case` the
    filing it names beside its base, `hold` the hold that refuses; each None where there is none.
    """

    edition: Edition | None
    question: Question
    decision: Decision
    asked: str
    ground: Ground | None = None
    case: Case | None = None
    hold: Hold | None = None

    def write(self, language: Language) -> str:
        """Return the text for the staff in one language, and who can fix it."""
        sentence = self._fill(language, self._values(language))
        names = _BETWEEN[language].join(self.list_fixers(language))
        return sentence + word("fix", language, names=names) if names else sentence

    def write_for_caller(self, language: Language) -> str:
        """Return the text in one language without facts about another institution."""
        values = self._values(language) | {"remark": ""}
        for side in ("inquirer", "provider"):
            code, _ = self.question.codes_of(side)
            values[side] = code or values.get(side, "")
        return self._fill(language, values, "caller_")

    def write_change(self, language: Language) -> str:
        """Return what the asking side can change, in one language."""
        text: str = load_texts()[self.decision.reason][f"change_{language}"]
        return text.format_map(self._values(language))

    def list_fixers(self, language: Language) -> tuple[str, ...]:
        """Return who can put a refusal right, in one language; nobody needs to when allowed."""
        texts = load_texts()
        return tuple(texts["fixers"][key][language] for key in texts[self.decision.reason]["fix"])

    def cite(self, language: Language) -> str:
        """Return where the affair of the question stands in the law, empty where nowhere."""
        values = self._values(language)
        return values.get("basis") or values.get("row_basis") or ""

    def find_place(self) -> tuple[IndexedRow | None, IndexedClause | None]:
        """Return the row and clause that the question is about, None for what there is not."""
        row = self.edition.rows.get(self._place.row) if self.edition else None
        return row, row.clauses.get(self._place.clause) if row else None

    def _fill(self, language: Language, values: dict[str, str], variant: str = "") -> str:
        texts = load_texts()[self.decision.reason]
        text: str = texts.get(f"{variant}{language}") or texts[language]
        return text.format_map(values)

    @property
    def _place(self) -> Affair:
        """The statutory affair that is spoken of: that of the question, or the base of a filing."""
        return self.case.filing.base.affair if self.case else self.question.affair

    def _values(self, language: Language) -> dict[str, str]:
        question = self.question
        values = {
            "on": question.on.isoformat(),
            "instrument": question.instrument,
            "row": question.affair.row,
            "clause": str(question.affair.clause),
            "place": str(question.affair),
            "number": str(question.affair),
            "asked": self.asked,
            "remark": "",
        }
        if self.edition is None:
            return values
        values |= self._side_values(self.edition, language)
        values |= self._hold_values(language)
        row, clause = self.find_place()
        if row is not None:
            values |= self._row_values(self.edition, row.row, language)
        if row is not None and clause is not None:
            values |= self._clause_values(self.edition, row.row, clause, language)
        if self.case is not None:
            values |= self._filing_values(self.case, values.get("basis"), language)
        unreviewed = self._list_unreviewed(self.edition, row)
        if unreviewed:
            values["remark"] += word("unreviewed", language, names=_names(unreviewed))
        return values

    def _list_unreviewed(self, edition: Edition, row: IndexedRow | None) -> list[str]:
        """Return the claimed classes that would matter to a refusal under the row, if reviewed."""
        if self.decision.allowed or row is None:
            return []
        named = row.inquirers | row.providers
        claimed = sorted(self.question.unreviewed)
        return [name for name in claimed if not named.isdisjoint(edition.classes.resolve(name))]

    def _side_values(self, edition: Edition, language: Language) -> dict[str, str]:
        values = {}
        question = self.question
        for side, classes in (("inquirer", question.inquirer), ("provider", question.provider)):
            code, delegator = question.codes_of("inquirer" if side == "inquirer" else "provider")
            names = _names(edition.classes.list_narrowest(classes)) or word("no_class", language)
            acting = f"{code}({delegator})" if delegator else code
            values[side] = f"{acting}: {names}" if code else names
            values[f"{side}_code"] = code or names
            values[f"{side}_delegator"] = str(delegator)
        return values

    def _hold_values(self, language: Language) -> dict[str, str]:
        hold = self.hold
        if hold is None:
            return {}
        until = word("open_end", language)
        if hold.valid_to is not None:
            until = word("until", language, last=_last_day(hold))
        contact = hold.contact or hold.institution
        return {
            "hold": word("reference", language, reference=hold.reference) if hold.reference else "",
            "until": until,
            "contact": word("contact", language, contact=contact) if contact else "",
        }

    def _row_values(self, edition: Edition, row: Row, language: Language) -> dict[str, str]:
        instrument = edition.key.instrument
        offered = [
            term
            for pair in row.pairs
            if not self.question.provider.isdisjoint(pair.providers)
            for term in pair.terms
        ]
        return {
            "row_basis": cite_row(instrument, row)
            if language == "ja"
            else cite_english(instrument, row, None),
            "clauses": str(len(row.clauses)),
            "inquirers": _names(row.inquirers),
            "providers": _names(name for pair in row.pairs for name in pair.providers),
            "offered": _names(offered),
        }

    def _clause_values(
        self, edition: Edition, row: Row, indexed: IndexedClause, language: Language
    ) -> dict[str, str]:
        clause = indexed.clause
        implementers = _names(clause.implementers)
        return {
            "basis": (cite if language == "ja" else cite_english)(
                edition.key.instrument, row, clause, indexed.notes
            ),
            "label": clause.label,
            "listed": _names(indexed.entries) or word("nothing", language),
            "remark": word("implementers", language, names=implementers) if implementers else "",
            "matched": _names(
                f"{match.information}（うち{_names(match.scopes)}）"
                if match.scopes
                else match.information
                for match in self.decision.matched
            ),
        }

    def _filing_values(self, case: Case, base: str | None, language: Language) -> dict[str, str]:
        filing, withholding = case.filing, find_withholding(case)
        base = base or f"{filing.base.edition} {filing.base.affair}"
        providers, information = list_offered(case)
        return {
            "base": base,
            "basis": (cite_filing if language == "ja" else cite_filing_english)(filing, base),
            "label": filing.label,
            "filed_label": filing.label,
            "municipality": filing.municipality,
            "begins": filing.valid_from.isoformat(),
            "ends": _last_day(filing),
            "notified": filing.notified_on.isoformat(),
            "filed": _names(information) or word("nothing", language),
            "filed_providers": _names(providers) or word("nothing", language),
            "withheld_by": withholding.ordinance if withholding else "",
        }


def _last_day(entry: Dated) -> str:
    return (entry.valid_to - timedelta(days=1)).isoformat() if entry.valid_to else ""


def _names(names: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(names))
