"""Instants and dates as the wire writes them: UTC with exactly three decimals, and ISO dates."""

import re
from contextlib import suppress
from datetime import date, datetime, timedelta

from wire.errors import WireError

INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

_INSTANT = re.compile(INSTANT)
_DATE = re.compile(DATE)
_NOTHING = timedelta(0)


def write_instant(instant: datetime) -> str:
    """Return `2026-11-23T15:04:05.123Z`; digits finer than a millisecond are cut off.

    Raises:
        WireError: `wire.instant.zone`, the instant is naive or not in UTC.
    """
    if instant.utcoffset() != _NOTHING:
        raise WireError("wire.instant.zone", "", "An instant must be aware and in UTC.")
    return instant.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def read_instant(text: str) -> datetime:
    """Return the aware UTC instant that `text` writes.

    Raises:
        WireError: `wire.instant.text`, the shape is another or there is no such instant.
    """
    if _INSTANT.fullmatch(text):
        with suppress(ValueError):  # such as 30 February; reported below, without the text
            return datetime.fromisoformat(text)
    raise WireError("wire.instant.text", "", "An instant is YYYY-MM-DDThh:mm:ss.mmmZ.")


def read_date(text: str) -> date:
    """Return the calendar date that `text` writes as YYYY-MM-DD.

    Raises:
        WireError: `wire.date.text`, the shape is another or there is no such date.
    """
    if _DATE.fullmatch(text):
        with suppress(ValueError):  # such as 30 February; reported below, without the text
            return date.fromisoformat(text)
    raise WireError("wire.date.text", "", "A date is YYYY-MM-DD.")
