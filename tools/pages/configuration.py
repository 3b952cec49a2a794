"""Every setting of the TOML file, from the types that read it."""

import re
import typing
from collections.abc import Iterator
from datetime import time
from pathlib import Path

import msgspec
from msgspec.structs import FieldInfo

from gateway.settings import overrides
from gateway.settings.model import Settings
from tools.pages.markdown import code, prose, table

TYPES = {str: "text", int: "integer", float: "number", Path: "file", time: "time"}


def configuration() -> str:
    """Return the page made from gateway/settings/model.py."""
    sections = [
        f"## {code(path or 'the file itself')}\n\n{prose(kind)}\n\n{_table(kind)}"
        for path, kind in _tables(Settings, "")
    ]
    return (
        "# Configuration\n\nOne TOML file; `nakadachi doctor` checks it and prints the dotted path"
        " of whatever is wrong. Paths of files are relative to it. Secrets stand in files of their"
        f" own, never in this one.\n\n{prose(overrides)}\n\n" + "\n".join(sections)
    )


def _tables(kind: type[msgspec.Struct], path: str) -> Iterator[tuple[str, type[msgspec.Struct]]]:
    yield path, kind
    for field in msgspec.structs.fields(kind):
        inner, many = _struct(field.type)
        if inner is not None:
            shown = f"[[{field.name}]]" if many else f"[{field.name}]"
            yield from _tables(inner, shown)


def _struct(kind: object) -> tuple[type[msgspec.Struct] | None, bool]:
    """Return the table type that a field holds, and whether it holds many."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind, False
    many = typing.get_origin(kind) is tuple
    for part in typing.get_args(kind):
        inner, deeper = _struct(part)
        if inner is not None:
            return inner, many or deeper
    return None, False


def _table(kind: type[msgspec.Struct]) -> str:
    rows = [
        [code(field.name), _shown(field.type), _default(field)]
        for field in msgspec.structs.fields(kind)
        if _struct(field.type)[0] is None
    ]
    return table(["setting", "value", "default"], rows)


def _shown(kind: object) -> str:
    base, rules = kind, ""
    if hasattr(kind, "__metadata__"):
        base = typing.get_args(kind)[0]
        rules = " ".join(_rule(rule) for rule in kind.__metadata__)
    arguments = typing.get_args(base)
    if typing.get_origin(base) is typing.Literal:
        return " or ".join(code(str(one)) for one in arguments)
    if typing.get_origin(base) is tuple:
        return f"list of {_shown(arguments[0])}"
    if type(None) in arguments:
        return _shown(next(one for one in arguments if one is not type(None)))
    return f"{TYPES[typing.cast('type', base)]} {rules}".strip()


def _rule(rule: object) -> str:
    if not isinstance(rule, msgspec.Meta):
        return ""
    if rule.pattern:
        return code(re.sub(r"\\[AZ]", "", rule.pattern))
    limits = {"from": rule.ge, "above": rule.gt, "to": rule.le}
    return ", ".join(f"{word} {limit}" for word, limit in limits.items() if limit is not None)


def _default(field: FieldInfo) -> str:
    if field.required:
        return "must be set"
    if field.default is None or field.default == ():
        return ""
    return code(str(field.default))
