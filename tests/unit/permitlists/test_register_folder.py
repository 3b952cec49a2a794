"""The register on disk: chained lines, edition files by their hash, what a crash may leave."""

import errno
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from permitlists import PermitList
from permitlists.register import HoldContent, Register, RegisterError
from permitlists.register.chain import START, read_chain
from permitlists.register.events import Approved
from permitlists.register.folder import Folder
from tests.support.registers import (
    ANN,
    BOB,
    EVE,
    NOON,
    REASON,
    first,
    found,
    publish,
    second,
    suspension,
)


@pytest.fixture
def register(tmp_path: Path) -> Register:
    made = found(tmp_path / "deep" / "register")
    publish(made, second())
    hold(made)
    return made


@pytest.fixture
def log(register: Register, tmp_path: Path) -> Path:
    assert register.sequence == 3
    return tmp_path / "deep" / "register" / "register.jsonl"


def hold(register: Register, **changes: object) -> HoldContent:
    content = suspension(**changes)  # type: ignore[arg-type]  # fields of a hold
    number = register.propose(content, at=NOON, staff=ANN, reason=REASON).number
    register.approve(number, at=NOON, staff=BOB)
    return content


def test_a_register_opened_again_is_the_same(register: Register, log: Path) -> None:
    again = Register.open(log.parent)
    assert again.state == register.state
    assert again.contents() == register.contents()
    assert again.head == register.head
    assert again.verify() is None


def test_the_contents_are_canonical_bytes_that_make_the_list(register: Register) -> None:
    sequence, editions, supplement = register.contents()
    assert sequence == 3
    assert editions == (first().to_bytes(), second().to_bytes())
    assert json.loads(supplement)["holds"][0]["reference"] == "2"
    assert register.contents(1) == (1, (first().to_bytes(),), b"{}")


def test_a_reader_sees_that_somebody_wrote(register: Register, log: Path) -> None:
    reader = Register.open(log.parent)
    assert not reader.changed()
    hold(register, row="2")
    assert reader.changed()
    assert not register.changed()


def test_a_writer_decides_on_what_others_wrote_meanwhile(register: Register, log: Path) -> None:
    other = Register.open(log.parent)
    hold(other, row="2")
    register.propose(suspension(row="3"), at=NOON, staff=ANN, reason=REASON)
    assert register.sequence == 4
    assert register.verify() is None


def test_a_register_is_founded_once(register: Register, log: Path) -> None:
    with pytest.raises(RegisterError) as caught:
        Register.found(log.parent, PermitList((first(),)), at=NOON, staff=ANN)
    assert caught.value.code == "permits.register_exists"
    assert register.verify() is None


def test_a_register_without_editions_can_hold(tmp_path: Path) -> None:
    own = Register.found(tmp_path, PermitList(()), at=NOON, staff=ANN)
    hold(own)
    assert own.contents()[:2] == (2, ())


def test_nothing_is_founded_by_nobody(tmp_path: Path) -> None:
    with pytest.raises(RegisterError):
        Register.found(tmp_path / "register", PermitList((first(),)), at=NOON, staff="")
    assert Register.found(tmp_path / "register", PermitList(()), at=NOON, staff=ANN).sequence == 1


@pytest.mark.parametrize("name", ["missing", "file/below"])
def test_a_folder_without_a_register_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    folder = Folder(tmp_path / name)
    for act in (lambda: Register.open(folder.path), folder.read, folder.lock().__enter__):
        with pytest.raises(RegisterError) as caught:
            act()
        assert caught.value.code == "permits.register_unknown"


@pytest.mark.parametrize("left", [0, 30])
def test_a_founding_that_a_crash_cut_off_is_no_register_and_can_be_repeated(
    register: Register, log: Path, left: int
) -> None:
    log.write_bytes(log.read_bytes()[:left])
    with pytest.raises(RegisterError) as caught:
        Register.open(log.parent)
    assert caught.value.code == "permits.register_unknown"
    assert register.verify() is not None
    assert Register.found(log.parent, PermitList((first(),)), at=NOON, staff=ANN).sequence == 1


def test_a_register_whose_folder_vanishes_says_so(register: Register, log: Path) -> None:
    log.unlink()
    assert (register.verify() or "").startswith("permits.register_unknown: ")
    with pytest.raises(RegisterError):
        register.changed()


def line_changed(lines: list[bytes]) -> list[bytes]:
    return [*lines[:1], lines[1].replace(b'"by":"ann"', b'"by":"eve"'), *lines[2:]]


