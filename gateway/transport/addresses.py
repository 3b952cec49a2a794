"""Addresses: register a person; the only operation that takes an individual number (G5)."""

from datetime import date
from typing import Final, Literal

from gateway.domain.addresses import BasicItems, Residence
from gateway.domain.identifiers import IndividualNumber, LocalNumber
from gateway.ports import Ports
from gateway.transport.routes import Call, Operation, Reply, Sample
from gateway.transport.schemas.addresses import AddressRequest, AddressResult, BasicItemsRequest
from gateway.transport.schemas.common import NoQuery
from gateway.usecases import addresses


async def register(call: Call[AddressRequest, NoQuery]) -> Reply:
    """Register or update a person; what staff must confirm overwrites nothing.

    Raises:
        CheckDigitError: the individual number was mistyped.
        NumberKindError: it is of the other environment.
        InvalidError: basic items are missing and the registry knows nobody of the number.
        PeerUnreachableError: they are missing and the registry does not reply.
    """
    command = await to_command(call.body, system=call.system, ports=call.ports)
    done = await addresses.register(command, ports=call.ports)
    waits = done.confirmation
    result = AddressResult(
        number=command.local_number.value,
        status=_status(done),
        confirmation_id=waits.confirmation_id if waits else None,
        reason=waits.why.value if waits else None,
    )
    return Reply(status=_STATUSES[result.status], body=result)


async def to_command(
    body: AddressRequest, *, system: str, ports: Ports
) -> addresses.RegisterAddress:
    """Return the registration that a body asks for; what it lacks of a person, the registry says.

    Raises:
        CheckDigitError: basic items are missing and the individual number was mistyped.
        NumberKindError: they are missing and the number is of the other environment.
        InvalidError: they are missing and the registry knows nobody of the number.
        PeerUnreachableError: they are missing and the registry does not reply.
    """
    given = body.basic
    number = None if body.individual_number is None else IndividualNumber(body.individual_number)
    if given is None:
        basic = await addresses.obtain_basic_items(number, actor=system, ports=ports)
    else:
        basic = BasicItems(
            name=given.name,
            kana=given.kana,
            born_on=given.born_on,
            sex_code=given.sex_code,
            address=given.address,
        )
    return addresses.RegisterAddress(
        system=system,
        local_number=LocalNumber(body.number.zfill(15)),
        individual_number=number,
        basic=basic,
        residence=Residence(body.residence),
    )


_STATUSES: Final = {
    "registered": 201,
    "updated": 200,
    "unchanged": 200,
    "confirmation_required": 202,
}


def _status(
    done: addresses.Registered,
) -> Literal["registered", "updated", "unchanged", "confirmation_required"]:
    if done.confirmation is not None:
        return "confirmation_required"
    if done.created:
        return "registered"
    return "updated" if done.changed else "unchanged"


def _sample(
    status: Literal["registered", "updated", "unchanged", "confirmation_required"],
) -> AddressResult:
    waits = status == "confirmation_required"
    return AddressResult(
        number="000000000001001",
        status=status,
        confirmation_id="b8f6b5f0-57a4-4d9a-8b0e-1f4f6a2c9d33" if waits else None,
        reason="other_number" if waits else None,
    )


OPERATIONS: Final = (
    Operation(
        name="register_address",
        method="POST",
        path="/v1/addresses",
        scope="addresses:register",
        handler=register,
        summary_ja="宛名を登録・更新する",
        summary_en="Register or update a person.",
        body=AddressRequest,
        sample=AddressRequest(
            number="1001",
            individual_number=None,
            basic=BasicItemsRequest(
                name="架空 花子",
                kana="カクウ ハナコ",
                born_on=date(1980, 4, 1),
                sex_code="2",
                address="みなと県仲立市1番地",
            ),
        ),
        replies={
            200: Sample(text="Updated, or as it was.", value=_sample("updated")),
            201: Sample(text="Registered.", value=_sample("registered")),
            202: Sample(
                text="Nothing was overwritten; staff must confirm.",
                value=_sample("confirmation_required"),
            ),
        },
        may_refuse=(409, 422, 503),
    ),
)
