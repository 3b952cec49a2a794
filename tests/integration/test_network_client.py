"""The calling end against servers that answer wrongly, byte by byte."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.bootstrap.runner import TaskRunner
from gateway.domain.errors import PeerUnreachableError, RefusedError
from gateway.network.client import Bounds, DocumentsClient
from gateway.network.directory import Directory, Peer, Trust
from gateway.network.lanes import Limits
from gateway.network.tls import TlsFiles, server_context
from tests.unit.network.pki import Authority
from wire.documents import MEDIA_TYPE, XML_TYPE, Document, decode_stream, seal
from wire.keys import KeyRing

OURS, THEIRS, THIRD = "990019", "990027", "990035"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
LIMIT = 50_000


def document(
    number: int, *, to: str = THEIRS, body: bytes = b"<x/>", reply_to: int | None = None
) -> Document:
    return seal(
        kind="receipt",
        message_id=message_id(number),
        sender=OURS,
        recipient=to,
        in_reply_to=None if reply_to is None else message_id(reply_to),
        created=NOW,
        content_type=XML_TYPE,
        body=body,
        signer=None,
    )


def message_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def http(
    body: bytes, *, status: str = "200 OK", length: int | None = None, **headers: str
) -> bytes:
    """Return an HTTP response; `length` lies about its body."""
    fields = {"Content-Type": MEDIA_TYPE} | {k.replace("_", "-"): v for k, v in headers.items()}
    if "Transfer-Encoding" not in fields:
        fields["Content-Length"] = str(len(body) if length is None else length)
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass(slots=True)
class Server:
    """A TLS server that answers every POST with what `answer` returns, then hangs up if told."""

    answer: Callable[[list[Document]], Awaitable[bytes]]
    hangs_up: bool = False
    connections: int = 0
    heads: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head)
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                found = decode_stream(await reader.readexactly(length))
                writer.write(await self.answer([d for d in found if isinstance(d, Document)]))
                await writer.drain()
                if self.hangs_up:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


async def reply_to_all(documents: list[Document]) -> bytes:
    numbers = [int(one.message_id[-6:]) for one in documents]
    replies = [document(n + 500, to=OURS, reply_to=n).raw for n in numbers]
    return http(b"".join(replies))


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A client that trusts a server at a port."""

    client: DocumentsClient
    server: Server
    trust: Trust


@pytest.fixture
async def setting(tmp_path: Path) -> AsyncIterator[Setting]:
    authority = Authority(folder=tmp_path)
    ours, theirs = authority.issue(OURS), authority.issue(THEIRS)

    def directory(port: int, sequence: int) -> Directory:
        peers = {
            code: Peer(
                institution=code,
                url=f"https://127.0.0.1:{port}",
                tls_sha256=frozenset({bytes.fromhex(leaf.sha256)}),
            )
            for code, leaf in ((OURS, ours), (THEIRS, theirs), (THIRD, ours))
        }
        return Directory(sequence=sequence, peers=peers, keys=KeyRing({}), permit_keys=KeyRing({}))

    trust = Trust(directory(1, 1))
    server = Server(reply_to_all)
    listener = await asyncio.start_server(
        server.serve, "127.0.0.1", 0, ssl=server_context(theirs.files, trust)
    )
    trust.replace(directory(listener.sockets[0].getsockname()[1], 2))
    async with listener, TaskRunner() as runner:
        yield Setting(client=make_client(ours.files, trust, runner), server=server, trust=trust)


def make_client(files: TlsFiles, trust: Trust, runner: TaskRunner) -> DocumentsClient:
    return DocumentsClient(
        files,
        trust,
        runner,
        limits=Limits(in_flight=2),
        bounds=Bounds(reply_bytes=LIMIT, connect_seconds=5, call_seconds=5),
    )


async def send(setting: Setting, number: int = 1, **header: object) -> Document:
    sent = document(number, **header)  # type: ignore[arg-type]  # fields of a document
    try:
        return await setting.client.send([sent], hop=THEIRS, seconds=10)
    finally:
        if not header:
            await setting.client.close()


def answers(content: bytes) -> Callable[[list[Document]], Awaitable[bytes]]:
    async def answer(_: list[Document]) -> bytes:
        return content

    return answer


GOOD = document(501, to=OURS, reply_to=1).raw

