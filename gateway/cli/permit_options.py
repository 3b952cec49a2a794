"""Options that the commands about the permit list share."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.permit_questions import parse_date

On = Annotated[
    date | None,
    typer.Option(
        "--on",
        metavar="DATE",
        parser=parse_date,
        help="照会の日（既定は日本の今日） / Day of the question (today in Japan).",
    ),
]
EditionName = Annotated[
    str | None,
    typer.Option(
        "--edition",
        metavar="EDITION",
        help="版: INSTRUMENT[@VALID-FROM]、SHA-256の先頭8桁以上、又はファイル。条例事務は"
        " jorei-19-9 / An edition by label, digest or file; an instrument alone is the one in force"
        " (default: the statutory one of the day; jorei-19-9 for ordinance affairs).",
    ),
]
AffairText = Annotated[
    str | None,
    typer.Option(
        "--affair",
        metavar="ROW[-CLAUSE]",
        help="項-号、条例事務は届出の番号 / Row and clause: 69-7, 20の2; or a filing: 1.",
    ),
]
Inquirer = Annotated[
    str | None,
    typer.Option("--inquirer", metavar="CODE|CLASS", help="照会者 / Who asks: 991015, 市町村長."),
]
Provider = Annotated[
    str | None, typer.Option("--provider", metavar="CODE|CLASS", help="提供者 / Who is asked.")
]
InquirerDelegator = Annotated[
    str | None,
    typer.Option(
        "--inquirer-delegator",
        metavar="CODE",
        help="照会者の委任元 / Whose affair the inquirer carries out.",
    ),
]
ProviderDelegator = Annotated[
    str | None,
    typer.Option(
        "--provider-delegator",
        metavar="CODE",
        help="提供者の委任元 / Whose affair the provider carries out.",
    ),
]
Consent = Annotated[
    bool,
    typer.Option("--consent", help="本人の同意がある / The person consented (art. 19(9), tax)."),
]
Info = Annotated[
    list[str] | None,
    typer.Option(
        "--info",
        metavar="TERM",
        help="特定個人情報名 / What is asked for; may stand several times.",
    ),
]
InstitutionsFile = Annotated[
    Path | None,
    typer.Option(
        "--institutions",
        metavar="FILE.toml",
        help="機関の一覧（既定は模擬環境） / Institutions (default: those of the sandbox).",
    ),
]
