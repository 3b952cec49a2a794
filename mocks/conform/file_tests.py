"""Tests of files: samples that are right and wrong given to a system, and files that it made."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from mocks.conform.damage import BOM, GAIJI, HALF, change_total, cut, spoil_text
from mocks.conform.file_systems import FileReceipt, FileSystem
from mocks.conform.profiles import TestSpec
from mocks.conform.running import CouldNotRunError, Finding, Findings, Outcome, judge_findings
from wire.charset.gaiji import REFUSE
from wire.files.check import check_file
from wire.files.layout import Layout
from wire.files.library import load_layout
from wire.files.sample import write_sample
from wire.files.settings import Settings

PEOPLE: Final = 20
SEED: Final = 1
WITH_SUMS: Final = "KJKGKAR1"
WITH_NAMES: Final = "KJIRTSU1"
RECEIVED: Final = ("KJKGKAR1", "KJSKTKS1", "Z21")
SENT: Final = ("KJSETAI1", "Z22")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTests:
    """Carries out the cases of files against a system."""

    system: FileSystem
    seed: int = SEED

    async def execute(self, test: TestSpec) -> Outcome:
        """Return what a system makes of the files of a test.

        Raises:
            CouldNotRunError: there is no such case, or the system says nothing that can be read.
            StillWaitingError: it says nothing.
        """
        case = _CASES.get(test.case or "")
        if case is None:
            raise CouldNotRunError("このような試験はありません", test.id)
        found = await case(self)
        checks = judge_findings(test, found)
        return Outcome(checks=checks, facts={"case": test.case, "seed": self.seed, "n": PEOPLE})

    def sample(self, layout: Layout) -> bytes:
        """Return a file of a layout that keeps every rule, of people who do not exist."""
        return b"".join(write_sample(layout, PEOPLE, self.seed))

    async def refuses(self, layout: Layout, damaged: Mapping[str, bytes]) -> dict[str, FileReceipt]:
        """Return what the system says of each damaged file."""
        return {
            name: await self.system.receive(layout.id, f"{layout.id}-{name}.dat", octets)
            for name, octets in damaged.items()
        }


async def _right(tests: FileTests) -> Findings:
    found = {}
    for name in RECEIVED:
        layout = load_layout(name)
        receipt = await tests.system.receive(name, f"{name}-right.dat", tests.sample(layout))
        found[name] = Finding(met=receipt.accepted, expected="受け付ける", received=receipt.ja)
    return found


def _refused(receipts: Mapping[str, FileReceipt]) -> Findings:
    return {
        name: Finding(met=not one.accepted, expected="断る", received=one.ja)
        for name, one in receipts.items()
    }


async def _cut(tests: FileTests) -> Findings:
    layout = load_layout(WITH_SUMS)
    whole = tests.sample(layout)
    damaged = {"cut_61": cut(whole), "cut_last_byte": whole[:-1], "empty": b""}
    return _refused(await tests.refuses(layout, damaged))


async def _totals(tests: FileTests) -> Findings:
    layout = load_layout(WITH_SUMS)
    whole = tests.sample(layout)
    damaged = {
        "count": change_total(layout, whole, 1, sums=False),
        "sum": change_total(layout, whole, -1000, sums=True),
    }
    receipts = await tests.refuses(layout, damaged)
    return {**_refused(receipts), "where": _find_places(receipts.values(), byte=False)}


async def _encoding(tests: FileTests) -> Findings:
    layout = load_layout(WITH_NAMES)
    whole = tests.sample(layout)
    damaged = {
        "bom": BOM + whole,
        "half_character": spoil_text(layout, whole, HALF + b" "),
        "gaiji": spoil_text(layout, whole, GAIJI),
    }
    receipts = await tests.refuses(layout, damaged)
    return {**_refused(receipts), "where": _find_places(receipts.values(), byte=True)}


def _find_places(receipts: Iterable[FileReceipt], *, byte: bool) -> Finding:
    """Return whether every refusal says where, and what they say."""
    listed = list(receipts)
    told = all(one.record is not None and (one.byte is not None or not byte) for one in listed)
    expected = "誤りのレコードとバイト" if byte else "誤りのレコード"
    return Finding(met=told, expected=expected, received="、".join(one.ja for one in listed))


async def _send(tests: FileTests) -> Findings:
    found = {}
    for name in SENT:
        layout = load_layout(name)
        octets = await tests.system.send(name, tests.sample(layout))
        settings = Settings(encoding=layout.encoding, gaiji=REFUSE, numbers="sandbox")
        report = check_file(layout, BytesIO(octets), settings)
        first = report.errors[0] if report.errors else None
        said = f"レコード {report.records} 件、誤り {report.error_count} 件"
        if first is not None:
            said += f"（{first.rule}、レコード {first.record} バイト {first.byte}）"
        good = report.ok and report.records > 0
        found[name] = Finding(met=good, expected="構造・項目・合計に誤りがない", received=said)
    return found


_CASES: Final[Mapping[str, Callable[[FileTests], Awaitable[Findings]]]] = {
    "right": _right,
    "cut": _cut,
    "totals": _totals,
    "encoding": _encoding,
    "send": _send,
}
