"""Controls over a person's information, and protection: set and end."""

from datetime import UTC, date, datetime
from typing import Final

from gateway.domain.identifiers import LocalNumber
from gateway.domain.replica import Control, ControlKind
from gateway.transport.routes import Call, Operation, Reply, Sample
from gateway.transport.schemas.common import NoQuery
from gateway.transport.schemas.controls import ControlRequest, ControlResource, EndQuery
from gateway.usecases import controls

PATH: Final = "/v1/controls"


async def set_control(call: Call[ControlRequest, NoQuery]) -> Reply:
    """Set a control; the same one twice is one.

    Raises:
        AddressUnknownError: the local number is bound to nobody.
        InvalidError: the information or the item is unknown.
    """
    body = call.body
    command = controls.SetControl(
        system=call.system,
        local_number=LocalNumber(body.number.zfill(15)),
        kind=ControlKind(body.kind),
        information=body.information,
        item=body.item,
        reason=body.reason,
        set_by=body.set_by,
        review_on=body.review_on,
    )
    return Reply(
        status=201, body=_to_resource(await controls.set_control(command, ports=call.ports))
    )


async def end_control(call: Call[None, EndQuery]) -> Reply:
    """End a control, or propose its end where two people must; it stays as history.

    Raises:
        UnknownError: there is none of that id over a person whom this system knows.
        StateError: it ended before.
        SamePersonError: the proposer tries to end it alone.
    """
    control = await controls.end_control(
        call.named("id"), system=call.system, staff=call.query.ended_by, ports=call.ports
    )
    return Reply(status=202 if control.ended_at is None else 200, body=_to_resource(control))


def _to_resource(control: Control) -> ControlResource:
    return ControlResource(
        id=control.control_id,
        kind=control.kind.value,
        information=control.information,
        item=control.item,
        set_by=control.set_by,
        set_at=control.set_at,
        review_on=control.review_on,
        end_proposed_by=control.end_proposed_by,
        ended_at=control.ended_at,
        ended_by=control.ended_by,
    )


_SAMPLE: Final = ControlResource(
    id="3e4f5a6b-7c8d-4e9f-8a0b-1c2d3e4f5a6b",
    kind="no_automatic_answer",
    information="地方税関係情報",
    item="total_income",
    set_by="s1001",
    set_at=datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
    review_on=date(2027, 11, 24),
    end_proposed_by=None,
    ended_at=None,
    ended_by=None,
)

OPERATIONS: Final = (
    Operation(
        name="set_control",
        method="POST",
        path=PATH,
        scope="controls:set",
        handler=set_control,
        summary_ja="自動応答不可・不開示・自己情報提供不可・支援措置を設定する",
        summary_en="Set one of the three controls, or the protection of a person.",
        body=ControlRequest,
        sample=ControlRequest(
            number="1001",
            kind="no_automatic_answer",
            information="地方税関係情報",
            item="total_income",
            reason="内容の再確認が必要なため",
            set_by="s1001",
            review_on=date(2027, 11, 24),
        ),
        replies={201: Sample(text="It is in force.", value=_SAMPLE)},
        may_refuse=(422,),
    ),
    Operation(
        name="end_control",
        method="DELETE",
        path=f"{PATH}/{{id}}",
        scope="controls:end",
        handler=end_control,
        summary_ja="設定を終える",
        summary_en="End a control; one that holds answers back is ended by two people.",
        query=EndQuery,
        replies={
            200: Sample(text="It ended.", value=_SAMPLE),
            202: Sample(text="Its end is proposed; another person ends it.", value=_SAMPLE),
        },
        may_refuse=(409,),
    ),
)
