"""Files given to a system: each damage is one, receipts are read, careless systems fail."""

import json
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from mocks.conform.damage import BOM, GAIJI, NoPlaceError, change_total, cut, spoil_text
from mocks.conform.doctor import Surgery, list_differing_days
from mocks.conform.file_systems import CommandFiles, DropFiles, FileReceipt, put, read_receipt
from mocks.conform.file_tests import FileTests
from mocks.conform.profiles import Profile, find_profile
from mocks.conform.results import GroupResult
from mocks.conform.running import CouldNotRunError, Runner, StillWaitingError
from mocks.conform.waiting import Waits
from mocks.engine.calendar import BusinessCalendar
from mocks.engine.clock import system_time
from tests.support.conform import made_run
from wire.charset.gaiji import REFUSE
from wire.files.check import check_file
from wire.files.layout import Layout
from wire.files.library import load_layout
from wire.files.report import Report
from wire.files.sample import write_sample
from wire.files.settings import Settings

IN_2027 = datetime(2027, 6, 1, tzinfo=UTC)
SUMS, NAMES = load_layout("KJKGKAR1"), load_layout("KJIRTSU1")


def sample(layout: Layout) -> bytes:
    return b"".join(write_sample(layout, 5, 3))


def checked(layout: Layout, octets: bytes) -> Report:
    settings = Settings(encoding=layout.encoding, gaiji=REFUSE, numbers="sandbox")
    return check_file(layout, BytesIO(octets), settings)


