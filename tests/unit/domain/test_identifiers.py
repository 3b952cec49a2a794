"""Identifiers of persons keep their shape and never show themselves."""

import pytest

from gateway.domain.errors import InvalidError
from gateway.domain.identifiers import (
    IndividualNumber,
    LocalNumber,
    Masked,
    ProcessNumber,
    ResidentCode,
    Symbol,
    UnifiedNumber,
)

GOOD = [
    (IndividualNumber, "1" * 12),
    (ResidentCode, "2" * 11),
    (UnifiedNumber, "3" * 15),
    (LocalNumber, "4" * 15),
    (Symbol, "aZ_-" * 10 + "abc"),
    (ProcessNumber, "p-1"),
]


@pytest.mark.parametrize(("kind", "text"), GOOD)
def test_an_identifier_hides_its_value_however_it_is_printed(kind: type[Masked], text: str) -> None:
    value = kind(text)
    shown = f"{value} {value!r} {value!s} {[value]}"
    assert text not in shown
    assert value.value == text
    assert value == kind(text)


@pytest.mark.parametrize(
    ("kind", "text", "field"),
    [
        (IndividualNumber, "1" * 11, "individual_number"),
        (IndividualNumber, "１" * 12, "individual_number"),  # noqa: RUF001  # full-width on purpose
        (IndividualNumber, "12345678901x", "individual_number"),
        (UnifiedNumber, "", "unified_number"),
        (Symbol, "é" * 43, "symbol"),
        (ProcessNumber, "", "process_number"),
    ],
)
def test_a_wrong_shape_is_refused_by_field_and_the_value_is_not_kept(
    kind: type[Masked], text: str, field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        kind(text)
    assert refused.value.context == {"field": field}
    assert not text or text not in str(refused.value)
