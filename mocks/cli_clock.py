"""`nakadachi mocks clock`: show, set, freeze and advance the clock of a space, change its rate."""

from typing import Annotated

import typer

from mocks.admin.client import in_space
from mocks.cli_output import JsonOption
from mocks.cli_remote import Json, SpaceOption, UrlOption, choose_space, server, show

app = typer.Typer(help="スペースの時計 / The clock of a space.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the group to an application."""
    parent.add_typer(app, name="clock")


@app.command("show")
def show_clock(
    *, space: SpaceOption = None, url: UrlOption = None, as_json: JsonOption = False
) -> None:
    """時計を見る / Show the clock."""
    with server(url, as_json=as_json) as client:
        path = in_space(choose_space(client, space), "clock")
        show(client.ask("GET", path), as_json=as_json)


@app.command("set")
def set_clock(
    instant: Annotated[str, typer.Argument(metavar="INSTANT", help="2027-06-04T16:50:00+09:00")],
    *,
    space: SpaceOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """時刻を合わせる（前へは戻せない）/ Move the clock to an instant that is not past."""
    _change({"at": instant}, space=space, url=url, as_json=as_json)


@app.command("freeze")
def freeze(
    *, space: SpaceOption = None, url: UrlOption = None, as_json: JsonOption = False
) -> None:
    """時計を止める / Freeze the clock."""
    _change({"mode": "frozen"}, space=space, url=url, as_json=as_json)


@app.command("rate")
def rate(
    factor: Annotated[
        float, typer.Argument(metavar="N", help="1秒に進む秒数（1 は実時間）/ Seconds per second.")
    ],
    *,
    space: SpaceOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """進む速さを変える / Change how fast the clock runs; 1 is real time."""
    body = {"mode": "real"} if factor == 1 else {"mode": "rate", "rate": factor}
    _change(body, space=space, url=url, as_json=as_json)


@app.command("advance")
def advance(
    duration: Annotated[
        str, typer.Argument(metavar="DURATION", help="PT90S, P14D, P3BD（3開庁日）")
    ],
    *,
    space: SpaceOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """時計を進める。途中の予定も行う / Advance the clock; what falls due on the way is done."""
    with server(url, as_json=as_json) as client:
        path = in_space(choose_space(client, space), "clock", "advance")
        show(client.ask("POST", path, {"by": duration}), as_json=as_json)


def _change(body: Json, *, space: str | None, url: str | None, as_json: bool) -> None:
    with server(url, as_json=as_json) as client:
        path = in_space(choose_space(client, space), "clock")
        show(client.ask("POST", path, body), as_json=as_json)
