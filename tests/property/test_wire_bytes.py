"""Whatever arrives: only WireError, and what is accepted is the one form of its value."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import example, given
from hypothesis import strategies as st

from wire.documents import XML_TYPE, Document, decode_stream, encode_stream, seal
from wire.errors import WireError
from wire.keys import sign_bytes
from wire.messages import MESSAGE_CLASSES, SCHEMA, Acknowledgement, Receipt, Refusal, decode, encode
from wire.permit import PermitClaims, PermitGrant, issue, read
from wire.permit_list import decode_permit_list, encode_permit_list
from wire.records import Frontier, checkpoint, read_checkpoint
from wire.signatures import ECDSA_P256, KeyRing, Signer, verify
from wire.xml import parse

CORPUS = Path(__file__).parents[1] / "vectors" / "wire" / "xml"
ID = "0f0e0d0c-0b0a-4909-8807-060504030201"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY = ec.derive_private_key(7, ec.SECP256R1())
RING = KeyRing({"a": ("990011", ECDSA_P256, KEY.public_key())})
MESSAGE = Refusal(
    code="a.b",
    occurrence=ID,
    title_ja="拒否 & <理由>",
    title_en="a\r\n\tb",
    detail_ja="あ",
    detail_en=" ",
    retry="after",
    retry_at=NOON,
)
BODIES = [encode(MESSAGE), encode(Receipt(transaction_number=ID, state="sent"))]
BODIES += [
    encode(Acknowledgement()),
    *(path.read_bytes()[:3000] for path in sorted(CORPUS.iterdir())),
]
STREAM = encode_stream(
    seal(
        kind="refusal",
        message_id=ID,
        sender="990011",
        recipient="990029",
        created=NOON,
        body=BODIES[place],
        content_type=XML_TYPE,
        signer=Signer("a", ECDSA_P256, KEY) if place else None,
    )
    for place in (0, 1)
)
PERMIT = issue(
    PermitClaims(
        permit_id=ID,
        issuer="990011",
        audience="990029",
        inquirer="990037",
        instrument="shourei-r6",
        row="69",
        clause=None,
        information=(PermitGrant(information="地方税", items=("a",)),),
        transaction_number=ID,
        edition_sha256="0" * 64,
        request_message_id=ID,
        issued_at=NOON,
        not_before=NOON,
        expires_at=NOON,
    ),
    KEY,
    "a",
)


@st.composite
def spoiled(draw: st.DrawFn, samples: list[bytes]) -> bytes:
    """Return a sample with some pieces overwritten, inserted, removed or taken from another."""
    data = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 40)))
        other = draw(st.sampled_from(samples))
        piece = draw(st.integers(0, len(other)))
        copied = other[piece : piece + draw(st.integers(0, 40))]
        data = data[:start] + draw(st.binary(max_size=4) | st.just(copied)) + data[end:]
    return data


def check_stream(data: bytes) -> None:
    try:
        found = decode_stream(data)
    except WireError:
        return
    for document in found:
        if isinstance(document, Document):
            assert document.raw in data
            assert decode_stream(document.raw) == [document]
            check_verification(document)
    if all(isinstance(document, Document) for document in found):
        assert encode_stream(one for one in found if isinstance(one, Document)) == data


def check_verification(document: Document) -> None:
    try:
        verify(document, RING, now=NOON)
    except WireError:
        return
    assert document.raw in STREAM


def check_message(kind: str, data: bytes) -> None:
    try:
        message = decode(kind, data)
    except WireError:
        return
    assert encode(message) == data


def check_xml(data: bytes) -> None:
    try:
        root = parse(data, SCHEMA)
    except WireError:
        return
    assert root.tag in {f"{{urn:nakadachi:network:1}}{kind}" for kind in MESSAGE_CLASSES}


def check_permit(data: bytes) -> None:
    try:
        read(data, RING)
    except WireError:
        return
    assert data == PERMIT


@given(st.binary())
@example(STREAM)
def test_any_bytes_as_a_stream_raise_only_wire_errors(data: bytes) -> None:
    check_stream(data)


@given(spoiled([STREAM]))
def test_a_spoiled_stream_raises_only_wire_errors(data: bytes) -> None:
    check_stream(data)


@given(st.sampled_from(sorted(MESSAGE_CLASSES)), st.binary())
@example("refusal", BODIES[0])
def test_any_bytes_as_a_message_raise_only_wire_errors(kind: str, data: bytes) -> None:
    check_message(kind, data)
    check_xml(data)


@given(st.sampled_from(["refusal", "receipt", "acknowledgement", "answer"]), spoiled(BODIES))
def test_a_spoiled_message_raises_only_wire_errors(kind: str, data: bytes) -> None:
    check_message(kind, data)
    check_xml(data)


@given(st.binary())
@example(PERMIT)
def test_any_bytes_as_a_permit_raise_only_wire_errors(data: bytes) -> None:
    check_permit(data)


@given(spoiled([PERMIT]))
def test_a_spoiled_permit_raises_only_wire_errors(data: bytes) -> None:
    check_permit(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_any_json_as_signed_claims_raises_only_wire_errors(value: object) -> None:
    with pytest.raises(WireError):
        read(signed(json.dumps(value).encode()), RING)


@given(st.binary())
def test_any_bytes_as_signed_claims_raise_only_wire_errors(data: bytes) -> None:
    with pytest.raises(WireError):
        read(signed(data), RING)


def signed(payload: bytes) -> bytes:
    head = PERMIT.partition(b".")[0]
    message = head + b"." + urlsafe_b64encode(payload).rstrip(b"=")
    return message + b"." + urlsafe_b64encode(sign_bytes(KEY, message)).rstrip(b"=")


@given(st.binary())
def test_any_bytes_as_a_frontier_raise_only_wire_errors(data: bytes) -> None:
    try:
        frontier = Frontier.from_bytes(data)
    except WireError:
        return
    assert frontier.to_bytes() == data


@given(st.text())
@example(checkpoint("a", 0, bytes(32)))
def test_any_text_as_a_checkpoint_raises_only_wire_errors(text: str) -> None:
    try:
        origin, size, root = read_checkpoint(text)
    except WireError:
        return
    assert checkpoint(origin, size, root) == text


@given(st.binary() | spoiled([encode_permit_list(7, [b'{"a":1}', "リスト".encode()], b"{}")]))
def test_any_bytes_as_a_permit_list_raise_only_wire_errors(data: bytes) -> None:
    try:
        found = decode_permit_list(data)
    except WireError:
        return
    assert encode_permit_list(found.sequence, found.editions, found.supplement) == data
