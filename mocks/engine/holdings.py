"""What offices know about a resident: a value for every item of an information.

Values fit the item's type (money, date, code, text, count, flag) and depend on the seed, the
person, the information and the year alone, so two runs and two offices agree.
"""

from collections.abc import Callable
from datetime import date, timedelta

from mocks.engine.draw import Draw
from mocks.engine.people import EPOCH, Resident
from permitlists.items import Item, ItemType, items_of

KNOWN_AS_RESIDENT: dict[str, Callable[[Resident], str | None]] = {
    "name": lambda resident: resident.name,
    "name_kana": lambda resident: resident.kana,
    "account_holder_kana": lambda resident: resident.kana,
    "birth_on": lambda resident: resident.born_on.isoformat(),
    "sex": lambda resident: resident.sex_code,
    "address": lambda resident: resident.last_stay.address,
    "relationship": lambda resident: resident.relation,
    "resident_since_on": lambda resident: resident.last_stay.from_on.isoformat(),
    "removed_on": lambda resident: _iso(resident.last_stay.to_on),
    "death_on": lambda resident: _iso(resident.died_on),
}


def values_of(draw: Draw, resident: Resident, information: str) -> dict[str, str | None]:
    """Return a value for each item id of one information; None where there is nothing to say."""
    corner = draw.child(f"holding {resident.index} {information}")
    return {item.id: _value(corner, resident, item) for item in items_of(information)}


def _value(draw: Draw, resident: Resident, item: Item) -> str | None:
    known = KNOWN_AS_RESIDENT.get(item.id)
    if known is not None:
        return known(resident)
    if item.id == "fiscal_year":
        return str(EPOCH.year)
    return BY_TYPE[item.type](draw, item)


def _day(draw: Draw, item: Item) -> str | None:
    if item.id.endswith(("ended_on", "disqualified_on")) and draw.chance(70, item.id, "open"):
        return None
    return _iso(EPOCH - timedelta(days=draw.below(1_000, item.id)))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


BY_TYPE: dict[ItemType, Callable[[Draw, Item], str | None]] = {
    "money": lambda draw, item: str(draw.below(4_000, item.id) * 1_000),
    "count": lambda draw, item: str(draw.below(5, item.id)),
    "flag": lambda draw, item: str(draw.below(2, item.id)),
    "date": _day,
    "code": lambda draw, item: f"{draw.below(10_000, item.id):04}",
    "text": lambda draw, item: f"{item.name_ja}{draw.below(1_000, item.id):03}",
}
