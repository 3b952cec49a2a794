"""The worker of our own engine: policy_ours.py FOLDER, with what `policies.py` wrote there."""

import sys
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

import msgspec  # noqa: E402  # the path comes first

from permitlists import Affair, PermitList, Question  # noqa: E402  # the path comes first
from tools.bench.policy_worker import Engine, serve  # noqa: E402  # the path comes first


class Asked(msgspec.Struct, frozen=True):
    """A question as it stands in the file that all engines read."""

    key: str
    on: int
    inquirer: frozenset[str]
    provider: frozenset[str]
    code: str


def load() -> Callable[[], Engine]:
    """Return what compiles the list and takes its questions."""
    folder = Path(sys.argv[1])
    editions = [one.read_bytes() for one in sorted(folder.glob("edition-*.json"))]
    supplement = (folder / "supplement.json").read_bytes()
    data = (folder / "questions.json").read_bytes()
    questions = [_question(one) for one in msgspec.json.decode(data, type=list[Asked])]

    def compile_list() -> Engine:
        permit_list = PermitList.from_contents(editions, supplement)
        return Engine(questions, permit_list.decide, lambda decision: decision.reason)

    return compile_list


@cache
def _share(classes: frozenset[str]) -> frozenset[str]:
    """Return equal sets as one object, as those of an institution are."""
    return classes


def _question(asked: Asked) -> Question:
    """Return the question of which others get the plain values."""
    instrument, affair, information = asked.key.split("|")
    row, _, clause = affair.partition("-")
    return Question(
        on=date.fromordinal(asked.on),
        affair=Affair(row=row, clause=clause or None),
        inquirer=_share(asked.inquirer),
        provider=_share(asked.provider),
        information=(information,),
        instrument=instrument,
        inquirer_code=asked.code,
        provider_code="991023",
    )


if __name__ == "__main__":
    serve(load)
