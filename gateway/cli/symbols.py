"""`nakadachi symbols`: acquire, look at, revoke and merge; no symbol is ever shown."""

from typing import Annotated

import typer

from gateway.cli.act import No, act
from gateway.cli.options import StaffOption
from gateway.cli.output import Row
from gateway.cli.persons import NumberOption, OfSystemOption, UnifiedOption, load_person
from gateway.cli.session import actor, wait_for
from gateway.domain.identifiers import UnifiedNumber
from gateway.domain.states import ACQUISITION, AcquisitionState, is_final
from gateway.domain.symbols import Acquisition
from gateway.ports import Ports
from gateway.usecases import symbols

app = typer.Typer(help="符号を扱う / Symbols of persons.", no_args_is_help=True)

ReasonOption = Annotated[str, typer.Option(help="理由 / Why, without personal data.")]


@act(app, "acquire")
async def acquire(
    *,
    number: NumberOption = None,
    system: OfSystemOption = None,
    unified_number: UnifiedOption = None,
    wait: Annotated[
        float, typer.Option(metavar="S", min=0, help="結果を待つ秒数 / Seconds to wait.")
    ] = 0.0,
    ports: Ports,
) -> Row | No:
    """符号の取得を始める / Start an acquisition; a serving process carries it out."""
    person = await load_person(number, system, unified_number, by=actor(), ports=ports)
    run = await symbols.acquire(person.unified_number, actor=actor(), ports=ports)

    async def look() -> Acquisition | None:
        found = await symbols.find_acquisition(run.receipt, ports=ports)
        return found if found is not None and is_final(ACQUISITION, found.state) else None

    run = await wait_for(look, seconds=wait) or run
    shown = {
        "receipt": run.receipt,
        "state": str(run.state),
        "reason": run.reason,
        "requested_at": run.requested_at.isoformat(),
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
    }
    return No(shown=shown) if run.state is AcquisitionState.FAILED else shown


@act(app, "show")
async def show(
    *,
    number: NumberOption = None,
    system: OfSystemOption = None,
    unified_number: UnifiedOption = None,
    ports: Ports,
) -> list[Row] | No:
    """符号の状態と履歴を表示する / Show state and history, without the symbols."""
    person = await load_person(number, system, unified_number, by=actor(), ports=ports)
    bindings = await symbols.list_bindings(person.unified_number, ports=ports)
    shown: list[Row] = [
        {
            "state": str(binding.state),
            "linked_at": binding.linked_at.isoformat(),
            "ended_at": binding.ended_at.isoformat() if binding.ended_at else None,
            "reason": binding.reason,
        }
        for binding in bindings
    ]
    return shown or No(shown=shown)


@act(app, "revoke")
async def revoke(
    *,
    reason: ReasonOption,
    staff: StaffOption,
    number: NumberOption = None,
    system: OfSystemOption = None,
    unified_number: UnifiedOption = None,
    ports: Ports,
) -> Row | No:
    """使用中の符号を失効させる / End the symbol in use."""
    person = await load_person(number, system, unified_number, by=staff, ports=ports)
    ended = await symbols.revoke(person.unified_number, staff=staff, reason=reason, ports=ports)
    return {"revoked": ended} if ended else No(shown={"revoked": 0})


@act(app, "merge")
async def merge(
    *,
    kept: Annotated[str, typer.Option(metavar="U", help="残す番号 / Unified number that stays.")],
    ended: Annotated[str, typer.Option(metavar="U", help="統合する番号 / The one that ends.")],
    reason: ReasonOption,
    staff: StaffOption,
    ports: Ports,
) -> Row:
    """同一人の二つの番号を統合する / Merge two unified numbers found to be one person."""
    await symbols.merge(
        UnifiedNumber(kept), UnifiedNumber(ended), staff=staff, reason=reason, ports=ports
    )
    return {"merged": True}
