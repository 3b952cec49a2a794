"""Every kind of expectation: evidence that meets it, breaks it, and leaves it open."""

import pytest

from tests.support.evidence import DAY, HOUR, Change, Run, run_of

MET, BROKEN, OPEN = "met", "broken", "open"
ANSWER = "inquiry.answer"
SEND = "inquiry.send"
NEXT = 56400.0  # from Friday 16:50 to Saturday 08:30, in seconds
WIDE = "見本県架空市 1-2-3".translate({sign: sign + 0xFEE0 for sign in b"-0123456789"})
MONDAY = NEXT + 2 * DAY  # Monday 08:30


def nothing(run: Run) -> Run:
    return run


def closed(run: Run) -> Run:
    return run.act("inquiry.receive", "prov", at=1800, outcome="provider.closed")


def texts(run: Run, said: str = "回答はありません", person: str = "p1") -> Run:
    for surface in ("sut_api", "sut_logs"):
        run.see("text", surface, text=said, person=person)
    run.hidden = {"p1": {"address": [WIDE], "municipality_code": ["991015"]}}
    return run.act(SEND)


def asked(run: Run, *members: int) -> Run:
    for member in members:
        run.see("inquiry", "answered", person="crowd", member=member, correlation=f"c{member}")
    return run


def waited(run: Run, *values: float, person: str = "p1") -> Run:
    for at, value in enumerate(values):
        run.see("metric", "response_time_ms", person=person, member=0, value=value, at=at)
    return run


