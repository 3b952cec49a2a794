"""`nakadachi codec list | describe`: which layouts there are, and what each says."""

import json
from datetime import date
from typing import Annotated, Literal

import typer

from gateway.cli.codec_options import (
    JsonOption,
    LayoutArgument,
    OnOption,
    VersionOption,
    find_layout,
)
from gateway.cli.output import show

_ORIGINS = {"published": "公開資料", "design": "独自設計"}


def list_command(*, on: OnOption = None, as_json: JsonOption = False) -> None:
    """レイアウトの一覧 / List the layouts and their versions."""
    from wire.files.library import list_layouts  # noqa: PLC0415  # kept off the start of others

    rows = [
        {
            "layout": layout.id,
            "name": layout.name,
            "version": layout.version,
            "valid_from": layout.valid_from.isoformat(),
            "valid_to": _day(layout.valid_to),
            "direction": layout.direction,
            "origin": layout.origin if as_json else _ORIGINS[layout.origin],
        }
        for layout in list_layouts()
        if on is None or layout.in_force(on)
    ]
    show(rows, as_json=as_json)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def describe_command(
    layout: LayoutArgument,
    *,
    form: Annotated[
        Literal["text", "markdown"], typer.Option("--form", help="表の形 / Form of the table.")
    ] = "text",
    version: VersionOption = None,
    on: OnOption = None,
    as_json: JsonOption = False,
) -> None:
    """レイアウトの表 / Show a layout as a table: every field with place, type and meaning."""
    from wire.files.describe import (  # noqa: PLC0415  # kept off the start of others
        describe,
        describe_markdown,
        describe_text,
    )

    chosen = find_layout(layout, version, on)
    if as_json:
        typer.echo(json.dumps(describe(chosen), ensure_ascii=False))
    else:
        typer.echo((describe_markdown if form == "markdown" else describe_text)(chosen))
