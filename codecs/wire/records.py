"""Record bytes and their hashes: RFC 8785 canonical JSON, RFC 6962 trees, hash chains.

Two parties that hold the same value write the same bytes and arrive at the same hashes.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec

from wire.errors import WireError

HASH_BYTES: Final = 32
START: Final = bytes(HASH_BYTES)
"""What a chain starts from."""

_LARGEST: Final = 2**53 - 1  # beyond it, readers that hold numbers as binary64 disagree
_MAX_DEPTH: Final = 32
_UNFIT: Final = "wire.record.value"
_SIZE_BYTES: Final = 8
_CHECKPOINT = re.compile(
    r"([!-~]{1,200})\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)\n"
)


def canonical(value: object) -> bytes:
    """Return the RFC 8785 bytes of `value`: None, bool, int, str, and lists and dicts of these.

    Raises:
        WireError: `wire.record.value`, a float, an integer beyond 2^53 - 1, a lone surrogate, a
            key that is no text, another type, or nesting beyond 32.
    """
    with suppress(UnicodeEncodeError):  # reported below, without the text in a chained error
        return msgspec.json.encode(_ordered(value, _MAX_DEPTH))
    raise WireError(_UNFIT, "", "A lone surrogate has no UTF-8.")


def _ordered(value: object, depth: int) -> object:
    """Return `value` with its keys in canonical order, or refuse it."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if not -_LARGEST <= value <= _LARGEST:
            raise WireError(_UNFIT, "", "The integer has no exact binary64.")
        return value
    if depth == 0:
        raise WireError(_UNFIT, "", "Values are nested too deeply.")
    if isinstance(value, Mapping):
        return _ordered_keys(value, depth)
    if isinstance(value, list | tuple):
        return [_ordered(item, depth - 1) for item in value]
    raise WireError(_UNFIT, "", "Only None, bool, int, str, list and dict have a canonical form.")


def _ordered_keys(value: Mapping[object, object], depth: int) -> dict[str, object]:
    keys = [key for key in value if isinstance(key, str)]
    if len(keys) != len(value):
        raise WireError(_UNFIT, "", "Keys are texts.")
    if not all(map(str.isascii, keys)):  # the order is that of UTF-16 code units
        keys.sort(key=lambda key: key.encode("utf-16-be", "surrogatepass"))
    else:
        keys.sort()
    return {key: _ordered(value[key], depth - 1) for key in keys}


def leaf_hash(data: bytes) -> bytes:
    """Return the RFC 6962 leaf hash of a record's bytes, 32 bytes."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the RFC 6962 hash of an inner node, 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


def chain(previous: bytes, leaf: bytes) -> bytes:
    """Return the head of a chain after `leaf`; the first `previous` is START."""
    return sha256(b"\x02" + previous + leaf).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a growing tree: all that appending needs; a value, never changed.

    Attributes:
        size: Number of leaves.
        peaks: Roots of the perfect subtrees from the left, one per set bit of `size`.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> "Frontier":
        """Return the frontier after one more leaf hash."""
        peaks = list(self.peaks)
        size = self.size
        while size & 1:
            leaf = node_hash(peaks.pop(), leaf)
            size >>= 1
        return Frontier(self.size + 1, (*peaks, leaf))

    def root(self) -> bytes:
        """Return the root of the tree, 32 bytes; of no leaves, the hash of nothing."""
        if not self.peaks:
            return sha256(b"").digest()
        *rest, root = self.peaks
        for peak in reversed(rest):
            root = node_hash(peak, root)
        return root

    def to_bytes(self) -> bytes:
        """Return the stored form: the size in 8 bytes, then the peaks."""
        return self.size.to_bytes(_SIZE_BYTES, "big") + b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Frontier":
        """Return the frontier of a stored form.

        Raises:
            WireError: `wire.record.frontier`, the length is not that of the size.
        """
        size, rest = int.from_bytes(data[:_SIZE_BYTES], "big"), data[_SIZE_BYTES:]
        if len(data) < _SIZE_BYTES or len(rest) != size.bit_count() * HASH_BYTES:
            raise WireError("wire.record.frontier", "", "The length is not that of the size.")
        starts = range(0, len(rest), HASH_BYTES)
        return cls(size, tuple(rest[start : start + HASH_BYTES] for start in starts))


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the RFC 6962 root over these leaf hashes (not over the records' bytes)."""
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.append(leaf)
    return frontier.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the RFC 6962 audit path of the leaf hash at `index` (from 0), lowest node first.

    Raises:
        WireError: `wire.record.index`, there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise WireError("wire.record.index", "", "There is no such leaf.")
    if len(leaves) == 1:
        return ()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    left, right = leaves[:split], leaves[split:]
    if index < split:
        return (*inclusion_proof(left, index), merkle_root(right))
    return (*inclusion_proof(right, index - split), merkle_root(left))


def is_included(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether `proof` shows that `leaf` stands at `index` of the tree of `size` leaves."""
    if not 0 <= index < size:
        return False
    node, last = index, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            leaf = node_hash(sibling, leaf)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            leaf = node_hash(leaf, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and leaf == root


def checkpoint(origin: str, size: int, root: bytes) -> str:
    """Return the text to sign for a tree: log name, number of leaves, root; a line each.

    Raises:
        WireError: `wire.record.checkpoint`, the origin is no word, or a value is out of range.
    """
    text = f"{origin}\n{size}\n{b64encode(root).decode()}\n"
    if not _CHECKPOINT.fullmatch(text):
        raise WireError("wire.record.checkpoint", "", "Origin, size or root cannot be written.")
    return text


def read_checkpoint(text: str) -> tuple[str, int, bytes]:
    """Return origin, size and root of a checkpoint.

    Raises:
        WireError: `wire.record.checkpoint`, not what `checkpoint` writes.
    """
    match = _CHECKPOINT.fullmatch(text)
    if match is None:
        raise WireError("wire.record.checkpoint", "", "A checkpoint has three lines.")
    return match[1], int(match[2]), b64decode(match[3])
