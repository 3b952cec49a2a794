"""What rules say at one moment: opening hours of parties, and the texts of templates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from mocks.engine.calendar import BusinessCalendar, CalendarError, Opening, parse_hours
from mocks.engine.draw import Draw
from mocks.engine.exchange import Call
from mocks.engine.scenario import PartySetup
from mocks.engine.scenario_rules import Answering
from mocks.engine.template_values import Scope, evaluate, render
from mocks.engine.templates import Template, TemplateError

Texts = Mapping[str, str | datetime]


def opening_of(setup: PartySetup) -> Opening:
    """Return when a party answers: by its hours on business days, always if it has none."""
    opens, closes = parse_hours(setup.hours) if setup.hours else (time(0), time(0))
    calendar = BusinessCalendar(closed=frozenset(setup.closed))
    return Opening(calendar=calendar, opens=opens, closes=closes, always=setup.hours is None)


@dataclass(slots=True)
class Offices:
    """The opening hours of every party, by its name."""

    openings: dict[str, Opening] = field(default_factory=dict)
    calendars: dict[str, BusinessCalendar] = field(default_factory=dict)

    def set_up(self, party: str, setup: PartySetup) -> None:
        """Give a party the hours and closing days of a scenario."""
        self.openings[party] = opening_of(setup)
        self.calendars[party] = self.openings[party].calendar

    def is_open(self, party: str, now: datetime) -> bool:
        """Return whether a party is open at an instant; one without hours always is.

        Raises:
            CalendarError: the calendar does not reach that far.
        """
        opening = self.openings.get(party)
        return opening is None or opening.is_open(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Everything that templates may ask for, but the call."""

    now: datetime
    started_at: datetime
    closed_at: datetime | None
    draw: Draw
    offices: Offices

    def scope(self, call: Call) -> Scope:
        """Return what the templates of a rule for a call may ask for."""
        calendar = self.offices.calendars.get(call.party)
        return Scope(
            now=self.now,
            started_at=self.started_at,
            closed_at=self.closed_at,
            correlation=call.correlation or call.message_id or "",
            draw=self.draw,
            offices=self.offices.openings,
            calendar=calendar or BusinessCalendar(),
        )


def evaluate_reply(reply: Answering, scope: Scope) -> tuple[Texts, str | None]:
    """Return `receipt` (text) and `reopen_at` (instant, UTC) where a reply has them.

    The second value is why one is missing that should be there, or None.
    """
    texts: dict[str, str | datetime] = {}
    try:
        if reply.receipt is not None:
            texts["receipt"] = render(reply.receipt, scope)
        if reply.reopen_at is not None:
            texts["reopen_at"] = evaluate_moment(reply.reopen_at, scope)
    except TemplateError as error:
        return texts, error.code
    except CalendarError:
        return texts, "time.years"
    return texts, None


def evaluate_moment(moment: datetime | Template, scope: Scope) -> datetime:
    """Return the instant that a moment of a scenario is, aware UTC.

    Raises:
        TemplateError: it names what does not exist, or an instant that has not come.
        CalendarError: the calendar does not reach that far.
    """
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    expression = moment.single
    value = evaluate(expression, scope) if expression is not None else None
    if not isinstance(value, datetime):
        raise TemplateError("template.instant", 0)
    return value.astimezone(UTC)
