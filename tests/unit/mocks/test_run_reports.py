"""How a run is reported, and what a journal shows of the system under test."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mocks.engine.evidence import Outcome, Verdict
from mocks.engine.journal import Row
from mocks.engine.loading import load_scenario
from mocks.runs.derived import derive
from mocks.runs.plan import RunPlan, plan_run
from mocks.runs.report import RunReport
from mocks.scenarios.library import find_shipped
from permitlists import load_institutions

AT = datetime(2027, 6, 1, 1, 0, tzinfo=UTC)


def verdict(outcome: Outcome) -> Verdict:
    return Verdict(
        index=0, kind="never", outcome=outcome, rows=(7,), said_ja="日本語", said_en="en", why="why"
    )


def report(*outcomes: Outcome, **more: Any) -> RunReport:  # noqa: ANN401  # fields of a report
    fields = {
        "id": "S01-x",
        "title": {"ja": "題", "en": "title"},
        "source": "S01",
        "space": "s01",
        "seed": 5,
        "scale": 10,
        "sha256": "ab" * 32,
        "started_at": AT,
        "ended_at": AT,
        "seconds": 1.0,
        "verdicts": tuple(verdict(one) for one in outcomes),
        "rows": (Row(id=7, at=AT, party="gw", op="inquiry.send"), Row(id=8, at=AT, party="gw")),
        **more,
    }
    return RunReport(**fields)


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (report("met", "met"), "passed"),
        (report("met", "broken", "open"), "failed"),
        (report("met", "open"), "undecided"),
        (report("met", crashed=True), "failed"),
        (report("met", trouble="it does not start"), "error"),
    ],
)
def test_a_run_passes_only_if_everything_was_judged_and_met(found: RunReport, outcome: str) -> None:
    assert found.outcome == outcome
    assert found.as_document()["outcome"] == outcome


def test_a_report_says_how_to_repeat_the_run_and_which_rows_decide() -> None:
    found = report("broken", idle=("a-rule",))
    shown, text = found.as_document(), found.as_text()
    assert shown["command"] == "nakadachi mocks scenario run S01 --seed 5 --scale 10"
    assert [row["id"] for row in shown["rows"]] == [7]
    assert shown["expect"][0]["why"] == "why"
    for said in (shown["command"], "ab" * 32, "s01", "#7 06-01 10:00:00 gw inquiry.send", "a-rule"):
        assert said in text


def test_a_report_names_the_steps_that_nobody_could_take_and_why() -> None:
    step = Row(id=9, at=AT, party="prov", op="step.answer", outcome="unable", note="待つ照会なし")
    found = report("met", rows=(step,))
    assert [row["id"] for row in found.as_document()["steps_not_taken"]] == [9]
    assert "step not taken: #9 06-01 10:00:00 prov step.answer" in found.as_text()
    assert "待つ照会なし" in found.as_text()
    many = report("met", rows=tuple(replace(step, id=at) for at in range(20)))
    assert "… 12" in many.as_text()
    assert "step not taken" not in report("met").as_text()


def a_plan() -> RunPlan:
    octets = find_shipped("S06")
    assert octets is not None
    return plan_run(load_scenario(octets).scenario, load_institutions())


def exchange(*rows: tuple[str, str, int, dict[str, str]]) -> list[Row]:
    """Return rows of one exchange: party, act, seconds after the beginning, what was said."""
    peers = {"core": "gw", "gw": "prov"}
    return [
        Row(
            id=at,
            at=AT + timedelta(seconds=seconds),
            party=party,
            peer=peers[party],
            op=op,
            person="p1",
            correlation="c",
            decoded=decoded,
        )
        for at, (party, op, seconds, decoded) in enumerate(rows, 1)
    ]


def permit(name: str, seconds: int, lasting: int = 300) -> dict[str, str]:
    begin = AT + timedelta(seconds=seconds)
    end = begin + timedelta(seconds=lasting)
    return {"permit_id": name, "nbf": begin.isoformat(), "exp": end.isoformat()}


def in_use(*rows: tuple[str, str, int, dict[str, str]]) -> int:
    found = list(derive(a_plan(), exchange(*rows)))
    return sum(one.what == "permit_in_use" for one in found)


def test_a_permit_is_in_use_once_it_is_sent_or_lies_beside_another() -> None:
    sent = ("gw", "inquiry.send", 601, {"permit_id": "b"})
    first = ("core", "permit.issue", 0, permit("a", 0))
    repeat = ("core", "permit.issue", 10, permit("a", 0))
    fresh = ("core", "permit.issue", 600, permit("b", 600))
    early = ("core", "permit.issue", 20, permit("b", 20))
    assert in_use(first, fresh, sent) == 1, "the first one ended unused"
    assert in_use(first, repeat, early, sent) == 2, "both were valid at once"
    assert in_use(first) == 0


def test_a_permit_that_was_sent_was_accepted_at_that_instant() -> None:
    rows = exchange(
        ("core", "permit.issue", 0, permit("a", 90)),
        ("gw", "inquiry.send", 30, {"permit_id": "a"}),
    )
    [accepted] = [one for one in derive(a_plan(), rows) if one.subject == "permit"]
    assert (accepted.what, accepted.at) == ("accepted", AT + timedelta(seconds=30))
    assert (accepted.nbf, accepted.exp) == (
        AT + timedelta(seconds=90),
        AT + timedelta(seconds=390),
    )


def test_what_an_inquirer_was_told_are_states_and_the_time_they_took() -> None:
    rows = [
        Row(id=1, at=AT, party="asker", peer="gw", op="inquiry.send", person="p1", correlation="c"),
        Row(id=2, at=AT, party="core", op="inquiry.relay", correlation="c", outcome="sent"),
        Row(
            id=3,
            at=AT + timedelta(minutes=10),
            party="gw",
            op="inquiry.answer",
            correlation="c",
            outcome="not_provided",
        ),
    ]
    found = list(derive(a_plan(), rows))
    states = [one.what for one in found if one.subject == "inquiry"]
    assert states == ["sent", "not_provided"]
    assert [one.value for one in found if one.subject == "metric"] == [600_000.0]
    assert {one.person for one in found} == {"p1"}
    assert not list(derive(a_plan(), [replace(rows[1], correlation=None)]))
