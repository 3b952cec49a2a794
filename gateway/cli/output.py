"""What commands print: JSON for programs, aligned text for people; errors say who can fix them."""

import json
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any

import typer

from gateway.domain.catalogue import FixBy, explain
from gateway.domain.errors import GatewayError, Origin, PeerUnreachableError

Row = Mapping[str, Any]
Shown = Row | Sequence[Row]


class Exit(IntEnum):
    """Exit codes, as scripts rely on them."""

    FINE = 0
    NO = 1  # the answer is no, or content is bad
    USAGE = 2
    ENVIRONMENT = 3


_FIXERS = {
    FixBy.CALLER: "業務システム担当 / the business system",
    FixBy.STAFF: "担当職員 / staff",
    FixBy.OPERATOR: "運用担当 / the operator of this gateway",
    FixBy.PEER: "相手機関 / the other institution",
    FixBy.CORE: "情報提供ネットワークシステム / the network core",
}


def show(value: Shown, *, as_json: bool) -> None:
    """Print one object or a list of objects."""
    if as_json:
        typer.echo(json.dumps(value, ensure_ascii=False))
    elif isinstance(value, Mapping):
        width = max(map(_width, value), default=0)
        for name, one in value.items():
            typer.echo(f"{_pad(name, width)}  {_text(one)}")
    else:
        _show_table(value)


def _show_table(rows: Sequence[Row]) -> None:
    names = list(rows[0]) if rows else []
    table = [names, *([_text(row[name]) for name in names] for row in rows)]
    widths = [max(_width(line[column]) for line in table) for column in range(len(names))]
    if not rows:
        typer.echo("なし / none")
        return
    for line in table:
        cells = [_pad(cell, width) for cell, width in zip(line, widths, strict=True)]
        typer.echo("  ".join(cells).rstrip())


def _text(value: object) -> str:
    if isinstance(value, str):
        # A value from outside must not move the cursor of whoever reads it; the spaces of names and
        # gaiji (characters of private use) do not.
        return "".join(char if _is_plain(char) else "�" for char in value)
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False)
    return "-" if value is None else str(value)


def _is_plain(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) in {"Zs", "Co"}


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def exit_code(error: GatewayError) -> Exit:
    """Return the exit code of a refusal: our own side's failures are the environment's."""
    if error.origin is Origin.GATEWAY or isinstance(error, PeerUnreachableError):
        return Exit.ENVIRONMENT
    return Exit.NO


def show_error(error: GatewayError, *, as_json: bool) -> None:
    """Print a refusal: code, both languages, who can fix it, and its safe context."""
    entry = explain(error.code)
    context = {name: value for name, value in error.context.items() if value is not None}
    if as_json:
        body = {
            "code": error.code,
            "title_ja": entry.title_ja,
            "title_en": entry.title_en,
            "detail_ja": entry.detail_ja,
            "detail_en": entry.detail_en,
            "fix_by": str(entry.fix_by),
            "retry": str(entry.retry),
            "context": context,
        }
        typer.echo(json.dumps({"error": body}, ensure_ascii=False))
        return
    lines = [f"{error.code}: {entry.title_ja} / {entry.title_en}"]
    lines += [f"  {name}: {_text(value)}" for name, value in context.items()]
    lines += [f"  {entry.detail_ja}", f"  {entry.detail_en}"]
    lines += [f"  直せる人 / Who can fix it: {_FIXERS[entry.fix_by]}"]
    typer.echo("\n".join(lines), file=sys.stderr)
