"""Members of staff (職員) by the ids that they act under."""

from typing import Final
from unicodedata import category, normalize

_UNSEEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})


def same_person(one: str | None, other: str) -> bool:
    """Tell whether two staff ids are one person's, however they are spelt; None is nobody's.

    Case, width and what cannot be seen tell nobody apart: else one person could be two (K8).
    """
    return one is not None and _fold(one) == _fold(other)


def _fold(staff: str) -> str:
    folded = normalize("NFKC", normalize("NFKC", staff).casefold())
    return "".join(character for character in folded if category(character) not in _UNSEEN)
