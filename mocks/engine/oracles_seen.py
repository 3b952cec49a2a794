"""Judges what must never be seen, and what must be seen in time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mocks.engine.oracles_bench import ANY_ACT, Bench, Finding, found
from mocks.engine.oracles_fit import Fit, fits_row, fits_sighting, other_exchanges, subjects_of
from mocks.engine.oracles_lack import lacking
from mocks.engine.oracles_said import word
from mocks.engine.oracles_subject import list_some, person_of, shown_by
from mocks.engine.rows import Row
from mocks.engine.scenario_expectations import Observation, Seen
from mocks.engine.sightings import Sighting

Place = tuple[int, str]  # which member, in which exchange; no exchange is any


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    """One row or sighting that may be what is described, and the rows it rests on."""

    at: datetime
    member: int
    correlation: str | None
    fit: Fit
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What an observation is held against; `rows` show that its subject came up.

    `members` are those of the crowd about whom it came up, `count` says how often it did.
    """

    hits: Sequence[_Hit]
    rows: Sequence[Row]
    members: frozenset[int]
    count: int


def judge_never(bench: Bench, wanted: Observation) -> Finding:
    """Judge what must never be seen: broken at once, met only at the end of a run that had it.

    The run had it when the subject came up: the act itself with whomever it is about, or an
    inquiry, permit or file of that person in any state, or an act from which the effect can
    follow; for a crowd, for each of its members.
    """
    look = _look(bench, wanted)
    hits = [one for one in look.hits if one.fit]
    if hits:
        rows = [row for one in hits for row in one.rows]
        return found("broken", "happened", rows, n=len(hits), at=min(one.at for one in hits))
    if not bench.over:
        return found("open", "not_yet", look.rows, n=look.count)
    unknown = sum(one.fit is None for one in look.hits)
    if unknown:
        what = "terms" if wanted.when else "moment" if wanted.between else "items"
        return found("open", "unknown", look.rows, n=unknown, what=word(what))
    lack = lacking(bench, shown_by(wanted), person_of(wanted), look.members)
    return lack or found("met", "none_of", look.rows, n=look.count)


def judge_eventually(bench: Bench, wanted: Observation) -> Finding:
    """Judge what must be seen in time, counted from the beginning of the run.

    Of a named person, it must be seen of every member and of every inquiry about them; without a
    name, once. What is seen too late counts as not seen. A run that ends before its time is up
    leaves it open.
    """
    start, within = bench.started_at, wanted.within
    deadline = bench.later(start, within, wanted.party) if within else None
    look = _look(bench, wanted)
    places = _places(bench, wanted)
    first = _first_hits(look, places)
    late = [one for one in first.values() if deadline is not None and one.at > deadline]
    rows = [row for one in first.values() for row in one.rows] or look.rows
    timely, total = len(first) - len(late), len(places)
    if timely == total:
        at = max(one.at for one in first.values())
        return found("met", "all", rows, total=total, at=at)
    if deadline is None or bench.now <= deadline:
        return found("open", "waiting", rows, n=timely, total=total)
    missing = sorted(places - first.keys())
    if missing:
        named = [f"{member} {name}".strip() for member, name in missing]
        which = list_some(named if total > 1 else [])
        return found("broken", "missing", rows, n=len(missing), total=total, which=which)
    return found("broken", "late", rows, n=len(late), total=total, at=max(one.at for one in late))


def _places(bench: Bench, wanted: Observation) -> frozenset[Place]:
    """Return of whom and in which exchanges something must be seen."""
    person = person_of(wanted)
    if person is None:
        return frozenset({(0, "")})
    exchanges: dict[int, set[str]] = defaultdict(set)
    if wanted.sut is not None and wanted.sut.inquiry is not None:
        for one in bench.seen("inquiry", person=person):
            exchanges[one.member] |= {one.correlation} if one.correlation else set()
    members = range(bench.crowd(person))
    return frozenset((member, name) for member in members for name in exchanges[member] or {""})


def _first_hits(look: _Look, places: frozenset[Place]) -> Mapping[Place, _Hit]:
    first: dict[Place, _Hit] = {}
    alone = next(iter(places)) if len(places) == 1 else None
    for one in sorted((one for one in look.hits if one.fit), key=lambda one: one.at):
        for place in ((one.member, one.correlation or ""), (one.member, "")):
            if place in places:
                first.setdefault(place, one)
        if alone == (0, ""):
            first.setdefault(alone, one)
    return first


def _look(bench: Bench, wanted: Observation) -> _Look:
    if wanted.effect is not None:
        return _look_effect(bench, wanted, wanted.effect)
    if wanted.sut is not None and wanted.op is None:
        return _look_states(bench, wanted, wanted.sut)
    return _look_acts(bench, wanted, wanted.op or ANY_ACT)


def _look_acts(bench: Bench, wanted: Observation, op: str) -> _Look:
    rows = bench.acts(op, wanted.party, wanted.person)
    others = other_exchanges(rows) if wanted.correlation else frozenset()
    hits = [
        _Hit(
            at=row.at,
            member=row.member,
            correlation=row.correlation,
            fit=fits_row(bench, wanted, row, others),
            rows=(row,),
        )
        for row in rows
    ]
    shown = bench.came_up(op, wanted.party, wanted.person)
    members = frozenset(row.member for row in shown)
    return _Look(hits=hits, rows=shown, members=members, count=len(rows))


def _look_effect(bench: Bench, wanted: Observation, effect: str) -> _Look:
    told = bench.seen("effect", effect, wanted.person)
    rows = bench.touching(effect, wanted.person)
    members = frozenset([row.member for row in rows] + [one.member for one in told])
    hits = _hits(bench, wanted, told)
    return _Look(hits=hits, rows=rows, members=members, count=len(rows))


def _look_states(bench: Bench, wanted: Observation, seen: Seen) -> _Look:
    person = person_of(wanted)
    subjects = subjects_of(seen)
    told = [one for name, what in subjects for one in bench.seen(name, what, person)]
    about = [one for name, _ in subjects for one in bench.seen(name, None, person)]
    if seen.queue is not None or seen.crash is not None:
        about += bench.seen("inquiry", person=person)
    rows = bench.rows_of(about)
    if seen.crash is not None:
        rows = [row for row in bench.rows if bench.sut in {row.party, row.peer}]
    members = frozenset([one.member for one in about])
    if seen.crash is not None and rows:
        members |= {row.member for row in rows}
    hits = _hits(bench, wanted, told)
    return _Look(hits=hits, rows=rows, members=members, count=len(about) or len(rows))


def _hits(bench: Bench, wanted: Observation, told: Sequence[Sighting]) -> Sequence[_Hit]:
    return [
        _Hit(
            at=one.at,
            member=one.member,
            correlation=one.correlation,
            fit=fits_sighting(bench, wanted, one),
            rows=tuple(bench.rows_of([one])),
        )
        for one in told
    ]
