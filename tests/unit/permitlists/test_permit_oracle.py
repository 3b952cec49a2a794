import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from permitlists import Affair, PermitList, Question, load_builtin
from permitlists.oracle import Granted, Oracle, OracleAnswer, load_oracle
from tests.unit.permitlists.permit_cases import ask, packaged

SEED = 20240527
ORACLE = load_oracle()
PERMIT_LIST = PermitList(load_builtin().editions)  # the editions alone


def agree(question: Question) -> OracleAnswer:
    """Assert that index and oracle say the same about a question, and return what it is."""
    answer = ORACLE.answer(question)
    decision = PERMIT_LIST.decide(question)
    assert decision.failed == answer.failed, question
    found = {(one.row, one.clause, one.pair, one.information) for one in decision.matched}
    assert found == answer.granted, question
    return answer


def question_of(granted: Granted) -> Question:
    row, clause, number, information = granted
    found = next(one for one in ORACLE.rows if one["no"] == row)
    pair = next(one for one in found["pairs"] if one["no"] == number)
    return Question(
        on=date(2026, 4, 1),
        affair=Affair(row=row, clause=clause),
        inquirer=ORACLE.resolve(found["inquirers"][0]),
        provider=ORACLE.resolve(pair["providers"][0]),
        information=(information,),
    )


def test_index_and_oracle_agree_on_everything_that_grants() -> None:
    granted = ORACLE.list_granted()
    assert len(granted) == len(set(granted)) == 2545
    for one in granted:
        assert one in agree(question_of(one)).granted
    indexed = {
        (entry.match.row, entry.match.clause, entry.match.pair, entry.match.information)
        for entries in packaged().by_information.values()
        for entry in entries
    }
    assert indexed == set(granted)


def test_every_class_of_a_granting_cell_is_enough_for_both() -> None:
    for row in ORACLE.rows:
        for name in row["inquirers"]:
            assert packaged().rows[row["no"]].inquirers >= {name}
    for name in packaged().classes.list_names():
        assert packaged().classes.resolve(name) == ORACLE.resolve(name)
    assert ORACLE.resolve("町内会長") == frozenset()


def mutations(question: Question, draw: random.Random) -> Iterator[Question]:
    """Yield the question with each single element changed, once at random and once nearby."""
    classes = list(ORACLE.groups)
    terms = list(packaged().by_information)
    affairs = [
        Affair(row=row["no"], clause=clause["no"])
        for row in ORACLE.rows
        for clause in row["clauses"]
    ]
    own = [one for one in affairs if one.row == question.affair.row]
    yield replace(question, inquirer=ORACLE.resolve(draw.choice(classes)))
    yield replace(question, inquirer=frozenset())
    yield replace(question, affair=draw.choice(affairs))
    yield replace(question, affair=draw.choice(own))
    yield replace(question, affair=Affair(row=question.affair.row))
    yield replace(question, affair=Affair(row=question.affair.row, clause="999"))
    yield replace(question, affair=Affair(row="999", clause=question.affair.clause))
    yield replace(question, provider=ORACLE.resolve(draw.choice(classes)))
    yield replace(question, provider=frozenset())
    yield replace(question, information=(draw.choice(terms),))
    yield replace(question, information=())
    yield replace(question, information=(*question.information, draw.choice(terms)))
    yield replace(question, on=date(2024, 5, 27))
    yield replace(question, on=date(2024, 5, 26))
    yield replace(question, on=date.fromordinal(draw.randrange(735_000, 742_000)))
    yield replace(question, instrument=draw.choice(["beppyo2", "jorei-19-9"]))
    yield replace(question, basis="19-9")


def test_index_and_oracle_agree_on_every_single_change_of_a_thousand_permissions() -> None:
    draw = random.Random(SEED)  # noqa: S311 - a fixed sample, no secret
    seen = set()
    for granted in draw.sample(ORACLE.list_granted(), 1000):
        for changed in mutations(question_of(granted), draw):
            seen.add(agree(changed).failed)
    assert seen == {None, "edition", "inquirer", "affair", "provider", "information"}


def test_index_and_oracle_agree_on_every_row_for_every_class_of_inquirer() -> None:
    for row in ORACLE.rows:
        for clause in row["clauses"][:1]:
            for name in ORACLE.groups:
                agree(
                    Question(
                        on=date(2026, 4, 1),
                        affair=Affair(row=row["no"], clause=clause["no"]),
                        inquirer=ORACLE.resolve(name),
                        provider=frozenset({"市町村長"}),
                        information=("地方税関係情報",),
                    )
                )


@pytest.mark.parametrize("failed", ["edition", "affair"])
def test_the_oracle_reads_an_end_of_an_edition_and_a_deleted_row(failed: str) -> None:
    lines = b'["edition","shourei-r6","2024-05-27","2025-01-01"]\n["row","1","","",[]]\n'
    question = replace(
        ask("1", "市町村長", "市町村長", "地方税関係情報"),
        on=date(2025, 1, 1) if failed == "edition" else date(2024, 12, 31),
    )
    assert Oracle(lines).answer(question).failed == failed
