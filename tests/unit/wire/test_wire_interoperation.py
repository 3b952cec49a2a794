import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, cast

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    HTTPSignatureKeyResolver,
    algorithms,
)
from requests import PreparedRequest, Request

from wire.documents import XML_TYPE, Document, decode_stream, seal
from wire.keys import PublicKey, is_signed
from wire.signatures import ECDSA_P256, ED25519, KeyRing, Signer, verify

VECTORS = Path(__file__).parents[2] / "vectors" / "wire" / "rfc9421.json"
ID = "0f0e0d0c-0b0a-4909-8807-060504030201"
OTHER_ID = "11111111-2222-4333-8444-555555555555"
NOON = datetime(2025, 11, 23, 12, 0, 0, 250_000, tzinfo=UTC)
EC_KEY = ec.derive_private_key(7, ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
P256 = Signer("p256", ECDSA_P256, EC_KEY)
ED = Signer("ed", ED25519, ED_KEY)
RING = KeyRing(
    {
        "p256": ("990011", ECDSA_P256, EC_KEY.public_key()),
        "ed": ("990011", ED25519, ED_KEY.public_key()),
    }
)
SIGNERS = pytest.mark.parametrize("signer", [P256, ED], ids=lambda signer: str(signer.algorithm))
COVERED = [
    "content-type",
    "content-length",
    "content-digest",
    "nakadachi-kind",
    "nakadachi-message-id",
    "nakadachi-sender",
    "nakadachi-recipient",
    "nakadachi-in-reply-to",
    "nakadachi-created",
    "nakadachi-deadline",
]


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


@pytest.mark.parametrize("algorithm", [ECDSA_P256, ED25519])
def test_the_vectors_of_the_standard_verify(algorithm: str) -> None:
    vector = json.loads(VECTORS.read_bytes())["vectors"][algorithm]
    key = cast("PublicKey", load_pem_public_key(vector["public_key"].encode()))
    base = "\n".join(vector["base"]).encode()
    assert is_signed(key, base, b64decode(vector["signature"]))
    assert not is_signed(key, base + b"\n", b64decode(vector["signature"]))


def test_the_deterministic_vector_of_the_standard_is_reproduced() -> None:
    vector = json.loads(VECTORS.read_bytes())["vectors"][ED25519]
    key = load_pem_private_key(vector["private_key"].encode(), None)
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    base = "\n".join(vector["base"]).encode()
    assert Signer("a", ED25519, key).sign(base) == b64decode(vector["signature"])


Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


class Resolver(HTTPSignatureKeyResolver):
    keys: ClassVar[dict[str, Key]] = {"p256": EC_KEY, "ed": ED_KEY}

    def resolve_private_key(self, key_id: str) -> Key:
        return self.keys[key_id]

    def resolve_public_key(
        self, key_id: str
    ) -> ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey:
        return self.keys[key_id].public_key()


LIBRARY: dict[str, type[HTTPSignatureAlgorithm]] = {
    ECDSA_P256: algorithms.ECDSA_P256_SHA256,
    ED25519: algorithms.ED25519,
}


def as_request(raw: bytes) -> PreparedRequest:
    head, _, body = raw.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
    request = Request("POST", "https://core.example/network/v1/documents", data=body).prepare()
    request.headers.clear()
    request.headers.update(headers)
    return request


@SIGNERS
@pytest.mark.parametrize("reply", [None, OTHER_ID], ids=["first", "reply"])
def test_the_other_implementation_verifies_our_documents(signer: Signer, reply: str | None) -> None:
    document = sealed(signer, reply=reply)
    verifier = HTTPMessageVerifier(
        signature_algorithm=LIBRARY[signer.algorithm], key_resolver=Resolver()
    )
    (result,) = verifier.verify(
        as_request(document.raw), max_age=None, expect_tag="nakadachi", body=document.body
    )
    assert result.label == "sig1"
    assert result.body == document.body
    covered = [name.strip('"') for name in result.covered_components]
    assert covered[:-1] == [name for name in COVERED if reply or name != "nakadachi-in-reply-to"]


@SIGNERS
@pytest.mark.parametrize("reply", [None, OTHER_ID], ids=["first", "reply"])
def test_we_verify_documents_that_the_other_implementation_signed(
    signer: Signer, reply: str | None
) -> None:
    unsigned = sealed(None, reply=reply)
    request = as_request(unsigned.raw)
    covered = [name for name in COVERED if reply or name != "nakadachi-in-reply-to"]
    HTTPMessageSigner(signature_algorithm=LIBRARY[signer.algorithm], key_resolver=Resolver()).sign(
        request,
        key_id=signer.key_id,
        created=unsigned.created,
        label="sig1",
        tag="nakadachi",
        covered_component_ids=covered,
        body=unsigned.body,
        use_existing_digest=True,
    )
    lines = (f"{name.lower()}: {value}\r\n" for name, value in request.headers.items())
    (document,) = decode_stream("".join(lines).encode() + b"\r\n" + unsigned.body)
    assert isinstance(document, Document)
    verify(document, RING, now=NOON)
