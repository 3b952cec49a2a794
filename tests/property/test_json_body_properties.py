"""Strict JSON agrees with a second parser, whatever the bytes."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.transport.json_body import decode
from gateway.transport.problems import RequestError
from gateway.transport.schemas.common import Request


class Tree(Request, frozen=True, kw_only=True):
    name: str = ""
    count: int | None = None
    leaves: tuple["Tree", ...] = ()


TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
TREES: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.builds(dict, name=TEXTS, count=st.none() | st.integers(-(2**60), 2**60)),
    lambda leaves: st.builds(dict, name=TEXTS, leaves=st.lists(leaves, max_size=3)),
    max_leaves=8,
)


@given(st.binary(max_size=200))
def test_bytes_are_read_or_refused_and_nothing_else_happens(body: bytes) -> None:
    try:
        read = decode(body, Tree)
    except RequestError:
        return
    assert read == msgspec.json.decode(body, type=Tree)


@given(TREES, st.booleans())
def test_what_a_second_writer_writes_is_read_unchanged(
    value: dict[str, Any], ascii_only: bool
) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert decode(body, Tree) == msgspec.convert(value, Tree)


@given(TREES, st.data())
def test_a_member_said_twice_at_any_depth_is_refused(
    value: dict[str, Any], data: st.DataObject
) -> None:
    body = json.dumps(value)
    places = [index for index, char in enumerate(body) if char == "{" and '"' not in body[:index]]
    place = data.draw(st.sampled_from(places))
    twice = body[: place + 1] + '"count": 1, "count": 2, ' + body[place + 1 :]
    with pytest.raises(RequestError) as refused:
        decode(twice.encode(), Tree)
    assert refused.value.code == "request.duplicate_key"
