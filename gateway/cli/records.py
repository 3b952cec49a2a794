"""`nakadachi records`: exchange records searched, exported and verified (情報提供等記録)."""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.act import No, act
from gateway.cli.options import SinceOption, UntilOption, instant_of
from gateway.cli.output import Row
from gateway.cli.session import actor
from gateway.domain.records import Act, StoredRecord
from gateway.ports import Ports, RecordQuery
from gateway.usecases import records

app = typer.Typer(help="情報提供等記録を扱う / Exchange records.", no_args_is_help=True)

PAGE = 1000


@act(app, "search")
async def search(  # noqa: PLR0913  # the conditions of a search
    *,
    kind: Annotated[Act | None, typer.Option("--act", help="行為 / What was done.")] = None,
    transaction_number: Annotated[str | None, typer.Option(help="処理通番 / Transaction.")] = None,
    request_id: Annotated[str | None, typer.Option(help="要求番号 / Request id.")] = None,
    counterpart: Annotated[
        str | None, typer.Option(metavar="CODE", help="相手機関 / The other institution.")
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    after: Annotated[int, typer.Option(help="この番号より後 / After this sequence.")] = -1,
    limit: Annotated[int, typer.Option(min=1, max=PAGE, help="件数 / How many at most.")] = 100,
    ports: Ports,
) -> list[Row]:
    """記録を検索する / Search records; that somebody searched is recorded itself."""
    query = RecordQuery(
        after=after,
        limit=limit,
        act=kind.value if kind else None,
        transaction_number=transaction_number,
        request_id=request_id,
        counterpart=counterpart,
        since=instant_of(since, "--since"),
        until=instant_of(until, "--until"),
    )
    return [
        row_of(stored, ports.store.institution)
        for stored in await records.search(query, actor=actor(), ports=ports)
    ]


@act(app, "export")
async def export(
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="出力先 / New file, NDJSON.")
    ],
    since: SinceOption = None,
    until: UntilOption = None,
    ports: Ports,
) -> Row:
    """記録を書き出す / Export records to a new file that only its owner can read."""
    query = RecordQuery(
        limit=PAGE, since=instant_of(since, "--since"), until=instant_of(until, "--until")
    )
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    count = 0
    with os.fdopen(os.open(output, flags, 0o600), "w", encoding="utf-8") as out:
        async for stored in walk(query, ports):
            out.write(
                json.dumps(row_of(stored, ports.store.institution), ensure_ascii=False) + "\n"
            )
            count += 1
    return {"file": str(output), "records": count}


async def walk(query: RecordQuery, ports: Ports) -> AsyncIterator[StoredRecord]:
    """Yield the records of a query, page by page; the first page records the look."""
    page = await records.search(query, actor=actor(), ports=ports)
    while page:
        for stored in page:
            yield stored
        onward = RecordQuery(
            after=page[-1].sequence, limit=PAGE, since=query.since, until=query.until
        )
        page = await ports.store.records(onward)


@act(app, "verify")
async def verify(*, ports: Ports) -> Row | No:
    """記録の完全性を検証する / Walk the whole log and compare it with chain and checkpoints."""
    found = await records.verify(ports=ports)
    shown = {
        "institution": ports.store.institution,
        "size": found.size,
        "verified": found.fault is None,
        "root": found.root.hex(),
        "chain": found.chain.hex(),
        "checkpoints": found.checkpoints,
        "fault": found.fault,
    }
    return No(shown=shown) if found.fault else shown


def row_of(stored: StoredRecord, institution: str) -> Row:
    """Return a record of an institution's log without the person."""
    record, judged = stored.record, stored.record.judged
    return {
        "institution": institution,
        "sequence": stored.sequence,
        "at": record.at.isoformat(),
        "act": str(record.act),
        "phase": str(record.phase),
        "result": record.result,
        "code": record.code,
        "actor": record.actor,
        "inquirer": record.inquirer,
        "provider": record.provider,
        "instrument": record.instrument,
        "basis": record.basis,
        "inquirer_delegator": record.mandate.inquirer_delegator,
        "provider_delegator": record.mandate.provider_delegator,
        "consent": record.mandate.consent,
        "affair": "-".join(filter(None, (record.row, record.clause))) or None,
        "information": [
            {"information": want.information, "items": list(want.items)} for want in record.wanted
        ],
        "requested_at": record.requested_at.isoformat() if record.requested_at else None,
        "request_id": record.request_id,
        "transaction_number": record.transaction_number,
        "permit_id": record.permit_id,
        "edition_sha256": record.edition_sha256,
        "list": judged.sequence if judged else None,
        "own_list": judged.own_sequence if judged else None,
        "ruling_sha256": judged.ruling.hex() if judged else None,
        "nondisclosure": record.nondisclosure,
        "digest": record.digest.hex() if record.digest else None,
        "leaf": stored.leaf.hex(),
        "chain": stored.chain.hex(),
    }
