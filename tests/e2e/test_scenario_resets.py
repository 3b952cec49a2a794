"""A reset at any point of an exchange never yields two effects in the gateway."""

import asyncio
import sys
from collections.abc import Sequence

from mocks.engine.loading import load_scenario
from mocks.gateway import PROGRAM
from mocks.runs.play import Source, play
from mocks.runs.report import RunReport
from mocks.runs.stage import RunOptions
from tests.support import wrong_gateway

POINTS = ("before_effect", "after_effect", "mid_response")
ACTS = (("core", "permit.issue"), ("prov", "inquiry.receive"))
RESETS = [(*act, point) for act in ACTS for point in POINTS] + [
    ("core", "inquiry.relay", "after_effect"),
    ("prov", "inquiry.answer", "after_effect"),
    ("prov", "inquiry.answer", "mid_response"),
]
RULE = """
  - id: reset-{n}
    when: {{party: {party}, op: {op}, person: p{n}, nth: 1}}
    fault: [{{at: {point}, kind: reset}}]"""
SCENARIO = """
mocks: "1"
id: T06-resets
title: {{ja: "あらゆる時点での切断", en: "a reset at every point"}}
seed: 6
parties: {{gw: {{kind: sut}}, core: {{kind: core}}, prov: {{kind: agency, code: "991023"}}}}
people: {{{people}}}
rules:{rules}
expect:
  - exactly_once: {{effect: permit_in_use, key: correlation}}
  - exactly_once: {{effect: answer_applied, key: correlation}}
  - eventually: {{sut: {{inquiry: answered}}, within: "PT30M"}}
  - never: {{sut: {{queue: lost}}}}
"""


def run(resets: Sequence[tuple[str, str, str]], program: Sequence[str] = PROGRAM) -> RunReport:
    rules = [
        RULE.format(n=n, party=party, op=op, point=point)
        for n, (party, op, point) in enumerate(resets)
    ]
    people = ", ".join(f"p{n}: {{}}" for n in range(len(resets)))
    text = SCENARIO.format(people=people, rules="".join(rules))
    scenario = load_scenario(text.encode()).scenario
    source = Source(name=scenario.id, scenario=scenario, sha256="0" * 64)
    return asyncio.run(play(source, RunOptions(program=program)))


def test_a_reset_at_any_point_never_yields_two_effects() -> None:
    report = run(RESETS)
    assert report.outcome == "passed", report.as_text()
    assert list(report.idle) == []  # every reset really happened


def test_a_gateway_that_asks_anew_after_a_reset_is_found() -> None:
    wrong = wrong_gateway.ask_anew_when_nothing_came_back.__name__
    program = (sys.executable, str(wrong_gateway.__file__), wrong)
    report = run([("core", "permit.issue", "after_effect")], program)
    assert report.verdicts[0].outcome == "broken", report.as_text()
