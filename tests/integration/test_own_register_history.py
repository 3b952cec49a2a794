"""A history of the own register that was cut off and written anew holds nothing back (G8)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gateway.bootstrap.own_register import FolderRegister
from gateway.domain.errors import RegisterBrokenError
from gateway.usecases import own_register
from permitlists import Hold, PermitList
from permitlists.register import HoldContent, Register
from tests.support.world import World, open_world

AT = datetime(2026, 11, 24, 3, tzinfo=UTC)
DAY, END = date(2026, 11, 24), date(2027, 1, 1)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "register"
    Register.found(made, PermitList(()), at=AT, staff="alice")
    return made


def suspend(folder: Path, information: str) -> None:
    hold = Hold(kind="suspension", information=information, valid_from=DAY, valid_to=END)
    register = Register.open(folder)
    made = register.propose(HoldContent(hold=hold), at=AT, staff="alice", reason="点検")
    register.approve(made.number, at=AT, staff="bob")


def use(folder: Path, world: World) -> None:
    """Let the gateway start with the register of a folder."""
    register = FolderRegister(folder, world.a)
    world.sides[world.a] = replace(world.ports_a, register=register)


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("acts", [1, 2])
async def test_a_register_cut_off_and_continued_otherwise_stops_everything(
    world: World, folder: Path, acts: int, *, restart: bool
) -> None:
    use(folder, world)
    log = folder / "register.jsonl"
    before = log.read_bytes()
    suspend(folder, "地方税関係情報")
    await own_register.catch_up(ports=world.ports_a)
    log.write_bytes(before)
    for number in range(acts):
        suspend(folder, f"情報{number}")
    if restart:
        use(folder, world)
    with pytest.raises(RegisterBrokenError) as refused:
        await own_register.catch_up(ports=world.ports_a)
    assert refused.value.context["reason"] == "rewritten"


async def test_a_register_that_only_grew_is_taken_over_whatever_was_missed(
    world: World, folder: Path
) -> None:
    use(folder, world)
    await own_register.catch_up(ports=world.ports_a)
    suspend(folder, "地方税関係情報")
    suspend(folder, "医療保険給付関係情報")
    await own_register.catch_up(ports=world.ports_a)
    assert world.ports_a.book.own_sequence == 3


async def test_a_history_without_the_number_kept_last_is_broken(folder: Path) -> None:
    register = FolderRegister(folder, "991015")
    with pytest.raises(RegisterBrokenError):
        register.recall(7)
