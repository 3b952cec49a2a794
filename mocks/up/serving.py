"""What `mocks up` does: brings up what was asked for, says where it is, stays until told."""

import asyncio
import contextlib
import errno
import fcntl
import re
import shlex
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import typer

from mocks.admin.auth import write_token
from mocks.admin.client import DEFAULT_PORT, token_file
from mocks.admin.problems import AdminError
from mocks.admin.server import Address, ExposureError
from mocks.admin.sources import Source, find_source, read_source
from mocks.cli_output import ENVIRONMENT, NO, echo, print_json
from mocks.engine.yaml_tree import MAX_BYTES
from mocks.gateway import GatewayFailedError
from mocks.net.house import SpaceError
from mocks.runs.plan import PlanError, find_obstacle
from mocks.up.opening import Up, open_up
from mocks.up.wanted import Wanted

MARK: Final = ".mocks-up"  # in a folder of ours, and locked while a server is up there
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_TROUBLES: Final = (GatewayFailedError, ExposureError, SpaceError, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options of the command, as they were given."""

    space: str
    scenario: str | None
    seed: int | None
    port: int
    admin_port: int
    admin_host: str
    allow_remote: bool
    host_names: tuple[str, ...]
    sut: Literal["gateway", "business", "external"]
    sut_url: str
    folder: Path | None
    panel: bool
    as_json: bool


def serve(asked: Asked) -> None:
    """Bring up what was asked for and stay until Ctrl-C or SIGTERM.

    Raises:
        Exit: 0 at the end, 1 for a scenario that has errors, 3 if something cannot be started.
        BadParameter: a name is none.
    """
    wanted = read_wanted(asked)
    try:
        asyncio.run(_stay(wanted, asked))
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise typer.Exit(0) from None
    except PlanError as error:
        _tell(str(error))
        raise typer.Exit(NO) from error
    except _TROUBLES as error:
        _tell(explain(error, asked))
        raise typer.Exit(ENVIRONMENT) from error


def explain(error: Exception, asked: Asked) -> str:
    """Return what went wrong and who can mend it, in both languages."""
    if isinstance(error, ExposureError):
        return (
            f"--admin-host {error}: 他の機械から届くアドレスです。承知のうえなら --allow-remote を"
            "付けてください / Other machines reach this address; --allow-remote allows it."
        )
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        parties = f", --port {asked.port}" if asked.port else ""
        return (
            f"ポートが使われています（--admin-port {asked.admin_port}{parties}）。それを使っている"
            "ものを終えるか、別の番号にしてください"
            " / The port is taken: end what uses it, or name another."
        )
    if isinstance(error, BlockingIOError):
        return (
            f"--folder {asked.folder}: 別の mocks up が使っています。"
            "それを終えるか、別のフォルダーにしてください"
            " / Another mocks up is there: end it, or name another folder."
        )
    if isinstance(error, OSError):
        return (
            f"{error.filename or asked.folder or ''}: 読み書きできません（{error.strerror}）。"
            "場所と権限を確かめてください"
            f" / Not readable or writable: {error.strerror}."
        )
    return str(error)


def read_wanted(asked: Asked) -> Wanted:
    """Return what is to be brought up.

    Raises:
        Exit: 1, the scenario has errors; 3, its file cannot be read.
        BadParameter: a name is none.
    """
    if not _NAME.fullmatch(asked.space):
        message = (
            f"{asked.space}: 英小文字・数字・ハイフンで 64 字までです"
            " / lower-case letters, digits, hyphens; 64 at most"
        )
        raise typer.BadParameter(message, param_hint="--space")
    if asked.sut == "external":
        _check_url(asked.sut_url)
    _check_folder(asked.folder)
    source = None if asked.scenario is None else _read_source(asked.scenario)
    obstacle = None if source is None else find_obstacle(source.scenario)
    if obstacle is not None:
        _tell(f"{asked.scenario}: {obstacle}")
        raise typer.Exit(NO)
    return Wanted(
        space=asked.space,
        source=source,
        seed=asked.seed,
        port=asked.port,
        address=Address(
            host=asked.admin_host,
            port=asked.admin_port,
            remote=asked.allow_remote,
            names=asked.host_names,
        ),
        sut=asked.sut,
        sut_url=asked.sut_url,
        # Settings name files by where they are, and are read from another folder.
        folder=asked.folder and asked.folder.resolve(),
        panel=asked.panel,
        version=version("nakadachi"),
    )


def _check_url(url: str) -> None:
    """Refuse what is no address for mutual TLS."""
    try:
        parts = urlsplit(url)
        good = parts.scheme == "https" and parts.hostname and (parts.port is None or parts.port)
    except ValueError:
        good = False
    if not good:
        message = f"{url}: https://ホスト:ポート と書いてください / write https://host:port"
        raise typer.BadParameter(message, param_hint="--sut-url")


def _check_folder(folder: Path | None) -> None:
    """Refuse a folder where something else lies; one of an earlier start goes on."""
    if folder is None or not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / MARK).exists()):
        message = (
            f"{folder}: 空のフォルダーか、前に mocks up が使ったフォルダーにしてください"
            " / name an empty folder, or one that mocks up used before"
        )
        raise typer.BadParameter(message, param_hint="--folder")


def _read_source(name: str) -> Source:
    path = Path(name)
    try:
        if not path.is_file():
            return find_source(name)
        with path.open("rb") as file:
            return read_source(file.read(MAX_BYTES + 1))
    except OSError as error:
        _tell(f"{name}: {error.strerror}")
        raise typer.Exit(ENVIRONMENT) from error
    except AdminError as error:
        if not error.problems:
            message = f"{name}: シナリオもファイルもありません / neither a scenario nor a file"
            raise typer.BadParameter(message, param_hint="--scenario") from error
        for one in error.problems:
            echo(f"{name}:{one.line}:{one.column}: {one.code}: {one.message_ja} / {one.message_en}")
        raise typer.Exit(NO) from error


async def _stay(wanted: Wanted, asked: Asked) -> None:
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with _alone_in(wanted.folder):
        async with open_up(wanted, _tell) as up:
            port = up.server.desk.gate.port
            with _token_in(token_file(port), up.server.token) as file:
                said = describe(up, asked, file)
                if asked.as_json:
                    print_json(said)
                else:
                    echo(_write(said))
                await asyncio.Event().wait()


@contextlib.contextmanager
def _alone_in(folder: Path | None) -> Iterator[None]:
    """Keep a folder from everybody else; with two servers each would write over the other.

    Raises:
        BlockingIOError: another server is up there.
        OSError: the folder cannot be written.
    """
    if folder is None:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / MARK).open("w", encoding="ascii") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


@contextlib.contextmanager
def _token_in(file: Path, token: str) -> Iterator[Path]:
    """Keep the token in a file of its owner while the server is up; one left behind gives way."""
    file.unlink(missing_ok=True)
    write_token(file, token)
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)


def describe(up: Up, asked: Asked, file: Path) -> dict[str, object]:
    """Return where everything is, and the one command that brings the same up again."""
    source = up.wanted.source
    return {
        "space": up.wanted.space,
        "seed": up.plan.seed,
        "scenario": source.scenario.id if source else None,
        "sha256": source.sha256 if source else None,
        "scale": up.plan.scale,
        "version": up.wanted.version,
        "panel": up.server.make_link() if up.wanted.panel else None,
        "admin": f"{up.server.url}/__mocks/v1",
        "token": up.server.token,
        "token_file": str(file),
        "folder": str(up.folder),
        "parties": {
            f"{up.room.name_party(one.institution)} ({one.institution})": one.url
            for one in up.space.peers
        },
        "under_test": up.under_test,
        "repeat": repeat(asked, up.plan.seed),
    }


def repeat(asked: Asked, seed: int) -> str:
    """Return the one command that brings the same up again."""
    parts = ["nakadachi", "mocks", "up", "--space", asked.space]
    if asked.scenario is not None:
        parts += ["--scenario", asked.scenario]
    parts += ["--seed", str(seed)]
    if asked.sut != "gateway":
        parts += ["--sut", asked.sut]
    if asked.sut == "external":
        parts += ["--sut-url", asked.sut_url]
    if asked.port:
        parts += ["--port", str(asked.port)]
    if asked.admin_port != DEFAULT_PORT:
        parts += ["--admin-port", str(asked.admin_port)]
    if asked.folder is not None:
        parts += ["--folder", str(asked.folder)]
    return shlex.join(parts)


def _write(said: Mapping[str, object], margin: str = "") -> str:
    lines = []
    for name, value in said.items():
        if isinstance(value, Mapping):
            lines += [f"{margin}{name}", _write(value, f"{margin}  ")]
        elif value not in (None, ""):
            lines.append(f"{margin}{name:<12} {value}")
    return "\n".join(lines)


def _tell(text: str) -> None:
    typer.echo(text, err=True)
