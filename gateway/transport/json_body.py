"""Strict JSON: UTF-8 without ornaments, no name twice, nothing unknown, errors by path.

No message of the JSON libraries leaves this module, because some repeat values; of a fault only
its kind, its place and the expected type are said. Depth needs no limit of its own: the types
nest a fixed number of levels and the decoder stops at the first level that does not belong.
"""

import functools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

import msgspec

from gateway.transport.problems import RequestError

S = TypeVar("S", bound=msgspec.Struct)
_AT: Final = re.compile(r" - at `(?:key in )?([^`]*)`\Z")
_NAME: Final = re.compile(r"`([A-Za-z_][A-Za-z0-9_]{0,39})`")
_SAFE_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}\Z")
_EXPECTED: Final = re.compile(r"Expected (`[a-z |]+`(?: of length [<>=]+ [0-9]+| [<>=]+ [0-9]+)?)")
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_TRUTH: Final = {"true": True, "false": False}
_BOM: Final = b"\xef\xbb\xbf"


def decode(body: bytes, kind: type[S], *, root: str = "$") -> S:
    """Return the one value of `kind` that a body says.

    Args:
        body: The bytes as they came.
        kind: What they must be.
        root: How the place of the whole is written in an error.

    Raises:
        RequestError: the body breaks a rule; nothing of it was used.
    """
    text = _read_text(body, root)
    try:
        value = _decode(body, text, kind)
    except msgspec.ValidationError as error:
        raise _explain(str(error), root) from None  # the text may repeat a value
    except (msgspec.DecodeError, RecursionError):
        raise RequestError(_malformed(text), path=root) from None
    _refuse_duplicates(text, root)
    if "\\u0000" in text and _holds_nul(json.loads(text)):
        raise RequestError("request.charset", path=root)
    return value


def _decode(body: bytes, text: str, kind: type[S]) -> S:
    """Return the decoded value; `1.0` is an integer to JSON Schema, if not to the decoder."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        if ", got `float`" not in str(error):
            raise
    return msgspec.convert(json.loads(text, parse_float=_integral), type=kind)


def _integral(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number


def convert(pairs: Mapping[str, str], kind: type[S], *, root: str) -> S:
    """Return the value of `kind` that texts by name (a query, a form) say.

    Only texts that a field wants as an integer or as a truth value are converted: a library that
    guesses would read `null` as no value and `0.5` as an instant.

    Raises:
        RequestError: a name is unknown or missing, or a text has not its form.
    """
    if any("\x00" in text for text in pairs.values()):
        raise RequestError("request.charset", path=root)
    try:
        return msgspec.convert(_read_scalars(pairs, kind), type=kind)
    except msgspec.ValidationError as error:
        raise _explain(str(error), root) from None  # the text may repeat a value


def _read_scalars(
    pairs: Mapping[str, str], kind: type[msgspec.Struct]
) -> dict[str, str | int | bool]:
    wanted = _list_scalars(kind)
    return {name: _read_scalar(text, wanted.get(name)) for name, text in pairs.items()}


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
    return {one.name: _find_type(one.type) for one in fields}


def _find_type(info: msgspec.inspect.Type) -> type[msgspec.inspect.Type]:
    if isinstance(info, msgspec.inspect.Metadata):  # a type with a description
        return _find_type(info.type)
    return type(info)


def _read_text(body: bytes, root: str) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise RequestError("request.charset", path=root) from None
    if body.startswith(_BOM) or "\x00" in text:
        raise RequestError("request.charset", path=root)
    return text


def _malformed(text: str) -> str:
    """Return the code of text that is no JSON for the decoder: lone surrogates or grammar."""
    try:
        json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return "request.charset"
    except (ValueError, RecursionError):
        pass
    return "request.malformed"


def _explain(message: str, root: str) -> RequestError:
    """Return the fault that a validation message tells, without any value it may repeat."""
    at = _AT.search(message)
    path = root + at[1].removeprefix("$") if at else root
    named = _NAME.search(message)
    if message.startswith("Object contains unknown field"):
        return RequestError("request.unknown_field", path=f"{path}.{named[1] if named else '*'}")
    if message.startswith("Object missing required field") and named:
        return RequestError("request.missing_field", path=f"{path}.{named[1]}")
    expected = _EXPECTED.match(message)
    code = "request.type" if ", got `" in message else "request.invalid"
    return RequestError(
        code, path=path, expected=expected[1].replace("`", "") if expected else None
    )


class _TwiceError(Exception):
    """An object names a member twice."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:  # Any: JSON has no static shape
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError
    return found


_unique_decoder: Final = json.JSONDecoder(object_pairs_hook=_unique)


def _refuse_duplicates(text: str, root: str) -> None:
    try:
        _unique_decoder.decode(text)
    except _TwiceError:
        pairs = json.loads(text, object_pairs_hook=_Pairs)
        path = next(_list_duplicates(pairs, root), root)
        raise RequestError("request.duplicate_key", path=path) from None


class _Pairs(list[tuple[str, Any]]):
    """The members of an object as they stand, names that occur twice included."""


def _list_duplicates(value: object, path: str) -> Iterator[str]:
    """Yield the path of each member that occurs twice; names that may hold a value show as *."""
    if isinstance(value, _Pairs):
        seen: set[str] = set()
        for name, member in value:
            place = f"{path}.{name if _SAFE_NAME.match(name) else '*'}"
            if name in seen:
                yield place
            seen.add(name)
            yield from _list_duplicates(member, place)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _list_duplicates(member, f"{path}[{index}]")


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_holds_nul(member) for member in value.values())
    return isinstance(value, list) and any(_holds_nul(member) for member in value)
