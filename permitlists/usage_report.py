"""The report of use: what follows from the protected figures of its units, and nothing else."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from permitlists.diff import Permission
from permitlists.phrases import say
from permitlists.suppression import Path, list_shown
from permitlists.usage import Scope, UnitUsage, path_of

_MOST_REFUSALS = 20  # shown to people
_DEEP = 2  # element and affair
_Shown = Mapping[Path, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AffairUsage:
    """How one affair was used: what is shown, summed over the units.

    `permissions` are all of the affair, `never_used` those shown as zero in every unit and
    `undisclosed` those of which nothing is said. `asks` adds up what is shown, None where nothing
    is, and `hidden_units` counts the units that show nothing.
    """

    row: str
    affair: str
    label: str
    permissions: int
    never_used: tuple[Permission, ...]
    undisclosed: int
    asks: int | None
    hidden_units: int

    def as_document(self) -> dict[str, Any]:  # Any: plain JSON
        """Return it as plain JSON."""
        return {
            "row": self.row,
            "affair": self.affair,
            "label": self.label,
            "permissions": self.permissions,
            "never_used": len(self.never_used),
            "percent_never_used": percent(len(self.never_used), self.permissions),
            "undisclosed": self.undisclosed,
            "asks": self.asks,
            "hidden_units": self.hidden_units,
            "never_used_permissions": [one._asdict() for one in self.never_used],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageReport:
    """A report on one edition: its units, and what follows from them."""

    edition: str
    k: int
    units: tuple[UnitUsage, ...]
    affairs: tuple[AffairUsage, ...]
    refused: tuple[tuple[str, str, int], ...]

    def sum_up(self) -> dict[str, Any]:  # Any: plain JSON
        """Return the sums over all affairs as plain JSON."""
        permissions = sum(one.permissions for one in self.affairs)
        never = sum(len(one.never_used) for one in self.affairs)
        idle = sum(len(one.never_used) == one.permissions for one in self.affairs)
        return {
            "permissions": permissions,
            "never_used": never,
            "percent_never_used": percent(never, permissions),
            "undisclosed": sum(one.undisclosed for one in self.affairs),
            "affairs": len(self.affairs),
            "affairs_never_used": idle,
            "percent_affairs_never_used": percent(idle, len(self.affairs)),
            "affairs_undisclosed": sum(one.undisclosed == one.permissions for one in self.affairs),
        }

    def as_document(self) -> dict[str, Any]:  # Any: plain JSON
        """Return it as plain JSON."""
        return {
            "edition": self.edition,
            "k": self.k,
            "summary": self.sum_up(),
            "affairs": [one.as_document() for one in self.affairs],
            "refused": [
                {"element": element, "affair": affair, "asks": asks}
                for element, affair, asks in self.refused
            ],
            "units": [unit.as_document() for unit in self.units],
        }

    def describe(self) -> Iterator[str]:
        """Yield the lines that people read, Japanese and English in turn."""
        months = [unit.month.isoformat()[:7] for unit in self.units]
        span = {"first": min(months, default="-"), "last": max(months, default="-")}
        yield from say("usage.head", edition=self.edition, k=self.k, **span)
        yield from say("usage.permissions", **self.sum_up())
        yield from say("usage.affairs", **self.sum_up())
        for one in self.affairs:
            values = one.as_document()
            hidden = one.asks is None
            yield from say("usage.affair_hidden" if hidden else "usage.affair", **values)
        for element, affair, asks in self.refused[:_MOST_REFUSALS]:
            yield from say("usage.refused", element=element, affair=affair, asks=asks)


def report_usage(
    scope: Scope, universe: Iterable[Permission], units: tuple[UnitUsage, ...]
) -> UsageReport:
    """Return the report on the units of a scope; `universe` are the permissions to tell of."""
    shown: list[_Shown] = [dict(list_shown(unit.permitted)) for unit in units]
    grouped: dict[Path, list[Permission]] = {}
    for one in universe:
        grouped.setdefault(path_of(one)[:2], []).append(one)
    labels = {
        (row.no, clause.no): clause.label
        for row in scope.edition.table.rows
        for clause in row.clauses
    }
    return UsageReport(
        edition=scope.edition.key.label,
        k=scope.k,
        units=units,
        affairs=tuple(
            _affair(path, permissions, shown, labels[permissions[0][:2]])
            for path, permissions in grouped.items()
        ),
        refused=tuple(_list_refused(units)),
    )


def percent(part: int, whole: int) -> float:
    """Return a share in percent with one decimal, 0 of nothing."""
    return round(100 * part / whole, 1) if whole else 0.0


def _affair(
    path: Path, permissions: Sequence[Permission], shown: Sequence[_Shown], label: str
) -> AffairUsage:
    seen = {one: [unit.get(path_of(one)) for unit in shown] for one in permissions}
    counts = [unit.get(path) for unit in shown]
    known = [count for count in counts if count is not None]
    return AffairUsage(
        row=path[0],
        affair=path[1],
        label=label,
        permissions=len(permissions),
        never_used=tuple(one for one, told in seen.items() if all(count == 0 for count in told)),
        undisclosed=sum(not any(told) and None in told for told in seen.values()),
        asks=sum(known) if known else None,
        hidden_units=len(counts) - len(known),
    )


def _list_refused(units: Iterable[UnitUsage]) -> Iterator[tuple[str, str, int]]:
    """Yield the refusals that are shown, by element and affair, the most frequent first."""
    sums: Counter[Path] = Counter()
    for unit in units:
        sums.update(
            {
                path: count
                for path, count in list_shown(unit.refused)
                if count and len(path) == _DEEP
            }
        )
    for (element, affair), asks in sorted(sums.items(), key=lambda one: (-one[1], one[0])):
        yield element, affair, asks
