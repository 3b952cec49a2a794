"""`nakadachi codec convert | split`: whole files written anew."""

import json
from contextlib import ExitStack
from dataclasses import replace
from errno import EEXIST
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from gateway.cli.codec_files import end_bad_content, end_environment, open_input, open_output
from gateway.cli.codec_options import (
    EncodingName,
    EncodingOption,
    FileArgument,
    GaijiOption,
    JsonOption,
    LayoutArgument,
    NumbersOption,
    OnOption,
    Options,
    OutputOption,
    PolicyOption,
    VersionOption,
)
from gateway.cli.options import refuse_usage
from gateway.cli.output import show

if TYPE_CHECKING:
    from wire.files.convert import Loss, Side
    from wire.files.settings import Settings

_CHARACTERS = "cp932|jis_mixed|utf_8|cp290|cp037|…"

SourceOption = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar=_CHARACTERS,
        help="元の文字コード / Character set of the file (default: the layout's own).",
    ),
]
TargetOption = Annotated[
    str, typer.Option("--to", metavar=_CHARACTERS, help="先の文字コード / To be written.")
]
DegradeOption = Annotated[
    bool,
    typer.Option(
        "--degrade",
        help="縮退する / Replace characters that the target lacks by the table, and log each;"
        " otherwise the first one stops the work.",
    ),
]
LogOption = Annotated[
    Path | None,
    typer.Option("--log", metavar="FILE", help="縮退の記録 / Log of replacements, JSON lines."),
]


def convert_command(  # noqa: PLR0913 - one parameter for each option of the command
    layout: LayoutArgument,
    file: FileArgument,
    *,
    source: SourceOption = None,
    target: TargetOption,
    output: OutputOption,
    degrade: DegradeOption = False,
    log: LogOption = None,
    numbers: NumbersOption = "sandbox",
    policy: PolicyOption = "ibm",
    gaiji: GaijiOption = "refuse",
    version: VersionOption = None,
    on: OnOption = None,
    as_json: JsonOption = False,
) -> None:
    """文字コードを変える / Convert between character sets; totals are worked out anew."""
    from wire.errors import WireError  # noqa: PLC0415  # kept off the start of other commands
    from wire.files.convert import convert_file  # noqa: PLC0415  # brings numpy

    options = Options(
        layout=layout, version=version, on=on, numbers=numbers, policy=policy, gaiji=gaiji
    )
    chosen, settings = options.choose()
    ends = _side(source or chosen.encoding, settings), _side(target, settings)
    size = replaced = 0
    with ExitStack() as stack:
        stream = stack.enter_context(open_input(file))
        written = stack.enter_context(open_output(output))
        lines = stack.enter_context(open_output(log)) if log is not None else None

        def note(loss: "Loss") -> None:
            nonlocal replaced
            replaced += 1
            if lines is not None:
                lines.write(_line(loss))

        try:
            for raw in convert_file(chosen, stream, *ends, note if degrade else None):
                size += written.write(raw)
        except WireError as error:
            end_bad_content(file, error)
    if as_json:
        show({"file": str(output), "bytes": size, "replaced": replaced}, as_json=True)


def _side(name: str, settings: "Settings") -> "Side":
    from wire.errors import WireError  # noqa: PLC0415  # as in the command
    from wire.files.convert import Side  # noqa: PLC0415  # brings numpy
    from wire.files.single_bytes import load_ebcdic  # noqa: PLC0415  # as in the command

    for encoding in get_args(EncodingName):
        if name == encoding:
            return Side(settings=replace(settings, encoding=encoding))
    try:
        return Side(settings=replace(settings, encoding="cp932"), single=load_ebcdic(name))
    except WireError:
        refuse_usage(_CHARACTERS, "--from / --to")


def _line(loss: "Loss") -> bytes:
    told = {
        "record": loss.record,
        "field": loss.field,
        "position": loss.replacement.position,
        "found": loss.replacement.found,
        "written": loss.replacement.written,
    }
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"


def split_command(  # noqa: PLR0913 - one parameter for each option of the command
    layout: LayoutArgument,
    file: FileArgument,
    *,
    directory: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="DIR", exists=True, file_okay=False, help="出力先 / Folder."
        ),
    ],
    max_records: Annotated[
        int | None,
        typer.Option("--max-records", metavar="N", min=1, help="件数の上限 / Data records a part."),
    ] = None,
    max_bytes: Annotated[
        int | None,
        typer.Option("--max-bytes", metavar="N", min=1, help="バイト数の上限 / Bytes a part."),
    ] = None,
    numbers: NumbersOption = "sandbox",
    version: VersionOption = None,
    on: OnOption = None,
    encoding: EncodingOption = None,
    as_json: JsonOption = False,
) -> None:
    """分割する / Split a file under a limit at household borders; each part is a whole file."""
    from wire.errors import WireError  # noqa: PLC0415  # kept off the start of other commands
    from wire.files.split import Limits, plan_parts, write_parts  # noqa: PLC0415  # brings numpy

    if max_records is None and max_bytes is None:
        refuse_usage("--max-records or --max-bytes")
    options = Options(layout=layout, version=version, on=on, numbers=numbers, gaiji="preserve")
    chosen, settings = options.choose_encoded(encoding)
    limits, made = Limits(records=max_records, size=max_bytes), list[Path]()
    try:
        with open_input(file) as stream:
            parts = plan_parts(chosen, stream, settings, limits)
            stream.seek(0)
            for name, content in write_parts(chosen, stream, settings, parts):
                path = directory / name
                if path.exists():
                    end_environment(path, FileExistsError(EEXIST, ""))
                with open_output(path) as written:
                    written.writelines(content)
                made.append(path)
    except BaseException as error:  # an interrupt too: all parts or none
        for done in made:
            done.unlink()
        if isinstance(error, WireError):
            end_bad_content(file, error)
        raise
    told = [
        {"file": str(path), "records": part.records} for path, part in zip(made, parts, strict=True)
    ]
    if as_json:
        show({"parts": told}, as_json=True)
    else:
        typer.echo("\n".join(f"{one['file']}  {one['records']}" for one in told))
