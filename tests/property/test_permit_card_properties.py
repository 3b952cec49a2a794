from hypothesis import given
from hypothesis import strategies as st

from permitlists.card_changes import render_change
from permitlists.card_text import CardError
from permitlists.cards import parse, render
from permitlists.table import Row
from tests.support.permit_tables import TEMPTING, rows


@given(rows)
def test_every_row_comes_back_from_its_card(row: Row) -> None:
    assert parse(render(row).text) == row


@given(rows)
def test_a_card_has_one_visible_line_for_the_row_and_for_each_clause(row: Row) -> None:
    lines = render(row).text.split("\n")
    assert len(lines) == 1 + len(row.clauses)
    assert all(line.isprintable() for line in lines)


@given(rows, rows)
def test_different_rows_have_different_cards(one: Row, other: Row) -> None:
    assert (render(one) == render(other)) == (one == other)


def _is_refused_at_a_place(text: str) -> bool:
    try:
        row = parse(text)
    except CardError as error:
        lines = text.split("\n")
        return error.line <= len(lines) and error.column <= len(lines[error.line - 1]) + 1
    return parse(render(row).text) == row


@given(st.text() | st.text(TEMPTING))
def test_any_text_is_a_row_or_refused_at_a_place(text: str) -> None:
    assert _is_refused_at_a_place(text)


@given(rows, st.data())
def test_a_card_with_a_change_is_another_row_or_refused_at_a_place(
    row: Row, data: st.DataObject
) -> None:
    text = render(row).text
    at = data.draw(st.integers(0, len(text)))
    gone = data.draw(st.integers(0, 3))
    changed = text[:at] + data.draw(st.text(TEMPTING, max_size=2)) + text[at + gone :]
    assert _is_refused_at_a_place(changed)


@given(rows, rows)
def test_a_change_holds_the_sentences_of_both_cards(old: Row, new: Row) -> None:
    lines = render_change(old, new).lines
    for card, absent in ((render(old), "added"), (render(new), "removed")):
        sentences = [line.sentence for line in lines if line.change != absent]
        assert sorted(sentences) == sorted(card.text.split("\n"))
