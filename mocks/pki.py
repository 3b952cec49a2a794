"""Keys and certificates of a sandbox: one development authority, made at its first start.

Everything lies under one folder, secrets in files that only their owner can read. Nothing here is
fit for anything but a sandbox: the authority's key lies beside what it certifies.
"""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

INSTITUTION_URN = "urn:nakadachi:institution:"
LOOPBACK = IPv4Address("127.0.0.1")
AUTHORITY_LIFE = timedelta(days=3650)
LEAF_LIFE = timedelta(days=365)
BACKDATED = timedelta(hours=1)  # machines whose clocks differ a little still agree
SECRET_BYTES = 32
OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The files of one institution; `permit_key` signs permits and is used by the core alone."""

    code: str
    tls_certificate: Path
    tls_key: Path
    signing_key: Path
    permit_key: Path
    master_key: Path
    token_key: Path

    @property
    def signing_key_id(self) -> str:
        """The name under which the directory lists the document key."""
        return f"{self.code}-documents"

    @property
    def permit_key_id(self) -> str:
        """The name under which the directory lists the permit key."""
        return f"{self.code}-permits"

    @property
    def tls_sha256(self) -> str:
        """The fingerprint of the certificate: SHA-256 of its DER form, 64 hex digits."""
        certificate = x509.load_pem_x509_certificate(self.tls_certificate.read_bytes())
        return certificate.fingerprint(SHA256()).hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientKeys:
    """The key pair of one business system (private_key_jwt)."""

    private_key: Path
    public_key: Path


class Pki:
    """The authority of one sandbox folder and all that it certified."""

    def __init__(self, folder: Path, *, now: datetime) -> None:
        """Open `folder`; make the authority if there is none. `now` is the machine's real time."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.authority = folder / "ca.pem"
        self._now = now
        self._key = _key(folder / "ca.key")
        if not self.authority.exists():
            _write(self.authority, _authority(self._key, now).public_bytes(Encoding.PEM))
        self._certificate = x509.load_pem_x509_certificate(self.authority.read_bytes())

    def identity(self, code: str) -> Identity:
        """Return the files of an institution, making what does not exist yet."""
        folder = self.folder / code
        folder.mkdir(exist_ok=True)
        found = Identity(
            code=code,
            tls_certificate=folder / "tls.pem",
            tls_key=folder / "tls.key",
            signing_key=folder / "signing.key",
            permit_key=folder / "permit.key",
            master_key=folder / "master.hex",
            token_key=folder / "token.hex",
        )
        key = _key(found.tls_key)
        _key(found.signing_key)
        _key(found.permit_key)
        _secret(found.master_key)
        _secret(found.token_key)
        if not found.tls_certificate.exists():
            _write(found.tls_certificate, self._leaf(key, code).public_bytes(Encoding.PEM))
        return found

    def client(self, code: str, client_id: str) -> ClientKeys:
        """Return the key files of a business system of an institution, making them if missing."""
        folder = self.folder / code / "clients"
        folder.mkdir(parents=True, exist_ok=True)
        keys = ClientKeys(
            private_key=folder / f"{client_id}.key", public_key=folder / f"{client_id}.pem"
        )
        key = _key(keys.private_key)
        if not keys.public_key.exists():
            _write(keys.public_key, public_pem(key))
        return keys

    def _leaf(self, key: ec.EllipticCurvePrivateKey, code: str) -> x509.Certificate:
        names = [
            x509.DNSName("localhost"),
            x509.IPAddress(LOOPBACK),
            x509.UniformResourceIdentifier(INSTITUTION_URN + code),
        ]
        uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = _builder(code, self._certificate.subject, key, self._now, LEAF_LIFE)
        builder = builder.add_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True
        )
        builder = builder.add_extension(_usage(authority=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(issuer, critical=False)
        return builder.sign(self._key, SHA256())


def public_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the public half of a key as PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def load_key(file: Path) -> ec.EllipticCurvePrivateKey:
    """Return the P-256 key of a PEM file.

    Raises:
        TypeError: the file holds another kind of key.
    """
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        message = "not a P-256 key"
        raise TypeError(message)
    return key


def _authority(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sandbox development authority")])
    builder = _builder("Sandbox development authority", name, key, now, AUTHORITY_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(authority=True), critical=True)
    return builder.sign(key, SHA256())


def _builder(
    subject: str,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    life: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _key(file: Path) -> ec.EllipticCurvePrivateKey:
    if not file.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write(file, text)
    return load_key(file)


def _secret(file: Path) -> None:
    if not file.exists():
        _write(file, secrets.token_hex(SECRET_BYTES).encode("ascii") + b"\n")


def _write(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as out:
        out.write(content)
