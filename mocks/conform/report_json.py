"""The report as JSON, with the schema it keeps: everything that the other forms are made of."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

import msgspec

from mocks.conform.conclusion import RunResult
from mocks.conform.redaction import redact
from mocks.conform.results import CheckResult, GroupResult, Result, TestResult
from mocks.engine.clock import JST

FORMAT: Final = "nakadachi-conformance/1"


def as_document(run: RunResult, *, redacted: bool = True) -> dict[str, Any]:
    """Return the JSON document of a run, by default without what must not leave the office."""
    document = {
        "format": FORMAT,
        "redacted": redacted,
        "profile": {
            "id": run.profile.id,
            "ja": run.profile.ja,
            "about": run.profile.about,
            **run.profile.variant,
        },
        "scope": {
            "system": run.scope.system,
            "environment": run.scope.environment,
            "ran_by": run.scope.ran_by,
            "authorised_by": run.scope.authorised_by,
            "version": run.scope.version,
            "sut": run.scope.sut,
            "seed": run.scope.seed,
            "started_at": _said(run.scope.started_at),
            "ended_at": _said(run.ended_at),
            "expires_on": run.scope.expires_on.isoformat(),
        },
        "result": run.result,
        "raw_result": run.raw,
        "exit_code": run.exit_code,
        "interrupted": run.interrupted,
        "findings": [asdict(one) for one in run.findings],
        "waivers": [
            {**asdict(one), "variant": dict(one.variant), "until": one.until.isoformat()}
            for one in run.waivers
        ],
        "doctor": [asdict(one) for one in run.diagnosis],
        "clock": [dict(one) for one in run.clock],
        "groups": [_group(one) for one in run.groups],
    }
    if run.base:
        document["base"] = run.base
    return redact(document) if redacted else document


def write_json(document: Mapping[str, Any]) -> bytes:
    """Return the bytes of a document, the same for the same document."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def identify(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a report, as of its JSON as it is written."""
    return sha256(write_json(document)).hexdigest()


def load_run(document: Mapping[str, Any]) -> RunResult:
    """Return the run that a document was made of.

    Raises:
        ValueError: it is none.
    """
    other = {
        "profile": {**document["profile"], "group": ()},
        "ended_at": document["scope"]["ended_at"],
        "diagnosis": document["doctor"],
    }
    try:
        return msgspec.convert({**document, **other}, RunResult)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error


def list_checks(document: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield every check of a document with its test before it."""
    for group in document["groups"]:
        for test in group["tests"]:
            for check in test["checks"]:
                yield test, check


def judged(check: Mapping[str, Any]) -> Result:
    """Return the result of a check in a document, as a person judged it if somebody did."""
    result: Result = check["verdict"]["counts_as"] if "verdict" in check else check["result"]
    return result


def say_verdict(verdict: Mapping[str, Any]) -> str:
    """Return the verdict of a person in a document, as one line."""
    evidence = f"（証拠: {verdict['evidence']}）" if verdict["evidence"] else ""
    told = f"{verdict['result']}（{verdict['by']}、{verdict['at']}）"
    return f"人の判定: {told}: {verdict['seen']}{evidence}"


@cache
def load_report_schema() -> Mapping[str, Any]:
    """Return the JSON Schema of reports."""
    text = (files("mocks.conform") / "data" / "report.schema.json").read_text(encoding="utf-8")
    schema: Mapping[str, Any] = json.loads(text)
    return schema


def _group(group: GroupResult) -> dict[str, Any]:
    return {
        "id": group.id,
        "ja": group.ja,
        "about": group.about,
        "result": group.result,
        "raw_result": group.raw,
        "tests": [_test(one) for one in group.tests],
    }


def _test(test: TestResult) -> dict[str, Any]:
    return {
        "id": test.id,
        "ja": test.ja,
        "detail": test.detail,
        "status": test.status,
        "result": test.result,
        "effective": test.effective,
        "level": test.level,
        "pending": test.pending,
        "message": test.message,
        "started_at": _said(test.started_at) if test.started_at else None,
        "seconds": round(test.seconds, 2),
        "facts": dict(test.facts),
        "checks": [_check(one) for one in test.checks],
        "journal": [dict(one) for one in test.journal],
    }


def _check(check: CheckResult) -> dict[str, Any]:
    verdict = check.verdict
    told = {"verdict": {**asdict(verdict), "counts_as": check.judged}} if verdict else {}
    return {
        **told,
        "id": check.id,
        "ja": check.ja,
        "level": check.level,
        "result": check.result,
        "waived": check.waived,
        "expected": check.expected,
        "received": check.received,
        "requirements": list(check.requirements),
        "why": check.why,
        "rows": list(check.rows),
    }


def _said(instant: datetime) -> str:
    return instant.astimezone(JST).isoformat(timespec="seconds")
