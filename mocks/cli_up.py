"""`nakadachi mocks up`: counterparties, a system under test and the admin API, until Ctrl-C."""

import importlib
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from mocks.cli_output import JsonOption


class Sut(Enum):
    """Who is under test: our gateway, a business system that asks it, or a system elsewhere."""

    GATEWAY = "gateway"
    BUSINESS = "business"
    EXTERNAL = "external"


SutOption = Annotated[
    Sut,
    typer.Option(
        help="試験対象。business はあなたの業務システムが仲立ちに照会する"
        " / Who is under test; with business your system asks our gateway."
    ),
]


def register(parent: typer.Typer) -> None:
    """Add the command to an application."""
    parent.command("up")(up)


def up(  # noqa: PLR0913  # each is an option of its own
    *,
    space: Annotated[str, typer.Option(metavar="NAME", help="スペースの名前 / Its name.")] = "demo",
    scenario: Annotated[
        str | None,
        typer.Option(metavar="ID|FILE", help="シナリオ / A shipped scenario, or a file."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="乱数の種（既定はシナリオのもの）/ The seed.")
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65_000, help="参加者の最初のポート / First port of parties.")
    ] = 0,
    admin_port: Annotated[
        int, typer.Option(min=0, max=65_535, help="管理APIのポート / Port of the admin API.")
    ] = 9401,
    admin_host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="管理APIの待受アドレス / Where it listens.")
    ] = "127.0.0.1",
    allow_remote: Annotated[
        bool,
        typer.Option("--allow-remote", help="他の機械から届くアドレスを許す / Beyond loopback."),
    ] = False,
    host_names: Annotated[
        list[str] | None,
        typer.Option("--host-name", metavar="NAME", help="許すホスト名 / Names it is reached by."),
    ] = None,
    sut: SutOption = Sut.GATEWAY,
    sut_url: Annotated[
        str, typer.Option(metavar="URL", help="外の試験対象の /network/v1 / Of an external one.")
    ] = "https://127.0.0.1:9443",
    folder: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="鍵・記録の置き場所 / Kept at the end.")
    ] = None,
    no_panel: Annotated[bool, typer.Option("--no-panel", help="パネルなし / No panel.")] = False,
    as_json: JsonOption = False,
) -> None:
    """相手機関と試験対象を起動したままにする / Keep counterparties up until Ctrl-C."""
    serving = importlib.import_module("mocks.up.serving")
    serving.serve(
        serving.Asked(
            space=space,
            scenario=scenario,
            seed=seed,
            port=port,
            admin_port=admin_port,
            admin_host=admin_host,
            allow_remote=allow_remote,
            host_names=tuple(host_names or ()),
            sut=sut.value,
            sut_url=sut_url,
            folder=folder,
            panel=not no_panel,
            as_json=as_json,
        )
    )
