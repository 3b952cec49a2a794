"""Bad input: a clear refusal in two languages, and nothing changed."""

import asyncio
import gzip
import io
import json
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from aiohttp import ClientResponse

from gateway.domain.identifiers import IndividualNumber
from tests.support.business import Business, count_rows, serve_business
from tests.support.world import TAX, open_world, sandbox_number
from wire.numbers import individual_number_digit

STEM: Final = "98320567321"
TRUE_NUMBER: Final = STEM + individual_number_digit(STEM)
SANDBOX_NUMBER: Final = sandbox_number(int(STEM)).value
PERSON: Final = {
    "name": "架空 花子",
    "born_on": "1980-04-01",
    "sex_code": "2",
    "address": "みなと県仲立市1番地",
}
INQUIRY: Final[dict[str, Any]] = {
    "number": "1",
    "affair": "69-7",
    "provider": "991023",
    "information": [{"information": TAX}],
}
ADDRESS: Final[dict[str, Any]] = {
    "number": "2",
    "individual_number": SANDBOX_NUMBER,
    "basic": PERSON,
}
ENTRY: Final[dict[str, Any]] = {
    "number": "1",
    "information": TAX,
    "as_of": "2026-01-01",
    "public_from": "2026-06-01",
}
KEY: Final = {"Idempotency-Key": "k-1"}
JSON: Final = {"Content-Type": "application/json"}


# What is refused changes nothing, so all these tests share one world.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Business]:
    folder = tmp_path_factory.mktemp("bad_input")
    async with open_world(folder) as world, serve_business(world) as business:
        await world.register(world.a, 1)
        yield business


def text(body: dict[str, Any], **changed: object) -> bytes:
    return json.dumps(body | changed, ensure_ascii=False).encode()


