"""What tests come to: status and result apart, and how results of children make their parent's.

| result | says | |
| --- | --- | --- |
| `pass` | verified, and right | |
| `fail` | verified, and wrong | |
| `skip` | could not be verified | no pass |
| `omit` | need not be verified here | harmless |
| `error` | the kit itself broke | never a pass |
| `wait`, `running`, `cancel` | not over, or given up | no pass |
| `warn` | something that should be is not | harmless |
| `review` | a person has to look | no pass |
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

Result = Literal[
    "pass", "fail", "skip", "omit", "error", "wait", "cancel", "running", "warn", "review"
]
Status = Literal["created", "running", "waiting", "finished", "interrupted"]
Level = Literal["must", "should", "may"]

PRIORITY: Final[tuple[Result, ...]] = (
    "cancel",
    "wait",
    "running",
    "error",
    "fail",
    "skip",
    "review",
    "warn",
    "pass",
    "omit",
)
NOTHING: Final[Result] = "skip"  # what has no part verified nothing
PASSING: Final = frozenset({"pass", "warn"})
HARMLESS: Final = frozenset({"pass", "warn", "omit"})
WORDS: Final[Mapping[Result, str]] = {
    "pass": "合格",
    "fail": "不合格",
    "skip": "確認できず",
    "omit": "対象外",
    "error": "試験側の異常",
    "wait": "あなたの操作待ち",
    "cancel": "中止",
    "running": "実行中",
    "warn": "注意",
    "review": "人の確認が必要",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A child as its parent sees it; what is not `required` cannot make its parent worse."""

    result: Result
    required: bool = True


def roll_up(parts: Iterable[Part]) -> Result:
    """Return the result of a parent: the first of `PRIORITY` that a required child has.

    A parent without required children passes if any child passed. That the kit broke counts
    whether the child was required or not: an `error` never becomes a `pass`.
    """
    listed = list(parts)
    if not listed:
        return NOTHING
    required = [one.result for one in listed if one.required]
    broken: list[Result] = [one.result for one in listed if one.result == "error"]
    found = required or [one.result for one in listed]
    if not required and not broken and any(one in PASSING for one in found):
        return "pass"
    return next(one for one in PRIORITY if one in {*found, *broken})


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonVerdict:
    """人の判定 (verdict of a person): what somebody saw where the kit cannot look.

    `seen` says what and where, `by` who, `at` is a date or an instant with its offset as it was
    written, `evidence` names a file or a ticket.
    """

    result: Literal["pass", "fail"]
    seen: str
    by: str
    at: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What came of one check: what was expected and what was received, always as a pair.

    `result` is raw; `verdict` is what a person said of it, `waived` whether a waiver held then.
    `rows` are journal rows.
    """

    id: str
    ja: str
    level: Level
    result: Result
    expected: str
    received: str
    requirements: tuple[str, ...] = ()
    why: str = ""
    rows: tuple[int, ...] = ()
    verdict: PersonVerdict | None = None
    waived: bool = False

    @property
    def judged(self) -> Result:
        """The result with the verdict of a person laid over it."""
        if self.verdict is None:
            return self.result
        return judge_level(self.level, met=self.verdict.result == "pass")

    @property
    def part(self) -> Part:
        """How its test sees it: a waiver that held makes it pass."""
        return Part(result="pass" if self.waived else self.judged, required=self.level != "may")


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """What came of one test; `facts` say how to repeat it (seed, scenario hash, command)."""

    __test__ = False  # a result, and no test of pytest's

    id: str
    ja: str
    detail: str
    status: Status
    result: Result
    checks: tuple[CheckResult, ...] = ()
    message: str = ""
    level: Level = "must"
    pending: bool = False
    started_at: datetime | None = None
    seconds: float = 0.0
    facts: Mapping[str, Any] = field(default_factory=dict)
    journal: tuple[Mapping[str, Any], ...] = ()

    @property
    def effective(self) -> Result:
        """The result with verdicts and waivers laid over it."""
        if not self.checks or self.result not in {"fail", "warn", "skip", "pass", "review"}:
            return self.result
        return roll_up(one.part for one in self.checks)

    @property
    def part(self) -> Part:
        """How its group sees it."""
        return Part(result=self.effective, required=self.level != "may")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupResult:
    """The tests of one group; those that are pending are reported and not counted."""

    id: str
    ja: str
    about: str
    tests: tuple[TestResult, ...]

    @property
    def counted(self) -> tuple[TestResult, ...]:
        """The tests that count."""
        return tuple(one for one in self.tests if not one.pending)

    @property
    def raw(self) -> Result:
        """The result before verdicts and waivers."""
        parts = [Part(result=one.result, required=one.level != "may") for one in self.counted]
        return roll_up(parts) if parts else "omit"

    @property
    def result(self) -> Result:
        """The result with verdicts and waivers laid over it."""
        return roll_up(one.part for one in self.counted) if self.counted else "omit"


def judge_level(level: Level, *, met: bool) -> Result:
    """Return the result of a check that was judged: a `should` that is not met only warns."""
    if met:
        return "pass"
    return "warn" if level == "should" else "fail"
