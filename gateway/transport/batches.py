"""Batches: hand over, look at, read the results while they come, retry, cancel."""

from collections.abc import AsyncIterator
from typing import Final

import msgspec

from gateway.transport.batch_resources import ROW_SAMPLE, SAMPLE, to_resource, to_row_resource
from gateway.transport.batch_rows import PATH, read_rows
from gateway.transport.inquiries import read_key
from gateway.transport.routes import (
    INQUIRY_FILE,
    MIB,
    NDJSON,
    Call,
    HeaderRule,
    Operation,
    Reply,
    Sample,
)
from gateway.transport.schemas.batches import BatchRowRequest
from gateway.transport.schemas.common import Cursor, NoQuery
from gateway.transport.schemas.inquiries import WantedInformation
from gateway.usecases import batch_intake, batches
from gateway.usecases.looks import note_look

IDEMPOTENCY_KEY: Final = HeaderRule(
    name="Idempotency-Key",
    text="One key stands for one batch; a repeat with the same rows returns it.",
    pattern=r"\A[!-~]{1,64}\Z",
    sample="batch-2026-11-24",
    required=True,
)


async def submit(call: Call[AsyncIterator[bytes], NoQuery]) -> Reply:
    """Take a batch in while it comes; a line that cannot be read refuses all of it.

    Raises:
        RequestError: a line cannot be read; nothing stays.
        GatewayError: nothing stays.
    """
    command = batch_intake.SubmitBatch(system=call.system, idempotency_key=read_key(call.request))
    rows = read_rows(call.body, media_type=call.request.content_type, ports=call.ports)
    batch = await batch_intake.submit(command, rows, ports=call.ports)
    view = await batches.load(batch.batch_id, system=call.system, ports=call.ports)
    return Reply(
        status=202, body=to_resource(view), headers={"Location": f"{PATH}/{batch.batch_id}"}
    )


async def show(call: Call[None, NoQuery]) -> Reply:
    """Return how far a batch is.

    Raises:
        UnknownError: this system has none of that id.
    """
    view = await batches.load(call.named("id"), system=call.system, ports=call.ports)
    return Reply(body=to_resource(view))


async def list_results(call: Call[None, Cursor]) -> Reply:
    """Return rows as they stand now, one a line; a header leads to the next page.

    Raises:
        UnknownError: this system has no batch of that id.
    """
    batch = (await batches.load(call.named("id"), system=call.system, ports=call.ports)).batch
    after, limit = int(call.query.after or 0), call.query.limit
    rows = await batches.list_rows(batch, after=after, limit=limit, ports=call.ports)
    for one in rows:
        if one.inquiry is not None:
            await note_look(one.inquiry, actor=call.access.client.client_id, ports=call.ports)
    body = b"".join(msgspec.json.encode(to_row_resource(one)) + b"\n" for one in rows)
    headers = {}
    if rows and rows[-1].row.line < batch.total:
        page = f"{PATH}/{batch.batch_id}/results?after={rows[-1].row.line}&limit={limit}"
        headers["Link"] = f'<{page}>; rel="next"'
    return Reply(body=body, media_type=NDJSON, headers=headers)


async def retry(call: Call[None, NoQuery]) -> Reply:
    """Ask again for the rows that failed, expired, or were of somebody unknown.

    Raises:
        UnknownError: this system has none of that id.
        StateError: it was cancelled, or no row can be retried.
    """
    view = await batches.retry(call.named("id"), system=call.system, ports=call.ports)
    return Reply(status=202, body=to_resource(view))


async def cancel(call: Call[None, NoQuery]) -> Reply:
    """End a batch on the caller's wish.

    Raises:
        UnknownError: this system has none of that id.
        StateError: all its rows have ended already.
    """
    view = await batches.cancel(call.named("id"), system=call.system, ports=call.ports)
    return Reply(status=202, body=to_resource(view))


_ASKED: Final = BatchRowRequest(
    number="1001",
    affair="69-7",
    provider="991023",
    information=(WantedInformation(information="地方税関係情報", items=("total_income",)),),
    key="2026-11-0001",
)

OPERATIONS: Final = (
    Operation(
        name="submit_batch",
        method="POST",
        path=PATH,
        scope="batches:submit",
        handler=submit,
        summary_ja="一括照会を行う",
        summary_en="Hand over many inquiries, one JSON object a line, or as the fixed-format file"
        " (.DAT, 18 fields). A line that cannot be read refuses all of it.",
        lines=BatchRowRequest,
        line_types=(NDJSON, INQUIRY_FILE),
        sample=_ASKED,
        headers=(IDEMPOTENCY_KEY,),
        replies={202: Sample(text="It goes on.", value=SAMPLE, headers=("Location",))},
        may_refuse=(409,),
        most_bytes_streamed=256 * MIB,
        read_seconds=600.0,
    ),
    Operation(
        name="show_batch",
        method="GET",
        path=f"{PATH}/{{id}}",
        scope="batches:read",
        handler=show,
        summary_ja="一括照会の進み具合を見る",
        summary_en="Show how far a batch is: how many rows are where.",
        replies={200: Sample(text="How far it is.", value=SAMPLE)},
    ),
    Operation(
        name="list_batch_results",
        method="GET",
        path=f"{PATH}/{{id}}/results",
        scope="batches:read",
        handler=list_results,
        summary_ja="一括照会の結果を受け取る",
        summary_en="List the rows of a batch as they stand now, also while it goes on. `after` is"
        " the line of the last row that was read; a Link header names the next page.",
        query=Cursor,
        replies={200: Sample(text="One row a line.", value=ROW_SAMPLE, media_type=NDJSON)},
    ),
    Operation(
        name="retry_batch",
        method="POST",
        path=f"{PATH}/{{id}}/retry",
        scope="batches:retry",
        handler=retry,
        summary_ja="失敗した明細をもう一度照会する",
        summary_en="Ask again for the rows that failed, expired, or were of somebody unknown.",
        replies={202: Sample(text="They wait to be asked.", value=SAMPLE)},
        may_refuse=(409,),
    ),
    Operation(
        name="cancel_batch",
        method="POST",
        path=f"{PATH}/{{id}}/cancel",
        scope="batches:cancel",
        handler=cancel,
        summary_ja="一括照会を取り消す",
        summary_en="Cancel what is pending of a batch.",
        replies={202: Sample(text="It is being cancelled.", value=SAMPLE)},
        may_refuse=(409,),
    ),
)
