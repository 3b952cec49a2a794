"""`nakadachi codec diff | cross-check`: several files side by side."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.codec_files import open_input
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
from gateway.cli.options import refuse_usage
from gateway.cli.output import Exit, show


def diff_command(  # noqa: PLR0913 - one parameter for each option of the command
    layout: LayoutArgument,
    old: FileArgument,
    new: FileArgument,
    *,
    show_values: Annotated[
        bool,
        typer.Option("--show-values", help="値も表示する / Show values: personal data."),
    ] = False,
    numbers: NumbersOption = "sandbox",
    gaiji: GaijiOption = "preserve",
    version: VersionOption = None,
    on: OnOption = None,
    encoding: EncodingOption = None,
    as_json: JsonOption = False,
) -> None:
    """二つのファイルを比べる / Compare two files by key: exit 1 if they differ; no values shown."""
    from wire.files.compare import Difference, compare_files  # noqa: PLC0415  # brings numpy

    options = Options(layout=layout, version=version, on=on, numbers=numbers, gaiji=gaiji)
    chosen, settings = options.choose_encoded(encoding)
    different, broken = False, False
    with open_input(old) as first, open_input(new) as second:
        for found in compare_files(chosen, first, second, settings, show_values=show_values):
            different = True
            if isinstance(found, Difference):
                told = found.as_document()
            else:
                broken = True
                told = {"change": "fault", "rule": found.rule, "record": found.record}
            typer.echo(
                json.dumps(told, ensure_ascii=False, default=str) if as_json else _text(told)
            )
    if broken:
        typer.echo("構造の誤りがあります / the structure of a file is not sound", err=True)
    raise typer.Exit(Exit.NO if different else Exit.FINE)


def _text(told: dict[str, object]) -> str:
    return "  ".join(f"{name}={value}" for name, value in told.items() if value is not None)


def cross_check_command(
    files: Annotated[
        list[str], typer.Argument(metavar="LAYOUT=FILE…", help="送信が先 / Sent ones first.")
    ],
    *,
    numbers: NumbersOption = "sandbox",
    policy: PolicyOption = "ibm",
    gaiji: GaijiOption = "refuse",
    as_json: JsonOption = False,
) -> None:
    """複数のファイルを検査する / Check files together (rules Q001 to Q011); exit 1 if bad."""
    from wire.files.crossfile import Source, cross_check  # noqa: PLC0415  # brings numpy
    from wire.files.report import explain  # noqa: PLC0415  # brings numpy
    from wire.files.settings import Settings  # noqa: PLC0415  # brings numpy

    named = [text.partition("=") for text in files]
    if not all(path for _, _, path in named):
        refuse_usage("LAYOUT=FILE")
    with ExitStack() as stack:
        sources, settings = [], Settings()
        for name, _, path in named:
            options = Options(layout=name, numbers=numbers, policy=policy, gaiji=gaiji)
            layout, settings = options.choose()
            stream = stack.enter_context(open_input(Path(path)))
            sources.append(Source(name=path, layout=layout, stream=stream))
        report = cross_check(sources, settings)
    if as_json:
        show(report.as_document(), as_json=True)
    else:
        for finding in report.findings:
            told = finding.as_document()
            sentence = explain(sources[0].layout, finding.rule, "ja")
            days = f" {finding.days}日" if finding.days else ""
            where = f"{told['file']} レコード{told['record']}"
            typer.echo(f"{finding.rule} {told['result_ja']} {where}{days} {sentence}")
    raise typer.Exit(Exit.NO if report.counts else Exit.FINE)
