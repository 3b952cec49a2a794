"""Options that many commands share."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from gateway.domain.hours import JAPAN

DEFAULT_FILE = Path("config/nakadachi.toml")

ConfigOption = Annotated[
    Path,
    typer.Option(
        "--config",
        "-c",
        envvar="NAKADACHI_CONFIG",
        help="設定ファイル / The settings (TOML).",
        show_envvar=True,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON で出力 / Print JSON.")]
InstitutionOption = Annotated[
    str | None,
    typer.Option(
        "--institution",
        metavar="CODE",
        help="機関コード（設定に複数あるとき）/ Whose, when the settings name several.",
    ),
]
SystemOption = Annotated[
    str, typer.Option("--system", metavar="NAME", help="業務システム / Business system.")
]
StaffOption = Annotated[
    str, typer.Option("--staff", metavar="ID", help="職員ID / Staff id of whoever acts.")
]

SinceOption = Annotated[
    str | None,
    typer.Option(metavar="INSTANT", help="この時刻から（日本時間）/ From this instant, ISO 8601."),
]
UntilOption = Annotated[
    str | None,
    typer.Option(metavar="INSTANT", help="この時刻より前 / Before this instant, ISO 8601."),
]


def refuse_usage(text: str, option: str | None = None) -> NoReturn:
    """End a command line that asks for something impossible (exit code 2)."""
    raise typer.BadParameter(text, param_hint=option)


def instant_of(text: str | None, option: str) -> datetime | None:
    """Return an instant; without an offset it is Japanese time."""
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        refuse_usage("ISO 8601: 2027-06-04T09:00", option)
    return instant if instant.tzinfo else instant.replace(tzinfo=JAPAN)
