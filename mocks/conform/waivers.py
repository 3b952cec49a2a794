"""Waivers (適用除外): what is known to go wrong, by whom it was approved, and until when.

A waiver is laid over the result (after the verdict of a person, if there is one), which is always
shown. The run fails on what no waiver expects, on a waiver that did not happen, on one whose day is
over and on one that matches nothing.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, cast

from jsonschema import Draft202012Validator

from mocks.conform.results import CheckResult, GroupResult, Result, TestResult
from mocks.engine.problems import ScenarioError
from mocks.engine.yaml_tree import read_yaml

Trouble = Literal["unexpected", "not_happened", "expired", "unmatched"]
UNEXPECTED: Final = frozenset({"fail", "skip"})
STRICT: Final = frozenset({"fail", "skip", "warn"})
UNFINISHED: Final = frozenset({"error", "cancel", "wait", "running"})


class WaiverError(Exception):
    """A file of waivers that is none; the text says where and why."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(f"{place}: {what}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One waiver; `test` is a glob, `variant` narrows it to what all of its values agree with."""

    test: str
    check: str
    expect: Literal["fail", "warn", "skip"]
    reason: str
    owner: str
    approved_by: str
    until: date
    ref: str = ""
    variant: Mapping[str, str] = field(default_factory=dict)

    def matches(self, test: str, check: str, variant: Mapping[str, str]) -> bool:
        """Return whether it is about a check of a test in a variant."""
        return (
            fnmatchcase(test, self.test)
            and check == self.check
            and all(variant.get(name) == value for name, value in self.variant.items())
        )

    @property
    def name(self) -> str:
        """How it is named in what is said of it."""
        return f"{self.test} {self.check}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason why a run fails: which check or waiver, and what is the matter with it."""

    trouble: Trouble
    about: str
    ja: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """Groups with waivers laid over them, and what is wrong."""

    groups: tuple[GroupResult, ...]
    findings: tuple[Finding, ...]


def load_waivers(octets: bytes) -> tuple[Waiver, ...]:
    """Return the waivers of a file.

    Raises:
        WaiverError: it holds none.
    """
    try:
        value = read_yaml(octets).value
    except ScenarioError as error:
        told = [f"{one.place.line}:{one.place.column}: {one.ja}" for one in error.problems]
        raise WaiverError("waivers", "; ".join(told)) from error
    for found in _validator().iter_errors(value):
        place = "/".join(map(str, found.absolute_path)) or "waivers"
        raise WaiverError(place, found.message)
    listed = cast("Mapping[str, list[dict[str, Any]]]", value)["waivers"]
    return tuple(_read(one) for one in listed)


def _read(one: Mapping[str, Any]) -> Waiver:
    try:
        until = date.fromisoformat(one["until"])
    except ValueError as error:
        raise WaiverError(f"{one['test']}/{one['check']}", "until") from error
    return Waiver(**{**one, "until": until})


def apply_waivers(
    groups: Sequence[GroupResult],
    waivers: Sequence[Waiver],
    variant: Mapping[str, str],
    *,
    today: date,
) -> Overlay:
    """Return groups with waivers laid over them; with waivers, warnings have to be expected too.

    Args:
        groups: As the run left them, with the verdicts of persons; waivers of before are forgotten.
        waivers: Those of the run.
        variant: What the run is about.
        today: The day that `until` is compared with; a waiver holds on its last day.
    """
    layer = _Layer(waivers, variant, today)
    laid = tuple(
        replace(group, tests=tuple(layer.lay(one) for one in group.tests)) for group in groups
    )
    return Overlay(groups=laid, findings=(*layer.findings, *layer.list_left()))


@dataclass(slots=True)
class _Layer:
    waivers: Sequence[Waiver]
    variant: Mapping[str, str]
    today: date
    findings: list[Finding] = field(default_factory=list)
    used: set[int] = field(default_factory=set)  # places of waivers that matched something

    def lay(self, test: TestResult) -> TestResult:
        """Return a test whose checks are waived where a waiver holds."""
        checks = tuple(replace(one, waived=self._holds(test, one)) for one in test.checks)
        if not checks:  # what was not carried out tells nothing of its waivers
            self.used.update(
                at
                for at, one in enumerate(self.waivers)
                if one.matches(test.id, one.check, self.variant)
            )
        return replace(test, checks=checks)

    @property
    def _unexpected(self) -> frozenset[str]:
        return STRICT if self.waivers else UNEXPECTED

    def _holds(self, test: TestResult, check: CheckResult) -> bool:
        """Return whether a waiver holds for a check, and complain of what is wrong otherwise."""
        found = [
            (at, one)
            for at, one in enumerate(self.waivers)
            if one.matches(test.id, check.id, self.variant)
        ]
        self.used.update(at for at, _ in found)
        valid = [one for _, one in found if self.today <= one.until]
        if any(one.expect == check.judged for one in valid):
            return True
        about = f"{test.id} {check.id}"
        if test.pending or test.result in UNFINISHED or check.judged == "review":
            return False  # whether a waiver happened cannot be said
        for one in valid:
            self._complain("not_happened", about, f"{one.expect} → {check.judged}")
        counts = "may" not in {check.level, test.level}
        if not valid and check.judged in self._unexpected and counts:
            self._complain("unexpected", about, check.judged)
        return False

    def _complain(self, trouble: Trouble, about: str, what: str) -> None:
        self.findings.append(Finding(trouble=trouble, about=about, ja=_say(trouble, what)))

    def list_left(self) -> Iterator[Finding]:
        """Yield what is wrong with waivers whatever came of the tests."""
        for at, one in enumerate(self.waivers):
            if one.until < self.today:
                said = _say("expired", one.until.isoformat())
                yield Finding(trouble="expired", about=one.name, ja=said)
            if at not in self.used:
                said = _say("unmatched", one.test)
                yield Finding(trouble="unmatched", about=one.name, ja=said)


def list_states(waivers: Iterable[Waiver], today: date) -> list[dict[str, object]]:
    """Return every waiver with how many days it still holds, as rows for a table."""
    return [
        {
            "test": one.test,
            "check": one.check,
            "expect": one.expect,
            "until": one.until.isoformat(),
            "days_left": (one.until - today).days,
            "owner": one.owner,
            "approved_by": one.approved_by,
            "reason": one.reason,
            "ref": one.ref,
            "variant": dict(one.variant),
        }
        for one in waivers
    ]


def _say(trouble: Trouble, what: Result | str) -> str:
    return {
        "unexpected": f"予期しない結果です（{what}）",
        "not_happened": f"適用除外で予期したことが起きませんでした（{what}）。外してください",
        "expired": f"適用除外の期限が過ぎています（{what}まで）",
        "unmatched": f"適用除外に当たる試験がありません（{what}）",
    }[trouble]


@cache
def _validator() -> Draft202012Validator:
    text = (files("mocks.conform") / "data" / "waivers.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))
