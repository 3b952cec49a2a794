import pickle
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire.documents import (
    CONTENT_TYPES,
    JSON_TYPE,
    MEDIA_TYPE,
    PERMIT_TYPE,
    XML_TYPE,
    Document,
    decode_stream,
    encode_stream,
    seal,
)
from wire.errors import WireError
from wire.instants import read_date, read_instant, write_instant
from wire.messages import MESSAGE_CLASSES
from wire.signatures import ED25519, Signer

ID = "0f0e0d0c-0b0a-4909-8807-060504030201"
OTHER_ID = "11111111-2222-4333-8444-555555555555"
NOON = datetime(2026, 11, 23, 12, 0, 0, 250_000, tzinfo=UTC)
SIGNER = Signer("key-a", ED25519, Ed25519PrivateKey.from_private_bytes(bytes(32)))


def sealed(**changes: Any) -> Document:  # noqa: ANN401  any argument of seal
    arguments: dict[str, Any] = {
        "kind": "receipt",
        "message_id": ID,
        "sender": "990011",
        "recipient": "990029",
        "created": NOON,
        "body": b"<body/>",
        "content_type": XML_TYPE,
        "in_reply_to": OTHER_ID,
        "deadline": NOON + timedelta(seconds=30),
        "signer": SIGNER,
    }
    return seal(**{**arguments, **changes})


def in_place(data: bytes) -> str:
    """Return code and path of the error that stands for the second of three documents."""
    good = sealed().raw
    first, second, third = decode_stream(good + data + good)
    assert first == third == sealed()
    assert isinstance(second, WireError)
    return f"{second.code} {second.path}"


def framing(data: bytes, **limits: int) -> str:
    with pytest.raises(WireError) as caught:
        decode_stream(data, **limits)
    return f"{caught.value.code} {caught.value.path}"


def test_a_sealed_document_is_read_back_as_itself() -> None:
    assert decode_stream(sealed().raw) == [sealed()]


@pytest.mark.parametrize("reply", [None, OTHER_ID], ids=["first", "reply"])
@pytest.mark.parametrize("deadline", [None, NOON], ids=["open", "deadline"])
@pytest.mark.parametrize("signer", [None, SIGNER], ids=["unsigned", "signed"])
def test_every_combination_of_optional_fields_is_read_back(
    reply: str | None, deadline: datetime | None, signer: Signer | None
) -> None:
    document = sealed(in_reply_to=reply, deadline=deadline, signer=signer)
    assert decode_stream(document.raw) == [document]
    assert (document.in_reply_to, document.deadline) == (reply, deadline)
    assert (document.signature is None) == (signer is None)


def test_the_bytes_of_a_document_are_these() -> None:
    document = sealed(in_reply_to=None, deadline=None, signer=None)
    assert document.raw == (
        b"content-type: application/xml\r\n"
        b"content-length: 7\r\n"
        b"content-digest: sha-256=:tpElLFTsoeQdg9XqEvL03sasJ8MNmIoNzzvVXV960zU=:\r\n"
        b"nakadachi-kind: receipt\r\n"
        b"nakadachi-message-id: 0f0e0d0c-0b0a-4909-8807-060504030201\r\n"
        b"nakadachi-sender: 990011\r\n"
        b"nakadachi-recipient: 990029\r\n"
        b"nakadachi-created: 2026-11-23T12:00:00.250Z\r\n"
        b"\r\n"
        b"<body/>"
    )
    assert document.digest == sha256(document.raw).digest()


def test_instants_are_cut_to_milliseconds() -> None:
    document = sealed(created=NOON.replace(microsecond=250_999))
    assert document == sealed()
    assert decode_stream(document.raw) == [document]


@pytest.mark.parametrize(
    "instant",
    [NOON.replace(tzinfo=None), NOON.astimezone(timezone(timedelta(hours=9)))],
    ids=["naive", "Japan"],
)
def test_instants_must_be_in_utc(instant: datetime) -> None:
    with pytest.raises(WireError, match=r"wire\.instant\.zone"):
        sealed(created=instant)


@pytest.mark.parametrize("text", ["2026-02-30T12:00:00.000Z", "2026-11-23T12:00:00Z", "x"])
def test_text_that_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(WireError, match=r"wire\.instant\.text"):
        read_instant(text)


@pytest.mark.parametrize("text", ["2026-02-30", "2026-2-3", "20260203"])
def test_text_that_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(WireError, match=r"wire\.date\.text"):
        read_date(text)


