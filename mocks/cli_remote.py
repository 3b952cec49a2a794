"""What commands of a running server have in common: which server, which space, what is printed."""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer

from mocks.admin.client import AdminClient, RefusedError, UnreachableError, find_target
from mocks.cli_output import ENVIRONMENT, NO, echo, pad, print_json, width_of
from mocks.engine.clock import JST

SPACE_VARIABLE: Final = "NAKADACHI_MOCKS_SPACE"
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}Z")
Json = Any  # a decoded JSON document: each command knows which

UrlOption = Annotated[
    str | None,
    typer.Option(
        "--admin-url",
        metavar="URL",
        envvar="NAKADACHI_MOCKS_URL",
        help="管理APIの場所（既定は http://127.0.0.1:9401）/ Where the admin API is.",
    ),
]
SpaceOption = Annotated[
    str | None,
    typer.Option(
        "--space",
        metavar="NAME",
        envvar=SPACE_VARIABLE,
        help="スペース（一つしかなければ省略できる）/ The space; the only one by default.",
    ),
]
SpaceArgument = Annotated[str, typer.Argument(metavar="NAME", help="スペースの名前 / Its name.")]


@contextmanager
def server(url: str | None, *, as_json: bool = False) -> Iterator[AdminClient]:
    """Give a client of the server; what it refuses is printed and ends with its exit code."""
    try:
        yield AdminClient(find_target(url, os.environ))
    except RefusedError as error:
        show_problem(error.problem, as_json=as_json)
        raise typer.Exit(NO) from error
    except UnreachableError as error:
        fail("server.unreachable", str(error), as_json=as_json)
    except OSError as error:
        said = f"{error.filename or ''}: 読み書きできません / not readable or writable"
        fail("file.unusable", f"{said}: {error.strerror or error}", as_json=as_json)


def fail(code: str, text: str, *, as_json: bool) -> NoReturn:
    """Say what of the environment is not as it should be, and end with its exit code."""
    if as_json:
        print_json({"error": {"code": code, "text": text}})
    else:
        echo(text, err=True)
    raise typer.Exit(ENVIRONMENT)


def choose_space(client: AdminClient, space: str | None) -> str:
    """Return the space that an option names, or the only one."""
    if space is not None:
        return space
    names: list[str] = client.ask("GET", "/about")["spaces"]
    if len(names) == 1:
        return names[0]
    if not names:
        fail(
            "space.none",
            "スペースがありません。nakadachi mocks space new で作ってください"
            " / There is no space; nakadachi mocks space new makes one.",
            as_json=False,
        )
    message = f"スペースを選んでください / choose one of: {' '.join(names)}"
    raise typer.BadParameter(message, param_hint="--space")


def show(value: Json, *, as_json: bool, only: Sequence[str] = ()) -> None:
    """Print one object or a list of objects; texts for people show the members `only`."""
    if as_json:
        print_json(value)
    elif isinstance(value, Mapping):
        names = [name for name in (only or value) if name in value]
        width = max(map(width_of, names), default=0)
        for name in names:
            echo(f"{pad(name, width)}  {_text(value[name])}")
    else:
        _show_table(value, only)


def _show_table(rows: Sequence[Mapping[str, Json]], only: Sequence[str]) -> None:
    if not rows:
        echo("なし / none")
        return
    names = list(only or rows[0])
    table = [names, *([_text(row.get(name)) for name in names] for row in rows)]
    widths = [max(width_of(line[column]) for line in table) for column in range(len(names))]
    for line in table:
        cells = [pad(cell, width) for cell, width in zip(line, widths, strict=True)]
        echo("  ".join(cells).rstrip())


def write_file(file: Path, octets: bytes, *, as_json: bool) -> None:
    """Write what the server gave to a file, and print where it is and how long."""
    file.write_bytes(octets)
    show({"file": str(file), "bytes": len(octets)}, as_json=as_json)


def show_problem(problem: Mapping[str, Json], *, as_json: bool) -> None:
    """Print a refusal: code, both languages, what was expected, findings with their places."""
    if as_json:
        print_json({"error": problem})
        return
    lines = [f"{problem['code']}: {problem['title_ja']} / {problem['title_en']}"]
    lines += [
        f"  {name}: {_text(problem[name])}"
        for name in ("path", "expected", "accepted")
        if problem.get(name)
    ]
    lines += [f"  {problem['detail_ja']}", f"  {problem['detail_en']}"]
    for one in problem.get("problems", ()):
        # A rule for the moment is no file: only its path says where in it.
        line = "" if problem["code"] == "rule.invalid" else f"{one['line']}:{one['column']} "
        place = f"{line}{one['path']}"
        lines.append(f"  {place} {one['severity']} {one['code']}")
        lines.append(f"    {one['message_ja']} / {one['message_en']}")
    for line in lines:
        echo(line, err=True)


def _text(value: Json) -> str:
    if isinstance(value, str):
        return write_instant(value) if _INSTANT.fullmatch(value) else value
    if value is None or value == []:
        return "-"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False)


def write_instant(text: str) -> str:
    """Return an instant of the API as people here read it: Japan's time, as scenarios write it."""
    instant = datetime.fromisoformat(text).astimezone(JST)
    return instant.isoformat(timespec="milliseconds" if instant.microsecond else "seconds")
