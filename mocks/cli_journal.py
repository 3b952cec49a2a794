"""`nakadachi mocks journal`: read the journal of a space, ask why, export, check, send again."""

import base64
import importlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import typer

from mocks.admin.client import AdminClient, in_space
from mocks.cli_output import ENVIRONMENT, NO, JsonOption, echo
from mocks.cli_remote import (
    Json,
    SpaceOption,
    UrlOption,
    choose_space,
    fail,
    server,
    show,
    write_file,
    write_instant,
)

COLUMNS = ("id", "at", "peer", "party", "op", "person", "rule", "faults", "outcome", "note")
PAGE = 1000
app = typer.Typer(help="記録 / The journal of a space.", no_args_is_help=True)
RowArgument = Annotated[int, typer.Argument(metavar="ID", min=1, help="記録の番号 / Its number.")]


def register(parent: typer.Typer) -> None:
    """Add the group to an application."""
    parent.add_typer(app, name="journal")


@app.command("tail")
def tail(
    *,
    count: Annotated[int, typer.Option("-n", min=0, help="行数 / How many rows.")] = 20,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="増えるたびに表示 / Go on with new rows.")
    ] = False,
    space: SpaceOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """最後の記録を見る / Show the last rows."""
    with server(url, as_json=as_json) as client:
        name = choose_space(client, space)
        end = client.ask("GET", in_space(name))["journal_end"]
        rows = list(_list_rows(client, name, since=max(0, end - count)))
        if not follow:
            show(rows, as_json=as_json, only=COLUMNS)
            return
        for row in rows:
            _print_row(row, as_json=as_json)
        for kind, _, row in client.follow(in_space(name, "events")):
            if kind == "row":
                _print_row(row, as_json=as_json)


@app.command("find")
def find(  # noqa: PLR0913  # each narrows the search by itself
    *,
    correlation: Annotated[str | None, typer.Option(help="取引 / The exchange.")] = None,
    party: Annotated[str | None, typer.Option(help="参加者 / Whose acts.")] = None,
    op: Annotated[str | None, typer.Option(help="行い / Which act.")] = None,
    person: Annotated[str | None, typer.Option(help="人 / About whom.")] = None,
    unmatched: Annotated[
        bool, typer.Option("--unmatched", help="どの操作でもないものだけ / What nobody knew.")
    ] = False,
    space: SpaceOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """条件に合う記録を探す。なければ 1 で終わる / Find rows; exit 1 if there is none."""
    wanted = {
        "correlation": correlation,
        "party": party,
        "op": op,
        "person": person,
        "unmatched": unmatched or None,
    }
    with server(url, as_json=as_json) as client:
        name = choose_space(client, space)
        rows = list(_list_rows(client, name, wanted=wanted))
        show(rows, as_json=as_json, only=COLUMNS)
    if not rows:
        raise typer.Exit(NO)


@app.command("why")
def why(
    row: RowArgument,
    *,
    space: SpaceOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """規則がなぜ当てはまった・外れたかを見る / Show why rules matched or did not."""
    with server(url, as_json=as_json) as client:
        name = choose_space(client, space)
        found = client.ask("GET", in_space(name, "journal", str(row), "why"))
        if as_json:
            show(found, as_json=True)
            return
        echo(found["text_ja"])
        echo(found["text_en"])
        if found["why_not"]:
            show(found["why_not"], as_json=False)


@app.command("curl")
def write_curl(
    row: RowArgument,
    *,
    space: SpaceOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """同じ要求を送る curl の命令を見る / Show the curl command that sends the request again."""
    with server(url, as_json=as_json) as client:
        name = choose_space(client, space)
        raw = client.ask("GET", in_space(name, "journal", str(row), "raw"))
        if as_json:
            show(raw, as_json=True)
        else:
            echo(raw["curl"])


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="記録のファイル / A journal file.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """記録のファイルが書き換えられていないかを確かめる / Check that a journal file is unchanged."""
    reading = importlib.import_module("mocks.net.journal_reading")
    try:
        found = reading.verify(file)
    except reading.JournalFileError as error:
        why = "記録のファイルとして読めません / not readable as a journal file"
        fail("journal.unreadable", f"{file}: {why}: {error}", as_json=as_json)
    bad = None
    if found.bad is not None:
        bad = {"number": found.bad.number, "reason": found.bad.reason}
    said = {"ok": found.good, "entries": found.entries, "evicted": found.evicted}
    show({**said, "head": found.head, "bad": bad}, as_json=as_json)
    if not found.good:
        raise typer.Exit(NO)


@app.command("export")
def export(
    *,
    har: Annotated[bool, typer.Option("--har", help="HAR 1.2")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="JSON Lines（既定）")] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="書き先 / Where to.")
    ] = None,
    space: SpaceOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """記録を書き出す / Export the journal."""
    if har and jsonl:
        message = "--har と --jsonl は一つだけ / only one of the two"
        raise typer.BadParameter(message)
    with server(url, as_json=as_json) as client:
        name = choose_space(client, space)
        form = "har" if har else "jsonl"
        octets = client.send("GET", in_space(name, "journal", "export", format=form), None, {})
        if output is None:
            typer.echo(octets, nl=False)
            return
        write_file(output, octets, as_json=as_json)


@app.command("replay")
def replay(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="export --jsonl のファイル / An exported file.")
    ],
    *,
    space: SpaceOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """書き出した要求を届いた順にまた届ける / Give exported requests to their parties again."""
    requests = _read_requests(file)
    with server(url, as_json=as_json) as client:
        path = in_space(choose_space(client, space), "journal", "replay")
        said = [client.ask("POST", path, one) for one in requests]
        show(said, as_json=as_json, only=("exchange", "rows", "replies", "said"))


def _read_requests(file: Path) -> list[Json]:
    """Return the requests that parties received, as the API takes them."""
    found = []
    try:
        for line in file.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            if one["type"] == "exchange" and one["direction"] == "in" and one["peer"]:
                base64.b64decode(one["asked"], validate=True)
                found.append({"party": one["party"], "peer": one["peer"], "request": one["asked"]})
    except (ValueError, KeyError, TypeError) as error:
        echo(f"{file}: journal export --jsonl のファイルではありません / not an exported journal")
        raise typer.Exit(NO) from error
    except OSError as error:
        echo(f"{file}: 読めません / cannot be read: {error.strerror}", err=True)
        raise typer.Exit(ENVIRONMENT) from error
    return found


def _list_rows(
    client: AdminClient,
    space: str,
    since: int = 0,
    wanted: Mapping[str, str | bool | None] = MappingProxyType({}),
) -> Iterator[Json]:
    """Yield every row after a number that fits, page by page."""
    while True:
        path = in_space(space, "journal", since=since, limit=PAGE, **wanted)
        page = client.ask("GET", path)
        yield from page["rows"]
        since = page["next"]
        if not page["more"]:
            return


def _print_row(row: Json, *, as_json: bool) -> None:
    if as_json:
        show(row, as_json=True)
        return
    faults = " ".join(row["faults"])
    parts = [row["peer"], "->", row["party"], row["op"] or "?", row["person"], row["rule"]]
    said = " ".join(str(one) for one in [*parts, faults, row["outcome"], row["note"]] if one)
    echo(f"{row['id']:>6}  {write_instant(row['at'])}  {said}")
