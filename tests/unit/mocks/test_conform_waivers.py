"""Waivers: laid over raw results, and every way in which they make a run fail."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mocks.conform.cli import app
from mocks.conform.results import Result
from mocks.conform.waivers import Waiver, WaiverError, apply_waivers, list_states, load_waivers
from tests.support.conform import TODAY, check, group, made_run, made_test

VARIANT = {"role": "inquirer", "version": "network-v1"}
TEXT = """\
waivers:
  - test: "inq.answer.*"
    check: "ack"
    variant: {version: "network-v1"}
    expect: fail
    reason: "旧中間サーバー連携機能の制約。2027年10月改修"
    owner: "情報政策課"
    ref: "ISSUE-231"
    approved_by: "CIO補佐官"
    until: "2027-10-31"
"""


def waiver(**more: Any) -> Waiver:  # noqa: ANN401  # any field of it
    values: dict[str, Any] = {
        "test": "inq.*",
        "check": "ack",
        "expect": "fail",
        "reason": "r",
        "owner": "o",
        "approved_by": "a",
        "until": TODAY,
        **more,
    }
    return Waiver(**values)


# raw result, waivers, troubles, what the group says then
MATRIX: list[tuple[str, Result, list[Waiver], list[str], Result]] = [
    ("nothing to say", "pass", [], [], "pass"),
    ("unexpected failure", "fail", [], ["unexpected"], "fail"),
    ("unexpected skip", "skip", [], ["unexpected"], "skip"),
    ("a warning is harmless without waivers", "warn", [], [], "warn"),
    ("expected failure", "fail", [waiver()], [], "pass"),
    ("expected skip", "skip", [waiver(expect="skip")], [], "pass"),
    ("expected warning", "warn", [waiver(expect="warn")], [], "pass"),
    ("did not happen", "pass", [waiver()], ["not_happened"], "pass"),
    ("another result than expected", "fail", [waiver(expect="skip")], ["not_happened"], "fail"),
    (
        "expired",
        "fail",
        [waiver(until=TODAY - timedelta(days=1))],
        ["unexpected", "expired"],
        "fail",
    ),
    (
        "expired and no longer needed",
        "pass",
        [waiver(until=TODAY - timedelta(days=1))],
        ["expired"],
        "pass",
    ),
    ("holds on its last day", "fail", [waiver(until=TODAY)], [], "pass"),
    ("matches no test", "pass", [waiver(test="pro.*")], ["unmatched"], "pass"),
    ("matches no check", "fail", [waiver(check="other")], ["unexpected", "unmatched"], "fail"),
    (
        "another variant",
        "fail",
        [waiver(variant={"version": "network-v2"})],
        ["unexpected", "unmatched"],
        "fail",
    ),
    ("this variant", "fail", [waiver(variant={"version": "network-v1"})], [], "pass"),
    (
        "with waivers a warning has to be expected too",
        "warn",
        [waiver(check="other")],
        ["unexpected", "unmatched"],
        "warn",
    ),
    ("one of two holds", "fail", [waiver(), waiver(expect="skip", test="inq.a*")], [], "pass"),
]


@pytest.mark.parametrize(
    ("raw", "waivers", "troubles", "overlaid"),
    [row[1:] for row in MATRIX],
    ids=[row[0] for row in MATRIX],
)
def test_the_matrix(
    raw: Result, waivers: list[Waiver], troubles: list[str], overlaid: Result
) -> None:
    groups = [group(made_test(check(raw)))]
    found = apply_waivers(groups, waivers, VARIANT, today=TODAY)
    assert [one.trouble for one in found.findings] == troubles
    [laid] = found.groups
    assert laid.result == overlaid
    assert laid.raw == raw  # what happened is always shown
    assert laid.tests[0].checks[0].result == raw
    run = made_run(*found.groups, findings=found.findings)
    assert run.exit_code == (1 if troubles or overlaid in {"fail", "skip"} else 0)


def test_an_error_cannot_be_waived() -> None:
    broken = made_test(result="error", message="x")
    found = apply_waivers([group(broken)], [waiver(check="*")], VARIANT, today=TODAY)
    assert found.groups[0].result == "error"
    assert made_run(*found.groups, findings=found.findings).exit_code == 3


def test_pending_tests_are_reported_and_not_counted() -> None:
    fine, new = made_test(check("pass")), made_test(check("fail"), name="inq.new", pending=True)
    found = apply_waivers([group(fine, new)], [], VARIANT, today=TODAY)
    run = made_run(*found.groups, findings=found.findings)
    assert (run.result, run.exit_code) == ("pass", 0)
    assert [one.result for one in run.tests] == ["pass", "fail"]


def test_what_is_optional_need_not_be_waived() -> None:
    groups = [group(made_test(check("pass"), check("fail", name="extra", level="may")))]
    found = apply_waivers(groups, [], VARIANT, today=TODAY)
    assert not found.findings
    assert found.groups[0].result == "pass"


def test_a_waiver_of_a_test_that_was_not_chosen_is_no_trouble() -> None:
    untried = made_test(result="omit", status="created")
    found = apply_waivers([group(untried)], [waiver()], VARIANT, today=TODAY)
    assert not found.findings


def test_a_file_is_read() -> None:
    [found] = load_waivers(TEXT.encode())
    assert (found.test, found.until) == ("inq.answer.*", date(2027, 10, 31))
    assert found.variant == {"version": "network-v1"}
    [row] = list_states([found], TODAY)
    assert row["days_left"] == (date(2027, 10, 31) - TODAY).days


def test_the_example_of_the_page_is_a_file_of_waivers() -> None:
    page = (Path(__file__).parents[3] / "docs" / "testers" / "conformance.md").read_text("utf-8")
    [found] = load_waivers(page.split("```yaml\n")[1].split("```")[0].encode())
    profile = made_run().profile
    names = {(test.id, one.id) for test in profile.tests for one in test.checks}
    assert any(found.matches(test, name, profile.variant) for test, name in names)


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("", "", 0, "当たる検査 1 件"),
        ('"ack_every_duplicate"', '"other"', 1, "当たる検査 0 件"),
        ('version: "network-v1"', 'version: "network-v9"', 1, "当たる検査 0 件"),
        ('"2199-10-31"', '"2026-10-31"', 1, "期限切れ"),
        ("owner:", "holder:", 2, "owner"),
    ],
)
def test_the_command_tells_waivers_that_ended_or_match_nothing(
    old: str, new: str, code: int, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "waivers.yaml"
    text = TEXT.replace('"ack"', '"ack_every_duplicate"').replace('"2027-10-31"', '"2199-10-31"')
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = CliRunner().invoke(app, ["waivers", str(file)])
    assert found.exit_code == code, found.output
    assert said in found.output


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('    until: "2027-10-31"\n', ""),
        ('"2027-10-31"', '"2027-02-30"'),
        ('"2027-10-31"', "2027-10-31T00:00:00Z"),
        ('    owner: "情報政策課"\n', ""),
        ('    approved_by: "CIO補佐官"\n', ""),
        ("expect: fail", "expect: pass"),
        ("expect: fail", "expect: error"),
        ("reason:", "cause:"),
        ("waivers:", "waiver:"),
        ("waivers:", "waivers: ["),
    ],
)
def test_a_file_that_says_too_little_is_refused(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(WaiverError):
        load_waivers(TEXT.replace(old, new, 1).encode())
