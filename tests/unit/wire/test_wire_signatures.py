from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from wire.documents import XML_TYPE, Document, decode_stream, seal
from wire.errors import WireError
from wire.keys import RSA_PKCS1, PrivateKey, PublicKey, is_signed, sign_bytes
from wire.signatures import ECDSA_P256, ED25519, KeyRing, Signer, verify

ID = "0f0e0d0c-0b0a-4909-8807-060504030201"
OTHER_ID = "11111111-2222-4333-8444-555555555555"
NOON = datetime(2025, 11, 23, 12, 0, 0, 250_000, tzinfo=UTC)
EC_KEY = ec.derive_private_key(7, ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
RSA_KEY = rsa.generate_private_key(65537, 2048)
P256 = Signer("p256", ECDSA_P256, EC_KEY)
ED = Signer("ed", ED25519, ED_KEY)
RING = KeyRing(
    {
        "p256": ("990011", ECDSA_P256, EC_KEY.public_key()),
        "ed": ("990011", ED25519, ED_KEY.public_key()),
    }
)
SIGNERS = pytest.mark.parametrize("signer", [P256, ED], ids=lambda signer: str(signer.algorithm))


def sealed(signer: Signer | None = P256, *, reply: str | None = OTHER_ID) -> Document:
    return seal(
        kind="receipt",
        message_id=ID,
        sender="990011",
        recipient="990029",
        created=NOON,
        body=b"<body/>",
        content_type=XML_TYPE,
        in_reply_to=reply,
        deadline=NOON + timedelta(seconds=30),
        signer=signer,
    )


GOOD = sealed().raw


@SIGNERS
@pytest.mark.parametrize("reply", [None, OTHER_ID], ids=["first", "reply"])
def test_a_sealed_document_verifies_after_relay(signer: Signer, reply: str | None) -> None:
    (document,) = decode_stream(sealed(signer, reply=reply).raw)
    assert isinstance(document, Document)
    verify(document, RING, now=NOON)


CHANGES: dict[str, dict[str, Any]] = {
    "another body": {"body": b"<bodi/>"},
    "another kind": {"kind": "answer"},
    "another message id": {"message_id": OTHER_ID},
    "another recipient": {"recipient": "990037"},
    "no reply": {"in_reply_to": None},
    "no deadline": {"deadline": None},
    "another millisecond": {"created": NOON + timedelta(milliseconds=1)},
    "another type": {"content_type": "application/json"},
    "bytes behind": {"raw": GOOD + b"x"},
    "bytes before": {"raw": b"x" + GOOD},
    "another signature": {"signature": bytes(64)},
}


@pytest.mark.parametrize("change", CHANGES)
def test_values_that_are_not_those_of_the_bytes_are_refused(change: str) -> None:
    document = replace(sealed(), **CHANGES[change])
    with pytest.raises(WireError, match=r"signature\.digest"):
        verify(document, RING, now=NOON)


def test_a_claimed_signature_without_a_key_is_missing() -> None:
    with pytest.raises(WireError, match=r"signature\.missing"):
        verify(replace(sealed(), key_id=None), RING, now=NOON)


def test_without_a_window_an_old_document_still_verifies_and_a_future_one_does_not() -> None:
    document = sealed()
    verify(document, RING, now=NOON + timedelta(days=3650), window_seconds=None)
    verify(document, RING, now=NOON - timedelta(seconds=300), window_seconds=None)
    with pytest.raises(WireError, match=r"signature\.created"):
        verify(document, RING, now=NOON - timedelta(seconds=301), window_seconds=None)


def test_a_narrower_window_refuses_more() -> None:
    with pytest.raises(WireError, match=r"signature\.created"):
        verify(sealed(), RING, now=NOON + timedelta(seconds=11), window_seconds=10)


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        (ED25519, EC_KEY.public_key()),
        (ECDSA_P256, ED_KEY.public_key()),
        (ECDSA_P256, ec.derive_private_key(7, ec.SECP384R1()).public_key()),
        (ECDSA_P256, RSA_KEY.public_key()),
        (RSA_PKCS1, rsa.generate_private_key(65537, 1024).public_key()),  # noqa: S505  refused
        ("none", EC_KEY.public_key()),
        ("hmac-sha256", RSA_KEY.public_key()),
    ],
    ids=["ec as ed", "ed as ec", "another curve", "rsa as ec", "short rsa", "none", "hmac"],
)
def test_a_ring_pins_a_key_only_to_its_own_algorithm(algorithm: str, key: PublicKey) -> None:
    with pytest.raises(WireError, match=r"signature\.algorithm"):
        KeyRing({"a": ("990011", algorithm, key)})


def test_a_ring_finds_what_is_pinned_and_nothing_else() -> None:
    pinned = RING.find("ed")
    assert pinned is not None
    assert (pinned.institution, pinned.algorithm) == ("990011", ED25519)
    assert RING.find("ED") is None


@pytest.mark.parametrize("key_id", ["", "a b", 'a"', "鍵", "a" * 129, "a\n"])
def test_a_key_id_must_be_able_to_travel(key_id: str) -> None:
    with pytest.raises(WireError, match=r"signature\.profile"):
        Signer(key_id, ED25519, ED_KEY)
    with pytest.raises(WireError, match=r"signature\.profile"):
        KeyRing({key_id: ("990011", ED25519, ED_KEY.public_key())})


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [(ED25519, EC_KEY), (ECDSA_P256, ED_KEY), (RSA_PKCS1, RSA_KEY), (ED25519, RSA_KEY)],
    ids=["ec as ed", "ed as ec", "rsa", "rsa as ed"],
)
def test_only_an_elliptic_key_of_its_algorithm_signs_documents(
    algorithm: str, key: PrivateKey
) -> None:
    with pytest.raises(WireError, match=r"signature\.algorithm"):
        Signer("a", algorithm, key)


@SIGNERS
def test_signatures_are_sixty_four_bytes_however_often_they_are_made(signer: Signer) -> None:
    assert {len(signer.sign(b"base %d" % count)) for count in range(200)} == {64}


def test_a_signature_of_another_length_never_verifies() -> None:
    signature = sign_bytes(EC_KEY, b"base")
    assert is_signed(EC_KEY.public_key(), b"base", signature)
    assert not is_signed(EC_KEY.public_key(), b"base", signature + b"\x00")
    assert not is_signed(EC_KEY.public_key(), b"base", signature[:63])
    assert not is_signed(EC_KEY.public_key(), b"base", b"")
    assert not is_signed(ED_KEY.public_key(), b"base", b"")


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        ed25519.Ed25519PrivateKey.generate(),
        RSA_KEY,
    ],
    ids=["ecdsa-p256", "ed25519", "rsa"],
)
def test_a_raw_signature_is_that_of_its_bytes_alone(key: PrivateKey) -> None:
    signature = sign_bytes(key, b"base")
    assert is_signed(key.public_key(), b"base", signature)
    assert not is_signed(key.public_key(), b"bases", signature)
    assert not is_signed(key.public_key(), b"base", signature[:-1])
