"""`nakadachi codec decode | encode | sample`: files to records and back, and files to try."""

from collections import Counter
from typing import Annotated

import typer

from gateway.cli.codec_files import Progress, end_bad_content, open_input, open_output
from gateway.cli.codec_formats import FORMS, Form
from gateway.cli.codec_options import (
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
from gateway.cli.output import Exit, show

# Bytes of no record, other terminators, an end-of-file byte, a byte order mark: no form keeps them.
_LOST = frozenset({"S001", "S003", "S005", "S006", "S007", "S008"})


def decode_command(  # noqa: PLR0913 - one parameter for each option of the command
    layout: LayoutArgument,
    file: FileArgument,
    *,
    form: Annotated[
        str, typer.Option("--to", metavar="FORM", help=f"形式 / One of: {', '.join(FORMS)}.")
    ] = "jsonl",
    output: OutputOption,
    numbers: NumbersOption = "sandbox",
    policy: PolicyOption = "ibm",
    gaiji: GaijiOption = "refuse",
    version: VersionOption = None,
    on: OnOption = None,
    encoding: EncodingOption = None,
    as_json: JsonOption = False,
) -> None:
    """レコードを読み出す / Decode a file; bytes that are wrong are kept, and exit is 1."""
    from wire.files.report import explain, severity_of  # noqa: PLC0415  # brings numpy

    options = Options(
        layout=layout, version=version, on=on, numbers=numbers, policy=policy, gaiji=gaiji
    )
    chosen, settings = options.choose_encoded(encoding)
    write, found = _form(form), Counter[str]()
    with open_input(file) as stream, open_output(output) as target:
        for fault in write.decode(chosen, stream, settings, target):
            found[fault.rule] += 1
            if fault.rule in _LOST:
                message = explain(chosen, fault.rule, "ja")
                typer.echo(f"{fault.rule} レコード{fault.record}: {message}", err=True)
                raise typer.Exit(Exit.NO)
    for rule, count in sorted(found.items()):
        typer.echo(f"{rule} × {count}: {explain(chosen, rule, 'ja')}", err=True)
    wrong = sum(count for rule, count in found.items() if severity_of(rule) == "error")
    if as_json:
        show({"file": str(output), "ok": not wrong, "faults": dict(found)}, as_json=True)
    raise typer.Exit(Exit.NO if wrong else Exit.FINE)


def encode_command(  # noqa: PLR0913 - one parameter for each option of the command
    layout: LayoutArgument,
    file: FileArgument,
    *,
    form: Annotated[
        str | None,
        typer.Option("--from", metavar="FORM", help="形式（既定は拡張子） / Form (by its ending)."),
    ] = None,
    output: OutputOption,
    numbers: NumbersOption = "sandbox",
    policy: PolicyOption = "ibm",
    gaiji: GaijiOption = "refuse",
    version: VersionOption = None,
    on: OnOption = None,
    encoding: EncodingOption = None,
    as_json: JsonOption = False,
) -> None:
    """ファイルを作る / Encode records; nothing is written if one of them does not fit."""
    from wire.errors import WireError  # noqa: PLC0415  # kept off the start of other commands

    options = Options(
        layout=layout, version=version, on=on, numbers=numbers, policy=policy, gaiji=gaiji
    )
    chosen, settings = options.choose_encoded(encoding)
    read = _form(form or file.suffix.removeprefix("."))
    size = 0
    with open_input(file) as stream, open_output(output) as target:
        try:
            for raw in read.encode(chosen, stream, settings):
                size += target.write(raw)
        except WireError as error:
            end_bad_content(file, error)
    if as_json:
        show({"file": str(output), "bytes": size}, as_json=True)


def sample_command(  # noqa: PLR0913 - one parameter for each option of the command
    layout: LayoutArgument,
    *,
    count: Annotated[
        int, typer.Option("-n", metavar="N", min=0, help="データの件数 / Data records.")
    ] = 10,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="乱数の種 / Seed.")] = 1,
    output: OutputOption,
    version: VersionOption = None,
    on: OnOption = None,
    as_json: JsonOption = False,
) -> None:
    """見本を作る / Make a valid file of people who do not exist; equal seeds give equal bytes."""
    from wire.files.sample import write_sample  # noqa: PLC0415  # brings numpy

    chosen, _ = Options(layout=layout, version=version, on=on).choose()
    data = chosen.find("D")
    length = data.length if data is not None else 1
    size, progress = 0, Progress(count * length, f"{count}")
    with open_output(output) as target:
        for raw in write_sample(chosen, count, seed):
            size += target.write(raw)
            progress.advance(len(raw))
    if as_json:
        show({"file": str(output), "records": count, "bytes": size}, as_json=True)


def _form(name: str) -> Form:
    found = FORMS.get(name)
    if found is None:
        refuse_usage(f"one of: {', '.join(FORMS)}", "--to / --from")
    return found
