"""A test that is pending for a release is carried out and reported, and counts nowhere."""

import csv
import io
from dataclasses import replace
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import pytest

from mocks.conform.compare import compare, worse
from mocks.conform.conclusion import RunResult
from mocks.conform.forms import list_forms, write_summary
from mocks.conform.plan import Plan
from mocks.conform.profiles import TestSpec, load_profile
from mocks.conform.report_json import as_document
from mocks.conform.running import BREAKER, CouldNotRunError, Outcome, Runner
from mocks.conform.session import Session
from mocks.engine.clock import system_time
from tests.support.conform import check, document, group, made_run, made_test

NEW, NOW = "fil.receive.cut", version("nakadachi")
TAKES_EVERYTHING = Plan(
    profile="files", check="true {file}", rewrite=("cp {file} {out}",), chosen=("fil.receive.*t",)
)


async def conform(*, pending: str) -> RunResult:
    """Run tests on a system that takes whatever it is given, one of them pending in a release."""
    text = (files("mocks.conform") / "profiles" / "files.toml").read_text(encoding="utf-8")
    named = f'id = "{NEW}"\n'
    assert named in text
    text = text.replace(named, f'{named}pending = "{pending}"\n')
    session = Session(plan=TAKES_EVERYTHING, profile=load_profile(text.encode()))
    return await session.run()


async def test_a_pending_test_is_reported_from_its_profile_on_and_does_not_fail_the_run() -> None:
    run = await conform(pending=NOW)
    results = {one.id: one.result for one in run.tests if one.result != "omit"}
    assert results == {"fil.receive.right": "pass", NEW: "fail"}
    assert (run.raw, run.result, run.findings, run.exit_code) == ("pass", "pass", (), 0)
    told = as_document(run)
    [shown] = [one for part in told["groups"] for one in part["tests"] if one["id"] == NEW]
    assert (shown["pending"], shown["result"]) == (True, "fail")
    assert all(one["expected"] and one["received"] for one in shown["checks"])
    assert f"[fail] 不合格 {NEW}（試行中）" in write_summary(told)
    forms = list_forms(told)
    assert "試行中：数えません" in forms["report.html"].decode("utf-8")
    assert b'failures="0"' in forms["junit.xml"]
    assert read_coverage(told)["REQ-FIL@3"] == ("", "試行中の試験だけが確かめます")


@pytest.mark.parametrize("pending", ["", f"{NOW}.1"])
async def test_the_same_test_fails_the_run_in_every_other_release(pending: str) -> None:
    run = await conform(pending=pending)
    assert (run.result, run.exit_code) == ("fail", 1)
    told = as_document(run)
    assert b'failures="3"' in list_forms(told)["junit.xml"]
    assert read_coverage(told)["REQ-FIL@3"] == ("fail", "")


async def test_pending_tests_that_could_not_run_do_not_end_the_run() -> None:
    class Broken:
        async def execute(self, test: TestSpec) -> Outcome:
            if test.is_pending:
                raise CouldNotRunError(test.id)
            return Outcome(checks=tuple(check(name=one.id) for one in test.checks))

    text = (files("mocks.conform") / "profiles" / "files.toml").read_text(encoding="utf-8")
    pending = text.replace('kind = "file"\n', f'kind = "file"\npending = "{NOW}"\n', BREAKER)
    runner = Runner(
        profile=load_profile(pending.encode()), executors={"file": Broken()}, now=system_time
    )
    run = made_run(*await runner.run())
    assert [one.result for one in run.tests][:BREAKER] == ["error"] * BREAKER
    assert (runner.interrupted, run.result, run.exit_code) == ("", "pass", 0)


@pytest.mark.parametrize(
    ("before", "after", "change", "is_worse"),
    [
        (None, "pending", "added", False),
        ("pass", "pending", "no_longer_checked", True),
        ("pending", "fail", "newly_failing", True),
        ("pending", "pass", "changed_message", False),
    ],
)
def test_what_is_pending_is_compared_as_what_is_not_counted(
    before: str | None, after: str, change: str, is_worse: bool
) -> None:
    found = compare(reported(before), reported(after))
    assert {one.change for one in found} == {change}
    assert worse(found) == is_worse


def reported(result: str | None) -> dict[str, Any]:
    """Return the document of a run with a test of a result, failing if pending, or without it."""
    other = made_test(check(), name="inq.other")
    if result is None:
        return document(group(other))
    raw = check("pass" if result == "pass" else "fail")
    test = replace(made_test(raw), pending=result == "pending")
    return document(group(other, test))


def read_coverage(told: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Return result and reason by requirement."""
    rows = csv.DictReader(io.StringIO(list_forms(told)["coverage.csv"].decode("utf-8-sig")))
    return {one["要件"]: (one["結果"], one["試験しない理由"]) for one in rows}
