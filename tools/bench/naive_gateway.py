"""The trivial baseline: an inquirer's gateway as usually written, an ORM and a commit per record.

    python tools/bench/naive_gateway.py SETTINGS.json   # prints its port; ends with standard input

It speaks the same documents to the same core, and waits for the same disk. It leaves out much:
tokens, encryption of what is stored, deadlines, repeats, the law's classes.
"""

import asyncio
import json
import ssl
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy import create_engine, event, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from gateway.network.directory import read_directory
from wire.documents import MEDIA_TYPE, PERMIT_TYPE, XML_TYPE, Document, decode_stream, seal
from wire.messages import (
    Answer,
    Inquiry,
    Message,
    PermitRequest,
    RequestedInformation,
    decode,
    encode,
    kind_of,
)
from wire.permit import PermitClaims, read
from wire.signatures import ECDSA_P256, Signer, verify


class Base(DeclarativeBase):
    """Tables of the naive gateway."""


class RuleRow(Base):
    """A row of the permit list."""

    __tablename__ = "rules"
    id: Mapped[int] = mapped_column(primary_key=True)
    affair: Mapped[str] = mapped_column(index=True)
    information: Mapped[str]


class PersonRow(Base):
    """A person and the symbol."""

    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    symbol: Mapped[str]


class InquiryRow(Base):
    """An inquiry."""

    __tablename__ = "inquiries"
    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int]
    state: Mapped[str]
    permit: Mapped[bytes | None]
    answer: Mapped[bytes | None]


class RecordRow(Base):
    """A record, chained to the one before."""

    __tablename__ = "records"
    id: Mapped[int] = mapped_column(primary_key=True)
    inquiry_id: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]
    phase: Mapped[str]
    chain: Mapped[bytes]


