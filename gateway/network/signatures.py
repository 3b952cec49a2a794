"""The `Signatures` port: texts signed as a detached compact JWS that any JOSE library verifies."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from gateway.network.directory import Trust
from wire.keys import ECDSA_P256, ED25519, PublicKey, Signer, is_signed

_NAMES: Final = {ECDSA_P256: "ES256", ED25519: "EdDSA"}
_ALGORITHMS: Final = {name: algorithm for algorithm, name in _NAMES.items()}
# The type keeps such a signature from ever standing for a permit.
_HEADER: Final = re.compile(
    r'\{"alg":"(ES256|EdDSA)","kid":"([0-9A-Za-z._:@/+-]{1,128})","typ":"nakadachi-text\+jws"\}'
)


class TextSignatures:
    """Signs with the institution's present key; verifies what any pinned key of it signed."""

    def __init__(self, institution: str, signer: Signer, trust: Trust) -> None:
        self._institution, self._signer, self._trust = institution, signer, trust

    def sign(self, text: bytes) -> str:
        """Return `header..signature`: RFC 7515 appendix F, the payload being `text`."""
        name = _NAMES[self._signer.algorithm]
        plain = f'{{"alg":"{name}","kid":"{self._signer.key_id}","typ":"nakadachi-text+jws"}}'
        header = _write64(plain.encode())
        return f"{header}..{_write64(self._signer.sign(_base(header, text)))}"

    def verify(self, text: bytes, signature: str) -> bool:
        """Return whether `signature` is ours over `text`; whatever it is, nothing is raised."""
        header, _, proof = signature.partition("..")
        try:
            match = _HEADER.fullmatch(_read64(header).decode("ascii"))
            raw = _read64(proof)
        except ValueError:  # no base64url, or no ASCII
            return False
        if match is None or _write64(raw) != proof:
            return False
        key = self._find_key(match[2], _ALGORITHMS[match[1]])
        return key is not None and is_signed(key, _base(header, text), raw)

    def _find_key(self, key_id: str, algorithm: str) -> PublicKey | None:
        if (key_id, algorithm) == (self._signer.key_id, self._signer.algorithm):
            return self._signer.private_key.public_key()
        pinned = self._trust.directory.keys.find(key_id)
        if pinned is None or (pinned.institution, pinned.algorithm) != (
            self._institution,
            algorithm,
        ):
            return None
        return pinned.public_key


def _base(header: str, text: bytes) -> bytes:
    return f"{header}.{_write64(text)}".encode()


def _write64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _read64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
