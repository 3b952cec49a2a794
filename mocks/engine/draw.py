"""Keyed draws: every random-looking choice is a function of the seed and of what it is for.

A draw does not consume anything, so the same seed gives the same result whatever the interleaving.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
Key = str | int
SYMBOL_BYTES = 32  # 43 characters of base64url
DECIMAL = 10


@dataclass(frozen=True, slots=True)
class Draw:
    """A source of draws; `seed` names the whole world, `name` the corner of it."""

    seed: str
    name: str = ""

    def child(self, name: str) -> "Draw":
        """Return the source for a corner of this one."""
        return Draw(self.seed, f"{self.name}/{name}")

    def octets(self, count: int, *key: Key) -> bytes:
        """Return `count` bytes (at most 64) that belong to `key`."""
        parts = [self.name, *map(str, key)]
        text = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
        secret = hashlib.sha256(self.seed.encode()).digest()
        return hashlib.blake2b(text, digest_size=count, key=secret).digest()

    def below(self, bound: int, *key: Key) -> int:
        """Return a number from 0 to `bound` - 1; the bias of the modulus is below 2**-64."""
        size = (bound.bit_length() + 7) // 8 + 8
        return int.from_bytes(self.octets(size, *key), "big") % bound

    def chance(self, percent: int, *key: Key) -> bool:
        """Return True in `percent` of 100 keys."""
        return self.below(100, *key) < percent

    def choice(self, values: Sequence[T], *key: Key) -> T:
        """Return one of `values`, which must not be empty."""
        return values[self.below(len(values), *key)]

    def token(self, *key: Key) -> str:
        """Return 43 characters of base64url (32 bytes), as symbols and numbers of permits are."""
        raw = base64.urlsafe_b64encode(self.octets(SYMBOL_BYTES, *key))
        return raw.rstrip(b"=").decode("ascii")

    def uuid(self, *key: Key) -> str:
        """Return a version 4 shaped UUID, 36 lower-case characters."""
        raw = bytearray(self.octets(16, *key))
        raw[6] = raw[6] & 0x0F | 0x40
        raw[8] = raw[8] & 0x3F | 0x80
        text = raw.hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def shuffled(self, index: int, digits: int, *key: Key) -> str:
        """Return the place of `index` in a keyed order of all numbers of `digits` digits.

        No two indices share a number, so numbers of people are unique by construction.
        """
        size = DECIMAL**digits
        factor = self.below(size // 10, "factor", *key) * 10 + self.choice((1, 3, 7, 9), *key)
        shift = self.below(size, "shift", *key)
        return f"{(index * factor + shift) % size:0{digits}}"