class NaiveGateway:
    """Everything in one handler, in the order in which one thinks of it."""

    def __init__(self, settings: dict[str, str]) -> None:
        self._code, self._core = settings["code"], settings["core"]
        key = load_pem_private_key(Path(settings["signing_key"]).read_bytes(), None)
        self._signer = Signer(settings["key_id"], ECDSA_P256, key)  # type: ignore[arg-type]  # P-256
        directory = read_directory(Path(settings["directory"]).read_bytes())
        self._keys, self._permit_keys = directory.keys, directory.permit_keys
        self._url = directory.load_peer(self._core).url
        self._tls = ssl.create_default_context(cafile=settings["ca"])
        self._tls.load_cert_chain(settings["certificate"], settings["tls_key"])
        self._client = aiohttp.ClientSession()
        self._engine = create_engine(f"sqlite:///{settings['database']}")
        event.listen(self._engine, "connect", _make_durable)
        Base.metadata.create_all(self._engine)
        with Session(self._engine) as session:
            people = json.loads(Path(settings["people"]).read_text("utf-8"))
            session.add_all(PersonRow(number=n, symbol=s) for n, s in people.items())
            session.add(RuleRow(affair=settings["affair"], information=settings["information"]))
            session.commit()

    async def inquire(self, request: web.Request) -> web.Response:
        """Answer one inquiry."""
        body = await request.json()
        with Session(self._engine, expire_on_commit=False) as session:
            inquiry, symbol = self._accept(session, body, request.headers["Idempotency-Key"])
        now = datetime.now(UTC)  # noqa: TID251  # a baseline without ports
        asked = _make_request(body, inquiry.id, self._code, symbol, now)
        permit = await self._send(self._seal(asked, self._core, now))
        claims = read(permit.body, self._permit_keys)
        with Session(self._engine, expire_on_commit=False) as session:
            inquiry = session.get_one(InquiryRow, inquiry.id)
            inquiry.state, inquiry.permit = "sent", permit.body
            session.commit()
        question = _make_question(asked, claims)
        enclosed = seal(
            kind="permit",
            message_id=claims.permit_id,
            sender=self._core,
            recipient=asked.provider,
            created=now,
            body=permit.body,
            content_type=PERMIT_TYPE,
            signer=None,
        )
        reply = await self._send(self._seal(question, asked.provider, now), enclosed)
        verify(reply, self._keys, now=datetime.now(UTC))  # noqa: TID251  # as above
        answer = decode(reply.kind, reply.body)
        if not isinstance(answer, Answer):
            raise web.HTTPBadGateway
        with Session(self._engine, expire_on_commit=False) as session:
            inquiry = session.get_one(InquiryRow, inquiry.id)
            inquiry.state, inquiry.answer = "answered", reply.body
            session.commit()
            self._record(session, inquiry, "outcome")
        items = [
            {"item": i.id, "value": i.value} for part in answer.information for i in part.items
        ]
        shown = {"id": inquiry.id, "state": inquiry.state, "items": items}
        return web.Response(
            body=json.dumps(shown, separators=(",", ":")).encode(), content_type="application/json"
        )

    async def close(self) -> None:
        """Close the connections to the core."""
        await self._client.close()

    def _accept(self, session: Session, body: dict[str, Any], key: str) -> tuple[InquiryRow, str]:
        """Return the inquiry, stored and recorded, and the person's symbol."""
        if session.scalar(select(InquiryRow).where(InquiryRow.key == key)):
            raise web.HTTPConflict
        rules = session.scalars(select(RuleRow).where(RuleRow.affair == body["affair"]))
        wanted = {part["information"] for part in body["information"]}
        if not wanted <= {rule.information for rule in rules}:
            raise web.HTTPForbidden
        number = body["number"]
        person = session.scalars(select(PersonRow).where(PersonRow.number == number)).one()
        inquiry = InquiryRow(id=str(uuid4()), key=key, person_id=person.id, state="requested")
        session.add(inquiry)
        session.commit()
        self._record(session, inquiry, "intent")
        return inquiry, person.symbol

    def _record(self, session: Session, inquiry: InquiryRow, phase: str) -> None:
        """Append a record in a commit of its own."""
        last = session.scalar(select(RecordRow).order_by(RecordRow.id.desc()).limit(1))
        said = f"{inquiry.id} {phase} {inquiry.state}".encode()
        chain = sha256((last.chain if last else b"") + said).digest()
        now = datetime.now(UTC)  # noqa: TID251  # as above
        session.add(RecordRow(inquiry_id=inquiry.id, at=now, phase=phase, chain=chain))
        session.commit()

    def _seal(self, message: Message, recipient: str, now: datetime) -> Document:
        return seal(
            kind=kind_of(message),
            message_id=str(uuid4()),
            sender=self._code,
            recipient=recipient,
            created=now,
            body=encode(message),
            content_type=XML_TYPE,
            signer=self._signer,
        )

    async def _send(self, *documents: Document) -> Document:
        """Return what the core replies to the first document."""
        async with self._client.post(
            f"{self._url}/network/v1/documents",
            data=b"".join(one.raw for one in documents),
            headers={"Content-Type": MEDIA_TYPE},
            ssl=self._tls,
        ) as response:
            [reply] = decode_stream(await response.read())
        if not isinstance(reply, Document):
            raise reply
        return reply


def _make_request(
    body: dict[str, Any], request_id: str, inquirer: str, symbol: str, now: datetime
) -> PermitRequest:
    row, _, clause = body["affair"].partition("-")
    return PermitRequest(
        request_id=request_id,
        inquirer=inquirer,
        provider=body["provider"],
        instrument="shourei-r6",
        row=row,
        clause=clause,
        basis="19-8",
        information=tuple(
            RequestedInformation(name=part["information"]) for part in body["information"]
        ),
        symbol=symbol,
        requested_at=now,
        period_from=None,
        period_to=None,
        nondisclosure=False,
    )


def _make_question(asked: PermitRequest, claims: PermitClaims) -> Inquiry:
    return Inquiry(
        transaction_number=claims.transaction_number,
        permit_id=claims.permit_id,
        inquirer=asked.inquirer,
        provider=asked.provider,
        instrument=asked.instrument,
        row=asked.row,
        clause=asked.clause,
        information=asked.information,
        requested_at=asked.requested_at,
        period_from=None,
        period_to=None,
        nondisclosure=False,
    )


def _make_durable(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=wal")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


async def main(settings: dict[str, str]) -> None:
    """Serve until whoever started this closes standard input."""
    naive = NaiveGateway(settings)
    app = web.Application()
    app.router.add_post("/v1/inquiries", naive.inquire)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()
    await naive.close()


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text("utf-8"))))
