import csv
import runpy
from datetime import date
from itertools import product
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

from permitlists import Affair, Question, items_of, load_builtin
from tests.unit.permitlists.permit_cases import (
    CHECKOUT,
    DATA,
    LABEL,
    SCHEDULE,
    VECTORS,
    packaged,
    shared_folder,
    vectors,
)

LABELS = (LABEL, SCHEDULE)
LONGEST_LABEL = 60
SENTENCE_ENDS = ("とされている者", "をいう。", "に限る。", "を除く。", "以下同じ。")


def law_folder() -> Path:
    folder = shared_folder()
    if folder is None:
        pytest.skip("the source CSV files are not beside this checkout (NAKADACHI_SHARED)")
    return folder / "law"


def test_the_order_has_its_rows_pairs_and_clauses() -> None:
    rows = packaged().table.rows
    assert len(rows) == 181
    assert [row.no for row in rows if not row.inquirers] == ["157"]
    assert sum(len(row.pairs) for row in rows) == 456
    clauses = [clause for row in rows for clause in row.clauses]
    assert len(clauses) == 904
    grants = [grant for clause in clauses for grant in clause.grants]
    confidences = [grant.confidence for grant in grants]
    assert len(grants) == 2896
    assert [confidences.count(kind) for kind in ("exact", "mapped", "doubtful")] == [849, 2034, 13]
    numbering = [clause.numbering for clause in clauses]
    assert [numbering.count(kind) for kind in ("verified", "conflict", "unverified", "single")] == [
        665, 149, 36, 54,
    ]  # fmt: skip


def test_the_schedule_has_its_rows_and_pairs_and_each_row_is_one_affair() -> None:
    rows = packaged(SCHEDULE).table.rows
    assert len(rows) == 121
    assert [row.no for row in rows if not row.inquirers] == ["36"]
    assert sum(len(row.pairs) for row in rows) == 259
    clauses = [clause for row in rows for clause in row.clauses]
    assert {(clause.no, clause.numbering) for clause in clauses} == {(None, "single")}
    assert len(clauses) == 120
    assert {grant.confidence for clause in clauses for grant in clause.grants} == {"exact"}
    assert packaged(SCHEDULE).key.valid_to == packaged().key.valid_from


@pytest.mark.parametrize(
    ("label", "sha256", "source"),
    [
        (
            LABEL,
            "91057923bc48dba879ff8127d70358e5d6adfda8f20f8a1b9672a737977ef534",
            "wording-2026-02",
        ),
        (
            SCHEDULE,
            "28ca6eb243c4273d7e0352a67a3fe4a6b5b01d6b749140b9709b63d1f0673b55",
            "wording-2015-12",
        ),
    ],
)
def test_the_content_is_the_one_that_was_reviewed(label: str, sha256: str, source: str) -> None:
    assert packaged(label).key.sha256 == sha256
    assert packaged(label).table.source == source


@pytest.mark.parametrize(
    ("label", "neighbours"), [(LABEL, ["156", "157", "158"]), (SCHEDULE, ["35", "36", "37"])]
)
def test_a_deleted_row_keeps_its_number_between_its_neighbours(
    label: str, neighbours: list[str]
) -> None:
    numbers = [row.no for row in packaged(label).table.rows]
    place = numbers.index(neighbours[1])
    assert numbers[place - 1 : place + 2] == neighbours
    assert packaged(label).rows[neighbours[1]].clauses == {}


def test_the_schedule_permits_exactly_what_its_pairs_offer() -> None:
    resolve, granted = packaged(SCHEDULE).classes.resolve, set()
    for vector in vectors(SCHEDULE):
        for inquirer, provider in product(vector.inquirers, vector.providers):
            for term in vector.terms:
                question = Question(
                    on=date(2016, 7, 1),
                    affair=Affair.parse(vector.affair),
                    inquirer=resolve(inquirer),
                    provider=resolve(provider),
                    information=(term,),
                    instrument="beppyo2",
                )
                decision = load_builtin().decide(question)
                assert vector.pair in {one.pair for one in decision.matched}, question
                granted.add((vector.affair, vector.pair, term))
    assert granted == {
        (entry.match.row, entry.match.pair, entry.match.information)
        for entries in packaged(SCHEDULE).by_information.values()
        for entry in entries
    }


