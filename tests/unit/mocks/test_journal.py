"""Rows and bytes of a journal, its bounds, its digest."""

import json
from datetime import timedelta
from typing import Any

import pytest

from mocks.engine.digest import DigestBook
from mocks.engine.exchange import WhyNot
from mocks.engine.journal import Exchange, Journal, Row
from mocks.engine.masking import mask_numbers, mask_values
from tests.support.scripts import MINUTE, MORNING

TRUE, SANDBOX = "123456789018", "123456789013"  # check digit 8, and that of the sandbox


def row_of(**fields: Any) -> Row:  # noqa: ANN401  # fields of a row
    return Row(**{"at": MORNING, "party": "prov", "op": "ack", "person": "p1", **fields})


class Shelf:
    """Keeps in memory what a journal tells its store."""

    def __init__(self) -> None:
        self.kept: list[Row | Exchange | None] = []

    def keep(self, entry: Row | Exchange) -> None:
        self.kept.append(entry)

    def clear(self) -> None:
        self.kept.append(None)


def test_an_exchange_is_kept_before_anybody_looks_at_it() -> None:
    journal = Journal()
    first = journal.begin("core", "gw", "in", b"asked", MORNING)
    second = journal.begin("prov", "core", "out", b"other", MORNING + MINUTE)
    assert (first, second) == (1, 2)
    assert journal.raw(first) == (b"asked", b"")
    journal.end(first, b"answered")
    assert journal.raw(first) == (b"asked", b"answered")
    assert journal.raw(9) == (b"", b"")
    journal.end(9, b"nobody")
    found = journal.find_exchange(second)
    assert found is not None
    assert (found.party, found.peer, found.direction) == ("prov", "core", "out")
    assert found.at == MORNING + MINUTE
    assert b"asked" not in repr(journal.find_exchange(first)).encode()


def test_rows_are_numbered_found_and_amended() -> None:
    journal = Journal()
    assert journal.add(row_of(id=77)) == 1
    amended = journal.amend(1, outcome="ok", note="x")
    assert amended is not None
    assert journal.find(1) == amended
    assert (amended.outcome, amended.note, amended.id) == ("ok", "x", 1)
    assert journal.find(2) is None
    assert journal.amend(2, outcome="ok") is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [1, 2, 3, 4]),
        ({"since": 2}, [3, 4]),
        ({"since": 9}, []),
        ({"unmatched": True}, [4]),
        ({"correlation": "c-2"}, [2]),
        ({"party": "core"}, [3]),
        ({"op": "permit.issue"}, [3]),
        ({"person": "p1", "party": "prov"}, [1, 2]),
    ],
)
def test_rows_are_found_by_what_is_asked(wanted: dict[str, Any], found: list[int]) -> None:
    journal = Journal()
    journal.add(row_of())
    journal.add(row_of(correlation="c-2"))
    journal.add(row_of(party="core", op="permit.issue"))
    journal.add(row_of(op=None, person=None))
    assert [row.id for row in journal.rows(**wanted)] == found


def test_the_oldest_rows_go_and_a_marker_says_so() -> None:
    journal = Journal(max_rows=3)
    for _ in range(5):
        journal.add(row_of())
    rows = journal.rows()
    assert [row.id for row in rows] == [2, 3, 4, 5]
    assert rows[0].is_marker
    assert rows[0].decoded == {"rows": 2}
    assert not any(row.is_marker for row in rows[1:])
    assert [row.id for row in journal.rows(since=1, person="p1")] == [2, 3, 4, 5]
    assert [row.id for row in journal.rows(since=2)] == [3, 4, 5]  # nothing was missed
    assert journal.find(2) is None
    assert journal.amend(2, outcome="late") is None


