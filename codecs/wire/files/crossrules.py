"""The rules over several files, one class each: records are taken in, then judged together."""

import hashlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from wire.files.layout import Layout
from wire.files.rows import Decoded
from wire.files.totals import PART, Values, list_values

_MONTHS: Final = 12
_QUALIFICATIONS: Final = "KJSKTKS1"
_PEOPLE: Final = "KJKOJIN1"
_BENEFITS: Final = "KJKGGAI1"
_CANDIDATES: Final = ("KJKZKOH1", "KJKZKAK1", _BENEFITS)
_LOCAL_NUMBER: Final = "宛名番号"
_SERIAL: Final = "ファイル通番"
_MEDIUM: Final = "媒体通番"


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule that is broken: the index of the file, and the record, from 1."""

    rule: str
    file: int
    record: int
    days: int | None = None


class CrossRule(Protocol):
    """What is known of the records of several files under one rule."""

    def take(self, layout: Layout, file: int, decoded: Decoded) -> None:
        """Take in one record."""

    def list_broken(self) -> Iterator[Broken]:
        """Yield where the rule is broken, once all records are taken in."""


class Spells:
    """Q001 and Q002: one period ends the day before the next begins, within a prefecture."""

    def __init__(self) -> None:
        self.spells: dict[str, list[tuple[date, date | None, int, int]]] = defaultdict(list)
        self.broken: list[Broken] = []

    def take(self, layout: Layout, file: int, decoded: Decoded) -> None:
        """Take in a period, and judge it with the periods that its own record names."""
        if layout.id != _QUALIFICATIONS or decoded.kind != "D":
            return
        values, where = decoded.values, (file, decoded.number)
        begin, end = values.get("適用開始年月日"), values.get("適用終了年月日")
        self._judge(values.get("前適用終了年月日"), begin, *where)
        self._judge(end, values.get("次適用開始年月日"), *where)
        number = values.get(_LOCAL_NUMBER)
        if begin is not None and number is not None:
            self.spells[number].append((begin, end, *where))

    def _judge(self, end: date | None, begin: date | None, file: int, record: int) -> None:
        if end is None or begin is None:
            return
        days = (begin - end).days - 1
        if days:
            rule = "Q001" if days < 0 else "Q002"
            endless = end == date.max
            self.broken.append(Broken(rule, file, record, None if endless else abs(days)))

    def list_broken(self) -> Iterator[Broken]:
        """Yield overlaps and gaps, those between records of one local number included."""
        for spells in self.spells.values():
            spells.sort(key=lambda spell: (spell[0], spell[2], spell[3]))
            last = spells[0][1]  # the latest end so far, None after a period without one
            for begin, end, file, record in spells[1:]:
                self._judge(_shared(last, begin, end), begin, file, record)
                last = max(last, end) if last is not None and end is not None else end
        yield from self.broken


def _shared(last: date | None, begin: date, end: date | None) -> date | None:
    """Return the last day that a period has in common with what ended last, or else that end."""
    inside = last is not None and end is not None and begin <= end < last
    return end if inside else last


class Received:
    """Q004: whoever is received was sent before, where anything was sent."""

    def __init__(self) -> None:
        self.sent: set[str] = set()
        self.received: list[tuple[str, int, int]] = []

    def take(self, layout: Layout, file: int, decoded: Decoded) -> None:
        """Take in the local numbers of a record."""
        if decoded.kind != "D":
            return
        if layout.direction == "to_federation":
            for name in (_LOCAL_NUMBER, f"世帯主{_LOCAL_NUMBER}", f"国保主{_LOCAL_NUMBER}"):
                self.sent.update(list_values(decoded.values, name))
        else:
            for number in list_values(decoded.values, _LOCAL_NUMBER):
                self.received.append((number, file, decoded.number))

    def list_broken(self) -> Iterator[Broken]:
        """Yield the records of local numbers that were not sent."""
        for number, file, record in self.received:
            if self.sent and number not in self.sent:
                yield Broken("Q004", file, record)


class Owners:
    """Q006: one local number has one individual number; only a hash of that is kept."""

    def __init__(self) -> None:
        self.owners: dict[str, bytes] = {}
        self.broken: list[Broken] = []

    def take(self, layout: Layout, file: int, decoded: Decoded) -> None:
        """Compare the numbers of a record with those of earlier ones."""
        if layout.id != _PEOPLE or decoded.kind != "D":
            return
        local, number = decoded.values.get(_LOCAL_NUMBER), decoded.values.get("個人番号")
        if local is None:
            return
        mark = hashlib.blake2b(str(number).encode(), digest_size=16).digest()
        if number is None or self.owners.setdefault(local, mark) != mark:
            self.broken.append(Broken("Q006", file, decoded.number))

    def list_broken(self) -> Iterator[Broken]:
        """Yield records whose individual number is missing or differs from an earlier one."""
        yield from self.broken


class Candidates:
    """Q007: a candidate number stands once, is confirmed once, and has one benefit at most."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[int]] = {}
        self.first: dict[int, tuple[int, int]] = {}

    def take(self, layout: Layout, file: int, decoded: Decoded) -> None:
        """Count a candidate number; a file counts as given even without records."""
        if layout.id not in _CANDIDATES:
            return
        counts = self.counts.setdefault(layout.id, Counter())
        number = decoded.values.get("候補番号")
        if decoded.kind == "D" and number is not None:
            counts[number] += 1
            self.first.setdefault(number, (file, decoded.number))

    def list_broken(self) -> Iterator[Broken]:
        """Yield where each number that does not correspond stands first."""
        for number, where in self.first.items():
            if any(
                count > 1 or (count < 1 and name != _BENEFITS)
                for name, count in ((name, found[number]) for name, found in self.counts.items())
            ):
                yield Broken("Q007", *where)


