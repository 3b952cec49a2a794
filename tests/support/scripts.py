"""Scripts with rules of a few lines, and calls to try them on."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from mocks.engine.exchange import Call, Content, Facts
from mocks.engine.loading import load_rule, load_scenario
from mocks.engine.scenario import Scenario
from mocks.engine.scenario_rules import Rule
from mocks.engine.script import Script

MORNING = datetime(2027, 6, 4, 1, 0, tzinfo=UTC)  # a Friday, ten o'clock in Japan
MINUTE = timedelta(minutes=1)

HEAD = """\
mocks: "1"
id: T09-on-trial
title: {ja: "試し", en: "on trial"}
clock: {start: "2027-06-04T10:00:00+09:00", calendar: jp-municipal}
parties:
  gw: {kind: sut}
  core: {kind: core, clock_offset: PT90S}
  prov: {kind: agency, code: "991031", hours: "08:30-17:15", closed: ["2027-06-07"]}
people: {p1: {}, p2: {}, crowd: {count: 5}}
"""
TAIL = """
expect:
  - never: {sut: {crash: any}}
    why: "it goes on"
"""


def rule_of(text: str) -> Rule:
    """Return a rule written in one line of YAML."""
    return load_rule(text.encode())


@cache
def scenario_of(*rules: str, identifier: str = "T09-on-trial") -> Scenario:
    """Return a scenario with rules written in one line of YAML each."""
    listed = "\n".join(f"  - {one}" for one in rules)
    text = f"{HEAD}rules:\n{listed}{TAIL}".replace("T09-on-trial", identifier)
    return load_scenario(text.encode()).scenario


def script_of(*rules: str, seed: int = 0, space: str = "trial") -> Script:
    """Return a script that runs a scenario with these rules."""
    script = Script.silent(space=space, seed=seed)
    script.load(scenario_of(*rules))
    return script


ASKED = Call(
    party="prov",
    op="inquiry.receive",
    peer="core",
    person="p1",
    correlation="c-1",
    message_id="m-1",
    content=Content(
        name="f1",
        information=("地方税関係情報",),
        affair="69-7",
        inquirer="gw",
        provider="prov",
    ),
    facts=Facts(permit="permitted", inquiry="sent", open=True, full=frozenset({"waiting"})),
)


def call_of(**changes: Any) -> Call:  # noqa: ANN401  # fields of a call
    """Return an inquiry that a provider receives, with some fields changed."""
    return replace(ASKED, **changes)


def ruled(
    script: Script,
    at: timedelta = timedelta(),
    **changes: Any,  # noqa: ANN401  # fields of a call
) -> Mapping[str, object]:
    """Return what the rules make of an inquiry, in short."""
    ruling = script.rule(call_of(**changes), now=MORNING + at, exchange=0)
    return {
        "matched": ruling.matched,
        "rule": ruling.rule,
        "faults": tuple(f"{one.rule}:{one.fault.kind}" for one in ruling.faults),
    }
