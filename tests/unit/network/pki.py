"""Keys and certificates for tests of the network, made on the spot."""

import hashlib
import ipaddress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.network.tls import TlsFiles

# TLS runs on the system's time, so certificates of tests must surround it.
NOW = datetime.now(UTC)  # noqa: TID251
BOTH = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(key: ec.EllipticCurvePrivateKey) -> str:
    spki = PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(Encoding.PEM, spki).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    files: TlsFiles
    sha256: str


@dataclass(slots=True, kw_only=True)
class Authority:
    folder: Path
    name: str = "authority"
    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    serial: int = 0

    def __post_init__(self) -> None:
        basic = x509.BasicConstraints(ca=True, path_length=0)
        builder = self._builder(self.name, self.key.public_key(), days=30)
        builder = builder.add_extension(basic, critical=True).add_extension(_usage(), critical=True)
        certificate = builder.sign(self.key, hashes.SHA256())
        self.path.write_bytes(certificate.public_bytes(Encoding.PEM))

    @property
    def path(self) -> Path:
        return self.folder / f"{self.name}.pem"

    def issue(
        self,
        *names: str,
        usages: tuple[x509.ObjectIdentifier, ...] = BOTH,
        days: int = 30,
    ) -> Leaf:
        key = new_key()
        entries: list[x509.GeneralName] = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        uris = (f"urn:nakadachi:institution:{name}" for name in names)
        entries += [x509.UniformResourceIdentifier(uri) for uri in uris]
        basic = x509.BasicConstraints(ca=False, path_length=None)
        builder = self._builder("leaf", key.public_key(), days=days)
        builder = builder.add_extension(basic, critical=True)
        builder = builder.add_extension(x509.SubjectAlternativeName(entries), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        certificate = builder.sign(self.key, hashes.SHA256())
        return self._write(certificate, key)

    def revoke(self, leaf: Leaf) -> Path:
        certificate = x509.load_pem_x509_certificate(leaf.files.certificate.read_bytes())
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
        builder = x509.CertificateRevocationListBuilder().issuer_name(_name(self.name))
        builder = builder.last_update(NOW - timedelta(days=1)).next_update(NOW + timedelta(days=9))
        builder = builder.add_revoked_certificate(entry.revocation_date(NOW).build())
        builder = builder.add_extension(self._identifier(), critical=False)
        builder = builder.add_extension(x509.CRLNumber(1), critical=False)
        path = self.folder / f"{self.name}.crl"
        path.write_bytes(builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM))
        return path

    def _identifier(self) -> x509.AuthorityKeyIdentifier:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())

    def _builder(
        self, subject: str, public: ec.EllipticCurvePublicKey, *, days: int
    ) -> x509.CertificateBuilder:
        self.serial += 1
        return (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name(self.name))
            .public_key(public)
            .serial_number(self.serial)
            .not_valid_before(NOW - timedelta(days=40))
            .not_valid_after(NOW + timedelta(days=days))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(self._identifier(), critical=False)
        )

    def _write(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Leaf:
        stem = self.folder / f"{self.name}-{certificate.serial_number}"
        own, secret = stem.with_suffix(".crt"), stem.with_suffix(".key")
        own.write_bytes(certificate.public_bytes(Encoding.PEM))
        secret.write_bytes(private_pem(key))
        digest = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
        return Leaf(files=TlsFiles(certificate=own, key=secret, authority=self.path), sha256=digest)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
