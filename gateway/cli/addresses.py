"""`nakadachi addresses`: register persons from a file, find one, judge the confirmation list."""

from enum import StrEnum
from typing import Annotated

import typer

from gateway.cli.act import No, act
from gateway.cli.options import SystemOption, refuse_usage
from gateway.cli.output import Row
from gateway.cli.persons import (
    FileArgument,
    NumberOption,
    OfSystemOption,
    UnifiedOption,
    load_person,
    read_lines,
)
from gateway.cli.session import actor
from gateway.domain.addresses import Confirmation
from gateway.domain.errors import GatewayError, Origin
from gateway.ports import Ports
from gateway.transport.addresses import to_command
from gateway.transport.json_body import decode
from gateway.transport.schemas.addresses import AddressRequest
from gateway.usecases import addresses

app = typer.Typer(help="宛名を扱う / Persons of the connector.", no_args_is_help=True)


@act(app, "register")
async def register(file: FileArgument, *, system: SystemOption, ports: Ports) -> list[Row] | No:
    """宛名を登録・更新する / Register persons, one JSON object a line as for POST /v1/addresses.

    個人番号は引数では渡せません（他の利用者から見えるため）。
    """
    rows: list[Row] = []
    for line, content in enumerate(read_lines(file), 1):
        if content.strip():
            rows.append(await _register_line(line, content, system, ports))
    refused = any(row["status"] == "refused" for row in rows) or not rows
    return No(shown=rows) if refused else rows


async def _register_line(line: int, content: bytes, system: str, ports: Ports) -> Row:
    """Register one line; what is wrong with it concerns no other line."""
    try:
        asked = decode(content, AddressRequest)
        command = await to_command(asked, system=system, ports=ports)
        done = await addresses.register(command, ports=ports)
    except GatewayError as error:
        if error.origin is not Origin.CALLER:
            raise
        place = error.context.get("path") or error.context.get("field")
        return {"line": line, "status": "refused", "code": error.code, "path": place}
    status = "registered" if done.created else "updated" if done.changed else "unchanged"
    waits = done.confirmation
    return {
        "line": line,
        "status": "confirmation_required" if waits else status,
        "code": str(waits.why) if waits else None,
        "path": None,
    }


@act(app, "find")
async def find(
    *,
    number: NumberOption = None,
    system: OfSystemOption = None,
    unified_number: UnifiedOption = None,
    ports: Ports,
) -> Row:
    """宛名を検索する / Find a person; that somebody looked is recorded."""
    person = await load_person(number, system, unified_number, by=actor(), ports=ports)
    basic = person.basic
    return {
        "unified_number": person.unified_number.value,
        "has_individual_number": person.individual_number is not None,
        "residence": str(person.residence),
        "name": basic.name,
        "kana": basic.kana,
        "born_on": basic.born_on.isoformat(),
        "sex_code": basic.sex_code,
        "address": basic.address,
        "updated_at": person.updated_at.isoformat(),
    }


class Verdict(StrEnum):
    """How an entry of the confirmation list may be judged."""

    ACCEPT = "accept"
    REJECT = "reject"


@act(app, "confirmations")
async def confirmations(
    *,
    judge: Annotated[
        str | None, typer.Option(metavar="ID", help="判断する確認番号 / Entry to judge.")
    ] = None,
    verdict: Annotated[Verdict | None, typer.Option(help="承認・却下 / Judgement.")] = None,
    staff: Annotated[
        str | None, typer.Option(metavar="ID", help="職員ID / Staff id of whoever judges.")
    ] = None,
    ports: Ports,
) -> list[Row] | Row:
    """確認リストを表示・処理する / List open entries, or judge one: two people must agree.

    一人目の --judge は起案、同じ判断の二人目が決定となる。
    """
    entries = await addresses.list_confirmations(ports=ports)
    if judge is None:
        return [_row(entry) for entry in entries]
    if verdict is None or staff is None:
        refuse_usage("--judge には --verdict と --staff が必要 / needs --verdict and --staff")
    known = next((entry for entry in entries if entry.confirmation_id == judge), None)
    agreed = known is not None and known.proposal == verdict.value
    act_on = addresses.resolve_confirmation if agreed else addresses.propose_confirmation
    return _row(await act_on(judge, staff=staff, verdict=verdict.value, ports=ports))


def _row(entry: Confirmation) -> Row:
    """Return an entry without the person."""
    return {
        "confirmation_id": entry.confirmation_id,
        "system": entry.system,
        "number": entry.local_number.value,
        "why": str(entry.why),
        "state": str(entry.state),
        "created_at": entry.created_at.isoformat(),
        "proposal": entry.proposal,
        "proposed_by": entry.proposed_by,
        "resolved_by": entry.resolved_by,
    }
