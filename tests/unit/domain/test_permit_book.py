"""The list that is asked: the core's, and what an own register holds back."""

from datetime import date

from gateway.domain.permit_book import OwnList, PermitBook, compose
from permitlists import (
    EMPTY,
    Hold,
    PermitList,
    Supplement,
    Withholding,
    load_builtin,
)

DAY = date(2026, 11, 24)
CORE = PermitList(
    load_builtin().editions,
    Supplement(
        holds=(Hold(kind="article_28", valid_from=DAY, row="1"),),
        filings=load_builtin().supplement.filings,
    ),
)
OWN = Supplement(
    holds=(Hold(kind="suspension", valid_from=DAY, row="69"),),
    withholdings=(Withholding(valid_from=DAY, provider="991015", ordinance="条例"),),
)


def test_an_own_register_adds_refusals_and_changes_nothing_else() -> None:
    both = compose(CORE, OWN)
    assert both.supplement.holds == CORE.supplement.holds + OWN.holds
    assert both.supplement.withholdings == OWN.withholdings
    assert both.supplement.filings == CORE.supplement.filings
    assert [one.key for one in both.editions] == [one.key for one in CORE.editions]
    assert compose(CORE, EMPTY) is CORE


def test_whichever_comes_first_both_are_asked() -> None:
    own = OwnList(sequence=3, supplement=OWN, staff="ann")
    first, second = PermitBook(), PermitBook()
    first.take_own(own)
    assert (first.permit_list, first.own_sequence) == (None, 3)
    first.take(7, CORE)
    second.take(7, CORE)
    assert (second.permit_list, second.own_sequence) == (CORE, None)
    second.take_own(own)
    for book in (first, second):
        assert book.permit_list is not None
        assert book.permit_list.supplement == compose(CORE, OWN).supplement
        assert book.core_list is CORE
