"""What a reviewer sees of a proposed edition, and the hashes that say later what it was."""

from collections.abc import Iterable

import msgspec
import pytest

from permitlists import PermitList
from permitlists.lint import Finding
from permitlists.register import (
    AnyContent,
    FilingContent,
    LiftContent,
    NumberingContent,
    Shown,
    WithholdingContent,
    glance,
    inspect,
)
from permitlists.supplement import Base, Filing, NumberingCheck, Supplement, Withholding
from tests.support.registers import NEXT_MONTH, TODAY, first, second, suspension
from tests.unit.permitlists.small_edition import edition, row

FILING = Filing(
    number="1",
    municipality="991015",
    ordinance="条例第1号",
    label="試験",
    base=Base(edition="shourei-r6@2024-05-27", row="1", clause="1"),
    providers=("市町村長",),
    information=("地方税関係情報",),
    reference="届出1",
    notified_on=TODAY,
    valid_from=TODAY,
)
WITHHOLDING = Withholding(provider="991015", ordinance="条例", valid_from=TODAY, rows=("9",))
CHECK = NumberingCheck(
    edition="shourei-r6@2024-05-27",
    row="1",
    clause="9",
    official="第9号",
    checked_by="ann",
    checked_on=TODAY,
    evidence="官報",
)


def families(findings: Iterable[Finding]) -> set[str]:
    """Return what findings are about, as in `filing`."""
    return {one.rule.partition(".")[0] for one in findings}


def test_an_inspection_shows_what_changes_and_nothing_else() -> None:
    new = second(NEXT_MONTH, "1", "3")
    seen = inspect(new, PermitList((first(),)))
    assert seen.before is not None
    assert seen.before.key.sha256 == first().key.sha256
    assert seen.dropped == ("2",)
    assert {one.row for one in seen.difference.gained} == {"3"}
    assert {one.row for one in seen.difference.lost} == {"2"}
    assert [one.text[:2] for one in seen.cards] == ["- ", "+ "]


def test_only_findings_that_its_predecessor_has_not_are_fresh() -> None:
    seen = inspect(second(), PermitList((first(),)))
    assert [(one.rule, one.row) for one in seen.findings] == [
        ("row.repeated", "2"),
        ("row.repeated", "3"),
    ]
    assert [one.row for one in seen.fresh] == ["3"]


def test_the_first_edition_of_an_instrument_is_all_new() -> None:
    seen = inspect(second(instrument="beppyo2"), PermitList((first(),)))
    assert (seen.before, seen.dropped) == (None, ())
    assert {one.row for one in seen.difference.gained} == {"1", "2", "3"}
    assert seen.fresh == seen.findings
    assert seen.shown().before is None


def test_the_hashes_change_with_what_was_shown() -> None:
    permit_list = PermitList((first(),))
    shown = inspect(second(), permit_list).shown()
    assert shown == inspect(second(), permit_list).shown()
    assert shown.content == second().key.sha256
    assert shown.impact is None
    other = inspect(second(NEXT_MONTH, "1", "2"), permit_list).shown()
    for name in ("content", "lint", "diff"):
        assert getattr(shown, name) != getattr(other, name)
    assert inspect(second(), permit_list).shown(b"{}").impact is not None


def test_the_hash_of_what_is_no_edition_covers_all_of_it() -> None:
    permit_list = PermitList((first(),))
    shown = glance(suspension(), permit_list).shown
    assert shown == glance(suspension(), permit_list).shown
    assert shown.content != glance(suspension(row="2"), permit_list).shown.content
    assert set(Shown.__struct_fields__) == {"content", "before", "lint", "diff", "impact"}


@pytest.mark.parametrize(
    ("content", "about"),
    [
        (suspension(), set()),
        (suspension(row="9"), {"hold"}),
        (FilingContent(filing=FILING), set()),
        (FilingContent(filing=msgspec.structs.replace(FILING, number="x")), set()),
        (
            FilingContent(filing=msgspec.structs.replace(FILING, information=("架空情報",))),
            {"filing"},
        ),
        (WithholdingContent(withholding=WITHHOLDING), {"withholding"}),
        (NumberingContent(check=CHECK), {"numbering"}),
        (LiftContent(target=1), set()),
    ],
    ids=["hold", "hold of no row", "filing", "no filing", "filing of nothing", "withholding",
         "numbering", "lift"],
)  # fmt: skip
def test_a_glance_shows_what_the_list_would_be_warned_of(
    content: AnyContent, about: set[str]
) -> None:
    seen = glance(content, PermitList((first(),)))
    assert families(seen.fresh) == about


def test_a_filing_that_loses_its_base_is_found_before_the_edition_is_in_force() -> None:
    permit_list = PermitList((first(),), Supplement(filings=(FILING,)))
    kept = inspect(second(), permit_list)
    assert "filing" not in families(kept.fresh)
    lost = inspect(second(NEXT_MONTH, "2", "3"), permit_list)
    assert "filing" in families(lost.fresh)


def test_an_edition_that_the_list_refuses_is_shown_with_the_error() -> None:
    seen = inspect(second(), PermitList((edition(valid_to="2026-06-01"),)))
    assert "error" in {one.severity for one in seen.fresh}


def test_a_row_that_reads_otherwise_is_shown_as_a_changed_card() -> None:
    new = edition(rows=[row(label="別"), row(no="2")], valid_from="2026-05-01")
    [card] = inspect(new, PermitList((first(),))).cards
    assert card.before is not None
    assert card.after is not None
