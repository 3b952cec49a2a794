"""`nakadachi permits impact`: what a new edition would have said to the requests on record."""

import json
from datetime import datetime
from functools import partial
from typing import Annotated

import typer

from gateway.cli.options import (
    DEFAULT_FILE,
    ConfigOption,
    InstitutionOption,
    JsonOption,
    SinceOption,
    UntilOption,
)
from gateway.cli.permit_intake import take_in
from gateway.cli.permit_options import InstitutionsFile
from gateway.cli.permit_refusals import refusals
from gateway.cli.permit_requests import (
    WHOLE,
    OwnLog,
    RecordsFile,
    Tally,
    month_before,
    read_period,
)
from gateway.cli.permit_source import (
    RegisterOption,
    find_edition,
    read_permit_list,
)
from permitlists import load_institutions
from permitlists.impact import judge_requests
from permitlists.phrases import say
from permitlists.requests import Calendar, ask_again


def impact_command(  # noqa: PLR0913 - one parameter for each option of the command
    before: Annotated[
        str, typer.Argument(metavar="A", help="今の版 / Label, SHA-256 or file of the one before.")
    ],
    after: Annotated[str, typer.Argument(metavar="B", help="新しい版 / The one after.")],
    *,
    records: RecordsFile = None,
    since: SinceOption = None,
    until: UntilOption = None,
    register: RegisterOption = None,
    institutions: InstitutionsFile = None,
    config: ConfigOption = DEFAULT_FILE,
    institution: InstitutionOption = None,
    as_json: JsonOption = False,
) -> None:
    """記録された要求への影響を示す / Judge recorded requests by a new edition.

    Without --records it reads the own log, and without a period the calendar month before; of a
    file, all of it.
    """
    with refusals(as_json=as_json):
        permit_list = read_permit_list(register)
        old, new = (find_edition(text, permit_list) for text in (before, after))
        known = load_institutions(institutions)
        calendar = Calendar(known, [*permit_list.editions, old, new])
        named = read_period(since, until)
        ask = partial(ask_again, instrument=old.key.instrument, calendar=calendar)

        def begin(now: datetime | None) -> Tally:
            last_month = month_before(now) if now and named == WHOLE else named
            return Tally(ask=ask, period=last_month)

        own = OwnLog(config=config, institution=institution, as_json=as_json)
        with take_in(records, own, begin) as tally:
            found = judge_requests(tally.count(), old, new, known)
    span = {
        "since": _text(tally.period.since, tally.first),
        "until": _text(tally.period.until, tally.last),
    }
    if as_json:
        document = found.as_document() | span | {"other_lines": tally.other}
        typer.echo(json.dumps(document, ensure_ascii=False))
        return
    shown = {name: text or "-" for name, text in span.items()}
    left_out = say("impact.left_out", **shown, unreadable=found.unreadable, other=tally.other)
    typer.echo("\n".join([*found.describe(), *left_out]))


def register(app: typer.Typer) -> None:
    """Add the command to `permits`."""
    app.command("impact")(impact_command)


def _text(bound: datetime | None, seen: datetime | None) -> str | None:
    found = bound or seen
    return found.isoformat() if found else None
