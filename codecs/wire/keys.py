"""Keys of the parties: the private key that signs, and the ring of pinned public keys."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256

from wire.errors import WireError

ECDSA_P256: Final = "ecdsa-p256-sha256"
ED25519: Final = "ed25519"
RSA_PKCS1: Final = "rsa-v1_5-sha256"
"""For permits only; a document signed with RSA is refused."""

PrivateKey = EllipticCurvePrivateKey | Ed25519PrivateKey | RSAPrivateKey
PublicKey = EllipticCurvePublicKey | Ed25519PublicKey | RSAPublicKey

KEY_ID: Final = "[0-9A-Za-z._:@/+-]{1,128}"
SIGNATURE_BYTES: Final = 64
_KEY_ID = re.compile(KEY_ID)
_HALF = SIGNATURE_BYTES // 2
_MIN_RSA_BITS = 2048
_SHA256 = SHA256()
_SCHEME = ECDSA(_SHA256)
_PADDING = PKCS1v15()


class PinnedKey(NamedTuple):
    """What is known of one key id beforehand: whose it is, and how it signs."""

    institution: str
    algorithm: str
    public_key: PublicKey


class KeyRing:
    """Public keys of the registered peers by key id; nothing in a message can add to it."""

    def __init__(self, keys: Mapping[str, tuple[str, str, PublicKey]]) -> None:
        """Pin `keys`: key id to institution code, algorithm name and public key.

        Raises:
            WireError: `signature.algorithm`, a key is not of the algorithm it is pinned to;
                `signature.profile`, a key id cannot travel.
        """
        self._keys = {key_id: PinnedKey(*entry) for key_id, entry in keys.items()}
        for key_id, pinned in self._keys.items():
            _check(key_id, pinned.algorithm, pinned.public_key)

    def find(self, key_id: str) -> PinnedKey | None:
        """Return what is pinned under `key_id`, or None."""
        return self._keys.get(key_id)


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs as one key id; the key itself never shows in `repr`.

    Attributes:
        key_id: Name of the key, as the peers pinned it: 1 to 128 of `0-9A-Za-z._:@/+-`.
        algorithm: `ecdsa-p256-sha256` or `ed25519`.
        private_key: The key of that algorithm.
    """

    key_id: str
    algorithm: str
    private_key: PrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        if self.algorithm == RSA_PKCS1:
            raise WireError("signature.algorithm", "", "RSA signs permits, not documents.")
        _check(self.key_id, self.algorithm, self.private_key.public_key())

    def sign(self, base: bytes) -> bytes:
        """Return the 64 raw bytes that sign `base`."""
        return sign_bytes(self.private_key, base)


def _check(key_id: str, algorithm: str, key: PublicKey) -> None:
    if not _KEY_ID.fullmatch(key_id):
        raise WireError("signature.profile", "", "A key id is 1 to 128 plain characters.")
    if not fits(algorithm, key):
        raise WireError("signature.algorithm", key_id, "The key is not of its algorithm.")


def fits(algorithm: str, key: PublicKey) -> bool:
    """Tell whether `key` is of the algorithm of this RFC 9421 name; RSA from 2048 bits."""
    if isinstance(key, EllipticCurvePublicKey):
        return algorithm == ECDSA_P256 and isinstance(key.curve, SECP256R1)
    if isinstance(key, Ed25519PublicKey):
        return algorithm == ED25519
    return algorithm == RSA_PKCS1 and key.key_size >= _MIN_RSA_BITS


def sign_bytes(key: PrivateKey, base: bytes) -> bytes:
    """Return the raw signature of `base`; for ECDSA r and s in 32 bytes each, as JOSE does."""
    if isinstance(key, EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(base, _SCHEME))
        return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")
    if isinstance(key, Ed25519PrivateKey):
        return key.sign(base)
    return key.sign(base, _PADDING, _SHA256)


def is_signed(key: PublicKey, base: bytes, signature: bytes) -> bool:
    """Tell whether `signature`, raw as `sign_bytes` returns it, is that of `base`."""
    try:
        if isinstance(key, EllipticCurvePublicKey):
            if len(signature) != SIGNATURE_BYTES:
                return False
            r = int.from_bytes(signature[:_HALF], "big")
            s = int.from_bytes(signature[_HALF:], "big")
            key.verify(encode_dss_signature(r, s), base, _SCHEME)
        elif isinstance(key, Ed25519PublicKey):
            key.verify(signature, base)
        else:
            key.verify(signature, base, _PADDING, _SHA256)
    except InvalidSignature:
        return False
    return True
