"""Reviewed wordings of the law, kept as digests: which classes, terms and labels they stand for."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final, Self

import msgspec

from permitlists.lawxml.faults import LawXmlError, Place
from permitlists.lawxml.wording import digest, plain
from permitlists.table import Confidence

_PACKAGED: Final = "wordings.jsonl"


class _Classes(msgspec.Struct, array_like=True, tag="classes", forbid_unknown_fields=True):
    instrument: str
    wording: str
    names: tuple[str, ...]


class _Terms(msgspec.Struct, array_like=True, tag="terms", forbid_unknown_fields=True):
    instrument: str
    wording: str
    names: tuple[str, ...]


class _Label(msgspec.Struct, array_like=True, tag="label", forbid_unknown_fields=True):
    instrument: str
    wording: str
    label: str


class Phrase(
    msgspec.Struct, frozen=True, array_like=True, tag="phrase", forbid_unknown_fields=True
):
    """One reading of an information line: terms, and the narrowing of them; empty for none."""

    instrument: str
    wording: str
    terms: tuple[str, ...]
    scope: str
    confidence: Confidence


_Line = _Classes | _Terms | _Label | Phrase
_decode_line = msgspec.json.Decoder(_Line).decode


class Wordings:
    """What reviewers have read into wordings of one instrument; the wordings stay digests."""

    __slots__ = ("_classes", "_labels", "_phrases", "_terms")

    def __init__(self, instrument: str, lines: Iterable[_Line]) -> None:
        self._classes: dict[str, tuple[str, ...]] = {}
        self._terms: dict[str, tuple[str, ...]] = {}
        self._labels: dict[str, str] = {}
        self._phrases: dict[str, list[Phrase]] = {}
        for line in lines:
            if line.instrument != instrument:
                continue
            match line:
                case _Classes():
                    self._classes[line.wording] = line.names
                case _Terms():
                    self._terms[line.wording] = line.names
                case _Label():
                    self._labels[line.wording] = line.label
                case _:
                    self._phrases.setdefault(line.wording, []).append(line)

    @classmethod
    def from_lines(cls, instrument: str, data: bytes) -> Self:
        """Return the wordings of JSON lines: the packaged ones first, then those handed in.

        Raises:
            LawXmlError: a line has another form.
        """
        return cls(instrument, [*_load_packaged(), *_read(data)])

    def find_classes(self, text: str) -> tuple[str, ...] | None:
        """Return the classes that a whole text stands for, None where nobody has read it."""
        return self._classes.get(digest(text)) or self._classes.get(digest(plain(text)))

    def find_terms(self, text: str) -> tuple[str, ...] | None:
        """Return the terms that a whole text stands for, None where nobody has read it."""
        return self._terms.get(digest(text)) or self._terms.get(digest(plain(text)))

    def knows_cell(self, text: str) -> bool:
        """Tell whether somebody has read a cell just as it stands, parentheses included."""
        return digest(text) in self._classes or digest(text) in self._terms

    def find_label(self, text: str) -> str | None:
        """Return the label of an affair's wording, None where nobody has given it one."""
        return self._labels.get(digest(text))

    def list_readings(self, text: str) -> tuple[Phrase, ...]:
        """Return every reading of an information phrase; which holds depends on the row."""
        found = self._phrases.get(digest(text)) or self._phrases.get(digest(plain(text)))
        return tuple(found or ())


@cache
def _load_packaged() -> tuple[_Line, ...]:
    return _read(files("permitlists").joinpath("data", _PACKAGED).read_bytes())


def _read(data: bytes) -> tuple[_Line, ...]:
    lines = []
    for number, text in enumerate(data.splitlines(), start=1):
        try:
            lines.append(_decode_line(text))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise LawXmlError("lawxml.wordings", Place(line=number), reason=error) from error
    return tuple(lines)
