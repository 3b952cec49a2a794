import msgspec
import pytest

from permitlists import (
    Base,
    Filing,
    PermitList,
    Supplement,
    check_filing,
    load_builtin,
)
from tests.unit.permitlists.filing_cases import (
    BASE,
    FILING,
    OTHER_CITY,
    TAX,
    changed,
    earlier_edition,
)
from tests.unit.permitlists.permit_cases import LABEL

EDITIONS = PermitList(load_builtin().editions)


def base(row: str, clause: str | None = None, edition: str = LABEL) -> Base:
    return Base(edition=edition, row=row, clause=clause)


@pytest.mark.parametrize(
    ("filing", "expected"),
    [
        (FILING, []),
        (changed(municipality="991016"), [("its municipality is no code", "form")]),
        (changed(base=base("144", "6", "shourei-r6@2020-01-01")), [("base", "edition")]),
        (changed(base=base("144")), [("base", "base_missing")]),
        (changed(base=base("999")), [("base", "base_missing")]),
        (changed(base=base("157")), [("base", "base_deleted")]),
        (changed(providers=(*FILING.providers, "町内会長")), [("provider 3", "class")]),
        (changed(providers=(*FILING.providers, "環境大臣")), [("provider 3", "provider")]),
        (changed(information=(*FILING.information, "x")), [("information 4", "information")]),
        (
            changed(providers=("市町村長",), information=(TAX, "生活保護関係情報")),
            [("information 2", "information")],
        ),
    ],
)
def test_a_filing_is_held_against_the_edition_of_its_first_day(
    filing: Filing, expected: list[tuple[str, str]]
) -> None:
    found = check_filing(filing, EDITIONS)
    assert [(one.place, one.code) for one in found] == [
        (f"filing 1: {place}", f"permits.filing.{kind}") for place, kind in expected
    ]
    assert all(one.text_ja and one.text_en for one in found)


def test_a_number_that_is_taken_is_found_and_the_filing_itself_does_not_count() -> None:
    taken = changed(municipality=OTHER_CITY)
    listed = PermitList(load_builtin().editions, Supplement(filings=(taken,)))
    assert [one.code for one in check_filing(FILING, listed)] == ["permits.filing.number"]
    assert check_filing(taken, listed) == ()


def test_a_base_of_an_earlier_edition_counts_where_it_is_the_same() -> None:
    filing = changed(base=msgspec.structs.replace(BASE, edition="shourei-r6@2024-05-01"))
    for label, codes in ((None, []), ("別の事務", ["permits.filing.base_changed"])):
        edition = earlier_edition() if label is None else earlier_edition(label=label)
        both = PermitList([*load_builtin().editions[1:], edition])
        assert [one.code for one in check_filing(filing, both)] == codes


@pytest.mark.parametrize("filing", load_builtin().supplement.filings)
def test_the_filings_of_the_sandbox_hold(filing: Filing) -> None:
    assert check_filing(filing, load_builtin()) == ()
