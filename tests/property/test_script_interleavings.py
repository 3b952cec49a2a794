"""The same seed gives the same digest whatever the interleaving; spaces never see each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.engine.draw import Draw
from mocks.engine.exchange import Call, Content
from mocks.engine.script import Script
from tests.support.scripts import MINUTE, MORNING, script_of

RULES = (
    (
        "{id: slow, when: {party: prov, op: inquiry.receive},"
        " fault: [{at: before_effect, kind: delay, for: PT1S, chance: 40}]}"
    ),
    (
        "{id: cut, when: {party: core, op: permit.issue, person: crowd},"
        " fault: [{at: after_effect, kind: reset, chance: 50}, {at: mid_response, kind: close,"
        " chance: 50}]}"
    ),
    (
        "{id: held, when: {party: prov, op: inquiry.receive, person: p1, nth: '2..3'},"
        " then: {reply: {state: held, receipt: \"{{ key('receipt', correlation) }}\"}},"
        " later: [{after: P3BD, do: {prov: {answer: {correlation: same}}}}]}"
    ),
    (
        "{id: out, when: {party: core, op: '*', person: p2, state: {since: lost}},"
        " fault: [{at: before_effect, kind: down, for: PT3M, as: [refuse, hang]}]}"
    ),
    (
        "{id: lost, when: {party: core, op: permit.issue, person: p2, nth: 1},"
        " fault: [{at: after_effect, kind: reset}]}"
    ),
)
COURSE = (
    ("core", "permit.issue"),
    ("core", "permit.issue"),  # asked again, as after a reset
    ("prov", "inquiry.receive"),
    ("prov", "inquiry.answer"),
    ("core", "inquiry.relay"),
)


@dataclass(frozen=True)
class Stream:
    """Calls that keep their order, as those of one person's exchange do."""

    person: str
    member: int
    information: tuple[str, ...]
    length: int

    def calls(self, ids: Iterator[int]) -> Iterator[tuple[Call, datetime]]:
        for about in self.information:
            correlation = f"r-{next(ids)}"
            for at, (party, op) in enumerate(COURSE[: self.length]):
                content = Content(information=(about,), affair="69-7", inquirer="gw")
                yield (
                    Call(
                        party=party,
                        op=op,
                        person=self.person,
                        member=self.member,
                        correlation=correlation,
                        message_id=f"m-{next(ids)}",
                        content=content,
                    ),
                    MORNING + at * MINUTE,
                )


INFORMATION = st.sampled_from(["地方税関係情報", "戸籍関係情報", "住民票関係情報"])
LENGTHS = st.integers(1, len(COURSE))


@st.composite
def all_streams(draw: st.DrawFn) -> list[Stream]:
    named = [
        Stream(name, 0, tuple(draw(st.lists(INFORMATION, max_size=3))), draw(LENGTHS))
        for name in ("p1", "p2")
    ]
    crowd = [
        Stream("crowd", member, (about,), draw(LENGTHS))
        for member in range(draw(st.integers(0, 5)))
        for about in draw(st.lists(INFORMATION, max_size=3, unique=True))
    ]
    return [*named, *crowd]


WORLD = [
    Stream("p1", 0, ("地方税関係情報", "戸籍関係情報", "地方税関係情報"), 5),
    Stream("p2", 0, ("地方税関係情報", "住民票関係情報"), 4),
    *(Stream("crowd", at, ("地方税関係情報",), 5) for at in range(12)),
    *(Stream("crowd", at, ("戸籍関係情報",), 3) for at in range(12)),
]


def take(script: Script, call: Call, now: datetime) -> None:
    """Let a call be ruled on and settled, as a host does."""
    exchange = script.journal.begin(call.party, call.peer, "in", b"raw", now)
    ruling = script.rule(call, now=now, exchange=exchange)
    faults = [one.fault.kind for one in ruling.faults]
    state = ruling.reply.state if ruling.reply else None
    script.settle(ruling.row, outcome=state or "/".join(faults) or "ok")
    script.journal.end(exchange, b"reply")


def turns(
    script: Script, streams: Sequence[Stream], mixer: Draw, first_id: int = 0
) -> Iterator[None]:
    """Yield after every call; streams that are not over go on as drawn, and ids with them."""
    ids, steps = count(first_id), count()
    running = [stream.calls(ids) for stream in streams]
    while running:
        stream = mixer.choice(running, next(steps))
        found = next(stream, None)
        if found is None:
            running.remove(stream)
        else:
            take(script, *found)
            yield


def play(script: Script, streams: Sequence[Stream], mixer: Draw, first_id: int = 0) -> Script:
    """Run all streams to their end."""
    for _ in turns(script, streams, mixer, first_id):
        pass
    return script


def test_twenty_five_interleavings_have_one_digest() -> None:
    digests = {
        play(script_of(*RULES, seed=7), WORLD, Draw(str(at)), at * 1000).journal.digest()
        for at in range(25)
    }
    assert len(digests) == 1


def test_another_seed_has_another_digest() -> None:
    digests = {
        play(script_of(*RULES, seed=seed), WORLD, Draw("0")).journal.digest() for seed in range(5)
    }
    assert len(digests) == 5


@given(all_streams(), st.integers(0, 9), st.text(max_size=3), st.text(max_size=3))
def test_no_interleaving_changes_the_digest(
    streams: list[Stream], seed: int, one: str, other: str
) -> None:
    first, second = script_of(*RULES, seed=seed), script_of(*RULES, seed=seed)
    second.journal.max_rows = 7  # nor does a bound
    first = play(first, streams, Draw(one), 0)
    second = play(second, streams[::-1], Draw(other), 5000)
    assert first.journal.digest() == second.journal.digest()


@given(all_streams(), all_streams(), st.text(max_size=3))
def test_two_spaces_side_by_side_are_what_each_is_alone(
    streams: list[Stream], others: list[Stream], mixing: str
) -> None:
    def alone(space: str, mine: Sequence[Stream]) -> Script:
        return play(script_of(*RULES, seed=3, space=space), mine, Draw(space))

    left, right = (script_of(*RULES, seed=3, space=space) for space in ("left", "right"))
    running = [turns(left, streams, Draw("left")), turns(right, others, Draw("right"))]
    mixer, steps, over = Draw(mixing), count(), object()
    while running:
        one = mixer.choice(running, next(steps))
        if next(one, over) is over:
            running.remove(one)
    assert left.snapshot() == alone("left", streams).snapshot()
    assert right.snapshot() == alone("right", others).snapshot()


@pytest.mark.parametrize("chance", range(5))
def test_without_people_exchanges_are_told_apart_by_their_ids(chance: int) -> None:
    calls = [
        Call(party="prov", op="inquiry.receive", correlation=f"c-{at}", message_id=f"m-{nth}-{at}")
        for at in range(30)
        for nth in range(2)
    ]
    mixer = Draw(str(chance))
    mixed = sorted(calls, key=lambda call: mixer.below(10**6, call.message_id or ""))
    loose = [replace(call, correlation=None) for call in calls]
    for one, other in ((calls, mixed), (loose, loose[::-1])):
        first, second = script_of(*RULES, seed=1), script_of(*RULES, seed=1)
        for call in one:
            take(first, call, MORNING)
        for call in other:
            take(second, call, MORNING)
        assert first.journal.digest() == second.journal.digest()
