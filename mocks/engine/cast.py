"""The fixed cast of the demo: one named person per case, with known answers."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files

import msgspec

from mocks.engine.holdings import values_of
from mocks.engine.people import Municipality, People, Resident, Stay

FIRST_INDEX = 10**9  # beyond any crowd, so that cast and crowd never share a number


class _StayEntry(msgspec.Struct, forbid_unknown_fields=True, rename={"begin": "from"}):
    at: str
    begin: date
    address: str


class _PersonEntry(msgspec.Struct, forbid_unknown_fields=True):
    case: str
    name: str
    kana: str
    born_on: date
    sex: str
    stays: list[_StayEntry]
    foreign: bool = False
    protected: bool = False
    values: dict[str, dict[str, str]] = {}


class _Cast(msgspec.Struct, forbid_unknown_fields=True):
    person: list[_PersonEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of the cast; `known` are fixed values by information and item."""

    case: str
    resident: Resident
    known: Mapping[str, Mapping[str, str]] = field(repr=False)


def load_cast(people: People, towns: Mapping[str, Municipality]) -> dict[str, Member]:
    """Return the cast by case; `towns` gives the municipality of each short key.

    Raises:
        KeyError: a member lives in a municipality that `towns` lacks.
    """
    text = (files("mocks") / "data" / "cast.toml").read_text(encoding="utf-8")
    listed = msgspec.convert(tomllib.loads(text), _Cast).person
    return {
        entry.case: Member(
            case=entry.case,
            resident=_resident(people, towns, entry, FIRST_INDEX + place),
            known=entry.values,
        )
        for place, entry in enumerate(listed)
    }


def values_for(member: Member, people: People, information: str) -> dict[str, str | None]:
    """Return the values of one information: drawn, then overridden by what is known."""
    drawn = values_of(people.draw, member.resident, information)
    return {**drawn, **member.known.get(information, {})}


def _resident(
    people: People, towns: Mapping[str, Municipality], entry: _PersonEntry, index: int
) -> Resident:
    number, code = people.numbers(index)
    return Resident(
        index=index,
        household=index,
        relation="head",
        individual_number=number,
        resident_code=code,
        name=entry.name,
        kana=entry.kana,
        sex_code=entry.sex,
        born_on=entry.born_on,
        died_on=None,
        foreign=entry.foreign,
        protected=entry.protected,
        stays=_stays(towns, entry.stays),
    )


def _stays(towns: Mapping[str, Municipality], entries: Sequence[_StayEntry]) -> tuple[Stay, ...]:
    ends = [entry.begin for entry in entries[1:]]
    return tuple(
        Stay(
            municipality=towns[entry.at].code,
            address=f"{towns[entry.at].name}{entry.address}",
            from_on=entry.begin,
            to_on=end,
        )
        for entry, end in zip(entries, [*ends, None], strict=True)
    )
