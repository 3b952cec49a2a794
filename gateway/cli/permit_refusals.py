"""How the commands about permit lists refuse: in both languages, each with its exit code."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import typer

from gateway.cli.output import Exit
from permitlists import PermitListError

_ABSENT: Final = "permits.register_unknown"
_DAMAGED: Final = frozenset(
    {"permits.register_broken", "permits.edition_missing", "permits.edition_tampered"}
)


@contextmanager
def refusals(*, as_json: bool, damaged: Exit = Exit.ENVIRONMENT) -> Iterator[None]:
    """Print what was refused inside, in both languages, and end with its exit code.

    Bad content is a no; a register or a file that is not as it must be is the environment's fault.
    `damaged` is the code for a register that was changed by other means.
    """
    try:
        yield
    except PermitListError as error:
        _show(error, as_json=as_json)
        code = damaged if error.code in _DAMAGED else Exit.NO
        raise typer.Exit(Exit.ENVIRONMENT if error.code == _ABSENT else code) from error
    except OSError as error:
        typer.echo(f"{error.filename or ''}: {error.strerror}", err=True)
        raise typer.Exit(Exit.ENVIRONMENT) from error


def _show(error: PermitListError, *, as_json: bool) -> None:
    texts = {"code": error.code, "text_ja": error.text_ja, "text_en": error.text_en}
    if as_json:
        typer.echo(json.dumps({"error": texts}, ensure_ascii=False))
    else:
        typer.echo("{code}\n  {text_ja}\n  {text_en}".format_map(texts), err=True)
