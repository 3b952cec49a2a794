"""`nakadachi held`: provisions that wait for staff; one proposes, another decides (K8)."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from gateway.cli.act import act
from gateway.cli.options import StaffOption
from gateway.cli.output import Row
from gateway.domain.inquiry import Answer
from gateway.domain.provision import Provision
from gateway.ports import Ports
from gateway.usecases import holds

app = typer.Typer(help="保留した提供を扱う / Provisions that wait for staff.", no_args_is_help=True)

Transaction = Annotated[
    str, typer.Argument(metavar="TRANSACTION", help="処理通番 / Transaction number.")
]


class Action(StrEnum):
    """What may become of a held provision."""

    RELEASE = "release"
    REFUSE = "refuse"


@act(app, "list")
async def list_held(*, ports: Ports) -> list[Row]:
    """一覧を表示する / List what is held."""
    return [_row(provision) for provision in await holds.list_held(ports=ports)]


@act(app, "show")
async def show(transaction: Transaction, *, staff: StaffOption, ports: Ports) -> Row:
    """送られる内容をそのまま表示する / Show exactly what a release would send."""
    view = await holds.show(transaction, staff=staff, ports=ports)
    return _row(view.provision) | {"answer": _answer(view.answer)}


@act(app, "propose")
async def propose(
    transaction: Transaction,
    *,
    action: Annotated[Action, typer.Option(help="提供・不提供 / What to do.")],
    reason: Annotated[str, typer.Option(help="理由 / Why, without personal data.")],
    staff: StaffOption,
    ports: Ports,
) -> Row:
    """起案する / Propose a release or a refusal; another member of staff decides."""
    return _row(
        await holds.propose(
            transaction, staff=staff, proposal=action.value, reason=reason, ports=ports
        )
    )


@act(app, "release")
async def release(transaction: Transaction, *, staff: StaffOption, ports: Ports) -> Row:
    """起案どおり提供する / Release what a colleague proposed to release."""
    return _row(await holds.decide(transaction, staff=staff, decision="release", ports=ports))


@act(app, "refuse")
async def refuse(transaction: Transaction, *, staff: StaffOption, ports: Ports) -> Row:
    """起案どおり提供しない / Refuse what a colleague proposed to refuse."""
    return _row(await holds.decide(transaction, staff=staff, decision="refuse", ports=ports))


def _row(provision: Provision) -> dict[str, Any]:
    """Return a held provision without the person."""
    return {
        "transaction_number": provision.transaction_number,
        "state": str(provision.state),
        "cause": provision.cause and str(provision.cause),
        "inquirer": provision.inquirer,
        "affair": "-".join(filter(None, (provision.row, provision.clause))),
        "information": [
            {"information": want.information, "items": list(want.items)}
            for want in provision.wanted
        ],
        "received_at": provision.received_at.isoformat(),
        "slot_at": provision.slot_at.isoformat(),
        "proposal": provision.proposal,
        "proposed_by": provision.proposed_by,
        "proposal_reason": provision.proposal_reason,
        "decided_by": provision.decided_by,
    }


def _answer(answer: Answer | None) -> list[dict[str, Any]] | None:
    if answer is None:
        return None
    return [
        {
            "information": part.information,
            "as_of": part.as_of.isoformat(),
            "items": [
                {"item": one.item, "value": one.value, "reason": one.reason} for one in part.items
            ],
        }
        for part in answer.information
    ]
