import json
from pathlib import Path

import pytest

from permitlists import PermitList
from permitlists.model import REFUSALS
from permitlists.oracle import Oracle
from tools.bench import policy_cases
from tools.bench.policies import OURS, PEERS, Material, Worker, best_peer
from tools.bench.rounds import Rounds, Slice

PAIRS = policy_cases.packaged_pairs()
CONTENTS = policy_cases.list_contents(PAIRS)
LIST = PermitList.from_contents(*CONTENTS)
CASES = policy_cases.list_cases(LIST, 400)
OF_THE_TABLE = (
    "permits.edition.not_in_force",
    "permits.inquirer.not_in_row",
    "permits.affair.unknown_row",
    "permits.affair.deleted_row",
    "permits.affair.clause_missing",
    "permits.affair.unknown_clause",
    "permits.provider.not_in_row",
    "permits.information.not_in_pair",
    "permits.information.not_in_clause",
    "permits.information.doubtful",
    "permits.hold.article_28",
)


def test_a_large_edition_has_as_many_pairs_as_asked_and_the_same_proportions() -> None:
    table = policy_cases.enlarge(3 * PAIRS - 1)
    numbers = [row.no for row in table.rows]
    assert sum(len(row.pairs) for row in table.rows) == 3 * PAIRS
    assert len(numbers) == len(set(numbers)) == 3 * len(policy_cases.enlarge(1).rows)
    assert {"20の2", "1020の2", "2020の2"} <= set(numbers)


def test_every_question_gets_the_answer_it_was_made_for() -> None:
    oracle = Oracle(CONTENTS[0][1])
    for case in CASES:
        assert LIST.decide(case.question).reason == case.reason
        if case.question.on >= oracle.valid_from and "hold" not in case.reason:
            failed = REFUSALS.get(case.reason)
            assert oracle.answer(case.question).failed == failed


def test_questions_are_allowed_by_half_and_refused_for_every_reason_of_the_table() -> None:
    reasons = [case.reason for case in CASES]
    assert reasons.count("permits.allowed") == len(CASES) / 2
    assert set(reasons) == {"permits.allowed", *OF_THE_TABLE}


def test_a_rule_stands_for_each_clause_and_information() -> None:
    rules = {one["key"]: one for one in policy_cases.list_rules(LIST)}
    for case in CASES:
        asked = policy_cases.as_input(case.question)
        if case.reason == "permits.allowed":
            rule = rules[asked["key"]]
            assert set(rule["inquirers"]) & set(asked["inquirer"])  # type: ignore[call-overload]  # lists
            assert set(rule["providers"]) & set(asked["provider"])  # type: ignore[call-overload]


def test_our_worker_answers_and_works(tmp_path: Path) -> None:
    for number, content in enumerate(CONTENTS[0]):
        (tmp_path / f"edition-{number}.json").write_bytes(content)
    (tmp_path / "supplement.json").write_bytes(CONTENTS[1])
    questions = [policy_cases.as_input(case.question) for case in CASES]
    (tmp_path / "questions.json").write_text(json.dumps(questions), "utf-8")
    reasons = tuple(case.reason for case in CASES)
    worker = Worker(OURS, Material(folder=tmp_path, pairs=PAIRS, reasons=reasons))
    worker.check(reasons)
    with pytest.raises(RuntimeError, match="gave 400 wrong answers"):
        worker.check(["another reason"] * len(reasons))
    done = worker.work(0.01)
    assert done.rate > 0
    assert done.memory > 0
    worker.close()
    with pytest.raises(ValueError, match="closed file"):
        worker.work(0.01)


def test_the_best_peer_is_the_one_with_the_highest_median() -> None:
    def slices(*rates: float) -> dict[str, Slice]:
        names = [f"{engine} 456" for engine in PEERS]
        return {
            name: Slice(rate=rate, cpu=1, cores=1, others=0)
            for name, rate in zip(names, rates, strict=True)
        }

    rounds = Rounds(kept=(slices(1, 5, 2), slices(9, 4, 2), slices(1, 5, 2)), rejected=0)
    assert best_peer(rounds, 456) == f"{PEERS[1]} 456"
