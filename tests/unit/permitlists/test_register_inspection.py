"""What a reviewer sees of a proposed edition, and the hashes that say later what it was."""

from permitlists import PermitList
from permitlists.register import Shown, inspect, shown_content
from tests.support.registers import NEXT_MONTH, first, second, suspension
from tests.unit.permitlists.small_edition import edition, row


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
    assert shown_content(suspension()) == shown_content(suspension())
    assert shown_content(suspension()) != shown_content(suspension(row="2"))
    assert set(Shown.__struct_fields__) == {"content", "before", "lint", "diff", "impact"}


def test_a_row_that_reads_otherwise_is_shown_as_a_changed_card() -> None:
    new = edition(rows=[row(label="別"), row(no="2")], valid_from="2026-05-01")
    [card] = inspect(new, PermitList((first(),))).cards
    assert card.before is not None
    assert card.after is not None
