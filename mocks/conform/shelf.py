"""Conformance reports that the panel shows: those that lie here, and those a tester opens.

What they come to is said by the functions that `mocks conform` uses. What is opened stays in the
memory of the server, for its testers alone, until it stops.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from mocks.conform.bundle import BundleError
from mocks.conform.conclusion import RunResult
from mocks.conform.forms import load_document
from mocks.conform.report_json import as_document, identify, load_run
from mocks.conform.verdicts import list_open
from mocks.conform.waivers import Waiver, apply_waivers, list_states
from mocks.engine.clock import day_of

FOLDER: Final = "conformance"  # where `mocks conform run` writes unless it is told otherwise
DOCUMENT: Final = "report.json"
MOST_BYTES: Final = 32 << 20
MOST_REPORTS: Final = 50
MOST_OPENED: Final = 8

Document = Mapping[str, Any]
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A report: `key` is the SHA-256 of it, `place` where it is from, as people know it.

    `open` are the checks that wait for a person, each after its test; `waivers` say of each how
    many days it has left and whether it happened.
    """

    key: str
    place: str
    document: Document
    open: Sequence[tuple[Document, Document]]
    waivers: Sequence[Row]


class Shelf:
    """The reports that the panel shows; the oldest one opened gives way to the newest."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._opened: dict[str, tuple[str, Document]] = {}

    def open(self, place: str, octets: bytes, waivers: Sequence[Waiver]) -> str:
        """Keep the report that a file holds, with other waivers laid over it; return its key.

        Raises:
            ValueError: it is no report.
            BundleError: it is not what was signed.
        """
        document = read_document(octets)
        if waivers:
            document = lay_over(document, waivers)
        key = identify(document)
        self._opened.pop(key, None)
        newest = dict(list(self._opened.items())[1 - MOST_OPENED :])
        self._opened = newest | {key: (place, document)}
        return key

    def list(self, today: date) -> list[Kept]:
        """Return what was opened, then what lies here, each newest first; none of them twice."""
        opened = [keep(*one, today) for one in reversed(self._opened.values())]
        lying = list_lying(self._root, today)
        return [*opened, *(one for one in lying if one.key not in self._opened)]

    def find(self, key: str, today: date) -> Kept | None:
        """Return a report by its key."""
        return next((one for one in self.list(today) if one.key == key), None)


def list_lying(root: Path, today: date) -> list[Kept]:
    """Return the reports below a folder, newest first; what is none is left out."""
    files = [*root.glob(f"{FOLDER}/{DOCUMENT}"), *root.glob(f"{FOLDER}/*/{DOCUMENT}")]
    found = [
        keep(str(file.parent.relative_to(root)), document, today)
        for file in files
        if (document := _find(file)) is not None
    ]
    found.sort(key=lambda one: str(one.document["scope"]["started_at"]), reverse=True)
    return found[:MOST_REPORTS]


def _find(file: Path) -> Document | None:
    try:
        state = file.stat()
        if state.st_size > MOST_BYTES:
            return None
        return _load(file, state.st_mtime_ns, state.st_size)
    except (OSError, ValueError, BundleError):
        return None


@lru_cache(maxsize=MOST_REPORTS)
def _load(file: Path, _changed: int, _size: int) -> Document:
    """Return the document of a file, read again only when the file has changed."""
    return read_document(file.read_bytes())


def read_document(octets: bytes) -> Document:
    """Return the document that the bytes of a JSON file or a ZIP hold.

    Raises:
        ValueError: it is no report.
        BundleError: it is not what was signed.
    """
    try:
        document = load_document(BytesIO(octets))
    except RecursionError as error:
        raise ValueError("入れ子が深すぎます") from error
    load_run(document)
    return document


def lay_over(document: Document, waivers: Sequence[Waiver]) -> Document:
    """Return what a report had been with other waivers, which hold as on the day of the run."""
    run = load_run(document)
    laid = apply_waivers(run.groups, waivers, run.profile.variant, today=_day(run))
    other = replace(run, groups=laid.groups, findings=laid.findings, waivers=tuple(waivers))
    return as_document(other, redacted=document["redacted"])


def keep(place: str, document: Document, today: date) -> Kept:
    """Return a report as the panel shows it on a day."""
    run = load_run(document)
    states = list_states(run.waivers, today)
    rows = [
        {**row, "came": say_came(run, one)} for row, one in zip(states, run.waivers, strict=True)
    ]
    return Kept(
        key=identify(document),
        place=place,
        document=document,
        open=list_open(document),
        waivers=rows,
    )


def say_came(run: RunResult, waiver: Waiver) -> str:
    """Return whether what a waiver expects happened in a run, as the panel says it."""
    if waiver.until < _day(run):
        return "実行の日に期限が過ぎていた"
    about = {
        f"{test.id} {check.id}": check.waived and check.judged == waiver.expect
        for test in run.tests
        for check in test.checks
        if waiver.matches(test.id, check.id, run.profile.variant)
    }
    came = sum(about.values())
    if came:
        return f"起きた（{came}件）"
    missed = any(one.trouble == "not_happened" and one.about in about for one in run.findings)
    return "起きなかった" if missed else "この報告書では分からない"


def _day(run: RunResult) -> date:
    return day_of(run.scope.started_at)
