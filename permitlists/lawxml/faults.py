"""What can be wrong with a law as XML: located, with a stable code, in Japanese and in English."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec

from permitlists.model import PermitListError

# hold: not to be used before a person has decided. doubt: a line that grants nothing until then.
# review: read it. warning: odd, and without effect.
Severity = Literal["hold", "doubt", "review", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in an XML document: line and column from 1, and the path of the element."""

    line: int = 1
    column: int = 1
    path: str = ""


class _Sentence(msgspec.Struct, forbid_unknown_fields=True):
    ja: str
    en: str


@cache
def load_sentences() -> dict[str, _Sentence]:
    """Return the packaged sentences by code."""
    data = files("permitlists").joinpath("lawxml", "faults.toml").read_bytes()
    return msgspec.toml.decode(data, type=dict[str, _Sentence])


def say(code: str, values: dict[str, Any]) -> tuple[str, str]:  # Any: what a sentence may hold
    """Return the sentence of a code in Japanese and in English."""
    sentence = load_sentences()[code]
    return sentence.ja.format_map(values), sentence.en.format_map(values)


class LawXmlError(PermitListError):
    """A law that cannot be read, or cannot be used; says where and why in two languages."""

    def __init__(self, code: str, place: Place | None = None, /, **values: object) -> None:
        self.place = place or Place()
        self.message_ja, self.message_en = say(code, values)
        at = f"{self.place.line}:{self.place.column}"
        where = f"{at} {self.place.path}".rstrip()
        super().__init__(code, f"{where}: {self.message_ja} / {self.message_en}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing about a law that a person should know, with its place."""

    code: str
    severity: Severity
    place: Place
    message_ja: str
    message_en: str

    def as_document(self) -> dict[str, Any]:  # Any: plain JSON
        """Return the finding as plain JSON."""
        return {
            "code": self.code,
            "severity": self.severity,
            "line": self.place.line,
            "column": self.place.column,
            "path": self.place.path,
            "message_ja": self.message_ja,
            "message_en": self.message_en,
        }


def find(severity: Severity, code: str, place: Place | None = None, /, **values: object) -> Finding:
    """Return a finding of a code, with the values its sentences name."""
    message_ja, message_en = say(code, values)
    return Finding(
        code=code,
        severity=severity,
        place=place or Place(),
        message_ja=message_ja,
        message_en=message_en,
    )
