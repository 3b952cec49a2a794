"""Two people are two people, however one of them spells an id (K8)."""

import pytest

from gateway.domain.staff import same_person


@pytest.mark.parametrize(
    "other",
    ["staff.a1", "Staff.A1", " staff.a1", "staff.a1\n", "staff\uff0ea\uff11", "sta\u200bff.a1"],
)
def test_another_spelling_is_no_other_person(other: str) -> None:
    assert same_person("staff.a1", other)
    assert same_person(other, "staff.a1")


@pytest.mark.parametrize("other", ["staff.a2", "staffa1", "staff.a", ""])
def test_another_id_is_another_person(other: str) -> None:
    assert not same_person("staff.a1", other)


def test_who_is_not_named_is_nobody() -> None:
    assert not same_person(None, "staff.a1")
