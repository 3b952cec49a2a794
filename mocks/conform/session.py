"""One run from the doctor to the conclusion: who carries out what, waivers, the result."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version
from typing import Any, Final

from mocks.conform.bench import Bench, SharedBench, open_bench
from mocks.conform.conclusion import RunResult, Scope
from mocks.conform.doctor import Surgery
from mocks.conform.doctoring import Diagnosis, State, exit_code_of
from mocks.conform.external import ExternalScenarios, open_external
from mocks.conform.file_systems import CommandFiles, DropFiles, FileSystem
from mocks.conform.file_tests import FileTests
from mocks.conform.plan import Plan
from mocks.conform.profiles import Kind, Profile, TestSpec
from mocks.conform.provision_tests import ProvisionTests
from mocks.conform.results import GroupResult
from mocks.conform.running import CouldNotRunError, Executor, Outcome, Runner, StillWaitingError
from mocks.conform.scenario_tests import GatewayScenarios
from mocks.conform.waiting import Waits
from mocks.conform.waivers import Waiver, apply_waivers
from mocks.engine.clock import day_of, system_time
from mocks.gateway import PROGRAM
from mocks.runs.stage import RunOptions
from mocks.runs.topic import TAX, Topic

Tell = Callable[[str], None]
_TO_REGISTER: Final = (
    "試験対象を、初めに印字された鍵・証明書・directory.toml で起動し、"
    "people.jsonl の人の符号を取得させてください。"
)
_NETWORK: Final = frozenset({"inquirer", "provider"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alone:
    """Puts the bench away before tests that open a space of their own, on the same ports."""

    executor: Executor
    bench: SharedBench

    async def execute(self, test: TestSpec) -> Outcome:
        """Return what came of a test, as its executor says."""
        await self.bench.put_away()
        return await self.executor.execute(test)


@dataclass(slots=True, kw_only=True)
class Session:
    """A run of a plan; `program` is what serves in the place of our gateway, for tests of tests."""

    plan: Plan
    profile: Profile
    tell: Tell = lambda _: None
    program: tuple[str, ...] = tuple(PROGRAM)
    waits: Waits = field(init=False)
    bench: SharedBench = field(init=False)

    def __post_init__(self) -> None:
        self.waits = Waits(tell=self.tell, patience=self.plan.patience)
        self.bench = SharedBench(open=self._open_bench)

    async def examine(self) -> tuple[Diagnosis, ...]:
        """Return what the doctor finds."""
        async with self._attend():
            return await self._examine()

    async def run(self, waivers: tuple[Waiver, ...] = ()) -> RunResult:
        """Return what a run came to."""
        async with self._attend():
            return await self._run(waivers, ())

    async def examine_and_run(
        self, waivers: tuple[Waiver, ...] = ()
    ) -> tuple[tuple[Diagnosis, ...], RunResult | None]:
        """Return what the doctor finds and, if nothing is wrong, what the run came to.

        Nobody is asked twice to register the person.
        """
        async with self._attend():
            found = await self._examine()
            return found, None if exit_code_of(found) else await self._run(waivers, found)

    @asynccontextmanager
    async def _attend(self) -> AsyncIterator[None]:
        """Hear the person, and put the bench away at the end."""
        stop = self.waits.listen()
        try:
            yield
        finally:
            stop()
            await self.bench.put_away()

    async def _examine(self) -> tuple[Diagnosis, ...]:
        drop = self.plan.drop
        told = Surgery(
            files=self._choose_files() if self.profile.role == "files" and not drop else None,
            drop=drop,
            closed_days=self.plan.closed_days,
            admin_url=self.plan.admin_url,
        )
        if self.profile.role not in _NETWORK:
            return await told.visit()
        try:
            bench = await self.bench.load()
        except CouldNotRunError as error:
            return (_not_opened("environment", str(error)), *await told.visit())
        except StillWaitingError as error:
            received = f"{self.plan.patience:.0f} 秒のあいだに済みませんでした: {error}"
            return (_not_opened("config_error", received, _TO_REGISTER),)
        surgery = Surgery(
            bench=bench,
            drop=drop,
            closed_days=self.plan.closed_days,
            admin_url=self.plan.admin_url or _ready_url(bench),
            provides=bench.gateway is not None or self.profile.role == "provider",
        )
        return await surgery.visit()

    async def _run(
        self, waivers: tuple[Waiver, ...], diagnosis: tuple[Diagnosis, ...]
    ) -> RunResult:
        started_at = system_time()
        runner = Runner(
            profile=self.profile,
            executors=self._list_executors(),
            now=system_time,
            tell=self.tell,
            chosen=self.plan.chosen,
        )
        if self.plan.sut == "external" or self.plan.drop is not None:
            self.tell(f"人の操作が要る試験: {runner.manual} 件")
        groups = await runner.run()
        today = day_of(started_at)
        overlay = apply_waivers(groups, waivers, self.profile.variant, today=today)
        return RunResult(
            profile=self.profile,
            scope=Scope(
                system=self.plan.system,
                environment=self.plan.environment,
                ran_by=self.plan.ran_by,
                authorised_by=self.plan.authorised_by,
                version=version("nakadachi"),
                sut=self.plan.sut,
                seed=self.plan.seed,
                started_at=started_at,
                expires_on=today + timedelta(days=self.plan.expires_days),
            ),
            ended_at=system_time(),
            groups=overlay.groups,
            findings=overlay.findings,
            waivers=waivers,
            diagnosis=diagnosis,
            interrupted=runner.interrupted,
            clock=_list_clocks(groups),
        )

    def _list_executors(self) -> Mapping[Kind, Executor]:
        options = self._options
        provision = ProvisionTests(bench=self.bench)
        scenarios: Executor = GatewayScenarios(options=options, profile=self.profile.id)
        if self.plan.sut == "external":
            scenarios = ExternalScenarios(plan=self.plan, topic=self._topic, waits=self.waits)
        files = FileTests(system=self._choose_files())
        alone = _Alone(executor=scenarios, bench=self.bench)
        return {"scenario": alone, "provision": provision, "file": files}

    @property
    def _topic(self) -> Topic:
        return self.profile.topic or TAX

    @property
    def _options(self) -> RunOptions:
        return RunOptions(
            seed=self.plan.seed,
            folder=self.plan.folder,
            program=self.program,
            topic=self._topic,
        )

    def _choose_files(self) -> FileSystem:
        if self.plan.drop is not None:
            return DropFiles(folder=self.plan.drop, waits=self.waits)
        if self.plan.check is None:
            return CommandFiles()
        return CommandFiles(check=self.plan.check, rewrite=self.plan.rewrite)

    @asynccontextmanager
    async def _open_bench(self) -> AsyncIterator[Bench]:
        opened = (
            open_external(self.plan, self._topic, self.waits)
            if self.plan.sut == "external"
            else open_bench(self._options)
        )
        async with opened as bench:
            yield bench


def _not_opened(state: State, received: str, fix: str = "") -> Diagnosis:
    ja, expected = "試験対象が起動し、人の符号を取得する", "取得する"
    return Diagnosis(id="start", ja=ja, state=state, expected=expected, received=received, fix=fix)


def _ready_url(bench: Bench) -> str | None:
    return f"{bench.gateway.plan.business_url}/readyz" if bench.gateway is not None else None


def _list_clocks(groups: tuple[GroupResult, ...]) -> tuple[Mapping[str, Any], ...]:
    """Return the time of the space in each test that has one."""
    return tuple(
        {"test": test.id, "from": test.facts["started_at"], "to": test.facts["ended_at"]}
        for group in groups
        for test in group.tests
        if "started_at" in test.facts
    )