def test_the_oldest_bytes_go_when_there_are_too_many() -> None:
    journal = Journal(max_bytes=100)
    numbers = [journal.begin("core", None, "in", bytes(30), MORNING) for _ in range(3)]
    journal.end(numbers[2], bytes(10))
    assert [len(journal.raw(number)[0]) for number in numbers] == [30, 30, 30]
    journal.end(numbers[1], bytes(1))
    assert [len(journal.raw(number)[0]) for number in numbers] == [0, 30, 30]
    journal.end(numbers[0], bytes(50))
    assert journal.find_exchange(numbers[0]) is None
    journal.begin("core", None, "in", bytes(101), MORNING)
    assert journal.raw(4) == (b"", b"")  # larger than all the room there is


def test_exchanges_are_no_more_than_rows_may_be() -> None:
    journal = Journal(max_rows=2)
    for _ in range(4):
        journal.begin("core", None, "in", b"", MORNING)
    assert [journal.find_exchange(at) is not None for at in (1, 2, 3, 4)] == [
        False,
        False,
        True,
        True,
    ]


def test_whoever_subscribes_sees_every_row_as_it_is_then() -> None:
    journal, seen = Journal(), list[Row]()
    unsubscribe = journal.subscribe(seen.append)
    journal.add(row_of())
    journal.amend(1, outcome="ok")
    unsubscribe()
    unsubscribe()
    journal.add(row_of())
    assert [(row.id, row.outcome) for row in seen] == [(1, None), (1, "ok")]


def test_a_store_is_told_everything_and_that_the_journal_was_cleared() -> None:
    shelf = Shelf()
    journal = Journal(store=shelf)
    exchange = journal.begin("core", None, "in", b"asked", MORNING)
    journal.add(row_of(exchange=exchange))
    journal.amend(1, outcome="ok")
    journal.end(exchange, b"answered")
    journal.clear()
    kinds = [type(one).__name__ for one in shelf.kept]
    assert kinds == ["Exchange", "Row", "Row", "Exchange", "NoneType"]
    assert shelf.kept[2] != shelf.kept[1]


def test_a_cleared_journal_is_empty_and_goes_on_counting() -> None:
    journal = Journal(max_rows=1)
    journal.begin("core", None, "in", TRUE.encode(), MORNING)
    journal.add(row_of())
    journal.add(row_of())
    journal.clear()
    assert (journal.rows(), journal.raw(1), journal.true_numbers) == ([], (b"", b""), 0)
    assert journal.digest() == Journal().digest()
    assert journal.add(row_of()) == 3
    assert journal.begin("core", None, "in", b"", MORNING) == 2
    assert [row.id for row in journal.rows()] == [3]


@pytest.mark.parametrize(
    ("text", "masked", "count"),
    [
        (f"<n>{TRUE}</n>", "<n>************</n>", 1),
        (f'"{TRUE}","{TRUE}"', '"************","************"', 2),
        (f"<n>{SANDBOX}</n>", f"<n>{SANDBOX}</n>", 0),
        (f"{TRUE}0", f"{TRUE}0", 0),
        (f"0a1b2c3d-0000-4000-8000-{TRUE}", f"0a1b2c3d-0000-4000-8000-{TRUE}", 0),
        (f"番号{TRUE}。", "番号************。", 1),
    ],
)
def test_numbers_that_could_be_real_are_masked(text: str, masked: str, count: int) -> None:
    assert mask_numbers(text.encode()) == (masked.encode(), count)


def test_nothing_keeps_a_number_that_could_be_real() -> None:
    shelf = Shelf()
    journal = Journal(store=shelf)
    exchange = journal.begin("core", None, "in", f"<n>{TRUE}</n>".encode(), MORNING)
    journal.end(exchange, TRUE.encode())
    journal.add(row_of(decoded={"n": TRUE, TRUE: [1, {"m": TRUE}], "s": SANDBOX, "t": (None,)}))
    assert journal.true_numbers == 2
    assert TRUE not in json.dumps(journal.snapshot())
    assert not any(TRUE.encode() in repr(one).encode() for one in shelf.kept)
    assert mask_values({"s": SANDBOX}) == {"s": SANDBOX}


