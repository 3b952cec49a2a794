"""Turns an async act on an institution's ports into a command with the common options."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import typer

from gateway.cli.options import DEFAULT_FILE, ConfigOption, InstitutionOption, JsonOption
from gateway.cli.output import Exit, Shown, show
from gateway.cli.session import Target, run


@dataclass(frozen=True, slots=True, kw_only=True)
class No:
    """A result that is shown, but whose answer is no: the exit code says so."""

    shown: Shown


Act = TypeVar("Act", bound=Callable[..., Awaitable[Shown | No]])


def _option(name: str, annotation: object, default: object) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, annotation=annotation, default=default)


_COMMON = (
    _option("config", ConfigOption, DEFAULT_FILE),
    _option("institution", InstitutionOption, None),
    _option("as_json", JsonOption, default=False),
)


def act(app: typer.Typer, name: str) -> Callable[[Act], Act]:
    """Add the decorated function to `app` as the command `name`.

    Its parameters become arguments and options, but for `ports`, which are those of the
    institution that the common options choose. What it returns is printed.
    """

    def add(function: Act) -> Act:
        own = [
            one for one in inspect.signature(function).parameters.values() if one.name != "ports"
        ]

        def command(**given: Any) -> None:  # noqa: ANN401  # whatever the options are
            target = Target(
                config=given.pop("config"),
                institution=given.pop("institution"),
                as_json=given.pop("as_json"),
            )
            result = run(target, lambda ports: function(**given, ports=ports))
            refused = isinstance(result, No)
            show(result.shown if isinstance(result, No) else result, as_json=target.as_json)
            if refused:
                raise typer.Exit(Exit.NO)

        parameters = [*own, *_COMMON]
        command.__doc__ = function.__doc__
        command.__annotations__ = {one.name: one.annotation for one in parameters}
        vars(command)["__signature__"] = inspect.Signature(parameters)
        app.command(name)(command)
        return function

    return add
