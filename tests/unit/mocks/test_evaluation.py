"""Opening hours of parties and what replies say."""

from datetime import UTC, date, datetime, time

import pytest

from mocks.engine.draw import Draw
from mocks.engine.evaluation import (
    Moment,
    Offices,
    evaluate_moment,
    evaluate_reply,
    opening_of,
)
from mocks.engine.scenario import PartySetup
from mocks.engine.scenario_rules import Answering
from mocks.engine.templates import TemplateError, parse_template
from tests.support.scripts import MORNING, call_of

OFFICE = PartySetup(kind="agency", hours="08:30-17:15", closed=(date(2027, 6, 7),))
SUNDAY = datetime(2027, 6, 6, 3, tzinfo=UTC)


def offices_of() -> Offices:
    offices = Offices()
    offices.set_up("prov", OFFICE)
    offices.set_up("core", PartySetup(kind="core"))
    return offices


def moment_of(now: datetime = MORNING) -> Moment:
    return Moment(
        now=now,
        started_at=MORNING,
        closed_at=None,
        draw=Draw("1", "s"),
        offices=offices_of(),
    )


def test_hours_and_closing_days_are_those_of_the_scenario() -> None:
    opening = opening_of(OFFICE)
    assert (opening.opens, opening.closes, opening.always) == (time(8, 30), time(17, 15), False)
    assert not opening.calendar.is_open_day(date(2027, 6, 7))
    assert opening_of(PartySetup(kind="core")).always


def test_whoever_has_no_hours_is_always_open() -> None:
    offices = offices_of()
    assert [offices.is_open(party, SUNDAY) for party in ("prov", "core", "stranger")] == [
        False,
        True,
        True,
    ]


def test_an_instant_comes_from_a_template_or_as_it_is() -> None:
    scope = moment_of(SUNDAY).scope(call_of())
    opens = parse_template("{{ next_open(prov) }}")
    assert evaluate_moment(opens, scope) == datetime(2027, 6, 7, 23, 30, tzinfo=UTC)
    fixed = datetime.fromisoformat("2027-06-07T08:30:00+09:00")
    found = evaluate_moment(fixed, scope)
    assert (found, found.tzinfo) == (fixed, UTC)


@pytest.mark.parametrize("text", ["{{ correlation }}", "soon", "{{ now }} or later"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(TemplateError):
        evaluate_moment(parse_template(text), moment_of().scope(call_of()))


def test_the_correlation_is_the_message_where_there_is_none() -> None:
    found = [
        moment_of().scope(call_of(**changes)).correlation
        for changes in ({}, {"correlation": None}, {"correlation": None, "message_id": None})
    ]
    assert found == ["c-1", "m-1", ""]


def test_a_reply_keeps_what_could_be_said_before_something_could_not() -> None:
    reply = Answering(
        receipt=parse_template("R-{{ correlation }}"),
        reopen_at=parse_template("{{ closed_at }}"),
    )
    texts, problem = evaluate_reply(reply, moment_of().scope(call_of()))
    assert (texts, problem) == ({"receipt": "R-c-1"}, "template.variable")
    beyond = moment_of(datetime(2051, 1, 1, tzinfo=UTC)).scope(call_of())
    opens = Answering(reopen_at=parse_template("{{ next_open(prov) }}"))
    assert evaluate_reply(opens, beyond) == ({}, "time.years")
    assert evaluate_reply(Answering(state="held"), beyond) == ({}, None)
