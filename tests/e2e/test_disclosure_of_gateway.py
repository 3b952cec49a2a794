"""The citizen's view (N4): a portal asks a real gateway for records and for own information."""

from collections.abc import Mapping
from typing import Any

import pytest

from mocks.engine.loading import load_scenario
from mocks.parties.portal import Asked, Portal
from mocks.runs.plan import plan_run
from mocks.runs.run import Run
from mocks.runs.stage import RunOptions, Stage, open_stage
from permitlists import load_institutions
from wire.messages import OwnInformation, RecordList

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]

TAX = "地方税関係情報"
TEXT = """\
mocks: "1"
id: T18-disclosure
title: {ja: "記録と自己情報の開示", en: "disclosure of records and of own information"}
clock: {start: "2027-06-01T10:00:00+09:00", calendar: jp-municipal}
parties:
  gw: {kind: sut}
  core: {kind: core}
  asker: {kind: agency, code: "991066"}
  portal: {kind: portal}
people: {p1: {}, refused: {}, hidden: {}, unknown: {tags: [no_symbol]}}
begin:
  - {after: PT0S, do: {gw: {register: {person: p1, information: "地方税関係情報"}}}}
  - {after: PT0S, do: {gw: {register: {person: refused, information: "地方税関係情報"}}}}
  - {after: PT1M, do: {gw: {ask: {person: p1, information: "地方税関係情報", affair: "69-7"}}}}
  - {after: PT2M, do: {asker: {ask: {person: p1, information: "地方税関係情報", affair: "69-7"}}}}
  - {after: PT2M, do: {gw: {ask: {person: hidden, information: "地方税関係情報", affair: "69-7"}}}}
  - {after: PT5M, do: {portal: {ask_records: {person: p1}}}}
  - {after: PT5M, do: {portal: {ask: {person: p1, information: "地方税関係情報"}}}}
  - {after: PT6M, do: {portal: {ask: {person: refused, information: "地方税関係情報"}}}}
  - {after: PT6M, do: {portal: {ask_records: {person: hidden}}}}
  - {after: PT7M, do: {portal: {ask_records: {person: unknown}}}}
  - {after: PT7M, do: {portal: {ask: {person: unknown, information: "地方税関係情報"}}}}
rules:
  - id: slow
    when: {party: portal, op: record.request}
    fault: [{at: mid_response, kind: dribble, for: PT1S}]
expect:
  - count: {op: record.request, min: 3, result: ok}
    why: "a person can see who asked about them"
"""


async def refuse(run: Run, person: str, kind: str) -> None:
    """Set a control over a person at the gateway."""
    [one] = run.crew.of(person)
    body: Mapping[str, Any] = {
        "number": run.sut.population.local_number(one),
        "kind": kind,
        "information": None,
        "item": None,
        "reason": "test",
        "set_by": "clerk-1",
        "review_on": "2099-12-31",
    }
    (await run.stage.gateway.call("POST", "/v1/controls", body)).demand("/v1/controls")


def disclosed(stage: Stage) -> dict[tuple[str, str], Asked]:
    """Return what the portal asked, by person and by kind of what was disclosed."""
    [portal] = stage.world.portals.values()
    assert isinstance(portal, Portal)
    found = {}
    for asked in portal.state.asked.values():
        who = stage.script.names.person_of(asked.number)
        assert who is not None
        found[who.name, type(asked.found).__name__] = asked
    return found


async def test_a_person_sees_exchanges_and_what_is_held_and_nothing_tells_why_not() -> None:
    scenario = load_scenario(TEXT.encode()).scenario
    plan = plan_run(scenario, load_institutions())
    async with open_stage(plan, RunOptions()) as stage:
        run = Run(stage)
        await run.prepare()
        await refuse(run, "refused", "own_information_refused")
        await refuse(run, "hidden", "nondisclosure")
        await run.go()
        found = disclosed(stage)
        assert {asked.state for asked in found.values()} == {"disclosed"}
        records = found["p1", "RecordList"].found
        assert isinstance(records, RecordList)
        assert [(one.act, one.counterpart) for one in records.records] == [
            ("inquiry", plan.provider),
            ("provision", "991066"),
        ]
        assert {(one.row, one.clause, one.information) for one in records.records} == {
            ("69", "7", (TAX,))
        }
        own = found["p1", "OwnInformation"].found
        assert isinstance(own, OwnInformation)
        [cast] = run.crew.of("p1")
        given = {item.id: item.value for item in own.information[0].items}
        assert given == {name: value or None for name, value in run.crew.values(cast, TAX).items()}
        empty = [
            found["refused", "OwnInformation"].found,
            found["hidden", "RecordList"].found,
            found["unknown", "OwnInformation"].found,
            found["unknown", "RecordList"].found,
        ]
        assert [
            getattr(one, "records", ()) or getattr(one, "information", ()) for one in empty
        ] == [
            (),
            (),
            (),
            (),
        ]
        looks = await stage.gateway.call("GET", "/v1/records?act=access&limit=100")
        results = [one["result"] for one in looks.demand("/v1/records")["records"]]
        assert results.count("disclosed") == len(found)
        outcomes = {row.outcome for row in stage.space.journal.rows(party="portal")}
        assert outcomes == {"disclosed"}
