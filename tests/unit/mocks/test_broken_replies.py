"""Plans of broken replies: what goes out, with which pauses, and how it ends."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.engine.durations import Duration
from mocks.net.moves import PIECES, End, Hang, Letter, Pause, Put, chunk, plan
from tests.support.broken_server import drawn

A_MINUTE = Duration(span=timedelta(minutes=1))
LETTER = Letter(body=b"0123456789", headers={"Content-Type": "text/plain"})


def test_without_a_fault_everything_goes_out() -> None:
    head, body, end = plan(LETTER, ())
    assert head == Put(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\n")
    assert body == Put(b"0123456789")
    assert end is End.KEEP


@pytest.mark.parametrize(
    ("amount", "kept"),
    [(None, b"01234"), (0, b""), (3, b"012"), (99, b"0123456789"), ("61%", b"012345")],
)
def test_a_cut_keeps_what_it_says(amount: int | str | None, kept: bytes) -> None:
    _, body, end = plan(LETTER, [drawn("mid_response", "truncate", bytes=amount)])
    assert body == Put(kept)
    assert end is End.CLOSE


def test_waits_come_after_the_head_in_their_order_and_the_first_break_decides() -> None:
    faults = [
        drawn("mid_response", "delay", lasting=A_MINUTE),
        drawn("mid_response", "reset", bytes=1),
        drawn("mid_response", "delay", lasting=-A_MINUTE),
        drawn("mid_response", "close"),
    ]
    _, *rest = plan(LETTER, faults)
    assert rest == [Pause(A_MINUTE), Pause(-A_MINUTE), Put(b"0"), End.RESET]


def test_nothing_comes_after_a_hang() -> None:
    faults = [drawn("mid_response", "hang"), drawn("mid_response", "reset")]
    assert plan(LETTER, faults)[1:] == (Hang(),)


def test_what_is_said_otherwise_is_broken_after_that() -> None:
    letter = Letter(body="回答".encode(), headers={"Content-Type": "text/plain"})
    faults = [
        drawn("mid_response", "close", bytes="100%"),
        drawn("mid_response", "encoding", to="cp932"),
    ]
    head, body, end = plan(letter, faults)
    assert isinstance(head, Put)
    assert b"charset" not in head.data
    assert body == Put("回答".encode("cp932"))
    assert end is End.CLOSE


def test_what_another_encoding_has_not_becomes_a_question_mark() -> None:
    letter = Letter(body="𠮷".encode(), headers={"Content-Type": "text/plain"})
    moves = plan(letter, [drawn("mid_response", "encoding", declare="utf-8", send="cp932")])
    assert moves[1] == Put(b"?")


def test_what_is_no_text_keeps_its_bytes() -> None:
    letter = Letter(body=b"\xff\x00", headers={"Content-Type": "text/plain"})
    moves = plan(letter, [drawn("mid_response", "encoding", declare="utf-8", send="cp932")])
    assert moves[1] == Put(b"\xff\x00")


def test_only_the_declaration_may_lie() -> None:
    moves = plan(LETTER, [drawn("mid_response", "encoding", declare="utf-16")])
    assert isinstance(moves[0], Put)
    assert b"charset=utf-16" in moves[0].data
    assert moves[1] == Put(LETTER.body)


@given(st.binary(max_size=100))
def test_drops_and_chunks_are_the_whole_body(body: bytes) -> None:
    letter = Letter(body=body, headers={})
    moves = plan(letter, [drawn("mid_response", "dribble", lasting=A_MINUTE)])
    sent = b"".join(one.data for one in moves[1:] if isinstance(one, Put))
    found = b""
    while sent:
        size, _, rest = sent.partition(b"\r\n")
        found, sent = found + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    assert found == body
    waits = [one.lasting.span for one in moves if isinstance(one, Pause)]
    assert len(waits) <= PIECES
    assert sum(waits, timedelta()) == (A_MINUTE.span if body else timedelta())


def test_nothing_is_no_chunk() -> None:
    assert chunk(b"") == b""
    assert chunk(b"ab") == b"2\r\nab\r\n"
