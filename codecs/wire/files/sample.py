"""Sample files: people who do not exist, in a file of any layout that keeps all its rules."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from random import Random
from typing import Any, Final

from wire.charset.gaiji import REFUSE
from wire.files.layout import Layout, Record, Rule
from wire.files.people import MUNICIPALITIES, Household, Person, draw_households
from wire.files.rewriting import write_file
from wire.files.rows import Decoded
from wire.files.rules import triggers
from wire.files.sample_values import TODAY, Scene, make_by_type, make_series
from wire.files.settings import Settings
from wire.files.totals import FORECAST, PART, PARTS, describe_header, describe_medium, list_values

_LONGEST_HISTORY: Final = 6000  # days since when people are insured, at most
_LARGEST_GROUP: Final = 100_000  # data records of one trailer, where a file has several
_PAYERS: Final = ("501", "594", "595", "596", "686", "700")
_PAYER: Final = "特別徴収義務者コード"

Values = dict[str, Any]  # Any: the value of a field, or a list of them


def write_sample(layout: Layout, n: int, seed: int) -> Iterator[bytes]:
    """Yield the bytes of a valid file with `n` data records, in pieces.

    The same layout, number and seed give the same bytes. Individual numbers are those of the
    sandbox.
    """
    settings = Settings(encoding=layout.encoding, gaiji=REFUSE, numbers="sandbox")
    return write_file(layout, list_sample(layout, n, seed, settings), settings)


def list_sample(layout: Layout, n: int, seed: int, settings: Settings) -> Iterator[Decoded]:
    """Yield the records of a sample file; the totals of its trailers are still missing."""
    return _Maker(layout, n, seed, settings).list_records()


class _Maker:
    """What is known while a sample file is made."""

    def __init__(self, layout: Layout, n: int, seed: int, settings: Settings) -> None:
        self.layout, self.n, self.settings = layout, n, settings
        self.random = Random(f"{layout.id} {seed}")  # noqa: S311  # nothing here is a secret
        self.place = self.random.choice(MUNICIPALITIES)
        self.people = self._draw_people()
        self.first = next(self._draw_people())
        self.number = self.row = 0
        self.header: Values = {}
        self.records = {record.kind: record for record in layout.records}
        self.fields = {
            record.kind: [one for one in record.fields if one.type not in {"filler", "shift"}]
            for record in layout.records
        }
        self.before, self.group = _parts_of(layout.structure)
        largest = min(_LARGEST_GROUP, -(-n // 2)) if self.before else n
        self.size = max(1, largest)
        self.groups = max(1, -(-n // self.size))

    def list_records(self) -> Iterator[Decoded]:
        """Yield records in the order of the layout's structure."""
        for kind in self.before:
            yield self._make(kind)
        left = self.n
        for index in range(self.groups):
            count = min(self.size, left)
            for kind in self.group:
                times = count if kind == "D" else 1
                for _ in range(times):
                    yield self._make(kind, index)
            left -= count

    def _draw_people(self) -> Iterator[tuple[Household, Person]]:
        rare = self.layout.encoding != "jis_mixed"
        alone = "国保世帯番号" in self.layout.key  # one record for a household, not for each person
        households = draw_households(self.random, rare=rare)
        while True:
            household = next(households)
            for person in household.members[:1] if alone else household.members:
                yield household, person

    def _make(self, kind: str, group: int = 0) -> Decoded:
        record = self.records[kind]
        self.number += 1
        self.row += kind == "D"
        household, person = next(self.people) if kind == "D" else self.first
        history = timedelta(days=self.random.randrange(_LONGEST_HISTORY))
        scene = Scene(
            random=self.random,
            layout=self.layout,
            row=self.row,
            place=self.place,
            household=household,
            person=person,
            since=max(person.born, TODAY - history),
        )
        values: Values = {field.name: make_series(scene, field) for field in self.fields[kind]}
        values |= self._known(record, group)
        for rule in self.layout.rules:
            if rule.record == kind and rule.kind in _SETTLE:
                _SETTLE[rule.kind](rule, record, values, self.header, scene)
        if kind == "H":
            self.header = values
        return Decoded(kind=kind, number=self.number, values=values)

    def _known(self, record: Record, group: int) -> Values:
        """Return what the file itself decides of a record's values."""
        known: Values = {
            PART: 1,
            PARTS: 1,
            FORECAST: self.n,
            "データ区分": "2",
            "外字区分": "0",
            "ファイル通番": 1,
            _PAYER: _PAYERS[group % len(_PAYERS)],
        }
        known |= describe_medium(self.n, self.groups)
        if record.kind in "HT":
            known |= describe_header(self.layout, self.settings)
        if record.kind == "T":
            known |= dict.fromkeys(("種別件数", "金額合計"), None)
        names = {field.name for field in record.fields}
        return {name: value for name, value in known.items() if name in names}


def _parts_of(structure: str) -> tuple[str, str]:
    """Return the kinds before the group that comes again, and those of the group."""
    before, _, group = structure.rpartition("(")
    return "".join(re.findall("[A-Z]", before)), "".join(re.findall("[A-Z]", group))


def _settle_sum(rule: Rule, _: Record, values: Values, __: Values, ___: Scene) -> None:
    values[rule.field] = sum(
        sign * value
        for sign, names in ((1, rule.plus), (-1, rule.minus))
        for name in names
        for value in list_values(values, name)
    )


def _settle_counts(rule: Rule, _: Record, values: Values, __: Values, ___: Scene) -> None:
    found = list_values(values, rule.other)
    values[rule.field] = sum(str(value) not in rule.values for value in found)


def _settle_needs(rule: Rule, record: Record, values: Values, _: Values, scene: Scene) -> None:
    other = record.find(rule.other)
    if other is not None and triggers(rule, values) and values[rule.other] is None:
        values[rule.other] = make_by_type(scene, other)


def _settle_allows(rule: Rule, _: Record, values: Values, __: Values, scene: Scene) -> None:
    allowed = rule.allowed.get(str(values[rule.field]))
    if allowed is not None:
        values[rule.other] = scene.random.choice(allowed)


def _settle_sequence(rule: Rule, _: Record, values: Values, __: Values, scene: Scene) -> None:
    values[rule.field] = scene.row


def _settle_same(rule: Rule, _: Record, values: Values, header: Values, __: Scene) -> None:
    values[rule.field] = header[rule.field]


_Settle = Callable[[Rule, Record, Values, Values, Scene], None]
_SETTLE: Final[Mapping[str, _Settle]] = {
    "sum": _settle_sum,
    "counts": _settle_counts,
    "needs": _settle_needs,
    "allows": _settle_allows,
    "sequence": _settle_sequence,
    "same": _settle_same,
}