# expectation, what happened, the final verdict
TABLE: dict[str, list[tuple[str, Change, str]]] = {
    "{count: {op: permit.issue, correlation: same, max: 2}}": [
        ("two in one exchange", lambda run: run.act("permit.issue", "core", times=2), MET),
        (
            "two in each of two exchanges",
            lambda run: run.act("permit.issue", "core", times=2).act(
                "permit.issue", "core", times=2, correlation="c2"
            ),
            MET,
        ),
        ("three in one exchange", lambda run: run.act("permit.issue", "core", times=3), BROKEN),
        ("no permit at all", lambda run: run.act(SEND), OPEN),
        (
            "no exchange is named",
            lambda run: run.act("permit.issue", "core", correlation=None),
            OPEN,
        ),
        (
            "rows had to go",
            lambda run: run.act("permit.issue", "core").act(None, note="evicted"),
            OPEN,
        ),
    ],
    "{count: {op: inquiry.send, correlation: other, max: 0}}": [
        ("one exchange", lambda run: run.act(SEND, times=3), MET),
        ("another exchange", lambda run: run.act(SEND).act(SEND, at=2, correlation="c2"), BROKEN),
        ("nobody asked", nothing, OPEN),
    ],
    "{count: {op: inquiry.send, person: crowd, max: 9}}": [
        (
            "every member",
            lambda run: (
                run.act(SEND, person="crowd")
                .act(SEND, person="crowd", member=1)
                .act(SEND, person="crowd", member=2)
            ),
            MET,
        ),
        ("ten times", lambda run: run.act(SEND, person="crowd", times=10), BROKEN),
        ("one member of three", lambda run: run.act(SEND, person="crowd"), OPEN),
    ],
    "{count: {op: ack, correlation: same, min: 2}}": [
        ("twice in one exchange", lambda run: run.act("ack", times=2), MET),
        ("once", lambda run: run.act("ack"), BROKEN),
        ("somebody else did", lambda run: run.act("ack", "prov", times=2), BROKEN),
        ("nothing came up", nothing, OPEN),
    ],
    "{count: {op: inquiry.status, per: P1BD, max: 2}}": [
        ("two in one day", lambda run: run.act("inquiry.status", "prov", times=2), MET),
        (
            "two on each of two days",
            lambda run: run.act("inquiry.status", "prov", times=2).act(
                "inquiry.status", "prov", times=2, at=3 * DAY + 2
            ),
            MET,
        ),
        (
            "three over a weekend",
            lambda run: run.act("inquiry.status", "prov", times=2).act(
                "inquiry.status", "prov", at=3 * DAY
            ),
            BROKEN,
        ),
        ("nobody polled what was sent", lambda run: run.act("inquiry.receive", "prov"), MET),
        ("nothing was sent", nothing, OPEN),
    ],
    "{count: {op: permit.issue, during: down, max: 2}}": [
        (
            "two while it is down, others before",
            lambda run: run.act("permit.issue", "core", times=5).act(
                "permit.issue", "core", at=2, times=2, faults=("broken:down@before_effect",)
            ),
            MET,
        ),
        (
            "three while it is down, one of which the fault did not meet",
            lambda run: (
                run.act("permit.issue", "core", faults=("broken:down@before_effect",))
                .act("permit.issue", "core", at=2)
                .act("permit.issue", "core", at=3, faults=("broken:down@before_effect",))
            ),
            BROKEN,
        ),
        ("it was never down", lambda run: run.act("permit.issue", "core"), OPEN),
    ],
    '{count: {op: inquiry.send, within: PT60S, after: "{{ next_open(prov) }}", max_rate: 2/s}}': [
        (
            "two a second after opening, many before and long after",
            lambda run: (
                closed(run)
                .act(SEND, at=2, times=9)
                .act(SEND, at=MONDAY, times=2)
                .act(SEND, at=MONDAY + 1, times=2)
                .act(SEND, at=MONDAY + 60, times=9)
            ),
            MET,
        ),
        (
            "three within a second across two",
            lambda run: closed(run).act(SEND, at=MONDAY + 0.6, times=2).act(SEND, at=MONDAY + 1.5),
            BROKEN,
        ),
        ("before it opened", lambda run: closed(run).act(SEND, at=2).until(DAY), OPEN),
        ("nobody asked", closed, OPEN),
    ],
    "{count: {op: file.receipt, result: error, min: 1}}": [
        ("an error", lambda run: run.act("file.receipt", outcome="file.trailer"), MET),
        ("a success", lambda run: run.act("file.receipt", outcome="ok"), BROKEN),
        ("nothing came up", nothing, OPEN),
    ],
    "{count: {metric: waiting, party: core, max: 10}}": [
        ("ten", lambda run: run.see("metric", "waiting", value=10, party="core"), MET),
        ("eleven", lambda run: run.see("metric", "waiting", value=11, party="core"), BROKEN),
        (
            "of another party",
            lambda run: run.see("metric", "waiting", value=11, party="prov"),
            OPEN,
        ),
    ],
    "{count: {metric: response_time_ms, person: p1, compare_to: control, max_ratio: 1.2}}": [
        ("alike", lambda run: waited(waited(run, 100, 118, 900), 100, 120, person="control"), MET),
        ("noise", lambda run: waited(waited(run, 2), 1, person="control"), MET),
        ("slower", lambda run: waited(waited(run, 130), 100, person="control"), BROKEN),
        ("faster", lambda run: waited(waited(run, 100), 130, person="control"), BROKEN),
        ("nobody to compare with", lambda run: waited(run, 100), OPEN),
        ("not measured", lambda run: waited(run, 100, person="control"), OPEN),
    ],
    "{never: {op: inquiry.answer.accepted, with_permit: expired}}": [
        (
            "accepted in time",
            lambda run: (
                run.act("permit.issue", "core", decoded={"exp": "2027-06-04T07:51:00Z"})
                .act("inquiry.receive", "prov", at=2)
                .act("inquiry.answer.accepted", at=DAY)
            ),
            MET,
        ),
        (
            "the provider got it too late",
            lambda run: (
                run.act("permit.issue", "core", decoded={"exp": "2027-06-04T07:51:00Z"})
                .act("inquiry.receive", "prov", at=60)
                .act("inquiry.answer.accepted", at=61)
            ),
            BROKEN,
        ),
        (
            "the row says so",
            lambda run: run.act("inquiry.answer.accepted", before={"permit": "expired"}),
            BROKEN,
        ),
        (
            "an answer in the reply, with an expired permit",
            lambda run: (
                run.act("permit.issue", "core", decoded={"exp": "2027-06-04T07:51:00Z"})
                .act("inquiry.receive", "prov", at=60)
                .see("effect", "answer_applied", at=60)
            ),
            BROKEN,
        ),
        ("no terms of the permit", lambda run: run.act("inquiry.answer.accepted"), OPEN),
        ("nothing accepted", lambda run: run.act(SEND), OPEN),
    ],
    '{never: {op: inquiry.send, between: ["{{ closed_at }}", "{{ next_open(prov) }}"]}}': [
        (
            "sent when it closed and when it opened",
            lambda run: closed(run).act(SEND, at=1800).act(SEND, at=MONDAY),
            MET,
        ),
        ("sent on a Saturday", lambda run: closed(run).act(SEND, at=NEXT), BROKEN),
        ("nobody said that it is closed", lambda run: run.act(SEND), OPEN),
        ("nobody asked", closed, OPEN),
    ],
    "{never: {op: inquiry.send, correlation: other, person: p1}}": [
        ("the first exchange again", lambda run: run.act(SEND, times=2), MET),
        ("another one", lambda run: run.act(SEND).act(SEND, at=2, correlation="c2"), BROKEN),
        ("of somebody else", lambda run: run.act(SEND, person="control"), OPEN),
    ],
    "{never: {op: inquiry.answer, party: gw, items: [tax]}}": [
        ("other items", lambda run: run.act(ANSWER, decoded={"items": ["income"]}), MET),
        ("that item", lambda run: run.act(ANSWER, decoded={"items": "income,tax"}), BROKEN),
        ("items are not known", lambda run: run.act(ANSWER), OPEN),
        (
            "somebody else answered",
            lambda run: run.act(ANSWER, "prov", decoded={"items": "tax"}),
            OPEN,
        ),
    ],
    "{never: {sut: {inquiry: held, person: p1}}}": [
        ("sent", lambda run: run.see("inquiry", "sent"), MET),
        ("held", lambda run: run.see("inquiry", "sent").see("inquiry", "held"), BROKEN),
        (
            "nobody asked about the person",
            lambda run: run.see("inquiry", "held", person="control"),
            OPEN,
        ),
    ],
    '{never: {sut: {permit: accepted}, when: "now < nbf - leeway"}}': [
        (
            "60 s too early",
            lambda run: run.see(
                "permit", "accepted", nbf=run.started_at.replace(minute=51, second=1)
            ),
            MET,
        ),
        (
            "61 s too early",
            lambda run: run.see(
                "permit", "accepted", nbf=run.started_at.replace(minute=51, second=2)
            ),
            BROKEN,
        ),
        (
            "61 s too early, as the journal says",
            lambda run: run.act(
                "permit.issue", "core", decoded={"nbf": "1812095462", "exp": "1812099999"}
            ).see("permit", "accepted"),
            BROKEN,
        ),
        ("no terms", lambda run: run.see("permit", "accepted"), OPEN),
        ("denied without terms", lambda run: run.see("permit", "denied"), MET),
        ("no permit", lambda run: run.see("inquiry", "sent"), OPEN),
    ],
    "{never: {sut: {queue: lost}}}": [
        ("asked", lambda run: run.see("inquiry", "accepted"), MET),
        ("lost", lambda run: run.see("inquiry", "accepted").see("queue", "lost"), BROKEN),
        ("nothing accepted", nothing, OPEN),
    ],
    "{never: {sut: {crash: any}}}": [
        ("seen at work", lambda run: run.act(SEND), MET),
        ("it ended", lambda run: run.act(SEND).see("crash", "139"), BROKEN),
        ("never seen", lambda run: run.act("permit.issue", "core"), OPEN),
    ],
    "{never: {effect: item_kept, person: p1, items: [tax]}}": [
        ("an answer came", lambda run: run.act(ANSWER, "prov"), MET),
        (
            "kept",
            lambda run: run.act(ANSWER, "prov").see("effect", "item_kept", items=("tax",)),
            BROKEN,
        ),
        ("no answer came", lambda run: run.act(SEND), OPEN),
    ],
    "{never: {effect: records_applied, file: f1, less_than: 10}}": [
        (
            "all of them",
            lambda run: run.act("file.receive", "prov").see(
                "effect", "records_applied", file="f1", value=10
            ),
            MET,
        ),
        (
            "a part",
            lambda run: run.act("file.receive", "prov").see(
                "effect", "records_applied", file="f1", value=6
            ),
            BROKEN,
        ),
        ("no file", nothing, OPEN),
    ],
    '{never: {effect: text_replaced, with: ["U+FFFD", "〓"]}}': [
        ("a file came", lambda run: run.act("file.receive", "prov"), MET),
        (
            "replaced",
            lambda run: run.act("file.receive", "prov").see(
                "effect", "text_replaced", text="山\ufffd"
            ),
            BROKEN,
        ),
        ("no file", nothing, OPEN),
    ],
    "{eventually: {sut: {inquiry: answered}, within: P1BD}}": [
        ("on Monday", lambda run: run.see("inquiry", "answered", at=3 * DAY), MET),
        ("a second too late", lambda run: run.see("inquiry", "answered", at=3 * DAY + 1), BROKEN),
        ("never", nothing, BROKEN),
        ("the run ended too early", lambda run: run.until(HOUR), OPEN),
    ],
    "{eventually: {sut: {inquiry: answered}, person: crowd, within: PT1H}}": [
        ("all three", lambda run: asked(run, 0, 1, 2), MET),
        ("two of three", lambda run: asked(run, 0, 2), BROKEN),
        (
            "one of two inquiries of a member",
            lambda run: asked(run, 0, 1, 2).see(
                "inquiry", "sent", person="crowd", member=1, correlation="d1"
            ),
            BROKEN,
        ),
        ("two of three so far", lambda run: asked(run, 0, 2).until(60), OPEN),
    ],
    "{eventually: {sut: {inquiry: failed, reason: answer.items, fix_by: peer}, within: PT1H}}": [
        (
            "with reason",
            lambda run: run.see("inquiry", "failed", reason="answer.items", fix_by="peer"),
            MET,
        ),
        ("without reason", lambda run: run.see("inquiry", "failed", fix_by="peer"), BROKEN),
        ("not yet", lambda run: run.until(60), OPEN),
    ],
    "{eventually: {sut: {file: failed, at: record_and_byte}, within: PT1H}}": [
        ("by place", lambda run: run.see("file", "failed", text="record 3, byte 17"), MET),
        ("without place", lambda run: run.see("file", "failed", text="record 3"), BROKEN),
        ("not yet", lambda run: run.until(60), OPEN),
    ],
    "{exactly_once: {effect: answer_applied, key: correlation}}": [
        ("once", lambda run: run.act(ANSWER, "prov", times=3).see("effect", "answer_applied"), MET),
        (
            "once in each of two exchanges",
            lambda run: run.see("effect", "answer_applied").see(
                "effect", "answer_applied", correlation="c2"
            ),
            MET,
        ),
        (
            "twice",
            lambda run: run.see("effect", "answer_applied").see("effect", "answer_applied"),
            BROKEN,
        ),
        ("not at all", lambda run: run.act(ANSWER, "prov"), BROKEN),
        ("nothing to apply", lambda run: run.act(SEND), OPEN),
    ],
    "{exactly_once: {effect: file_applied, key: sha256}}": [
        ("once", lambda run: run.see("effect", "file_applied", sha256="a"), MET),
        (
            "the same content twice",
            lambda run: run.see("effect", "file_applied", sha256="a", correlation="f1").see(
                "effect", "file_applied", sha256="a", correlation="f2"
            ),
            BROKEN,
        ),
        ("never", lambda run: run.act("file.receive", "prov"), BROKEN),
        ("no file", nothing, OPEN),
    ],
    "{order: [{op: permit.issue}, {op: inquiry.send}, {op: ack}]}": [
        (
            "in order, two at once",
            lambda run: run.act("ack", at=2).act(SEND, at=2).act("permit.issue", "core"),
            MET,
        ),
        ("out of order", lambda run: run.act(SEND).act("permit.issue", "core", at=2), BROKEN),
        ("the last is missing", lambda run: run.act("permit.issue", "core").act(SEND), BROKEN),
        ("nothing came", nothing, OPEN),
    ],
    "{no_disclosure: {person: p1, fields: [address], in: [sut_api, sut_logs]}}": [
        ("nothing said", texts, MET),
        ("another width and spacing", lambda run: texts(run, "住所: 見本県 架空市1-2-3"), BROKEN),
        (
            "in a text about another",
            lambda run: texts(run, WIDE, person="control"),
            BROKEN,
        ),
        (
            "on another surface",
            lambda run: texts(run).see("text", "sut_ui", text="見本県架空市1-2-3"),
            MET,
        ),
        ("a surface was not looked at", lambda run: texts(run.copy()).without("sut_logs"), OPEN),
        (
            "nobody came up",
            lambda run: run.see("text", "sut_api", person=None).see(
                "text", "sut_logs", person=None
            ),
            OPEN,
        ),
    ],
    "{no_disclosure: {person: p1, fields: [municipality_code], in: [sut_api, sut_logs]}}": [
        ("within a longer number", lambda run: texts(run, "id 7a991015b 29910150"), MET),
        ("alone", lambda run: texts(run, '{"code":"991015"}'), BROKEN),
        ("no value is known", lambda run: _unknown(texts(run)), OPEN),
    ],
    "{no_disclosure: {person: p1, fields: [flag], in: [sut_api, sut_logs]}}": [
        (
            "told of somebody else",
            lambda run: texts(run.act(SEND), "支援措置", person="control"),
            MET,
        ),
        ("told", lambda run: texts(run, "dv_protected"), BROKEN),
        ("nothing looked at", lambda run: run.act(SEND), OPEN),
    ],
    "{audit: {event: inquiry_failed, person: p1}}": [
        ("recorded", lambda run: run.see("audit", "inquiry_failed"), MET),
        (
            "of somebody else",
            lambda run: run.act(SEND).see("audit", "inquiry_failed", person="x"),
            BROKEN,
        ),
        ("nothing came up", nothing, OPEN),
    ],
    "{audit: {event: history_corrected, person: p1, keeps_old_value: true}}": [
        ("kept", lambda run: run.see("audit", "history_corrected", items=("old_value",)), MET),
        ("not kept", lambda run: run.see("audit", "history_corrected"), BROKEN),
        ("nothing came up", nothing, OPEN),
    ],
    "{alarm: {kind: unrequested_item, within: PT5M}}": [
        ("in time", lambda run: run.see("alarm", "unrequested_item", at=300), MET),
        ("too late", lambda run: run.act(SEND).see("alarm", "unrequested_item", at=301), BROKEN),
        ("never", lambda run: run.act(SEND), BROKEN),
        ("the run ended too early", lambda run: run.act(SEND).until(60), OPEN),
        ("nothing came up", nothing, OPEN),
    ],
    "{alarm: {kind: duplicate_with_different_body, when: body_differs}}": [
        ("the same again, no alarm", lambda run: _repeat(run, "again"), MET),
        ("another body, an alarm", lambda run: _alarm(_repeat(run, "altered")), MET),
        ("two digests, an alarm", lambda run: _alarm(_digests(run, "a", "b")), MET),
        ("two digests, no alarm", lambda run: _digests(run, "a", "b"), BROKEN),
        ("another body, no alarm", lambda run: _repeat(run, "altered"), BROKEN),
        ("the same again, an alarm", lambda run: _alarm(_digests(run, "a", "a")), BROKEN),
        ("nothing came twice", lambda run: run.act(ANSWER, "prov"), OPEN),
    ],
    "{alarm: {kind: clock_skew, over: PT60S}}": [
        ("a clock of ours is right", lambda run: run.act(SEND), OPEN),
        ("raised for more", lambda run: run.see("alarm", "clock_skew", value=-90), MET),
        ("raised for less", lambda run: run.see("alarm", "clock_skew", value=60), BROKEN),
    ],
}


