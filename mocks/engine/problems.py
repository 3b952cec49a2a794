"""What is wrong with a scenario: where, how grave, said in both languages."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec

Severity = Literal["error", "warning", "note"]
Path = tuple[str | int, ...]
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")
_LONGEST_VALUE: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a text; line and column count from 1, in characters."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem (指摘): its code, its place, the path to the value, and what to do about it."""

    code: str
    severity: Severity
    place: Place
    path: Path = ()
    ja: str
    en: str

    @property
    def pointer(self) -> str:
        """The path as `rules[0].when.op`; empty for the whole."""
        parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path]
        return "".join(parts).removeprefix(".")


class ScenarioError(Exception):
    """A text that is no scenario; `problems` say why, at least one."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems[0].code)
        self.problems = problems


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a problem says; both texts may name the value as `{value}` and more as `{hint}`."""

    ja: str
    en: str
    severity: Severity = "error"


@cache
def load_wordings() -> Mapping[str, Wording]:
    """Return what every problem says, by code."""
    text = (files("mocks") / "data" / "scenario_problems.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Wording])


def problem(
    code: str,
    place: Place,
    path: Path = (),
    *,
    value: object = "",
    hint: str = "",
    hint_ja: str | None = None,
) -> Problem:
    """Return a problem in the words of the table; `hint_ja` is the hint in Japanese if it differs.

    Raises:
        KeyError: the table has no such code.
    """
    wording = load_wordings()[code]
    said = _printable(value)
    return Problem(
        code=code,
        severity=wording.severity,
        place=place,
        path=path,
        ja=wording.ja.replace("{hint}", hint if hint_ja is None else hint_ja).replace(
            "{value}", said
        ),
        en=wording.en.replace("{hint}", hint).replace("{value}", said),
    )


def _printable(value: object) -> str:
    """Return a value cut short; nothing in it may move the cursor of whoever reads it."""
    text = str(value)
    cut = text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
    return "".join(one if one.isprintable() or one == "\u3000" else "�" for one in cut)
