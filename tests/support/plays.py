"""Parties of a sandbox in a scenario of a few lines: `asker` asks, `prov` provides, `p1` is D04."""

from typing import Any

from mocks.engine.journal import Row
from mocks.engine.loading import load_scenario
from mocks.engine.names import Somebody
from mocks.engine.scenario import Scenario
from tests.support.parties import NOON, PERSON, Sandbox

HEAD = """\
mocks: "1"
id: T09-parties
title: {ja: "相手機関", en: "parties"}
clock: {start: "2026-11-23T12:00:00+09:00", calendar: jp-municipal}
parties:
  gw: {kind: sut}
  core: {kind: core, CORE}
  registry: {kind: registry}
  asker: {kind: agency, code: "990001"}
  prov: {kind: agency, code: "999032", PROV}
people: {p1: {}, p2: {}, crowd: {count: 3}}
"""
TAIL = """
expect:
  - never: {sut: {crash: any}}
    why: "it goes on"
"""


def scenario_of(*rules: str, prov: str = "", core: str = "") -> Scenario:
    """Return a scenario with rules written in one line of YAML each."""
    listed = "\n".join(f"  - {one}" for one in rules) or (
        "  - {id: none, when: {party: prov, op: ack, nth: 999}, fault: "
        "[{at: mid_response, kind: malformed_chunk}]}"
    )
    head = HEAD.replace(", CORE", f", {core}" if core else "")
    head = head.replace(", PROV", f", {prov}" if prov else "")
    return load_scenario(f"{head}rules:\n{listed}{TAIL}".encode()).scenario


def begin(sandbox: Sandbox, *rules: str, prov: str = "", core: str = "") -> None:
    """Let the scenario of these rules run, with the person of the sandbox as p1."""
    sandbox.net.load(scenario_of(*rules, prov=prov, core=core))
    person = sandbox.world.cast[PERSON].resident
    sandbox.world.script.names.bind_person(
        Somebody(name="p1"), number=person.individual_number, resident_code=person.resident_code
    )
    assert sandbox.now == NOON


def rows(sandbox: Sandbox, op: str, **equals: Any) -> list[Row]:  # noqa: ANN401  # fields of a row
    """Return the rows of the journal about an act, whose fields are as given."""
    return [
        row
        for row in sandbox.world.script.journal.rows(op=op)
        if all(getattr(row, name) == value for name, value in equals.items())
    ]
