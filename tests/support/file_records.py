"""Random records of any layout: every value valid, nothing shared with the samples we ship."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from wire.charset.tables import list_pairs
from wire.check_digits import insurer_digit
from wire.files.layout import Field, Layout, Record
from wire.files.rows import Decoded, encode_rows
from wire.files.settings import Settings
from wire.numbers import individual_number_digit, municipality_digit

KANJI = [pair.text for pair in list_pairs() if pair.group == "jis" and pair.code > 0x889F]
KANA = "".join(chr(code) for code in range(0xFF71, 0xFF9E)) + "A1(-"
DAMAGE = b" 0159A\xb1\xa7\x81\x40\x88\x9f!+-\xee\xfa"


def draw_records(layout: Layout, count: int, seed: int) -> list[Decoded]:
    """Return a file's records with `count` data records between header and trailer."""
    draw = random.Random(seed)  # noqa: S311  # test data
    kinds = [*("M" if layout.find("M") else ""), "H", *("D" * count), "T"]
    return [
        Decoded(kind=kind, number=number, values=draw_values(record(layout, kind), draw))
        for number, kind in enumerate(kinds, start=1)
    ]


def draw_file(layout: Layout, count: int, seed: int) -> bytes:
    settings = Settings(encoding=layout.encoding)
    return b"".join(encode_rows(layout, draw_records(layout, count, seed), settings))


def damage(data: bytes, seed: int, share: int = 60) -> bytes:
    """Return bytes of which one in `share` is another now."""
    draw = random.Random(seed)  # noqa: S311  # test data
    found = bytearray(data)
    for _ in range(len(found) // share):
        found[draw.randrange(len(found))] = draw.choice(DAMAGE)
    return bytes(found)


def record(layout: Layout, kind: str) -> Record:
    found = layout.find(kind)
    assert found is not None
    return found


def draw_values(kind: Record, draw: random.Random) -> dict[str, Any]:
    return dict(_draw_fields(kind, draw))


def _draw_fields(kind: Record, draw: random.Random) -> Iterator[tuple[str, Any]]:
    for field in kind.fields:
        if field.type not in {"filler", "shift"}:
            values = [draw_value(field, draw) for _ in range(field.occurs)]
            yield field.name, values if field.occurs > 1 else values[0]


def draw_value(field: Field, draw: random.Random) -> Any:  # noqa: ANN401  # a value of any type
    if field.need != "always" and draw.random() < 0.3:
        return None
    if field.constant is not None:
        return field.constant
    if field.codes:
        code = draw.choice(list(field.codes))
        return int(code) if field.type == "number" else code
    return _draw_number(field, draw) if field.check else _TYPES[field.type](field, draw)


def _digits(draw: random.Random, count: int) -> str:
    return "".join(draw.choices("0123456789", k=count))


def _draw_number(field: Field, draw: random.Random) -> str:
    match field.check:
        case "individual_number":
            stem = _digits(draw, 11)
            return f"{stem}{(int(individual_number_digit(stem)) + 5) % 10}"
        case "municipality":
            stem = _digits(draw, 5)
            return stem + municipality_digit(stem)
        case "municipality_stem":
            return _digits(draw, 5)
        case "medical_institution":
            stem = _digits(draw, 6)
            return _digits(draw, 3) + stem + insurer_digit(stem)
        case _:
            stem = _digits(draw, field.length - 1)
            return stem + insurer_digit(stem)


def _draw_day(draw: random.Random) -> date:
    return date(1930, 1, 1) + timedelta(days=draw.randrange(34_000))


def _draw_instant(_: Field, draw: random.Random) -> str:
    clock = (draw.randrange(24), draw.randrange(60), draw.randrange(60))
    return "{}T{:02}:{:02}:{:02}".format(_draw_day(draw).isoformat(), *clock)


def _draw_partial_date(_: Field, draw: random.Random) -> str:
    known = _draw_day(draw).isoformat()
    return draw.choice([known, known[:8] + "00", known[:5] + "00-00"])


def _draw_date(field: Field, draw: random.Random) -> date:
    return date.max if field.forever and draw.random() < 0.1 else _draw_day(draw)


_TYPES: dict[str, Callable[[Field, random.Random], Any]] = {
    "number": lambda f, draw: draw.randint(f.least or 0, f.most or 10**f.length - 1),
    "signed": lambda f, draw: draw.randint(1 - 10 ** (f.length - 1), 10 ** (f.length - 1) - 1),
    "text": lambda f, draw: _digits(draw, draw.randint(1, f.length)),
    "kana": lambda f, draw: "".join(draw.choices(KANA, k=draw.randint(1, f.length))),
    "wide": lambda f, draw: "".join(draw.choices(KANJI, k=draw.randint(1, f.length // 2))),
    "jis": lambda f, draw: "".join(draw.choices(KANJI, k=draw.randint(1, f.length // 2))),
    "date": _draw_date,
    "month": lambda _, draw: _draw_day(draw).isoformat()[:7],
    "instant": _draw_instant,
    "partial_date": _draw_partial_date,
}
