"""Operating codes (運用上のコード): what files say for affairs, procedures and information."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

import msgspec

from permitlists.model import Affair, PermitListError

K = TypeVar("K")
V = TypeVar("V")
_FORMS = {kind: re.compile(rf"{kind}[0-9]{{14}}") for kind in ("JM", "JT", "TM")}


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingCodes:
    """What the codes of one edition of the operating tables stand for.

    `affairs` are affairs of the permit list, such as `69-7`, by the pair of an affair code (JM)
    and a procedure code (JT); `information` are the law's short terms by information code (TM);
    `nondisclosure` tells by the inquirer's code (照会側不開示コード) whether an exchange is hidden.
    """

    affairs: Mapping[tuple[str, str], str]
    information: Mapping[str, str]
    nondisclosure: Mapping[str, bool]


class _Procedure(msgspec.Struct, forbid_unknown_fields=True):
    affair_code: str
    code: str
    affair: str


class _Information(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    name: str


class _Nondisclosure(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    hidden: bool


class _Tables(msgspec.Struct, forbid_unknown_fields=True):
    procedure: tuple[_Procedure, ...] = ()
    information: tuple[_Information, ...] = ()
    nondisclosure: tuple[_Nondisclosure, ...] = ()


def parse_operating_codes(data: bytes) -> OperatingCodes:
    """Return the codes that a TOML table lists.

    Raises:
        PermitListError: the bytes are no such table, a code has not its form or stands twice, or
            an affair is not written as ROW or ROW-CLAUSE.
    """
    try:
        raw: dict[str, Any] = tomllib.loads(data.decode())  # Any: TOML has no static shape
        tables = msgspec.convert(raw, _Tables)
    except (ValueError, msgspec.MsgspecError) as error:
        message = f"no table of operating codes: {error}"
        raise PermitListError("permits.operating_codes_form", message) from error
    for one in tables.procedure:
        _check("JM", one.affair_code)
        _check("JT", one.code)
    for named in tables.information:
        _check("TM", named.code)
    return OperatingCodes(
        affairs=_once(
            ((one.affair_code, one.code), str(Affair.parse(one.affair))) for one in tables.procedure
        ),
        information=_once((one.code, one.name) for one in tables.information),
        nondisclosure=_once((one.code, one.hidden) for one in tables.nondisclosure),
    )


def _check(kind: str, code: str) -> None:
    if not _FORMS[kind].fullmatch(code):
        raise PermitListError(
            "permits.operating_codes_form", f"{code}: a {kind} code is {kind} and 14 digits"
        )


def _once(pairs: Iterable[tuple[K, V]]) -> dict[K, V]:
    found: dict[K, V] = {}
    for key, value in pairs:
        if key in found:
            raise PermitListError("permits.operating_codes_form", f"{key}: a code stands twice")
        found[key] = value
    return found


@cache
def load_operating_codes() -> OperatingCodes:
    """Return the codes of the sandbox, which are of our own making."""
    return parse_operating_codes(
        files("permitlists").joinpath("data", "operating_codes.toml").read_bytes()
    )