def test_the_first_and_the_last_instant_are_written_in_full() -> None:
    first = datetime.min.replace(tzinfo=UTC)
    assert write_instant(first) == "0001-01-01T00:00:00.000Z"
    assert read_instant(write_instant(first)) == first


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"kind": "unknown"}, "wire.document.value header.nakadachi-kind"),
        ({"kind": "permit"}, "wire.document.content_type header.content-type"),
        ({"content_type": JSON_TYPE}, "wire.document.content_type header.content-type"),
        ({"content_type": "text/xml"}, "wire.document.value header.content-type"),
        ({"message_id": ID.upper()}, "wire.document.value header.nakadachi-message-id"),
        ({"message_id": ID[1:]}, "wire.document.value header.nakadachi-message-id"),
        ({"sender": "99001"}, "wire.document.value header.nakadachi-sender"),
        ({"sender": "99001\uff11"}, "wire.document.value header.nakadachi-sender"),
        ({"recipient": "990029\r\nx: y"}, "wire.document.unknown header"),
        ({"recipient": "990029\r\n x"}, "wire.document.folded header"),
        (
            {"recipient": "990029\r\nnakadachi-sender: 990011"},
            "wire.document.duplicate header.nakadachi-sender",
        ),
        ({"in_reply_to": "x"}, "wire.document.value header.nakadachi-in-reply-to"),
        ({"body": b""}, "wire.document.value header.content-length"),
        (
            {"created": datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)},
            "signature.created header.nakadachi-created",
        ),
    ],
)
def test_a_document_that_would_be_refused_is_not_sealed(
    changes: dict[str, object], error: str
) -> None:
    with pytest.raises(WireError) as caught:
        sealed(**changes)
    assert f"{caught.value.code} {caught.value.path}" == error


def test_every_kind_has_its_content_type() -> None:
    for kind, content_type in CONTENT_TYPES.items():
        document = sealed(kind=kind, content_type=content_type)
        assert decode_stream(document.raw) == [document]
    special = {"permit": PERMIT_TYPE, "permit-list": JSON_TYPE}
    assert {
        kind: kind_type for kind, kind_type in CONTENT_TYPES.items() if kind_type != XML_TYPE
    } == special
    assert set(CONTENT_TYPES) == {*special, *MESSAGE_CLASSES}


def test_the_stream_has_its_own_media_type() -> None:
    assert MEDIA_TYPE == "application/vnd.nakadachi.documents"


def test_documents_follow_one_another_in_a_stream() -> None:
    documents = [sealed(body=b"<a/>" * count) for count in range(1, 6)]
    assert decode_stream(encode_stream(documents)) == documents


def test_relayed_bytes_and_own_documents_mix_in_a_stream() -> None:
    assert encode_stream([sealed().raw, sealed()]) == sealed().raw * 2


def test_an_empty_stream_has_no_documents() -> None:
    assert decode_stream(encode_stream([])) == []


def test_a_body_may_hold_what_looks_like_a_header() -> None:
    document = sealed(body=sealed().raw + b"\r\n\r\n")
    assert decode_stream(document.raw * 2) == [document, document]


RAW = sealed().raw
LINES = RAW.split(b"\r\n\r\n")[0].split(b"\r\n")


def with_lines(*lines: bytes) -> bytes:
    return b"\r\n".join(lines) + b"\r\n\r\n<body/>"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (RAW.replace(b"<body/>", b"<bodi/>"), "digest document[2].header.content-digest"),
        (RAW.replace(b"=:tp", b"=:TP"), "digest document[2].header.content-digest"),
        (RAW.replace(b"sha-256", b"sha-512"), "value document[2].header.content-digest"),
        (RAW.replace(b"0zU=:", b"0zV=:"), "value document[2].header.content-digest"),
        (RAW.replace(b"0zU=:", b"0zU:"), "value document[2].header.content-digest"),
        (RAW.replace(b"0zU=:\r", b"0zU=:;a\r"), "value document[2].header.content-digest"),
        (RAW.replace(b"nakadachi-kind: r", b"Nakadachi-Kind: r"), "unknown document[2].header"),
        (RAW.replace(b"nakadachi-kind: ", b"nakadachi-kind:"), "unknown document[2].header"),
        (
            RAW.replace(b"nakadachi-kind: ", b"nakadachi-kind:  "),
            "value document[2].header.nakadachi-kind",
        ),
        (
            RAW.replace(b"kind: receipt", b"kind: receipt "),
            "value document[2].header.nakadachi-kind",
        ),
        (
            RAW.replace(b"12:00:00.250Z\r\nnak", b"24:00:00.250Z\r\nnak"),
            "wire.instant.text document[2].header.nakadachi-created",
        ),
        (
            RAW.replace(b"12:00:30.250Z", b"12:61:30.250Z"),
            "wire.instant.text document[2].header.nakadachi-deadline",
        ),
        (with_lines(*LINES[:3], *LINES[4:]), "missing document[2].header.nakadachi-kind"),
        (with_lines(LINES[1], LINES[0], *LINES[2:]), "order document[2].header"),
        (
            with_lines(*LINES[:4], LINES[3], *LINES[4:]),
            "duplicate document[2].header.nakadachi-kind",
        ),
        (with_lines(*LINES[:4], b" folded", *LINES[4:]), "folded document[2].header"),
        (with_lines(*LINES[:4], b"\tfolded", *LINES[4:]), "folded document[2].header"),
        (with_lines(*LINES[:4], b"host: a", *LINES[4:]), "unknown document[2].header"),
        (b"\r\n" + RAW, "unknown document[2].header"),
        (with_lines(b"x", *LINES), "unknown document[2].header"),
        (with_lines(*LINES[1:]), "missing document[2].header.content-type"),
        (with_lines(*LINES[:-2], LINES[-1]), "signature.profile document[2].header.signature"),
        (with_lines(*LINES[:-1]), "signature.profile document[2].header.signature"),
        (with_lines(*LINES[:-2], LINES[-1], LINES[-2]), "order document[2].header"),
    ],
)
def test_a_bad_document_stands_as_its_error_among_good_ones(data: bytes, error: str) -> None:
    expected = error if error.startswith(("wire.", "signature.")) else f"wire.document.{error}"
    assert in_place(data) == expected


