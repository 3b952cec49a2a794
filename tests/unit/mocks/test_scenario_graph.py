"""Scenarios are drawn and compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.engine.scenario_diff import Change, list_changes
from mocks.engine.scenario_graph import draw_graph, write_mermaid, write_text
from mocks.engine.yaml_tree import read_yaml
from mocks.scenarios.library import list_shipped
from tests.support.scenarios import SMALL, changed, load_text

TEXT = """\
T01-small 小さな例

  gw          sut
  core        core
  prov        agency 991031 08:30-17:15
  federation  federation 990001

hold
  gw         --> prov        inquiry.receive p1
  prov       ==> gw          held
  prov       --> gw          +P3BD answer same

cut
  gw         --> federation  file.receive #1 name=f1
  federation  x              truncate @mid_response bytes=61%"""

MERMAID = """\
sequenceDiagram
  title T01-small 小さな例
  participant P0 as gw (sut)
  participant P1 as core (core)
  participant P2 as prov (agency 991031 08:30-17:15)
  participant P3 as federation (federation 990001)
  P0->>P2: [hold] inquiry.receive p1
  P2-->>P0: held
  P2-)P0: +P3BD answer same
  P0->>P3: [cut] file.receive no.1 name=f1
  Note over P3: truncate @mid_response bytes=61%"""


def test_a_scenario_is_drawn_as_text() -> None:
    assert write_text(draw_graph(load_text(SMALL).scenario)) == TEXT


def test_a_scenario_is_drawn_for_mermaid() -> None:
    assert write_mermaid(draw_graph(load_text(SMALL).scenario)) == MERMAID


def test_begin_and_what_goes_out_and_other_reactions_are_drawn() -> None:
    text = changed("inquiry.receive, person: p1", 'inquiry.answer, nth: "2.."').replace(
        "rules:", "begin: [{after: P1D, do: {core: {reissue_symbol: p1}}}]\nrules:"
    )
    text = text.replace(
        "then: {reply: {state: held,",
        "then: {example: a, reply: {error: provider.closed, retry: never,",
    )
    drawn = write_text(draw_graph(load_text(text).scenario))
    assert "begin\n  core        +              +P1D reissue_symbol p1" in drawn
    assert "prov       --> gw          inquiry.answer #2.." in drawn
    assert "provider.closed (never)" in drawn


def test_truth_values_are_written_as_in_the_file() -> None:
    text = changed("inquiry.receive, person: p1", "inquiry.receive, state: {open: false}")
    assert "inquiry.receive open=false" in write_text(draw_graph(load_text(text).scenario))


def test_a_reaction_without_a_reply_names_what_it_makes() -> None:
    text = changed(
        "reply: {state: held, receipt: \"{{ key('receipt', correlation) }}\"}",
        "permit: {ttl: PT1S}, add_items: [a]",
    )
    assert "prov       ==> gw          permit, add_items" in write_text(
        draw_graph(load_text(text).scenario)
    )


@pytest.mark.parametrize("loaded", list_shipped(), ids=lambda one: one.scenario.id)
def test_every_shipped_scenario_is_drawn_with_every_rule(loaded: object) -> None:
    scenario = loaded.scenario  # type: ignore[attr-defined]  # a Loaded, by the line above
    graph = draw_graph(scenario)
    assert [lane.name for lane in graph.lanes] == list(scenario.parties)
    assert {mark.rule for mark in graph.marks} - {""} == {rule.id for rule in scenario.rules}
    for line in write_mermaid(graph).splitlines()[1:]:
        assert not set(line) & set(";#<")


def changes(old: str, new: str) -> list[tuple[str, str]]:
    after = read_yaml(changed(old, new).encode()).value
    return [(one.kind, one.path) for one in list_changes(read_yaml(SMALL.encode()).value, after)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("P3BD", "P2BD", [("changed", "rules[hold].later[0].after")]),
        ("- id: cut", "- id: cut2", [("removed", "rules[cut]"), ("added", "rules[cut2]")]),
        ("p1: {tags", "p2: {}, p1: {tags", [("added", "people.p2")]),
        (', en: "a small one"', "", [("removed", "title.en")]),
        ("nth: 1", "nth: true", [("changed", "rules[cut].when.nth")]),
        ("id: T01", "id: T01", []),
    ],
)
def test_a_difference_is_named_by_its_path(
    old: str, new: str, expected: list[tuple[str, str]]
) -> None:
    assert changes(old, new) == expected


def test_rules_in_another_order_have_moved() -> None:
    before = {"rules": [{"id": "a"}, {"id": "b"}]}
    after = {"rules": [{"id": "b"}, {"id": "a"}]}
    assert list(list_changes(before, after)) == [
        Change(path="rules", kind="moved", before=["a", "b"], after=["b", "a"])
    ]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "b"]), inner)
    ),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_a_value_differs_from_any_other_and_never_from_itself(one: object, other: object) -> None:
    assert not list(list_changes(one, one))
    if repr(one) != repr(other) and one != other:
        assert list(list_changes(one, other))
