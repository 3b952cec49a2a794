"""What templates give at one moment of a run: the functions and variables that exist."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from mocks.engine.calendar import BusinessCalendar, CalendarError, Opening
from mocks.engine.draw import Draw
from mocks.engine.durations import Duration, parse_duration
from mocks.engine.templates import Call, Expression, Template, TemplateError, Text, Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What expressions may ask for at one moment of a run; instants are aware UTC."""

    now: datetime
    started_at: datetime
    correlation: str
    draw: Draw
    closed_at: datetime | None = None
    offices: Mapping[str, Opening] = field(default_factory=dict)
    calendar: BusinessCalendar = field(default_factory=BusinessCalendar)


Value = str | datetime


def render(template: Template, scope: Scope) -> str:
    """Return the text of a template; instants are written in ISO 8601.

    Raises:
        TemplateError: it names what does not exist, or an instant that has not come.
        CalendarError: the calendar does not reach that far.
    """
    return "".join(
        part if isinstance(part, str) else _written(evaluate(part, scope))
        for part in template.parts
    )


def evaluate(expression: Expression, scope: Scope) -> Value:
    """Return the value of one expression.

    Raises:
        TemplateError: it names what does not exist, or an instant that has not come.
        CalendarError: the calendar does not reach that far.
    """
    match expression:
        case Text(value=value):
            return value
        case Variable(name=name, offset=offset):
            return _variable(name, scope, offset)
        case Call(name=name, arguments=arguments, offset=offset):
            function = _FUNCTIONS.get(name)
            if function is None:
                raise TemplateError("template.function", offset)
            try:
                return function(scope, arguments)
            except (TemplateError, CalendarError):
                raise
            except (ValueError, LookupError, TypeError) as error:
                raise TemplateError("template.argument", offset) from error


def _variable(name: str, scope: Scope, offset: int) -> Value:
    known: Mapping[str, Value | None] = {
        "correlation": scope.correlation,
        "now": scope.now,
        "started_at": scope.started_at,
        "closed_at": scope.closed_at,
    }
    value = known.get(name)
    if value is None:
        raise TemplateError("template.variable", offset)
    return value


def _written(value: Value) -> str:
    return value.isoformat() if isinstance(value, datetime) else value


Arguments = Sequence[Expression]


def _key(scope: Scope, arguments: Arguments) -> str:
    kind, correlation = (str(evaluate(one, scope)) for one in arguments)
    return scope.draw.uuid("key", kind, correlation)


def _office(scope: Scope, argument: Expression) -> Opening:
    if not isinstance(argument, Variable):
        raise TemplateError("template.party", argument.offset)
    return scope.offices[argument.name]


def _next_open(scope: Scope, arguments: Arguments) -> datetime:
    (party,) = arguments
    return _office(scope, party).next_open(scope.now)


def _last_close(scope: Scope, arguments: Arguments) -> datetime:
    (party,) = arguments
    return _office(scope, party).last_close(scope.now)


def _shift(scope: Scope, arguments: Arguments) -> datetime:
    start, length = (evaluate(one, scope) for one in arguments)
    if not isinstance(start, datetime):
        raise TemplateError("template.instant", arguments[0].offset)
    return scope.calendar.shift(start, _duration(length))


def _duration(value: Value) -> Duration:
    return parse_duration(str(value))


_FUNCTIONS: Final[Mapping[str, Callable[[Scope, Arguments], Value]]] = {
    "key": _key,
    "next_open": _next_open,
    "last_close": _last_close,
    "shift": _shift,
}
