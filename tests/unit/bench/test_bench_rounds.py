"""Which rounds of a benchmark count, and what is made of them."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tools.bench.rounds import (
    OTHERS_MOST,
    Contestant,
    Plan,
    Rounds,
    Slice,
    alternate,
    compare,
    compare_cpu,
    is_disturbed,
    percentile,
    spread,
)

QUIET, BUSY = OTHERS_MOST, OTHERS_MOST + 0.01


def part(rate: float = 1.0, *, others: float = 0.0, p50: float = 0.0, p99: float = 0.0) -> Slice:
    return Slice(rate=rate, cpu=10.0, cores=1.0, others=others, p50=p50, p99=p99)


def kept(*pairs: tuple[float, float]) -> Rounds:
    return Rounds(kept=tuple({"one": part(a), "other": part(b)} for a, b in pairs), rejected=0)


def play(slices: Sequence[Slice], calls: list[str], name: str) -> Contestant:
    """Return a contestant that gives one slice after the other and notes its turns."""
    left = iter(slices)

    async def work(_seconds: float) -> Slice:
        calls.append(name)
        return next(left)

    return work


def test_the_ratio_is_the_median_of_the_rounds_ratios_and_not_the_ratio_of_medians() -> None:
    found = compare(kept((10, 100), (40, 200), (30, 60)), "one", "other")
    assert found is not None
    assert found.all == (0.1, 0.2, 0.5)
    assert found.median == 0.2


def test_by_cpu_time_the_one_that_needs_less_for_an_operation_is_ahead() -> None:
    fast, slow = part(), replace(part(), cpu=40.0)
    found = compare_cpu(Rounds(kept=({"one": fast, "other": slow},), rejected=0), "one", "other")
    assert found is not None
    assert found.median == 4


def test_an_even_number_of_rounds_has_the_middle_of_two() -> None:
    found = compare(kept((1, 10), (3, 10)), "one", "other")
    assert found is not None
    assert found.median == pytest.approx(0.2)


def test_without_a_round_that_counts_there_is_no_ratio() -> None:
    assert compare(kept(), "one", "other") is None
    assert spread(kept(), "one") is None


def test_the_spread_is_p99_by_p50_round_by_round() -> None:
    rounds = Rounds(
        kept=({"one": part(p50=2, p99=8)}, {"one": part(p50=1, p99=10)}),
        rejected=0,
    )
    found = spread(rounds, "one")
    assert found is not None
    assert (found.all, found.median) == ((4, 10), 7)


def test_one_slice_beside_which_others_worked_disturbs_its_round() -> None:
    assert not is_disturbed({"one": part(others=QUIET), "other": part(others=0)})
    assert is_disturbed({"one": part(others=0), "other": part(others=BUSY)})


async def test_a_disturbed_round_is_run_again() -> None:
    calls: list[str] = []
    one = play([part(1), part(2, others=BUSY), part(3)], calls, "one")
    found = await alternate({"one": one}, Plan(rounds=2, seconds=0))
    assert [slices["one"].rate for slices in found.kept] == [1, 3]
    assert found.rejected == 1


async def test_rounds_are_run_again_only_so_often() -> None:
    calls: list[str] = []
    one = play([part(others=BUSY)] * 9, calls, "one")
    found = await alternate({"one": one}, Plan(rounds=5, seconds=0, repeats=2))
    assert found.kept == ()
    assert found.rejected == len(calls) == 3


async def test_disturbed_rounds_can_be_kept() -> None:
    calls: list[str] = []
    one = play([part(others=BUSY)] * 2, calls, "one")
    found = await alternate({"one": one}, Plan(rounds=2, seconds=0, keep_disturbed=True))
    assert (len(found.kept), found.rejected) == (2, 0)


async def test_the_order_of_the_contestants_turns_each_round() -> None:
    calls: list[str] = []
    contestants = {name: play([part()] * 3, calls, name) for name in ("one", "other")}
    await alternate(contestants, Plan(rounds=3, seconds=0))
    assert calls == ["one", "other", "other", "one", "one", "other"]


def test_contestants_can_be_left_out_of_rounds() -> None:
    assert kept((1, 2)).only(["other"]).kept == ({"other": part(2)},)


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([], 0.5, 0.0), ([3.0], 0.99, 3.0), ([4.0, 1.0, 3.0, 2.0], 0.5, 3.0), (range(100), 0.99, 99)],
)
def test_percentiles(values: Sequence[float], share: float, expected: float) -> None:
    assert percentile(values, share) == expected
