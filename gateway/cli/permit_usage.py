"""`nakadachi permits usage`: which permissions nobody uses, and what is refused most."""

import json
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated

import typer

from gateway.cli.options import (
    DEFAULT_FILE,
    ConfigOption,
    InstitutionOption,
    JsonOption,
    refuse_usage,
)
from gateway.cli.permit_intake import take_in
from gateway.cli.permit_options import InstitutionsFile
from gateway.cli.permit_questions import today
from gateway.cli.permit_refusals import refusals
from gateway.cli.permit_requests import OwnLog, Period, RecordsFile, Tally
from gateway.cli.permit_source import RegisterOption, find_edition, read_permit_list
from gateway.domain.hours import JAPAN
from permitlists import Edition, PermitList, PermitListError, load_institutions
from permitlists.requests import Calendar, ask_again
from permitlists.suppression import LEAST_K
from permitlists.usage import Scope, count_usage, list_universe
from permitlists.usage_report import report_usage

MonthOption = Annotated[
    str | None,
    typer.Option(metavar="YYYY-MM", help="この月から / First month (default: see above)."),
]
UntilMonthOption = Annotated[
    str | None,
    typer.Option(metavar="YYYY-MM", help="この月まで / Last month (default: the one before)."),
]


def usage_command(  # noqa: PLR0913 - one parameter for each option of the command
    *,
    records: RecordsFile = None,
    edition: Annotated[
        str | None,
        typer.Option(
            "--edition",
            metavar="LABEL|SHA256",
            help="版（既定は今日の版） / An edition of the list (default: that of today).",
        ),
    ] = None,
    k: Annotated[
        int,
        typer.Option("-k", min=LEAST_K, help="これ未満の件数を示さない / Hide counts below this."),
    ] = 10,
    since: MonthOption = None,
    until: UntilMonthOption = None,
    register: RegisterOption = None,
    institutions: InstitutionsFile = None,
    config: ConfigOption = DEFAULT_FILE,
    institution: InstitutionOption = None,
    as_json: JsonOption = False,
) -> None:
    """使われない許可と多い拒否を示す / Show which permissions nobody uses and what is refused most.

    Only whole months that are over are counted. Without --records it reads the own log of the
    twelve months before; an export must hold whole months, and all of them are counted.
    """
    named = Period(since=_month(since, "--since"), until=_after(_month(until, "--until")))
    with refusals(as_json=as_json):
        permit_list = read_permit_list(register)
        chosen = _choose(edition, permit_list)
        known = load_institutions(institutions)
        calendar = Calendar(known, permit_list.editions)
        ask = partial(ask_again, instrument=chosen.key.instrument, calendar=calendar)

        def begin(now: datetime | None) -> Tally:
            return Tally(ask=ask, period=_whole_months(named, now))

        own = OwnLog(config=config, institution=institution, as_json=as_json)
        with take_in(records, own, begin) as tally:
            scope = Scope(
                edition=chosen,
                months=tuple(_list_months(tally)),
                k=k,
                owners=frozenset(tally.owners),
            )
            units = count_usage(tally.count(), permit_list, known, scope)
    report = report_usage(scope, list_universe(scope, known), units)
    if as_json:
        typer.echo(json.dumps(report.as_document(), ensure_ascii=False))
    else:
        typer.echo("\n".join(report.describe()))


def register(app: typer.Typer) -> None:
    """Add the command to `permits`."""
    app.command("usage")(usage_command)


def _choose(text: str | None, permit_list: PermitList) -> Edition:
    """Return an edition of the list; requests are counted by the edition that governed them.

    Raises:
        PermitListError: the list has no such edition.
    """
    if text is not None:
        named = find_edition(text, permit_list)
        for one in permit_list.editions:
            if one.key.sha256 == named.key.sha256:
                return one
    elif (current := permit_list.find_statutory(today())) is not None:
        return current
    raise PermitListError("permits.edition_unknown", "the list has no such edition")


def _month(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=JAPAN)
    except ValueError:
        refuse_usage("YYYY-MM: 2027-06", option)


def _after(month: datetime | None) -> datetime | None:
    return None if month is None else (month + timedelta(days=31)).replace(day=1)


def _whole_months(named: Period, now: datetime | None) -> Period:
    """Return the named months that are over; of the own log the last twelve where none is named."""
    day = now.astimezone(JAPAN).date() if now else today()
    this_month = datetime(day.year, day.month, 1, tzinfo=JAPAN)
    since = named.since
    if since is None and now is not None:
        since = this_month.replace(year=day.year - 1)
    return Period(since=since, until=min(named.until or this_month, this_month))


def _list_months(tally: Tally) -> list[date]:
    """Return the first days of the months of a tally, those without requests as well."""
    first = tally.period.since or tally.first
    last = tally.period.until
    if first is None or last is None:
        return []
    month, found = first.astimezone(JAPAN).date().replace(day=1), []
    while month < last.date():
        found.append(month)
        month = (month + timedelta(days=31)).replace(day=1)
    return found
