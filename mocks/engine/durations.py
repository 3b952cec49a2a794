"""Durations of scenarios: ISO 8601 without months and years, with business days (`P3BD`)."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

MAX_DAYS: Final = 36_525  # a hundred years: what is longer is a slip of the pen
_MAX_LENGTH: Final = 64
_UNITS: Final = ("weeks", "days", "hours", "minutes", "seconds")
_SHAPE: Final = re.compile(
    r"(?P<sign>[+-]?)P(?:(?P<business>[0-9]+)BD)?(?:(?P<weeks>[0-9]+)W)?(?:(?P<days>[0-9]+)D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?"
    r"(?:(?P<seconds>[0-9]+(?:\.[0-9]{1,6})?)S)?)?"
)


class DurationError(ValueError):
    """A text that is no duration; it names the text, which is nobody's data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A length of time: business days (開庁日) first, then a span of the clock.

    Both are negative in a negative duration. Months and years do not exist: their length hangs on
    the day they start from.
    """

    business_days: int = 0
    span: timedelta = timedelta()

    @property
    def negative(self) -> bool:
        """Whether the duration points into the past."""
        return self.business_days < 0 or self.span < timedelta()

    @property
    def empty(self) -> bool:
        """Whether the duration has no length."""
        return not self.business_days and not self.span

    @property
    def longest(self) -> timedelta:
        """An upper bound of the length, whatever the calendar: 11 days for each business day.

        No run of closed days is longer than that without closing days of a municipality's own.
        """
        return abs(self.span) + timedelta(days=11 * abs(self.business_days))

    @property
    def shortest(self) -> timedelta:
        """A lower bound of the length, whatever the calendar."""
        return abs(self.span) + timedelta(days=abs(self.business_days))

    def __neg__(self) -> "Duration":
        return Duration(business_days=-self.business_days, span=-self.span)

    def __str__(self) -> str:
        length = abs(self.span)
        minutes, seconds = divmod(length.seconds, 60)
        hours, minutes = divmod(minutes, 60)
        second = f"{seconds}.{length.microseconds:06}".rstrip("0").rstrip(".")
        second = second if length.microseconds else str(seconds)
        day = [
            (f"{abs(self.business_days)}BD", self.business_days),
            (f"{length.days}D", length.days),
        ]
        time = [(f"{hours}H", hours), (f"{minutes}M", minutes), (f"{second}S", second != "0")]
        dated = "".join(text for text, present in day if present)
        timed = "".join(text for text, present in time if present)
        whole = f"P{dated}{'T' if timed else ''}{timed}"
        return f"{'-' if self.negative else ''}{whole if whole != 'P' else 'PT0S'}"


def parse_duration(text: str) -> Duration:
    """Return the duration that a text says, such as `PT90S`, `-PT3S`, `P14D` or `P3BDT2H`.

    Raises:
        DurationError: the text has another form, or is longer than a hundred years.
    """
    match = _SHAPE.fullmatch(text) if len(text) <= _MAX_LENGTH else None
    if match is None or not any(match[name] for name in ("business", *_UNITS)):
        raise DurationError(text[:_MAX_LENGTH])
    try:
        duration = Duration(business_days=int(match["business"] or 0), span=_span(match))
    except OverflowError as error:
        raise DurationError(text) from error
    if duration.span.days + duration.business_days > MAX_DAYS:
        raise DurationError(text)
    return -duration if match["sign"] == "-" else duration


def _span(match: re.Match[str]) -> timedelta:
    whole, _, fraction = (match["seconds"] or "0").partition(".")
    return timedelta(
        weeks=int(match["weeks"] or 0),
        days=int(match["days"] or 0),
        hours=int(match["hours"] or 0),
        minutes=int(match["minutes"] or 0),
        seconds=int(whole),
        microseconds=int(fraction.ljust(6, "0")),
    )
