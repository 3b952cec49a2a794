"""`nakadachi mocks stub`: fixed answers over plain HTTP for what stands beside the parties."""

import asyncio
import errno
import signal
from collections.abc import Mapping, Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from mocks.cli_output import ENVIRONMENT, NO, JsonOption, echo, print_json
from mocks.cli_source import print_problems
from mocks.engine.clock import system_time
from mocks.engine.journal import Journal
from mocks.engine.problems import ScenarioError
from mocks.engine.yaml_tree import MAX_BYTES, read_yaml
from mocks.net.answers import Answer
from mocks.net.journal_file import JournalFile
from mocks.net.stub import Stub

_FIELD_NAME: Final = r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z"
_Name = Annotated[str, msgspec.Meta(pattern=_FIELD_NAME)]
_Value = Annotated[str, msgspec.Meta(pattern=r"^[\t -~]*\Z")]


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer as its file says it; the body is text, sent as UTF-8."""

    method: _Name
    path: Annotated[str, msgspec.Meta(pattern=r"^/[!-~]*\Z")]
    name: str = ""
    status: Annotated[int, msgspec.Meta(ge=200, le=599)] = 200
    headers: Mapping[_Name, _Value] = {}
    body: str = ""


def register(parent: typer.Typer) -> None:
    """Add the command to an application."""
    parent.command("stub")(stub)


def stub(
    answers: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="応答の一覧（YAML 又は JSON）/ The answers."),
    ],
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="待受ポート（0 は任意）/ Port; 0 takes any.")
    ] = 0,
    journal: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="記録の置き場所 / Journal; answers wait for it."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """決まった応答を HTTP で返し続ける / Give fixed answers over HTTP until Ctrl-C."""
    found = _read(answers)
    try:
        asyncio.run(_stay(found, port, journal, as_json=as_json))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return
    except OSError as error:
        what = f"port {port}" if error.errno == errno.EADDRINUSE else error.filename or journal
        said = "使えません / cannot be used"
        echo(f"{what}: {said}: {error.strerror or error}", err=True)
        raise typer.Exit(ENVIRONMENT) from error


def _read(file: Path) -> Sequence[Answer]:
    try:
        with file.open("rb") as opened:
            value = read_yaml(opened.read(MAX_BYTES + 1)).value
        written = msgspec.convert(value, list[_Written])
        return [_answer(one) for one in written]
    except OSError as error:
        echo(f"{file}: 読めません / cannot be read: {error.strerror}", err=True)
        raise typer.Exit(ENVIRONMENT) from error
    except ScenarioError as error:
        print_problems({str(file): error.problems})
        raise typer.Exit(NO) from error
    except ValueError as error:  # of msgspec too
        echo(f"{file}: {error}")
        raise typer.Exit(NO) from error


def _answer(one: _Written) -> Answer:
    answer = Answer(
        name=one.name or f"{one.method} {one.path}",
        method=one.method,
        path=one.path,
        status=one.status,
        headers=one.headers,
        body=one.body.encode(),
    )
    answer.render(kept=True)  # a status that nobody knows is told now
    return answer


async def _stay(
    answers: Sequence[Answer], port: int, journal: Path | None, *, as_json: bool
) -> None:
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    file = JournalFile(journal) if journal else None
    with closing(file) if file else nullcontext():
        one = Stub(
            "stub",
            answers,
            Journal(store=file),
            now=system_time,
            durable=file.flushed if file else None,
        )
        await one.start(port)
        try:
            if as_json:
                print_json({"url": one.url})
            else:
                echo(f"スタブ stub: {one.url}")
            await asyncio.Event().wait()
        finally:
            await one.stop()