DAMAGED = {
    "cut": (SUMS, cut(sample(SUMS))),
    "count": (SUMS, change_total(SUMS, sample(SUMS), 1, sums=False)),
    "sum": (SUMS, change_total(SUMS, sample(SUMS), -1000, sums=True)),
    "bom": (NAMES, BOM + sample(NAMES)),
    "gaiji": (NAMES, spoil_text(NAMES, sample(NAMES), GAIJI)),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_damaged_is_wrong_and_was_right_before(name: str) -> None:
    layout, octets = DAMAGED[name]
    assert checked(layout, sample(layout)).ok
    assert not checked(layout, octets).ok


@pytest.mark.parametrize(("sums", "rule"), [(False, "T001"), (True, "T002")])
def test_a_changed_total_changes_nothing_else(sums: bool, rule: str) -> None:
    whole = sample(SUMS)
    changed = change_total(SUMS, whole, 1, sums=sums)
    assert len(changed) == len(whole)
    assert sum(a != b for a, b in zip(whole, changed, strict=True)) <= 3
    assert {one.rule for one in checked(SUMS, changed).errors} == {rule}


def test_where_nothing_can_be_damaged_so_it_says_so() -> None:
    with pytest.raises(NoPlaceError):
        change_total(load_layout("KJSKTKS1"), b"", 1, sums=True)


class Careless:
    """A system that takes everything, and sends what is cut."""

    async def receive(self, layout: str, name: str, octets: bytes) -> FileReceipt:
        assert layout
        assert name
        del octets
        return FileReceipt(accepted=True)

    async def send(self, layout: str, sample: bytes) -> bytes:
        assert layout
        return cut(sample)


class Careful(Careless):
    """A system that checks with the codec, in this process."""

    async def receive(self, layout: str, name: str, octets: bytes) -> FileReceipt:
        assert name
        report = checked(load_layout(layout), octets)
        first = report.errors[0] if report.errors else None
        return FileReceipt(
            accepted=report.ok,
            record=first.record if first else None,
            byte=first.byte if first else None,
        )

    async def send(self, layout: str, sample: bytes) -> bytes:
        assert layout
        return sample


def profile() -> Profile:
    found = find_profile("files")
    assert found is not None
    return found


async def conform(system: Careless) -> tuple[GroupResult, ...]:
    tests = FileTests(system=system)
    return await Runner(profile=profile(), executors={"file": tests}, now=system_time).run()


async def test_a_careful_system_passes() -> None:
    run = made_run(*await conform(Careful()))
    assert {one.result for one in run.tests} == {"pass", "omit"}
    assert run.exit_code == 0


async def test_a_careless_system_fails_wherever_a_file_is_wrong() -> None:
    groups = await conform(Careless())
    results = {one.id: one.result for group in groups for one in group.tests}
    assert results["fil.receive.right"] == "pass"
    assert {name for name, result in results.items() if result == "fail"} == {
        "fil.receive.cut",
        "fil.receive.totals",
        "fil.receive.encoding",
        "fil.send.right",
    }
    assert made_run(*groups).exit_code == 1


def test_a_receipt_says_whether_the_file_was_taken() -> None:
    told = {"accepted": False, "errors": [{"record": 3, "byte": 120}, {"record": 4}]}
    found = read_receipt(json.dumps(told).encode(), accepted=None)
    assert (found.accepted, found.record, found.byte) == (False, 3, 120)
    assert found.ja == "断った、レコード 3 バイト 120"
    for said in (b"", b"[]", b'{"accepted": "yes"}', b'{"accepted": 1}'):
        with pytest.raises(CouldNotRunError):
            read_receipt(said, accepted=None)
    assert read_receipt(b"no json", accepted=True).accepted


async def test_a_drop_folder_gives_a_file_and_takes_its_receipt(tmp_path: Path) -> None:
    def read_it(said: str) -> None:
        if "inbox/Z21-x.dat" in said:
            assert (tmp_path / "inbox" / "Z21-x.dat").read_bytes() == b"abc"
            put(tmp_path / "receipts" / "Z21-x.dat.json", b'{"accepted": true}')

    system = DropFiles(folder=tmp_path, waits=Waits(tell=read_it, patience=30))
    assert (await system.receive("Z21", "Z21-x.dat", b"abc")).accepted
    put(tmp_path / "outbox" / "Z22-made.dat", b"made")
    assert await system.send("Z22", b"ignored") == b"made"


async def test_a_drop_folder_that_nobody_reads_leaves_the_test_waiting(tmp_path: Path) -> None:
    system = DropFiles(folder=tmp_path, waits=Waits(tell=lambda _: None, patience=0.01))
    with pytest.raises(StillWaitingError, match="inbox/x"):
        await system.receive("Z21", "x", b"abc")


async def test_a_command_that_is_not_there_is_no_failure_of_the_system() -> None:
    with pytest.raises(CouldNotRunError, match="no-such-command"):
        await CommandFiles(check="no-such-command {file}").receive("Z21", "x", b"abc")


async def test_a_command_that_ends_otherwise_is_no_failure_of_the_system() -> None:
    with pytest.raises(CouldNotRunError, match="7"):
        await CommandFiles(check="sh -c 'exit 7'").receive("Z21", "x", b"abc")


def closed_days(year: int) -> list[str]:
    calendar = BusinessCalendar()
    days = [date(year, 1, 1) + timedelta(days=passed) for passed in range(365)]
    return [f"{day}" for day in days if not calendar.is_open_day(day)]


async def test_the_doctor_compares_calendars_and_tries_the_drop_folder(tmp_path: Path) -> None:
    days = tmp_path / "closed.txt"
    days.write_text("\n".join(closed_days(2027)), encoding="utf-8")
    surgery = Surgery(
        files=Careful(), drop=tmp_path / "drop", closed_days=days, now=lambda: IN_2027
    )
    found = {one.id: one.state for one in await surgery.visit()}
    assert {name for name, state in found.items() if state == "ok"} == {
        "encoding",
        "file_drop",
        "calendar",
    }
    assert not list((tmp_path / "drop").iterdir())


async def test_the_doctor_names_days_that_differ_and_other_faults(tmp_path: Path) -> None:
    days = tmp_path / "closed.txt"
    shown = [day for day in closed_days(2027) if day != "2027-12-29"]
    days.write_text("\n".join([*shown, "2027-06-01"]), encoding="utf-8")
    drop = tmp_path / "file"
    drop.write_text("x", encoding="ascii")
    surgery = Surgery(files=Careless(), drop=drop, closed_days=days, now=lambda: IN_2027)
    found = {one.id: one for one in await surgery.visit()}
    assert "2027-06-01、2027-12-29" in found["calendar"].received
    for name in ("calendar", "file_drop", "encoding"):
        assert (found[name].state, found[name].exit_code) == ("config_error", 2)
    days.write_text("2027/01/01", encoding="utf-8")
    [wrong] = [one for one in await Surgery(closed_days=days).visit() if one.id == "calendar"]
    assert wrong.state == "config_error"

    days.write_text("", encoding="utf-8")
    surgery = Surgery(closed_days=days, now=lambda: IN_2027)
    [empty] = [one for one in await surgery.visit() if one.id == "calendar"]
    assert (empty.state, empty.received) == ("config_error", "2027年の閉庁日がありません")


def test_weekends_need_not_be_listed() -> None:
    listed = {date.fromisoformat(one) for one in closed_days(2026)}
    assert not list_differing_days({day for day in listed if day.weekday() < 5})
