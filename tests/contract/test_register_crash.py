"""A writer killed by SIGKILL leaves a whole register; writers side by side never fork it."""

import contextlib
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from permitlists.register import Register
from tests.support.registers import found

CHILD = "tests.support.register_children"
CHECKOUT = Path(__file__).parents[2]


def start(folder: Path, name: str, most: int, *death: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603  # our own module
        [sys.executable, "-m", CHILD, str(folder), name, str(most), *death],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )


def acknowledged(process: subprocess.Popen[str]) -> set[int]:
    """Wait for a process to end and return the numbers it was told."""
    output, _ = process.communicate(timeout=60)
    return {int(line) for line in output.splitlines()}


def assert_whole(folder: Path, told: set[int]) -> Register:
    register = Register.open(folder)
    assert register.verify() is None
    assert told <= {proposal.number for proposal in register.proposals()}
    return register


@pytest.mark.parametrize("passage", ["1", "2", "5"])
@pytest.mark.parametrize(
    "point", ["before_write", "torn_write", "before_sync", "after_sync", "after_cut"]
)
def test_a_death_between_any_two_steps_breaks_nothing_and_loses_nothing_acknowledged(
    tmp_path: Path, point: str, passage: str
) -> None:
    folder = tmp_path / "register"
    found(folder)
    process = start(folder, "ann", 30, point, passage)
    told = acknowledged(process)
    assert process.returncode == -signal.SIGKILL
    before = assert_whole(folder, told)
    went_on = start(folder, "bob", 2)
    assert len(acknowledged(went_on)) == 2
    assert went_on.returncode == 0
    after = assert_whole(folder, told)
    assert after.proposals()[: len(before.proposals())] == before.proposals()


@pytest.mark.slow
def test_a_death_at_any_time_loses_nothing_acknowledged(tmp_path: Path) -> None:
    folder = tmp_path / "register"
    found(folder)
    told: set[int] = set()
    for number, lines in enumerate((1, 3, 8, 20)):
        process = start(folder, f"ann{number}", 10_000)
        assert process.stdout is not None
        told |= {int(process.stdout.readline()) for _ in range(lines)}
        process.kill()
        told |= acknowledged(process)
        assert_whole(folder, told)
    assert len(told) >= 32


def test_writers_side_by_side_never_fork_the_chain(tmp_path: Path) -> None:
    folder = tmp_path / "register"
    found(folder)
    with contextlib.ExitStack() as stack:
        writers = [stack.enter_context(start(folder, name, 25)) for name in ("ann", "bob", "eve")]
        told = [acknowledged(writer) for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert sum(map(len, told)) == 75
    assert set().union(*told) == set(range(1, 76))
    register = assert_whole(folder, set(range(1, 76)))
    for name, numbers in zip(("ann", "bob", "eve"), told, strict=True):
        assert {one.number for one in register.proposals() if one.proposed_by == name} == numbers
