"""The report as one page that needs nothing else: offline, with anchors, in Japanese."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from mocks.conform.profiles import load_requirements
from mocks.conform.report_json import list_checks
from mocks.conform.results import WORDS

STATES: Final = {
    "created": "未実行",
    "running": "実行中",
    "waiting": "あなたの操作待ち",
    "finished": "終了",
    "interrupted": "中断",
}
LEVELS: Final = {"must": "必須", "should": "推奨", "may": "任意"}
DOCTOR: Final = {
    "ok": "問題なし",
    "config_error": "設定の誤り",
    "environment": "環境の異常",
    "not_tried": "未確認",
}
ROLES: Final = {"inquirer": "照会側", "provider": "提供側", "files": "ファイルの送受信"}


def write_html(document: Mapping[str, Any]) -> bytes:
    """Return the page of a report document; whatever is in its texts stays text."""
    page = _template().render(
        report=document,
        untried=count_untried(document),
        checks=list(list_checks(document)),
        words=WORDS,
        states=STATES,
        levels=LEVELS,
        doctor=DOCTOR,
        roles=ROLES,
        requirements=load_requirements(),
    )
    return page.encode("utf-8")


def count_untried(document: Mapping[str, Any]) -> int:
    """Return how many tests were not chosen for the run."""
    tests = (test for group in document["groups"] for test in group["tests"])
    return sum(test["status"] == "created" for test in tests)


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("mocks.conform", "data"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")
