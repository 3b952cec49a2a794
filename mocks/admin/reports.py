"""Conformance reports that lie where the server was started, for the panel to show."""

from pathlib import Path
from typing import Final, Literal

import msgspec

FOLDER: Final = "conformance"  # where `mocks conform run` writes unless it is told otherwise
DOCUMENT: Final = "report.json"
MOST_BYTES: Final = 32 << 20
MOST_REPORTS: Final = 50


class Profile(msgspec.Struct, frozen=True):
    """Which tests were run."""

    id: str
    ja: str


class Scope(msgspec.Struct, frozen=True):
    """What was tested, where and when; instants are ISO 8601 texts."""

    system: str
    environment: str
    started_at: str
    expires_on: str


class Test(msgspec.Struct, frozen=True):
    """One test: what it came to, and what it counts for after waivers."""

    id: str
    ja: str
    result: str
    effective: str
    message: str = ""


class Group(msgspec.Struct, frozen=True):
    """Tests that belong together."""

    ja: str
    result: str
    tests: tuple[Test, ...]


class Report(msgspec.Struct, frozen=True):
    """What the panel shows of a report."""

    format: Literal["nakadachi-conformance/1"]
    profile: Profile
    scope: Scope
    result: str
    groups: tuple[Group, ...]


class Found(msgspec.Struct, frozen=True):
    """A report and the folder it lies in, below where the server was started."""

    place: str
    report: Report


def list_files(root: Path) -> list[Path]:
    """Return where reports could be below a folder."""
    return [*root.glob(f"{FOLDER}/{DOCUMENT}"), *root.glob(f"{FOLDER}/*/{DOCUMENT}")]


def list_reports(root: Path) -> list[Found]:
    """Return the reports below a folder, newest first; what is none is left out."""
    read = [(file, _read(file)) for file in list_files(root)]
    found = [
        Found(place=str(file.parent.relative_to(root)), report=report)
        for file, report in read
        if report is not None
    ]
    return sorted(found, key=lambda one: one.report.scope.started_at, reverse=True)[:MOST_REPORTS]


def _read(file: Path) -> Report | None:
    try:
        if file.stat().st_size > MOST_BYTES:
            return None
        return msgspec.json.decode(file.read_bytes(), type=Report)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
