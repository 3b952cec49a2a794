"""What holds of verdicts whatever the evidence: of irrelevant rows, of order, of time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from mocks.engine.durations import Duration
from mocks.engine.evidence import Evidence, Verdict
from mocks.engine.oracles import judge
from mocks.engine.oracles_said import load_texts, speak
from mocks.engine.rows import Row
from mocks.engine.sightings import Sighting
from mocks.scenarios.library import list_shipped
from tests.support.evidence import START, Run, run_of, run_of_shipped, with_small_crowds

SCENARIOS = [one.scenario.id[:3] for one in list_shipped()]
ANY = [
    "{order: [{op: permit.issue}, {op: inquiry.send}, {op: ack}]}",
    "{count: {op: permit.issue, correlation: same, max: 2}}",
    "{count: {op: inquiry.send, correlation: other, max: 0}}",
    "{count: {op: inquiry.send, max_rate: 2/s}}",
    "{count: {op: permit.issue, during: down, max: 1}}",
    "{alarm: {kind: duplicate_with_different_body, when: body_differs}}",
    "{eventually: {op: ack, party: gw, within: PT4S}}",
]
OPS = ("permit.issue", "inquiry.send", "inquiry.receive", "inquiry.answer", "ack")
PARTIES = {"permit.issue": "core", "inquiry.receive": "prov", "inquiry.answer": "prov"}
PEOPLE = ("p1", "p2", "control", "crowd", "asked", "urgent", None)
EXCHANGES = ("c1", "c2", None)
STATES = ("accepted", "held", "answered", "not_provided", "failed", "expired")

seconds = st.integers(0, 8).map(float)
rows = st.lists(
    st.builds(
        lambda op, at, person, correlation, outcome, faults: Row(
            at=START + timedelta(seconds=at),
            party=PARTIES.get(op, "gw"),
            op=op,
            person=person,
            correlation=correlation,
            outcome=outcome,
            faults=faults,
        ),
        st.sampled_from(OPS),
        seconds,
        st.sampled_from(PEOPLE),
        st.sampled_from(EXCHANGES),
        st.sampled_from((None, "provider.closed", "sent")),
        st.sampled_from(
            ((), ("broken:down@before_effect",), ("altered:duplicate@after_response",))
        ),
    ),
    max_size=12,
)
sightings = st.lists(
    st.builds(
        lambda what, at, person, correlation, value: Sighting(
            at=START + timedelta(seconds=at),
            subject=what[0],
            what=what[1],
            person=person,
            correlation=correlation,
            value=value,
        ),
        st.sampled_from(
            [("inquiry", state) for state in STATES]
            + [("effect", name) for name in ("answer_applied", "permit_in_use", "item_kept")]
            + [("metric", name) for name in ("response_time_ms", "waiting", "wait_seconds")]
            + [("permit", "accepted"), ("queue", "lost"), ("text", "sut_logs")]
            + [("alarm", "clock_skew"), ("audit", "inquiry_failed")]
        ),
        seconds,
        st.sampled_from(PEOPLE),
        st.sampled_from(EXCHANGES),
        st.sampled_from((None, 1.0, 700.0, 900_000.0)),
    ),
    max_size=8,
)
RUNS = [replace(one, started_at=START) for one in map(run_of, ANY)]
RUNS += [with_small_crowds(replace(run_of_shipped(one), started_at=START)) for one in SCENARIOS]
runs = st.sampled_from(RUNS)
ends = st.sampled_from((2.0, 5.0, 400.0, 3_000_000.0))


def evidence_of(
    run: Run, rows: Sequence[Row], sightings: Sequence[Sighting], end: float
) -> Evidence:
    numbered = [replace(row, id=at + 1) for at, row in enumerate(rows)]
    return replace(run, rows=numbered, sightings=list(sightings), ends=end).evidence()


def judged(evidence: Evidence, *, over: bool) -> tuple[Verdict, ...]:
    return judge(evidence.scenario.expect, evidence, over=over)


def told(verdicts: Sequence[Verdict]) -> list[tuple[str, str]]:
    return [(one.outcome, one.said_en) for one in verdicts]


@settings(deadline=None)
@given(runs, rows, sightings, ends, st.integers(1, 20))
def test_acts_of_strangers_about_strangers_change_no_verdict(
    run: Run, rows: list[Row], sightings: list[Sighting], end: float, number: int
) -> None:
    evidence = evidence_of(run, rows, sightings, end)
    stranger = Row(
        at=START, party="stranger", op="record.request", person="stranger", correlation="c9"
    )
    strangers = [replace(stranger, id=1000 + at) for at in range(number)]
    more = replace(evidence, rows=[*strangers, *evidence.rows])
    for over in (False, True):
        assert judged(evidence, over=over) == judged(more, over=over)


@settings(deadline=None)
@given(runs, rows, sightings, ends)
def test_what_is_broken_while_a_run_goes_on_is_broken_at_its_end(
    run: Run, rows: list[Row], sightings: list[Sighting], end: float
) -> None:
    evidence = evidence_of(run, rows, sightings, end)
    later = replace(evidence, now=evidence.now + timedelta(days=40))
    live, at_once, final = (
        judged(evidence, over=False),
        judged(evidence, over=True),
        judged(later, over=True),
    )
    for before, same, after in zip(live, at_once, final, strict=True):
        if before.outcome == "broken":
            assert same.outcome == after.outcome == "broken"


@settings(deadline=None)
@given(runs, rows, sightings, ends, st.randoms(use_true_random=False))
def test_the_order_in_which_evidence_comes_in_does_not_matter(
    run: Run, rows: list[Row], sightings: list[Sighting], end: float, order: Random
) -> None:
    evidence = evidence_of(run, rows, sightings, end)
    mixed_rows, mixed_sightings = list(rows), list(sightings)
    order.shuffle(mixed_rows)
    order.shuffle(mixed_sightings)
    mixed = evidence_of(run, mixed_rows, mixed_sightings, end)
    for over in (False, True):
        assert told(judged(evidence, over=over)) == told(judged(mixed, over=over))


@settings(deadline=None)
@given(runs, rows, sightings, ends, st.booleans())
def test_every_verdict_says_something_in_both_languages(
    run: Run, rows: list[Row], sightings: list[Sighting], end: float, over: bool
) -> None:
    evidence = evidence_of(run, rows, sightings, end)
    for at, (verdict, wanted) in enumerate(
        zip(judged(evidence, over=over), evidence.scenario.expect, strict=True)
    ):
        assert (verdict.index, verdict.kind, verdict.why) == (at, wanted.kind, wanted.why)
        assert verdict.said_ja.startswith("期待: ")
        assert verdict.said_en.startswith("Expected: ")
        assert not {"{", "}"} & set(verdict.said_ja + verdict.said_en)
        assert "None" not in verdict.said_en
        known = {row.id for row in evidence.rows}
        assert set(verdict.rows) <= known


def test_every_sentence_is_in_both_languages_with_the_same_values() -> None:
    texts = load_texts()
    for table in (texts.word, texts.part, texts.expected, texts.seen, texts.unit):
        for one in table.values():
            assert one.ja
            assert one.en
    for one in (*texts.part.values(), *texts.seen.values(), *texts.unit.values()):
        assert _places(one.ja) == _places(one.en)


def _places(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}


def test_durations_are_said_in_words() -> None:
    span = Duration(business_days=2, span=timedelta(hours=3, seconds=4.5))
    assert speak(span).ja == "2開庁日3時間4.5秒"
    assert speak(Duration()).en == "0 second(s)"
