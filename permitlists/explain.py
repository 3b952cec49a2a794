"""Why a question was allowed or refused: nearest rows, and sentences in two languages."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from permitlists.decide import decide
from permitlists.edition import Edition
from permitlists.model import NOT_IN_FORCE, Decision, EditionKey, Nearest, Question
from permitlists.nearest import list_nearest, list_nearest_filed
from permitlists.ordinance import Case, Ground, decide_filed, find_hold, open_case
from permitlists.sentences import Sentences
from permitlists.supplement import Hold

# Where no row is near: the edition is missing, or the rule is met and something else stands.
_WITHOUT_NEAREST = frozenset({None, "edition", "hold", "consent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A decision with its nearest rows filled in, and one text each in Japanese and English.

    `sentences` holds what the texts were made of, for the views of caller, staff and auditor.
    """

    decision: Decision
    text_ja: str
    text_en: str
    sentences: Sentences

    @property
    def nearest(self) -> tuple[Nearest, ...]:
        """The permitted rows that differ in one element, nearest first; empty when allowed."""
        return self.decision.nearest

    def as_document(self) -> dict[str, Any]:  # Any: a JSON document
        """Return the JSON document that commands and interfaces publish."""
        decision = self.decision
        return {
            "decision": "allow" if decision.allowed else "deny",
            "edition": edition_document(decision.edition),
            "matched": [
                {"row": match.row, "clause": match.clause, "pair": match.pair, "basis": match.basis}
                for match in decision.matched
            ],
            "failed": decision.failed,
            "nearest": [
                {
                    "row": nearest.row,
                    "clause": nearest.clause,
                    "pair": nearest.pair,
                    "differs": nearest.differs,
                }
                for nearest in decision.nearest
            ],
            "text_ja": self.text_ja,
            "text_en": self.text_en,
        }


def edition_document(key: EditionKey | None) -> dict[str, str | None] | None:
    """Return the JSON document of an edition's identity, None for no edition."""
    if key is None:
        return None
    return {
        "label": key.label,
        "instrument": key.instrument,
        "valid_from": key.valid_from.isoformat(),
        "valid_to": key.valid_to.isoformat() if key.valid_to else None,
        "sha256": key.sha256,
    }


def explain(edition: Edition | None, question: Question, holds: Iterable[Hold] = ()) -> Explanation:
    """Return the decision of an edition, None for no edition in force, with its explanation."""
    if edition is None:
        return _write(Sentences(edition=None, question=question, decision=NOT_IN_FORCE, asked=""))
    edition, kept = edition.on(question.on), tuple(holds)
    decision = decide(edition, question, kept)
    asked = _find_refused(question, lambda one: decide(edition, one))
    if decision.failed not in _WITHOUT_NEAREST:
        decision = msgspec.structs.replace(decision, nearest=list_nearest(edition, question, asked))
    hold = next((one for one in kept if one.covers(question)), None)
    return _write(
        Sentences(edition=edition, question=question, decision=decision, asked=asked, hold=hold)
    )


def explain_filed(question: Question, ground: Ground, holds: Iterable[Hold] = ()) -> Explanation:
    """Return the decision on an ordinance affair with its explanation."""
    kept = tuple(holds)
    case = open_case(question, ground)
    decision = decide_filed(question, ground, kept)
    asked = _find_refused(question, lambda one: decide_filed(one, ground))
    if decision.failed not in _WITHOUT_NEAREST:
        decision = msgspec.structs.replace(
            decision, nearest=list_nearest_filed(question, ground, asked)
        )
    opened = case if isinstance(case, Case) else None
    return _write(
        Sentences(
            edition=ground.edition,
            question=question,
            decision=decision,
            asked=asked,
            ground=ground,
            case=opened,
            hold=find_hold(opened, kept) if opened else None,
        )
    )


def _write(sentences: Sentences) -> Explanation:
    return Explanation(
        decision=sentences.decision,
        text_ja=sentences.write("ja"),
        text_en=sentences.write("en"),
        sentences=sentences,
    )


def _find_refused(question: Question, judge: Callable[[Question], Decision]) -> str:
    """Return the first information that would be refused alone, the first of all if none is."""
    for name in question.information:
        if not judge(replace(question, information=(name,))).allowed:
            return name
    return question.information[0] if question.information else ""
