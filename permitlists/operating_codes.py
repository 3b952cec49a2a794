"""Operating codes (運用上のコード): what files say for affairs, procedures and information."""

import re
import tomllib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from permitlists.model import Affair, PermitListError

_FORMS = {kind: re.compile(rf"{kind}[0-9]{{14}}") for kind in ("JM", "JT", "TM")}


class _Dated(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"start": "from"}
):
    """An entry that stands for something from its first day until the day before `to`."""

    start: date = date.min
    to: date = date.max

    def in_force(self, on: date) -> bool:
        """Tell whether the entry means something on a day."""
        return self.start <= on < self.to


class CodedAffair(_Dated, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pair of affair code (JM) and procedure code (JT), and the affair it stands for.

    `affair` is an affair of `instrument`, such as `69-7`, whichever edition of it is in force.
    """

    affair_code: str
    code: str
    affair: str
    instrument: str = "shourei-r6"


class CodedInformation(_Dated, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An information code (TM) and the law's short term that it stands for."""

    code: str
    name: str


D = TypeVar("D", CodedAffair, CodedInformation)
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class OperatingCodes:
    """What the codes of one edition of the operating tables stand for, each entry in its days.

    `procedures` are affairs by the pair of an affair code (JM) and a procedure code (JT), `terms`
    the law's short terms by information code (TM), both in the order of the table.
    `nondisclosure` tells by the inquirer's code (照会側不開示コード) whether an exchange is hidden.
    """

    procedures: tuple[CodedAffair, ...]
    terms: tuple[CodedInformation, ...]
    nondisclosure: Mapping[str, bool]

    @cached_property
    def _affairs(self) -> Mapping[tuple[str, str], Sequence[CodedAffair]]:
        return _index(self.procedures, lambda one: (one.affair_code, one.code))

    @cached_property
    def _information(self) -> Mapping[str, Sequence[CodedInformation]]:
        return _index(self.terms, lambda one: one.code)

    def find_affair(self, affair_code: str, procedure_code: str, on: date) -> CodedAffair | None:
        """Return what a pair of affair code (JM) and procedure code (JT) stands for on a day."""
        return _find_in_force(self._affairs.get((affair_code, procedure_code), ()), on)

    def load_affair(self, affair_code: str, procedure_code: str, on: date) -> CodedAffair:
        """Return what a pair of affair code (JM) and procedure code (JT) stands for on a day.

        Raises:
            PermitListError: it stands for nothing on that day; the message names the code.
        """
        found = self.find_affair(affair_code, procedure_code, on)
        return _demand(found, f"{affair_code} {procedure_code}", on)

    def find_information(self, code: str, on: date) -> CodedInformation | None:
        """Return what an information code (TM) stands for on a day."""
        return _find_in_force(self._information.get(code, ()), on)

    def load_information(self, code: str, on: date) -> CodedInformation:
        """Return what an information code (TM) stands for on a day.

        Raises:
            PermitListError: it stands for nothing on that day; the message names the code.
        """
        return _demand(self.find_information(code, on), code, on)


class _Nondisclosure(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    hidden: bool


class _Tables(msgspec.Struct, forbid_unknown_fields=True):
    procedure: tuple[CodedAffair, ...] = ()
    information: tuple[CodedInformation, ...] = ()
    nondisclosure: tuple[_Nondisclosure, ...] = ()


def parse_operating_codes(data: bytes) -> OperatingCodes:
    """Return the codes that a TOML table lists.

    Raises:
        PermitListError: the bytes are no such table, a code has not its form or stands for two
            things on a day, or an affair is not written as ROW or ROW-CLAUSE; the message names
            the entry.
    """
    try:
        raw: dict[str, Any] = tomllib.loads(data.decode())  # Any: TOML has no static shape
        tables = msgspec.convert(raw, _Tables)
    except (ValueError, msgspec.MsgspecError) as error:
        message = f"no table of operating codes: {error}"
        raise PermitListError("permits.operating_codes_form", message) from error
    for place, fault in _list_faults(tables):
        raise PermitListError("permits.operating_codes_form", f"{place}: {fault}")
    return OperatingCodes(
        procedures=tables.procedure,
        terms=tables.information,
        nondisclosure={one.code: one.hidden for one in tables.nondisclosure},
    )


def load_operating_codes(source: Path | bytes | None = None) -> OperatingCodes:
    """Return the codes of a TOML file or text, of the sandbox where none is named.

    Raises:
        PermitListError: the source is no table of operating codes.
        OSError: the file cannot be read.
    """
    if source is None:
        return _load_sandbox()
    return parse_operating_codes(source if isinstance(source, bytes) else source.read_bytes())


def _list_faults(tables: _Tables) -> Iterator[tuple[str, str]]:
    for number, one in enumerate(tables.procedure, start=1):
        place = f"procedure {number}"
        yield from _list_form_faults(place, ("JM", one.affair_code), ("JT", one.code))
        if not _is_affair(one.affair):
            yield place, f"{one.affair}: an affair is ROW or ROW-CLAUSE"
        keys = [(other.affair_code, other.code) for other in tables.procedure]
        yield from _list_repeats(place, tables.procedure[:number], keys)
    for number, term in enumerate(tables.information, start=1):
        place = f"information {number}"
        yield from _list_form_faults(place, ("TM", term.code))
        codes = [other.code for other in tables.information]
        yield from _list_repeats(place, tables.information[:number], codes)
    hidden = [one.code for one in tables.nondisclosure]
    for number, code in enumerate(hidden, start=1):
        if code in hidden[: number - 1]:
            yield f"nondisclosure {number}", f"{code}: a code stands twice"


def _is_affair(text: str) -> bool:
    try:
        Affair.parse(text)
    except PermitListError:
        return False
    return True


def _list_form_faults(place: str, *codes: tuple[str, str]) -> Iterator[tuple[str, str]]:
    for kind, code in codes:
        if not _FORMS[kind].fullmatch(code):
            yield place, f"{code}: a {kind} code is {kind} and 14 digits"


def _list_repeats(place: str, entries: tuple[D, ...], keys: list[Any]) -> Iterator[tuple[str, str]]:
    *earlier, entry = entries
    if entry.to <= entry.start:
        yield place, "it ends before it begins"
    for other, key in zip(earlier, keys, strict=False):
        days_meet = max(other.start, entry.start) < min(other.to, entry.to)
        if key == keys[len(earlier)] and days_meet:
            yield place, f"{entry.code}: a code stands for two things on a day"


def _index(entries: Iterable[D], key: Callable[[D], K]) -> Mapping[K, Sequence[D]]:
    found: dict[K, list[D]] = {}
    for entry in entries:
        found.setdefault(key(entry), []).append(entry)
    return found


def _find_in_force(entries: Sequence[D], on: date) -> D | None:
    return next((entry for entry in entries if entry.in_force(on)), None)


def _demand(found: D | None, code: str, on: date) -> D:
    if found is not None:
        return found
    message = f"code {code}: stands for nothing on {on.isoformat()}"
    raise PermitListError("permits.operating_code_unknown", message)


@cache
def _load_sandbox() -> OperatingCodes:
    return parse_operating_codes(
        files("permitlists").joinpath("data", "operating_codes.toml").read_bytes()
    )
