"""The trust configuration: who the counterparties are, where, and which keys are theirs.

It is one TOML text; nothing outside it is ever trusted, whatever a message says:

    sequence = 7

    [[peer]]
    institution = "990019"
    url = "https://127.0.0.1:8443"
    tls_sha256 = ["<64 hex digits: SHA-256 of the DER certificate>"]

    [[peer.key]]
    key_id = "990019-1"
    algorithm = "ecdsa-p256-sha256"
    public_key = "-----BEGIN PUBLIC KEY-----…"

A key signs either documents, its algorithm being named as RFC 9421 does, or permits, its
algorithm being named as JOSE does (`ES256`, `EdDSA`, `RS256`); none signs both.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from gateway.domain.errors import GatewayError, InvalidError, RefusedError
from wire.errors import WireError
from wire.keys import ECDSA_P256, ED25519, RSA_PKCS1, KeyRing, PublicKey

_INSTITUTION: Final = re.compile(r"[0-9]{6}")
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
_KEY_ID: Final = re.compile(r"[0-9A-Za-z._:@/+-]{1,128}")
_JOSE: Final = {"ES256": ECDSA_P256, "EdDSA": ED25519, "RS256": RSA_PKCS1}


class TrustOlderError(GatewayError):
    """A trust configuration older than the one in force was offered (G8)."""

    code = "trust.older"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One counterparty; `url` has no path, `tls_sha256` are 32-byte digests of its leaves."""

    institution: str
    url: str
    tls_sha256: frozenset[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """A whole trust configuration; `sequence` counts its editions upwards.

    `keys` verify documents and texts, `permit_keys` verify permits.
    """

    sequence: int
    peers: Mapping[str, Peer]
    keys: KeyRing
    permit_keys: KeyRing

    def load_peer(self, institution: str) -> Peer:
        """Return a counterparty.

        Raises:
            RefusedError: `peer.unknown`, this configuration names no such institution.
        """
        peer = self.peers.get(institution)
        if peer is None:
            raise RefusedError(code="peer.unknown", institution=institution)
        return peer


class Trust:
    """Holder of the directory in force: whoever asks it sees a replacement at once."""

    def __init__(self, directory: Directory, *, accepted: int = -1) -> None:
        """Start with `directory`; `accepted` is the sequence that was in force before.

        Raises:
            TrustOlderError: `directory` is older than that.
        """
        _check_newer(directory, accepted)
        self.directory = directory

    def replace(self, directory: Directory) -> None:
        """Put another directory in force.

        Raises:
            TrustOlderError: it is older than the present one, which stays.
        """
        _check_newer(directory, self.directory.sequence)
        self.directory = directory


def _check_newer(directory: Directory, accepted: int) -> None:
    if directory.sequence < accepted:
        raise TrustOlderError(offered=directory.sequence, in_force=accepted)


class _KeyEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    key_id: str
    algorithm: str
    public_key: str


class _PeerEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    institution: str
    url: str
    tls_sha256: list[str]
    key: list[_KeyEntry]


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    sequence: int
    peer: list[_PeerEntry]


def read_directory(content: bytes) -> Directory:
    """Return the directory that a TOML text describes.

    Raises:
        InvalidError: something is unknown, missing, of the wrong shape, or stands twice; `field`
            is its dotted path.
    """
    try:
        file = msgspec.toml.decode(content, type=_File)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidError(field="trust", reason=type(error).__name__) from error
    if file.sequence < 0:
        raise InvalidError(field="trust.sequence")
    peers: dict[str, Peer] = {}
    documents: dict[str, tuple[str, str, PublicKey]] = {}
    permits: dict[str, tuple[str, str, PublicKey]] = {}
    for index, entry in enumerate(file.peer):
        path = f"trust.peer[{index}]"
        if entry.institution in peers:
            raise InvalidError(field=f"{path}.institution", reason="twice")
        peers[entry.institution] = _read_peer(entry, path)
        for number, key in enumerate(entry.key):
            place = f"{path}.key[{number}]"
            if key.key_id in documents or key.key_id in permits:
                raise InvalidError(field=f"{place}.key_id", reason="twice")
            ring = permits if key.algorithm in _JOSE else documents
            algorithm = _JOSE.get(key.algorithm, key.algorithm)
            public = _read_key(key, algorithm, place)
            ring[key.key_id] = (entry.institution, algorithm, public)
    return Directory(
        sequence=file.sequence,
        peers=peers,
        keys=KeyRing(documents),
        permit_keys=KeyRing(permits),
    )


def _read_peer(entry: _PeerEntry, path: str) -> Peer:
    if not _INSTITUTION.fullmatch(entry.institution):
        raise InvalidError(field=f"{path}.institution")
    if not entry.tls_sha256 or not all(map(_FINGERPRINT.fullmatch, entry.tls_sha256)):
        raise InvalidError(field=f"{path}.tls_sha256")
    return Peer(
        institution=entry.institution,
        url=_read_url(entry.url, path),
        tls_sha256=frozenset(map(bytes.fromhex, entry.tls_sha256)),
    )


def _read_url(text: str, path: str) -> str:
    try:
        parts = urlsplit(text)
        plain = f"https://{parts.hostname}:{parts.port}"
    except ValueError as error:
        raise InvalidError(field=f"{path}.url") from error
    if text != plain or not parts.hostname or not parts.port:
        raise InvalidError(field=f"{path}.url")
    return text


def _read_key(entry: _KeyEntry, algorithm: str, path: str) -> PublicKey:
    if not _KEY_ID.fullmatch(entry.key_id):
        raise InvalidError(field=f"{path}.key_id")
    try:
        public = load_pem_public_key(entry.public_key.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidError(field=f"{path}.public_key") from error
    if not isinstance(public, PublicKey):
        raise InvalidError(field=f"{path}.public_key")
    try:
        KeyRing({entry.key_id: ("", algorithm, public)})
    except WireError as error:
        raise InvalidError(field=f"{path}.algorithm") from error
    return public
