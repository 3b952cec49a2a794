"""Three views of one explanation: what a caller, the staff and an auditor are each told."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final, Literal

from permitlists.edition import Edition
from permitlists.explain import Explanation, edition_document
from permitlists.model import Affair, Match, Nearest, Question, Side
from permitlists.ordinance import find_withholding
from permitlists.ruling import ruling_bytes
from permitlists.sentences import Language, Sentences, word
from permitlists.supplement import EMPTY, Supplement

View = Literal["caller", "staff", "auditor"]
VIEWS: Final[tuple[View, ...]] = ("caller", "staff", "auditor")
# What the lines of the staff have already told when those of an auditor follow.
_TOLD: Final = frozenset(
    {"decision", "failed", "text_ja", "text_en", "change_ja", "change_en"}
    | {"citation_ja", "citation_en", "fix_ja", "fix_en", "nearest"}
)
Document = dict[str, Any]  # Any: a JSON document


def view_document(explained: Explanation, view: View, supplement: Supplement = EMPTY) -> Document:
    """Return the JSON document of one view; each view holds all of the one before it.

    A caller is told which element failed and what to change, and nothing about any other
    institution. The staff sees in addition what is near, where it stands and who can fix it. An
    auditor sees all that the decision depended on, and the SHA-256 of its ruling.
    """
    if view == "caller":
        return _caller(explained)
    document = _caller(explained) | _staff(explained)
    return document if view == "staff" else document | _auditor(explained, supplement)


def _caller(explained: Explanation) -> Document:
    decision, sentences = explained.decision, explained.sentences
    return {
        "decision": "allow" if decision.allowed else "deny",
        "failed": decision.failed,
        "reason": decision.reason,
        "text_ja": sentences.write_for_caller("ja"),
        "text_en": sentences.write_for_caller("en"),
        "change_ja": sentences.write_change("ja"),
        "change_en": sentences.write_change("en"),
    }


def _staff(explained: Explanation) -> Document:
    sentences = explained.sentences
    return {
        "text_ja": explained.text_ja,
        "text_en": explained.text_en,
        "citation_ja": sentences.cite("ja"),
        "citation_en": sentences.cite("en"),
        "fix_ja": sentences.list_fixers("ja"),
        "fix_en": sentences.list_fixers("en"),
        "nearest": _list_near(explained),
    }


def _list_near(explained: Explanation) -> list[Document]:
    edition = explained.sentences.edition
    if edition is None:
        return []
    return [
        {
            "row": near.row,
            "clause": near.clause,
            "pair": near.pair,
            "information": near.information,
            "differs": near.differs,
            "text_ja": _describe(near, edition, explained.sentences, "ja"),
            "text_en": _describe(near, edition, explained.sentences, "en"),
        }
        for near in explained.nearest
    ]


def _describe(near: Nearest, edition: Edition, sentences: Sentences, language: Language) -> str:
    """Return what would have to be different for a near permission to apply, in words."""
    question, ground = sentences.question, sentences.ground
    place = Affair(row=near.row, clause=near.clause)
    filing = ground.find_filing(near.row, question.on) if ground else None
    base = filing.base.affair if filing else place
    row = edition.rows[base.row]
    label = filing.label if filing else row.clauses[base.clause].clause.label
    names = {
        "affair": (),
        "information": (near.information,),
        "inquirer": (filing.municipality,) if filing else row.row.inquirers,
        "provider": next(pair.providers for pair in row.row.pairs if pair.no == near.pair),
    }[near.differs]
    values = {"place": str(place), "label": label, "names": "、".join(names)}
    return word(f"near_{near.differs}", language, **values)


def _auditor(explained: Explanation, supplement: Supplement) -> Document:
    decision, sentences = explained.decision, explained.sentences
    question, edition = sentences.question, sentences.edition
    identity: Document | None = edition_document(decision.edition)
    if identity is not None and edition is not None:
        identity |= {"source": edition.table.source}
    return {
        "edition": identity,
        "on": question.on.isoformat(),
        "instrument": question.instrument,
        "affair": str(question.affair),
        "information": list(question.information),
        "consent": question.consent,
        "inquirer": _side(question, "inquirer"),
        "provider": _side(question, "provider"),
        "unreviewed_classes": sorted(question.unreviewed),
        "clause": _clause(sentences),
        "permitted": [_match(match, sentences) for match in decision.matched],
        "supplement": _facts(sentences, supplement),
        "ruling_sha256": hashlib.sha256(ruling_bytes(question, decision)).hexdigest(),
    }


def _side(question: Question, side: Side) -> Document:
    code, delegator = question.codes_of(side)
    of_inquirer = side == "inquirer"
    return {
        "code": code,
        "delegator": delegator,
        "delegated": side not in question.undelegated if delegator else None,
        "classes": sorted(question.inquirer if of_inquirer else question.provider),
        "files": sorted(question.inquirer_files if of_inquirer else question.provider_files),
    }


def _clause(sentences: Sentences) -> Document | None:
    row, indexed = sentences.find_place()
    if row is None:
        return None
    clause = indexed.clause if indexed else None
    return {
        "row": row.row.no,
        "article": row.row.article,
        "label": row.row.label,
        "inquirers": list(row.row.inquirers),
        "pairs": [
            {"pair": pair.no, "providers": list(pair.providers), "information": list(pair.terms)}
            for pair in row.row.pairs
        ],
        "clause": clause.no if clause else None,
        "clause_label": clause.label if clause else None,
        "numbering": clause.numbering if clause else None,
        "official_place": clause.place if clause else None,
        "doubtful": sorted(indexed.doubtful) if indexed else [],
        "reading_rules": list(indexed.notes) if indexed else [],
    }


def _match(match: Match, sentences: Sentences) -> Document:
    _, indexed = sentences.find_place()
    grants = indexed.clause.grants if indexed else ()
    return {
        "row": match.row,
        "clause": match.clause,
        "pair": match.pair,
        "basis": match.basis,
        "information": match.information,
        "items": None if match.items is None else list(match.items),
        "scopes": list(match.scopes),
        "confidence": sorted(
            {
                grant.confidence
                for grant in grants
                if match.pair in grant.pairs and match.information in grant.terms
            }
        ),
    }


def _facts(sentences: Sentences, supplement: Supplement) -> Document:
    case, hold = sentences.case, sentences.hold
    row, indexed = sentences.find_place()
    label = sentences.edition.key.label if sentences.edition else ""
    place = (label, row.row.no, indexed.clause.no) if row and indexed else None
    withholding = find_withholding(case) if case else None
    return {
        "hold": hold.reference if hold else None,
        "hold_reason": hold.reason if hold else None,
        "filing": case.filing.reference if case else None,
        "base": f"{case.filing.base.edition} {case.filing.base.affair}" if case else None,
        "withholding": withholding.reference if withholding else None,
        "numbering_checks": [
            {"official": one.official, "by": one.checked_by, "on": one.checked_on.isoformat()}
            for one in supplement.numbering
            if (one.edition, one.row, one.clause) == place
        ],
    }


def list_lines(explained: Explanation, view: View, supplement: Supplement = EMPTY) -> Iterator[str]:
    """Yield the lines of one view as a person reads them, Japanese before English."""
    document = view_document(explained, view, supplement)
    failed = f" ({document['failed']})" if document["failed"] else ""
    yield f"{document['decision']}{failed}"
    yield document["text_ja"]
    yield document["text_en"]
    if document["failed"]:
        yield f"変えること / What to change: {document['change_ja']} / {document['change_en']}"
    if view != "caller":
        yield from _list_staff_lines(explained, document)
    if view == "auditor":
        for key, value in document.items():
            if key not in _TOLD:
                yield f"{key}: {json.dumps(value, ensure_ascii=False)}"


def _list_staff_lines(explained: Explanation, document: Document) -> Iterator[str]:
    if document["citation_ja"]:
        yield f"根拠 / Where it stands: {document['citation_ja']}"
    edition = explained.decision.edition
    if edition:
        yield f"edition: {edition.label} sha256:{edition.sha256}"
    for match in explained.decision.matched:
        items = "not catalogued" if match.items is None else ", ".join(match.items)
        yield f"permitted: {match.information}: {match.basis} pair {match.pair}; items: {items}"
    for near in document["nearest"]:
        affair = Affair(row=near["row"], clause=near["clause"])
        where = f"{affair} pair {near['pair']} {near['information']}"
        yield f"nearest: {where}: {near['differs']} differs: {near['text_ja']}"
