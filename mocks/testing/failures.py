"""What a failed test says of its space: how to repeat it, what was expected, what happened."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mocks.admin.journal_views import find_nearest
from mocks.engine.clock import JST
from mocks.engine.evidence import Evidence, Verdict
from mocks.engine.exchange import WhyNot
from mocks.engine.journal import Row
from mocks.engine.oracles import list_idle_rules
from mocks.runs.report import explain, write_row
from mocks.testing.ground import Ground

SHOWN_ROWS: Final = 20


@dataclass(frozen=True, slots=True)
class Judged:
    """What a scenario's expectations came to, and the documents that nobody knows."""

    evidence: Evidence | None
    verdicts: Sequence[Verdict]
    unknown: Sequence[Row]
    over: bool

    @property
    def bad(self) -> list[Verdict]:
        """The verdicts that let a test fail: broken ones, and at the end those still open."""
        wrong = {"broken", "open"} if self.over else {"broken"}
        return [one for one in self.verdicts if one.outcome in wrong]


def explain_broken(judged: Judged) -> str:
    """Return why a test fails, empty if it does not."""
    lines: list[str] = []
    if judged.evidence is not None:
        known = {row.id: row for row in judged.evidence.rows}
        for one in judged.bad:
            lines += explain(one, known)
    for row in judged.unknown:
        lines.append("  NG どの操作でもない文書 / a document that is no act anybody knows:")
        lines.append(f"       {write_row(row)}")
    if not lines:
        return ""
    if not judged.verdicts:
        return "\n".join(lines)
    total = len(judged.verdicts)
    met = sum(one.outcome == "met" for one in judged.verdicts)
    head = f"期待 {met}/{total} / {met} of {total} expectations are met"
    return "\n".join([head, *lines])


def describe(ground: Ground, calls: Sequence[str], nodeid: str) -> str:
    """Return what the report of a failed test holds: its space, and what its system called."""
    try:
        evidence, verdicts = ground.judge(over=False)
    except Exception as error:  # noqa: BLE001  # the report of one failure must not be another
        evidence, verdicts = None, ()
        ground.troubles.append(f"{type(error).__name__}: {error}")
    judged = Judged(evidence, verdicts, (), over=False)
    return "\n".join(_describe(ground, judged, calls, nodeid))


def _describe(ground: Ground, judged: Judged, calls: Sequence[str], nodeid: str) -> Iterator[str]:
    plan, source = ground.plan, ground.source
    name = plan.scenario.id if source else "-"
    yield f"シナリオ scenario {name}  乱数の種 seed {plan.seed}  空間 space {ground.name}"
    now = ground.clock.now().astimezone(JST).isoformat(timespec="seconds")
    yield f"時計 clock {now}"
    yield f"再実行 repeat: pytest {shlex.quote(nodeid)} --mocks-seed={plan.seed}"
    if source is not None:
        yield f"見る look: pytest {shlex.quote(nodeid)} --mocks-seed={plan.seed} --mocks-keep"
    yield from (f"!! {text}" for text in ground.troubles)
    if judged.verdicts and judged.evidence is not None:
        known = {row.id: row for row in judged.evidence.rows}
        waiting = sum(one.outcome == "open" for one in judged.verdicts)
        yield (
            f"期待 expectations: 破れた broken {len(judged.bad)}, まだ決まらない open {waiting},"
            f" 全部 all {len(judged.verdicts)}"
        )
        for one in judged.bad:
            yield from explain(one, known)
        yield from _explain_rules(judged.evidence)
    yield from calls
    rows = [row for row in ground.journal.rows() if not row.is_marker]
    yield f"記録 journal, {min(SHOWN_ROWS, len(rows))} of {len(rows)} rows:"
    yield from (f"  {write_row(row)}" for row in rows[-SHOWN_ROWS:])


def _explain_rules(evidence: Evidence) -> Iterator[str]:
    """Yield which rules matched, and of those that did not what came nearest to each."""
    idle = list_idle_rules(evidence)
    matched = [rule.id for rule in evidence.scenario.rules if rule.id not in idle]
    yield f"当てはまった規則 rules that matched: {', '.join(matched) or '-'}"
    for rule in idle:
        found = _find_nearest(rule, evidence.rows)
        if found is None:
            yield f"当てはまらなかった規則 rule {rule}: 比べる記録なし / nothing to compare it with"
            continue
        row, miss = found
        yield (
            f"最も近い規則 nearest rule {rule}: #{row.id} {row.party} {row.op} で {miss.part} が"
            f"「{miss.wanted}」でなく「{miss.found}」でした"
            f" / {miss.part} wants {miss.wanted!r} and found {miss.found!r}"
        )


def _find_nearest(rule: str, rows: Sequence[Row]) -> tuple[Row, WhyNot] | None:
    misses = [(row, miss) for row in rows for miss in row.why_not if miss.rule == rule]
    nearest = find_nearest(tuple(miss for _, miss in misses))
    return next(((row, miss) for row, miss in reversed(misses) if miss == nearest), None)
