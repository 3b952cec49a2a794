"""The calendar of offices that open on every day, whatever day it is."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from mocks.engine.calendar import BusinessCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryDay(BusinessCalendar):
    """A calendar without closing days."""

    def is_open_day(self, day: date) -> bool:  # noqa: ARG002  # it is the same for all of them
        """Return True."""
        return True


EVERY_DAY: Final = EveryDay()
