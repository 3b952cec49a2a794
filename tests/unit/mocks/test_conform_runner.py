"""Runs: what could not run is an error, three of them end the run, a wait has an end."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import cast

import pytest

from mocks.conform.bench import Bench, SharedBench
from mocks.conform.doctoring import Diagnosis, exit_code_of
from mocks.conform.plan import make_plan
from mocks.conform.profiles import (
    Profile,
    ProfileError,
    TestSpec,
    find_profile,
    list_profiles,
    load_profile,
    load_requirements,
)
from mocks.conform.provision_tests import CASES
from mocks.conform.running import BREAKER, CouldNotRunError, Outcome, Runner, StillWaitingError
from mocks.conform.scenario_tests import load_source
from mocks.conform.session import Session
from mocks.conform.waiting import Waits
from mocks.engine.clock import system_time
from mocks.gateway_files import find_free_ports
from tests.support.conform import check, made_run


@dataclass
class Executed:
    """An executor that does as it is told, by test id."""

    fail: Callable[[str], Exception | None] = lambda _: None
    asked: list[str] = field(default_factory=list)

    async def execute(self, test: TestSpec) -> Outcome:
        self.asked.append(test.id)
        error = self.fail(test.id)
        if error is not None:
            raise error
        return Outcome(checks=tuple(check(name=one.id) for one in test.checks))


def found(role: str) -> Profile:
    profile = find_profile(role)
    assert profile is not None
    return profile


def runner(executed: Executed, chosen: tuple[str, ...] = ()) -> Runner:
    profile = found("inquirer")
    return Runner(profile=profile, executors={"scenario": executed}, now=system_time, chosen=chosen)


async def test_everything_passes_where_every_check_does() -> None:
    run = runner(Executed())
    groups = await run.run()
    assert {one.result for group in groups for one in group.tests} == {"pass"}
    assert made_run(*groups).exit_code == 0


async def test_three_tests_in_a_row_that_could_not_run_end_the_run() -> None:
    executed = Executed(lambda _: CouldNotRunError("no"))
    groups = await runner(executed).run()
    tests = [one for group in groups for one in group.tests]
    assert [one.result for one in tests[:BREAKER]] == ["error"] * BREAKER
    assert {(one.result, one.status) for one in tests[BREAKER:]} == {("cancel", "interrupted")}
    assert len(executed.asked) == BREAKER
    assert made_run(*groups).exit_code == 3


async def test_errors_that_are_not_in_a_row_do_not_end_it() -> None:
    every_other = {one.id for one in list(found("inquirer").tests)[::2]}
    executed = Executed(lambda name: ValueError("x") if name in every_other else None)
    groups = await runner(executed).run()
    results = [one.result for group in groups for one in group.tests]
    assert "cancel" not in results
    assert made_run(*groups).result == "error"
    assert made_run(*groups).exit_code == 3


async def test_a_run_that_ended_while_somebody_was_waited_for_did_not_pass() -> None:
    executed = Executed(lambda name: StillWaitingError("照会") if "skew" in name else None)
    groups = await runner(executed).run()
    waiting = next(one for group in groups for one in group.tests if one.result == "wait")
    assert waiting.status == "waiting"
    assert made_run(*groups).result == "wait"
    assert made_run(*groups).exit_code == 1


async def test_a_run_that_is_stopped_reports_what_it_came_to() -> None:
    reached = asyncio.Event()

    class Endless(Executed):
        async def execute(self, test: TestSpec) -> Outcome:
            if "skew" in test.id:
                reached.set()
                await asyncio.Event().wait()
            return await super().execute(test)

    run = runner(Endless())
    async with asyncio.TaskGroup() as tasks_of_run:
        running = tasks_of_run.create_task(run.run())
        await reached.wait()
        running.cancel()
    groups = running.result()
    tests = [one for group in groups for one in group.tests]
    at = next(at for at, one in enumerate(tests) if "skew" in one.id)
    assert {one.result for one in tests[:at]} == {"pass"}
    assert {(one.result, one.status) for one in tests[at:]} == {("cancel", "interrupted")}
    assert "途中で止められた" in run.interrupted
    assert made_run(*groups).exit_code == 3


async def test_tests_that_were_not_chosen_are_left_out() -> None:
    executed = Executed()
    groups = await runner(executed, ("inq.answer.*",)).run()
    assert executed.asked == ["inq.answer.held", "inq.answer.duplicate", "inq.answer.unrequested"]
    assert made_run(*groups).exit_code == 0


async def test_a_check_that_nobody_judged_is_an_error() -> None:
    class Silent(Executed):
        async def execute(self, test: TestSpec) -> Outcome:
            return Outcome(checks=tuple(check(name=one.id) for one in test.checks[1:]))

    groups = await runner(Silent(), ("inq.core.down",)).run()
    assert made_run(*groups).result == "error"


async def test_a_wait_ends_with_the_call_that_is_awaited() -> None:
    came, told = asyncio.Event(), list[str]()
    waits = Waits(tell=told.append, patience=30)
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(waits.wait("照会してください", came.is_set))
        await asyncio.sleep(0)
        came.set()
    assert waiting.result() == "call"
    assert told[0] == "【あなたの操作待ち】照会してください"
    assert "残り 30 秒" in told[1]


async def test_a_wait_ends_with_the_word_of_the_person() -> None:
    waits = Waits(tell=lambda _: None, patience=30)
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(waits.wait("照会してください", lambda: False))
        await asyncio.sleep(0)
        waits.said.set()
    assert waiting.result() == "person"


async def test_a_countdown_says_what_is_still_missing() -> None:
    told = list[str]()
    waits = Waits(tell=told.append, patience=0.01)
    with pytest.raises(StillWaitingError, match="符号を待っている人: p1"):
        await waits.wait("登録してください。", lambda: False, lambda: "符号を待っている人: p1")
    assert told[1].endswith("符号を待っている人: p1")


async def test_a_wait_ends_when_time_is_over() -> None:
    waits = Waits(tell=lambda _: None, patience=0.01)
    with pytest.raises(StillWaitingError, match="照会してください"):
        await waits.wait("照会してください", lambda: False)


async def test_a_bench_is_opened_once_until_it_is_put_away() -> None:
    acts = list[str]()

    @asynccontextmanager
    async def open_one() -> AsyncIterator[Bench]:
        acts.append("opened")
        yield cast("Bench", object())  # nobody looks into it
        acts.append("closed")

    bench = SharedBench(open=open_one)
    assert await bench.load() is await bench.load()
    await bench.put_away()
    await bench.put_away()
    await bench.load()
    assert acts == ["opened", "closed", "opened"]
    await bench.put_away()


async def test_a_bench_that_did_not_open_is_not_tried_again() -> None:
    tried = list[str]()

    def open_none() -> AbstractAsyncContextManager[Bench]:
        tried.append("tried")
        raise CouldNotRunError("OSError", "Address already in use")

    bench = SharedBench(open=open_none)
    for _ in range(2):
        with pytest.raises(CouldNotRunError, match="Address already in use"):
            await bench.load()
    assert tried == ["tried"]


async def test_the_doctor_says_what_to_do_where_nobody_registers_anybody(tmp_path: Path) -> None:
    [port, nobody] = find_free_ports(2)
    plan = make_plan(
        {
            "profile": "provider",
            "sut": "external",
            "sut_url": f"https://127.0.0.1:{nobody}",
            "port": port,
            "folder": tmp_path,
            "patience": 0.1,
        }
    )
    session = Session(plan=plan, profile=plan.load_profile())
    [found] = await session.examine()
    assert (found.id, found.state) == ("start", "config_error")
    assert f"試験対象に届きません: https://127.0.0.1:{nobody}" in found.received
    assert "directory.toml" in found.fix
    assert (await session.examine_and_run())[1] is None
    shutil.rmtree(tmp_path)  # the people of the papers are named in clear


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (["ok", "not_tried"], 0),
        (["ok", "config_error"], 2),
        (["environment"], 3),
        (["environment", "config_error"], 2),
    ],
)
def test_what_the_doctor_finds_is_never_a_conformance_failure(states: list[str], code: int) -> None:
    listed = [
        Diagnosis(id="x", ja="x", state=one, expected="a", received="b")  # type: ignore[arg-type]  # of the table
        for one in states
    ]
    assert exit_code_of(listed) == code


def test_every_profile_names_what_there_is() -> None:
    assert {one.role for one in list_profiles()} == {"inquirer", "provider", "files"}
    for profile in list_profiles():
        for test in profile.tests:
            assert test.ja.endswith("。"), test.id
            if test.kind == "provision":
                assert test.case in CASES, test.id
            if test.kind == "scenario":
                count = len(load_source(test).scenario.expect)
                assert all(one.expect and one.expect <= count for one in test.checks), test.id


def test_tests_of_inquirers_judge_every_expectation_of_their_scenarios() -> None:
    for test in found("inquirer").tests:
        expected = range(1, len(load_source(test).scenario.expect) + 1)
        assert [one.expect for one in test.checks] == list(expected), test.id


def test_every_requirement_is_verified_or_says_why_not() -> None:
    verified = {
        name
        for profile in list_profiles()
        for test in profile.tests
        for one in test.checks
        for name in one.requirements
    }
    known = load_requirements()
    assert {name for name, one in known.items() if not one.not_tested} == verified


def test_what_waits_for_the_dedicated_line_is_said_plainly() -> None:
    omitted = [test for test in found("files").tests if test.kind == "none"]
    assert omitted
    assert all("専用線" in (test.omit or "") for test in omitted)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("REQ-INQ@1", "REQ-NONE@1"),
        ('role = "inquirer"', 'role = "nobody"'),
        ('scenario = "S01"\n', ""),
        ('id = "inq.symbol.none"', 'id = "inq.permit.expired"'),
        ('kind = "scenario"', 'kind = "none"'),
        ("kind = ", "sort = "),
        ("[[group]]", "[[group"),
    ],
)
def test_a_profile_that_is_wrong_is_refused(old: str, new: str) -> None:

    text = (files("mocks.conform") / "profiles" / "inquirer.toml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(ProfileError):
        load_profile(text.replace(old, new, 1).encode())
