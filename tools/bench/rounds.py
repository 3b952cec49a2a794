"""Rounds of alternating slices: which count, and the median of their ratios.

Speeds of one machine drift within minutes, so only slices of one round are compared. A round in
which other processes took more than a tenth of a core says nothing and is run again.
"""

import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

OTHERS_MOST = 0.1  # cores


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What one contestant did in one slice.

    `rate` is operations per second, `cpu` microseconds of CPU of the measured process for each,
    `cores` what that process used, `others` what processes outside the benchmark used; `p50` and
    `p99` are seconds from when an operation was due until it was done, `memory` the bytes that
    process had resident at most; 0 where nobody looked.
    """

    rate: float
    cpu: float
    cores: float
    others: float
    p50: float = 0.0
    p99: float = 0.0
    memory: int = 0


Round = Mapping[str, Slice]  # by contestant
Contestant = Callable[[float], Awaitable[Slice]]  # works for so many seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long to measure: rounds that count, seconds of a slice, rounds that may be run again.

    `rows` has the longer batch of P7, which takes the time it takes; `records` has the file of P3,
    and P3c streams a file of so many `megabytes`. With `keep_disturbed` every round counts, for
    development on a shared machine.
    """

    rounds: int = 5
    seconds: float = 3.0
    repeats: int = 15
    rows: int = 10_000
    records: int = 200_000
    megabytes: int = 1000
    keep_disturbed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """The rounds that count, and how many were rejected."""

    kept: tuple[Round, ...]
    rejected: int

    def values(self, name: str) -> list[Slice]:
        """Return the slices of a contestant, round by round."""
        return [one[name] for one in self.kept]

    def only(self, names: Sequence[str]) -> "Rounds":
        """Return the same rounds with some contestants left out."""
        kept = tuple({name: one[name] for name in names} for one in self.kept)
        return Rounds(kept=kept, rejected=self.rejected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """The median of per-round ratios, and all of them."""

    median: float
    all: tuple[float, ...]


def is_disturbed(one: Round) -> bool:
    """Return whether other processes took part in any slice of a round."""
    return any(part.others > OTHERS_MOST for part in one.values())


async def alternate(contestants: Mapping[str, Contestant], plan: Plan) -> Rounds:
    """Return rounds in each of which every contestant had its slice; the order turns each time."""
    kept: list[Round] = []
    rejected = turn = 0
    names = list(contestants)
    while len(kept) < plan.rounds and rejected <= plan.repeats:
        order = names if turn % 2 == 0 else names[::-1]
        turn += 1
        done = {name: await contestants[name](plan.seconds) for name in order}
        if is_disturbed(done) and not plan.keep_disturbed:
            rejected += 1
        else:
            kept.append(done)
    return Rounds(kept=tuple(kept), rejected=rejected)


def compare(rounds: Rounds, one: str, other: str) -> Ratio | None:
    """Return how the rate of `one` stands to that of `other`, or None without any round."""
    return _ratio([found[one].rate / found[other].rate for found in rounds.kept])


def compare_cpu(rounds: Rounds, one: str, other: str) -> Ratio | None:
    """Return the same by CPU time for an operation: steadier where others disturb."""
    return _ratio([found[other].cpu / found[one].cpu for found in rounds.kept if found[one].cpu])


def spread(rounds: Rounds, name: str) -> Ratio | None:
    """Return p99 / p50 of a contestant, or None without any round."""
    return _ratio([found[name].p99 / found[name].p50 for found in rounds.kept])


def _ratio(ratios: Sequence[float]) -> Ratio | None:
    return Ratio(median=statistics.median(ratios), all=tuple(ratios)) if ratios else None


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of `values` lie, 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
