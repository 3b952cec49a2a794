"""The catalogue of faults: what each rule says to people, and whether it refuses a file."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec


class FaultKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule of files; `error` refuses the file, `warning` only tells."""

    severity: Literal["error", "warning"]
    ja: str
    en: str


@cache
def load_fault_kinds() -> Mapping[str, FaultKind]:
    """Return every rule of single fields and of structure by its id, such as F001."""
    text = files("wire.files").joinpath("faults.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, FaultKind])
