"""A system that runs elsewhere: counterparties stay up for it, a person takes its steps."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from mocks.admin.server import Address
from mocks.admin.sources import read_source
from mocks.conform.bench import PERSON, Bench, place_external
from mocks.conform.plan import Plan
from mocks.conform.profiles import TestSpec
from mocks.conform.running import CouldNotRunError, Outcome
from mocks.conform.scenario_tests import judge_checks, pick_rows
from mocks.conform.waiting import Waits
from mocks.engine.evidence import Evidence, Verdict
from mocks.engine.oracles import judge
from mocks.engine.rows import Row
from mocks.engine.scenario_expectations import Expectation
from mocks.net.house import SpaceError
from mocks.runs.derived import derive
from mocks.runs.plan import PlanError
from mocks.runs.report import RunReport
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
REGISTER: Final = (
    "directory.toml を読み込み、people.jsonl の人と副本を試験対象に登録してから、"
    "最後に符号を取得してください（機関の番号は試験によって変わります）。"
)


@asynccontextmanager
async def open_external(plan: Plan, waits: Waits) -> AsyncIterator[Bench]:
    """Open counterparties for a provider elsewhere, and have its person registered there.

    Raises:
        CouldNotRunError: they cannot be opened.
        StillWaitingError: nobody registered the person.
    """
    wanted = _want(plan, None)
    try:
        async with open_up(wanted, waits.tell) as up:
            bench = await place_external(up, partial(_close_office, waits))
            directory = up.folder / "directory.toml"  # with the agency that asks
            directory.write_text(render(up.space.directory()), encoding="utf-8")
            _tell_papers(up, waits)
            await up.space.tell()  # and again until the system is up
            await waits.wait(REGISTER, lambda: _know_symbols(up, {PERSON}))
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
        wanted = _want(self.plan, octets)
        try:
            async with open_up(wanted, self.waits.tell) as up:
                _tell_papers(up, self.waits)
                await self._play(up, test)
                return _judge(up, test, source.sha256)
        except (SpaceError, PlanError, OSError) as error:
            raise CouldNotRunError(type(error).__name__, str(error)) from error

    async def _play(self, up: Up, test: TestSpec) -> None:
        """Let everybody begin, wait for the person, then let time go on while all is quiet."""
        space, journal = up.space, up.space.journal
        people = up.plan.scenario.people
        await space.tell()  # and again until the system is up
        known = {name for name, one in people.items() if "no_symbol" not in one.tags}
        await self.waits.wait(REGISTER, lambda: _know_symbols(up, known))
        journal.clear()
        space.script.begin(space.clock.now())
        await space.advance(timedelta())
        what = test.person or "試験対象を操作してください。"
        await self.waits.wait(what, lambda: any(_is_theirs(up, row) for row in journal.rows()))
        for _ in range(MOST_STRIDES):
            await _rest(up)
            now = space.clock.now()
            if now >= up.plan.end:
                return
            due = space.next_at or up.plan.end
            await space.advance_to(min(max(due, now + STRIDE), up.plan.end))


def _is_theirs(up: Up, row: Row) -> bool:
    """Return whether a row is the system's own doing, or is about its registration of replicas."""
    return up.plan.sut in {row.party, row.peer} and row.op is not None


def _know_symbols(up: Up, people: AbstractSet[str]) -> bool:
    """Return whether the system has acquired symbols of people, or there is nobody."""
    rows = up.space.journal.rows(op="symbol.acquire")
    return people <= {row.person for row in rows}


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
    document = report.as_document()
    checks = judge_checks(test, verdicts, unseen="review")
    facts = {
        "scenario": scenario.id,
        **{name: document[name] for name in ("seed", "scale", "sha256", "started_at", "ended_at")},
    }
    return Outcome(checks=checks, facts=facts, journal=pick_rows(document["rows"], checks))


def _is_hidden(verdict: Verdict, expectation: Expectation) -> bool:
    """Return whether something is said not to be so that only the system itself could show."""
    told = expectation.count or expectation.never or expectation.eventually
    by_acts = (told is not None and told.op is not None) or expectation.order is not None
    return verdict.outcome == "broken" and not by_acts


def _want(plan: Plan, octets: bytes | None) -> Wanted:
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
    )


def _tell_papers(up: Up, waits: Waits) -> None:
    for name, value in up.under_test.items():
        waits.tell(f"  {name}: {value}")
