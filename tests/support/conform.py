"""Results of conformance runs made up for tests of waivers, reports and exit codes."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from lxml import etree

from mocks.conform import profiles
from mocks.conform.conclusion import RunResult, Scope
from mocks.conform.report_json import as_document
from mocks.conform.results import CheckResult, GroupResult, Level, Result, TestResult
from wire.xml import Profile, compile_schema, parse

VECTORS = Path(__file__).parents[1] / "vectors" / "conform"
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


def check(
    result: Result = "pass", *, name: str = "ack", level: Level = "must", received: str = "一度"
) -> CheckResult:
    return CheckResult(
        id=name,
        ja="検査",
        level=level,
        result=result,
        expected="二度",
        received=received,
        requirements=("REQ-INQ@6",),
        why="なぜ",
        rows=(1,),
    )


def made_test(*checks: CheckResult, name: str = "inq.answer.duplicate", **more: Any) -> TestResult:  # noqa: ANN401  # any field of it
    result: Result = more.pop("result", None) or checks[0].result
    values: dict[str, Any] = {"status": "finished", "message": "", **more}
    return TestResult(id=name, ja="試験", detail="詳細", result=result, checks=checks, **values)


def group(*tests: TestResult, name: str = "answers") -> GroupResult:
    return GroupResult(id=name, ja="組", about="組の説明", tests=tests)


def profile() -> profiles.Profile:
    found = profiles.find_profile("inquirer")
    assert found is not None
    return found


def valid_junit(octets: bytes) -> etree._Element:
    schema = compile_schema((VECTORS / "junit.xsd").read_bytes())
    return parse(octets, schema, Profile(namespace="", foreign=True, canonical=False))


def made_run(*groups: GroupResult, **more: Any) -> RunResult:  # noqa: ANN401  # any field of it
    scope = Scope(
        system="試験対象",
        environment="模擬環境",
        ran_by="試験 担当",
        authorised_by="情報政策課長",
        version="0.1.0",
        sut="gateway",
        seed=None,
        started_at=NOW,
        expires_on=date(2027, 11, 23),
    )
    return RunResult(profile=profile(), scope=scope, ended_at=NOW, groups=groups, **more)


def document(*groups: GroupResult, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # any field of it
    return as_document(made_run(*groups, **more))
