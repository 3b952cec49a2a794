"""Why a question was allowed or refused: nearest rows, and sentences in two languages."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from permitlists.decide import decide
from permitlists.edition import Edition
from permitlists.model import Decision, Hold, Nearest, Question
from permitlists.nearest import list_nearest
from permitlists.sentences import Sentences

# The answer while no edition governs the day of a question.
NOT_IN_FORCE: Final = Decision(
    allowed=False, reason="permits.edition.not_in_force", edition=None, failed="edition"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A decision with its nearest rows filled in, and one text each in Japanese and English."""

    decision: Decision
    text_ja: str
    text_en: str

    @property
    def nearest(self) -> tuple[Nearest, ...]:
        """The permitted rows that differ in one element, nearest first; empty when allowed."""
        return self.decision.nearest

    def as_document(self) -> dict[str, Any]:  # Any: a JSON document
        """Return the JSON document that commands and interfaces publish."""
        decision = self.decision
        return {
            "decision": "allow" if decision.allowed else "deny",
            "edition": _edition_document(decision),
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


def _edition_document(decision: Decision) -> dict[str, str | None] | None:
    key = decision.edition
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
        decision, asked = NOT_IN_FORCE, ""
    else:
        edition = edition.on(question.on)
        kept = tuple(holds)
        decision = decide(edition, question, kept)
        asked = _refused_information(edition, question)
        if decision.failed not in {None, "edition", "hold"}:
            decision = replace(decision, nearest=list_nearest(edition, question, asked))
    sentences = Sentences(edition=edition, question=question, decision=decision, asked=asked)
    return Explanation(
        decision=decision, text_ja=sentences.write("ja"), text_en=sentences.write("en")
    )


def _refused_information(edition: Edition, question: Question) -> str:
    """Return the first information that would be refused alone, empty where none is asked."""
    for name in question.information:
        if not decide(edition, replace(question, information=(name,))).allowed:
            return name
    return question.information[0] if question.information else ""
