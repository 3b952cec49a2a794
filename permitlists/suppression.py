"""Small counts kept secret in a tree of counts whose every sum is published (秘匿).

A count is published or hidden, as a whole with everything below it. Zero is published where its
parent is and the parent's parts are shown: it stands for a permission of the law, and nobody is
behind it. A count from 1 to k-1 is never published (primary suppression). Because sums are, its
parts of the same parent must hide it (complementary suppression):

1. With the p small parts, hide parts of k or more in a fixed order, the order of the law, until
   what is hidden adds up to more than p*(k-1) + c*k, where c counts the parts of k or more.
2. Where that is not reached, show no part of this parent at all, not even the zeros.

Why that is enough: somebody who knows the sum of the hidden parts, that none is zero, and this very
rule can still give the small parts any values from 1 to k-1, in any combination: let all but the
last of the c parts be k and the last one what is left, which is k or more by step 1; the rule then
hides exactly the same parts. The order may not depend on the counts: were the smallest part taken,
the parts shown would bound it. Nothing below a hidden count is shown, so no zero there narrows it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Path = tuple[str, ...]
LEAST_K: Final = 3  # with 2 the only hidden count would be 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One count of a protected tree: what people may see of it.

    `count` is None where it is hidden. `parts` are the counts it adds up from, None where they are
    not shown or where there are none.
    """

    name: str
    count: int | None
    parts: tuple["Cell", ...] | None = None

    def as_document(self) -> dict[str, Any]:  # Any: plain JSON
        """Return it as plain JSON; a part that is missing from shown parts is zero."""
        if self.parts is None:
            return {"name": self.name, "count": self.count}
        parts = [part.as_document() for part in self.parts if part.count != 0]
        return {"name": self.name, "count": self.count, "parts": parts}

    def find(self, path: Path) -> int | None:
        """Return the count shown for a path below this cell, None where none is shown."""
        cell = self
        for name in path:
            if cell.count == 0:
                return 0
            if cell.parts is None:
                return None
            cell = next((part for part in cell.parts if part.name == name), _ZERO)
        return cell.count


_ZERO: Final = Cell(name="", count=0)


def protect(name: str, counts: Mapping[Path, int], order: Iterable[Path], k: int) -> Cell:
    """Return the tree of counts in which no count from 1 to k-1 can be told.

    `counts` are those of the leaves by their paths, all of one length of at least one. `order`
    lists the paths that there may be, of that length or shorter, in an order that does not depend
    on the counts; further paths follow sorted.

    Raises:
        ValueError: k is less than 3.
    """
    if k < LEAST_K:
        message = f"k is at least {LEAST_K}"
        raise ValueError(message)
    listed = dict.fromkeys(order)
    tree = _Tree(counts, [*listed, *sorted(set(counts) - set(listed))])
    total = tree.sums.get((), 0)
    return tree.show((), name, None if 0 < total < k else total, k)


class _Tree:
    """Sums of every prefix, and the names that follow each prefix, in order."""

    def __init__(self, counts: Mapping[Path, int], paths: Iterable[Path]) -> None:
        self.sums: dict[Path, int] = {}
        self.names: dict[Path, dict[str, None]] = {}
        for path in paths:
            for length in range(len(path)):
                self.names.setdefault(path[:length], {})[path[length]] = None
            for length in range(len(path) + 1):
                prefix = path[:length]
                self.sums[prefix] = self.sums.get(prefix, 0) + counts.get(path, 0)

    def show(self, prefix: Path, name: str, count: int | None, k: int) -> Cell:
        names = self.names.get(prefix)
        if count is None or names is None:
            return Cell(name=name, count=count)
        parts = {part: self.sums[*prefix, part] for part in names}
        hidden = _hide(parts, k)
        if hidden is None:
            return Cell(name=name, count=count)
        return Cell(
            name=name,
            count=count,
            parts=tuple(
                self.show((*prefix, part), part, None if part in hidden else parts[part], k)
                for part in names
            ),
        )


def _hide(parts: Mapping[str, int], k: int) -> frozenset[str] | None:
    """Return the parts to hide, None where no part may be shown."""
    small = [name for name, count in parts.items() if 0 < count < k]
    if not small:
        return frozenset()
    hidden = set(small)
    total = sum(parts[name] for name in small)
    for large, name in enumerate((name for name in parts if parts[name] >= k), start=1):
        hidden.add(name)
        total += parts[name]
        if total > len(small) * (k - 1) + large * k:
            return frozenset(hidden)
    return None


def list_shown(cell: Cell, prefix: Path = ()) -> Iterator[tuple[Path, int | None]]:
    """Yield every cell below a cell with its path and what is shown of it."""
    for part in cell.parts or ():
        path = (*prefix, part.name)
        yield path, part.count
        yield from list_shown(part, path)
