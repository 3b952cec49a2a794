import csv
import runpy
from pathlib import Path

import pytest

from tests.unit.permitlists.permit_cases import (
    CHECKOUT,
    DATA,
    VECTORS,
    packaged,
    shared_folder,
    vectors,
)

NAME = "shourei-r6.2024-05-27.jsonl"
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


def test_the_content_is_the_one_that_was_reviewed() -> None:
    assert packaged().key.sha256 == (
        "91057923bc48dba879ff8127d70358e5d6adfda8f20f8a1b9672a737977ef534"
    )


def test_a_deleted_row_keeps_its_number_between_its_neighbours() -> None:
    numbers = [row.no for row in packaged().table.rows]
    place = numbers.index("157")
    assert numbers[place - 1 : place + 2] == ["156", "157", "158"]


def test_medical_insurers_are_asked_for_medical_benefits_only() -> None:
    for row in packaged().table.rows:
        for pair in row.pairs:
            if "医療保険者" in pair.providers:
                assert all(term.startswith("医療") for term in pair.terms)


def test_names_and_labels_are_short() -> None:
    table = packaged().table
    names = [entry.name for entry in table.classes]
    labels = [clause.label for row in table.rows for clause in row.clauses]
    labels += [row.label for row in table.rows]
    terms = list(packaged().by_information)
    assert max(map(len, names)) <= 28
    assert max(map(len, terms)) <= 30
    assert max(map(len, labels)) <= LONGEST_LABEL
    for text in (*names, *labels, *terms):
        assert not text.endswith(SENTENCE_ENDS)


def test_every_vector_names_a_clause_and_pair_of_the_edition() -> None:
    listed = list(vectors())
    assert len(listed) == 1648
    assert len({(one.affair, one.pair) for one in listed}) == 1648


def test_the_packaged_list_is_what_the_script_builds() -> None:
    script = runpy.run_path(str(CHECKOUT / "tools" / "build_permitlists.py"))
    assert script["render"](law_folder()) == (DATA / NAME).read_bytes()


def test_the_vectors_are_what_the_script_builds() -> None:
    script = runpy.run_path(str(CHECKOUT / "tools" / "build_permit_vectors.py"))
    expected = (VECTORS / "shourei-r6.grants.tsv").read_bytes()
    assert script["render"](law_folder()) == expected


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
    known = [wording for wording in wordings if packaged().classes.resolve(wording)]
    assert len(known) == sum(
        1 for entry in packaged().table.classes if entry.wording and "の支給者" in entry.name
    )
    for wording in wordings:
        assert not any(wording in text for text in texts)
