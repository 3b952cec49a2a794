"""How results roll up: by the table of Inferno, and never from an error to a pass."""

from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.conform.results import HARMLESS, PRIORITY, Part, Result, roll_up

RESULTS: tuple[Result, ...] = get_args(Result)
parts = st.lists(st.builds(Part, result=st.sampled_from(RESULTS), required=st.booleans()))


def test_every_result_has_its_place() -> None:
    assert set(PRIORITY) == set(RESULTS)
    assert len(PRIORITY) == len(RESULTS)


@given(parts)
def test_an_error_never_becomes_a_pass(listed: list[Part]) -> None:
    if any(one.result == "error" for one in listed):
        assert roll_up(listed) not in HARMLESS


@given(parts)
def test_order_does_not_matter(listed: list[Part]) -> None:
    assert roll_up(listed) == roll_up(listed[::-1])


@given(parts)
def test_a_parent_passes_only_where_nothing_required_did_worse(listed: list[Part]) -> None:
    if roll_up(listed) == "pass":
        required = {one.result for one in listed if one.required}
        assert required <= {"pass", "omit"}
        assert any(one.result in {"pass", "warn"} for one in listed)


@given(parts)
def test_what_a_parent_says_a_child_said_or_nothing_was_verified(listed: list[Part]) -> None:
    found = roll_up(listed)
    if listed and found != "pass":
        assert found in {one.result for one in listed}
    if not listed:
        assert found == "skip"


@given(parts)
def test_optional_children_change_nothing_unless_the_kit_broke(listed: list[Part]) -> None:
    required = [one for one in listed if one.required]
    if required and all(one.result != "error" for one in listed):
        assert roll_up(listed) == roll_up(required)


@given(parts, st.lists(st.integers(min_value=0, max_value=50), max_size=5))
def test_rolling_up_in_groups_is_no_way_around_a_required_failure(
    listed: list[Part], cuts: list[int]
) -> None:
    places = sorted({0, len(listed), *(cut for cut in cuts if cut < len(listed))})
    groups = [listed[a:b] for a, b in pairwise(places)]
    bad = any(one.required and one.result not in HARMLESS for group in groups for one in group)
    if groups and bad:
        assert roll_up(Part(result=roll_up(group)) for group in groups) not in HARMLESS


@pytest.mark.parametrize(
    ("required", "optional", "expected"),
    [
        (["pass", "pass"], [], "pass"),
        (["pass", "omit"], [], "pass"),
        (["omit"], [], "omit"),
        (["pass", "skip"], [], "skip"),
        (["pass", "fail", "skip"], [], "fail"),
        (["fail", "error"], [], "error"),
        (["error", "running"], [], "running"),
        (["running", "wait"], [], "wait"),
        (["wait", "cancel"], [], "cancel"),
        (["pass", "warn"], [], "warn"),
        (["warn", "review"], [], "review"),
        (["review", "skip"], [], "skip"),
        (["pass"], ["fail"], "pass"),
        (["pass"], ["error"], "error"),
        ([], ["fail", "pass"], "pass"),
        ([], ["fail", "skip"], "fail"),
        ([], ["pass", "error"], "error"),
        ([], [], "skip"),
    ],
)
def test_the_table(required: list[Result], optional: list[Result], expected: Result) -> None:
    listed = [Part(result=one) for one in required]
    listed += [Part(result=one, required=False) for one in optional]
    assert roll_up(listed) == expected
