"""The report in the forms that other tools read: JUnit XML and requirement coverage as CSV."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from lxml import etree

from mocks.conform.profiles import load_requirements
from mocks.conform.report_json import judged, list_checks, say_verdict

_CONTROL: Final = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ORDER: Final = (
    "error",
    "fail",
    "wait",
    "cancel",
    "running",
    "skip",
    "review",
    "warn",
    "pass",
    "omit",
)
COLUMNS: Final = (
    "要件",
    "出典",
    "内容",
    "強さ",
    "対象",
    "検査",
    "結果",
    "人が判定した検査",
    "試験しない理由",
)
UNTESTED: Final = ("この実行では検査されていません", "試行中の試験だけが確かめます")
Document = Mapping[str, Any]


def write_junit(document: Document) -> bytes:
    """Return JUnit XML: a suite for each group, a case for each check, skipped for what is not."""
    root = etree.Element("testsuites", name=_clean(document["profile"]["id"]))
    totals: dict[str, int] = defaultdict(int)
    for group in document["groups"]:
        suite = etree.SubElement(root, "testsuite", name=_clean(group["id"]))
        counted: dict[str, int] = defaultdict(int)
        seconds = 0.0
        for test in group["tests"]:
            seconds += test["seconds"]
            for case in _list_cases(test):
                counted["tests"] += 1
                kind = _write_case(suite, test, case)
                if kind:
                    counted[kind] += 1
        for name in ("tests", "failures", "errors", "skipped"):
            suite.set(name, str(counted[name]))
            totals[name] += counted[name]
        suite.set("time", f"{seconds:.2f}")
    for name, count in totals.items():
        root.set(name, str(count))
    octets: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return octets


def _list_cases(test: Document) -> list[Document]:
    """Return the checks of a test; a test without any is a case itself."""
    if test["checks"]:
        return list(test["checks"])
    return [
        {
            "id": "-",
            "result": test["result"],
            "waived": False,
            "expected": "",
            "received": test["message"],
            "why": "",
            "level": test["level"],
        }
    ]


def _write_case(suite: etree._Element, test: Document, case: Document) -> str | None:
    """Add a case; return which count of its suite it belongs to."""
    share = test["seconds"] / max(len(test["checks"]), 1)
    element = etree.SubElement(
        suite,
        "testcase",
        classname=_clean(test["id"]),
        name=_clean(case["id"]),
        time=f"{share:.2f}",
    )
    kind = _kind(test, case)
    if kind is not None:
        tag = {"failures": "failure", "errors": "error", "skipped": "skipped"}[kind]
        said = f"期待: {case['expected']}\n実際: {case['received']}"
        child = etree.SubElement(element, tag, message=_clean(case["received"])[:1000])
        if tag != "skipped":
            child.set("type", judged(case))
            child.text = _clean(said)
    if "verdict" in case:
        told = f"道具の結果: {case['result']}。{say_verdict(case['verdict'])}"
        etree.SubElement(element, "system-out").text = _clean(told)
    return kind


def _kind(test: Document, case: Document) -> str | None:
    result = judged(case)
    if test["pending"] or case["waived"] or result == "omit":
        return "skipped"
    if result in {"pass", "warn"}:
        return None
    if result in {"error", "cancel", "running"}:
        return "errors"
    return "failures" if case["level"] != "may" else "skipped"


def write_coverage(document: Document) -> bytes:
    """Return a CSV that says of every requirement which checks verify it, and their worst result.

    Excel reads it as UTF-8 because of the mark at its beginning.
    """
    found: dict[str, list[tuple[str, Document]]] = defaultdict(list)
    pending: set[str] = set()
    for test, check in list_checks(document):
        if test["pending"]:
            pending.update(check["requirements"])
            continue
        for requirement in check["requirements"]:
            found[requirement].append((f"{test['id']}/{check['id']}", check))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    role = document["profile"]["role"]
    for one in load_requirements().values():
        if role not in one.actors:
            continue
        checks = found.get(one.id, [])
        results = {judged(check) for _, check in checks}
        worst = next((result for result in _ORDER if result in results), "")
        why = one.not_tested or ("" if checks else UNTESTED[one.id in pending])
        names = " ".join(name for name, _ in checks)
        persons = " ".join(name for name, check in checks if "verdict" in check)
        actors = " ".join(one.actors)
        row = [one.id, one.source, one.ja, one.level, actors, names, worst, persons, why]
        writer.writerow([_inert(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _inert(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell


def _clean(text: str) -> str:
    """Return a text without characters that XML cannot hold."""
    return _CONTROL.sub("�", text)
