"""Verdicts of persons: laid over open reviews only, before waivers, and always told apart."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from mocks.conform.cli import app
from mocks.conform.conclusion import RunResult
from mocks.conform.doctoring import Diagnosis
from mocks.conform.forms import list_forms, load_document, write_summary
from mocks.conform.report_json import as_document, identify, load_report_schema, load_run
from mocks.conform.results import Level, PersonVerdict
from mocks.conform.results import Result as Outcome
from mocks.conform.scenario_tests import judge_checks
from mocks.conform.verdicts import (
    Entry,
    VerdictError,
    Verdicts,
    decide,
    load_verdicts,
    write_template,
)
from mocks.conform.waivers import Finding, Waiver, apply_waivers
from mocks.engine.evidence import Verdict
from tests.support.conform import (
    NOW,
    TODAY,
    check,
    document,
    group,
    made_run,
    made_test,
    valid_junit,
)

TEST = "inq.answer.duplicate"
REPORT = "ab" * 32
HOSTILE = 'x"\n- test: y\u2028: {a: b}\x00 #<script>'


def entry(name: str = "ack", **more: Any) -> Entry:  # noqa: ANN401  # any field of it
    values = {"result": "pass", "seen": "照会一覧で一件", "by": "税務課 山田", "at": "2026-11-23"}
    test = more.pop("test", TEST)
    return Entry(test=test, check=name, verdict=PersonVerdict(**{**values, **more}))


def waiver(**more: Any) -> Waiver:  # noqa: ANN401  # any field of it
    values: dict[str, Any] = {"test": "inq.*", "check": "ack", "expect": "fail", "until": TODAY}
    return Waiver(**{**values, "reason": "r", "owner": "o", "approved_by": "a", **more})


def run_of(level: Level = "must", *waivers: Waiver) -> RunResult:
    """Return a run in which one check waits for a person and another one passed."""
    test = made_test(check("review", level=level), check("pass", name="b"), result="review")
    laid = apply_waivers([group(test)], waivers, {}, today=TODAY)
    return made_run(*laid.groups, findings=laid.findings, waivers=waivers)


def decided(run: RunResult, *entries: Entry, waivers: list[Waiver] | None = None) -> RunResult:
    given = Verdicts(report=REPORT, entries=entries)
    return decide(run, given, report=REPORT, today=TODAY, waivers=waivers)


def test_a_waiver_of_what_is_not_decided_is_no_trouble_yet() -> None:
    run = run_of("must", waiver())
    assert (run.findings, run.result, run.exit_code) == ((), "review", 1)


# level, verdict, waivers, troubles, what the run comes to, exit code
MATRIX: list[tuple[Level, str, list[Waiver], list[str], Outcome, int]] = [
    ("must", "pass", [], [], "pass", 0),
    ("must", "fail", [], ["unexpected"], "fail", 1),
    ("must", "fail", [waiver()], [], "pass", 0),
    ("must", "pass", [waiver()], ["not_happened"], "pass", 1),
    ("must", "fail", [waiver(check="b")], ["unexpected", "not_happened"], "fail", 1),
    ("should", "pass", [], [], "pass", 0),
    ("should", "fail", [], [], "warn", 0),
    ("should", "fail", [waiver(expect="warn")], [], "pass", 0),
    ("should", "fail", [waiver(check="b")], ["unexpected", "not_happened"], "warn", 1),
    ("may", "fail", [], [], "pass", 0),
]


@pytest.mark.parametrize(("level", "said", "waivers", "troubles", "result", "code"), MATRIX)
def test_a_verdict_counts_first_and_waivers_after_it(
    level: Level, said: str, waivers: list[Waiver], troubles: list[str], result: Outcome, code: int
) -> None:
    for run in (
        decided(run_of(level, *waivers), entry(result=said)),
        decided(run_of(level), entry(result=said), waivers=waivers),
    ):
        assert sorted(one.trouble for one in run.findings) == sorted(troubles)
        assert (run.result, run.exit_code) == (result, code)
        assert run.tests[0].checks[0].result == "review"  # what the kit saw is always shown
        assert run.base == REPORT


def test_waivers_hold_as_they_did_on_the_day_of_the_run() -> None:
    run = run_of("must", waiver(until=TODAY))
    given = Verdicts(report=REPORT, entries=(entry(result="fail"),))
    later = decide(run, given, report=REPORT, today=TODAY + timedelta(days=9))
    assert (later.findings, later.exit_code) == ((), 0)


def test_what_nobody_decided_yet_stays_open_and_is_decided_later() -> None:
    test = made_test(check("review"), check("review", name="b"))
    first = decided(made_run(group(test)), entry())
    assert (first.result, first.exit_code) == ("review", 1)
    assert decided(first, entry("b")).exit_code == 0
    with pytest.raises(VerdictError, match="decided already"):
        decided(first, entry())


@pytest.mark.parametrize(
    ("entries", "named", "said"),
    [
        ([entry("other")], f"{TEST} other", "この報告書にない検査"),
        ([entry(test="inq.*")], "inq.* ack", "no such check"),
        ([entry("b")], f"{TEST} b", "結果が pass の検査"),
        ([entry("b", result="fail")], f"{TEST} b", "only `review` is for a person"),
        ([entry(), entry(result="fail")], f"{TEST} ack", "2件あります / decided 2 times"),
        ([entry(at="2026-11-22")], f"{TEST} ack", "before the run or after today"),
        ([entry(at="2026-11-24")], f"{TEST} ack", "から今日（2026-11-23）まで"),
        ([entry(at="2026-11-23T23:30:00Z")], f"{TEST} ack", "after today"),  # the 24th in Japan
        ([entry(at="2026-02-30")], f"{TEST} ack", "no such time"),
    ],
)
def test_what_is_not_for_a_person_to_decide_is_refused(
    entries: list[Entry], named: str, said: str
) -> None:
    with pytest.raises(VerdictError) as caught:
        decided(run_of(), *entries)
    assert str(caught.value).startswith(f"{named}: ")
    assert said in str(caught.value)


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(VerdictError) as caught:
        decided(run_of(), entry("b"), entry("other"))
    assert len(str(caught.value).splitlines()) == 2


def test_verdicts_on_another_report_are_refused() -> None:
    with pytest.raises(VerdictError, match=f"別の報告書の判定です.*{'0' * 64}"):
        decide(
            run_of(),
            Verdicts(report=REPORT, entries=(entry(),)),
            report="0" * 64,
            today=TODAY,
        )


def fill(template: str, **values: str) -> str:
    for name, value in values.items():
        template = template.replace(f'{name}: ""', f"{name}: {json.dumps(value)}")
    return template


def test_the_template_names_what_to_look_at_and_is_a_file_once_it_is_filled_in() -> None:
    told = as_document(made_run(group(made_test(check("review", received=HOSTILE), check("pass")))))
    told["scope"]["system"] = HOSTILE
    template = write_template(told)
    for said in ("# 試験: 試験", "# 検査: 検査", "# 期待: 二度", "# 道具に見えたこと: x"):
        assert said in template
    seen = {
        "result": "fail",
        "seen": '二件 "重複"',
        "by": "山田",
        "at": "2026-11-23T10:00:00+09:00",
    }
    found = load_verdicts(fill(template, **seen).encode())
    assert found.report == identify(told)
    assert found.entries == (entry(**seen, evidence=""),)


def test_what_was_not_filled_in_is_named() -> None:
    template = write_template(as_document(run_of()))
    with pytest.raises(VerdictError) as caught:
        load_verdicts(fill(template, result="pass", by=" ").encode())
    assert str(caught.value) == (f"{TEST} ack: seen, by, at が書き込まれていません / not filled in")


TEXT = f"""\
report: "{REPORT}"
verdicts:
  - test: "{TEST}"
    check: "ack"
    result: fail
    seen: "照会一覧で二件"
    by: "税務課 山田"
    at: "2026-11-23"
    evidence: "画面3.png"
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("result: fail", "result: review", "pass 又は fail"),
        ("result: fail", "result: true", "pass 又は fail"),
        ('"2026-11-23"', '"2026/11/23"', "2026-11-24T14:30:00"),
        ('"2026-11-23"', '"2026-11-23T10:00:00"', "2026-11-24T14:30:00"),  # no offset
        ('    by: "税務課 山田"\n', "", "'by' is a required property"),
        ("seen:", "saw:", "'saw' was unexpected"),
        ('"照会一覧で二件"', "2", "2 is not of type 'string'"),
        (REPORT, "abc", "SHA-256"),
        (f'report: "{REPORT}"', "report: ", "SHA-256"),
        ("verdicts:", "verdicts: [", "YAML"),
    ],
)
def test_a_file_that_is_not_right_is_refused(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(VerdictError) as caught:
        load_verdicts(TEXT.replace(old, new, 1).encode())
    assert said in str(caught.value)


def test_the_example_of_the_page_is_a_file_of_verdicts() -> None:
    page = (Path(__file__).parents[3] / "docs" / "testers" / "conformance.md").read_text("utf-8")
    [found] = load_verdicts(page.split("```yaml\n")[2].split("```")[0].encode()).entries
    names = {(test.id, one.id) for test in made_run().profile.tests for one in test.checks}
    assert found.key in names


def test_a_report_gives_back_the_run_that_it_was_made_of() -> None:
    test = made_test(check("review"), check("pass", name="b"), started_at=NOW, journal=({"id": 1},))
    run = decided(
        made_run(
            group(test),
            waivers=(waiver(variant={"role": "inquirer"}),),
            findings=(Finding(trouble="unexpected", about="a", ja="b"),),
            diagnosis=(Diagnosis(id="a", ja="b", state="ok", expected="c", received="d"),),
            clock=({"test": "a"},),
        ),
        entry(result="fail", evidence="票 12"),
    )
    told = as_document(run)
    Draft202012Validator(load_report_schema()).validate(told)
    assert as_document(load_run(told)) == told


def test_every_form_tells_the_verdict_of_a_person_from_what_the_kit_saw() -> None:
    told = as_document(decided(run_of(), entry(evidence="画面3.png")))
    forms = {name: octets.decode("utf-8-sig") for name, octets in list_forms(told).items()}
    first, _, rest = forms["report.html"].partition("</header>")
    assert "1 件は、人が見て判定した検査です" in first
    assert "人の判定を待つ" not in first
    assert REPORT in first
    heading = rest.partition("</h3>")[0].rpartition("<h3")[2]
    assert heading.index("人の確認が必要 review") < heading.index("合格 pass")
    for name in ("report.html", "junit.xml", "report.json"):
        for said in ("照会一覧で一件", "税務課 山田", "2026-11-23", "画面3.png", "review"):
            assert said in forms[name], (name, said)
    [case, _] = valid_junit(forms["junit.xml"].encode()).iter("testcase")
    assert [one.tag for one in case] == ["system-out"]
    rows = {row["要件"]: row for row in csv.DictReader(io.StringIO(forms["coverage.csv"]))}
    assert rows["REQ-INQ@6"]["結果"] == "pass"
    assert rows["REQ-INQ@6"]["人が判定した検査"] == f"{TEST}/ack"
    summary = write_summary(told)
    assert f"[review] 人の確認が必要 → [pass] {TEST}" in summary
    assert "review → pass（人の判定） ack" in summary
    assert "人の判定・適用除外の前は review" in summary


def test_a_verdict_of_fail_is_a_failure_in_junit() -> None:
    told = as_document(decided(run_of(), entry(result="fail")))
    [failure] = valid_junit(list_forms(told)["junit.xml"]).iter("failure")
    assert failure.get("type") == "fail"
    waived = as_document(decided(run_of("must", waiver()), entry(result="fail")))
    assert not list(valid_junit(list_forms(waived)["junit.xml"]).iter("failure"))


def test_what_waits_for_a_person_is_listed_on_the_first_page() -> None:
    first = list_forms(as_document(run_of()))["report.html"].decode().partition("</header>")[0]
    assert "1 件は、人の判定を待つ検査です" in first
    assert f'href="#{TEST}--ack"' in first
    assert "人が見て判定した" not in first


def test_what_a_person_has_to_see_says_where_to_look() -> None:
    [spec] = [one for one in made_run().profile.tests if one.id == "inq.symbol.none"]
    known = ("count", "eventually", "audit")
    verdicts = [
        Verdict(index=at, kind=kind, outcome="open", said_ja="期待: 有。実際: 無。", said_en="")
        for at, kind in enumerate(known)
    ]
    found = judge_checks(spec, verdicts, unseen="review")
    assert [one.result for one in found] == ["review"] * 3
    assert found[1].received == "無（見るところ: 照会の一覧・詳細・履歴の画面と、そのログ）"
    assert found[2].received == "無（見るところ: 情報提供等記録と操作の記録）"
    assert all(one.received == "無" for one in judge_checks(spec, verdicts))


def command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture
def zipped(tmp_path: Path) -> Path:
    """Return a signed report in which one check waits for a person."""
    source = tmp_path / "source.json"
    source.write_bytes(list_forms(as_document(run_of()))["report.json"])
    out = tmp_path / "first"
    assert command("report", source, "-o", out, "--key", tmp_path / "key").exit_code == 0
    return out / "report.zip"


def test_a_clerk_decides_a_report(zipped: Path, tmp_path: Path) -> None:
    said = command("report", zipped)
    assert said.exit_code == 0
    assert "人の判定を待つ検査が 1 件あります / wait for a person" in said.stderr
    assert f"nakadachi mocks conform report {zipped} --template" in said.stderr
    template = command("report", zipped, "--template").stdout
    file, out, key = tmp_path / "verdicts.yaml", tmp_path / "second", tmp_path / "key"
    options = ("report", zipped, "--verdicts", file, "-o", out, "--key", key)

    file.write_text(template, encoding="utf-8")
    refused = command(*options)
    assert (refused.exit_code, out.exists()) == (2, False)
    assert f"{TEST} ack: result, seen, by, at が書き込まれていません" in refused.stderr

    filled = fill(template, result="pass", by="山田", at="2026-11-23", seen="Bearer abc.def 一件")
    file.write_text(filled, encoding="utf-8")
    assert command(*options[:-3], zipped.parent).exit_code == 2  # never over the first one
    before = zipped.read_bytes()
    done = command(*options)
    assert done.exit_code == 0, done.output
    assert "人の判定を待つ" not in done.stderr
    assert zipped.read_bytes() == before
    assert command("report", out / "report.zip", "--verify").exit_code == 0
    found = load_document(out / "report.zip")
    assert found["base"] == identify(load_document(zipped))
    assert "Bearer" not in json.dumps(found, ensure_ascii=False)  # hidden as everything is

    file.write_text(filled.replace("pass", "fail"), encoding="utf-8")
    assert command(*options).exit_code == 1
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text(
        f'waivers: [{{test: "{TEST}", check: ack, expect: fail, reason: r, owner: o, '
        'approved_by: a, until: "2199-12-31"}]',
        encoding="utf-8",
    )
    assert command(*options, "--waivers", waivers).exit_code == 0


def test_a_changed_bundle_is_not_decided(zipped: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "verdicts.yaml", tmp_path / "second"
    template = command("report", zipped, "--template").stdout
    filled = fill(template, result="pass", by="山田", at="2026-11-23", seen="一件")
    file.write_text(filled, encoding="utf-8")
    options = ("report", zipped, "--verdicts", file, "-o", out)
    assert command(*options, "--key-sha256", "0" * 64).exit_code == 2
    whole = zipped.read_bytes()
    at = whole.index(b"report.json") + 40
    zipped.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    refused = command(*options)
    assert (refused.exit_code, out.exists()) == (2, False)
    assert "内容が変わっています" in refused.stderr


def test_a_report_without_a_signature_is_none_of_a_certain_key(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text(json.dumps(document(group(made_test(check("review"))))), encoding="utf-8")
    assert command("report", file).exit_code == 0
    assert command("report", file, "--key-sha256", "0" * 64).exit_code == 2


@pytest.mark.parametrize(
    "options",
    [
        ("--verify", "--template"),
        ("--template", "--verdicts", "x"),
        ("--verdicts", "x"),
        ("--waivers", "x"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    options: tuple[str, ...], zipped: Path
) -> None:
    assert command("report", zipped, *options).exit_code == 2


def test_nothing_that_is_said_moves_the_cursor(zipped: Path, tmp_path: Path) -> None:
    file = tmp_path / "verdicts.yaml"
    file.write_text(TEXT.replace(TEST, "\\u001b[2J"), encoding="utf-8")
    refused = command("report", zipped, "--verdicts", file, "-o", tmp_path / "second")
    assert "\x1b" not in refused.output
    assert isinstance(refused.exception, SystemExit | typer.Exit)
