"""Strict JSON: what is refused, where the fault is said to be, and that nothing is repeated."""

from typing import Annotated

import msgspec
import pytest

from gateway.transport.json_body import convert, decode
from gateway.transport.problems import RequestError
from gateway.transport.schemas.common import Request, form


class Inner(Request, frozen=True, kw_only=True):
    digits: Annotated[str, form("[0-9]{3}", "three digits")] = "000"


class Body(Request, frozen=True, kw_only=True):
    count: int = 0
    text: str = ""
    parts: tuple[Inner, ...] = ()
    small: Annotated[int, msgspec.Meta(ge=1, le=9, description="one digit")] = 1


REFUSED = [
    # id, body, code, path
    ("empty", b"", "request.malformed", "$"),
    ("truncated", b'{"count":', "request.malformed", "$"),
    ("trailing comma", b'{"count":1,}', "request.malformed", "$"),
    ("trailing bytes", b'{"count":1}x', "request.malformed", "$"),
    ("two documents", b"{}{}", "request.malformed", "$"),
    ("not a number", b'{"count":NaN}', "request.malformed", "$"),
    ("leading zero", b'{"count":01}', "request.malformed", "$"),
    ("bare line feed", b'{"text":"a\nb"}', "request.malformed", "$"),
    ("single quotes", b"{'count':1}", "request.malformed", "$"),
    ("byte order mark", b"\xef\xbb\xbf{}", "request.charset", "$"),
    ("UTF-16", '{"count":1}'.encode("utf-16"), "request.charset", "$"),
    ("cp932", '{"text":"架空"}'.encode("cp932"), "request.charset", "$"),
    ("encoded surrogate", b'{"text":"\xed\xa0\x80"}', "request.charset", "$"),
    ("high surrogate alone", b'{"text":"\\ud800"}', "request.charset", "$"),
    ("low surrogate alone", b'{"text":"\\udc00x"}', "request.charset", "$"),
    ("escaped NUL", b'{"text":"\\u0000"}', "request.charset", "$"),
    ("raw NUL", b'{"text":"\x00"}', "request.charset", "$"),
    ("NUL between", b'{"count":1}\x00', "request.charset", "$"),
    ("same name twice", b'{"count":1,"count":1}', "request.duplicate_key", "$.count"),
    (
        "same name twice, one escaped",
        b'{"count":1,"c\\u006funt":2}',
        "request.duplicate_key",
        "$.count",
    ),
    (
        "same name twice inside",
        b'{"parts":[{},{"digits":"123","digits":"456"}]}',
        "request.duplicate_key",
        "$.parts[1].digits",
    ),
    ("unknown field", b'{"counts":1}', "request.unknown_field", "$.counts"),
    ("number as field name", b'{"123456789018":1}', "request.unknown_field", "$.*"),
    ("unknown inside", b'{"parts":[{"x":1}]}', "request.unknown_field", "$.parts[0].x"),
    ("text for a number", b'{"count":"1"}', "request.type", "$.count"),
    ("number for a text", b'{"text":1}', "request.type", "$.text"),
    ("true for a number", b'{"count":true}', "request.type", "$.count"),
    ("fraction for a number", b'{"count":1.5}', "request.type", "$.count"),
    ("null for a text", b'{"text":null}', "request.type", "$.text"),
    ("array for an object", b"[]", "request.type", "$"),
    ("object for an array", b'{"parts":{}}', "request.type", "$.parts"),
    (
        "full-width digits",
        '{"parts":[{"digits":"１２３"}]}'.encode(),  # noqa: RUF001  # full-width on purpose
        "request.invalid",
        "$.parts[0].digits",
    ),
    (
        "trailing line feed",
        b'{"parts":[{"digits":"123\\n"}]}',
        "request.invalid",
        "$.parts[0].digits",
    ),
    ("too great", b'{"small":10}', "request.invalid", "$.small"),
    ("beyond 64 bits", b'{"small":99999999999999999999999999}', "request.invalid", "$.small"),
    ("5,000 digits", b'{"count":' + b"1" * 5000 + b"}", "request.invalid", "$.count"),
    ("100,000 levels", b"[" * 100_000, "request.type", "$"),
    ("100,000 levels inside", b'{"parts":' + b"[" * 100_000, "request.type", "$.parts[0]"),
    (
        "100,000 objects",
        b'{"parts":' + b'[{"digits":' * 100_000,
        "request.type",
        "$.parts[0].digits",
    ),
]


@pytest.mark.parametrize(
    ("body", "code", "path"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_body_that_breaks_a_rule_is_refused_by_code_and_path(
    body: bytes, code: str, path: str
) -> None:
    with pytest.raises(RequestError) as refused:
        decode(body, Body)
    assert (refused.value.code, refused.value.context["path"]) == (code, path)


def test_a_missing_field_is_named() -> None:
    class Needs(Request, frozen=True, kw_only=True):
        number: str

    with pytest.raises(RequestError) as refused:
        decode(b"{}", Needs)
    assert refused.value.code == "request.missing_field"
    assert refused.value.context["path"] == "$.number"


@pytest.mark.parametrize(
    "body",
    [
        b'{"small":"SECRETVALUE"}',
        b'{"parts":[{"digits":"SECRETVALUE"}]}',
        b'{"SECRET-VALUE":1}',
        b'{"text":"SECRETVALUE","text":"SECRETVALUE"}',
        b'{"text":"SECRETVALUE\xff"}',
        b'{"text":"SECRETVALUE',
    ],
)
def test_no_fault_repeats_what_was_sent(body: bytes) -> None:
    with pytest.raises(RequestError) as refused:
        decode(body, Body)
    shown = f"{refused.value} {refused.value.context} {refused.value.__cause__}"
    assert "SECRET" not in shown


def test_plain_utf8_with_escapes_and_pairs_is_read() -> None:
    body = '{"text":"髙﨑 𠮷 \\ud842\\udfb7 \\\\u0000","count":3}'.encode()
    assert decode(body, Body).text == "髙﨑 𠮷 𠮷 \\u0000"


def test_a_fraction_without_fraction_is_an_integer_as_in_json_schema() -> None:
    assert decode(b'{"count":2.0,"small":1e0}', Body) == Body(count=2)
    with pytest.raises(RequestError) as refused:
        decode(b'{"count":1.0,"count":2}', Body)
    assert refused.value.code == "request.duplicate_key"
    with pytest.raises(RequestError) as refused:
        decode(b'{"count":1e400}', Body)
    assert refused.value.code == "request.invalid"


def test_an_expected_type_is_said() -> None:
    with pytest.raises(RequestError) as refused:
        decode(b'{"count":"1"}', Body)
    assert refused.value.context["expected"] == "int"


def test_query_texts_become_values() -> None:
    assert convert({"count": "3", "small": "4"}, Body, root="query") == Body(count=3, small=4)
    with pytest.raises(RequestError) as refused:
        convert({"counts": "3"}, Body, root="query")
    assert refused.value.context["path"] == "query.counts"
    with pytest.raises(RequestError) as refused:
        convert({"count": "null"}, Body, root="query")
    assert refused.value.code == "request.type"
    with pytest.raises(RequestError) as refused:
        convert({"text": "\x00"}, Body, root="query")
    assert refused.value.code == "request.charset"
