"""Tests that play a scenario: checks are what its expectations came to."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mocks.conform.profiles import CheckSpec, TestSpec
from mocks.conform.results import CheckResult, Result, judge_level
from mocks.conform.running import CouldNotRunError, Outcome
from mocks.engine.evidence import Verdict
from mocks.engine.loading import load_scenario
from mocks.runs.play import Source, play
from mocks.runs.report import RunReport
from mocks.runs.stage import RunOptions
from mocks.scenarios.library import find_shipped

_PAIR: Final = re.compile(r"期待: (?P<expected>.*?)。実際: (?P<received>.*)。", re.DOTALL)
# Where a person looks for what only the system shows, by the kind of the expectation.
_LOOK: Final = {
    "alarm": "警報の画面・通知・ログ",
    "audit": "情報提供等記録と操作の記録",
    "no_disclosure": "期待に挙げた画面・ログ・出力のそれぞれ",
}
_LOOK_ELSEWHERE: Final = "照会の一覧・詳細・履歴の画面と、そのログ"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayScenarios:
    """Plays scenarios against our gateway, or another program that serves as it does.

    `profile` is the id of theirs: a scenario played by itself is about another topic.
    """

    options: RunOptions
    profile: str

    async def execute(self, test: TestSpec) -> Outcome:
        """Play the scenario of a test.

        Raises:
            CouldNotRunError: it could not be played to its end.
        """
        report = await play(load_source(test), self.options)
        if report.trouble is not None:
            raise CouldNotRunError(report.trouble)
        command = (
            f"nakadachi mocks conform run {self.profile} --only {test.id} --seed {report.seed}"
        )
        told = {"command": command, "digest": report.digest, "idle_rules": list(report.idle)}
        found = conclude(test, report)
        return replace(found, facts={**found.facts, **told})


def conclude(test: TestSpec, report: RunReport, *, unseen: Result = "skip") -> Outcome:
    """Return what a scenario that was played says of a test.

    Raises:
        CouldNotRunError: the scenario has no such expectation.
    """
    document = report.as_document()
    checks = judge_checks(test, report.verdicts, unseen=unseen)
    names = ("seed", "scale", "sha256", "started_at", "ended_at")
    deciding = {row for check in checks for row in check.rows}
    return Outcome(
        checks=checks,
        facts={"scenario": report.id, **{name: document[name] for name in names}},
        journal=tuple(row for row in document["rows"] if row["id"] in deciding),
    )


def load_source(test: TestSpec) -> Source:
    """Return the scenario of a test.

    Raises:
        CouldNotRunError: there is none of that name.
    """
    name = test.scenario or ""
    octets = find_shipped(name)
    if octets is None:
        raise CouldNotRunError("シナリオがありません", name)
    sha256 = hashlib.sha256(octets).hexdigest()
    return Source(name=name, scenario=load_scenario(octets).scenario, sha256=sha256)


def judge_checks(
    test: TestSpec, verdicts: Sequence[Verdict], *, unseen: Result = "skip"
) -> tuple[CheckResult, ...]:
    """Return the checks of a test; what is still open was not verified (`unseen`).

    Raises:
        CouldNotRunError: the scenario has no such expectation.
    """
    known = {verdict.index + 1: verdict for verdict in verdicts}
    return tuple(_judge(check, known, unseen) for check in test.checks)


def _judge(check: CheckSpec, known: Mapping[int, Verdict], unseen: Result) -> CheckResult:
    verdict = known.get(check.expect or 0)
    if verdict is None:
        raise CouldNotRunError("シナリオにこの期待がありません", check.id)
    found = _PAIR.fullmatch(verdict.said_ja)
    expected, received = (found["expected"], found["received"]) if found else ("", verdict.said_ja)
    is_open = verdict.outcome == "open"
    if is_open and unseen == "review":
        received += f"（見るところ: {_LOOK.get(verdict.kind, _LOOK_ELSEWHERE)}）"
    return CheckResult(
        id=check.id,
        ja=check.ja,
        level=check.level,
        result=unseen if is_open else judge_level(check.level, met=verdict.outcome == "met"),
        expected=expected,
        received=received,
        requirements=check.requirements,
        why=verdict.why or "",
        rows=verdict.rows,
    )
