"""Every form of a report from its document, and the document back from any of them."""

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator

from mocks.conform.bundle import BundleError, verify_bundle
from mocks.conform.report_forms import write_coverage, write_junit
from mocks.conform.report_html import count_untried, write_html
from mocks.conform.report_json import load_report_schema, say_verdict, write_json
from mocks.conform.results import WORDS

BUNDLE: Final = "report.zip"
DOCUMENT: Final = "report.json"


def list_forms(document: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the files of a report by name."""
    return {
        DOCUMENT: write_json(document),
        "report.html": write_html(document),
        "junit.xml": write_junit(document),
        "coverage.csv": write_coverage(document),
        "report.schema.json": write_json(load_report_schema()),
    }


def load_document(file: Path | BytesIO, key_sha256: str | None = None) -> dict[str, Any]:
    """Return the document of a report, or of a ZIP that is what was signed.

    Args:
        file: JSON or a ZIP, or the bytes of either.
        key_sha256: The fingerprint of the key that must have signed it, see `verify_bundle`.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no report.
        BundleError: the ZIP was changed, or there is no signature where one is needed.
    """
    if zipfile.is_zipfile(file):
        found: Any = dict(verify_bundle(file, key_sha256=key_sha256).document)
    elif key_sha256 is not None:
        raise BundleError(
            file.name if isinstance(file, Path) else DOCUMENT, "署名がありません / not signed"
        )
    else:
        found = json.loads(file.read_bytes() if isinstance(file, Path) else file.getvalue())
    for error in Draft202012Validator(load_report_schema()).iter_errors(found):
        place = "/".join(map(str, error.absolute_path)) or DOCUMENT
        raise BundleError(place, error.message[:200])
    document: dict[str, Any] = found
    return document


def write_summary(document: Mapping[str, Any]) -> str:
    """Return what a run came to, as lines for people."""
    lines = [f"{document['profile']['ja']}（{document['profile']['id']}）"]
    for group in document["groups"]:
        lines.append(f"{_mark(group['result'])} {group['ja']}")
        for test in group["tests"]:
            pending = "（試行中）" if test["pending"] else ""
            came_to = "" if test["effective"] == test["result"] else f" → [{test['effective']}]"
            lines.append(
                f"    {_mark(test['result'])}{came_to} {test['id']}{pending}  {test['ja']}"
            )
            if test["message"]:
                lines.append(f"          {test['message']}")
            lines += [line for check in test["checks"] for line in _write_check(check)]
    lines += [f"直すこと: {one['about']} {one['ja']}" for one in document["findings"]]
    if untried := count_untried(document):
        lines.append(f"一部の試験だけの実行です（選ばれなかった試験 {untried} 件）")
    if document["interrupted"]:
        lines.append(document["interrupted"])
    raw = document["raw_result"]
    overlaid = "" if raw == document["result"] else f"（人の判定・適用除外の前は {raw}）"
    lines.append(f"{_mark(document['result'])}{overlaid}  終了コード {document['exit_code']}")
    return "\n".join(lines)


def _write_check(check: Mapping[str, Any]) -> list[str]:
    """Return the lines of a check that did not simply pass."""
    if check["result"] in {"pass", "omit"} and not check["waived"]:
        return []
    verdict = check.get("verdict")
    judged = f" → {verdict['counts_as']}（人の判定）" if verdict else ""
    waived = "（適用除外）" if check["waived"] else ""
    return [
        f"          {check['result']}{judged}{waived} {check['id']}: {check['ja']}",
        f"              期待: {check['expected']}",
        f"              実際: {check['received']}",
        *([f"              {say_verdict(verdict)}"] if verdict else []),
    ]


def _mark(result: str) -> str:
    return f"[{result}] {WORDS[result]}"  # type: ignore[index]  # a result, as the schema says