BODIES = [
    # id, path, body, status, code, place
    ("malformed", "/v1/inquiries", b'{"number":', 400, "request.malformed", "$"),
    ("empty", "/v1/addresses", b"", 400, "request.malformed", "$"),
    (
        "duplicate key",
        "/v1/inquiries",
        text(INQUIRY)[:-1] + b',"number":"2"}',
        400,
        "request.duplicate_key",
        "$.number",
    ),
    (
        "duplicate key inside",
        "/v1/addresses",
        text(ADDRESS).replace(b'"sex_code"', b'"sex_code":"1","sex_code"'),
        400,
        "request.duplicate_key",
        "$.basic.sex_code",
    ),
    (
        "unknown field",
        "/v1/inquiries",
        text(INQUIRY, individual_number=SANDBOX_NUMBER),
        400,
        "request.unknown_field",
        "$.individual_number",
    ),
    (
        "unknown field inside",
        "/v1/replicas",
        text({"entries": [ENTRY | {"extra": 1}]}),
        400,
        "request.unknown_field",
        "$.entries[0].extra",
    ),
    ("missing field", "/v1/symbols", b"{}", 400, "request.missing_field", "$.number"),
    (
        "number instead of text",
        "/v1/inquiries",
        text(INQUIRY, number=1),
        400,
        "request.type",
        "$.number",
    ),
    (
        "text instead of list",
        "/v1/inquiries",
        text(INQUIRY, information=TAX),
        400,
        "request.type",
        "$.information",
    ),
    ("list instead of object", "/v1/addresses", b"[]", 400, "request.type", "$"),
    (
        "empty list",
        "/v1/inquiries",
        text(INQUIRY, information=[]),
        400,
        "request.invalid",
        "$.information",
    ),
    (
        "full-width local number",
        "/v1/inquiries",
        text(INQUIRY, number="１２３"),  # noqa: RUF001  # full-width on purpose
        400,
        "request.invalid",
        "$.number",
    ),
    (
        "full-width individual number",
        "/v1/addresses",
        text(ADDRESS, individual_number="".join(chr(ord(d) + 0xFEE0) for d in SANDBOX_NUMBER)),
        400,
        "request.invalid",
        "$.individual_number",
    ),
    (
        "hyphens in the individual number",
        "/v1/addresses",
        text(ADDRESS, individual_number="9832-0567-3214"),
        400,
        "request.invalid",
        "$.individual_number",
    ),
    (
        "11 digits",
        "/v1/addresses",
        text(ADDRESS, individual_number=STEM),
        400,
        "request.invalid",
        "$.individual_number",
    ),
    (
        "16 digits of a local number",
        "/v1/symbols",
        text({"number": "1" * 16}),
        400,
        "request.invalid",
        "$.number",
    ),
    (
        "wrong check digit",
        "/v1/addresses",
        text(ADDRESS, individual_number=STEM + str((int(TRUE_NUMBER[-1]) + 1) % 10)),
        422,
        "address.check_digit",
        "$.individual_number",
    ),
    (
        "a true number in the sandbox",
        "/v1/addresses",
        text(ADDRESS, individual_number=TRUE_NUMBER),
        422,
        "address.number_kind",
        "$.individual_number",
    ),
    (
        "a day that does not exist",
        "/v1/addresses",
        text(ADDRESS, basic=PERSON | {"born_on": "2026-02-30"}),
        400,
        "request.invalid",
        "$.basic.born_on",
    ),
    (
        "an unknown sex code",
        "/v1/addresses",
        text(ADDRESS, basic=PERSON | {"sex_code": "3"}),
        400,
        "request.invalid",
        "$.basic.sex_code",
    ),
    (
        "a line feed in a name",
        "/v1/addresses",
        text(ADDRESS, basic=PERSON | {"name": "架空\n花子"}),
        400,
        "request.invalid",
        "$.basic.name",
    ),
    (
        "an unknown kind of control",
        "/v1/controls",
        text(
            {
                "number": "1",
                "kind": "hidden",
                "reason": "r",
                "set_by": "s",
                "review_on": "2027-01-01",
            }
        ),
        400,
        "request.invalid",
        "$.kind",
    ),
    (
        "an affair in words",
        "/v1/inquiries",
        text(INQUIRY, affair="第69項"),
        400,
        "request.invalid",
        "$.affair",
    ),
    (
        "a provider code of 5 digits",
        "/v1/inquiries",
        text(INQUIRY, provider="99102"),
        400,
        "request.invalid",
        "$.provider",
    ),
    (
        "an unknown basis",
        "/v1/inquiries",
        text(INQUIRY, basis="19-7"),
        400,
        "request.invalid",
        "$.basis",
    ),
    (
        "a local number that nobody has",
        "/v1/inquiries",
        text(INQUIRY, number="404"),
        422,
        "address.unknown",
        None,
    ),
    (
        "byte order mark",
        "/v1/inquiries",
        b"\xef\xbb\xbf" + text(INQUIRY),
        400,
        "request.charset",
        "$",
    ),
    (
        "cp932",
        "/v1/inquiries",
        json.dumps(INQUIRY, ensure_ascii=False).encode("cp932"),
        400,
        "request.charset",
        "$",
    ),
    (
        "a NUL in a name",
        "/v1/addresses",
        json.dumps(ADDRESS | {"basic": PERSON | {"kana": "\x00"}}).encode(),
        400,
        "request.invalid",
        "$.basic.kana",
    ),
    (
        "100,000 levels",
        "/v1/inquiries",
        b'{"information":' + b"[" * 100_000,
        400,
        "request.type",
        "$.information[0]",
    ),
    (
        "1 MiB and one byte",
        "/v1/inquiries",
        b" " * ((1 << 20) + 1),
        413,
        "request.too_large",
        None,
    ),
    ("10 MB", "/v1/inquiries", b" " * 10_000_000, 413, "request.too_large", None),
]


async def assert_refused(
    response: ClientResponse, status: int, code: str, place: str | None = None
) -> dict[str, Any]:
    problem: dict[str, Any] = await response.json(content_type="application/problem+json")
    assert (response.status, problem["status"], problem["code"]) == (status, status, code)
    assert problem.get("path") == place
    assert not problem["title_ja"].isascii()
    assert not problem["detail_ja"].isascii()
    assert problem["title_en"]
    assert problem["detail_en"].endswith(".")
    assert len(problem["occurrence"]) == 36
    assert problem["retry"] in {"never", "same_id", "after"}
    return problem


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "place"),
    [row[1:] for row in BODIES],
    ids=[row[0] for row in BODIES],
)
async def test_a_bad_body_is_refused_in_two_languages_and_nothing_changes(
    api: Business, path: str, body: bytes, status: int, code: str, place: str | None
) -> None:
    before = await count_rows(api.world)
    response = await api.call("POST", path, data=io.BytesIO(body), headers=KEY | JSON)
    await assert_refused(response, status, code, place)
    for secret in (SANDBOX_NUMBER, TRUE_NUMBER, STEM, "9832-0567", "hidden", "第69項"):
        assert secret not in await response.text()
    assert await count_rows(api.world) == before


