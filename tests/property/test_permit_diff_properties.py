from hypothesis import given

from permitlists.diff import diff, list_permissions
from permitlists.table import Table
from tests.unit.permitlists.review_cases import ask_everything, tables


@given(tables())
def test_the_permissions_of_a_table_are_what_it_allows(table: Table) -> None:
    listed = list(list_permissions(table))
    assert len(listed) == len(set(listed))
    assert set(listed) == ask_everything(table)


@given(tables(), tables())
def test_a_difference_is_what_asking_everything_twice_finds(before: Table, after: Table) -> None:
    had, has = ask_everything(before), ask_everything(after)
    found = diff(before, after)
    assert set(found.gained) == has - had
    assert set(found.lost) == had - has
    assert len(found.gained) + len(found.lost) == len(had ^ has)


@given(tables(), tables())
def test_a_difference_read_backwards_exchanges_its_sides(before: Table, after: Table) -> None:
    forth, back = diff(before, after), diff(after, before)
    assert set(forth.gained) == set(back.lost)
    assert set(forth.lost) == set(back.gained)
    assert set(map(tuple, forth.rescoped)) == {
        (*one[:4], one.after, one.before) for one in back.rescoped
    }


@given(tables())
def test_an_edition_does_not_differ_from_itself(table: Table) -> None:
    found = diff(table, table)
    assert (found.gained, found.lost, found.renumbered, found.rescoped) == ((), (), (), ())


@given(tables(), tables())
def test_a_row_moves_to_one_other_number_at_most(before: Table, after: Table) -> None:
    moved = [one for one in diff(before, after).renumbered if one.from_clause is None]
    for side in ([one.from_row for one in moved], [one.to_row for one in moved]):
        assert len(side) == len(set(side))
    assert all(one.from_row != one.to_row and 0.5 <= one.similarity <= 1 for one in moved)
