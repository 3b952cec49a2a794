"""Orders to misbehave: which act of a party goes wrong, at which occurrence, how often."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order: `act` goes wrong from its `nth` occurrence (1 = the next) for `times` times.

    `amount` is what the act needs to know (seconds, usually); `times` 0 means for ever.
    """

    act: str
    nth: int = 1
    times: int = 1
    amount: int = 0


@dataclass(slots=True)
class Behaviour:
    """The orders of one party; without any it keeps every rule."""

    orders: list[Order] = field(default_factory=list)
    seen: dict[int, int] = field(default_factory=dict)

    def give(self, order: Order) -> None:
        """Add an order; it counts occurrences from now on."""
        self.orders.append(order)

    def occurs(self, act: str) -> Order | None:
        """Count one occurrence of `act`; return the order that applies to it, or None."""
        applies = None
        for place, order in enumerate(self.orders):
            if order.act != act:
                continue
            count = self.seen[place] = self.seen.get(place, 0) + 1
            past = count - order.nth
            if past >= 0 and (not order.times or past < order.times):
                applies = applies or order
        return applies
