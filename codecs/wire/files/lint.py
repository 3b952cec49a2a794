"""What is wrong with a layout itself: gaps, overlaps, names that lead nowhere."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from wire.errors import WireError
from wire.files.layout import Field, FieldType, Layout, Record, Rule
from wire.files.structure import parse_structure

# The only lengths in bytes that a type may have.
_LENGTHS: Final[dict[FieldType, int]] = {
    "date": 8,
    "month": 6,
    "instant": 14,
    "partial_date": 8,
    "era_date": 7,
    "era_month": 5,
    "shift": 3,
}
_EVEN: Final = frozenset({"wide", "jis"})
# The most bytes of a number: 18 digits always fit 64 bits.
_WIDEST: Final[dict[FieldType, int]] = {"number": 18, "signed": 19, "zoned": 18, "packed": 9}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a layout: a stable code, where, and an English sentence."""

    code: str
    where: str
    detail: str


def lint_layout(layout: Layout) -> list[Finding]:
    """Return everything that is wrong with a layout, empty when it can be used."""
    return [
        *_lint_order(layout),
        *(finding for record in layout.records for finding in _lint_record(layout, record)),
        *_lint_names(layout),
        *(finding for rule in layout.rules for finding in _lint_rule(layout, rule)),
    ]


def _lint_order(layout: Layout) -> Iterator[Finding]:
    kinds = [record.kind for record in layout.records]
    try:
        structure = parse_structure(layout.structure)
    except WireError as error:
        yield Finding("layout.structure", "structure", error.detail)
        return
    for kind in sorted({kind for _, kind in structure.follows} ^ set(kinds)):
        yield Finding("layout.kind", kind, "Structure and records do not name the same kinds.")
    tags = [record.tag for record in layout.records if record.tag is not None]
    for name, count in (Counter(kinds) + Counter(tags)).items():
        if count > 1:
            yield Finding("layout.twice", name, "A kind or tag stands twice.")
    for record in layout.records:
        select = layout.select
        if record.tag is not None and (select is None or len(record.tag) != select.length):
            yield Finding("layout.select", record.kind, "The tag has not the selected length.")
    if layout.valid_to is not None and layout.valid_to <= layout.valid_from:
        yield Finding("layout.validity", "valid_to", "The version ends before it begins.")


def _lint_record(layout: Layout, record: Record) -> Iterator[Finding]:
    for field in record.fields:
        where = f"{record.kind}.{field.name}"
        yield from _lint_field(field, where)
        if any(at + length - 1 > record.length for at, length in field.spans()):
            yield Finding("layout.beyond", where, "The field ends beyond its record.")
    if layout.form == "fixed":
        yield from _lint_coverage(record)
    named = Counter(field.name for field in record.fields if field.type not in {"filler", "shift"})
    for name, count in named.items():
        if count > 1:
            yield Finding("layout.twice", f"{record.kind}.{name}", "A field stands twice.")


def _lint_coverage(record: Record) -> Iterator[Finding]:
    """Find the bytes that no field holds, or more than one."""
    held = Counter(
        byte
        for field in record.fields
        for at, length in field.spans()
        for byte in range(at, at + length)
    )
    for byte in range(1, record.length + 1):
        if held[byte] != 1:
            code = "layout.overlap" if held[byte] else "layout.gap"
            yield Finding(code, f"{record.kind}:{byte}", f"{held[byte]} fields hold this byte.")


def _lint_field(field: Field, where: str) -> Iterator[Finding]:
    yield from (Finding("layout.length", where, detail) for detail in _lint_length(field))
    if field.step < field.length:
        yield Finding("layout.overlap", where, "Occurrences overlap.")
    if field.type == "shift":
        if field.constant is None or len(field.constant) != 2 * field.length:
            yield Finding("layout.constant", where, "A shift code says its bytes in hexadecimal.")
        return
    spelt = [*field.empty, *([] if field.forever is None else [field.forever])]
    for text in (*spelt, *field.codes, *([] if field.constant is None else [field.constant])):
        if len(text) > field.length or (text in spelt and len(text) != field.length):
            yield Finding("layout.spelling", where, f"{text} has not the length of its field.")


def _lint_length(field: Field) -> Iterator[str]:
    if field.length != _LENGTHS.get(field.type, field.length):
        yield f"A {field.type} has {_LENGTHS[field.type]} bytes."
    if field.length > _WIDEST.get(field.type, field.length):
        yield "A number has at most 18 digits."
    if field.type in _EVEN and field.length % 2:
        yield "Double-byte text has an even number of bytes."


def _lint_names(layout: Layout) -> Iterator[Finding]:
    data, trailer = layout.find("D"), layout.find("T")
    household = (layout.household,) if layout.household else ()
    yield from _list_missing(data, (*layout.key, *household), "key")
    totals = layout.totals
    if totals is None:
        return
    sums = tuple(name.partition("[")[0] for name in totals.sums)
    said = (totals.count, totals.hash, totals.digest, *sums)
    yield from _list_missing(trailer, tuple(name for name in said if name), "totals")
    meant = (*totals.sums.values(), totals.hash_of)
    yield from _list_missing(data, tuple(name for name in meant if name), "totals")


def _lint_rule(layout: Layout, rule: Rule) -> Iterator[Finding]:
    record = layout.find(rule.record)
    named = (rule.field, rule.other, *rule.plus, *rule.minus)
    yield from _list_missing(record, tuple(name for name in named if name), rule.id)
    if rule.kind == "same":
        yield from _list_missing(layout.find("H"), (rule.field,), rule.id)


def _list_missing(record: Record | None, names: tuple[str, ...], where: str) -> Iterator[Finding]:
    for name in names:
        if record is None or record.find(name) is None:
            yield Finding("layout.name", f"{where}.{name}", "The record has no such field.")
