"""Corners of judging that no table has: idle rules, words for what is unknown, odd evidence."""

import pytest

from mocks.engine.oracles import list_idle_rules
from mocks.engine.oracles_expected import expected
from tests.support.evidence import Run, run_of

SEND = "inquiry.send"


def test_rules_that_matched_nothing_are_listed_in_order() -> None:
    run = run_of("{never: {sut: {crash: any}}}").act(SEND, matched=("again",))
    assert list_idle_rules(run.evidence()) == ("broken", "altered")


@pytest.mark.parametrize(
    ("expectation", "ja", "en"),
    [
        (
            "{count: {op: inquiry.send, correlation: same, max: 6}}",
            "「照会を送る inquiry.send」は6回以下（同じやり取りの中で）",
            "sends an inquiry inquiry.send: at most 6 time(s) (in the same exchange)",
        ),
        (
            "{count: {metric: wait_seconds, person: p1, min: 1, max: 600}}",
            "「結果が出るまでの時間（秒）」は1以上、600以下（対象者 p1）",
            "time to the result, seconds: at least 1, at most 600 (person p1)",
        ),
        (
            '{never: {op: inquiry.send, between: ["{{ closed_at }}", "{{ next_open(prov) }}"]}}',
            "「照会を送る inquiry.send」ことがない（closed_atからnext_open(prov)まで）",
            "never: sends an inquiry inquiry.send (from closed_at to next_open(prov))",
        ),
        (
            '{never: {sut: {permit: accepted}, when: "now < nbf - leeway"}}',
            "「提供許可証が「受付済」になる」ことがない（now < nbf - leeway のとき）",
            "never: a permit becomes accepted (when now < nbf - leeway)",
        ),
        (
            "{eventually: {sut: {inquiry: answered}, within: P4BD}}",
            "「照会が「回答済」になる」ことが4開庁日以内にある",
            "an inquiry becomes answered, within 4 business day(s)",
        ),
        (
            "{eventually: {sut: {person: p1, state: held, reason: answer.items}, within: PT1H}}",
            "「状態が「保留」になる」ことが1時間以内にある（対象者 p1、理由 answer.items）",
            "the state becomes held, within 1 hour(s) (person p1, reason answer.items)",
        ),
        (
            "{no_disclosure: {person: p1, fields: [address], in: [sut_api, sut_logs]}}",
            "p1の住所が、試験対象のAPI、試験対象のログのどこにも現れないこと",
            "address of p1 nowhere in API, logs",
        ),
        (
            "{alarm: {kind: replica_differs, within: PT5M}}",
            "警報「副本が原本と違う replica_differs」が出ること（5分以内に）",
            "an alarm: the replica differs from the original, replica_differs (within 5 minute(s))",
        ),
        (
            "{order: [{op: ack}, {op: inquiry.send}]}",
            "次の順に起こること: 受領を知らせる ack → 照会を送る inquiry.send",
            "in this order: acknowledges ack → sends an inquiry inquiry.send",
        ),
    ],
)
def test_what_is_expected_is_said_in_both_languages(expectation: str, ja: str, en: str) -> None:
    said = expected(run_of(expectation).scenario.expect[0])
    assert (said.ja, said.en) == (ja, en)


@pytest.mark.parametrize(
    ("expectation", "said"),
    [
        ("{never: {sut: {permit: denied}}}", "a permit never came up"),
        ("{never: {effect: item_kept, person: p1}}", "sends an answer inquiry.answer (p1) never"),
        ("{never: {sut: {crash: any}}}", "an exchange with the system under test never came up"),
        (
            "{count: {op: inquiry.status, max: 1}}",
            "tells the state of an inquiry inquiry.status, receives an inquiry inquiry.receive,",
        ),
    ],
)
def test_nothing_to_judge_names_what_should_have_come_up(expectation: str, said: str) -> None:
    verdict = run_of(expectation).judge()[0]
    assert f"nothing to judge: {said}" in verdict.said_en


def test_verdicts_name_the_rows_that_decide_and_no_more_than_fifty() -> None:
    run = run_of("{count: {op: permit.issue, correlation: same, max: 2}}").act(SEND)
    few = run.copy().act("permit.issue", "core", times=3).judge()[0]
    many = run.copy().act("permit.issue", "core", times=70).judge()[0]
    assert few.rows == (2, 3, 4)
    assert many.rows == tuple(range(2, 52))


def test_an_answer_in_the_reply_counts_as_acknowledged_once_beside_late_copies() -> None:
    run = run_of("{count: {op: ack, correlation: same, min: 4}}")
    late = run.see("effect", "answer_applied", at=1).act("inquiry.answer.accepted", at=3)
    assert late.act("ack", at=3, times=3).outcome() == "met"


def test_what_follows_from_a_sighting_shows_the_rows_of_its_exchange() -> None:
    run = run_of("{never: {op: inquiry.answer.accepted, with_permit: denied}}").act(SEND, at=3)
    run.act("permit.issue", "core", decoded={"exp": "2027-06-04T07:51:00Z"})
    assert run.see("effect", "answer_applied", at=4).judge()[0].rows == (1, 2)


def test_an_answer_that_came_late_is_acknowledged_by_its_rows_alone() -> None:
    run = run_of("{count: {op: ack, correlation: same, min: 2}}")
    late = run.see("effect", "answer_applied", at=3).act("inquiry.answer.accepted", at=3)
    assert late.act("ack", at=3).outcome() == "broken"


@pytest.mark.parametrize("told", ["soon", "99999999999999999999", ""])
def test_terms_that_are_no_instants_leave_it_open(told: str) -> None:
    run = run_of('{never: {sut: {permit: accepted}, when: "now >= exp"}}')
    run.act("permit.issue", "core", decoded={"exp": told}).see("permit", "accepted")
    assert run.outcome() == "open"


def test_terms_without_a_zone_are_utc() -> None:
    run = run_of('{never: {sut: {permit: accepted}, when: "now >= exp"}}')
    run.act("permit.issue", "core", decoded={"exp": "2027-06-04T07:50:05"})
    assert run.copy().see("permit", "accepted", at=4).outcome() == "met"
    assert run.copy().see("permit", "accepted", at=5).outcome() == "broken"


def _received(run: Run, name: str | None) -> str:
    decoded = {} if name is None else {"name": name}
    return run.act("file.receive", "prov", decoded=decoded).outcome()


@pytest.mark.parametrize(("name", "outcome"), [("f1", "broken"), ("f2", "met"), (None, "open")])
def test_an_act_about_a_file_goes_by_its_name(name: str | None, outcome: str) -> None:
    assert _received(run_of("{never: {op: file.receive, file: f1}}"), name) == outcome


def test_an_effect_once_for_each_person_is_judged_by_person() -> None:
    run = run_of("{exactly_once: {effect: answer_applied, key: person}}")
    run.act("inquiry.answer", "prov", times=2).see("effect", "answer_applied")
    assert run.copy().outcome() == "met"
    assert run.copy().act("inquiry.answer", "prov", person="control").outcome() == "broken"


def test_a_measured_value_has_a_lower_bound_too() -> None:
    run = run_of("{count: {metric: wait_seconds, min: 10}}")
    assert run.copy().see("metric", "wait_seconds", value=10).outcome() == "met"
    assert run.copy().see("metric", "wait_seconds", value=9.5).outcome() == "broken"
