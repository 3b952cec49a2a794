"""Judges expectations on the evidence of a run."""

from collections.abc import Sequence

from mocks.engine.evidence import Evidence, Verdict
from mocks.engine.scenario_expectations import Expectation


def judge(
    expectations: Sequence[Expectation], evidence: Evidence, *, over: bool
) -> tuple[Verdict, ...]:
    """Return one verdict for each expectation, in order; `over` says that the run has ended.

    While a run goes on, what may still change is open. At its end, only what has nothing to judge
    or lacks a part of its evidence is open, and whoever runs scenarios counts that as not passed.
    """
    end = "nothing to judge" if over else f"not judged at {evidence.now.isoformat()}"
    return tuple(_open(at, one, end) for at, one in enumerate(expectations))


def _open(index: int, expectation: Expectation, said: str) -> Verdict:
    return Verdict(
        index=index,
        kind=expectation.kind,
        outcome="open",
        said_ja="まだ判定していません",
        said_en=said,
        why=expectation.why,
    )
