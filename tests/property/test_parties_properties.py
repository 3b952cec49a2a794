"""Rules that want nothing change nothing: parties do what they should, and the same every time."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocks.engine.journal import Row
from mocks.parties.refusals import RefusedError
from mocks.pki import Pki
from tests.support.parties import NOON, Sandbox, command, open_parties
from tests.support.plays import begin, rows
from wire.documents import Document

CASES = ("D04", "D05", "D06")
PARTIES = ("core", "registry", "asker", "prov")
OPS = (
    "permit.issue",
    "symbol.acquire",
    "inquiry.relay",
    "inquiry.receive",
    "inquiry.answer",
    "inquiry.status",
    "inquiry.send",
    "inquiry.answer.accepted",
    "ack",
    "*",
)
# An order of the day: acquire, ask, repeat, distort, or let time pass.
STEPS = st.one_of(
    st.tuples(st.just("acquire"), st.sampled_from(CASES)),
    st.tuples(st.just("ask"), st.sampled_from(CASES)),
    st.tuples(st.sampled_from(("repeat", "distort")), st.sampled_from(CASES)),
    st.tuples(st.just("pass"), st.sampled_from((1, 299, 300, 301, 90_000))),
)
IDLE = st.lists(
    st.builds(
        "{{id: r{0}, when: {{party: {1}, op: '{2}'}}, "
        "fault: [{{at: mid_response, kind: dribble, for: PT0S}}]}}".format,
        st.integers(0, 10**9),
        st.sampled_from(PARTIES),
        st.sampled_from(OPS),
    ),
    max_size=6,
    unique_by=lambda rule: rule.partition(",")[0],
)


@pytest.fixture(name="pki", scope="module")
def _pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"), now=NOON)


def take(sandbox: Sandbox, step: tuple[str, str | int]) -> None:
    kind, what = step
    if isinstance(what, int):
        sandbox.net.advance(timedelta(seconds=what))
        return
    number = sandbox.world.cast[what].resident.individual_number
    agency = sandbox.agency("prefecture")
    with suppress(RefusedError, KeyError):
        if kind == "acquire":
            sandbox.acquire("prefecture", number)
        elif kind == "ask":
            request_id = f"{what}-{len(agency.state.asked)}"
            sandbox.ask(command(sandbox.world, request_id=request_id, individual_number=number))
        else:
            latest = [one for one in agency.state.asked if one.startswith(what)][-1:]
            for one in latest:
                act = (
                    agency.repeat(one) if kind == "repeat" else agency.distort(one, now=sandbox.now)
                )
                sandbox.net.perform(agency.code, act)


def said(document: Document) -> tuple[object, ...]:
    return (document.kind, document.message_id, document.in_reply_to, document.created)


def day(pki: Pki, steps: Sequence[tuple[str, str | int]], rules: Sequence[str]) -> list[object]:
    """Return what everybody said on a day, and what the journal says that was done."""
    with open_parties(pki) as sandbox:
        begin(sandbox, *rules)
        for step in steps:
            take(sandbox, step)
        asked = sandbox.agency("prefecture").state.asked
        journal = [
            (row.party, row.op, row.person, row.outcome, row.before, row.after, row.rule)
            for row in rows_of(sandbox)
        ]
        return [
            *(
                (one.state, one.code, [said(reply) for reply in one.replies])
                for one in asked.values()
            ),
            *journal,
            sandbox.world.core.state.outcomes,
        ]


def rows_of(sandbox: Sandbox) -> list[Row]:
    return [row for op in OPS[:-1] for row in rows(sandbox, op)]


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(STEPS, max_size=8), rules=IDLE)
def test_rulings_without_a_reaction_change_nothing(
    pki: Pki, steps: list[tuple[str, str | int]], rules: list[str]
) -> None:
    assert day(pki, steps, rules) == day(pki, steps, ())


@settings(max_examples=10, deadline=None)
@given(steps=st.lists(STEPS, max_size=8))
def test_every_call_of_a_day_leaves_its_outcome(
    pki: Pki, steps: list[tuple[str, str | int]]
) -> None:
    with open_parties(pki) as sandbox:
        begin(sandbox)
        for step in steps:
            take(sandbox, step)
        unsettled = [row for row in rows_of(sandbox) if row.outcome is None]
        assert unsettled == []
