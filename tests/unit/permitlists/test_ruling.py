import json
from dataclasses import replace

from permitlists import load_builtin, load_institutions, resolve, ruling_bytes
from tests.unit.permitlists.filing_cases import CODED, FILED, ORDINANCES
from tests.unit.permitlists.permit_cases import LABEL, TODAY, packaged

QUESTION = resolve(replace(CODED, affair="69-7"), load_institutions())


def test_a_ruling_holds_the_question_and_what_was_decided() -> None:
    document = json.loads(ruling_bytes(QUESTION, load_builtin().decide(QUESTION)))
    assert document["question"]["on"] == TODAY.isoformat()
    assert document["question"]["affair"] == "69-7"
    assert document["question"]["inquirer"]["code"] == "991015"
    classes = document["question"]["inquirer"]["classes"]
    assert classes == sorted(classes)
    decided = document["decision"]
    assert (decided["allowed"], decided["failed"]) == (True, None)
    assert decided["edition"] == {"label": LABEL, "sha256": packaged().key.sha256}
    assert decided["matched"][0]["pair"] == 4


def test_a_ruling_without_an_edition_names_none() -> None:
    question = replace(QUESTION, instrument="unknown")
    document = json.loads(ruling_bytes(question, load_builtin().decide(question)))
    assert document["decision"]["edition"] is None
    assert document["decision"]["reason"] == "permits.edition.not_in_force"


def test_the_bytes_are_canonical_and_the_same_for_equal_questions() -> None:
    again = replace(QUESTION, inquirer=frozenset(sorted(QUESTION.inquirer, reverse=True)))
    data = ruling_bytes(QUESTION, load_builtin().decide(QUESTION))
    assert ruling_bytes(again, load_builtin().decide(again)) == data
    text = json.dumps(json.loads(data), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert text.encode() == data


def test_an_explained_decision_has_the_ruling_of_the_decision() -> None:
    question = replace(QUESTION, information=("戸籍関係情報",))
    decided = load_builtin().decide(question)
    explained = load_builtin().explain(question).decision
    assert explained.nearest
    assert ruling_bytes(question, explained) == ruling_bytes(question, decided)


def test_consent_is_part_of_the_ruling() -> None:
    filed = resolve(FILED, load_institutions())
    other = replace(filed, consent=False)
    assert ruling_bytes(filed, ORDINANCES.decide(filed)) != ruling_bytes(
        other, ORDINANCES.decide(other)
    )
