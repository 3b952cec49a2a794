"""Sealed values open only where they were put, by their own institution; indexes keep apart."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import InvalidError, SealBrokenError
from gateway.domain.identifiers import IndividualNumber, LocalNumber, Masked, UnifiedNumber
from gateway.storage import create_master_key, load_master_key
from gateway.storage.sealing import PURPOSES, SEAL, Sealer, WrappedKey, row_context

MASTER = bytes(range(32))
OURS, THEIRS = "990011", "990022"


def wrap(institution: str, key_id: int = 1, master: bytes = MASTER) -> list[WrappedKey]:
    return [
        WrappedKey.create(institution, purpose, key_id, master_key=master) for purpose in PURPOSES
    ]


OUR_KEYS = wrap(OURS)
OUR_SEALER = Sealer.open_keys(OURS, OUR_KEYS, master_key=MASTER)
THEIR_SEALER = Sealer.open_keys(THEIRS, wrap(THEIRS), master_key=MASTER)
PLACE = row_context("persons", (OURS, b"row"))


@given(st.binary(), st.binary())
def test_what_was_sealed_for_a_place_opens_there(plain: bytes, place: bytes) -> None:
    assert OUR_SEALER.open(OUR_SEALER.seal(plain, place), place) == plain


def test_the_same_value_is_sealed_differently_each_time() -> None:
    assert OUR_SEALER.seal(b"x", PLACE) != OUR_SEALER.seal(b"x", PLACE)


@pytest.mark.parametrize(
    "place",
    [
        row_context("aliases", (OURS, b"row")),
        row_context("persons", (THEIRS, b"row")),
        row_context("persons", (OURS, b"rov")),
        row_context("persons", (OURS, b"ro", b"w")),
    ],
    ids=["table", "institution", "row", "parts"],
)
def test_a_value_does_not_open_in_another_place(place: bytes) -> None:
    with pytest.raises(SealBrokenError):
        OUR_SEALER.open(OUR_SEALER.seal(b"x", PLACE), place)


def test_a_value_does_not_open_with_the_keys_of_another() -> None:
    with pytest.raises(SealBrokenError):
        THEIR_SEALER.open(OUR_SEALER.seal(b"x", PLACE), PLACE)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_is_noticed(position: int, change: int) -> None:
    sealed = bytearray(OUR_SEALER.seal(b"a value of some length", PLACE))
    sealed[position % len(sealed)] ^= change
    with pytest.raises(SealBrokenError):
        OUR_SEALER.open(bytes(sealed), PLACE)


@given(st.binary(max_size=60))
def test_bytes_that_nobody_sealed_do_not_open(data: bytes) -> None:
    with pytest.raises(SealBrokenError):
        OUR_SEALER.open(data, PLACE)


def test_the_newest_key_seals_and_older_ones_still_open() -> None:
    old = OUR_SEALER.seal(b"old", PLACE)
    newer = WrappedKey.create(OURS, SEAL, 2, master_key=MASTER)
    sealer = Sealer.open_keys(OURS, [*OUR_KEYS, newer], master_key=MASTER)
    assert sealer.open(old, PLACE) == b"old"
    new = sealer.seal(b"new", PLACE)
    assert sealer.open(new, PLACE) == b"new"
    with pytest.raises(SealBrokenError):
        OUR_SEALER.open(new, PLACE)


@pytest.mark.parametrize(
    ("institution", "master"), [(THEIRS, MASTER), (OURS, bytes(32))], ids=["institution", "master"]
)
def test_keys_open_only_for_their_institution_and_master(institution: str, master: bytes) -> None:
    with pytest.raises(SealBrokenError):
        Sealer.open_keys(institution, OUR_KEYS, master_key=master)


def test_a_key_does_not_serve_another_purpose() -> None:
    moved = WrappedKey(purpose="index.symbol", key_id=1, wrapped=OUR_KEYS[0].wrapped)
    with pytest.raises(SealBrokenError):
        moved.unwrap(OURS, master_key=MASTER)


@pytest.mark.parametrize("wrapped", [b"", b"x" * 12, b"x" * 60])
def test_a_wrapped_key_of_no_sense_is_refused(wrapped: bytes) -> None:
    with pytest.raises(SealBrokenError):
        WrappedKey(purpose=SEAL, key_id=1, wrapped=wrapped).unwrap(OURS, master_key=MASTER)


def test_an_index_is_stable_and_differs_by_institution_and_kind() -> None:
    text = "000524047325599"
    kinds: list[Masked] = [UnifiedNumber(text), LocalNumber(text), IndividualNumber(text[3:])]
    indexes = {sealer.index(one) for sealer in (OUR_SEALER, THEIR_SEALER) for one in kinds}
    assert len(indexes) == 6
    assert {len(index) for index in indexes} == {32}
    assert OUR_SEALER.index(UnifiedNumber(text)) == OUR_SEALER.index(UnifiedNumber(text))


def test_keys_do_not_show_in_repr() -> None:
    assert repr(OUR_SEALER) == "Sealer(institution='990011')"


def test_a_master_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    key = create_master_key(path)
    assert (len(key), load_master_key(path)) == (32, key)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        create_master_key(path)


@pytest.mark.parametrize("text", ["", "00", "0" * 63 + "x", "00" * 31, "00" * 33, "鍵"])
def test_a_file_that_holds_no_master_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "master.key"
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidError):
        load_master_key(path)
