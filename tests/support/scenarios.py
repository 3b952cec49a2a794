"""A scenario to change one thing in, and where the shipped ones are."""

from collections.abc import Sequence

from mocks.engine.loading import Loaded, load_scenario
from mocks.engine.problems import Problem, ScenarioError

SMALL = """\
mocks: "1"
id: T01-small
title: {ja: "小さな例", en: "a small one"}
clock: {start: "2027-06-04T16:50:00+09:00", calendar: jp-municipal}
parties:
  gw: {kind: sut}
  core: {kind: core}
  prov: {kind: agency, code: "991031", hours: "08:30-17:15", limits: {at_once: 30}}
  federation: {kind: federation, code: "990001"}
people: {p1: {tags: [auto_response_prohibited]}}
files: {f1: {layout: hdt-fixed, records: 10}}
rules:
  - id: hold
    when: {party: prov, op: inquiry.receive, person: p1}
    then: {reply: {state: held, receipt: "{{ key('receipt', correlation) }}"}}
    later: [{after: P3BD, do: {prov: {answer: {correlation: same}}}}]
  - id: cut
    when: {party: federation, op: file.receive, match: {name: f1}, nth: 1}
    fault: [{at: mid_response, kind: truncate, bytes: "61%"}]
expect:
  - eventually: {sut: {inquiry: answered}, within: P4BD}
    why: "answers come late"
"""


def load_text(text: str) -> Loaded:
    return load_scenario(text.encode())


def changed(old: str, new: str) -> str:
    """Return the small scenario with one thing changed, which must stand in it."""
    assert old in SMALL
    return SMALL.replace(old, new, 1)


def problems_of(octets: bytes) -> Sequence[Problem]:
    """Return what loading says; nothing if it is a scenario."""
    try:
        load_scenario(octets)
    except ScenarioError as error:
        return error.problems
    return ()