def _unknown(run: Run) -> Run:
    run.hidden = {}
    return run


def _repeat(run: Run, rule: str) -> Run:
    return run.act(ANSWER, "prov", faults=(f"{rule}:duplicate@after_response",))


def _digests(run: Run, *digests: str) -> Run:
    for digest in digests:
        run.act(ANSWER, "prov", decoded={"message_id": "m1", "digest": digest})
    return run


def _alarm(run: Run) -> Run:
    return run.see("alarm", "duplicate_with_different_body", at=3)


CASES = [
    pytest.param(expectation, change, outcome, id=f"{expectation[1:60]} {name}")
    for expectation, cases in TABLE.items()
    for name, change, outcome in cases
]


@pytest.mark.parametrize(("expectation", "change", "outcome"), CASES)
def test_what_happened_decides_the_final_verdict(
    expectation: str, change: Change, outcome: str
) -> None:
    verdict = change(run_of(expectation)).judge()[0]
    assert verdict.outcome == outcome, verdict.said_en


@pytest.mark.parametrize(("expectation", "change", "outcome"), CASES)
def test_while_the_run_goes_on_nothing_is_said_that_the_end_takes_back(
    expectation: str, change: Change, outcome: str
) -> None:
    live = change(run_of(expectation)).outcome(over=False)
    assert live in {"open", outcome}


@pytest.mark.parametrize("expectation", TABLE)
def test_the_table_has_every_outcome_for_every_expectation(expectation: str) -> None:
    assert {outcome for _, _, outcome in TABLE[expectation]} == {MET, BROKEN, OPEN}


@pytest.mark.parametrize(
    "kind",
    ["count", "never", "eventually", "exactly_once", "order", "no_disclosure", "audit", "alarm"],
)
def test_every_kind_is_in_the_table(kind: str) -> None:
    assert any(one.startswith(f"{{{kind}:") for one in TABLE)


@pytest.mark.parametrize(("skew", "outcome"), [("PT90S", BROKEN), ("PT60S", OPEN)])
def test_a_clock_that_is_wrong_by_more_must_raise_an_alarm(skew: str, outcome: str) -> None:
    run = run_of("{alarm: {kind: clock_skew, over: PT60S}}", skew=f", clock_offset: {skew}")
    assert run.act(SEND).outcome() == outcome