async def test_a_sandbox_number_is_refused_in_production(tmp_path: Path) -> None:
    production = {"a": {"numbers": "real"}}
    async with open_world(tmp_path, **production) as world, serve_business(world) as api:
        before = await count_rows(world)
        response = await api.call("POST", "/v1/addresses", json=ADDRESS)
        await assert_refused(response, 422, "address.number_kind", "$.individual_number")
        assert await count_rows(world) == before
        taken = await api.call(
            "POST", "/v1/addresses", json=ADDRESS | {"individual_number": TRUE_NUMBER}
        )
        assert taken.status == 201
        assert IndividualNumber(TRUE_NUMBER).value not in await taken.text()


MEMBERS = gzip.compress(text(INQUIRY)) * 1100


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ({"Content-Encoding": "gzip"}, gzip.compress(text(INQUIRY)), 415, "request.encoding"),
        ({"Content-Encoding": "gzip"}, MEMBERS, 415, "request.encoding"),
        ({"Content-Encoding": "deflate"}, b"no deflate", 415, "request.encoding"),
        ({"Content-Encoding": "br"}, b"no brotli", 415, "request.encoding"),
        ({"Content-Encoding": "identity"}, text(INQUIRY), 415, "request.encoding"),
        ({"Content-Type": "text/plain"}, text(INQUIRY), 415, "request.media_type"),
        ({"Content-Type": "application/x-ndjson"}, text(INQUIRY), 415, "request.media_type"),
        (
            {"Content-Type": "application/json; charset=cp932"},
            text(INQUIRY),
            415,
            "request.media_type",
        ),
        ({"Expect": "magic"}, text(INQUIRY), 400, "request.http"),
    ],
    ids=range(9),
)
async def test_headers_alone_condemn_a_request(
    api: Business,
    caplog: pytest.LogCaptureFixture,
    headers: dict[str, str],
    body: bytes,
    status: int,
    code: str,
) -> None:
    before = await count_rows(api.world)
    response = await api.call("POST", "/v1/inquiries", data=body, headers=KEY | JSON | headers)
    problem = await assert_refused(response, status, code)
    if code == "request.media_type":
        assert problem["accepted"] == ["application/json"]
    assert await count_rows(api.world) == before
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def talk(url: str, request: bytes) -> bytes:
    """Return the first bytes that a server says to raw bytes."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(request)
        return line.recv(65536)


def hang_up(url: str, request: bytes) -> None:
    """Be invited to send a body, begin it, and leave."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(request)
        assert b"100 Continue" in line.recv(100)
        line.sendall(b'{"number"')


async def test_a_body_announced_too_large_is_refused_before_it_is_sent(api: Business) -> None:
    token = await api.token("a")
    head = (
        "POST /v1/inquiries HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nIdempotency-Key: k\r\n"
    )
    said = await asyncio.to_thread(
        talk, api.url, f"{head}Content-Length: 10000000\r\n\r\n".encode()
    )
    assert said.startswith(b"HTTP/1.1 413 ")
    expecting = f"{head}Content-Length: 10000000\r\nExpect: 100-continue\r\n\r\n".encode()
    said = await asyncio.to_thread(talk, api.url, expecting)
    assert said.startswith(b"HTTP/1.1 413 ")
    invited = f"{head}Content-Length: 10\r\nExpect: 100-continue\r\n\r\n".encode()
    said = await asyncio.to_thread(talk, api.url, invited)
    assert said == b"HTTP/1.1 100 Continue\r\n\r\n"


HEAD: Final = b"POST /v1/token HTTP/1.1\r\nHost: x\r\n"
SMUGGLED: Final = {
    "both lengths": HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    "space before the colon": HEAD + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "bare line feeds": b"POST /v1/token HTTP/1.1\nHost: x\nContent-Length: 0\n\n",
    "negative length": HEAD + b"Content-Length: -1\r\n\r\n",
    "folded header": HEAD + b"X-A: 1\r\n 2\r\n\r\n",
    "9 kB header": HEAD + b"X-A: " + b"a" * 9000 + b"\r\n\r\n",
    "200 headers": HEAD + b"".join(b"X-%d: 1\r\n" % n for n in range(200)) + b"\r\n",
    "broken chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
}


@pytest.mark.parametrize("request_bytes", SMUGGLED.values(), ids=SMUGGLED)
async def test_what_two_servers_could_read_differently_is_refused(
    api: Business, request_bytes: bytes
) -> None:
    before = await count_rows(api.world)
    said = await asyncio.to_thread(talk, api.url, request_bytes)
    assert re.match(rb"HTTP/1\.[01] 4(?:00|15) ", said), said[:100]
    assert await count_rows(api.world) == before


