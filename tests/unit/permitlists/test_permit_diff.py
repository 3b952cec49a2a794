import json
import time
from itertools import product

import msgspec
import pytest

from permitlists import load_builtin
from permitlists.diff import Permission, Rescoped, diff, list_permissions
from permitlists.table import Clause, Grant, InstitutionClass, Pair, Row, Table
from tests.unit.permitlists.permit_cases import DATA
from tests.unit.permitlists.review_cases import START

LABELS = ("beppyo2@2015-10-05", "shourei-r6@2024-05-27")


def real(label: str) -> Table:
    edition = load_builtin().find_labelled(label)
    assert edition is not None
    return edition.table


def read_plainly(label: str) -> set[Permission]:
    """Return the permissions of a packaged edition, read from its lines without our index."""
    found: set[Permission] = set()
    row, inquirers, clause = "", [], None
    pairs: dict[int, tuple[list[str], list[str]]] = {}
    for line in (DATA / f"{label.replace('@', '.')}.jsonl").read_text("utf-8").splitlines():
        kind, *fields = json.loads(line)
        if kind == "row":
            row, inquirers, pairs = fields[0], fields[3], {}
        elif kind == "pair":
            pairs[fields[0]] = (fields[1], fields[2])
        elif kind == "clause":
            clause = fields[0]
        elif kind == "grant" and fields[3] != "doubtful":
            for number, term in product(fields[0], fields[1]):
                providers, terms = pairs[number]
                if term in terms:
                    asked = product([row], [clause], inquirers, providers, [term])
                    found |= {Permission(*one) for one in asked}
    return found


@pytest.mark.parametrize("label", LABELS)
def test_the_permissions_of_an_edition_are_those_of_its_lines(label: str) -> None:
    listed = list(list_permissions(real(label)))
    assert set(listed) == read_plainly(label)
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize(("old", "new"), [LABELS, LABELS[::-1]])
def test_the_difference_of_the_real_editions_is_exact(old: str, new: str) -> None:
    found, had, has = diff(real(old), real(new)), read_plainly(old), read_plainly(new)
    assert set(found.gained) == has - had
    assert set(found.lost) == had - has


def test_the_health_insurance_row_moved_from_42_to_69_and_is_not_trusted() -> None:
    found = diff(*map(real, LABELS))
    moved = {one.from_row: one.to_row for one in found.renumbered}
    assert (moved["42"], moved["43"], moved["93"], moved["120"]) == ("69", "70", "131", "158")
    assert "45" not in moved
    tax = Permission("42", None, "市町村長", "市町村長", "地方税関係情報")
    assert tax in found.lost


def test_the_document_has_exactly_the_keys_of_the_contract() -> None:
    document = diff(*map(real, LABELS)).as_document()
    assert list(document) == ["gained", "lost", "renumbered"]
    assert set(document["lost"][0]) == {"row", "clause", "inquirer", "provider", "term"}
    assert document["renumbered"][0] == {
        "from": {"row": "4", "clause": None},
        "to": {"row": "5", "clause": None},
        "similarity": document["renumbered"][0]["similarity"],
    }


def small(*rows: Row) -> Table:
    classes = tuple(InstitutionClass(name, (), None) for name in "AB")
    return Table("shourei-r6", START, None, classes, rows)


def row(no: str, *clauses: Clause, label: str = "国保法: 保険給付支給") -> Row:
    pairs = (Pair(1, ("B",), ("t", "u")),)
    return Row(no, "71", label, ("A",), pairs, clauses)


def clause(no: str | None, label: str, scope: str = "", term: str = "t") -> Clause:
    return Clause(no, label, "verified", (Grant((1,), (term,), scope, "exact"),))


def test_an_inserted_clause_shows_as_the_clauses_that_moved() -> None:
    before = small(row("1", clause("1", "申請の審査"), clause("2", "徴収金の決定")))
    after = small(
        row("1", clause("1", "届出の確認"), clause("2", "申請の審査"), clause("3", "徴収金の決定"))
    )
    found = diff(before, after)
    moved = [(one.from_clause, one.to_clause) for one in found.renumbered]
    assert moved == [("1", "2"), ("2", "3")]
    assert set(found.gained) == {Permission("1", "3", "A", "B", "t")}


def test_a_branch_row_put_in_between_moves_nothing() -> None:
    kept = row("1", clause(None, "x")), row("2", clause(None, "y"), label="児福法: 費用の徴収")
    added = row("1の2", clause(None, "z"), label="介保法: 保険料")
    found = diff(small(*kept), small(kept[0], added, kept[1]))
    assert found.renumbered == ()
    assert {one.row for one in found.gained} == {"1の2"}


def test_a_row_that_vanished_is_lost_and_a_doubtful_line_was_never_there() -> None:
    doubtful = msgspec.structs.replace(
        clause("2", "y"), grants=(Grant((1,), ("u",), "", "doubtful"),)
    )
    found = diff(small(row("1", clause("1", "x"), doubtful)), small())
    assert found.lost == (Permission("1", "1", "A", "B", "t"),)
    assert found.rescoped == ()


def test_a_term_that_its_pair_does_not_offer_is_not_permitted() -> None:
    stray = msgspec.structs.replace(
        clause("1", "x"), grants=(Grant((1,), ("t", "z"), "", "exact"),)
    )
    assert list(list_permissions(small(row("1", stray)))) == [Permission("1", "1", "A", "B", "t")]


def test_a_changed_narrowing_is_shown_beside_the_sets() -> None:
    found = diff(
        small(row("1", clause("1", "x"), clause("2", "y", "part"))),
        small(row("1", clause("1", "x", "part"), clause("2", "y", "part"), clause("3", "z"))),
    )
    assert found.lost == ()
    assert found.rescoped == (Rescoped("1", "1", "B", "t", (), ("part",)),)


def test_fifty_thousand_pairs_are_compared_in_seconds() -> None:
    rows = real(LABELS[1]).rows
    copies = [
        msgspec.structs.replace(one, no=str(number * 200 + place), label=f"{one.label}{number}")
        for number in range(1, 111)
        for place, one in enumerate(rows)
    ]
    shifted = [msgspec.structs.replace(one, no=f"{int(one.no) + 1}") for one in copies]
    before = msgspec.structs.replace(real(LABELS[1]), rows=tuple(copies))
    after = msgspec.structs.replace(before, rows=tuple(shifted))
    assert sum(len(one.pairs) for one in copies) > 50_000
    started = time.monotonic()
    found = diff(before, after)
    assert time.monotonic() - started < 60
    assert found.gained
    assert found.lost
