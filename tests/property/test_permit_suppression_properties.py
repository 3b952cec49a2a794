"""Attackers on protected counts: linear reasoning over everything shown, and knowing the rule."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permitlists.suppression import Cell, list_shown, protect
from tests.support.count_attacker import attack, check_bounds, names_of, sums_of

ROWS = {"1": ("1-1", "1-2", "1-3"), "2": ("2-1",), "3": ("3-1", "3-2")}
ORDER = [
    (row, affair, leaf) for row, affairs in ROWS.items() for affair in affairs for leaf in "ab"
]
trees = st.fixed_dictionaries({path: st.integers(0, 30) | st.just(0) for path in ORDER})


NAMES = names_of(ORDER)


@given(trees, st.integers(3, 12))
def test_linear_reasoning_over_every_sum_never_narrows_a_small_count(
    counts: dict[tuple[str, ...], int], k: int
) -> None:
    document = protect("all", counts, ORDER, k).as_document()
    check_bounds(attack(document, NAMES), sums_of(counts), k)


@given(trees, st.integers(3, 12))
def test_no_hidden_count_is_pinned_or_known_to_be_large(
    counts: dict[tuple[str, ...], int], k: int
) -> None:
    protected = protect("all", counts, ORDER, k)
    bounds = attack(protected.as_document(), NAMES)
    for path, count in list_shown(protected):
        assert count is None or count == 0 or count >= k
        if count is None:
            assert bounds[path][0] <= k - 1
            assert bounds[path][0] < bounds[path][1]


@given(trees, st.integers(3, 12))
def test_what_is_shown_is_true(counts: dict[tuple[str, ...], int], k: int) -> None:
    protected, true = protect("all", counts, ORDER, k), sums_of(counts)
    for path, count in list_shown(protected):
        assert count in {None, true[path]}
        assert protected.find(path) == count
    if all(count == 0 or count >= k for count in counts.values()):
        assert all(protected.find(path) == count for path, count in true.items())


@pytest.mark.parametrize(("k", "parts", "most"), [(3, 2, 20), (3, 3, 16), (4, 2, 30), (4, 3, 20)])
def test_who_knows_the_rule_can_give_a_small_count_any_small_value(
    k: int, parts: int, most: int
) -> None:
    worlds: dict[Cell, list[tuple[int, ...]]] = {}
    order: list[tuple[str, ...]] = [(str(number),) for number in range(parts)]
    for values in product(range(most), repeat=parts):
        counts = dict(zip(order, values, strict=True))
        worlds.setdefault(protect("all", counts, order, k), []).append(values)
    for shown, possible in worlds.items():
        known = sum(part.count or 0 for part in shown.parts or ())
        if shown.count is None or shown.count - known >= most:
            continue  # all is hidden, or worlds with a part beyond `most` are missing here
        for number in range(parts):
            seen = {values[number] for values in possible}
            if any(0 < value < k for value in seen):
                assert set(range(1, k)) <= seen


def test_a_smaller_k_than_three_hides_nothing_and_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 3"):
        protect("all", {}, [], 2)


def test_zero_and_hidden_totals() -> None:
    assert protect("all", {}, ORDER, 5).find(("1", "1-1", "a")) == 0
    hidden = protect("all", {ORDER[0]: 4}, ORDER, 5)
    assert (hidden.count, hidden.parts) == (None, None)
    assert hidden.find(("1",)) is None
    assert protect("all", {("x", "y", "z"): 9}, [], 5).find(("x", "y", "z")) == 9
