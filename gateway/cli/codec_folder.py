"""`nakadachi codec check-folder`: many files on many cores, or on the machines of a Dask cluster.

A file is one piece of work: its path goes out, its report comes back, and neither says anything
about a person. Where machines work together, each must see the folder under the same path.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.codec_check import find_name
from gateway.cli.codec_options import (
    EncodingName,
    EncodingOption,
    GaijiOption,
    JsonOption,
    LayoutArgument,
    NumbersOption,
    OnOption,
    Options,
    PolicyOption,
    VersionOption,
)
from gateway.cli.codec_tables import load_extra
from gateway.cli.output import Exit, show

Document = dict[str, Any]  # Any: plain JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One file to check; it travels to whoever has a core for it."""

    path: Path
    options: Options
    encoding: EncodingName | None
    max_errors: int


def check_one(job: Job) -> Document:
    """Return the report of one file as plain JSON, with its name."""
    from wire.files.check import check_file  # noqa: PLC0415  # brings numpy

    layout, settings = job.options.choose_encoded(job.encoding)
    with job.path.open("rb") as stream:
        report = check_file(
            layout,
            stream,
            settings,
            max_errors=job.max_errors,
            name=find_name(layout, job.path),
        )
    return {"file": job.path.name} | report.as_document()


Map = Callable[[Callable[[Job], Document], Sequence[Job]], Sequence[Document]]


def check_folder_command(  # noqa: PLR0913 - one parameter for each option of the command
    layout: LayoutArgument,
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", exists=True, file_okay=False, help="フォルダー / A folder."
        ),
    ],
    *,
    match: Annotated[
        str, typer.Option("--match", metavar="GLOB", help="ファイル名 / Names of files.")
    ] = "*.dat",
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", metavar="N", min=1, help="並列数 / Processes (default: cores)."),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            "--dask", metavar="ADDRESS", help="Dask スケジューラ / Scheduler to work for instead."
        ),
    ] = None,
    max_errors: Annotated[
        int, typer.Option("--max-errors", metavar="N", min=1, help="列挙する件数 / Errors to list.")
    ] = 100,
    numbers: NumbersOption = "sandbox",
    policy: PolicyOption = "ibm",
    gaiji: GaijiOption = "refuse",
    version: VersionOption = None,
    on: OnOption = None,
    encoding: EncodingOption = None,
    as_json: JsonOption = False,
) -> None:
    """フォルダーのファイルを並列に検査する / Check all files of a folder; exit 1 if one is bad."""
    options = Options(
        layout=layout, version=version, on=on, numbers=numbers, policy=policy, gaiji=gaiji
    )
    options.choose_encoded(encoding)  # a wrong usage ends here, not in every process
    work = [
        Job(path=path.resolve(), options=options, encoding=encoding, max_errors=max_errors)
        for path in sorted(folder.glob(match))
        if path.is_file()
    ]
    with _open_processes(jobs) if dask is None else open_dask(dask) as run:
        documents = run(check_one, work)
    show(documents if as_json else [_summarise(one) for one in documents], as_json=as_json)
    raise typer.Exit(Exit.FINE if all(one["ok"] for one in documents) else Exit.NO)


def _summarise(document: Document) -> Document:
    first = document["errors"][0] if document["errors"] else None
    return {
        "file": document["file"],
        "records": document["records"],
        "errors": document["totals"]["errors"],
        "first": f"{first['rule']} {first['record']}:{first['byte']}" if first else None,
    }


@contextmanager
def _open_processes(jobs: int | None) -> Iterator[Map]:
    """Open processes of this machine; each is fresh and shares nothing with this one."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield lambda function, work: list(pool.map(function, work))


@contextmanager
def open_dask(address: str) -> Iterator[Map]:
    """Open the cluster of a Dask scheduler; if nobody answers, the command ends (exit code 3)."""
    distributed = load_extra("distributed", "scale")
    try:
        opened = distributed.Client(address, set_as_default=False, timeout="5s")
    except OSError as error:
        typer.echo(f"{address}: 応答がありません / no scheduler answers there", err=True)
        raise typer.Exit(Exit.ENVIRONMENT) from error
    with opened as client:

        def run(function: Callable[[Job], Document], work: Sequence[Job]) -> Sequence[Document]:
            found: list[Document] = client.gather(client.map(function, work, pure=False))
            return found

        yield run
