"""`nakadachi serve`: the gateway process."""

import asyncio
import os

import typer

from gateway import logs, settings
from gateway.bootstrap.process import serve as serve_until_stopped
from gateway.cli.options import DEFAULT_FILE, ConfigOption
from gateway.cli.session import refusals

app = typer.Typer()


@app.command()
def serve(*, config: ConfigOption = DEFAULT_FILE) -> None:
    """サーバーを起動する / Serve until SIGTERM; logs are JSON lines on standard error."""
    with refusals(as_json=False):
        found = settings.load(config, os.environ)
        logs.configure(found.logs.level)
        asyncio.run(serve_until_stopped(found))
