"""Search terms point at every record that has the identifier, and hardly at others."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.storage.blocks import TERMS, find_positions, to_entry, to_term

IDENTIFIERS = st.one_of(st.none(), st.sampled_from(["a", "b", "request-1", "番号"]))
SUBJECTS = st.one_of(st.none(), st.sampled_from([bytes(32), b"ab" * 16, b"a" * 32]))
ENTRIES = st.lists(st.tuples(IDENTIFIERS, IDENTIFIERS, SUBJECTS), max_size=50)


@given(ENTRIES, st.integers(0, 2), st.sampled_from(["a", "番号", b"a" * 32]))
def test_the_positions_are_those_of_equal_terms(
    entries: list[tuple[str | None, str | None, bytes | None]], slot: int, value: str | bytes
) -> None:
    array = b"".join(to_entry(*entry) for entry in entries)
    found = list(find_positions(array, TERMS[slot], value))
    term = to_term(value)
    assert found == [place for place, entry in enumerate(entries) if to_term(entry[slot]) == term]
    assert {place for place, entry in enumerate(entries) if entry[slot] == value} <= set(found)
