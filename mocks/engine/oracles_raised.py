"""Judges what must be recorded or raised: entries of the audit log, and alarms."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from mocks.engine.durations import Duration
from mocks.engine.oracles_bench import Bench, Finding, found, text_of
from mocks.engine.oracles_fit import holds
from mocks.engine.oracles_said import word
from mocks.engine.oracles_subject import list_some
from mocks.engine.rows import Row
from mocks.engine.scenario_expectations import Alarm, Audit
from mocks.engine.scenario_rules import Fault
from mocks.engine.vocabulary import Word, load_vocabulary

OLD_VALUE = "old_value"  # among the items of an audit entry that keeps what was there before


def judge_audit(bench: Bench, audit: Audit) -> Finding:
    """Judge what the audit log must hold: met as soon as it does, for every member of a crowd.

    At the end a missing entry breaks it, unless nothing at all came up about the person.
    """
    seen = bench.seen("audit", audit.event, audit.person)
    kept = [one for one in seen if OLD_VALUE in one.items or not audit.keeps_old_value]
    total = bench.crowd(audit.person)
    members = {one.member for one in kept} if audit.person else set(range(min(len(kept), 1)))
    rows = bench.rows_of(kept)
    if len(members) >= total:
        return found("met", "raised", rows, n=len(kept), at=kept[0].at)
    if not bench.over:
        return found("open", "waiting", rows, n=len(members), total=total)
    if not bench.is_about(audit.person):
        person = audit.person
        return found(
            "open", "nothing", what=Word(ja=person, en=person) if person else word("anything")
        )
    missing = sorted(set(range(total)) - members)
    which = list_some(map(str, missing) if total > 1 else [])
    return found("broken", "missing", rows, n=len(missing), total=total, which=which)


def judge_alarm(bench: Bench, alarm: Alarm) -> Finding:
    """Judge an alarm: met when it is raised in time, broken when it is late, or never came.

    With a reason (`when: body_differs`, or a clock that is wrong by more than `over`), one that is
    raised without it is broken too. Where the reason did not come up, a repeat with the same body
    must have passed without an alarm, and without a clock that is wrong there is nothing to judge.
    """
    raised = bench.seen("alarm", alarm.kind)
    if alarm.when is not None and not alarm.when.signs:
        differs = first_difference(bench)
        if differs is None:
            return _without_reason(bench, [one.at for one in raised])
        return _raised(bench, alarm, differs)
    if alarm.over is not None:
        limit = alarm.over.span.total_seconds()
        small = [one.at for one in raised if one.value is not None and abs(one.value) <= limit]
        if small:
            return found("broken", "false_alarm", n=len(small), at=small[0])
        if not _is_skewed(bench, alarm.over) and not raised:
            said = "nothing" if bench.over else "not_yet"
            return found("open", said, what=word("skew"), n=0)
    return _raised(bench, alarm, bench.started_at)


def _raised(bench: Bench, alarm: Alarm, start: datetime) -> Finding:
    deadline = bench.later(start, alarm.within) if alarm.within is not None else None
    told = [
        one
        for one in bench.seen("alarm", alarm.kind)
        if alarm.when is None or not alarm.when.signs or holds(bench, alarm.when, one)
    ]
    timely = [one for one in told if deadline is None or one.at <= deadline]
    if timely:
        return found("met", "raised", bench.rows_of(timely), n=len(timely), at=timely[0].at)
    past = deadline is not None and bench.now > deadline
    if not past and (deadline is not None or not bench.over):
        return found("open", "waiting", n=0, total=1)
    if not bench.is_about(None):
        return found("open", "nothing", what=word("anything"))
    if told:
        return found("broken", "late", bench.rows_of(told), n=1, total=1, at=told[0].at)
    return found("broken", "absent")


def _without_reason(bench: Bench, raised: Sequence[datetime]) -> Finding:
    repeats = _repeats(bench)
    if raised:
        return found("broken", "false_alarm", repeats, n=len(raised), at=raised[0])
    if not bench.over:
        return found("open", "not_yet", repeats, n=len(repeats))
    if not repeats:
        return found("open", "nothing", what=word("repeat"))
    return found("met", "no_false_alarm", repeats, n=len(repeats))


def first_difference(bench: Bench) -> datetime | None:
    """Return when a message first came again with another body, or None.

    Either a fault of the scenario says so (`duplicate` with `vary: [body]`), or two rows carry the
    same message id and different digests.
    """
    varied = [row.at for row in bench.rows for one in _faults(bench, row) if "body" in one.vary]
    digests: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in _coming(bench):
        named, digest = text_of(row, "message_id"), text_of(row, "digest")
        if named and digest:
            known = digests[row.op or "", named]
            known.add(digest)
            if len(known) > 1:
                varied.append(row.at)
    return min(varied, default=None)


def _repeats(bench: Bench) -> Sequence[Row]:
    """Return the acts whose message came more than once."""
    by_name: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in _coming(bench):
        named = text_of(row, "message_id")
        if named:
            by_name[row.op or "", named].append(row)
    several = {row.id for rows in by_name.values() if len(rows) > 1 for row in rows}
    return [row for row in bench.rows if _faults(bench, row) or row.id in several]


def _coming(bench: Bench) -> Sequence[Row]:
    """Return the acts of others that go out, and so come to the system under test."""
    sending = {name for name, op in load_vocabulary().op.items() if op.sends}
    return [row for row in bench.rows if row.op in sending and row.party != bench.sut]


def _faults(bench: Bench, row: Row) -> Sequence[Fault]:
    """Return the faults of the scenario that made the message of a row come again."""
    named = {one.partition(":")[0] for one in row.faults if ":duplicate@" in one}
    rules = [rule for rule in bench.scenario.rules if rule.id in named]
    return [one for rule in rules for one in rule.fault if one.kind == "duplicate"]


def _is_skewed(bench: Bench, over: Duration) -> bool:
    parties = [abs(one.clock_offset.span) for one in bench.scenario.parties.values()]
    faults = [one for rule in bench.scenario.rules for one in rule.fault if one.step is not None]
    steps = [abs(one.step.span) for one in faults if one.step is not None]
    return max([*parties, *steps], default=timedelta()) > abs(over.span)
