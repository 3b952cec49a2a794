"""影響, what a new edition would have said to the requests that were recorded."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from permitlists.asking import resolve
from permitlists.decide import decide
from permitlists.edition import Edition
from permitlists.institutions import Institutions
from permitlists.model import NOT_IN_FORCE, Decision, PermitListError, Question
from permitlists.phrases import say
from permitlists.requests import Asked

Change = Literal["refused", "allowed", "narrowed"]
_MOST_QUESTIONS = 20  # shown to people


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedQuestion:
    """One question that the two editions answer differently, and how often it was asked.

    `before` and `after` are the failing element, `allow` where the edition allows.
    """

    asked: Asked
    change: Change
    before: str
    after: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What changes for recorded requests, each counted once.

    `requests` were judged, of which `refused` are allowed now and would not be, `allowed` the
    reverse, and `narrowed` stay allowed with fewer of the items asked for. `by_element` counts
    the refused ones by the element that fails; `by_row` and `by_institution` (who asks) count
    each change. `unreadable` requests could not be judged.
    """

    requests: int
    refused: int
    allowed: int
    narrowed: int
    unreadable: int
    by_element: Mapping[str, int]
    by_row: Mapping[str, Mapping[Change, int]]
    by_institution: Mapping[str, Mapping[Change, int]]
    questions: tuple[ChangedQuestion, ...]

    @property
    def institutions(self) -> int:
        """How many institutions would be refused something that they asked for."""
        return sum(1 for counts in self.by_institution.values() if counts.get("refused"))

    def as_document(self) -> dict[str, Any]:  # Any: plain JSON
        """Return it as plain JSON."""
        return {
            "requests": self.requests,
            "refused": self.refused,
            "allowed": self.allowed,
            "narrowed": self.narrowed,
            "institutions": self.institutions,
            "unreadable": self.unreadable,
            "by_element": dict(self.by_element),
            "by_row": {name: dict(counts) for name, counts in self.by_row.items()},
            "by_institution": {name: dict(counts) for name, counts in self.by_institution.items()},
            "questions": self._add_up(by_day=True),
        }

    def describe(self) -> list[str]:
        """Return the lines that people read, Japanese and English in turn."""
        totals = {"requests": f"{self.requests:,}", "institutions": f"{self.institutions:,}"}
        counts = {"refused": f"{self.refused:,}", "allowed": f"{self.allowed:,}"}
        phrases = [say("impact.sums", **totals, **counts)]
        if self.narrowed:
            phrases.append(say("impact.narrowed", count=f"{self.narrowed:,}"))
        phrases += [
            say("impact.element", name=name, count=f"{count:,}")
            for name, count in self.by_element.items()
        ]
        for kind, grouped in (("row", self.by_row), ("institution", self.by_institution)):
            for name, found in grouped.items():
                refused, allowed = found.get("refused", 0), found.get("allowed", 0)
                phrases.append(say(f"impact.{kind}", name=name, refused=refused, allowed=allowed))
        lines = self._add_up(by_day=False)[:_MOST_QUESTIONS]
        phrases += [say("impact.question", **line) for line in lines]
        return [text for phrase in phrases for text in phrase]

    def _add_up(self, *, by_day: bool) -> list[dict[str, Any]]:  # Any: plain JSON
        """Return what is shown of the questions, most asked first; those that look alike as one."""
        found: dict[tuple[str, ...], dict[str, Any]] = {}
        for one in self.questions:
            shown = _document(one) if by_day else _document(one) | {"on": ""}
            line = found.setdefault(tuple(shown.values()), shown | {"count": 0})
            line["count"] += one.count
        return sorted(found.values(), key=lambda line: -line["count"])


