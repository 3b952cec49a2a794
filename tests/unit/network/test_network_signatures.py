from base64 import urlsafe_b64encode

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from gateway.network.directory import Directory, Trust
from gateway.network.signatures import TextSignatures
from tests.unit.network.pki import new_key
from wire.keys import ECDSA_P256, ED25519, KeyRing, Signer

CODE = "990019"
PRESENT = Signer("990019-2", ECDSA_P256, new_key())
FORMER = Signer("990019-1", ED25519, Ed25519PrivateKey.generate())
FOREIGN = Signer("990027-1", ECDSA_P256, new_key())
RING = KeyRing(
    {
        one.key_id: (one.key_id[:6], one.algorithm, one.private_key.public_key())
        for one in (FORMER, FOREIGN)
    }
)
TRUST = Trust(Directory(sequence=1, peers={}, keys=RING, permit_keys=KeyRing({})))


def signatures(signer: Signer) -> TextSignatures:
    return TextSignatures(CODE, signer, TRUST)


@given(st.binary(max_size=200))
def test_what_was_signed_verifies_and_nothing_else_does(text: bytes) -> None:
    ours = signatures(PRESENT)
    signature = ours.sign(text)

    assert ours.verify(text, signature)
    assert not ours.verify(text + b"x", signature)


def test_a_former_pinned_key_still_verifies_and_a_foreign_one_never() -> None:
    ours = signatures(PRESENT)

    assert ours.verify(b"text", signatures(FORMER).sign(b"text"))
    assert not ours.verify(b"text", signatures(FOREIGN).sign(b"text"))


@given(st.text(max_size=300))
def test_any_text_in_place_of_a_signature_is_just_wrong(signature: str) -> None:
    assert not signatures(PRESENT).verify(b"text", signature)


def test_a_changed_signature_is_wrong() -> None:
    good = signatures(PRESENT).sign(b"text")
    header, _, proof = good.partition("..")
    changed = [
        f"{header}.{proof}",
        f"{header}..{proof}=",
        f"{header}..",
        f"{proof}..{header}",
        f"{header}..{proof[:-1]}",
    ]

    assert not any(signatures(PRESENT).verify(b"text", one) for one in changed)


@pytest.mark.parametrize("signer", [PRESENT, FORMER], ids=["ES256", "EdDSA"])
def test_another_jose_library_verifies_a_detached_signature(signer: Signer) -> None:
    header, _, proof = signatures(signer).sign(b"text").partition("..")
    whole = f"{header}.{urlsafe_b64encode(b'text').decode().rstrip('=')}.{proof}"
    key = signer.private_key.public_key()

    found = jwt.PyJWS().decode_complete(whole, key=key, algorithms=["ES256", "EdDSA"])

    assert found["payload"] == b"text"
    assert (found["header"]["typ"], found["header"]["kid"]) == ("nakadachi-text+jws", signer.key_id)
