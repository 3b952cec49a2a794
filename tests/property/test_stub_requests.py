"""Requests are taken out of bytes in the same way however these are cut, and never guessed at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.net.requests import (
    MAX_BODY_BYTES,
    MAX_HEAD_BYTES,
    Asked,
    RequestReader,
)

GET = b"GET /a?b=%E3%81%82 HTTP/1.1\r\nHost: here\r\n\r\n"
POST = b"POST /c HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello"
CHUNKED = (
    b"PUT /d HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5;note=x\r\nhello\r\nA\r\n0123456789\r\n0\r\n"
)
TRAILED = CHUNKED + b"Digest: none\r\n\r\n"
OLD = b"GET /e HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"
LAST = b"GET /f HTTP/1.1\r\nconnection: x, Close\r\n\r\n"
KNOWN = {
    GET: Asked(method="GET", target="/a?b=%E3%81%82", kept=True, raw=GET),
    POST: Asked(method="POST", target="/c", kept=True, raw=POST),
    CHUNKED + b"\r\n": Asked(method="PUT", target="/d", kept=True, raw=CHUNKED + b"\r\n"),
    TRAILED: Asked(method="PUT", target="/d", kept=True, raw=TRAILED),
    OLD: Asked(method="GET", target="/e", kept=True, raw=OLD),
}


def read(data: bytes, cuts: list[int]) -> list[Asked]:
    reader, found, before = RequestReader(), [], 0
    for at in [*sorted(cut % (len(data) + 1) for cut in cuts), len(data)]:
        found += reader.feed(data[before:at])
        before = at
    return found


@given(st.lists(st.sampled_from(list(KNOWN))), st.lists(st.integers(0, 2**16)), st.booleans())
def test_any_cut_gives_the_same_requests(
    sent: list[bytes],
    cuts: list[int],
    ends: bool,
) -> None:
    wanted = [KNOWN[one] for one in sent]
    if ends:
        wanted.append(Asked(method="GET", target="/f", kept=False, raw=LAST))
        sent = [*sent, LAST, GET]
    assert read(b"".join(sent), cuts) == wanted


@given(st.binary(max_size=200), st.lists(st.integers(0, 200)))
def test_no_bytes_do_more_than_be_refused(data: bytes, cuts: list[int]) -> None:
    found = read(GET + data, cuts)
    assert found[0] == KNOWN[GET]
    assert (GET + data).startswith(b"".join(one.raw for one in found))


@pytest.mark.parametrize(
    ("sent", "waits"), [(POST[:-5], True), (POST[:-6], False), (POST, False), (GET, False)]
)
def test_who_expects_to_be_told_waits_for_it(sent: bytes, *, waits: bool) -> None:
    reader = RequestReader()
    reader.feed(sent)
    assert [reader.must_tell(), reader.must_tell()] == [waits, False]


@pytest.mark.parametrize(
    "sent",
    [
        b"\r\n" + GET,
        b"GET  /a HTTP/1.1\r\n\r\n",
        b"GET /a HTTP/2.0\r\n\r\n",
        b"GET /a HTTP/1.1\nHost: x\n\r\n\r\n",
        b"GET /a HTTP/1.1\r\nContent-Length : 5\r\n\r\n",
        b"GET /a HTTP/1.1\r\nX: a\r\n folded\r\n\r\n",
        b"GET /a HTTP/1.1\r\nX: a\x00\r\n\r\n",
        b"GET /a HTTP/1.1\r\nContent-Length: +5\r\n\r\n",
        b"GET /a HTTP/1.1\r\nContent-Length: \r\n\r\n",
        b"GET /a HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"GET /a HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1),
        b"GET /a HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET /a HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"GET /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        b"GET /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"GET /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc",
        b"GET /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % MAX_BODY_BYTES,
        b"GET /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1" + b" " * 2000,
        b"GET /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX" + b" " * MAX_HEAD_BYTES,
        b"GET /" + b"a" * MAX_HEAD_BYTES,
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(sent: bytes) -> None:
    reader = RequestReader()
    assert reader.feed(GET + sent) == [KNOWN[GET]]
    assert reader.bad
    assert reader.feed(GET) == []


def test_the_same_length_twice_is_one_length() -> None:
    twice = b"POST /c HTTP/1.1\r\nContent-Length: 1\r\ncontent-length:1\r\n\r\nx"
    assert RequestReader().feed(twice) == [Asked(method="POST", target="/c", kept=True, raw=twice)]
