"""Numbers, trees and canonical bytes hold for all inputs, not only for the examples."""

from hashlib import sha256

import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from wire.numbers import (
    classify_individual_number,
    find_individual_numbers,
    individual_number_digit,
    is_municipality_code,
    municipality_digit,
)
from wire.records import (
    Frontier,
    canonical,
    inclusion_proof,
    is_included,
    leaf_hash,
    merkle_root,
    node_hash,
)

FIRST_ELEVEN = st.integers(0, 10**11 - 1).map("{:011d}".format)
GAPS = st.sampled_from(["", "-", " ", "\u3000", "\uff0d", "\u2212", "\u30fc", " - "])
SIDES = st.text().filter(lambda text: not any(char.isdecimal() for char in text))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=6),
)
LEAVES = st.lists(st.binary(max_size=8), max_size=40, unique=True)


@given(VALUES)
@example({"\ue000": 1, "\U0001f600": 2})
def test_canonical_bytes_are_those_of_the_other_implementation(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]  # JSON by build


def root_by_definition(leaves: list[bytes]) -> bytes:
    """Return the root as RFC 6962 section 2.1 defines it, by recursion."""
    if len(leaves) <= 1:
        return leaf_hash(leaves[0]) if leaves else sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(root_by_definition(leaves[:split]), root_by_definition(leaves[split:]))


@given(LEAVES)
def test_a_growing_tree_has_the_root_of_the_definition(leaves: list[bytes]) -> None:
    frontier = Frontier()
    for leaf in leaves:
        frontier = Frontier.from_bytes(frontier.append(leaf_hash(leaf)).to_bytes())
    assert frontier.root() == merkle_root([leaf_hash(leaf) for leaf in leaves])
    assert frontier.root() == root_by_definition(leaves)


@given(LEAVES.filter(bool), st.data())
def test_every_leaf_of_every_tree_is_proven(leaves: list[bytes], data: st.DataObject) -> None:
    hashes = [leaf_hash(leaf) for leaf in leaves]
    size = len(hashes)
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(hashes, index), merkle_root(hashes)
    assert is_included(hashes[index], index=index, size=size, proof=proof, root=root)
    other = data.draw(st.integers(0, size - 1))
    assert is_included(hashes[index], index=other, size=size, proof=proof, root=root) == (
        other == index
    )


@given(FIRST_ELEVEN)
def test_exactly_one_last_digit_is_real_and_one_is_sandbox(first11: str) -> None:
    kinds = [classify_individual_number(f"{first11}{last}") for last in range(10)]
    assert kinds.count("real") == 1
    assert kinds.count("sandbox") == 1
    assert kinds[int(individual_number_digit(first11))] == "real"


@given(FIRST_ELEVEN, st.integers(0, 10), st.integers(1, 9))
def test_a_mistyped_digit_never_leaves_a_real_number(first11: str, place: int, shift: int) -> None:
    number = first11 + individual_number_digit(first11)
    digit = str((int(number[place]) + shift) % 10)
    mistyped = number[:place] + digit + number[place + 1 :]
    # The rule folds remainders 0 and 1 into the digit 0, so only those two may collide.
    assert classify_individual_number(mistyped) != "real" or number[11] == "0"


@given(FIRST_ELEVEN, GAPS, SIDES, SIDES, st.booleans())
def test_a_number_is_found_in_any_text(
    first11: str, gap: str, before: str, after: str, full_width: bool
) -> None:
    number = first11 + individual_number_digit(first11)
    written = gap.join([number[:4], number[4:8], number[8:]])
    if full_width:
        written = "".join(chr(ord(char) + 0xFEE0) if char.isdigit() else char for char in written)
    assert find_individual_numbers(before + written + after) == [(len(before), "real")]


@given(st.text())
def test_the_scanner_tells_positions_within_the_text(text: str) -> None:
    assert all(text[position].isdecimal() for position, _ in find_individual_numbers(text))


@given(st.integers(0, 10**5 - 1).map("{:05d}".format))
def test_exactly_one_last_digit_makes_a_municipality_code(first5: str) -> None:
    codes = [
        code for code in (f"{first5}{last}" for last in range(10)) if is_municipality_code(code)
    ]
    assert codes == [first5 + municipality_digit(first5)]
