import pytest

from wire.errors import WireError
from wire.permit_list import MAX_SEQUENCE, decode_permit_list, encode_permit_list

EDITION = '{"title":"照会許可用照合リスト"}'.encode()


def test_a_permit_list_travels_and_returns_as_the_same_bytes() -> None:
    body = encode_permit_list(7, [EDITION, b"{}"])

    assert body.startswith(b'{"editions":["{')
    assert body.endswith(b'"],"sequence":7}')
    assert decode_permit_list(body) == (7, (EDITION, b"{}"))


@pytest.mark.parametrize(
    ("sequence", "editions"),
    [
        (-1, [EDITION]),
        (MAX_SEQUENCE + 1, [EDITION]),
        (1, []),
        (1, [b""]),
        (1, [b"\xff"]),
    ],
    ids=["below zero", "too large", "no edition", "empty edition", "not text"],
)
def test_what_is_no_permit_list_cannot_be_written(sequence: int, editions: list[bytes]) -> None:
    with pytest.raises(WireError, match=r"wire\.permit_list\.value"):
        encode_permit_list(sequence, editions)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "shape"),
        (b"\xef\xbb\xbf{}", "shape"),
        (b"[" * 100_000, "shape"),
        (b"[]", "shape"),
        (b'{"editions":["a"]}', "shape"),
        (b'{"editions":["a"],"extra":1,"sequence":1}', "shape"),
        (b'{"editions":"a","sequence":1}', "shape"),
        (b'{"editions":[1],"sequence":1}', "shape"),
        (b'{"editions":["a"],"sequence":"1"}', "shape"),
        (b'{"editions":["a"],"sequence":true}', "shape"),
        (b'{"editions":["a"],"sequence":1.0}', "shape"),
        (b'{"sequence":1,"editions":["a"]}', "canonical"),
        (b'{"editions":["a"],"sequence":1,"sequence":1}', "canonical"),
        (b'{"editions":["a"], "sequence":1}', "canonical"),
        (b'{"editions":["\\u0061"],"sequence":1}', "canonical"),
        (b'{"editions":["\\ud800"],"sequence":1}', "canonical"),
        (b'{"editions":[],"sequence":1}', "value"),
        (b'{"editions":["a"],"sequence":-1}', "value"),
    ],
)
def test_a_body_that_is_not_exactly_a_permit_list_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(WireError, match=rf"wire\.permit_list\.{code}"):
        decode_permit_list(body)
