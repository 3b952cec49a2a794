"""A system that runs elsewhere: counterparties stay up for it, a person takes its steps."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from mocks.admin.server import Address
from mocks.admin.sources import read_source
from mocks.conform.bench import PERSON, Bench, place_external
from mocks.conform.plan import Plan
from mocks.conform.profiles import TestSpec
from mocks.conform.running import CouldNotRunError, Outcome
from mocks.conform.scenario_tests import conclude
from mocks.conform.turns import Turn, list_members, list_turns
from mocks.conform.waiting import Waits
from mocks.engine.evidence import Evidence, Verdict
from mocks.engine.oracles import judge
from mocks.engine.scenario_expectations import Expectation
from mocks.net.house import SpaceError
from mocks.runs.derived import derive
from mocks.runs.plan import PlanError
from mocks.runs.report import RunReport
from mocks.runs.run import LONGEST
from mocks.runs.topic import Topic
from mocks.scenarios.library import find_shipped
from mocks.trust import render
from mocks.up.opening import Up, open_up
from mocks.up.wanted import Wanted

STRIDE: Final = timedelta(minutes=1)
QUIET_SECONDS: Final = 0.5  # real time without a row, until the clock goes on
MOST_STRIDES: Final = 5_000
FOLDER: Final = Path("conform-external")
SPACE: Final = "conform"  # the same for every test, so that keys stay
PORT: Final = 9410
# Of an answer that came at once nobody says that it was taken over: only the system shows it.
_IMPLIED: Final = frozenset({"ack", "inquiry.answer.accepted"})
REGISTER: Final = (
    "directory.toml を読み込み、people.jsonl の人（提供側では replica の副本も）を試験対象に"
    "登録してから、最後に符号を取得してください（機関の番号は試験によって変わります）。"
)


@asynccontextmanager
async def open_external(plan: Plan, topic: Topic, waits: Waits) -> AsyncIterator[Bench]:
    """Open counterparties for a provider elsewhere, and have its person registered there.

    Raises:
        CouldNotRunError: they cannot be opened.
        StillWaitingError: nobody registered the person.
    """
    wanted = _want(plan, topic, None)
    try:
        async with open_up(wanted, waits.tell) as up:
            bench = await place_external(up, partial(_close_office, waits))
            directory = up.folder / "directory.toml"  # with the agency that asks
            directory.write_text(render(up.space.directory()), encoding="utf-8")
            _tell_papers(up, waits)
            await up.space.tell()  # and again until the system is up
            await waits.wait(
                REGISTER, lambda: _know_symbols(up, {PERSON}), partial(_look, up, {PERSON})
            )
            yield bench
    except (SpaceError, PlanError, OSError) as error:
        raise CouldNotRunError(f"{type(error).__name__}", str(error)) from error


async def _close_office(waits: Waits) -> Callable[[], Awaitable[None]]:
    await waits.wait("提供時間を 08:30 から 17:15 までに設定してください。", lambda: False)

    async def open_again() -> None:
        await waits.wait("提供時間の設定を元に戻してください。", lambda: False)

    return open_again


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalScenarios:
    """Plays scenarios for a system elsewhere; what only its own screens show a person reviews."""

    plan: Plan
    topic: Topic
    waits: Waits

    async def execute(self, test: TestSpec) -> Outcome:
        """Play the scenario of a test, with a person at the system.

        Raises:
            CouldNotRunError: it cannot be played.
            StillWaitingError: nobody took its first step.
        """
        octets = find_shipped(test.scenario or "")
        if octets is None:
            raise CouldNotRunError("シナリオがありません", test.scenario or "")
        source = read_source(octets)
        wanted = _want(self.plan, self.topic, octets)
        try:
            async with open_up(wanted, self.waits.tell) as up:
                _tell_papers(up, self.waits)
                await self._play(up, test)
                return _judge(up, test, source.sha256)
        except (SpaceError, PlanError, OSError) as error:
            raise CouldNotRunError(type(error).__name__, str(error)) from error

    async def _play(self, up: Up, test: TestSpec) -> None:
        """Let everybody begin, and time go on from one turn of the person to the next."""
        space = up.space
        what = test.person or "試験対象を操作してください。"
        people = up.plan.scenario.people
        known = {name for name, one in people.items() if "no_symbol" not in one.tags}
        turns = list_turns(up.plan, space.clock.now())
        ready = REGISTER if turns else f"{what}{REGISTER}"
        await space.tell()  # and again until the system is up
        await self.waits.wait(ready, lambda: _know_symbols(up, known), partial(_look, up, known))
        space.journal.clear()
        space.script.begin(space.clock.now())
        await space.advance(timedelta())
        for turn in turns:
            await _go_on(up, turn.at)
            await self.waits.wait(f"{what}{turn.ja}", partial(_is_taken, up, turn))
        await _go_on(up, up.plan.end)
        latest = up.plan.start + LONGEST
        while (due := space.next_at) is not None and due <= latest:  # as in every run
            await _go_on(up, due)


def _is_taken(up: Up, turn: Turn) -> bool:
    return turn.is_taken(up.plan, up.space.journal.rows())


async def _go_on(up: Up, until: datetime) -> None:
    """Let time go on until an instant while all is quiet, with a stop wherever something is due."""
    for _ in range(MOST_STRIDES):
        await _rest(up)
        now = up.space.clock.now()
        if now >= until:
            return
        due = up.space.next_at or until
        await up.space.advance_to(min(max(due, now + STRIDE), until))


def _list_unknown(up: Up, people: AbstractSet[str]) -> list[str]:
    """Return whose symbols the system has not acquired yet, by name."""
    rows = up.space.journal.rows(op="symbol.acquire")
    known = {(row.person, row.member) for row in rows}
    return sorted({name for name, _ in list_members(up.plan, people) - known})


def _know_symbols(up: Up, people: AbstractSet[str]) -> bool:
    """Return whether the system has acquired the symbols of people, or there is nobody."""
    return not _list_unknown(up, people)


def _say_missing(up: Up, people: AbstractSet[str]) -> str:
    """Return what is missing until everybody has a symbol: a system that hears us, or people."""
    if up.plan.code in up.space.telling.missed:
        return f"　試験対象に届きません: {up.wanted.sut_url}"
    refused = up.space.telling.refused.get(up.plan.code)
    if refused is not None:
        return f"　試験対象が clock の電文を断りました（{refused}）。時計が合わないと進めません"
    unknown = _list_unknown(up, people)
    return f"　符号の取得を待っている人: {'、'.join(unknown)}" if unknown else ""


def _look(up: Up, people: AbstractSet[str]) -> str:
    """Return what is missing; whoever was started anew since hears the clock once more."""
    missing = _say_missing(up, people)
    up.space.telling.missed.add(up.plan.code)
    return missing


async def _rest(up: Up) -> None:
    """Return once no row has come for a moment."""
    known = -1
    while known != (count := len(up.space.journal.rows())):
        known = count
        await asyncio.sleep(QUIET_SECONDS)


def _judge(up: Up, test: TestSpec, sha256: str) -> Outcome:
    rows = up.space.journal.rows()
    scenario = up.plan.scenario
    started_at = up.space.script.started_at or up.plan.start
    evidence = Evidence(
        scenario=scenario,
        rows=rows,
        sightings=tuple(derive(up.plan, rows)),
        now=up.space.clock.now(),
        started_at=started_at,
    )
    verdicts = [
        replace(one, outcome="open") if _is_hidden(one, scenario.expect[one.index]) else one
        for one in judge(scenario.expect, evidence, over=True)
    ]
    report = RunReport(
        id=scenario.id,
        title=scenario.title,
        source=test.scenario or "",
        space=up.space.name,
        seed=up.plan.seed,
        scale=up.plan.scale,
        sha256=sha256,
        started_at=started_at,
        ended_at=evidence.now,
        seconds=0,
        verdicts=verdicts,
        rows=rows,
    )
    return conclude(test, report, unseen="review")


def _is_hidden(verdict: Verdict, expectation: Expectation) -> bool:
    """Return whether something is said not to be so that only the system itself could show."""
    told = expectation.count or expectation.never or expectation.eventually
    op = told.op if told is not None else None
    by_acts = (op is not None and op not in _IMPLIED) or expectation.order is not None
    return verdict.outcome == "broken" and not by_acts


def _want(plan: Plan, topic: Topic, octets: bytes | None) -> Wanted:
    return Wanted(
        space=SPACE,
        source=None if octets is None else read_source(octets),
        seed=plan.seed,
        port=plan.port or PORT,
        address=Address(port=0),
        sut="external",
        sut_url=plan.sut_url,
        folder=plan.folder or FOLDER,
        panel=False,
        topic=topic,
    )


def _tell_papers(up: Up, waits: Waits) -> None:
    for name, value in up.under_test.items():
        waits.tell(f"  {name}: {value}")
