"""Carries out the tests of a profile, one after another, and gives up when nothing runs."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatchcase
from time import monotonic
from typing import Any, Final, Protocol

from mocks.conform.profiles import GroupSpec, Kind, Profile, TestSpec
from mocks.conform.results import (
    CheckResult,
    GroupResult,
    Part,
    Result,
    Status,
    TestResult,
    judge_level,
    roll_up,
)

BREAKER: Final = 3  # tests in a row that could not run, until the rest is not tried any more
STOPPED: Final = "途中で止められたため、残りを中止しました"
NOT_CHOSEN: Final = "この実行では選ばれていません"


class CouldNotRunError(Exception):
    """A test could not be carried out; the text says why. It says nothing of the system."""

    def __init__(self, why: str, about: str = "") -> None:
        super().__init__(f"{why}（{about}）" if about else why)


class StillWaitingError(Exception):
    """Nobody did what a test waits for; the text says what that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an executor found: its checks, how to repeat it, and the journal rows that decide."""

    checks: tuple[CheckResult, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    journal: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check came to; `met` None is what could not be verified."""

    met: bool | None
    expected: str
    received: str


Findings = Mapping[str, Finding]


def judge_findings(test: TestSpec, found: Findings) -> tuple[CheckResult, ...]:
    """Return the checks of a test by what was found of each, by its id.

    Raises:
        CouldNotRunError: nothing was found of a check.
    """
    for check in test.checks:
        if check.id not in found:
            raise CouldNotRunError("このような検査はありません", check.id)
    return tuple(
        CheckResult(
            id=check.id,
            ja=check.ja,
            level=check.level,
            result="skip" if one.met is None else judge_level(check.level, met=one.met),
            expected=one.expected,
            received=one.received,
            requirements=check.requirements,
        )
        for check in test.checks
        for one in (found[check.id],)
    )


class Executor(Protocol):
    """Whoever carries out tests of one kind."""

    async def execute(self, test: TestSpec) -> Outcome:
        """Return what came of a test.

        Raises:
            CouldNotRunError: it could not be carried out.
            StillWaitingError: what it waits for did not come.
        """
        ...


@dataclass(slots=True, kw_only=True)
class Runner:
    """Runs a profile; `tell` hears of each test, `chosen` are globs of ids, none for all.

    `interrupted` says why the rest was not tried, if so.
    """

    profile: Profile
    executors: Mapping[Kind, Executor]
    now: Callable[[], datetime]
    tell: Callable[[str], None] = lambda _: None
    chosen: Sequence[str] = ()
    interrupted: str = ""
    failures: int = 0

    @property
    def manual(self) -> int:
        """How many tests of the run may need a person."""
        return sum(
            one.person is not None and not one.omit
            for one in self.profile.tests
            if self._is_chosen(one)
        )

    async def run(self) -> tuple[GroupResult, ...]:
        """Return the results of all groups; whoever cancels it is given what it came to so far."""
        return tuple([await self._run_group(group) for group in self.profile.group])

    async def _run_group(self, group: GroupSpec) -> GroupResult:
        tests = tuple([await self._run_test(test) for test in group.test])
        return GroupResult(id=group.id, ja=group.ja, about=group.about, tests=tests)

    def _is_chosen(self, test: TestSpec) -> bool:
        return not self.chosen or any(fnmatchcase(test.id, one) for one in self.chosen)

    async def _run_test(self, test: TestSpec) -> TestResult:
        if not self._is_chosen(test):
            return _untried(test, "omit", NOT_CHOSEN, status="created")
        if test.omit:
            return _untried(test, "omit", test.omit)
        if self.interrupted:
            return _untried(test, "cancel", self.interrupted, status="interrupted")
        self.tell(f"{test.id}: {test.ja}")
        begun, started_at = monotonic(), self.now()
        result = await self._execute(test)
        self._count(result)
        self.tell(f"{test.id}: {result.result}")
        return _timed(result, started_at, monotonic() - begun)

    async def _execute(self, test: TestSpec) -> TestResult:
        executor = self.executors.get(test.kind)
        if executor is None:
            return _untried(test, "error", f"この試験を行うものがありません（{test.kind}）")
        try:
            outcome = await executor.execute(test)
        except CouldNotRunError as error:
            return _untried(test, "error", str(error))
        except StillWaitingError as error:
            return _untried(test, "wait", str(error), status="waiting")
        except asyncio.CancelledError:
            self._stop()
            return _untried(test, "cancel", self.interrupted, status="interrupted")
        except Exception as error:  # noqa: BLE001  # the kit's own fault must not end the run
            return _untried(test, "error", f"{type(error).__name__}: {error}")
        return _concluded(test, outcome)

    def _stop(self) -> None:
        """Try no more, and let what was found be reported: it may be hours of somebody's work."""
        self.interrupted = STOPPED
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()

    def _count(self, result: TestResult) -> None:
        if result.pending:
            return
        self.failures = self.failures + 1 if result.result == "error" else 0
        if self.failures >= BREAKER:
            self.interrupted = f"続けて{BREAKER}件の試験が実行できなかったため、残りを中止しました"


def _untried(
    test: TestSpec, result: Result, message: str, *, status: Status = "finished"
) -> TestResult:
    return TestResult(
        id=test.id,
        ja=test.ja,
        detail=test.detail,
        status=status,
        result=result,
        message=message,
        level=test.level,
        pending=test.is_pending,
    )


def _concluded(test: TestSpec, outcome: Outcome) -> TestResult:
    missing = {one.id for one in test.checks} - {one.id for one in outcome.checks}
    if missing:
        return _untried(test, "error", f"判定されなかった検査があります: {sorted(missing)}")
    raw = [Part(result=one.result, required=one.level != "may") for one in outcome.checks]
    return TestResult(
        id=test.id,
        ja=test.ja,
        detail=test.detail,
        status="finished",
        result=roll_up(raw),
        checks=outcome.checks,
        level=test.level,
        pending=test.is_pending,
        facts=outcome.facts,
        journal=outcome.journal,
    )


def _timed(result: TestResult, started_at: datetime, seconds: float) -> TestResult:
    return replace(result, started_at=started_at, seconds=seconds)
