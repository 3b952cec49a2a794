"""Synthetic residents: families, moves between municipalities, foreign names, rare characters.

Everything is a function of the seed: resident number n is the same person whether ten or ten
thousand are asked for, and no two share a number. All individual numbers are sandbox numbers.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from importlib.resources import files
from itertools import islice
from typing import cast

from mocks.engine.draw import Draw
from wire.numbers import individual_number_digit

SANDBOX_SHIFT = 5
EPOCH = date(2026, 10, 1)  # the day on which all ages and moves are reckoned
MALE, FEMALE = "1", "2"
YEAR = timedelta(days=365)
MOST_ADULT_YEARS = 70
OLD_AGE = 75
Name = tuple[str, str]  # as written, reading in katakana


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipality:
    """Where people can live: a 6-digit code and the name that begins addresses."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One stretch of living in a municipality, from `from_on` to before `to_on` (None: still)."""

    municipality: str
    address: str = field(repr=False)
    from_on: date
    to_on: date | None = None

    def covers(self, on: date) -> bool:
        """Return whether the person lived here on a day."""
        return self.from_on <= on and (self.to_on is None or on < self.to_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """One fictitious person; `name` is in the alphabet for foreign residents."""

    index: int
    household: int
    relation: str  # head, spouse, child, parent
    individual_number: str = field(repr=False)
    resident_code: str = field(repr=False)
    name: str = field(repr=False)
    kana: str = field(repr=False)
    sex_code: str
    born_on: date
    died_on: date | None
    foreign: bool
    protected: bool
    stays: tuple[Stay, ...]

    def stay_on(self, on: date) -> Stay | None:
        """Return where the person lived on a day, or None before birth and after death."""
        return next((stay for stay in self.stays if stay.covers(on)), None)

    @property
    def last_stay(self) -> Stay:
        """Where the person lives now, or lived last."""
        return self.stays[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """One member of a household before it has numbers and a home."""

    relation: str
    age: int
    sex_code: str


def individual_number(first11: str) -> str:
    """Return a sandbox individual number: 11 digits and (true check digit + 5) mod 10."""
    return f"{first11}{(int(individual_number_digit(first11)) + SANDBOX_SHIFT) % 10}"


@dataclass(frozen=True, kw_only=True)
class People:
    """All residents a seed can give, in households over the municipalities."""

    seed: str
    municipalities: Sequence[Municipality]
    today: date = EPOCH

    @cached_property
    def draw(self) -> Draw:
        """The draws of this population."""
        return Draw(self.seed, "people")

    @cached_property
    def _names(self) -> dict[str, list[Name]]:
        text = (files("mocks") / "data" / "names.toml").read_text(encoding="utf-8")
        return cast("dict[str, list[Name]]", tomllib.loads(text))  # shape fixed by its own test

    def generate(self, count: int) -> list[Resident]:
        """Return the first `count` residents; the last household may be cut."""
        return list(islice(self._residents(), count))

    def numbers(self, index: int) -> tuple[str, str]:
        """Return the individual number and the resident code of resident number `index`."""
        number = individual_number(self.draw.shuffled(index, 11, "individual number"))
        return number, self.draw.shuffled(index, 11, "resident code")

    def local_number(self, index: int, municipality: str, system: str) -> str:
        """Return the 15-digit local number of resident `index` in a municipality's system."""
        digits = self.draw.shuffled(index, 10, "local number", municipality, system)
        return digits.zfill(15)

    def _residents(self) -> Iterator[Resident]:
        index, household = 0, 0
        while True:
            for resident in self._household(household):
                number, code = self.numbers(index)
                yield replace(resident, index=index, individual_number=number, resident_code=code)
                index += 1
            household += 1

    def _household(self, number: int) -> Iterator[Resident]:
        draw = self.draw.child(f"household {number}")
        surname = self._surname(draw)
        protected = draw.chance(2, "protected")
        stays = self._stays(draw)
        for place, plan in enumerate(_compose(draw)):
            corner = draw.child(f"member {place}")
            born_on = self.today - plan.age * YEAR - timedelta(days=corner.below(365, "birthday"))
            died_on = self._death(corner, plan.age)
            foreign = plan.relation in {"head", "spouse"} and corner.chance(5, "foreign")
            name, kana = self._name(corner, surname, plan.sex_code, foreign=foreign)
            yield Resident(
                index=0,
                household=number,
                relation=plan.relation,
                individual_number="",
                resident_code="",
                name=name,
                kana=kana,
                sex_code=plan.sex_code,
                born_on=born_on,
                died_on=died_on,
                foreign=foreign,
                protected=protected,
                stays=_clip(stays, born_on, died_on),
            )

    def _surname(self, draw: Draw) -> Name:
        table = "gaiji_surnames" if draw.chance(12, "gaiji") else "surnames"
        return draw.choice(self._names[table], "surname")

    def _name(self, draw: Draw, surname: Name, sex_code: str, *, foreign: bool) -> Name:
        if foreign:
            rows = cast("list[tuple[str, str, str]]", self._names["foreign"])  # three columns
            fitting = [(name, kana) for name, kana, sex in rows if sex == sex_code]
            return draw.choice(fitting, "foreign name")
        table = "given_male" if sex_code == MALE else "given_female"
        given = draw.choice(self._names[table], "given name")
        return f"{surname[0]}\u3000{given[0]}", f"{surname[1]}\u3000{given[1]}"

    def _death(self, draw: Draw, age: int) -> date | None:
        if age < OLD_AGE or not draw.chance(25, "death"):
            return None
        return self.today - timedelta(days=1 + draw.below(700, "death day"))

    def _stays(self, draw: Draw) -> tuple[Stay, ...]:
        moves = draw.choice((0, 0, 0, 0, 1, 1, 1, 2), "moves")
        days = sorted(1 + draw.below(1500, "move day", nth) for nth in range(moves))
        changes = [date.min, *(self.today - timedelta(days=day) for day in reversed(days))]
        stays, last = [], -1
        for place, begin in enumerate(changes):
            end = changes[place + 1] if place < moves else None
            last = self._elsewhere(draw, place, last)
            town = draw.choice(self._names["towns"], "town", place)[0]
            lot = f"{1 + draw.below(9, 'block', place)}-{1 + draw.below(30, 'lot', place)}"
            home = self.municipalities[last]
            stays.append(
                Stay(
                    municipality=home.code,
                    address=f"{home.name}{town}{lot}",
                    from_on=begin,
                    to_on=end,
                )
            )
        return tuple(stay for stay in stays if stay.from_on != stay.to_on)

    def _elsewhere(self, draw: Draw, place: int, last: int) -> int:
        count = len(self.municipalities)
        if last < 0 or count == 1:
            return draw.below(count, "municipality", place)
        return (last + 1 + draw.below(count - 1, "municipality", place)) % count


def _compose(draw: Draw) -> list[_Plan]:
    """Return who lives together: a head, perhaps a spouse, children, a parent."""
    age = 20 + draw.below(MOST_ADULT_YEARS, "age")
    sex = draw.choice((MALE, FEMALE), "sex")
    other = FEMALE if sex == MALE else MALE
    plans = [_Plan(relation="head", age=age, sex_code=sex)]
    if draw.chance(55, "spouse"):
        years = max(18, age - 4 + draw.below(8, "spouse age"))
        plans.append(_Plan(relation="spouse", age=years, sex_code=other))
    youngest_parent = min(plan.age for plan in plans)
    for nth in range(draw.choice((0, 0, 1, 1, 2, 2, 3), "children")):
        years = youngest_parent - 20 - draw.below(20, "child age", nth)
        if years >= 0:
            sex = draw.choice((MALE, FEMALE), "child sex", nth)
            plans.append(_Plan(relation="child", age=years, sex_code=sex))
    if draw.chance(10, "parent") and age < MOST_ADULT_YEARS:
        plans.append(_Plan(relation="parent", age=age + 22, sex_code=FEMALE))
    return plans


def _clip(stays: Sequence[Stay], born_on: date, died_on: date | None) -> tuple[Stay, ...]:
    """Return the household's stays as far as one member lived."""
    kept = []
    for stay in stays:
        begin = max(stay.from_on, born_on)
        ends = [day for day in (stay.to_on, died_on) if day is not None]
        end = min(ends, default=None)
        if end is None or begin < end:
            kept.append(replace(stay, from_on=begin, to_on=end))
    return tuple(kept)