class Months:
    """Q008: the months of a benefit are among the 12 before, in order and each once."""

    def __init__(self) -> None:
        self.broken: list[Broken] = []

    def take(self, layout: Layout, file: int, decoded: Decoded) -> None:
        """Judge the months of one record."""
        base = decoded.values.get("基準年月")
        if layout.id != _BENEFITS or decoded.kind != "D" or base is None:
            return
        months = [_count(month) for month in list_values(decoded.values, "明細.診療年月")]
        ordered = all(before < after for before, after in itertools.pairwise(months))
        if not ordered or any(not 1 <= _count(base) - month <= _MONTHS for month in months):
            self.broken.append(Broken("Q008", file, decoded.number))

    def list_broken(self) -> Iterator[Broken]:
        """Yield records with other months."""
        yield from self.broken


def _count(month: str) -> int:
    """Return a month YYYY-MM as a number of months."""
    return int(month[:4]) * _MONTHS + int(month[5:7])


class Serials:
    """Q010 and Q011: media count on without a gap, and files of one day never go back."""

    def __init__(self) -> None:
        self.last: dict[tuple[object, ...], tuple[int, int]] = {}
        self.broken: list[Broken] = []

    def take(self, layout: Layout, file: int, decoded: Decoded) -> None:
        """Compare the serial number of a file with that of the one before."""
        values = decoded.values
        if decoded.kind == "M" and values.get(_MEDIUM) is not None:
            key = (layout.id, values.get("市町村コード"))
            before, number = self.last.get(key), values[_MEDIUM]
            if before is not None and number != before[0] + 1:
                self.broken.append(Broken("Q010", file, decoded.number))
            self.last[key] = (number, 0)
        elif decoded.kind == "H" and values.get(_SERIAL) is not None:
            self._take_header(layout, file, decoded.number, values)

    def _take_header(self, layout: Layout, file: int, record: int, values: Values) -> None:
        key = (layout.id, values.get("送信元区分"), str(values.get("作成日時"))[:10])
        now = (values[_SERIAL], values.get(PART) or 1)
        if now <= self.last.get(key, (-1, -1)):
            self.broken.append(Broken("Q011", file, record))
        else:
            self.last[key] = now

    def list_broken(self) -> Iterator[Broken]:
        """Yield the records with the serial numbers that do not follow."""
        yield from self.broken


RULES: Final = (Spells, Received, Owners, Candidates, Months, Serials)
