"""What a whole run comes to: one result, the reasons why it fails, and the exit code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from mocks.conform.doctoring import Diagnosis
from mocks.conform.profiles import Profile
from mocks.conform.results import HARMLESS, GroupResult, Part, Result, TestResult, roll_up
from mocks.conform.waivers import Finding, Waiver

ExitCode = Literal[0, 1, 2, 3]
OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
ENVIRONMENT: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a run was about: the report says it on its first page.

    `expires_on` is until when the report may be relied on.
    """

    system: str
    environment: str
    ran_by: str
    authorised_by: str
    version: str
    sut: str
    seed: int | None
    started_at: datetime
    expires_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """A run with everything that its report needs; `interrupted` says why it ended early.

    `base` is the SHA-256 of the report that the verdicts in it were laid over, if there are any.
    """

    profile: Profile
    scope: Scope
    ended_at: datetime
    groups: tuple[GroupResult, ...]
    findings: tuple[Finding, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    diagnosis: tuple[Diagnosis, ...] = ()
    interrupted: str = ""
    clock: tuple[Mapping[str, Any], ...] = ()
    base: str = ""

    @property
    def tests(self) -> Sequence[TestResult]:
        """Every test, pending ones too."""
        return [one for group in self.groups for one in group.tests]

    @property
    def counted(self) -> Sequence[TestResult]:
        """The tests that count."""
        return [one for group in self.groups for one in group.counted]

    @property
    def raw(self) -> Result:
        """The result before verdicts and waivers."""
        return roll_up(Part(result=one.raw) for one in self.groups)

    @property
    def result(self) -> Result:
        """The result with verdicts and waivers laid over it."""
        return roll_up(Part(result=one.result) for one in self.groups)

    @property
    def exit_code(self) -> ExitCode:
        """0 passed, 1 not (or ended while somebody was waited for), 2 set up wrongly, 3 broken."""
        if self.diagnosis and not self.tests:
            return max((one.exit_code for one in self.diagnosis), default=OK)
        if any(one.result in {"error", "cancel"} for one in self.counted):
            return ENVIRONMENT
        if self.findings or self.result not in HARMLESS:
            return FAILED
        return OK
