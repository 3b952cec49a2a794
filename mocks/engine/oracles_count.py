"""Judges how often an act happened."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mocks.engine.durations import Duration
from mocks.engine.oracles_bench import ANY_ACT, Bench, Finding, found, is_refused
from mocks.engine.oracles_fit import other_exchanges
from mocks.engine.oracles_lack import gone, lacking
from mocks.engine.oracles_said import fill, join, load_texts, word
from mocks.engine.oracles_subject import act, list_some
from mocks.engine.rows import Row
from mocks.engine.scenario_expectations import Count
from mocks.engine.vocabulary import Word

_UNITS: Final = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tally:
    """How many acts there were at most in one exchange and stretch of time, and which."""

    number: int
    rows: Sequence[Row]
    name: str = ""


def judge_count(bench: Bench, count: Count) -> Finding:
    """Judge how often an act happened: too often breaks at once, too rarely when time is over.

    `max` holds for every exchange (`correlation: same`), in every stretch of time (`per`); `min`
    is reached when one of them reaches it. At the end, "at most" is met only if the act came up
    with whoever is named, or, for acts nobody has to do, what they would follow; a fault that is
    named must have happened, and the time to count in must have begun.
    """
    start = bench.moment(count.after) if count.after is not None else bench.started_at
    if start is None:
        return found("open", "nothing" if bench.over else "not_yet", what=word("moment"), n=0)
    end = bench.later(start, count.within, count.party) if count.within else None
    rows = _counted(bench, count, start, end)
    groups = _groups(count, rows)
    most = max(groups, key=lambda one: one.number, default=_Tally(number=0, rows=()))
    over = bench.over or (end is not None and bench.now >= end)
    broken = _exceeded(bench, count, groups) or _burst(count, rows)
    if broken:
        return broken
    if count.min is not None and most.number < count.min:
        return _too_few(bench, count, most, over=over)
    if not over and not (count.min is not None and count.max is None and count.max_rate is None):
        return found("open", "window" if end else "not_yet", rows, n=len(rows))
    return _end(bench, count, start, most, rows)


def _counted(bench: Bench, count: Count, start: datetime, end: datetime | None) -> Sequence[Row]:
    rows = bench.acts(count.op or ANY_ACT, count.party, count.person)
    if count.correlation == "other":
        others = other_exchanges(rows)
        rows = [row for row in rows if row.correlation in others]
    if count.result is not None:
        rows = [row for row in rows if is_refused(row) == (count.result == "error")]
    if count.after is not None or end is not None:
        rows = [row for row in rows if start <= row.at and (end is None or row.at < end)]
    return _during(bench, count.during, rows) if count.during is not None else rows


def _during(bench: Bench, kind: str, rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows that a fault of a kind met, or that lie between two that it met.

    Each rule is a fault of its own.
    """
    spans = [(times[0], times[-1]) for times in faults_of(bench, kind).values()]
    return [
        row
        for row in rows
        if any(one_kind == kind for _, one_kind in _named(row))
        or any(first < row.at < last for first, last in spans)
    ]


def faults_of(bench: Bench, kind: str) -> Mapping[str, Sequence[datetime]]:
    """Return when a fault of a kind met an act, in order, by rule."""
    found_at: dict[str, list[datetime]] = defaultdict(list)
    for row in bench.rows:
        for rule, one_kind in _named(row):
            if one_kind == kind:
                found_at[rule].append(row.at)
    return found_at


def _named(row: Row) -> Sequence[tuple[str, str]]:
    """Return rule and kind of each fault of a row, which are written `rule:kind@point`."""
    parts = [one.partition("@")[0].rpartition(":") for one in row.faults]
    return [(rule, kind) for rule, _, kind in parts]


def _groups(count: Count, rows: Sequence[Row]) -> Sequence[_Tally]:
    if count.correlation != "same":
        return [_Tally(number=len(rows), rows=rows)]
    by_name: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.correlation is not None:
            by_name[row.correlation].append(row)
    return [_Tally(number=len(some), rows=some, name=name) for name, some in by_name.items()]


def _exceeded(bench: Bench, count: Count, groups: Sequence[_Tally]) -> Finding | None:
    if count.max is None:
        return None
    worst = [_densest(bench, one, count.per) if count.per else one for one in groups]
    most = max(worst, key=lambda one: one.number, default=None)
    if most is None or most.number <= count.max:
        return None
    return found("broken", "too_many", most.rows, n=most.number, which=list_some([most.name]))


def _densest(bench: Bench, tally: _Tally, per: Duration) -> _Tally:
    """Return the stretch of time, from one of the acts on, with the most of them."""
    best = _Tally(number=0, rows=())
    last = 0
    for first, row in enumerate(tally.rows):
        end = bench.later(row.at, per, row.party)
        while last < len(tally.rows) and tally.rows[last].at < end:
            last += 1
        if last - first > best.number:
            best = _Tally(number=last - first, rows=tally.rows[first:last], name=tally.name)
    return best


def _burst(count: Count, rows: Sequence[Row]) -> Finding | None:
    """Return that a rate was exceeded in any second, minute or hour, from one of the acts on."""
    if count.max_rate is None:
        return None
    number, _, unit = count.max_rate.partition("/")
    last = best = 0
    dense: Sequence[Row] = ()
    for first, row in enumerate(rows):
        while last < len(rows) and rows[last].at < row.at + _UNITS[unit]:
            last += 1
        if last - first > best:
            best, dense = last - first, rows[first:last]
    if best <= int(number):
        return None
    said = fill(load_texts().unit[f"rate_{unit}"], {"n": best})
    return found("broken", "rate", dense, value=said, at=dense[0].at)


def _too_few(bench: Bench, count: Count, most: _Tally, *, over: bool) -> Finding:
    if not over:
        return found("open", "waiting", most.rows, n=most.number, total=count.min or 0)
    if not bench.is_about(count.person):
        return found("open", "nothing", what=_what(count))
    missing = gone(bench, most.rows)
    return missing or found(
        "broken", "too_few", most.rows, n=most.number, which=list_some([most.name])
    )


def _end(bench: Bench, count: Count, start: datetime, most: _Tally, rows: Sequence[Row]) -> Finding:
    if count.max is None and count.max_rate is None:
        return found("met", "within", most.rows, n=most.number, which=list_some([most.name]))
    shown = bench.came_up(count.op or ANY_ACT, count.party, count.person)
    if count.during is not None and not faults_of(bench, count.during):
        return found("open", "nothing", what=Word(ja=count.during, en=count.during))
    if count.correlation is not None and rows and all(row.correlation is None for row in rows):
        return found("open", "unknown", rows, n=len(rows), what=word("correlation"))
    if bench.now <= start and count.after is not None:
        return found("open", "window", rows, n=0)
    members = frozenset(row.member for row in shown)
    lack = lacking(bench, _what(count), count.person, members)
    return lack or found(
        "met", "within", rows or shown, n=most.number, which=list_some([most.name])
    )


def _what(count: Count) -> Word:
    ops = (count.op or ANY_ACT, *load_texts().instead.get(count.op or "", ()))
    return join(map(act, ops))
