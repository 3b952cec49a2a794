"""Templates and conditions: a closed language of their own."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.engine.calendar import Opening, parse_hours
from mocks.engine.conditions import ConditionError, list_unknown, parse_condition
from mocks.engine.draw import Draw
from mocks.engine.template_values import Scope, render
from mocks.engine.templates import Call, TemplateError, Variable, parse_template

NOW = datetime(2027, 12, 28, 9, 0, tzinfo=UTC)  # 18:00 in Japan
OPENS, CLOSES = parse_hours("08:30-17:15")
SCOPE = Scope(
    now=NOW,
    started_at=NOW - timedelta(hours=1),
    correlation="c-1",
    draw=Draw("42"),
    offices={"prov": Opening(opens=OPENS, closes=CLOSES)},
)


def rendered(text: str) -> str:
    return render(parse_template(text), SCOPE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no template", "no template"),
        ("{{ correlation }}", "c-1"),
        ("R-{{correlation}}-{{ 'x' }}!", "R-c-1-x!"),
        ("{{ now }}", "2027-12-28T09:00:00+00:00"),
        ("{{ next_open(prov) }}", "2028-01-03T23:30:00+00:00"),
        ("{{ last_close(prov) }}", "2027-12-28T08:15:00+00:00"),
        ("{{ shift(next_open(prov), 'P1BD') }}", "2028-01-04T23:30:00+00:00"),
        ("{{ shift(started_at, '-PT1H') }}", "2027-12-28T07:00:00+00:00"),
    ],
)
def test_a_template_is_rendered(text: str, expected: str) -> None:
    assert rendered(text) == expected


def test_a_key_belongs_to_its_kind_and_exchange() -> None:
    receipt = rendered("{{ key('receipt', correlation) }}")
    assert receipt == rendered("{{key( 'receipt' ,correlation )}}")
    assert receipt != rendered("{{ key('other', correlation) }}")


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("{{ a", 0),
        ("a }}", 2),
        ("{{ }}", 5 - 2),
        ("{{ f( }}", 6),
        ("{{ f(a b) }}", 7),
        ("{{ f(a,) }}", 7),
        ("{{ f(a) b }}", 8),
        ("{{ A }}", 2),
        ("{{ f('a }}", 5),
        ("{{ a.b }}", 4),
        ("{{ f(a", 0),
        ("{{ f() }}x}}", 11 - 1),
        ("{{ __import__('os') }}", 2),
        ("{{ f(g(h(i(a)))) }}", 11),
        ("{{ ( }}", 3),
    ],
)
def test_another_form_is_refused_at_its_place(text: str, offset: int) -> None:
    with pytest.raises(TemplateError) as refused:
        parse_template(text)
    assert refused.value.offset == offset


@pytest.mark.parametrize(
    "text",
    [
        "{{ closed_at }}",  # has not come
        "{{ nothing }}",
        "{{ nothing() }}",
        "{{ eval('1') }}",
        "{{ next_open(unknown) }}",
        "{{ next_open('prov') }}",
        "{{ next_open(prov, prov) }}",
        "{{ shift('now', 'PT1S') }}",
        "{{ shift(now, 'soon') }}",
        "{{ key('a') }}",
    ],
)
def test_what_does_not_exist_is_refused_when_it_is_asked(text: str) -> None:
    with pytest.raises(TemplateError):
        rendered(text)


def test_a_template_knows_its_expressions() -> None:
    template = parse_template("a{{ b }}{{ c(d) }}")
    assert [type(one) for one in template.expressions] == [Variable, Call]
    assert template.single is None
    assert parse_template("{{ b }}").single == Variable(name="b", offset=3)
    assert parse_template("b").single is None


@given(st.text(alphabet="{}() ,'ab.", max_size=40))
def test_any_text_is_a_template_or_refused(text: str) -> None:
    offset = 0
    try:
        parse_template(text)
    except TemplateError as refused:
        offset = refused.offset
    assert 0 <= offset <= len(text)


INSTANTS = {"nbf": NOW, "exp": NOW + timedelta(minutes=2), "now": NOW - timedelta(seconds=60)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now >= exp", False),
        ("now < nbf - leeway", False),
        ("nbf - leeway <= now < exp", True),
        ("nbf-leeway==now", True),
        ("now + leeway > nbf", False),
        ("body_differs", True),
    ],
)
def test_a_condition_compares_instants(text: str, *, expected: bool) -> None:
    condition = parse_condition(text)
    assert condition.holds(INSTANTS, timedelta(seconds=60), {"body_differs"}) == expected
    assert not list_unknown(condition)


def test_a_flag_that_is_not_raised_does_not_hold() -> None:
    assert not parse_condition("body_differs").holds({}, timedelta(), set())


@pytest.mark.parametrize("text", ["", "now <", "a < b < c < d", "now + leeway", "1 < 2", "a - - b"])
def test_other_conditions_are_refused(text: str) -> None:
    with pytest.raises(ConditionError):
        parse_condition(text)


def test_unknown_names_of_a_condition_are_listed() -> None:
    condition = parse_condition("iat - slack < now")
    assert list_unknown(condition) == ["iat", "slack"]
    assert condition.names == {"iat", "slack", "now"}
    assert list_unknown(parse_condition("rains")) == ["rains"]
    with pytest.raises(ConditionError):
        condition.holds(INSTANTS, timedelta(), set())
