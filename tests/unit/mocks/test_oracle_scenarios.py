"""Shipped scenarios: a right run meets every expectation, and for each there is a wrong one."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.support.evidence import (
    DAY,
    FEW,
    HOUR,
    Change,
    Run,
    run_of_shipped,
    with_small_crowds,
)

ISSUE, RECEIVE, ANSWER = "permit.issue", "inquiry.receive", "inquiry.answer"
SEND, ACCEPTED = "inquiry.send", "inquiry.answer.accepted"
DOWN = ("then-down:down@before_effect",)
HIDDEN = {
    "p1": {"address": ["見本県架空市1-2-3"], "municipality_code": ["991015"], "phone": ["000-1234"]}
}


def asked(run: Run, *, at: float) -> Run:
    """Note that one person was asked about and the inquiry answered at an instant."""
    run.act(ISSUE, "core", at=1, decoded=terms(run, 0, 600))
    run.act(SEND, at=1).act(RECEIVE, "prov", at=1)
    run.act(ANSWER, "prov", at=at).see("inquiry", "accepted", at=0)
    return run.see("inquiry", "answered", at=at).see("effect", "answer_applied", at=at)


def terms(run: Run, nbf: float, exp: float) -> dict[str, str]:
    """Return what the journal shows of a permit; seconds count from the beginning."""
    spans = {"nbf": nbf, "exp": exp}
    return {
        name: (run.started_at + timedelta(seconds=span)).isoformat() for name, span in spans.items()
    }


def looked(run: Run, *surfaces: str) -> Run:
    for surface in surfaces:
        run.see("text", surface, text="回答はありません")
    run.hidden = HIDDEN
    return run


def measured(run: Run, value: float = 100, person: str = "p1") -> Run:
    return run.see("metric", "response_time_ms", person=person, value=value)


def s01(run: Run) -> Run:
    run.act(ISSUE, "core", at=0, decoded=terms(run, 0, 60)).act(SEND, at=0)
    run.act(RECEIVE, "prov", at=61, outcome="permit.expired")
    run.act(ISSUE, "core", at=62, decoded=terms(run, 62, 122)).act(SEND, at=62)
    run.act(RECEIVE, "prov", at=62).act(ANSWER, "prov", at=62)
    return run.see("inquiry", "answered", at=63).see("effect", "answer_applied", at=63)


def s02(run: Run) -> Run:
    run.act("symbol.acquire", "core", outcome="symbol.not_found", correlation=None)
    reason = {"reason": "symbol.not_acquired", "fix_by": "operator"}
    run.see("inquiry", "failed", at=2, correlation=None, **reason)
    return run.see("audit", "inquiry_failed", at=2)


def s03(run: Run) -> Run:
    run.act(SEND, at=61).act(RECEIVE, "prov", at=61, outcome="provider.closed")
    opening = 6 * DAY + 15 * HOUR + 16 * 60  # January 4, 8:30
    run.act(SEND, at=opening + 2).act(RECEIVE, "prov", at=opening + 2)
    for member in range(FEW):
        name = f"c{member}"
        run.see("inquiry", "accepted", at=660, person="late", member=member, correlation=name)
        at = opening + 3
        run.see("inquiry", "answered", at=at, person="late", member=member, correlation=name)
    return run


def s04(run: Run) -> Run:
    run.act(SEND).act(RECEIVE, "prov", outcome="held").see("inquiry", "held")
    run.act("inquiry.status", "prov", at=HOUR, times=24)
    return asked(run, at=5 * DAY)


def s05(run: Run) -> Run:
    run.act(ANSWER, "prov", faults=("dup:duplicate@after_response",))
    run.see("effect", "answer_applied").see("inquiry", "answered")
    run.see("alarm", "duplicate_with_different_body", at=2 * DAY)
    return run.act("ack", at=2, times=4)


def s06(run: Run) -> Run:
    run.act(ISSUE, "core", at=0, faults=("apply-then-reset:reset@after_effect",))
    for second in (1, 3, 10, 60, 200, 500):
        run.act(ISSUE, "core", at=second, faults=DOWN, outcome="not_done")
    run.act(ISSUE, "core", at=601).see("effect", "permit_in_use", at=601)
    return run.see("inquiry", "accepted", at=0).see("inquiry", "answered", at=602)


def s10(run: Run) -> Run:
    asked(run, at=2 * HOUR)
    measured(measured(run), 110, "control").see("audit", "access_denied_or_masked")
    surfaces = ("sut_api", "sut_ui", "sut_logs", "sut_export", "history", "error_messages")
    return looked(run, *surfaces)


def s12(run: Run) -> Run:
    run.act(ISSUE, "core", at=0, decoded=terms(run, 90, 210)).see("permit", "denied", at=1)
    run.act(ISSUE, "core", at=31, decoded=terms(run, 90, 210)).see("permit", "accepted", at=31)
    run.act(ISSUE, "core", at=40, decoded=terms(run, 31, 32), correlation="c2")
    run.see("permit", "denied", at=40, correlation="c2").see("alarm", "clock_skew", value=90)
    return run.act(SEND, at=120)


def s13(run: Run) -> Run:
    run.see("metric", "waiting", party="core", value=200_000).see("alarm", "batch_over_limit")
    for member in range(FEW):
        name = f"c{member}"
        run.see("inquiry", "accepted", person="crowd", member=member, correlation=name)
        run.see("inquiry", "answered", at=DAY, person="crowd", member=member, correlation=name)
        run.see("metric", "wait_seconds", person="urgent", member=member, value=600)
    return run


def s14(run: Run) -> Run:
    run.see("alarm", "replica_differs", at=2 * HOUR)
    run.see("audit", "replica_compared", at=2 * HOUR, person=None)
    for member in range(FEW):
        name = f"c{member}"
        run.act(SEND, "first", at=2 * DAY, person="asked", member=member, correlation=name)
        run.see("inquiry", "answered", at=3 * DAY, person="asked", member=member, correlation=name)
    return run


def s15(run: Run) -> Run:
    run.act(SEND).act(ANSWER, "prov", decoded={"items": ["total_income", "fixed_asset_tax"]})
    run.see("inquiry", "failed", reason="answer.items", fix_by="peer")
    run.see("alarm", "unrequested_item").see("audit", "answer_refused")
    decoded = {"items": ["total_income"]}
    return run.act(ANSWER, at=600, decoded=decoded, person="p2", correlation="c2")


def s16(run: Run) -> Run:
    for person, name in (("p1", "c1"), ("control", "c2")):
        run.act(SEND, "asker", person=person, correlation=name)
        run.see("inquiry", "not_provided", at=900, person=person, correlation=name)
        measured(run, 900_000, person)
    run.see("audit", "provision_refused")
    return looked(run, "answer", "error_messages", "history", "sut_logs")


def s17(run: Run) -> Run:
    run.act(RECEIVE, "prov", at=HOUR, outcome="provider.closed")
    monday = 2 * DAY + 15 * HOUR + 10 * 60
    for member in range(FEW):
        said: dict[str, Any] = {"person": "crowd", "member": member, "correlation": f"c{member}"}
        run.act(SEND, at=HOUR, **said).act(SEND, at=monday + member, **said)
        run.see("inquiry", "answered", at=monday + member, **said)
    return run.see("metric", "open_exchanges", party="prov", value=42)


RIGHT: dict[str, Change] = {
    "S01": s01,
    "S02": s02,
    "S03": s03,
    "S04": s04,
    "S05": s05,
    "S06": s06,
    "S10": s10,
    "S12": s12,
    "S13": s13,
    "S14": s14,
    "S15": s15,
    "S16": s16,
    "S17": s17,
}


def without(*names: str) -> Change:
    return lambda run: run.without(*names)


def told(text: str, surface: str) -> Change:
    return lambda run: run.see("text", surface, text=text)


# For every expectation, in order: the smallest thing that makes it wrong.
WRONG: dict[str, Sequence[Change]] = {
    "S01": [
        lambda run: run.act(ISSUE, "core", at=70),
        lambda run: run.act(ACCEPTED, at=61).act(RECEIVE, "prov", at=61),
        without("answered"),
    ],
    "S02": [
        lambda run: run.act("symbol.acquire", "core", at=9, correlation=None),
        without("failed"),
        without("inquiry_failed"),
    ],
    "S03": [
        lambda run: run.act(SEND, at=DAY),
        without("answered"),
        lambda run: run.act(SEND, at=6 * DAY + 15 * HOUR + 16 * 60, times=11),
    ],
    "S04": [
        without("answered"),
        lambda run: run.act(SEND, at=DAY, correlation="c2"),
        lambda run: run.act("inquiry.status", "prov", at=HOUR),
        lambda run: run.see("inquiry", "expired", reason="answer.timeout"),
    ],
    "S05": [
        lambda run: run.see("effect", "answer_applied", at=3),
        lambda run: run.without("ack").act("ack", times=2),
        without("duplicate_with_different_body"),
    ],
    "S06": [
        lambda run: run.see("effect", "permit_in_use", at=602),
        lambda run: run.act(ISSUE, "core", at=100, faults=DOWN),
        without("answered"),
        lambda run: run.see("queue", "lost"),
    ],
    "S10": [
        told("見本県架空市１−２−３", "history"),  # noqa: RUF001  # another width tells as much
        lambda run: run.see("inquiry", "held"),
        without("access_denied_or_masked"),
        lambda run: measured(run.without("metric"), 131).see(
            "metric", "response_time_ms", person="control", value=100
        ),
    ],
    "S12": [
        lambda run: run.see("permit", "accepted", at=211),
        lambda run: run.see("permit", "accepted", at=29),
        lambda run: run.see("permit", "denied", at=30),
        without("clock_skew"),
        lambda run: run.see("crash", "139"),
    ],
    "S13": [
        lambda run: run.see("metric", "waiting", party="core", value=200_001),
        without("batch_over_limit"),
        lambda run: run.see("metric", "wait_seconds", person="urgent", value=601),
        lambda run: run.see("inquiry", "sent", person="crowd", member=1, correlation="d1"),
        lambda run: run.see("queue", "lost", person="crowd"),
    ],
    "S14": [
        without("replica_differs"),
        without("replica_compared"),
        lambda run: run.see("effect", "outdated_value_provided", person="asked"),
        lambda run: run.see("inquiry", "sent", person="asked", member=2, correlation="d2"),
    ],
    "S15": [
        lambda run: run.without("failed").see("inquiry", "answered"),
        lambda run: run.see("effect", "item_kept", items=("fixed_asset_tax",)),
        without("unrequested_item"),
        without("answer_refused"),
        lambda run: run.act(SEND, at=9),
        lambda run: run.act(ANSWER, person="p2", decoded={"items": ["fixed_asset_tax"]}),
    ],
    "S16": [
        lambda run: run.without("not_provided"),
        lambda run: run.without("not_provided"),
        lambda run: measured(run.without("metric"), 60_000).see(
            "metric", "response_time_ms", person="control", value=900_000
        ),
        told('{"reason":"支援措置"}', "answer"),
        lambda run: run.see("inquiry", "held"),
        without("provision_refused"),
    ],
    "S17": [
        lambda run: run.act(SEND, at=DAY),
        lambda run: run.act(SEND, at=2 * DAY + 15 * HOUR + 10 * 60 + 30, times=11),
        lambda run: run.see("metric", "open_exchanges", party="prov", value=43),
        lambda run: run.act(SEND, at=3 * DAY, correlation="c2", times=5),
        lambda run: run.see("inquiry", "sent", person="crowd", member=2, correlation="d2"),
    ],
}


def right(name: str) -> Run:
    return RIGHT[name](with_small_crowds(run_of_shipped(name)))


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_run_meets_every_expectation(name: str) -> None:
    verdicts = right(name).judge()
    assert {one.outcome for one in verdicts} == {"met"}, [
        one.said_en for one in verdicts if one.outcome != "met"
    ]


@pytest.mark.parametrize("name", RIGHT)
def test_nothing_is_met_where_nothing_happened(name: str) -> None:
    verdicts = with_small_crowds(run_of_shipped(name)).judge()
    assert all(one.outcome != "met" for one in verdicts)


@pytest.mark.parametrize(
    ("name", "index", "change"),
    [
        pytest.param(name, index, change, id=f"{name} {index}")
        for name, changes in WRONG.items()
        for index, change in enumerate(changes)
    ],
)
def test_every_expectation_has_a_wrong_run_that_it_finds(
    name: str, index: int, change: Change
) -> None:
    verdict = change(right(name)).judge()[index]
    assert verdict.outcome == "broken", verdict.said_en


def test_every_expectation_is_among_them() -> None:
    listed = {name: len(changes) for name, changes in WRONG.items()}
    assert listed == {name: len(run_of_shipped(name).scenario.expect) for name in RIGHT}
