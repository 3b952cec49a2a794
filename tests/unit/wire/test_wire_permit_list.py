import pytest

from wire.errors import WireError
from wire.permit_list import (
    MAX_SEQUENCE,
    PermitListBody,
    decode_permit_list,
    encode_permit_list,
)

EDITION = '{"title":"照会許可用照合リスト"}'.encode()


def test_a_permit_list_travels_and_returns_as_the_same_bytes() -> None:
    body = encode_permit_list(7, [EDITION, b"{}"], b'{"holds":[]}')

    assert body.startswith(b'{"editions":["{')
    assert body.endswith(rb'"],"sequence":7,"supplement":"{\"holds\":[]}"}')
    assert decode_permit_list(body) == PermitListBody(7, (EDITION, b"{}"), b'{"holds":[]}')


@pytest.mark.parametrize(
    ("sequence", "editions", "supplement"),
    [
        (-1, [EDITION], b"{}"),
        (MAX_SEQUENCE + 1, [EDITION], b"{}"),
        (1, [], b"{}"),
        (1, [b""], b"{}"),
        (1, [b"\xff"], b"{}"),
        (1, [EDITION], b""),
        (1, [EDITION], b"\xff"),
    ],
    ids=[
        "below zero",
        "too large",
        "no edition",
        "empty edition",
        "not text",
        "empty supplement",
        "supplement not text",
    ],
)
def test_what_is_no_permit_list_cannot_be_written(
    sequence: int, editions: list[bytes], supplement: bytes
) -> None:
    with pytest.raises(WireError, match=r"wire\.permit_list\.value"):
        encode_permit_list(sequence, editions, supplement)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "shape"),
        (b"\xef\xbb\xbf{}", "shape"),
        (b"[" * 100_000, "shape"),
        (b"[]", "shape"),
        (b'{"editions":["a"]}', "shape"),
        (b'{"editions":["a"],"sequence":1}', "shape"),
        (b'{"editions":["a"],"extra":1,"sequence":1,"supplement":"s"}', "shape"),
        (b'{"editions":"a","sequence":1,"supplement":"s"}', "shape"),
        (b'{"editions":[1],"sequence":1,"supplement":"s"}', "shape"),
        (b'{"editions":["a"],"sequence":"1","supplement":"s"}', "shape"),
        (b'{"editions":["a"],"sequence":true,"supplement":"s"}', "shape"),
        (b'{"editions":["a"],"sequence":1.0,"supplement":"s"}', "shape"),
        (b'{"editions":["a"],"sequence":1,"supplement":null}', "shape"),
        (b'{"sequence":1,"editions":["a"],"supplement":"s"}', "canonical"),
        (b'{"editions":["a"],"sequence":1,"supplement":"s","sequence":1}', "canonical"),
        (b'{"editions":["a"], "sequence":1,"supplement":"s"}', "canonical"),
        (b'{"editions":["\\u0061"],"sequence":1,"supplement":"s"}', "canonical"),
        (b'{"editions":["\\ud800"],"sequence":1,"supplement":"s"}', "canonical"),
        (b'{"editions":["a"],"sequence":1,"supplement":"\\ud800"}', "canonical"),
        (b'{"editions":[],"sequence":1,"supplement":"s"}', "value"),
        (b'{"editions":["a"],"sequence":1,"supplement":""}', "value"),
        (b'{"editions":["a"],"sequence":-1,"supplement":"s"}', "value"),
    ],
)
def test_a_body_that_is_not_exactly_a_permit_list_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(WireError, match=rf"wire\.permit_list\.{code}"):
        decode_permit_list(body)
