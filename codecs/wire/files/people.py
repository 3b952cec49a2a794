"""People who do not exist, for sample files: drawn from a seed, household by household.

Names, places and numbers are made up: prefecture 99 does not exist, and individual numbers carry
the check digit of the sandbox, so that nobody real can be met.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from wire.numbers import individual_number_digit

# Kanji with their reading in half-width kana; without small kana, which no special collection
# file may hold, and within JIS X 0208.
_FAMILIES: Final = (
    ("星ヶ原", "ﾎｼｶﾞﾊﾗ"),
    ("雲居沢", "ｸﾓｲｻﾞﾜ"),
    ("潮見坂", "ｼｵﾐｻﾞｶ"),
    ("朝霧谷", "ｱｻｷﾞﾘﾀﾞﾆ"),
    ("夕凪浦", "ﾕｳﾅｷﾞｳﾗ"),
    ("月影森", "ﾂｷｶｹﾞﾓﾘ"),
    ("虹ノ瀬", "ﾆｼﾞﾉｾ"),
    ("楓が丘", "ｶｴﾃﾞｶﾞｵｶ"),
    ("白波瀬", "ｼﾗﾊｾ"),
    ("鈴鳴野", "ｽｽﾞﾅﾘﾉ"),
    ("緑ヶ淵", "ﾐﾄﾞﾘｶﾞﾌﾁ"),
    ("雪待", "ﾕｷﾏﾁ"),
)
# With characters that CP932 has twice and JIS X 0208 not at all.
_RARE_FAMILIES: Final = (("髙波原", "ﾀｶﾅﾐﾊﾗ"), ("霧﨑", "ｷﾘｻｷ"))
_GIVEN: Final = {
    "1": (("湊", "ﾐﾅﾄ"), ("直人", "ﾅｵﾄ"), ("樹", "ｲﾂｷ"), ("陽太", "ﾖｳﾀ"), ("健", "ｹﾝ")),
    "2": (("花", "ﾊﾅ"), ("結衣", "ﾕｲ"), ("美咲", "ﾐｻｷ"), ("千春", "ﾁﾊﾙ"), ("葵", "ｱｵｲ")),
}
_TOWNS: Final = (("青葉町", "ｱｵﾊﾞﾏﾁ"), ("汐風通", "ｼｵｶｾﾞﾄﾞｵﾘ"), ("本町", "ﾎﾝﾏﾁ"))
_BUILDINGS: Final = ("みどり荘２０１", "海の見える家", None, None, None)
_FULL_WIDTH: Final = str.maketrans("0123456789-", "０１２３４５６７８９－")  # noqa: RUF001  # as written in addresses
_EARLIEST_BIRTH: Final = date(1936, 1, 1)
_BIRTH_DAYS: Final = 30_000
_LARGEST: Final = 4


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality that does not exist: 6-digit code, name, and the name read."""

    code: str
    name: str
    kana: str


MUNICIPALITIES: Final = (
    Municipality("991015", "架空県みなと市", "ﾐﾅﾄｼ"),
    Municipality("991023", "架空県もりの市", "ﾓﾘﾉｼ"),
    Municipality("993417", "架空県かわべ町", "ｶﾜﾍﾞﾏﾁ"),
    Municipality("990001", "架空県", "ｶｸｳｹﾝ"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person; `serial` counts all people from 1, `branch` those of the household."""

    serial: int
    branch: int
    family: tuple[str, str]
    given: tuple[str, str]
    sex: str
    born: date

    @property
    def kanji(self) -> str:
        """Return the name, family and given name parted by a full-width space."""
        return f"{self.family[0]}\u3000{self.given[0]}"

    @property
    def kana(self) -> str:
        """Return the name in half-width kana, parted by a space."""
        return f"{self.family[1]} {self.given[1]}"

    @property
    def local_number(self) -> str:
        """Return the local number (宛名番号): 15 digits."""
        return f"{900_000_000_000_000 + self.serial}"

    @property
    def individual_number(self) -> str:
        """Return the individual number with the check digit of the sandbox."""
        first = f"{99_000_000_000 + self.serial % 1_000_000_000}"
        return f"{first}{(int(individual_number_digit(first)) + 5) % 10}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """One household (世帯); its head comes first. `serial` counts households from 1."""

    serial: int
    members: tuple[Person, ...]
    town: tuple[str, str]
    lot: str
    building: str | None
    postcode: str

    @property
    def number(self) -> str:
        """Return the household number (国保世帯番号): 15 digits."""
        return f"{800_000_000_000_000 + self.serial}"

    @property
    def head(self) -> Person:
        """Return the head of the household."""
        return self.members[0]

    def address(self, place: Municipality) -> str:
        """Return the address in full-width characters."""
        return place.name + self.town[0] + self.lot.translate(_FULL_WIDTH)

    def address_kana(self, place: Municipality) -> str:
        """Return the address in half-width kana, without the prefecture."""
        return f"{place.kana}{self.town[1]} {self.lot}"


def draw_households(random: Random, *, rare: bool) -> Iterator[Household]:
    """Yield households without end; with `rare` some names have characters outside JIS X 0208."""
    families = (*_FAMILIES, *_RARE_FAMILIES) if rare else _FAMILIES
    serial = people = 0
    while True:
        serial += 1
        family = random.choice(families)
        members = []
        for branch in range(1, random.randint(1, _LARGEST) + 1):
            people += 1
            members.append(_draw_person(random, people, branch, family))
        yield Household(
            serial=serial,
            members=tuple(members),
            town=random.choice(_TOWNS),
            lot=f"{random.randint(1, 9)}-{random.randint(1, 30)}",
            building=random.choice(_BUILDINGS),
            postcode=f"{9_990_000 + random.randint(0, 9999)}",
        )


def _draw_person(random: Random, serial: int, branch: int, family: tuple[str, str]) -> Person:
    sex = random.choice("12")
    return Person(
        serial=serial,
        branch=branch,
        family=family,
        given=random.choice(_GIVEN[sex]),
        sex=sex,
        born=_EARLIEST_BIRTH + timedelta(days=random.randrange(_BIRTH_DAYS)),
    )
