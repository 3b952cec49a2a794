"""Plays a scenario against our gateway and reports what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

import aiohttp

from mocks.engine.oracles import judge, list_idle_rules
from mocks.engine.scenario import Scenario
from mocks.gateway import GatewayFailedError
from mocks.runs.pace import RestlessError
from mocks.runs.plan import START, PlanError, plan_run
from mocks.runs.report import RunReport
from mocks.runs.run import Run
from mocks.runs.scaling import pick_scale
from mocks.runs.stage import RunOptions, open_stage
from permitlists import load_institutions

_TROUBLES = (GatewayFailedError, RestlessError, aiohttp.ClientError, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A scenario to play: how it was named, and the hash of its file."""

    name: str
    scenario: Scenario
    sha256: str


async def play(
    source: Source, options: RunOptions, tell: Callable[[str], None] = lambda _: None
) -> RunReport:
    """Return the report of one run; what keeps it from being played is its trouble.

    That the system under test ended by itself is no trouble but a failure.
    """
    begun = monotonic()
    by = options.scale or pick_scale(source.scenario)
    try:
        plan = plan_run(
            source.scenario,
            load_institutions(),
            by=by,
            seed=options.seed,
            topic=options.topic,
        )
        tell(f"{source.scenario.id}: starting")
        async with open_stage(plan, options) as stage:
            run, trouble = Run(stage), None
            try:
                await run.prepare()
                tell(f"{source.scenario.id}: playing")
                await run.go()
            except _TROUBLES as error:
                if run.sut.is_alive(run.now):
                    trouble = f"{type(error).__name__}: {error}"
            return _report(run, source, options, seconds=monotonic() - begun, trouble=trouble)
    except PlanError as error:
        return _failed(source, options, by, str(error))
    except (GatewayFailedError, ExceptionGroup, OSError) as error:
        return _failed(source, options, by, f"{type(error).__name__}: {error}")


def _report(
    run: Run, source: Source, options: RunOptions, *, seconds: float, trouble: str | None
) -> RunReport:
    evidence, plan = run.evidence(), run.plan
    return RunReport(
        id=source.scenario.id,
        title=source.scenario.title,
        source=source.name,
        space=run.stage.space.name,
        seed=plan.seed,
        scale=plan.scale,
        sha256=source.sha256,
        started_at=run.started_at,
        ended_at=run.now,
        seconds=seconds,
        verdicts=judge(plan.scenario.expect, evidence, over=True),
        idle=list_idle_rules(evidence),
        rows=evidence.rows,
        digest=run.stage.space.journal.digest(),
        folder=str(run.stage.folder) if options.keep else None,
        crashed=run.sut.crashed,
        trouble=trouble,
    )


def _failed(source: Source, options: RunOptions, by: int, trouble: str) -> RunReport:
    now = source.scenario.clock.start or START
    return RunReport(
        id=source.scenario.id,
        title=source.scenario.title,
        source=source.name,
        space="",
        seed=source.scenario.seed if options.seed is None else options.seed,
        scale=by,
        sha256=source.sha256,
        started_at=now,
        ended_at=now,
        seconds=0,
        trouble=trouble,
    )
