"""Sample files keep every rule of their layout, and show nobody who exists."""

import io
import itertools
import tracemalloc

import pytest

from tests.support.sample_files import LAYOUTS, check, decoded, sample, settings_of
from wire.files.layout import Layout
from wire.files.library import load_layout
from wire.files.rows import decode_rows, encode_rows
from wire.files.sample import list_sample, write_sample
from wire.numbers import classify_individual_number, is_municipality_code

each_layout = pytest.mark.parametrize("layout_id", LAYOUTS)


@each_layout
@pytest.mark.parametrize("n", [0, 1, 2, 300])
def test_a_sample_keeps_every_rule(layout_id: str, n: int) -> None:
    report = check(layout_id, sample(layout_id, n, seed=n))
    assert report.ok
    assert not report.warnings
    assert report.totals["data"] == n


@each_layout
def test_equal_seeds_give_equal_bytes_and_others_do_not(layout_id: str) -> None:
    layout = load_layout(layout_id)
    again = b"".join(write_sample(layout, 20, 1))
    assert again == sample(layout_id)
    assert again != sample(layout_id, seed=2)


@each_layout
def test_a_sample_is_written_again_byte_for_byte(layout_id: str) -> None:
    layout, data = load_layout(layout_id), sample(layout_id, 60)
    assert b"".join(encode_rows(layout, decoded(layout_id, data), settings_of(layout))) == data


def test_individual_numbers_are_those_of_the_sandbox_and_places_do_not_exist() -> None:
    people = [one.values for one in decoded("KJKOJIN1", sample("KJKOJIN1", 200)) if one.kind == "D"]
    assert {classify_individual_number(one["個人番号"]) for one in people} == {"sandbox"}
    assert len({one["個人番号"] for one in people}) == len(people)
    codes = {one["市区町村コード"] for one in people}
    assert all(is_municipality_code(code) and code.startswith("99") for code in codes)


def test_households_stand_together_and_share_their_numbers() -> None:
    people = [one.values for one in decoded("KJKOJIN1", sample("KJKOJIN1", 200)) if one.kind == "D"]
    homes = [home for home, _ in itertools.groupby(people, key=lambda one: one["国保世帯番号"])]
    assert len(homes) == len(set(homes)) < len(people)
    families = {(one["国保世帯番号"], one["氏名漢字"].split("\u3000")[0]) for one in people}
    assert len(families) == len(homes)


def test_special_collection_files_have_several_groups_with_their_own_trailers() -> None:
    kinds = "".join(one.kind for one in decoded("Z21", sample("Z21", 5)))
    assert kinds == "MHDDDTHDDT"


def test_samples_are_made_in_constant_memory() -> None:
    layout = load_layout("KJSHOTK1")
    list(itertools.islice(write_sample(layout, 999_999_999, 1), 3))  # what is remembered once
    tracemalloc.start()
    for _ in itertools.islice(write_sample(layout, 999_999_999, 1), 12):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8_000_000


def test_files_of_the_special_collection_hold_no_character_outside_jis() -> None:
    layout: Layout = load_layout("Z22")
    records = list_sample(layout, 300, 5, settings_of(layout))
    names = {one.values["漢字氏名"] for one in records if one.kind == "D"}
    assert not any("髙" in name or "﨑" in name for name in names)
    found = decode_rows(layout, io.BytesIO(sample("Z22", 300, 5)), settings_of(layout))
    assert all(not one.faults for one in found if not hasattr(one, "rule"))
