"""The report as JSON, with the schema it keeps: everything that the other forms are made of."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from mocks.conform.conclusion import RunResult
from mocks.conform.redaction import redact
from mocks.conform.results import CheckResult, GroupResult, TestResult
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
    return redact(document) if redacted else document


def write_json(document: Mapping[str, Any]) -> bytes:
    """Return the bytes of a document, the same for the same document."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


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
    return {
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
