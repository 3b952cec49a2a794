"""Judges expectations on the evidence of a run: met, broken, or open, and why.

| kind | broken | met |
| --- | --- | --- |
| `count` | too many: at once; too few: when time is over | `min` when reached, else at the end |
| `never` | at once | at the end |
| `eventually` | after its time | as soon as all of it is seen |
| `exactly_once` | twice: at once; not at all: at the end | at the end |
| `order` | at once; a missing act: at the end | when all acts came |
| `no_disclosure` | at once | at the end |
| `audit`, `alarm` | missing at the end or after its time | as soon as it is seen |

**Nothing passes that had nothing to judge.** What holds only because it did not happen (`never`,
`max`, `no_disclosure`) is met only if its subject came up in the run: the act with the party and
the person that are named (or, for acts nobody has to do, such as asking for a status, what they
would follow); an inquiry, permit or file of that person in whatever state; an act from which the
effect can follow; a fault, an instant or a clock that the expectation hangs on. For a crowd it must
have come up for every member. Otherwise it stays open at the end, as it does when the journal had
to let rows go, and says what is lacking; whoever runs scenarios counts that as not passed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mocks.engine.evidence import Evidence, Verdict
from mocks.engine.oracles_bench import Bench, Finding
from mocks.engine.oracles_count import judge_count
from mocks.engine.oracles_expected import expected
from mocks.engine.oracles_metric import judge_metric
from mocks.engine.oracles_once import judge_exactly_once, judge_order
from mocks.engine.oracles_raised import judge_alarm, judge_audit
from mocks.engine.oracles_said import fill, load_texts
from mocks.engine.oracles_seen import judge_eventually, judge_never
from mocks.engine.oracles_texts import judge_no_disclosure
from mocks.engine.rows import Row
from mocks.engine.scenario_expectations import Count, Expectation
from mocks.engine.vocabulary import Word

MOST_ROWS: Final = 50


def judge(
    expectations: Sequence[Expectation], evidence: Evidence, *, over: bool
) -> tuple[Verdict, ...]:
    """Return one verdict for each expectation, in order; `over` says that the run has ended.

    While a run goes on, what may still change is open, and what is broken stays broken. At its end,
    only what has nothing to judge, or lacks a part of its evidence, or ends before its time is
    open; whoever runs scenarios counts that as not passed.
    """
    bench = Bench(evidence, over=over)
    return tuple(_verdict(bench, at, one) for at, one in enumerate(expectations))


def list_idle_rules(evidence: Evidence) -> tuple[str, ...]:
    """Return the rules of the scenario that matched nothing in the run, in order.

    They are no failure (a system may notice by itself what a rule would have told it), but what
    they were to provoke was not tried.
    """
    matched = {rule for row in evidence.rows for rule in row.matched}
    return tuple(rule.id for rule in evidence.scenario.rules if rule.id not in matched)


def _verdict(bench: Bench, index: int, expectation: Expectation) -> Verdict:
    kind = expectation.kind
    finding = _JUDGES[kind](bench, getattr(expectation, kind))
    said = _said(expectation, finding)
    return Verdict(
        index=index,
        kind=kind,
        outcome=finding.outcome,
        rows=_ids(bench, finding.rows),
        said_ja=said.ja,
        said_en=said.en,
        why=expectation.why,
    )


def _ids(bench: Bench, rows: Sequence[Row]) -> tuple[int, ...]:
    """Return the rows to show, by number; what only follows shows the rows of its exchange."""
    named = {row.correlation for row in rows if not row.id and row.correlation}
    implied = [row for name in named for row in bench.by_correlation[name]]
    return tuple(sorted({row.id for row in (*rows, *implied)} - {0}))[:MOST_ROWS]


def _said(expectation: Expectation, finding: Finding) -> Word:
    seen = fill(load_texts().seen[finding.said], finding.values)
    return fill(load_texts().expected["pair"], {"expected": expected(expectation), "seen": seen})


def _count(bench: Bench, count: Count) -> Finding:
    return judge_count(bench, count) if count.op is not None else judge_metric(bench, count)


# Each function takes the value of its own kind, which no common type describes.
_Judge = Callable[[Bench, Any], Finding]
_JUDGES: Final[Mapping[str, _Judge]] = {
    "count": _count,
    "never": judge_never,
    "eventually": judge_eventually,
    "exactly_once": judge_exactly_once,
    "order": judge_order,
    "no_disclosure": judge_no_disclosure,
    "audit": judge_audit,
    "alarm": judge_alarm,
}
