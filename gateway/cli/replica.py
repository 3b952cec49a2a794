"""`nakadachi replica`: load from a file, delete one, compare with the original, count."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.act import No, act
from gateway.cli.options import SystemOption
from gateway.cli.output import Row
from gateway.cli.persons import FileArgument, local_number, read_lines
from gateway.domain.hours import JAPAN
from gateway.domain.replica import ReplicaItem, ReplicaLoad
from gateway.ports import Ports
from gateway.transport.json_body import decode
from gateway.transport.schemas.replicas import ReplicaEntryRequest
from gateway.usecases import comparing, replicas

app = typer.Typer(help="副本を扱う / Replicas of business systems' data.", no_args_is_help=True)


@act(app, "load")
async def load(file: FileArgument, *, system: SystemOption, ports: Ports) -> Row | No:
    """副本を登録する / Load entries, one JSON object a line as for POST /v1/replicas."""
    return _shown(await replicas.load(_read_entries(file), system=system, ports=ports))


@act(app, "delete")
async def delete(
    *,
    system: SystemOption,
    number: Annotated[str, typer.Option(metavar="N", help="宛名番号 / Local number.")],
    information: Annotated[
        str, typer.Option("--info", metavar="NAME", help="特定個人情報名 / Information.")
    ],
    record_key: Annotated[
        str, typer.Option(metavar="KEY", help="副本の識別（年度など）/ Which data set.")
    ] = "",
    ports: Ports,
) -> Row | No:
    """副本を削除する / Delete a data set; earlier versions stay as history."""
    today = ports.clock.now().astimezone(JAPAN).date()
    entry = replicas.ReplicaEntry(
        local_number=local_number(number),
        information=information,
        record_key=record_key,
        as_of=today,
        public_from=today,
        operation="delete",
    )
    return _shown(await replicas.load([entry], system=system, ports=ports))


@act(app, "compare")
async def compare(file: FileArgument, *, system: SystemOption, ports: Ports) -> Row | No:
    """正本と照合する / Compare with the original; exit 1 if anything differs or is missing."""
    found = await comparing.compare(_read_entries(file), system=system, ports=ports)
    shown = {
        "equal": found.equal,
        "different": list(found.different),
        "missing": list(found.missing),
    }
    return No(shown=shown) if found.different or found.missing else shown


@act(app, "stats")
async def stats(*, ports: Ports) -> Row:
    """件数を表示する / Count the stored versions of each information."""
    return await replicas.stats(ports=ports)


def _shown(done: ReplicaLoad) -> Row | No:
    shown = {
        "receipt": done.receipt,
        "total": done.total,
        "applied": done.applied,
        "pending": done.pending,
        "rejected": [
            {"line": one.line, "code": one.code, "field": one.field} for one in done.rejected
        ],
    }
    return No(shown=shown) if done.rejected else shown


def _read_entries(file: Path) -> list[replicas.ReplicaEntry]:
    """Return the entries of a file; a line that cannot be read refuses the whole file.

    Raises:
        RequestError: a line is no entry; its path names the line.
    """
    return [
        _entry(decode(content, ReplicaEntryRequest, root=f"line {line}: $"))
        for line, content in enumerate(read_lines(file), 1)
        if content.strip()
    ]


def _entry(asked: ReplicaEntryRequest) -> replicas.ReplicaEntry:
    return replicas.ReplicaEntry(
        local_number=local_number(asked.number),
        information=asked.information,
        record_key=asked.record_key,
        as_of=asked.as_of,
        public_from=asked.public_from,
        public_to=asked.public_to,
        items=tuple(
            ReplicaItem(item=one.item, value=one.value, reason=one.reason) for one in asked.items
        ),
        operation=asked.operation,
    )
