"""`nakadachi codec check`: everything that is wrong with a file, without a person's value."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.codec_files import open_input, open_output
from gateway.cli.codec_options import (
    EncodingOption,
    FileArgument,
    GaijiOption,
    JsonOption,
    LayoutArgument,
    NumbersOption,
    OnOption,
    Options,
    PolicyOption,
    VersionOption,
)
from gateway.cli.output import Exit, show

if TYPE_CHECKING:
    from wire.files.layout import Layout
    from wire.files.names import FileName


def check_command(  # noqa: PLR0913 - one parameter for each option of the command
    layout: LayoutArgument,
    file: FileArgument,
    *,
    max_errors: Annotated[
        int, typer.Option("--max-errors", metavar="N", min=1, help="列挙する件数 / Errors to list.")
    ] = 1000,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="HTML の報告書 / Report as a page."),
    ] = None,
    numbers: NumbersOption = "sandbox",
    policy: PolicyOption = "ibm",
    gaiji: GaijiOption = "refuse",
    version: VersionOption = None,
    on: OnOption = None,
    encoding: EncodingOption = None,
    as_json: JsonOption = False,
) -> None:
    """ファイルを検査する / Check structure, fields, rules and totals; exit 1 if it is bad."""
    from wire.files.check import check_file  # noqa: PLC0415  # brings numpy

    options = Options(
        layout=layout, version=version, on=on, numbers=numbers, policy=policy, gaiji=gaiji
    )
    chosen, settings = options.choose_encoded(encoding)
    with open_input(file) as stream:
        report = check_file(
            chosen, stream, settings, max_errors=max_errors, name=find_name(chosen, file)
        )
    if html is not None:
        with open_output(html) as page:
            page.write(report.as_html().encode())
    if as_json:
        show(report.as_document(), as_json=True)
    else:
        typer.echo(report.as_text())
    raise typer.Exit(Exit.FINE if report.ok else Exit.NO)


def find_name(layout: "Layout", file: Path) -> "FileName | None":
    """Return what a file's name says, None where it is no name of a file of that layout."""
    from wire.errors import WireError  # noqa: PLC0415  # kept off the start of other commands
    from wire.files.names import parse_name  # noqa: PLC0415  # as above

    try:
        name = parse_name(file.name)
    except WireError:
        return None
    return name if name.layout == layout.id else None
