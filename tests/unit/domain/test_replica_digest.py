"""What a replica and its original have in common: the same digest wherever it is made."""

from datetime import date

import pytest

from gateway.domain.replica import ReplicaItem, digest_of

DAY = date(2026, 1, 1)
HOUSE = ReplicaItem(item="address", value="\u67b6\u7a7a\u753a\u3000\U00020bb7\uff11")
INCOME = ReplicaItem(item="total_income", value=None, reason="not_registered")


def test_a_digest_is_the_same_in_every_order_and_for_good() -> None:
    digest = digest_of(DAY, (HOUSE, INCOME), deleted=False)
    assert digest == digest_of(DAY, (INCOME, HOUSE), deleted=False)
    assert digest.hex() == "c320ba560f24897960f943a3d1a2dfa5dddefc67665d9a20cac125f5ff9c1259"


@pytest.mark.parametrize(
    "items",
    [
        (HOUSE,),
        (HOUSE, INCOME, INCOME),
        (HOUSE, ReplicaItem(item="total_income", value="null", reason="not_registered")),
        (HOUSE, ReplicaItem(item="total_income", value="not_registered")),
        (),
    ],
)
def test_another_value_or_reason_makes_another_digest(items: tuple[ReplicaItem, ...]) -> None:
    assert digest_of(DAY, items, deleted=False) != digest_of(DAY, (HOUSE, INCOME), deleted=False)


def test_another_day_and_a_deletion_make_another_digest() -> None:
    digest = digest_of(DAY, (HOUSE,), deleted=False)
    assert digest != digest_of(date(2025, 1, 1), (HOUSE,), deleted=False)
    assert digest != digest_of(DAY, (HOUSE,), deleted=True)
