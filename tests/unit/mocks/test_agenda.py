"""What is due when."""

from datetime import date, timedelta

import pytest

from mocks.engine.agenda import Agenda
from mocks.engine.calendar import BusinessCalendar, CalendarError
from mocks.engine.loading import load_step
from tests.support.scripts import MINUTE, MORNING, call_of

SOON = load_step(b"{after: PT5M, do: {prov: {answer: {correlation: same}}}}")
AT_ONCE = load_step(b"{after: PT0S, do: {core: {reissue_symbol: p1}}}")
NEXT_DAY = load_step(b"{after: P1BD, do: {prov: {answer: {correlation: same}}}}")


def test_steps_come_when_they_are_due_the_earliest_first() -> None:
    agenda = Agenda()
    assert (agenda.next_at, agenda.due(MORNING)) == (None, [])
    agenda.add(SOON, after=MORNING, call=call_of())
    agenda.add(AT_ONCE, after=MORNING, scenario="S02")
    agenda.add(AT_ONCE, after=MORNING + 5 * MINUTE, scenario="S02")
    assert agenda.next_at == MORNING
    [first] = agenda.due(MORNING)
    assert (first.party, first.action, first.act.person) == ("core", "reissue_symbol", "p1")
    assert (first.call, first.scenario) == (None, "S02")
    assert agenda.due(MORNING + 5 * MINUTE - timedelta(microseconds=1)) == []
    assert [one.party for one in agenda.due(MORNING + 5 * MINUTE)] == ["prov", "core"]
    assert agenda.next_at is None


def test_business_days_are_those_of_the_party_that_acts() -> None:
    agenda = Agenda({"prov": BusinessCalendar(closed=frozenset({date(2027, 6, 7)}))})
    assert agenda.add(NEXT_DAY, after=MORNING).at == MORNING + timedelta(days=4)
    assert Agenda().add(NEXT_DAY, after=MORNING).at == MORNING + timedelta(days=3)


def test_the_same_step_after_the_same_call_is_one_entry() -> None:
    agenda = Agenda()
    entry = agenda.add(SOON, after=MORNING, call=call_of())
    assert agenda.add(SOON, after=MORNING, call=call_of()) is entry
    agenda.add(SOON, after=MORNING, call=call_of(message_id="m-2"))
    agenda.add(SOON, after=MORNING + MINUTE, call=call_of())
    assert len(agenda.entries) == 3
    agenda.due(MORNING + timedelta(days=1))
    assert agenda.add(SOON, after=MORNING, call=call_of()).order == 4  # done, so it may come again


def test_what_a_scenario_put_there_can_be_taken_away() -> None:
    agenda = Agenda()
    agenda.add(SOON, after=MORNING, scenario="S01")
    kept = agenda.add(SOON, after=MORNING + MINUTE, scenario="S02")
    agenda.remove("S01")
    assert agenda.entries == [kept]
    assert agenda.next_at == kept.at


def test_an_agenda_can_be_kept() -> None:
    agenda = Agenda()
    agenda.add(NEXT_DAY, after=MORNING, call=call_of(), scenario="S04")
    agenda.add(AT_ONCE, after=MORNING)
    again = Agenda()
    again.add(SOON, after=MORNING)
    again.resume(agenda.snapshot())
    assert again.entries == agenda.entries
    assert again.add(SOON, after=MORNING).order == 3


def test_no_step_is_planned_beyond_all_calendars() -> None:
    agenda = Agenda()
    with pytest.raises(CalendarError):
        agenda.add(NEXT_DAY, after=MORNING.replace(year=2050, month=12, day=30))
    assert agenda.entries == []
