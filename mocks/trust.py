"""The trust configuration of a sandbox (`directory.toml`): who is where, with which keys.

The same text configures gateways and counterparties: a `sequence`, and per peer its institution
code, URL, TLS fingerprints and signing keys.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from mocks.pki import Identity, load_key, public_pem

DOCUMENT_ALGORITHM = "ecdsa-p256-sha256"
PERMIT_ALGORITHM = "ES256"


class PeerKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One signing key: its name, its algorithm (RFC 9421 or JOSE name) and its public PEM."""

    key_id: str
    algorithm: str
    public_key: str


class Peer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One party: `url` has no path, `tls_sha256` are 64 hex digits each."""

    institution: str
    url: str
    tls_sha256: tuple[str, ...]
    key: tuple[PeerKey, ...]


class Directory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole trust configuration; `sequence` counts its editions upwards."""

    sequence: int
    peer: tuple[Peer, ...]

    def find(self, institution: str) -> Peer | None:
        """Return the peer of an institution code, or None."""
        return next((peer for peer in self.peer if peer.institution == institution), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one identity listens; `issues_permits` marks the core."""

    identity: Identity
    url: str
    issues_permits: bool = False


def describe(place: Place) -> Peer:
    """Return the directory's entry for an identity at a place."""
    identity = place.identity
    keys = [(identity.signing_key_id, DOCUMENT_ALGORITHM, identity.signing_key)]
    if place.issues_permits:
        keys.append((identity.permit_key_id, PERMIT_ALGORITHM, identity.permit_key))
    return Peer(
        institution=identity.code,
        url=place.url,
        tls_sha256=(identity.tls_sha256,),
        key=tuple(
            PeerKey(name, algorithm, public_pem(load_key(file)).decode("ascii"))
            for name, algorithm, file in keys
        ),
    )


def render(directory: Directory) -> str:
    """Return the TOML text of a directory."""
    lines = [f"sequence = {directory.sequence}", ""]
    for peer in directory.peer:
        lines += ["[[peer]]", *_pairs(institution=peer.institution, url=peer.url)]
        lines += [f"tls_sha256 = {json.dumps(list(peer.tls_sha256))}", ""]
        for key in peer.key:
            lines += ["[[peer.key]]"]
            lines += _pairs(key_id=key.key_id, algorithm=key.algorithm, public_key=key.public_key)
            lines += [""]
    return "\n".join(lines)


def parse(text: str) -> Directory:
    """Return the directory of a TOML text.

    Raises:
        ValueError: something is unknown, missing or of the wrong shape.
    """
    return msgspec.toml.decode(text, type=Directory)


def _pairs(**values: str) -> Sequence[str]:
    # A JSON string is a TOML basic string as long as it holds no lone surrogate; these are ASCII.
    return [f"{name} = {json.dumps(value)}" for name, value in values.items()]
