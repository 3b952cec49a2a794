"""Opening hours of a provider, in Japan standard time."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")


def opens_at(now: datetime, *, opens: time, closes: time) -> datetime | None:
    """Return None if open at `now`, else the next opening instant; equal times mean always open.

    Hours may span midnight (22:00 to 05:00). The result is in the zone of `now`.
    """
    if opens == closes:
        return None
    local = now.astimezone(JAPAN)
    at = local.time()
    open_now = opens <= at < closes if opens < closes else (at >= opens or at < closes)
    if open_now:
        return None
    day = local.date() if at < opens else local.date() + timedelta(days=1)
    return datetime.combine(day, opens, tzinfo=JAPAN).astimezone(now.tzinfo)
