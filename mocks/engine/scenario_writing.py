"""Scenarios and rules as their files say them, so that what was read can be written again."""

import dataclasses
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from mocks.engine.conditions import Condition
from mocks.engine.durations import Duration
from mocks.engine.rulebook import write_occurrences
from mocks.engine.scenario_rules import Occurrences
from mocks.engine.templates import Call, Expression, Template, Text
from mocks.engine.typed_values import KEY


def write(value: object) -> bytes:
    """Return a scenario or a rule as JSON in UTF-8, which is YAML too; loading gives it back."""
    return json.dumps(write_value(value), ensure_ascii=False).encode()


def write_value(value: Any) -> Any:  # noqa: ANN401  # typed values in, JSON values out
    """Return a typed value of scenarios as JSON values, without what is only a default."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Duration):
        return str(value)
    if isinstance(value, Template | Occurrences | Condition):
        return _text(value)
    if dataclasses.is_dataclass(value):
        return {
            one.metadata.get(KEY, one.name): write_value(getattr(value, one.name))
            for one in dataclasses.fields(value)
            if getattr(value, one.name) != _default(one)
        }
    if isinstance(value, Mapping):
        return {key: write_value(one) for key, one in value.items()}
    return [write_value(one) for one in value] if isinstance(value, tuple) else value


def _default(one: "dataclasses.Field[object]") -> object:
    if one.default_factory is not dataclasses.MISSING:
        return one.default_factory()
    return one.default  # MISSING equals no value, so what must be said is said


def _text(value: Template | Occurrences | Condition) -> str:
    if isinstance(value, Occurrences):
        return write_occurrences(value)
    if isinstance(value, Condition):
        terms = [f"{one.instant} {one.direction} {one.length}".strip() for one in value.terms]
        signs = [*(f" {sign} " for sign in value.signs), ""]
        return "".join(f"{term}{sign}" for term, sign in zip(terms, signs, strict=True))
    return "".join(
        part if isinstance(part, str) else f"{{{{ {_expression(part)} }}}}" for part in value.parts
    )


def _expression(value: Expression) -> str:
    if isinstance(value, Text):
        return f"'{value.value}'"
    if isinstance(value, Call):
        return f"{value.name}({', '.join(map(_expression, value.arguments))})"
    return value.name
