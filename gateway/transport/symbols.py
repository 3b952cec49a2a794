"""Symbol acquisition: ask for it, look at it by receipt."""

from datetime import UTC, datetime
from typing import Final

from gateway.domain.errors import AddressUnknownError, UnknownError
from gateway.domain.identifiers import LocalNumber
from gateway.domain.symbols import Acquisition
from gateway.transport.routes import Call, Operation, Reply, Sample
from gateway.transport.schemas.common import NoQuery
from gateway.transport.schemas.symbols import AcquisitionResource, SymbolRequest
from gateway.usecases import addresses, symbols

PATH: Final = "/v1/symbols"


async def acquire(call: Call[SymbolRequest, NoQuery]) -> Reply:
    """Start the acquisition of a person's symbol, or return the one that runs.

    Raises:
        AddressUnknownError: the local number is bound to nobody.
        StateError: the person has no individual number.
    """
    person = await addresses.find_person(
        actor=call.system,
        system=call.system,
        local_number=LocalNumber(call.body.number.zfill(15)),
        ports=call.ports,
    )
    if person is None:
        raise AddressUnknownError(system=call.system)
    run = await symbols.acquire(person.unified_number, actor=call.system, ports=call.ports)
    return Reply(status=202, body=_to_resource(run), headers={"Location": f"{PATH}/{run.receipt}"})


async def show(call: Call[None, NoQuery]) -> Reply:
    """Return an acquisition.

    Raises:
        UnknownError: there is none of that receipt about a person whom this system knows.
    """
    run = await symbols.find_acquisition(
        call.named("receipt"), system=call.system, ports=call.ports
    )
    if run is None:
        raise UnknownError
    return Reply(body=_to_resource(run))


def _to_resource(run: Acquisition) -> AcquisitionResource:
    return AcquisitionResource(
        receipt=run.receipt,
        state=run.state.value,
        requested_at=run.requested_at,
        deadline_at=run.deadline_at,
        ended_at=run.ended_at,
        reason=run.reason,
    )


_SAMPLE: Final = AcquisitionResource(
    receipt="5a0d6f1c-8b7e-4b1e-9d0c-2f3a4b5c6d7e",
    state="requested",
    requested_at=datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
    deadline_at=datetime(2026, 11, 25, 3, 0, tzinfo=UTC),
    ended_at=None,
    reason=None,
)

OPERATIONS: Final = (
    Operation(
        name="acquire_symbol",
        method="POST",
        path=PATH,
        scope="symbols:acquire",
        handler=acquire,
        summary_ja="符号を取得する",
        summary_en="Acquire a person's symbol; the result comes later.",
        body=SymbolRequest,
        sample=SymbolRequest(number="1001"),
        replies={202: Sample(text="It runs.", value=_SAMPLE, headers=("Location",))},
        may_refuse=(409, 422),
    ),
    Operation(
        name="show_acquisition",
        method="GET",
        path=f"{PATH}/{{receipt}}",
        scope="symbols:read",
        handler=show,
        summary_ja="符号取得の状態を見る",
        summary_en="Show an acquisition.",
        replies={200: Sample(text="The acquisition.", value=_SAMPLE)},
    ),
)
