"""A second reader of files, slow and obvious, that shares no code with the codec.

It takes positions and types from the declarations as plain TOML, and lets the standard library
decode characters: CP932 and ISO-2022-JP with the shift codes put back around each field.
"""

import tomllib
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

LAYOUTS = Path(__file__).parents[2] / "codecs" / "wire" / "files" / "layouts"


def load(layout_id: str) -> dict[str, Any]:
    """Return the declaration of a layout with the records it includes."""
    (file,) = LAYOUTS.glob(f"{layout_id}.*.toml")
    raw = tomllib.loads(file.read_text("utf-8"))
    shared = tomllib.loads((LAYOUTS / f"{raw['include']}.part.toml").read_text("utf-8"))
    raw["records"] = shared["records"] + raw.get("records", [])
    return raw


def read(layout_id: str, data: bytes) -> list[tuple[str, dict[str, Any]]]:
    """Return the records of a faultless file: kind and values."""
    raw = load(layout_id)
    length = max(record["length"] for record in raw["records"])
    by_kind = {record["kind"]: record for record in raw["records"]}
    found, at = [], 0
    if "M" in by_kind:
        at = by_kind["M"]["length"]
        found.append(("M", _values(by_kind["M"], data[:at])))
    while at < len(data):
        kind = {"1": "H", "2": "D", "3": "T"}[chr(data[at])]
        found.append((kind, _values(by_kind[kind], data[at : at + length])))
        at += length
    return found


def _values(record: dict[str, Any], raw: bytes) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in record["fields"]:
        if field["type"] in {"filler", "shift"}:
            continue
        step = field.get("stride", field["length"])
        begins = [field["at"] - 1 + step * index for index in range(field.get("occurs", 1))]
        read_all = [_value(field, raw[begin : begin + field["length"]]) for begin in begins]
        values[field["name"]] = read_all if len(read_all) > 1 else read_all[0]
    return values


def _value(field: dict[str, Any], raw: bytes) -> Any:  # noqa: ANN401  # a value of any type
    if not raw.strip(b" "):
        return None
    kind = field["type"]
    if kind == "jis":
        text = (b"\x1b$B" + raw + b"\x1b(B").decode("iso2022_jp")
    else:
        text = raw.decode("cp932")
    if text in field.get("empty", []):
        return None
    return date.max if text == field.get("forever") else _MEANINGS[kind](text)


_MEANINGS: dict[str, Callable[[str], Any]] = {
    "wide": lambda text: text.rstrip("\u3000") or None,
    "jis": lambda text: text.rstrip("\u3000") or None,
    "text": lambda text: text.rstrip(" "),
    "kana": lambda text: text.rstrip(" "),
    "number": int,
    "signed": int,
    "date": lambda text: datetime.strptime(text, "%Y%m%d").date(),  # noqa: DTZ007  # a day
    "instant": lambda text: datetime.strptime(text, "%Y%m%d%H%M%S").isoformat(),  # noqa: DTZ007
    "month": lambda text: f"{text[:4]}-{text[4:]}",
    "partial_date": lambda text: f"{text[:4]}-{text[4:6]}-{text[6:]}",
}
