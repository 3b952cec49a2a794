"""A whole file checked: structure, fields, rules, totals, and what must never be in it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from wire.files.columns.decode import decode_chunk
from wire.files.delimited import decode_delimited
from wire.files.layout import TERMINATORS, Layout
from wire.files.names import FileName
from wire.files.naming import agrees
from wire.files.places import list_places
from wire.files.report import Report, severity_of
from wire.files.rows import Decoded, decode_run
from wire.files.rules import RuleBook
from wire.files.settings import Settings
from wire.files.totals import (
    CHARACTERS,
    FILE_ID,
    FORECAST,
    HOLDS_NUMBERS,
    PART,
    PARTS,
    Tally,
    describe_header,
    find_places,
    find_value,
)
from wire.files.walk import Fault, Run, walk
from wire.numbers import find_individual_numbers

MAX_ERRORS: Final = 1000
_SHORTEST: Final = 12  # an individual number has as many digits
_NO_RECORDS: Final = frozenset({"S001", "S008"})  # records or lines of no kind
_HEADER_RULES: Final = {
    FILE_ID: "H001",
    "仕様版": "H002",
    "送信元区分": "H003",
    CHARACTERS: "H004",
    HOLDS_NUMBERS: "H005",
    "レコード長": "H006",
}


def check_file(
    layout: Layout,
    stream: BinaryIO,
    settings: Settings,
    *,
    max_errors: int = MAX_ERRORS,
    name: FileName | None = None,
) -> Report:
    """Return all that is wrong with a file; errors and warnings beyond the limit are counted only.

    Where a `name` is given, the file's first record must agree with it.

    Memory does not grow with the file but for `unique` rules (see `RuleBook`). Whatever the bytes
    are, nothing is raised.
    """
    check = _Check(layout, settings, max_errors, name)
    if layout.form == "delimited":
        return check.run(decode_delimited(layout, stream, settings))
    return check.run(walk(layout, stream))


@dataclass(slots=True)
class _Found:
    """Faults as far as the limit goes, and how many there are."""

    limit: int
    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, fault: Fault) -> None:
        self.count += 1
        if len(self.faults) < self.limit:
            self.faults.append(fault)


class _Check:
    """What is known while a file is checked."""

    def __init__(
        self, layout: Layout, settings: Settings, limit: int, name: FileName | None
    ) -> None:
        self.name = name
        self.layout, self.settings, self.limit = layout, settings, limit
        self.found = {"error": _Found(limit), "warning": _Found(limit)}
        self.book = RuleBook(layout)
        self.tally = Tally(layout)
        self.header: Decoded | None = None
        self.records = self.data = 0
        self.whole = True  # as long as the structure is, so that a digest can be compared
        self.counts: list[dict[str, Any]] = []  # Any: plain JSON
        self.inbound = layout.direction == "from_federation"
        self.stated = describe_header(layout, settings)
        self.terminator = TERMINATORS[layout.terminator]
        self.trailer_places = find_places(layout, "T")
        self.begins = {
            record.kind: {place.label: place.begin for place in list_places(record)}
            for record in layout.records
        }

    def run(self, found: Iterable[Run | Decoded | Fault]) -> Report:
        """Return the report once all records are judged; only runs have bytes to digest."""
        for item in found:
            if isinstance(item, Fault):
                self.whole = self.whole and severity_of(item.rule) == "warning"
                self.records += item.rule in _NO_RECORDS
                self._report([item])
            elif isinstance(item, Decoded):
                self._check_record(item)
            else:
                self._check_run(item)
        self._report(self.book.list_repeated())
        errors, warnings = self.found["error"], self.found["warning"]
        return Report(
            layout=self.layout,
            records=self.records,
            errors=tuple(sorted(errors.faults, key=_place_of)),
            warnings=tuple(warnings.faults),
            error_count=errors.count,
            warning_count=warnings.count,
            totals={"data": self.data, "groups": self.counts},
        )

    def _report(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.found[severity_of(fault.rule)].add(fault)

    def _check_run(self, run: Run) -> None:
        if run.record.kind != "T":
            self.tally.add_bytes(self._bytes_of(run))
        if run.record.kind == "D":
            rows = decode_chunk(run, self.settings).rows()
        else:
            rows = decode_run(run, self.settings)
        for decoded in rows:
            self._check_record(decoded)

    def _check_record(self, decoded: Decoded) -> None:
        kind = decoded.kind
        self.records += 1
        faulty = frozenset(fault.field.partition("[")[0] for fault in decoded.faults)
        self._report(decoded.faults)
        if kind in "MH" and self.name is not None:
            if not agrees(self.name, decoded.values):
                self._report([self._fault(decoded, "H009", "", "")])
            self.name = None
        if kind == "D":
            self.data += 1
            self.tally.add(decoded.values)
        elif kind == "H":
            self.header = decoded
            self._report(self._check_header(decoded, faulty))
        elif kind == "T":
            self._check_trailer(decoded, faulty)
        self._report(self.book.judge(kind, decoded.number, decoded.values, faulty))
        if self.inbound:
            self._report(self._list_individual_numbers(decoded))

    def _bytes_of(self, run: Run) -> bytes:
        """Return the bytes that a digest is over: those of the records with their terminators."""
        if not self.terminator:
            return run.data.tobytes()
        return b"".join(row.tobytes() + self.terminator for row in run.data)

    def _check_header(self, header: Decoded, faulty: frozenset[str]) -> Iterator[Fault]:
        values = header.values
        for name, expected in self.stated.items():
            found = values[name]
            if name in faulty or found == expected:
                continue
            refused = name == HOLDS_NUMBERS and self.inbound
            yield self._fault(header, "Q005" if refused else _HEADER_RULES[name], name, expected)
        part, parts = values.get(PART), values.get(PARTS)
        if part is not None and parts is not None and not 1 <= part <= parts:
            yield self._fault(header, "H008", PART, f"1..{PARTS}")

    def _check_trailer(self, trailer: Decoded, faulty: frozenset[str]) -> None:
        told: dict[str, Any] = {"trailer": trailer.number}  # Any: plain JSON
        for rule, label, expected in self.tally.list_expected():
            found = find_value(self.trailer_places, trailer.values, label)
            if found is None or label.partition("[")[0] in faulty:
                continue
            agrees = str(found).lower() == str(expected)
            counted = rule in {"T001", "T005"}  # what is stated may be anything, and is not shown
            told[label] = {"agrees": agrees} | ({"found": expected} if counted else {})
            if not agrees and (self.whole or rule != "T004"):
                self._report([self._fault(trailer, rule, label, str(expected) if counted else "")])
        self._check_forecast()
        if len(self.counts) < self.limit:
            self.counts.append(told)
        self.tally = Tally(self.layout)

    def _check_forecast(self) -> None:
        forecast = self.header.values.get(FORECAST) if self.header is not None else None
        if self.header is not None and forecast and forecast != self.tally.count:
            self._report([self._fault(self.header, "H007", FORECAST, str(self.tally.count))])

    def _list_individual_numbers(self, decoded: Decoded) -> Iterator[Fault]:
        """Yield a fault for each place that holds an individual number, real or of the sandbox."""
        texts = dict(_list_texts(decoded))
        if find_individual_numbers("\n".join(texts.values())):
            for label, text in texts.items():
                if find_individual_numbers(text):
                    yield self._fault(decoded, "Q005", label, "")

    def _fault(self, decoded: Decoded, rule: str, label: str, expected: object) -> Fault:
        name, _, byte = label.partition("@")  # fillers and shift codes are told apart by it
        return Fault(
            rule=rule,
            record=decoded.number,
            byte=int(byte) if byte else self.begins[decoded.kind].get(label, 0) + 1,
            field=name,
            expected=str(expected),
        )


def _list_texts(decoded: Decoded) -> Iterator[tuple[str, str]]:
    """Yield the places of a record that could hold an individual number, with what they say."""
    for name, value in decoded.values.items():
        several = value if isinstance(value, list) else [value]
        for index, text in enumerate(several, start=1):
            if isinstance(text, str) and len(text) >= _SHORTEST:
                yield (f"{name}[{index}]" if isinstance(value, list) else name), text
    for label, odd in decoded.raw.items():
        text = bytes.fromhex(odd).decode("cp932", "replace")
        if len(text) >= _SHORTEST:
            yield label, text


def _place_of(fault: Fault) -> tuple[int, int]:
    return fault.record, fault.byte
