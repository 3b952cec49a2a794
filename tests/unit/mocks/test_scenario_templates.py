"""Templates and conditions: a closed language of their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.engine.conditions import ConditionError, list_unknown, parse_condition
from mocks.engine.templates import Call, TemplateError, Variable, parse_template


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


@pytest.mark.parametrize(
    ("text", "terms", "signs"),
    [
        ("now >= exp", [("now", "", ""), ("exp", "", "")], (">=",)),
        (
            "nbf - leeway <= now < exp",
            [("nbf", "-", "leeway"), ("now", "", ""), ("exp", "", "")],
            ("<=", "<"),
        ),
        ("nbf-leeway==now", [("nbf", "-", "leeway"), ("now", "", "")], ("==",)),
        ("now + leeway > nbf", [("now", "+", "leeway"), ("nbf", "", "")], (">",)),
        ("body_differs", [("body_differs", "", "")], ()),
    ],
)
def test_a_condition_is_terms_with_signs_between_them(
    text: str, terms: list[tuple[str, str, str]], signs: tuple[str, ...]
) -> None:
    condition = parse_condition(text)
    assert [(one.instant, one.direction, one.length) for one in condition.terms] == terms
    assert condition.signs == signs
    assert not list_unknown(condition)


@pytest.mark.parametrize("text", ["", "now <", "a < b < c < d", "now + leeway", "1 < 2", "a - - b"])
def test_other_conditions_are_refused(text: str) -> None:
    with pytest.raises(ConditionError):
        parse_condition(text)


def test_unknown_names_of_a_condition_are_listed() -> None:
    condition = parse_condition("iat - slack < now")
    assert list_unknown(condition) == ["iat", "slack"]
    assert list_unknown(parse_condition("rains")) == ["rains"]
