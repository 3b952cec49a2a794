"""The same seed gives the same journal, whoever comes first; two spaces never see each other."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mocks.pki import Pki
from tests.support.scripted_system import MORNING, PEOPLE, System, open_system

RUNS = 20
DAYS = timedelta(days=8)
RULES = (
    (
        "{id: cut, when: {party: core, op: permit.issue, person: crowd},"
        " fault: [{at: after_effect, kind: reset, chance: 40}]}"
    ),
    (
        "{id: busy, when: {party: prov, op: inquiry.receive},"
        " fault: [{at: before_effect, kind: status, status: 503, chance: 30},"
        " {at: before_effect, kind: delay, for: PT40S, chance: 50}]}"
    ),
    (
        "{id: hold, when: {party: prov, op: inquiry.receive, person: crowd},"
        " then: {reply: {state: held, receipt: \"{{ key('receipt', correlation) }}\"}},"
        " later: [{after: P2BD, do: {prov: {answer: {correlation: same}}}}]}"
    ),
    (
        "{id: lost, when: {party: prov, op: inquiry.answer, person: crowd},"
        " fault: [{at: after_effect, kind: reset, chance: 50},"
        " {at: after_response, kind: duplicate, after: PT2S, times: 2, chance: 50}]}"
    ),
)
ORDERS = st.permutations(range(PEOPLE))
slow = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(name="pki", scope="module")
def _pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"), now=MORNING)


@pytest.fixture(name="other_pki", scope="module")
def _other_pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("other"), now=MORNING)


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  # an order, not a secret


def play(pki: Pki, order: list[int], pick: int, seed: int = 1) -> System:
    """Let everybody be asked about in an order, while chance says who goes on when."""
    system = open_system(pki, *RULES, seed=seed, pick=chance(pick).randrange)
    system.begin(*order)
    system.net.run()
    system.net.advance(DAYS)
    return system


def states(system: System) -> list[str]:
    return [system.asked(member).state for member in range(PEOPLE)]


def test_one_seed_gives_one_digest_in_twenty_runs_and_interleavings(pki: Pki) -> None:
    first = play(pki, list(range(PEOPLE)), 0)
    assert set(states(first)) == {"answered"}
    faults = {fault for row in first.script.journal.rows() for fault in row.faults}
    assert len(faults) >= 5, "the rules hardly do anything"
    for run in range(1, RUNS):
        order = list(range(PEOPLE))
        chance(run).shuffle(order)
        again = play(pki, order, run)
        assert (again.digest, states(again)) == (first.digest, states(first))


def test_another_seed_gives_another_digest(pki: Pki) -> None:
    found = {play(pki, list(range(PEOPLE)), 0, seed).digest for seed in range(1, 6)}
    assert len(found) == 5


@slow
@given(order=ORDERS, pick=st.integers(0, 2**32), seed=st.integers(0, 3))
def test_neither_order_nor_chance_changes_what_happens(
    pki: Pki, order: list[int], pick: int, seed: int
) -> None:
    assert play(pki, order, pick, seed).digest == play(pki, list(range(PEOPLE)), 0, seed).digest


@contextmanager
def alone(pki: Pki, name: str, seed: int, moves: list[int]) -> Iterator[System]:
    system = open_system(pki, *RULES, seed=seed, space=name)
    for move in moves:
        take(system, move)
    yield system


def take(system: System, move: int) -> None:
    """Begin to ask about somebody, or move the clock on."""
    if move < PEOPLE:
        system.begin(move)
        system.net.run()
    else:
        system.net.advance(timedelta(minutes=move))


MOVES = st.lists(
    st.tuples(st.booleans(), st.integers(0, PEOPLE + 3000)), min_size=4, max_size=12
).map(
    lambda found: [(side, move if move < PEOPLE + 2000 else move % PEOPLE) for side, move in found]
)


@slow
@given(moves=MOVES)
def test_two_spaces_in_parallel_never_see_each_other(
    pki: Pki, other_pki: Pki, moves: list[tuple[bool, int]]
) -> None:
    """Whatever one does, the other's journal is as if it were alone."""
    left = open_system(pki, *RULES, seed=1, space="left")
    right = open_system(other_pki, *RULES, seed=2, space="right")
    for side, move in moves:
        take(left if side else right, move)
    for system, keys, name, seed, side in [
        (left, pki, "left", 1, True),
        (right, other_pki, "right", 2, False),
    ]:
        mine = [move for found, move in moves if found is side]
        with alone(keys, name, seed, mine) as single:
            assert system.digest == single.digest
            assert len(system.script.journal.rows()) == len(single.script.journal.rows())
            assert system.net.clock.now() == single.net.clock.now()


def test_what_one_space_says_is_nothing_to_another(pki: Pki, other_pki: Pki) -> None:
    """Bytes of one space, brought to another, are refused there: nobody pinned those keys."""
    left = open_system(pki, *RULES, seed=1, space="left")
    right = open_system(other_pki, seed=1, space="right")
    left.begin(0)
    left.net.run()
    [asked, *_] = [row for row in left.script.journal.rows() if row.op == "permit.issue"]
    raw, _ = left.script.journal.raw(asked.exchange)
    assert raw
    said = right.net.stream(right.agency.code, right.world.core.code, raw)
    assert said is not None
    assert [one.kind for one in said] == ["refusal"]
    assert not right.world.core.state.transactions