TAMPERINGS: dict[str, tuple[int, Callable[[list[bytes]], list[bytes]]]] = {
    "an event changed": (2, line_changed),
    "the last event changed": (
        7,
        lambda lines: [*lines[:-1], lines[-1].replace(b'"by":"bob"', b'"by":"eve"')],
    ),
    "an event left out": (3, lambda lines: lines[:2] + lines[3:]),
    "two events swapped": (2, lambda lines: [lines[0], lines[2], lines[1], *lines[3:]]),
    "an event twice": (2, lambda lines: [lines[0], *lines]),
    "an empty line": (2, lambda lines: [lines[0], b"", *lines[1:]]),
    "no event": (1, lambda lines: [b'{"event":1}', *lines[1:]]),
    "no UTF-8": (1, lambda lines: [b"\xff", *lines[1:]]),
    "another spelling": (1, lambda lines: [lines[0].replace(b":", b": ", 1), *lines[1:]]),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_line_that_was_changed_is_found_and_nobody_goes_on(
    register: Register, log: Path, name: str
) -> None:
    line, change = TAMPERINGS[name]
    before = log.read_bytes().splitlines()
    log.write_bytes(b"\n".join(change(before)) + b"\n")
    fault = register.verify()
    assert fault is not None
    assert fault.startswith(f"permits.register_broken: Line {line} ")
    with pytest.raises(RegisterError):
        Register.open(log.parent)
    changed = log.read_bytes()
    with pytest.raises(RegisterError):
        hold(register, row="3")
    assert log.read_bytes() == changed


def test_a_forged_event_with_a_right_hash_still_breaks_the_rules(
    register: Register, log: Path
) -> None:
    folder = Folder(log.parent)
    number = register.propose(suspension(row="3"), at=NOON, staff=ANN, reason=REASON).number
    with folder.lock() as locked:
        chain = locked.read()
        locked.append(Approved(at=NOON, by=ANN, proposal=number), chain)
    fault = register.verify()
    assert fault is not None
    assert "Line 9 " in fault
    assert "the same person cannot approve it" in fault


def test_a_line_cut_off_is_missed_by_whoever_noted_it(register: Register, log: Path) -> None:
    head = register.head
    whole = log.read_bytes()
    log.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    assert (register.verify() or "").startswith("permits.register_shortened")
    reader = Register.open(log.parent)
    assert reader.verify() is None
    assert (reader.verify(head) or "").startswith("permits.register_shortened")
    with pytest.raises(RegisterError):
        hold(register, row="3")
    log.write_bytes(whole)
    assert reader.verify(head) is None


@pytest.mark.parametrize("size", [1, 10, 100, -2])
def test_the_rest_of_an_unfinished_write_is_left_out_and_then_replaced(
    register: Register, log: Path, size: int
) -> None:
    before = log.read_bytes()
    register.propose(suspension(row="3"), at=NOON, staff=ANN, reason=REASON)
    line = log.read_bytes()[len(before) :]
    torn = before + line[:size]
    log.write_bytes(torn)
    reader = Register.open(log.parent)
    assert len(reader.proposals()) == 2
    assert reader.verify() is None
    assert log.read_bytes() == torn  # who only reads changes nothing
    reader.propose(suspension(row="3"), at=NOON, staff=ANN, reason=REASON)
    assert log.read_bytes() == before + line


def test_a_whole_line_without_its_end_counts(register: Register, log: Path) -> None:
    whole = log.read_bytes()
    log.write_bytes(whole[:-1])
    reader = Register.open(log.parent)
    assert reader.state == register.state
    hold(reader, row="3")
    assert log.read_bytes().startswith(whole)
    assert register.verify() is None


def test_a_whole_line_without_its_end_that_was_changed_is_no_torn_write(
    register: Register, log: Path
) -> None:
    log.write_bytes(log.read_bytes()[:-1].replace(b'"by":"bob"', b'"by":"eve"'))
    assert (register.verify() or "").startswith("permits.register_broken")


def test_a_write_that_fails_leaves_the_log_as_it_was(
    register: Register, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, write = log.read_bytes(), os.pwrite
    left = [20]

    def fill_up(file: int, data: bytes, offset: int) -> int:
        if not left:
            raise OSError(errno.ENOSPC, "disk full")
        return write(file, data[: left.pop()], offset)

    monkeypatch.setattr(os, "pwrite", fill_up)
    with pytest.raises(OSError, match="disk full"):
        register.propose(suspension(row="3"), at=NOON, staff=ANN, reason=REASON)
    assert log.read_bytes() == before
    monkeypatch.undo()
    hold(register, row="3")
    assert register.verify() is None


def test_an_edition_file_that_was_changed_is_found(register: Register, log: Path) -> None:
    path = log.parent / "editions" / f"{second().key.sha256}.json"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"2026-05-01", b"2026-04-01"))
    assert (register.verify() or "").startswith("permits.edition_tampered: ")
    for act in (register.contents, register.permit_list):
        with pytest.raises(RegisterError):
            act()
    path.unlink()
    assert (register.verify() or "").startswith("permits.edition_missing: ")
    register.contents(1)
    path.write_bytes(whole)
    assert register.verify() is None


def test_a_damaged_edition_file_heals_when_it_is_proposed_again(
    register: Register, log: Path
) -> None:
    new = second(second().key.valid_from.replace(month=6))
    number = register.propose_edition(new, at=NOON, staff=ANN, reason=REASON).number
    path = log.parent / "editions" / f"{new.key.sha256}.json"
    path.write_bytes(b"")
    assert register.verify() is not None
    register.reject(number, at=NOON, staff=EVE, reason=REASON)
    register.propose_edition(new, at=NOON, staff=ANN, reason=REASON)
    assert register.verify() is None
    register.reject(number + 1, at=NOON, staff=EVE, reason=REASON)
    written = path.stat().st_mtime_ns
    register.propose_edition(new, at=NOON, staff=ANN, reason=REASON)
    assert path.stat().st_mtime_ns == written
    assert sorted(one.suffix for one in path.parent.iterdir()) == [".json"] * 3


def test_threads_that_propose_side_by_side_lose_nothing(register: Register, log: Path) -> None:
    new = second(second().key.valid_from.replace(month=6))

    def propose(number: int) -> int:
        writer = Register.open(log.parent)
        Folder(log.parent).write_edition(new.to_bytes())
        content = suspension(days=number + 1, row="3")
        return writer.propose(content, at=NOON, staff=ANN, reason=REASON).number

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(propose, range(40)))
    assert sorted(numbers) == list(range(3, 43))
    assert register.verify() is None
    assert Register.open(log.parent).load_edition(new.key.sha256).key == new.key


def test_an_empty_log_is_an_empty_chain() -> None:
    chain = read_chain(b"")
    assert (chain.events, chain.head, chain.length) == ((), START, 0)