async def test_a_caller_that_hangs_up_while_sending_is_no_failure(
    api: Business, caplog: pytest.LogCaptureFixture
) -> None:
    before = await count_rows(api.world)
    token = await api.token("a")
    head = (
        "POST /v1/addresses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n"
    )
    await asyncio.to_thread(hang_up, api.url, head.encode())
    assert (await api.call("GET", "/livez", desk=None)).status == 200
    assert await count_rows(api.world) == before
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_chunked_body_is_cut_off_at_the_limit(api: Business) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 65536

    response = await api.call("POST", "/v1/inquiries", data=chunks(), headers=KEY | JSON)
    await assert_refused(response, 413, "request.too_large")


@pytest.mark.parametrize("key", ["", "k" * 65, "a b", "鍵", "a\tb"])
async def test_an_idempotency_key_must_be_visible_ascii(api: Business, key: str) -> None:
    before = await count_rows(api.world)
    headers = {"Idempotency-Key": key} if key else {}
    response = await api.call("POST", "/v1/inquiries", json=INQUIRY, headers=headers)
    await assert_refused(response, 400, "request.idempotency_key", "header.Idempotency-Key")
    assert await count_rows(api.world) == before


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "place"),
    [
        ("GET", "/v1/records?limit=0", 400, "request.invalid", "query.limit"),
        ("GET", "/v1/records?limit=all", 400, "request.type", "query.limit"),
        ("GET", "/v1/records?colour=red", 400, "request.unknown_field", "query.colour"),
        ("GET", "/v1/records?limit=1&limit=2", 400, "request.duplicate_key", "query"),
        ("GET", "/v1/records?after=x", 400, "request.invalid", "query.after"),
        ("GET", "/v1/records?since=2026-01-01T00:00:00", 400, "request.invalid", "query.since"),
        ("GET", "/v1/permits/explain", 400, "request.missing_field", "query.affair"),
        ("GET", "/v1/institutions?on=2026-13-01", 400, "request.invalid", "query.on"),
        ("GET", "/v1/inquiries/unknown", 404, "request.unknown", None),
        ("GET", "/v1/symbols/unknown", 404, "request.unknown", None),
        ("GET", "/v1/replicas/unknown", 404, "request.unknown", None),
        ("POST", "/v1/inquiries/unknown/cancel", 404, "request.unknown", None),
        ("DELETE", "/v1/controls/unknown?ended_by=s", 404, "request.unknown", None),
        ("GET", "/v1/nothing", 404, "request.route", None),
        ("GET", "/", 404, "request.route", None),
        ("GET", "/v1/inquiries/", 404, "request.route", None),
        ("DELETE", "/v1/inquiries", 405, "request.method", None),
        ("TRACE", "/v1/inquiries", 405, "request.method", None),
    ],
    ids=str,
)
async def test_a_request_for_nothing_that_is_there_is_refused(
    api: Business, method: str, path: str, status: int, code: str, place: str | None
) -> None:
    response = await api.call(method, path)
    await assert_refused(response, status, code, place)
    if status == 405:
        assert response.headers["Allow"] == "GET, HEAD, POST"


async def test_an_operation_without_body_takes_none(api: Business) -> None:
    response = await api.call("POST", "/v1/inquiries/x/cancel", json={"number": "1"})
    await assert_refused(response, 400, "request.body")


async def test_a_failure_that_nobody_foresaw_says_only_its_occurrence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_world(tmp_path) as world, serve_business(world) as api:
        await world.register(world.a, 1)
        world.ports_a.book.permit_list = "broken"  # type: ignore[assignment]  # on purpose
        response = await api.call("POST", "/v1/inquiries", json=INQUIRY, headers=KEY)
        problem = await assert_refused(response, 500, "gateway.failed")
        assert "broken" not in await response.text()
    failures = [record for record in caplog.records if record.levelname == "ERROR"]
    assert [record.__dict__["occurrence"] for record in failures] == [problem["occurrence"]]


async def test_without_evidence_nothing_is_accepted(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world, serve_business(world) as api:
        await world.register(world.a, 1)
        await api.token("a")
        store: Any = world.ports_a.store  # Any: the port has no writer
        await store._writer.close()
        response = await api.call("POST", "/v1/inquiries", json=INQUIRY, headers=KEY)
        await assert_refused(response, 503, "storage.unavailable")
        assert response.headers["Retry-After"] == "2"
