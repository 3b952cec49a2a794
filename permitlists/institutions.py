"""Institutions by code, and the classes of the law each of them wears on a date."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from permitlists.model import PermitListError

_WEIGHTS = (6, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One reviewed statement that an institution wears a class, in a role, for a time.

    `valid_to` is the first day the class is gone, None while no end is known.
    """

    name: str
    role: str
    valid_from: date
    valid_to: date | None

    def holds(self, on: date) -> bool:
        """Tell whether the institution wears the class on that date."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    """機関, one body of the network.

    `code` has six digits, the last a check digit; `short` is the key that examples use.
    """

    code: str
    short: str
    name_ja: str
    name_en: str
    memberships: tuple[Membership, ...]

    def classes_on(self, on: date) -> frozenset[str]:
        """Return the classes that the institution wears on that date."""
        return frozenset(entry.name for entry in self.memberships if entry.holds(on))


class Institutions:
    """The institutions that a sandbox or an operator knows, by code and by short key."""

    __slots__ = ("_by_code", "_by_short")

    def __init__(self, institutions: Iterable[Institution]) -> None:
        listed = tuple(institutions)
        self._by_code = {institution.code: institution for institution in listed}
        self._by_short = {institution.short: institution for institution in listed}
        if not len(listed) == len(self._by_code) == len(self._by_short):
            raise PermitListError("permits.institutions_form", "a code or short key stands twice")

    def __iter__(self) -> Iterator[Institution]:
        return iter(self._by_code.values())

    def find(self, code: str) -> Institution | None:
        """Return the institution of a six-digit code, None where it is unknown."""
        return self._by_code.get(code)

    def find_short(self, short: str) -> Institution | None:
        """Return the institution of a short key, None where it is unknown."""
        return self._by_short.get(short)

    def classes_of(self, code: str, on: date) -> frozenset[str]:
        """Return the classes of an institution on a date, empty for an unknown code."""
        institution = self._by_code.get(code)
        return institution.classes_on(on) if institution else frozenset()


class _ClassEntry(msgspec.Struct, forbid_unknown_fields=True, rename={"start": "from"}):
    name: str
    role: str
    start: date
    to: date | None = None


class _InstitutionEntry(msgspec.Struct, forbid_unknown_fields=True, rename={"classes": "class"}):
    code: str
    short: str
    name_ja: str
    name_en: str
    classes: tuple[_ClassEntry, ...] = ()


class _InstitutionList(msgspec.Struct, forbid_unknown_fields=True):
    institution: tuple[_InstitutionEntry, ...]


def has_check_digit(code: str) -> bool:
    """Tell whether a text is six ASCII digits of which the last checks the first five."""
    if len(code) != len(_WEIGHTS) + 1 or not (code.isascii() and code.isdigit()):
        return False
    return with_check_digit(code[:-1]) == code


def with_check_digit(stem: str) -> str:
    """Return the six-digit code of an institution whose first five digits are `stem`."""
    total = sum(int(digit) * weight for digit, weight in zip(stem, _WEIGHTS, strict=True))
    return f"{stem}{(11 - total % 11) % 10}"


def parse_institutions(data: bytes) -> Institutions:
    """Return the institutions that a TOML list names.

    Raises:
        PermitListError: the bytes are no such list, a code has a wrong check digit, a code or
            short key stands twice, or a class ends before it begins.
    """
    try:
        raw: dict[str, Any] = tomllib.loads(data.decode())  # Any: TOML has no static shape
        listed = msgspec.convert(raw, _InstitutionList)
    except (ValueError, msgspec.MsgspecError) as error:
        message = f"no list of institutions: {error}"
        raise PermitListError("permits.institutions_form", message) from error
    return Institutions(_institution(entry) for entry in listed.institution)


def _institution(entry: _InstitutionEntry) -> Institution:
    if not has_check_digit(entry.code):
        raise PermitListError("permits.institution_code", f"{entry.code}: wrong check digit")
    if any(worn.to is not None and worn.to <= worn.start for worn in entry.classes):
        raise PermitListError("permits.institutions_form", f"{entry.code}: a class ends too early")
    return Institution(
        code=entry.code,
        short=entry.short,
        name_ja=entry.name_ja,
        name_en=entry.name_en,
        memberships=tuple(
            Membership(name=worn.name, role=worn.role, valid_from=worn.start, valid_to=worn.to)
            for worn in entry.classes
        ),
    )


def load_institutions(source: Path | bytes | None = None) -> Institutions:
    """Return the institutions of a TOML file or text, of the sandbox where none is named.

    Raises:
        PermitListError: the source is no list of institutions.
        OSError: the file cannot be read.
    """
    if source is None:
        return _load_sandbox()
    return parse_institutions(source if isinstance(source, bytes) else source.read_bytes())


@cache
def _load_sandbox() -> Institutions:
    return parse_institutions(
        files("permitlists").joinpath("data", "institutions.toml").read_bytes()
    )
