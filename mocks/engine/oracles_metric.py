"""Judges how large a measured value was, and how much two people differ by it."""

from collections.abc import Mapping
from statistics import median
from typing import Final

from mocks.engine.oracles_bench import Bench, Finding, found
from mocks.engine.oracles_lack import lacking
from mocks.engine.oracles_said import Value
from mocks.engine.oracles_subject import act
from mocks.engine.scenario_expectations import Count
from mocks.engine.sightings import Sighting
from mocks.engine.vocabulary import Word, load_vocabulary

RESOLUTION_MS: Final = 2.0  # what two medians may differ by whoever it is: noise of a machine


def judge_metric(bench: Bench, count: Count) -> Finding:
    """Judge measured values: each must be within the bounds, of every member of a crowd.

    `max_ratio` compares the medians of two people, in both directions: who is answered sooner
    tells as much as who is answered later. Times that differ by less than the resolution are the
    same. Nothing that was not measured is ever met.
    """
    measured = _measured(bench, count, count.person)
    values = [one.value for one in measured if one.value is not None]
    rows = bench.rows_of(measured)
    outside = bench.rows_of(wrong := [one for one in measured if _is_outside(one, count)])
    if wrong:
        return found("broken", "value", outside, low=min(values), high=max(values), n=len(values))
    if not bench.over:
        return found("open", "not_yet", rows, n=len(values))
    lack = lacking(bench, metric(count), count.person, frozenset(one.member for one in measured))
    if lack is not None and lack.said != "lost":  # figures do not come from the journal
        return lack
    if count.compare_to is not None and count.max_ratio is not None:
        return _compare(bench, count, count.compare_to, count.max_ratio)
    return found("met", "value", rows, low=min(values), high=max(values), n=len(values))


def metric(count: Count) -> Word:
    """Return what a measured value is called."""
    return load_vocabulary().metric.get(count.metric or "") or act(count.metric or "")


def _measured(bench: Bench, count: Count, person: str | None) -> list[Sighting]:
    return [
        one
        for one in bench.seen("metric", count.metric, person)
        if one.value is not None and count.party in {None, one.party}
    ]


def _is_outside(one: Sighting, count: Count) -> bool:
    if one.value is None:
        return False
    low = count.min is not None and one.value < count.min
    return low or (count.max is not None and one.value > count.max)


def _compare(bench: Bench, count: Count, other: str, most: float) -> Finding:
    mine, control = (_measured(bench, count, name) for name in (count.person, other))
    if not control:
        return found("open", "not_looked", what=Word(ja=other, en=other))
    first, second = (median(one.value or 0.0 for one in some) for some in (mine, control))
    low, high = sorted((first, second))
    alike = high - low <= (RESOLUTION_MS if (count.metric or "").endswith("_ms") else 0.0)
    ratio = 1.0 if alike else high / low if low > 0 else float("inf")
    rows = bench.rows_of([*mine, *control])
    figures = {"value": first, "control": second, "ratio": round(ratio, 3)}
    names = {"person": count.person or "", "other": other}
    values: Mapping[str, Value] = {**figures, **names}
    return found("broken" if ratio > most else "met", "ratio", rows, **values)
