"""Rows of a batch while they come in: lines of JSON, or lines of the file of inquiries (.DAT)."""

from collections.abc import AsyncIterator
from datetime import date
from hashlib import sha256

import msgspec

from gateway.domain.batch import BatchRow, reject
from gateway.ports import Ports
from gateway.transport.inquiries import digest_of, to_asked
from gateway.transport.inquiry_file import Fault, parse_line, translate
from gateway.transport.json_body import decode
from gateway.transport.problems import RequestError
from gateway.transport.routes import INQUIRY_FILE
from gateway.transport.schemas.batches import BatchRowRequest
from gateway.usecases.judging import day_of

PATH = "/v1/batches"


async def read_rows(
    lines: AsyncIterator[bytes], *, media_type: str, ports: Ports
) -> AsyncIterator[BatchRow]:
    """Yield the rows that lines say.

    Raises:
        RequestError: a line cannot be read, or there is none; the error names the line.
    """
    number = 0
    today = day_of(ports.clock.now())
    async for raw in lines:
        number += 1
        if media_type == INQUIRY_FILE:
            yield _read_file_line(raw, number, today, ports=ports)
        else:
            asked = decode(raw.removesuffix(b"\n"), BatchRowRequest, root=f"line {number}: $")
            yield _to_row(asked, number)
    if not number:
        raise RequestError("request.malformed", path="line 1: $")


def _read_file_line(raw: bytes, line: int, today: date, *, ports: Ports) -> BatchRow:
    asked = translate(
        parse_line(raw, line=line),
        institution=ports.store.institution,
        codes=ports.policy.operating_codes,
        on=today,
    )
    if isinstance(asked, Fault):
        row = BatchRow(line=line, digest=sha256(raw).digest(), asked=None)
        return reject(row, asked.code, asked.field)
    return _to_row(asked, line)


def _to_row(request: BatchRowRequest, line: int) -> BatchRow:
    asked = msgspec.structs.replace(request, number=request.number.zfill(15), key=None)
    digest = digest_of(PATH, asked)
    return BatchRow(line=line, digest=digest, asked=to_asked(asked), key=request.key)
