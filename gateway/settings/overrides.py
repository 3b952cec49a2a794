"""Environment variables over a TOML tree: `NAKADACHI_` + the path in capitals, `__` between.

`NAKADACHI_BUSINESS__PORT=8081` sets `business.port`, `NAKADACHI_INSTITUTIONS__0__OPENS=08:30:00`
the first institution's `opens`; lists of texts are JSON. `NAKADACHI_CONFIG` is the file itself,
and `NAKADACHI_PERMITS_REGISTER` what the commands about permit lists read: no settings. Nor is
what begins with `NAKADACHI_MOCKS_`, which tells commands about counterparties where those are.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec

PREFIX = "NAKADACHI_"
RESERVED = frozenset({"NAKADACHI_CONFIG", "NAKADACHI_PERMITS_REGISTER"})
_OTHERS = "NAKADACHI_MOCKS_"
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>[^`]*)`")
_MISSING = re.compile(r"Object missing required field `(?P<field>[^`]*)`")


class OverrideError(Exception):
    """A variable names nothing, or its text is not of the setting's type."""

    def __init__(self, variable: str, problem: str) -> None:
        super().__init__(problem)
        self.variable = variable
        self.problem = problem


def apply(tree: dict[str, Any], environment: Mapping[str, str], model: type) -> None:
    """Put every `NAKADACHI_*` variable into `tree`, whose shape is the Struct `model`.

    Raises:
        OverrideError: a variable names no setting of the model, or its text is of a wrong type.
    """
    for variable in sorted(environment):
        if _is_setting(variable):
            parts = variable.removeprefix(PREFIX).lower().split("__")
            kind: Any = model
            for part in parts:
                kind = _step(kind, part, variable)
            node = _descend(tree, parts[:-1], variable)
            node[parts[-1]] = _read(environment[variable], kind, variable)


def _is_setting(variable: str) -> bool:
    ours = variable.startswith(PREFIX) and not variable.startswith(_OTHERS)
    return ours and variable not in RESERVED


def _descend(tree: dict[str, Any], parts: list[str], variable: str) -> dict[str, Any]:
    """Return the table that `parts` lead to; tables that the file leaves out are made."""
    node: Any = tree
    for part in parts:
        if isinstance(node, list):
            node = node[int(part)] if int(part) < len(node) else None
        elif isinstance(node, dict):
            node = node.setdefault(part, {})
    if not isinstance(node, dict):
        raise OverrideError(variable, "the file has no such table")
    return node


def _step(kind: Any, part: str, variable: str) -> Any:  # noqa: ANN401  # types are values here
    kind = _bare(kind)
    if get_origin(kind) is tuple and part.isdecimal():
        return get_args(kind)[0]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        for one in msgspec.structs.fields(kind):
            if one.name == part:
                return one.type
    raise OverrideError(variable, "names no setting")


def _bare(kind: Any) -> Any:  # noqa: ANN401  # types are values here
    """Return a type without its annotations and without None."""
    while hasattr(kind, "__metadata__"):
        kind = kind.__origin__
    parts = [one for one in get_args(kind) if one is not type(None)]
    if type(None) in get_args(kind) and len(parts) == 1:
        return _bare(parts[0])
    return kind


def _read(text: str, kind: Any, variable: str) -> Any:  # noqa: ANN401  # any plain TOML value
    bare = _bare(kind)
    if bare is Path:
        return text
    try:
        if get_origin(bare) is tuple:
            return msgspec.json.decode(text, type=list[str])
        return msgspec.convert(text, kind, strict=False)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise OverrideError(variable, explain(str(error))[1]) from error


def explain(message: str) -> tuple[str, str]:
    """Return the dotted path and the problem that a msgspec message names."""
    problem, _, place = message.partition(" - at `$")
    path = place.rstrip("`").lstrip(".")
    for pattern, said in ((_UNKNOWN, "is not a setting"), (_MISSING, "is missing")):
        if found := pattern.fullmatch(problem):
            return f"{path}.{found['field']}".lstrip("."), said
    return path, problem.replace("`", "")
