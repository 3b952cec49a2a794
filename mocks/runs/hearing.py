"""What a business system asks of the gateway under test, heard at the counter as parts of a run."""

import json
from collections.abc import Mapping
from typing import Any, Final

from mocks.gateway import Json
from mocks.runs.counter import BusinessCall
from mocks.runs.crew import Cast
from mocks.runs.run import Run
from mocks.runs.seen import Asked
from mocks.runs.sut import Batch

SINGLE: Final = "/v1/inquiries"
MANY: Final = "/v1/batches"


def hear(run: Run, call: BusinessCall) -> None:
    """Take over an inquiry or a batch that the tested system makes about people of the run."""
    said = call.said
    if call.method != "POST" or not isinstance(said, Mapping) or "id" not in said:
        return
    if call.path == SINGLE and said["id"] not in run.book.asked:
        one = _whom(run, _read(call.asked))
        if one is not None:
            asked = run.book.asked[said["id"]] = Asked(one, said["id"])
            run.book.show(asked, said, call.at)
    elif call.path == MANY and all(one.id != said["id"] for one in run.sut.batches):
        people = [_whom(run, _read(line)) for line in call.asked.splitlines() if line.strip()]
        if all(people):
            run.sut.batches.append(Batch(said["id"], [one for one in people if one]))


def _whom(run: Run, asked: Json) -> Cast | None:
    number = asked.get("number") if isinstance(asked, Mapping) else None
    population = run.sut.population
    return next((one for one in run.crew if population.local_number(one) == number), None)


def _read(octets: bytes) -> Any:  # noqa: ANN401  # any JSON value
    try:
        return json.loads(octets)
    except ValueError:
        return None
