"""Envelope encryption: a master key wraps an institution's data keys, data keys seal values.

A sealed value is `key id (4 bytes) | nonce (12) | AES-256-GCM ciphertext and tag`; its associated
data name the table, the column, the institution and the row, so that a value opens only where it
was put. A blind index is HMAC-SHA-256 under a key of its own per institution and purpose: a digest
of a 12-digit number would not be anonymous, a keyed one is as long as its key is kept apart.
"""

import hmac
import secrets
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.domain.errors import InvalidError, SealBrokenError
from gateway.domain.identifiers import (
    IndividualNumber,
    LocalNumber,
    Masked,
    ProcessNumber,
    ResidentCode,
    Symbol,
    UnifiedNumber,
)

KEY_LENGTH = 32
SEAL = "seal"
INDEXED: tuple[type[Masked], ...] = (
    IndividualNumber,
    LocalNumber,
    ProcessNumber,
    ResidentCode,
    Symbol,
    UnifiedNumber,
)
PURPOSES = (SEAL, *(f"index.{kind.field}" for kind in INDEXED))
_NONCE = 12
_HEADER = struct.Struct(">I")


def load_master_key(path: Path) -> bytes:
    """Return the master key that a file holds as 64 hexadecimal digits.

    Raises:
        InvalidError: the file holds something else.
    """
    text = path.read_text("ascii", errors="replace").strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_LENGTH:
        raise InvalidError(field="master_key")
    return key


def create_master_key(path: Path) -> bytes:
    """Write a new random master key to a new file that only its owner may read.

    Raises:
        FileExistsError: there is a file of that name already.
    """
    key = secrets.token_bytes(KEY_LENGTH)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(key.hex() + "\n", "ascii")
    return key


def row_context(table: str, parts: Iterable[str | int | bytes]) -> bytes:
    """Return the associated data of a row: the table and the key, each part with its length."""
    out = [table.encode()]
    for part in parts:
        raw = part if isinstance(part, bytes) else str(part).encode()
        out.append(b"%d:%b" % (len(raw), raw))
    return b"|".join(out)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedKey:
    """A data key as the table `data_keys` holds it: `nonce | ciphertext` under the master key."""

    purpose: str
    key_id: int
    wrapped: bytes

    @classmethod
    def create(
        cls, institution: str, purpose: str, key_id: int, *, master_key: bytes
    ) -> "WrappedKey":
        """Return a new random data key of an institution."""
        nonce = secrets.token_bytes(_NONCE)
        context = row_context("data_keys", (institution, purpose, key_id))
        key = AESGCM(master_key).encrypt(nonce, secrets.token_bytes(KEY_LENGTH), context)
        return cls(purpose=purpose, key_id=key_id, wrapped=nonce + key)

    def unwrap(self, institution: str, *, master_key: bytes) -> bytes:
        """Return the data key.

        Raises:
            SealBrokenError: another master key, another institution's row, or a changed one.
        """
        nonce, key = self.wrapped[:_NONCE], self.wrapped[_NONCE:]
        context = row_context("data_keys", (institution, self.purpose, self.key_id))
        try:
            return AESGCM(master_key).decrypt(nonce, key, context)
        except (InvalidTag, ValueError) as error:
            raise SealBrokenError(table="data_keys", institution=institution) from error


@dataclass(frozen=True, slots=True)
class Sealer:
    """The opened keys of one institution."""

    institution: str
    _prefix: bytes = field(repr=False)  # of what the newest key seals
    _newest: AESGCM = field(repr=False)
    _seals: Mapping[int, AESGCM] = field(repr=False)
    _indexes: Mapping[str, hmac.HMAC] = field(repr=False)

    @classmethod
    def open_keys(
        cls, institution: str, keys: Iterable[WrappedKey], *, master_key: bytes
    ) -> "Sealer":
        """Return the sealer of an institution; the newest key seals, all of them open.

        Raises:
            InvalidError: the master key has not 32 bytes.
            SealBrokenError: a key does not open under this master key.
        """
        if len(master_key) != KEY_LENGTH:
            raise InvalidError(field="master_key")
        seals, indexes = {}, {}
        for key in keys:
            plain = key.unwrap(institution, master_key=master_key)
            if key.purpose == SEAL:
                seals[key.key_id] = AESGCM(plain)
            else:
                indexes[key.purpose.removeprefix("index.")] = hmac.new(plain, digestmod="sha256")
        newest = max(seals)
        return cls(institution, _HEADER.pack(newest), seals[newest], seals, indexes)

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Return `plain` sealed for the place that `context` names."""
        nonce = secrets.token_bytes(_NONCE)
        return self._prefix + nonce + self._newest.encrypt(nonce, plain, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """Return what was sealed for the place that `context` names.

        Raises:
            SealBrokenError: changed, moved, sealed by another institution or an unknown key.
        """
        try:
            (key_id,) = _HEADER.unpack_from(sealed)
            start = _HEADER.size
            nonce, body = sealed[start : start + _NONCE], sealed[start + _NONCE :]
            return self._seals[key_id].decrypt(nonce, body, context)
        except (InvalidTag, KeyError, ValueError, struct.error) as error:
            raise SealBrokenError(institution=self.institution) from error

    def index(self, value: Masked) -> bytes:
        """Return the blind index of a number or symbol, 32 bytes."""
        proof = self._indexes[value.field].copy()
        proof.update(value.value.encode())
        return proof.digest()
