import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
import rfc8785

from wire.errors import WireError
from wire.records import (
    HASH_BYTES,
    START,
    Frontier,
    canonical,
    chain,
    checkpoint,
    inclusion_proof,
    is_included,
    leaf_hash,
    merkle_root,
    node_hash,
    read_checkpoint,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "wire" / "rfc6962.json").read_bytes())
LEAVES = [leaf_hash(bytes.fromhex(data)) for data in VECTORS["leaves"]]
ROOTS = [bytes.fromhex(root) for root in VECTORS["roots"]]


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (None, b"null"),
        (True, b"true"),
        (0, b"0"),
        (-(2**53 - 1), b"-9007199254740991"),
        ("", b'""'),
        ("照会\u2028\x7f", '"照会\u2028\x7f"'.encode()),
        ('\x00\x1f\b\t\n\f\r"\\/', rb'"\u0000\u001f\b\t\n\f\r\"\\/"'),
        ([], b"[]"),
        ((1, "a"), b'[1,"a"]'),
        ({}, b"{}"),
        ({"b": 1, "a": {"d": None, "c": [False]}}, b'{"a":{"c":[false],"d":null},"b":1}'),
        ({"é": 1, "z": 2, "e": 3}, '{"e":3,"z":2,"é":1}'.encode()),
    ],
)
def test_values_have_these_canonical_bytes(value: object, data: bytes) -> None:
    assert canonical(value) == data


def test_keys_are_ordered_by_utf_16_and_not_by_code_point() -> None:
    value = {"\ue000": 1, "\U0001f600": 2, "\ufb33": 3, "€": 4, "\r": 5, "1": 6, "\x80": 7}
    assert canonical(value) == rfc8785.dumps(dict(value))
    assert list(json.loads(canonical(value))) == sorted(value, key=lambda k: k.encode("utf-16-be"))


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        2**53,
        -(2**53),
        "\ud800",
        {"\udc00": 1},
        {1: "a"},
        {None: "a"},
        {"a": 1, 2: 3},
        b"a",
        {1, 2},
        object(),
        datetime(2026, 1, 1, tzinfo=UTC),
        {"a": [{"b": 1.5}]},
    ],
    ids=lambda value: ascii(value).partition(" at 0x")[0],  # an address differs per process
)
def test_values_without_one_canonical_form_are_refused(value: object) -> None:
    with pytest.raises(WireError, match=r"wire\.record\.value"):
        canonical(value)


def test_values_may_nest_to_thirty_two_levels() -> None:
    value: object = "leaf"
    for _ in range(32):
        value = [value]
    assert canonical(value) == b"[" * 32 + b'"leaf"' + b"]" * 32
    with pytest.raises(WireError, match=r"wire\.record\.value"):
        canonical([value])


@pytest.mark.parametrize("size", range(1, 9))
def test_trees_have_the_published_roots(size: int) -> None:
    assert merkle_root(LEAVES[:size]) == ROOTS[size - 1]


def test_the_tree_without_leaves_is_the_hash_of_nothing() -> None:
    assert merkle_root([]) == sha256(b"").digest()
    assert Frontier().root() == merkle_root([])


def test_leaf_node_and_chain_hashes_never_mix() -> None:
    left, right = LEAVES[:2]
    hashes = {leaf_hash(left + right), node_hash(left, right), chain(left, right)}
    assert len(hashes | {sha256(left + right).digest()}) == 4


def test_a_chain_depends_on_every_leaf_and_on_their_order() -> None:
    first, second = LEAVES[:2]
    heads = {
        chain(chain(START, first), second),
        chain(chain(START, second), first),
        chain(START, first),
        chain(START, second),
    }
    assert len(heads) == 4
    assert len(START) == HASH_BYTES


def test_a_frontier_grows_without_changing() -> None:
    empty = Frontier()
    frontier = empty
    for size, leaf in enumerate(LEAVES, 1):
        frontier = frontier.append(leaf)
        assert frontier.size == size
        assert frontier.root() == ROOTS[size - 1]
        assert Frontier.from_bytes(frontier.to_bytes()) == frontier
    assert empty == Frontier()


@pytest.mark.parametrize(
    "data",
    [b"", bytes(7), bytes(8) + b"x", (1).to_bytes(8, "big"), (3).to_bytes(8, "big") + bytes(63)],
    ids=["nothing", "short", "long", "no peak", "short peak"],
)
def test_a_damaged_frontier_is_refused(data: bytes) -> None:
    with pytest.raises(WireError, match=r"wire\.record\.frontier"):
        Frontier.from_bytes(data)


CASES = [(index, size) for size in range(1, 9) for index in range(size)]


@pytest.mark.parametrize(("index", "size"), CASES)
def test_every_leaf_is_proven_to_stand_where_it_stands(index: int, size: int) -> None:
    proof = inclusion_proof(LEAVES[:size], index)
    root = ROOTS[size - 1]
    places = [
        place
        for place in range(-1, size + 2)
        if is_included(LEAVES[index], index=place, size=size, proof=proof, root=root)
    ]
    assert places == [index]


@pytest.mark.parametrize(("index", "size"), CASES)
def test_a_changed_proof_proves_nothing(index: int, size: int) -> None:
    proof = list(inclusion_proof(LEAVES[:size], index))
    root = ROOTS[size - 1]
    wrong = [[*proof, LEAVES[0]], [bytes(32), *proof]]
    wrong += [proof[:-1], proof[1:]] if proof else []
    wrong += [[*proof[:at], bytes(32), *proof[at + 1 :]] for at in range(len(proof))]
    assert not any(
        is_included(LEAVES[index], index=index, size=size, proof=path, root=root) for path in wrong
    )
    assert not is_included(leaf_hash(b"x"), index=index, size=size, proof=proof, root=root)
    assert not is_included(LEAVES[index], index=index, size=size, proof=proof, root=bytes(32))


@pytest.mark.parametrize("index", [-1, 8])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(WireError, match=r"wire\.record\.index"):
        inclusion_proof(LEAVES, index)


def test_a_checkpoint_is_three_lines() -> None:
    text = checkpoint("990011/records", 8, ROOTS[7])
    assert text == "990011/records\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"
    assert read_checkpoint(text) == ("990011/records", 8, ROOTS[7])


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [("", 0, START), ("a b", 0, START), ("a\nb", 0, START), ("a", -1, START), ("a", 0, b"x")],
)
def test_a_checkpoint_that_could_not_be_read_is_not_written(
    origin: str, size: int, root: bytes
) -> None:
    with pytest.raises(WireError, match=r"wire\.record\.checkpoint"):
        checkpoint(origin, size, root)


@pytest.mark.parametrize("text", ["", "a\n1\nAA==\n", "a\n01\n" + "A" * 43 + "=\n", "x" * 300])
def test_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(WireError, match=r"wire\.record\.checkpoint"):
        read_checkpoint(text)
