"""`nakadachi serve`: the gateway process."""

import asyncio
import os

import typer

from gateway import logs, settings
from gateway.bootstrap.process import serve as serve_until_stopped
from gateway.cli.options import DEFAULT_FILE, ConfigOption, JsonOption
from gateway.cli.session import refusals

app = typer.Typer()


@app.command()
def serve(*, config: ConfigOption = DEFAULT_FILE, as_json: JsonOption = False) -> None:
    """サーバーを起動する / Serve until SIGTERM; logs are JSON lines on standard error."""
    with refusals(as_json=as_json):
        found = settings.load(config, os.environ)
        logs.configure(found.logs.level)
        asyncio.run(serve_until_stopped(found))
