"""Two reports side by side: what newly fails or passes, what nobody checks any more.

A test that somebody left out of one of the runs is not compared: that was said when it was run. Of
a test without checks in one of them (omitted, or not carried out) only the test itself is compared.
A test that is pending counts as little as one that is omitted.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from mocks.conform.report_json import judged
from mocks.conform.results import HARMLESS, PASSING, Part, Result, roll_up

Change = Literal[
    "newly_failing",
    "undecided",
    "no_longer_checked",
    "newly_passing",
    "changed_message",
    "added",
    "removed",
]
WORSE: Final = frozenset({"newly_failing", "undecided", "no_longer_checked"})
WORDS: Final[Mapping[Change, str]] = {
    "newly_failing": "新たに不合格",
    "undecided": "人の判定がまだない",
    "no_longer_checked": "確かめなくなった",
    "newly_passing": "新たに合格",
    "changed_message": "内容が変わった",
    "added": "増えた",
    "removed": "なくなった",
}
# What differs from run to run and says nothing: ids, hashes, instants, durations, folders, ports.
_NORMAL: Final = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\b[0-9a-f]{32,128}\b"), "<hash>"),
    (
        re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?"),
        "<instant>",
    ),
    (re.compile(r"\d+(?:\.\d+)?(?= ?(?:ms|秒|ミリ秒|s\b))"), "<n>"),
    (re.compile(r"(?:/[\w.-]+){2,}"), "<path>"),
    (re.compile(r"(?<=127\.0\.0\.1:)\d+|(?<=localhost:)\d+"), "<port>"),
    (re.compile(r"#\d+"), "#<row>"),
    (re.compile(r"\s+"), " "),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One check that differs; `before` and `after` are results with what was received."""

    change: Change
    about: str
    before: str
    after: str


def normalise(text: str) -> str:
    """Return a text without what differs from run to run."""
    for pattern, instead in _NORMAL:
        text = pattern.sub(instead, text)
    return text.strip()


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return what differs between two report documents, in the order of the new one."""
    return tuple(_list_differences(_list_tests(old), _list_tests(new)))


def worse(found: tuple[Difference, ...]) -> bool:
    """Return whether anything that passed does not, or is not checked any more."""
    return any(one.change in WORSE for one in found)


@dataclass(frozen=True, slots=True)
class _Said:
    """What was said of a test or check: its result, what is shown of it, and its message."""

    result: Result
    shown: str
    message: str

    def __str__(self) -> str:
        return f"{self.shown}: {self.message}" if self.message else self.shown


def _list_tests(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {test["id"]: test for group in document["groups"] for test in group["tests"]}


def _list_differences(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> Iterator[Difference]:
    for name in (*new, *(name for name in old if name not in new)):
        before, after = old.get(name), new.get(name)
        told = [one for one in (before, after) if one is not None]
        if any(one["status"] == "created" for one in told):
            continue
        in_checks = all(one["checks"] for one in told)
        was = _list_said(before, in_checks=in_checks)
        is_now = _list_said(after, in_checks=in_checks)
        for about in (*is_now, *(about for about in was if about not in is_now)):
            yield from _differ(about, was.get(about), is_now.get(about))


def _list_said(test: Mapping[str, Any] | None, *, in_checks: bool) -> dict[str, _Said]:
    """Return what was said of a test and, if so wanted, of its checks."""
    if test is None:
        return {}
    parts = [Part(result=judged(one), required=one["level"] != "may") for one in test["checks"]]
    said = {test["id"]: _say(test["result"], roll_up(parts) if parts else None, test["message"])}
    for one in test["checks"] if in_checks else ():
        said[f"{test['id']}/{one['id']}"] = _say(one["result"], judged(one), one["received"])
    return {about: _uncount(one) for about, one in said.items()} if test["pending"] else said


def _say(raw: Result, with_verdicts: Result | None, message: str) -> _Said:
    if with_verdicts in {None, raw}:
        return _Said(raw, raw, message)
    return _Said(with_verdicts, f"{raw} → {with_verdicts}（人の判定）", message)


def _uncount(said: _Said) -> _Said:
    return _Said("omit", f"{said.shown}（試行中）", said.message)


def _differ(about: str, old: _Said | None, new: _Said | None) -> Iterator[Difference]:
    change = _change(old, new)
    if change is not None:
        yield Difference(change=change, about=about, before=str(old or ""), after=str(new or ""))


def _change(old: _Said | None, new: _Said | None) -> Change | None:
    """Return what became of something; what is not there verifies nothing, as what is omitted."""
    was, is_now = (one.result if one else "omit" for one in (old, new))
    if was in PASSING and is_now == "omit":
        return "no_longer_checked"
    if was in HARMLESS and is_now not in HARMLESS:
        return "undecided" if is_now == "review" else "newly_failing"
    if old is None or new is None:
        return "removed" if new is None else "added"
    if was not in HARMLESS and is_now in PASSING:
        return "newly_passing"
    same = old.shown == new.shown and normalise(old.message) == normalise(new.message)
    return None if same else "changed_message"