def test_an_oversized_document_is_refused_alone() -> None:
    large = sealed(body=b"x" * 5000)
    small = sealed()
    first, second = decode_stream(large.raw + small.raw, max_document_bytes=len(large.raw) - 1)
    assert second == small
    assert isinstance(first, WireError)
    assert (first.code, first.path) == ("wire.document.size", "document[1]")
    assert decode_stream(large.raw, max_document_bytes=len(large.raw)) == [large]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"x", "header document[1]"),
        (b"\r\n\r\n", "length document[1]"),
        (RAW[:-1], "truncated document[1]"),
        (RAW + RAW[:-1], "truncated document[2]"),
        (RAW + b"\r\n", "header document[2]"),
        (RAW[:300], "header document[1]"),
        (RAW.replace(b"\r\n", b"\n"), "header document[1]"),
        (RAW.replace(b"\r\nnakadachi-k", b"\nnakadachi-k"), "header document[1]"),
        (RAW.replace(b"\r\nnakadachi-k", b"\rnakadachi-k"), "header document[1]"),
        (RAW.replace(b"receipt", "受付".encode()), "header document[1]"),
        (RAW.replace(b"content-length: 7\r\n", b""), "length document[1]"),
        (RAW.replace(b"content-length: 7\r\n", b"content-length: 7\r\n" * 2), "length document[1]"),
        (
            RAW.replace(b"content-length: 7\r\n", b"content-length: 7\r\nContent-Length: 8\r\n"),
            "length document[1]",
        ),
        (
            RAW.replace(b"content-length: 7\r\n", b"content-length: 7\r\n content-length: 8\r\n"),
            "length document[1]",
        ),
        (RAW.replace(b"content-length: 7", b"Content-Length: 7"), "length document[1]"),
        (RAW.replace(b"content-length: 7", b"content-length : 7"), "length document[1]"),
        (RAW.replace(b"content-length: 7", b"content-length:7"), "length document[1]"),
        (RAW.replace(b"content-length: 7", b"content-length: 07"), "length document[1]"),
        (RAW.replace(b"content-length: 7", b"content-length: +7"), "length document[1]"),
        (RAW.replace(b"content-length: 7", b"content-length: -7"), "length document[1]"),
        (RAW.replace(b"content-length: 7", b"content-length: 0x7"), "length document[1]"),
        (RAW.replace(b"content-length: 7", b"content-length: 7, 7"), "length document[1]"),
        (RAW.replace(b"content-length: 7", b"content-length: 0"), "length document[1]"),
        (RAW.replace(b"content-length: 7", b"content-length: 9999999999"), "length document[1]"),
        (RAW.replace(b"content-length: 7", b"content-length: 8"), "truncated document[1]"),
        (RAW.replace(b"content-length: 7", b"content-length: 6"), "header document[2]"),
        (RAW.replace(b"receipt", b"c" * 4096), "header document[1]"),
    ],
)
def test_a_stream_that_can_be_cut_in_two_ways_is_refused_as_a_whole(
    data: bytes, error: str
) -> None:
    assert framing(data) == f"wire.stream.{error}"


def test_a_stream_may_hold_the_agreed_number_of_documents_and_no_more() -> None:
    assert len(decode_stream(RAW * 3, max_documents=3)) == 3
    assert framing(RAW * 4, max_documents=3) == "wire.stream.count document[4]"


def test_neither_body_nor_bytes_nor_signature_show_in_repr() -> None:
    shown = repr(sealed(body=b"<secret/>"))
    assert "secret" not in shown
    assert "signature" not in shown


def test_a_signer_does_not_show_its_key() -> None:
    assert repr(SIGNER) == "Signer(key_id='key-a', algorithm='ed25519')"


def test_errors_say_code_place_and_reason_and_survive_pickling() -> None:
    error = WireError("wire.a.b", "", "A reason.")
    assert str(error) == "wire.a.b: A reason."
    assert str(error.below("[2]").below("c")) == "wire.a.b at c[2]: A reason."
    assert str(error.below("d").below("c")) == "wire.a.b at c.d: A reason."
    assert str(pickle.loads(pickle.dumps(error.below("c")))) == "wire.a.b at c: A reason."  # noqa: S301  our own bytes