@dataclass(slots=True)
class _Sums:
    requests: int = 0
    unreadable: int = 0
    changes: Counter[Change] = field(default_factory=Counter)
    elements: Counter[str] = field(default_factory=Counter)
    rows: dict[str, Counter[Change]] = field(default_factory=dict)
    institutions: dict[str, Counter[Change]] = field(default_factory=dict)
    questions: list[ChangedQuestion] = field(default_factory=list)

    def add(self, asked: Asked, count: int, before: Decision, after: Decision) -> None:
        self.requests += count
        change = _change(asked, before, after)
        if change is None:
            return
        self.changes[change] += count
        if change == "refused":
            self.elements[_element(asked, after)] += count
        row = asked.question.affair.partition("-")[0]
        for table, name in ((self.rows, row), (self.institutions, asked.question.inquirer)):
            table.setdefault(name, Counter())[change] += count
        self.questions.append(
            ChangedQuestion(
                asked=asked,
                change=change,
                before=_element(asked, before),
                after=_element(asked, after),
                count=count,
            )
        )


def judge_requests(
    counts: Iterable[tuple[Asked | None, int]],
    before: Edition,
    after: Edition,
    institutions: Institutions,
) -> Impact:
    """Return what `after` would have said to requests beside what `before` says to them.

    `counts` are the questions with the number of requests that asked each, None for requests that
    say too little to be judged.
    Each question is judged with the classes its institutions wore on its day, under both editions
    as if in force that day; holds and filings play no part. A request that names another
    instrument than an edition's is refused by it for the edition.
    """
    sums = _Sums()
    for asked, count in counts:
        if asked is None:
            sums.unreadable += count
            continue
        try:
            question = resolve(asked.question, institutions)
        except PermitListError:  # a record of an affair that was refused for its form
            sums.unreadable += count
        else:
            sums.add(asked, count, _decide(before, question), _decide(after, question))
    return Impact(
        requests=sums.requests,
        refused=sums.changes["refused"],
        allowed=sums.changes["allowed"],
        narrowed=sums.changes["narrowed"],
        unreadable=sums.unreadable,
        by_element=dict(sums.elements.most_common()),
        by_row=_by_weight(sums.rows),
        by_institution=_by_weight(sums.institutions),
        questions=tuple(sums.questions),
    )


def _decide(edition: Edition, question: Question) -> Decision:
    if question.instrument != edition.key.instrument:
        return NOT_IN_FORCE
    return decide(edition, question)


def _change(asked: Asked, before: Decision, after: Decision) -> Change | None:
    had, has = _opened(asked, before), _opened(asked, after)
    if had is None or has is None:
        if had is None and has is None:
            return None
        return "allowed" if had is None else "refused"
    return "narrowed" if had - has else None


def _opened(asked: Asked, decision: Decision) -> frozenset[tuple[str, str]] | None:
    """Return the items asked for that a decision lets leave, None where it refuses.

    It also refuses an information of which no item asked for is open, as a gateway does.
    """
    if not decision.allowed:
        return None
    opened: set[tuple[str, str]] = set()
    for term, items in zip(asked.question.information, asked.items, strict=True):
        permitted = decision.items(term)
        kept = {item for item in items if permitted is None or item in permitted}
        if items and not kept:
            return None
        opened |= {(term, item) for item in kept}
    return frozenset(opened)


def _element(asked: Asked, decision: Decision) -> str:
    if _opened(asked, decision) is not None:
        return "allow"
    return decision.failed or "information"


def _by_weight(table: Mapping[str, Counter[Change]]) -> dict[str, dict[Change, int]]:
    ordered = sorted(table.items(), key=lambda entry: (-entry[1].total(), entry[0]))
    return {name: dict(counts) for name, counts in ordered}


def _document(one: ChangedQuestion) -> dict[str, str]:
    question = one.asked.question
    return {
        "on": question.on.isoformat(),
        "affair": question.affair,
        "inquirer": question.inquirer,
        "provider": question.provider,
        "terms": "、".join(question.information),
        "change": one.change,
        "before": one.before,
        "after": one.after,
    }
