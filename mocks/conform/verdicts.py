"""Verdicts (人の判定): what persons saw where the kit cannot look, laid over what is in `review`.

A file of them belongs to one report, by its SHA-256. Verdicts count first and waivers after them:
what a person found wrong may be waived. The raw `review` stays beside the verdict.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jsonschema import Draft202012Validator

from mocks.conform.conclusion import RunResult
from mocks.conform.report_json import identify, judged, list_checks
from mocks.conform.results import CheckResult, PersonVerdict, TestResult
from mocks.conform.waivers import Waiver, apply_waivers
from mocks.engine.clock import day_of
from mocks.engine.problems import ScenarioError
from mocks.engine.yaml_tree import read_yaml

_ENTRY_FIELD: Final = 3  # verdicts / n / field
_MOST_SHOWN: Final = 500
_FORMS: Final = {
    "result": "pass 又は fail",
    "at": "2026-11-24 又は 2026-11-24T14:30:00+09:00",
    "report": "報告書の SHA-256 / SHA-256 of the report",
}
_HEAD: Final = """\
# 人の判定（適合性試験） / Verdicts of persons
# 対象: {system}  {started_at}
# 試験対象の画面や記録を見て、"" の中に書き込んでください。判定しないものは、その項目ごと消します。
# Look at the system's own screens and records, fill in each "", delete entries you cannot decide.
#   result    pass（期待のとおり）又は fail（期待と違う）
#   seen      どこで、何を見たか。個人番号・符号は書かないでください / what was seen, and where
#   by        所属・氏名 / who
#   at        見た日又は日時（2026-11-24、2026-11-24T14:30:00+09:00） / when
#   evidence  画面の写しのファイル名、票の番号など。なくてもよい / file or ticket, optional
"""


class VerdictError(Exception):
    """Verdicts that cannot be laid over a report; the text has a line for each thing wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One verdict and which check of which test it decides."""

    test: str
    check: str
    verdict: PersonVerdict

    @property
    def key(self) -> tuple[str, str]:
        """What no other verdict has too."""
        return self.test, self.check


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """The verdicts on one report, which is named by its SHA-256."""

    report: str
    entries: tuple[Entry, ...]


def load_verdicts(octets: bytes) -> Verdicts:
    """Return the verdicts of a file.

    Raises:
        VerdictError: it holds none, or something in it was not filled in.
    """
    try:
        value: Any = read_yaml(octets).value
    except ScenarioError as error:
        told = [
            f"{one.place.line}:{one.place.column}: {one.ja} / {one.en}" for one in error.problems
        ]
        raise VerdictError(told) from error
    if told := list(_list_faults(value)):
        raise VerdictError(told)
    entries = [
        Entry(test=one.pop("test"), check=one.pop("check"), verdict=PersonVerdict(**one))
        for one in value["verdicts"]
    ]
    return Verdicts(report=value["report"], entries=tuple(entries))


def _list_faults(value: Any) -> Iterator[str]:  # noqa: ANN401  # whatever the file holds
    empty: defaultdict[str, list[str]] = defaultdict(list)
    for fault in _validator().iter_errors(value):
        place = [str(one) for one in fault.absolute_path]
        if len(place) == _ENTRY_FIELD:
            one = value["verdicts"][int(place[1])]
            place[:2] = [f"{one.get('test')} {one.get('check')}"]
        if isinstance(fault.instance, str) and not fault.instance.strip():
            empty[": ".join(place[:-1]) or "verdicts"].append(place[-1])
        else:
            said = _FORMS.get(place[-1]) if place else None
            name = ": ".join(place) or "verdicts"
            yield f"{name}: 書式が違います / {said or fault.message[:_MOST_SHOWN]}"
    for name, fields in empty.items():
        yield f"{name}: {', '.join(fields)} が書き込まれていません / not filled in"


def decide(
    run: RunResult,
    given: Verdicts,
    *,
    report: str,
    today: date,
    waivers: Sequence[Waiver] | None = None,
) -> RunResult:
    """Return a run with verdicts, and waivers after them, laid over it.

    Args:
        run: As it was reported.
        given: The verdicts on it.
        report: The SHA-256 of its report.
        today: No verdict is from later than that.
        waivers: Instead of those of the run. They hold as they did on the day of the run.

    Raises:
        VerdictError: a verdict is about something else, given twice, or not for a person to give.
    """
    problems = list(_list_problems(run, given, report, today))
    if problems:
        raise VerdictError(problems)
    known = {one.key: one.verdict for one in given.entries}
    groups = [
        replace(one, tests=tuple(_lay(test, known) for test in one.tests)) for one in run.groups
    ]
    held = run.waivers if waivers is None else tuple(waivers)
    laid = apply_waivers(groups, held, run.profile.variant, today=day_of(run.scope.started_at))
    return replace(run, groups=laid.groups, findings=laid.findings, waivers=held, base=report)


def _lay(test: TestResult, known: Mapping[tuple[str, str], PersonVerdict]) -> TestResult:
    checks = (
        replace(one, verdict=known.get((test.id, one.id), one.verdict)) for one in test.checks
    )
    return replace(test, checks=tuple(checks))


def _list_problems(run: RunResult, given: Verdicts, report: str, today: date) -> Iterator[str]:
    if given.report != report:
        yield (
            f"report: 別の報告書の判定です（この報告書は {report}） / "
            f"verdicts on another report (this one is {report})"
        )
        return
    checks = {(test.id, check.id): check for test in run.tests for check in test.checks}
    began = day_of(run.scope.started_at)
    for key, count in Counter(one.key for one in given.entries).items():
        if count > 1:
            yield f"{' '.join(key)}: 判定が{count}件あります / decided {count} times"
    for one in given.entries:
        why = _refuse(checks.get(one.key)) or _refuse_day(one.verdict.at, began, today)
        if why is not None:
            yield f"{' '.join(one.key)}: {why}"


def _refuse(check: CheckResult | None) -> str | None:
    """Return why a check is not for a person to decide."""
    if check is None:
        return "この報告書にない検査です / no such check in this report"
    if check.verdict is not None:
        return f"既に判定されています（{check.verdict.by}） / decided already"
    if check.result != "review":
        return (
            f"結果が {check.result} の検査は、人が判定するものではありません / "
            f"its result is {check.result}, only `review` is for a person to decide"
        )
    return None


def _refuse_day(at: str, began: date, today: date) -> str | None:
    """Return why nobody can have seen something then."""
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return f"at: ない日時です（{at}） / no such time"
    day = day_of(found) if found.tzinfo else found.date()
    if began <= day <= today:
        return None
    return (
        f"at: 実行の日（{began}）から今日（{today}）までの日ではありません（{at}） / "
        "before the run or after today"
    )


def list_open(document: Mapping[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return the checks of a report document that wait for a person, each after its test."""
    return [pair for pair in list_checks(document) if judged(pair[1]) == "review"]


def write_template(document: Mapping[str, Any]) -> str:
    """Return a file of verdicts to be filled in, with everything that waits for a person."""
    head = {name: _plain(document["scope"][name]) for name in ("system", "started_at")}
    lines = [_HEAD.format(**head), f'report: "{identify(document)}"', "verdicts:"]
    for test, check in list_open(document):
        lines += [
            "",
            f"  # 試験: {_plain(test['ja'])}",
            f"  # 検査: {_plain(check['ja'])}",
            f"  # 期待: {_plain(check['expected'])}",
            f"  # 道具に見えたこと: {_plain(check['received'])}",
            f"  - test: {json.dumps(test['id'])}",
            f"    check: {json.dumps(check['id'])}",
            *(f'    {name}: ""' for name in ("result", "seen", "by", "at", "evidence")),
        ]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Return a text as one line of a comment."""
    return "".join(char if char.isprintable() else " " for char in text)[:_MOST_SHOWN]


@cache
def _validator() -> Draft202012Validator:
    text = (files("mocks.conform") / "data" / "verdicts.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))
