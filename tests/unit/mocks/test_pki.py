"""The development authority and the trust configuration."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.verification import PolicyBuilder, Store

from mocks.pki import Pki, load_key
from mocks.trust import Directory, Place, describe, parse, render

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CODE = "991015"


@pytest.fixture(name="pki")
def _pki(tmp_path: Path) -> Pki:
    return Pki(tmp_path / "pki", now=NOW)


def test_a_second_start_finds_what_the_first_made(pki: Pki) -> None:
    first = pki.identity(CODE)
    again = Pki(pki.folder, now=NOW + timedelta(days=1)).identity(CODE)
    assert again == first
    assert again.tls_sha256 == first.tls_sha256


def test_secrets_are_readable_by_their_owner_only(pki: Pki) -> None:
    pki.client(CODE, "tax")
    pki.identity(CODE)
    files = [file for file in pki.folder.rglob("*") if file.is_file()]
    assert len(files) >= 9
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_master_keys_are_thirty_two_random_bytes_in_hexadecimal(pki: Pki) -> None:
    keys = [bytes.fromhex(pki.identity(code).master_key.read_text()) for code in (CODE, "991023")]
    assert [len(key) for key in keys] == [32, 32]
    assert keys[0] != keys[1]


def test_a_strict_verifier_accepts_a_leaf_as_server_and_as_client(pki: Pki) -> None:
    identity = pki.identity(CODE)
    leaf = x509.load_pem_x509_certificate(identity.tls_certificate.read_bytes())
    authority = x509.load_pem_x509_certificate(pki.authority.read_bytes())
    builder = PolicyBuilder().store(Store([authority])).time(NOW)
    builder.build_server_verifier(x509.DNSName("localhost")).verify(leaf, [])
    verified = builder.build_client_verifier().verify(leaf, [])
    assert x509.UniformResourceIdentifier(f"urn:nakadachi:institution:{CODE}") in list(
        verified.subjects or []
    )


def test_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    key = ed25519.Ed25519PrivateKey.generate()
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(TypeError, match="P-256"):
        load_key(file)


def test_a_directory_reads_back_as_it_was_written(pki: Pki) -> None:
    places = [
        Place(identity=pki.identity("999989"), url="https://127.0.0.1:1", issues_permits=True),
        Place(identity=pki.identity(CODE), url="https://127.0.0.1:2"),
    ]
    directory = Directory(sequence=7, peer=tuple(map(describe, places)))
    assert parse(render(directory)) == directory
    core = directory.find("999989")
    assert core is not None
    assert [key.algorithm for key in core.key] == ["ecdsa-p256-sha256", "ES256"]
    assert directory.find("000000") is None


@pytest.mark.parametrize("text", ["sequence = 1", "sequence = 1\npeer = []\nmore = 2", "="])
def test_a_directory_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(text)
