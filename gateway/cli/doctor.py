"""`nakadachi doctor`: the dotted path of everything that is wrong before it stops a server."""

import asyncio

import typer

from gateway.bootstrap.checkup import check_up
from gateway.bootstrap.system import SystemClock
from gateway.cli.options import DEFAULT_FILE, ConfigOption, JsonOption
from gateway.cli.output import Exit, show
from gateway.cli.session import read_settings, refusals

app = typer.Typer()


@app.command()
def doctor(*, config: ConfigOption = DEFAULT_FILE, as_json: JsonOption = False) -> None:
    """設定を点検する / Check the settings, files, keys, certificates and the database.

    データベースの版は更新しません。誤りがあれば終了コードは 1。
    """
    with refusals(as_json=as_json):
        found = asyncio.run(check_up(read_settings(config), now=SystemClock().now()))
    wrong = [one for one in found if one.problem]
    rows = [{"path": one.path, "problem": one.problem or None} for one in found]
    if as_json:
        show({"ok": not wrong, "checks": rows}, as_json=True)
    else:
        for one in found:
            typer.echo(f"{'NG' if one.problem else 'ok'}  {one.path}  {one.problem}".rstrip())
    if wrong:
        raise typer.Exit(Exit.NO)
