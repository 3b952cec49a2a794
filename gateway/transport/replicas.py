"""Replicas: load entries as JSON or line by line, look at what became of a load."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

from gateway.domain.catalogue import explain
from gateway.domain.errors import UnknownError
from gateway.domain.identifiers import LocalNumber
from gateway.domain.replica import ReplicaItem, ReplicaLoad
from gateway.transport.problems import RequestError
from gateway.transport.routes import Call, Operation, Reply, Sample
from gateway.transport.schemas.common import NoQuery
from gateway.transport.schemas.replicas import (
    ComparisonResource,
    RejectedEntry,
    ReplicaEntryRequest,
    ReplicaItemRequest,
    ReplicaReceipt,
    ReplicaRequest,
)
from gateway.usecases import comparing, replicas

PATH: Final = "/v1/replicas"
AT_ONCE: Final = 64  # entries before other requests have their turn


async def load(call: Call[ReplicaRequest | tuple[ReplicaEntryRequest, ...], NoQuery]) -> Reply:
    """Apply a load; each entry ends as applied or rejected with a reason (G7).

    Raises:
        RequestError: a line cannot be read, or there is none; nothing was applied.
    """
    asked = await _read_entries(call.body)
    done = await replicas.load(asked, system=call.system, ports=call.ports)
    return Reply(
        status=202, body=_to_resource(done), headers={"Location": f"{PATH}/{done.receipt}"}
    )


async def show(call: Call[None, NoQuery]) -> Reply:
    """Return what became of a load.

    Raises:
        UnknownError: this system has none of that receipt.
    """
    done = await replicas.find_load(call.named("receipt"), system=call.system, ports=call.ports)
    if done is None:
        raise UnknownError
    return Reply(body=_to_resource(done))


async def compare(call: Call[ReplicaRequest | tuple[ReplicaEntryRequest, ...], NoQuery]) -> Reply:
    """Compare replicas with the originals of the calling system; their values are not kept.

    Raises:
        RequestError: a line cannot be read, or there is none; nothing was compared.
    """
    asked = await _read_entries(call.body)
    done = await comparing.compare(asked, system=call.system, ports=call.ports)
    resource = ComparisonResource(
        receipt=done.receipt,
        total=len(asked),
        equal=done.equal,
        different=done.different,
        missing=done.missing,
        compared_at=done.compared_at,
    )
    return Reply(body=resource)


async def _read_entries(
    body: ReplicaRequest | tuple[ReplicaEntryRequest, ...],
) -> list[replicas.ReplicaEntry]:
    entries = body.entries if isinstance(body, ReplicaRequest) else body
    if not entries:
        raise RequestError("request.malformed", path="line 1: $")
    return await _to_entries(entries)


async def _to_entries(
    entries: Sequence[ReplicaEntryRequest],
) -> list[replicas.ReplicaEntry]:
    """Return a load as the use case takes it; others have their turn in between."""
    found = []
    for number, entry in enumerate(entries):
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
        found.append(_to_entry(entry))
    return found


def _to_entry(entry: ReplicaEntryRequest) -> replicas.ReplicaEntry:
    return replicas.ReplicaEntry(
        local_number=LocalNumber(entry.number.zfill(15)),
        information=entry.information,
        record_key=entry.record_key,
        as_of=entry.as_of,
        public_from=entry.public_from,
        public_to=entry.public_to,
        items=tuple(
            ReplicaItem(item=item.item, value=item.value, reason=item.reason)
            for item in entry.items
        ),
        operation=entry.operation,
    )


def _to_resource(done: ReplicaLoad) -> ReplicaReceipt:
    return ReplicaReceipt(
        receipt=done.receipt,
        total=done.total,
        applied=done.applied,
        pending=done.pending,
        rejected=tuple(
            RejectedEntry(
                line=one.line,
                code=one.code,
                field=one.field,
                title_ja=explain(one.code).title_ja,
                title_en=explain(one.code).title_en,
            )
            for one in done.rejected
        ),
        loaded_at=done.loaded_at,
    )


_SAMPLE: Final = ReplicaReceipt(
    receipt="9c1d2e3f-4a5b-4c6d-8e7f-0a1b2c3d4e5f",
    total=2,
    applied=1,
    pending=0,
    rejected=(
        RejectedEntry(
            line=2,
            code="address.unknown",
            field="number",
            title_ja=explain("address.unknown").title_ja,
            title_en=explain("address.unknown").title_en,
        ),
    ),
    loaded_at=datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
)

_ENTRIES: Final = ReplicaRequest(
    entries=(
        ReplicaEntryRequest(
            number="1001",
            information="地方税関係情報",
            record_key="2026",
            as_of=date(2026, 1, 1),
            public_from=date(2026, 6, 1),
            items=(ReplicaItemRequest(item="total_income", value="2400000"),),
        ),
    )
)
_COMPARED: Final = ComparisonResource(
    receipt="0d1e2f3a-4b5c-4d6e-8f7a-1b2c3d4e5f6a",
    total=1,
    equal=0,
    different=(1,),
    missing=(),
    compared_at=datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
)

OPERATIONS: Final = (
    Operation(
        name="load_replicas",
        method="POST",
        path=PATH,
        scope="replicas:load",
        handler=load,
        summary_ja="副本を登録・更新・削除する",
        summary_en="Load replica entries; a line that cannot be read refuses the whole load.",
        body=ReplicaRequest,
        lines=ReplicaEntryRequest,
        sample=_ENTRIES,
        replies={202: Sample(text="What became of it.", value=_SAMPLE, headers=("Location",))},
        may_refuse=(409,),
    ),
    Operation(
        name="show_replica_load",
        method="GET",
        path=f"{PATH}/{{receipt}}",
        scope="replicas:read",
        handler=show,
        summary_ja="副本登録の結果を見る",
        summary_en="Show what became of a load.",
        replies={200: Sample(text="What became of it.", value=_SAMPLE)},
    ),
    Operation(
        name="compare_replicas",
        method="POST",
        path="/v1/replica-comparisons",
        scope="replicas:compare",
        handler=compare,
        summary_ja="副本を原本と突き合わせる",
        summary_en="Compare replicas with originals; send all of them on every business day.",
        body=ReplicaRequest,
        lines=ReplicaEntryRequest,
        sample=_ENTRIES,
        replies={200: Sample(text="What differs.", value=_COMPARED)},
        may_refuse=(409,),
    ),
)
