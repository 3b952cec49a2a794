import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.domain.errors import InvalidError, RefusedError
from gateway.network.directory import Directory, Trust, TrustOlderError, read_directory
from tests.unit.network.pki import new_key
from wire.keys import KeyRing


def pem(key: ec.EllipticCurvePublicKey | X25519PublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


PEM = pem(new_key().public_key())
P384 = pem(ec.generate_private_key(ec.SECP384R1()).public_key())
X25519 = pem(X25519PrivateKey.generate().public_key())
PIN = "ab" * 32
PEER = f"""
[[peer]]
institution = "990019"
url = "https://127.0.0.1:8443"
tls_sha256 = ["{PIN}"]
[[peer.key]]
key_id = "990019-1"
algorithm = "ecdsa-p256-sha256"
public_key = \"\"\"{PEM}\"\"\"
"""
GOOD = "sequence = 7\n" + PEER


def test_a_directory_reads_its_peers_and_their_keys() -> None:
    directory = read_directory(GOOD.encode())

    peer = directory.load_peer("990019")
    assert directory.sequence == 7
    assert peer.url == "https://127.0.0.1:8443"
    assert peer.tls_sha256 == {bytes.fromhex(PIN)}
    pinned = directory.keys.find("990019-1")
    assert pinned is not None
    assert (pinned.institution, pinned.algorithm) == ("990019", "ecdsa-p256-sha256")


def test_a_key_named_as_jose_does_signs_permits_and_no_documents() -> None:
    directory = read_directory(GOOD.replace("ecdsa-p256-sha256", "ES256").encode())

    pinned = directory.permit_keys.find("990019-1")
    assert pinned is not None
    assert pinned.algorithm == "ecdsa-p256-sha256"
    assert directory.keys.find("990019-1") is None


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("sequence = 7", "sequence = -1", "trust.sequence"),
        ("sequence = 7", 'sequence = "7"', "trust"),
        ("sequence = 7", "", "trust"),
        ("sequence = 7", "sequence = 7\nunknown = 1", "trust"),
        ("sequence = 7", "sequence = 7 7", "trust"),
        ('"990019"', '"99001"', "trust.peer[0].institution"),
        ('"990019"', '"\uff19\uff19\uff10\uff10\uff11\uff19"', "trust.peer[0].institution"),
        (PIN, PIN.upper(), "trust.peer[0].tls_sha256"),
        (f'"{PIN}"', "", "trust.peer[0].tls_sha256"),
        ("https://", "http://", "trust.peer[0].url"),
        (":8443", "", "trust.peer[0].url"),
        (":8443", ":port", "trust.peer[0].url"),
        (":8443", ":8443/path", "trust.peer[0].url"),
        ("127.0.0.1", "user@127.0.0.1", "trust.peer[0].url"),
        ('"990019-1"', '"a key"', "trust.peer[0].key[0].key_id"),
        ("ecdsa-p256-sha256", "hmac-sha256", "trust.peer[0].key[0].algorithm"),
        ("ecdsa-p256-sha256", "ed25519", "trust.peer[0].key[0].algorithm"),
        (PEM, "no key", "trust.peer[0].key[0].public_key"),
        (PEM, P384, "trust.peer[0].key[0].algorithm"),
        (PEM, X25519, "trust.peer[0].key[0].public_key"),
    ],
)
def test_a_directory_with_one_wrong_thing_is_refused_by_its_path(
    old: str, new: str, field: str
) -> None:
    assert old in GOOD

    with pytest.raises(InvalidError) as caught:
        read_directory(GOOD.replace(old, new, 1).encode())

    assert caught.value.context["field"] == field


def test_an_institution_or_a_key_id_stands_once() -> None:
    other = PEER.replace("990019", "990027")

    assert set(read_directory((GOOD + other).encode()).peers) == {"990019", "990027"}
    for twice, field in (
        (PEER, "trust.peer[1].institution"),
        (other.replace("990027-1", "990019-1"), "trust.peer[1].key[0].key_id"),
    ):
        with pytest.raises(InvalidError) as caught:
            read_directory((GOOD + twice).encode())
        assert caught.value.context == {"field": field, "reason": "twice"}


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(InvalidError):
        read_directory(b"\xff")


def test_an_unknown_institution_is_refused_with_its_code() -> None:
    with pytest.raises(RefusedError, match=r"peer\.unknown institution=990027"):
        read_directory(GOOD.encode()).load_peer("990027")


def test_a_directory_older_than_the_one_in_force_is_never_accepted() -> None:
    def edition(sequence: int) -> Directory:
        return Directory(sequence=sequence, peers={}, keys=KeyRing({}), permit_keys=KeyRing({}))

    trust = Trust(edition(3), accepted=3)
    trust.replace(edition(4))
    with pytest.raises(TrustOlderError):
        trust.replace(edition(3))
    with pytest.raises(TrustOlderError):
        Trust(edition(3), accepted=4)
    assert trust.directory.sequence == 4
