import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.network.directory import Directory, Peer, Trust
from gateway.network.tls import TlsFiles, client_context, find_hop, server_context
from tests.unit.network.pki import Authority, Leaf
from wire.keys import KeyRing

pytestmark = pytest.mark.integration

OURS, THEIRS = "990019", "990027"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    authority: Authority
    server: Leaf
    client: Leaf
    trust: Trust


@pytest.fixture
def house(tmp_path: Path) -> House:
    authority = Authority(folder=tmp_path)
    server, client = authority.issue(OURS), authority.issue(THEIRS)
    return House(authority=authority, server=server, client=client, trust=pin(server, client))


def pin(server: Leaf, client: Leaf) -> Trust:
    peers = {OURS: peer(OURS, server), THEIRS: peer(THEIRS, client)}
    return Trust(Directory(sequence=1, peers=peers, keys=KeyRing({}), permit_keys=KeyRing({})))


def peer(institution: str, leaf: Leaf) -> Peer:
    pins = frozenset({bytes.fromhex(leaf.sha256)})
    return Peer(institution=institution, url="https://127.0.0.1:1", tls_sha256=pins)


@asynccontextmanager
async def listening(context: ssl.SSLContext) -> AsyncIterator[int]:
    async def tell_hop(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((find_hop(writer.transport) or "none").encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(tell_hop, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def ask(port: int, context: ssl.SSLContext) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    try:
        return (await reader.read()).decode()
    finally:
        writer.close()


async def is_refused(port: int, context: ssl.SSLContext) -> bool:
    # Under TLS 1.3 a refusal of the client's certificate arrives after its handshake, as an
    # error or as an early end.
    try:
        return await ask(port, context) == ""
    except OSError:
        return True


async def test_a_pinned_client_is_known_by_its_institution(house: House) -> None:
    async with listening(server_context(house.server.files, house.trust)) as port:
        context = client_context(house.client.files, house.trust, OURS)

        assert await ask(port, context) == THEIRS


def rogue(house: House, folder: Path) -> TlsFiles:
    other = Authority(folder=folder, name="rogue").issue(THEIRS)
    return replace(other.files, authority=house.authority.path)


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("another authority", "unable to get local issuer certificate"),
        ("for servers only", "unsuitable certificate purpose"),
        ("expired", "certificate has expired"),
        ("not pinned", "certificate is not pinned"),
        ("of an unknown institution", "certificate is not pinned"),
        ("of two institutions", "certificate is not pinned"),
        ("of no institution", "certificate is not pinned"),
        ("revoked", "certificate revoked"),
    ],
)
async def test_a_wrong_client_certificate_is_refused_and_logged(
    case: str, reason: str, house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    authority, ours = house.authority, house.server.files
    theirs = {
        "another authority": lambda: rogue(house, tmp_path),
        "for servers only": lambda: (
            authority.issue(THEIRS, usages=(ExtendedKeyUsageOID.SERVER_AUTH,)).files
        ),
        "expired": lambda: authority.issue(THEIRS, days=-1).files,
        "not pinned": lambda: authority.issue(THEIRS).files,
        "of an unknown institution": lambda: authority.issue("990035").files,
        "of two institutions": lambda: authority.issue(THEIRS, OURS).files,
        "of no institution": lambda: authority.issue().files,
        "revoked": lambda: house.client.files,
    }[case]()
    if case == "revoked":
        ours = replace(ours, revoked=authority.revoke(house.client))

    async with listening(server_context(ours, house.trust)) as port:
        with caplog.at_level(logging.WARNING, "gateway.network.tls"):
            assert await is_refused(port, client_context(theirs, house.trust, OURS))

    [record] = [r for r in caplog.records if r.__dict__.get("side") == "server"]
    assert (record.__dict__["action"], record.__dict__["reason"]) == ("handshake_refuse", reason)


async def test_a_client_without_a_certificate_is_refused_and_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    context = ssl.create_default_context(cafile=str(house.authority.path))
    async with listening(server_context(house.server.files, house.trust)) as port:
        with caplog.at_level(logging.WARNING, "gateway.network.tls"):
            assert await is_refused(port, context)

    assert caplog.records[0].__dict__["reason"] == "PEER_DID_NOT_RETURN_A_CERTIFICATE"


async def test_older_protocols_are_refused(house: House) -> None:
    context = client_context(house.client.files, house.trust, OURS)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    async with listening(server_context(house.server.files, house.trust)) as port:
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            await ask(port, context)


async def test_a_server_that_is_not_who_was_called_is_refused(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(server_context(house.server.files, house.trust)) as port:
        with pytest.raises(ssl.SSLCertVerificationError, match="not pinned"):
            await ask(port, client_context(house.client.files, house.trust, THEIRS))

    assert caplog.records[0].__dict__["side"] == "client"


async def test_one_listener_may_serve_two_institutions(house: House) -> None:
    both = house.authority.issue(OURS, THEIRS)
    trust = pin(both, both)
    caller = Trust(trust.directory)
    async with listening(server_context(both.files, pin(both, house.client))) as port:
        for institution in (OURS, THEIRS):
            context = client_context(house.client.files, caller, institution)
            assert await ask(port, context) == THEIRS


async def test_a_replaced_directory_counts_from_the_next_handshake(house: House) -> None:
    async with listening(server_context(house.server.files, house.trust)) as port:
        context = client_context(house.client.files, house.trust, OURS)
        assert await ask(port, context) == THEIRS

        ours = {OURS: house.trust.directory.peers[OURS]}
        house.trust.replace(
            Directory(sequence=2, peers=ours, keys=KeyRing({}), permit_keys=KeyRing({}))
        )
        assert await is_refused(port, context)
    assert find_hop(None) is None
