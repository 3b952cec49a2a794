"""`nakadachi db`: the schema of the database and its migrations."""

from collections.abc import Callable
from pathlib import Path

import typer

from gateway import storage
from gateway.bootstrap.database import database_url
from gateway.cli.options import DEFAULT_FILE, ConfigOption, JsonOption
from gateway.cli.output import Exit, show
from gateway.cli.session import read_settings, refusals

app = typer.Typer(help="データベース / The database's schema.", no_args_is_help=True)


def _with_url(config: Path, act: Callable[[str], None], *, as_json: bool) -> None:
    with refusals(as_json=as_json):
        act(database_url(read_settings(config)))


@app.command()
def migrate(*, config: ConfigOption = DEFAULT_FILE, as_json: JsonOption = False) -> None:
    """最新の版に更新する / Bring the schema to the version of this code."""

    def act(url: str) -> None:
        storage.migrate(url)
        show({"revision": storage.current(url)}, as_json=as_json)

    _with_url(config, act, as_json=as_json)


@app.command()
def current(*, config: ConfigOption = DEFAULT_FILE, as_json: JsonOption = False) -> None:
    """現在の版を表示する / Show the present version of the storage."""

    def act(url: str) -> None:
        show({"revision": storage.current(url)}, as_json=as_json)

    _with_url(config, act, as_json=as_json)


@app.command()
def check(*, config: ConfigOption = DEFAULT_FILE, as_json: JsonOption = False) -> None:
    """表の定義を照合する / Compare the tables with the code; exit 1 if they differ."""

    def act(url: str) -> None:
        found = storage.check(url)
        show({"ok": not found, "differences": found}, as_json=as_json)
        if found:
            raise typer.Exit(Exit.NO)

    _with_url(config, act, as_json=as_json)
