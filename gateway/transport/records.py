"""Exchange records of the caller's institution, by cursor; looking is recorded itself."""

from datetime import UTC, datetime
from typing import Final

from gateway.domain.records import StoredRecord
from gateway.ports import RecordQuery
from gateway.transport.inquiry_resources import affair_of
from gateway.transport.routes import Call, Operation, Reply, Sample
from gateway.transport.schemas.inquiries import WantedInformation
from gateway.transport.schemas.records import RecordPage, RecordResource, RecordsQuery
from gateway.usecases import records


async def list_records(call: Call[None, RecordsQuery]) -> Reply:
    """Return a page of records."""
    asked = call.query
    query = RecordQuery(
        after=-1 if asked.after is None else int(asked.after),
        limit=asked.limit,
        act=asked.act,
        transaction_number=asked.transaction_number,
        request_id=asked.request_id,
        counterpart=asked.counterpart,
        since=asked.since,
        until=asked.until,
    )
    found = await records.search(query, actor=call.access.client.client_id, ports=call.ports)
    full = len(found) == asked.limit
    page = RecordPage(
        records=tuple(_to_resource(stored) for stored in found),
        next=str(found[-1].sequence) if full else None,
    )
    return Reply(body=page)


def _to_resource(stored: StoredRecord) -> RecordResource:
    record, judged = stored.record, stored.record.judged
    return RecordResource(
        sequence=stored.sequence,
        leaf=stored.leaf.hex(),
        chain=stored.chain.hex(),
        act=record.act.value,
        phase=record.phase.value,
        at=record.at,
        result=record.result,
        code=record.code,
        actor=record.actor,
        request_id=record.request_id,
        transaction_number=record.transaction_number,
        permit_id=record.permit_id,
        inquirer=record.inquirer,
        provider=record.provider,
        instrument=record.instrument,
        basis=record.basis,
        inquirer_delegator=record.mandate.inquirer_delegator,
        provider_delegator=record.mandate.provider_delegator,
        consent=record.mandate.consent,
        affair=None if record.row is None else affair_of(record.row, record.clause),
        wanted=tuple(
            WantedInformation(information=want.information, items=want.items)
            for want in record.wanted
        ),
        requested_at=record.requested_at,
        edition_sha256=record.edition_sha256,
        permit_list=None if judged is None else judged.sequence,
        own_register=None if judged is None else judged.own_sequence,
        ruling_sha256=None if judged is None else judged.ruling.hex(),
        nondisclosure=record.nondisclosure,
        digest=None if record.digest is None else record.digest.hex(),
    )


_SAMPLE: Final = RecordPage(
    records=(
        RecordResource(
            sequence=41,
            leaf="ab" * 32,
            chain="cd" * 32,
            act="inquiry",
            phase="outcome",
            at=datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
            result="answered",
            code=None,
            actor="kokuho",
            request_id="7b1f0d3e-2c4a-4f5b-9e6d-8a7c6b5d4e3f",
            transaction_number="20261124000000001",
            permit_id="01f4c2d3",
            inquirer="991015",
            provider="991023",
            instrument="shourei-r6",
            basis="19-8",
            inquirer_delegator=None,
            provider_delegator=None,
            consent=False,
            affair="69-7",
            wanted=(WantedInformation(information="地方税関係情報", items=("total_income",)),),
            requested_at=datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
            edition_sha256="ef" * 32,
            permit_list=7,
            own_register=None,
            ruling_sha256="23" * 32,
            nondisclosure=False,
            digest="01" * 32,
        ),
    ),
    next="41",
)

OPERATIONS: Final = (
    Operation(
        name="list_records",
        method="GET",
        path="/v1/records",
        scope="records:list",
        handler=list_records,
        summary_ja="情報提供等記録を見る",
        summary_en="List exchange records of the own institution.",
        query=RecordsQuery,
        replies={200: Sample(text="A page.", value=_SAMPLE)},
    ),
)