BAD: dict[str, tuple[bytes, dict[str, str | int] | None]] = {
    "a server error": (http(b"", status="500 Oops"), {"status": 500}),
    "an unavailable server": (http(b"", status="503 Later"), {"status": 503}),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", {"status": 204}),
    "a redirect": (
        http(b"", status="307 There", Location="/network/v1/documents"),
        {"status": 307},
    ),
    "another media type": (http(GOOD, Content_Type="text/html"), {"reason": "content_type"}),
    "a compressed body": (http(GOOD, Content_Encoding="gzip"), {"reason": "content_type"}),
    "a body announced too large": (http(GOOD, length=LIMIT + 1), {"reason": "reply_size"}),
    "a body that grows too large": (
        http(b"c351\r\n" + b"x" * 0xC351 + b"\r\n0\r\n\r\n", Transfer_Encoding="chunked"),
        {"reason": "reply_size"},
    ),
    "a body shorter than announced": (
        http(GOOD, length=len(GOOD) + 9),
        {"reason": "ClientPayloadError"},
    ),
    # Who sees the surplus first, HTTP or the framing, is a matter of TCP segments.
    "a body longer than announced": (http(GOOD, length=len(GOOD) - 9), None),
    "no HTTP": (b"hello\r\n\r\n", {"reason": "ClientResponseError"}),
    "nothing": (b"", {"reason": "ServerDisconnectedError"}),
    "an empty stream": (http(b""), {"reason": "no_reply"}),
}


@pytest.mark.parametrize("name", BAD)
async def test_an_answer_that_breaks_a_rule_is_an_unreachable_peer(
    name: str, setting: Setting
) -> None:
    content, context = BAD[name]
    setting.server.answer = answers(content)
    setting.server.hangs_up = True

    with pytest.raises(PeerUnreachableError) as caught:
        await send(setting)

    if context is not None:
        found = {"institution": THEIRS, **caught.value.context}
        assert found == {"institution": THEIRS, **context}
    assert len(setting.server.heads) == 1


async def test_a_reply_is_found_by_the_message_it_replies_to(setting: Setting) -> None:
    reply = await send(setting)

    assert reply.in_reply_to == message_id(1)
    [head] = setting.server.heads
    assert head.startswith(b"POST /network/v1/documents HTTP/1.1\r\n")


async def test_a_server_that_is_not_the_institution_called_is_never_spoken_to(
    setting: Setting,
) -> None:
    with pytest.raises(PeerUnreachableError, match="Certificate"):
        await setting.client.send([document(1)], hop=THIRD, seconds=10)

    await setting.client.close()
    assert not setting.server.heads


async def test_an_institution_that_the_directory_does_not_name_is_never_called(
    setting: Setting,
) -> None:
    with pytest.raises(RefusedError, match=r"peer\.unknown"):
        await setting.client.send([document(1)], hop="990043", seconds=10)


async def test_a_closed_port_is_an_unreachable_peer(setting: Setting) -> None:
    peers = dict(setting.trust.directory.peers)
    peers[THEIRS] = replace(peers[THEIRS], url="https://127.0.0.1:1")
    setting.trust.replace(replace(setting.trust.directory, peers=peers))

    with pytest.raises(PeerUnreachableError, match="ClientConnectorError"):
        await send(setting)


async def test_proxies_of_the_environment_are_not_used(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")

    assert (await send(setting)).in_reply_to == message_id(1)


async def test_connections_are_kept_between_posts(setting: Setting) -> None:
    for number in range(5):
        await send(setting, number, to=THEIRS)
    await setting.client.close()

    assert (setting.server.connections, len(setting.server.heads)) == (1, 5)


async def test_documents_for_different_recipients_travel_apart(setting: Setting) -> None:
    await asyncio.gather(
        *(send(setting, n, to=THEIRS) for n in range(5)),
        *(send(setting, n, to=THIRD) for n in range(5, 10)),
    )
    await setting.client.close()

    assert len(setting.server.heads) == 2


async def test_a_stream_of_megabytes_arrives_whole(setting: Setting) -> None:
    reply = await send(setting, to=THEIRS, body=b"x" * 3_000_000)
    await setting.client.close()

    assert reply.in_reply_to == message_id(1)


async def test_bulk_that_hangs_does_not_delay_the_others(setting: Setting) -> None:
    free = asyncio.Event()

    async def answer(documents: list[Document]) -> bytes:
        if int(documents[0].message_id[-6:]) < 100:
            await free.wait()
        return await reply_to_all(documents)

    setting.server.answer = answer
    bulk = [
        asyncio.ensure_future(setting.client.send([document(n)], hop=THEIRS, seconds=10, bulk=True))
        for n in range(10)
    ]

    assert (await send(setting, 100, to=THEIRS)).in_reply_to == message_id(100)
    assert not any(one.done() for one in bulk)
    free.set()
    await asyncio.gather(*bulk)
    await setting.client.close()