def test_what_a_term_did_not_mean_in_2015_is_not_permitted_then() -> None:
    found = {
        entry.match.information: set(entry.match.items or ())
        for term in ("生活保護関係情報", "障害者関係情報", "住民票関係情報")
        for entry in packaged(SCHEDULE).by_information[term]
    }
    missing = {term: {item.id for item in items_of(term)} - items for term, items in found.items()}
    assert missing == {
        "生活保護関係情報": {"schooling_benefit_amount"},
        "障害者関係情報": {"child_assessment"},
        "住民票関係情報": set(),
    }


def test_the_schedule_knows_no_class_that_only_later_rows_name() -> None:
    names = set(packaged(SCHEDULE).classes.list_names())
    assert {"市町村長", "都道府県知事等", "特別区の区長", "社会福祉協議会"} <= names
    assert not {"内閣総理大臣", "法務大臣", "地域優良賃貸住宅を供給する市町村長"} & names


@pytest.mark.parametrize("label", LABELS)
def test_medical_insurers_are_asked_for_medical_benefits_only(label: str) -> None:
    for row in packaged(label).table.rows:
        for pair in row.pairs:
            if "医療保険者" in pair.providers:
                assert all(term.startswith("医療") for term in pair.terms)


@pytest.mark.parametrize("label", LABELS)
def test_names_and_labels_are_short(label: str) -> None:
    table = packaged(label).table
    names = [entry.name for entry in table.classes]
    labels = [clause.label for row in table.rows for clause in row.clauses]
    labels += [row.label for row in table.rows]
    terms = list(packaged(label).by_information)
    assert max(map(len, names)) <= 29
    assert max(map(len, terms)) <= 30
    assert max(map(len, labels)) <= LONGEST_LABEL
    for text in (*names, *labels, *terms):
        assert not text.endswith(SENTENCE_ENDS)


def test_every_vector_names_a_clause_and_pair_of_the_edition() -> None:
    listed = list(vectors())
    assert len(listed) == 1648
    assert len({(one.affair, one.pair) for one in listed}) == 1648
    schedule = list(vectors(SCHEDULE))
    assert len(schedule) == len({(one.affair, one.pair) for one in schedule}) == 259


def test_the_packaged_list_is_what_the_script_builds() -> None:
    script = runpy.run_path(str(CHECKOUT / "tools" / "build_permitlists.py"))
    assert sorted(script["HEADERS"]) == sorted(path.name for path in DATA.glob("*.*.jsonl"))
    for name in script["HEADERS"]:
        assert script["render"](law_folder(), name) == (DATA / name).read_bytes()


def test_a_wheel_carries_every_packaged_file(tmp_path: Path) -> None:
    """An edition that is missing from the wheel would leave its years without any permission."""
    (built,) = WheelBuilder(str(CHECKOUT)).build(directory=str(tmp_path), versions=["standard"])
    with ZipFile(built) as wheel:
        for path in (one for one in DATA.iterdir() if one.is_file()):
            assert wheel.read(f"permitlists/data/{path.name}") == path.read_bytes(), path.name


def test_the_vectors_are_what_the_script_builds() -> None:
    script = runpy.run_path(str(CHECKOUT / "tools" / "build_permit_vectors.py"))
    for name, render in script["RENDERERS"].items():
        assert render(law_folder()) == (VECTORS / name).read_bytes()


def test_no_phrase_of_the_articles_entered_the_package() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(DATA.iterdir())]
    texts += [path.read_text(encoding="utf-8") for path in sorted(VECTORS.iterdir())]
    with (law_folder() / "r6_information.csv").open(encoding="utf-8-sig", newline="") as file:
        phrases = {line["phrase"] for line in csv.DictReader(file) if len(line["phrase"]) > 30}
    assert phrases
    for phrase in phrases:
        assert not any(phrase in text for text in texts)
    with (law_folder() / "atomic_classes.csv").open(encoding="utf-8-sig", newline="") as file:
        wordings = {line["class"] for line in csv.DictReader(file) if len(line["class"]) > 28}
    for edition in map(packaged, LABELS):
        known = [wording for wording in wordings if edition.classes.resolve(wording)]
        assert len(known) == sum(
            1 for entry in edition.table.classes if entry.wording and "の支給者" in entry.name
        )
    for wording in wordings:
        assert not any(wording in text for text in texts)
