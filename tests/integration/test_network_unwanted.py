"""Documents that come unasked, or from the wrong party: refused, and nothing else changes."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.network import Town, open_town, uuid
from tests.support.refusals import INQUIRY, OTHER, Case, check_case
from tests.support.world import CORE
from wire import messages as wire

# Every case leaves the town as it was, but for a record, so one town serves all.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with open_town(tmp_path_factory.mktemp("town")) as opened:
        yield opened


CASES = [
    Case(
        name="a kind of document that nobody here takes",
        make=lambda town: [
            town.write(wire.ProcessNumberRequest(request_id=uuid(1)), by=town.a, to=town.b)
        ],
        codes={INQUIRY: "message.kind"},
    ),
    Case(
        name="a late answer nobody waits for",
        make=lambda town: [
            town.write(
                wire.Answer(
                    transaction_number=OTHER, permit_id=OTHER, state="not_provided", information=()
                ),
                by=town.a,
                to=town.b,
            )
        ],
        codes={INQUIRY: "answer.unknown"},
    ),
    Case(
        name="a symbol nobody waits for",
        make=lambda town: [
            town.write(wire.SymbolNotice(process_number="p-1", symbol="s" * 43), by=CORE, to=town.b)
        ],
        codes={INQUIRY: "symbol.process_unknown"},
    ),
    Case(
        name="a symbol by somebody who is not the core",
        make=lambda town: [
            town.write(
                wire.SymbolNotice(process_number="p-1", symbol="s" * 43), by=town.a, to=town.b
            )
        ],
        hop=CORE,
        codes={INQUIRY: "message.sender"},
    ),
    Case(
        name="a clock by somebody who is not the core",
        make=lambda town: [town.write(wire.Clock(offset_milliseconds=1), by=town.a, to=town.b)],
        codes={INQUIRY: "message.sender"},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_an_unwanted_document_gets_a_clear_refusal_and_changes_nothing(
    case: Case, town: Town
) -> None:
    await check_case(case, town)
