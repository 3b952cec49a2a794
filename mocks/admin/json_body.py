"""Strict JSON: UTF-8 without ornaments, no name twice, nothing unknown, errors by path.

No message of a library leaves this module, because some repeat values.
"""

import functools
import json
import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

from mocks.admin.problems import AdminError
from mocks.admin.schemas.common import SHOWN

S = TypeVar("S", bound=msgspec.Struct)
_AT: Final = re.compile(r" - at `(?:key in )?([^`]*)`\Z")
_NAME: Final = re.compile(r"`([A-Za-z_][A-Za-z0-9_]{0,39})`")
_EXPECTED: Final = re.compile(r"Expected (`[a-z |]+`(?: of length [<>=]+ [0-9]+| [<>=]+ [0-9.]+)?)")
_INSTANT: Final = "2027-06-04T16:50:00+09:00"
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_TRUTH: Final = {"true": True, "false": False}
_BOM: Final = b"\xef\xbb\xbf"


def decode(body: bytes, kind: type[S]) -> S:
    """Return the one value of `kind` that a body says.

    Raises:
        AdminError: the body breaks a rule.
    """
    plain = read_json(body)
    try:
        return msgspec.convert(plain, type=kind)
    except msgspec.ValidationError as error:
        raise explain(str(error), "$") from None  # the text may repeat a value


def read_json(body: bytes) -> object:
    """Return the value that a body says.

    Raises:
        AdminError: it is no JSON, or not proper UTF-8.
    """
    if body.startswith(_BOM):
        raise AdminError("request.charset", path="$")
    try:
        text = body.decode("utf-8")
        # A lone surrogate can be written as an escape, and could not be sent back.
        value = _DECODER.decode(text)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        raise AdminError("request.charset", path="$") from None
    except _TwiceError:
        raise AdminError("request.duplicate_key", path="$") from None
    except (ValueError, RecursionError):
        raise AdminError("request.malformed", path="$") from None
    return value


class _TwiceError(Exception):
    """An object names a member twice."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:  # Any: JSON has no static shape
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError
    return found


def _number(text: str) -> int | float:
    """Return a number; `1.0` is an integer to JSON Schema, if not to the decoder."""
    number = float(text)
    return int(number) if number.is_integer() else number


def _refuse_constant(_text: str) -> float:
    raise ValueError


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_number, parse_constant=_refuse_constant
)


def convert(pairs: Mapping[str, str], kind: type[S]) -> S:
    """Return the value of `kind` that query parameters say.

    Raises:
        AdminError: a name is unknown or missing, or a text has not its form.
    """
    wanted = _list_scalars(kind)
    values = {name: _read_scalar(text, wanted.get(name)) for name, text in pairs.items()}
    if any("\x00" in text for text in pairs.values()):
        raise AdminError("request.charset", path="query")
    try:
        return msgspec.convert(values, type=kind)
    except msgspec.ValidationError as error:
        raise explain(str(error), "query") from None  # the text may repeat a value


def _read_scalar(text: str, wanted: type[msgspec.inspect.Type] | None) -> str | int | bool:
    if wanted is msgspec.inspect.IntType and _INTEGER.fullmatch(text):
        return int(text)
    if wanted is msgspec.inspect.BoolType:
        return _TRUTH.get(text, text)
    return text


@functools.cache
def _list_scalars(kind: type[msgspec.Struct]) -> Mapping[str, type[msgspec.inspect.Type]]:
    info = msgspec.inspect.type_info(kind)
    fields = info.fields if isinstance(info, msgspec.inspect.StructType) else ()
    return {one.name: _scalar_of(one.type) for one in fields}


def _scalar_of(info: msgspec.inspect.Type) -> type[msgspec.inspect.Type]:
    """Return what a parameter is, or would be if it were there."""
    if isinstance(info, msgspec.inspect.Metadata):
        return _scalar_of(info.type)
    if isinstance(info, msgspec.inspect.UnionType):
        kinds = [_scalar_of(one) for one in info.types]
        return next(one for one in kinds if one is not msgspec.inspect.NoneType)
    return type(info)


def explain(message: str, root: str) -> AdminError:
    """Return the refusal that a validation message tells, without any value it may repeat."""
    at = _AT.search(message)
    path = root + at[1].removeprefix("$") if at else root
    named = _NAME.search(message)
    if message.startswith("Object contains unknown field"):
        return AdminError("request.unknown_field", path=f"{path}.{named[1] if named else '*'}")
    if message.startswith("Object missing required field") and named:
        return AdminError("request.missing_field", path=f"{path}.{named[1]}")
    code = "request.type" if ", got `" in message else "request.invalid"
    return AdminError(code, path=path, expected=_find_expected(message))


def _find_expected(message: str) -> str | None:
    """Return what should stand there: an example of a form, or a type with its bounds."""
    if "datetime" in message:
        return _INSTANT
    for pattern, shown in SHOWN.items():
        if f"matching regex {pattern!r}" in message:
            return shown
    expected = _EXPECTED.match(message)
    return expected[1].replace("`", "") if expected else None