def test_a_journal_can_be_kept() -> None:
    journal = Journal(max_rows=2)
    exchange = journal.begin("core", "gw", "in", b"\xff\x00", MORNING)
    journal.end(exchange, b"")
    why = WhyNot(rule="r", part="nth", wanted="1", found="2")
    for at in range(3):
        journal.add(row_of(exchange=exchange, why_not=(why,), faults=("r:reset@x",), nth=at))
    again = Journal.restore(json.loads(json.dumps(journal.snapshot())))
    assert again == journal
    assert again.digest() == journal.digest()
    assert again.add(row_of()) == 4


def test_a_journal_goes_on_as_another_was_kept_and_its_store_hears_of_it() -> None:
    other, shelf = Journal(), Shelf()
    exchange = other.begin("core", "gw", "in", b"asked", MORNING)
    other.add(row_of(exchange=exchange))
    journal = Journal(store=shelf)
    journal.add(row_of(person="p9"))
    journal.resume(other.snapshot())
    assert journal.snapshot() == other.snapshot()
    assert shelf.kept[1:] == [None, other.find_exchange(exchange), other.find(1)]


# The digest. Property tests for interleavings stand in tests/property.

ROWS = [
    row_of(correlation="a", op="permit.issue", outcome="permitted"),
    row_of(correlation="a", op="inquiry.relay", outcome="answered", person="p1"),
    row_of(correlation="b", op="permit.issue", outcome="permitted", person="p2"),
]


def digest_of(rows: list[Row], max_rows: int = 100) -> str:
    journal = Journal(max_rows=max_rows)
    for row in rows:
        journal.add(row)
    return journal.digest()


def test_neither_ids_nor_times_nor_other_exchanges_count() -> None:
    plain = digest_of(ROWS)
    assert len(plain) == 64
    moved = [row_of(), ROWS[2], *ROWS[:2]]
    moved[0] = row_of(correlation="c", op="permit.issue", outcome="permitted", person="p2")
    named = {"a": "x", "b": "y"}
    renamed = [
        Row(
            at=row.at + timedelta(days=1),
            exchange=5,
            party=row.party,
            op=row.op,
            person=row.person,
            correlation=named[row.correlation or ""],
            outcome=row.outcome,
            note="whatever",
            decoded={"message": "m-9"},
        )
        for row in ROWS
    ]
    assert digest_of(renamed) == plain
    assert digest_of([ROWS[2], *ROWS[:2]]) == plain
    assert digest_of(moved) != plain  # one exchange more


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "denied"},
        {"rule": "r"},
        {"faults": ("r:reset@after_effect",)},
        {"party": "core"},
        {"peer": "gw"},
        {"op": "inquiry.status"},
        {"person": "p9"},
        {"member": 1},
        {"direction": "out"},
    ],
)
def test_what_happened_counts(change: dict[str, Any]) -> None:
    fields = {"correlation": "b", "op": "permit.issue", "outcome": "permitted", "person": "p2"}
    assert digest_of([*ROWS[:2], row_of(**{**fields, **change})]) != digest_of(ROWS)


def test_repeats_are_one_and_what_came_first_counts() -> None:
    down = row_of(correlation="a", op="permit.issue", outcome="down")
    assert digest_of([down, down, *ROWS]) == digest_of([down, *ROWS])
    assert digest_of([down, *ROWS]) != digest_of([*ROWS, down])


def test_what_belongs_to_no_exchange_counts_in_no_order() -> None:
    loose = [row_of(op="symbol.acquire", outcome=one) for one in ("ok", "refused")]
    assert digest_of(loose) == digest_of(loose[::-1])
    assert digest_of(loose) != digest_of(loose[:1])


def test_rows_that_are_gone_still_count() -> None:
    many = [*ROWS, *ROWS]
    assert digest_of(many, max_rows=2) == digest_of(ROWS)


def test_an_empty_book_has_a_digest() -> None:
    assert DigestBook().digest() == Journal().digest()
