"""Nobody uses the admin API from another site, under another name, or without its token."""

import asyncio
import stat
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest

from mocks.admin.auth import Gate, write_token
from mocks.admin.operations import OPERATIONS
from mocks.admin.routes import PREFIX
from mocks.admin.server import Address, AdminServer, ExposureError, is_loopback
from mocks.net.house import House
from tests.support.admin import Admin, serve_admin

pytestmark = pytest.mark.integration


@pytest.fixture
async def admin() -> AsyncIterator[Admin]:
    async with serve_admin() as served:
        yield served


async def cookie_of(admin: Admin) -> dict[str, str]:
    """Log a browser in and return the header with its cookie."""
    link = (await admin.ask("POST", "/login-links")).body["url"]
    said = await admin.ask("GET", link.removeprefix(admin.server.url), token=None)
    assert said.status == 200
    return {"Cookie": said.headers["Set-Cookie"].partition(";")[0]}


@pytest.mark.parametrize("token", [None, "x", "Ω", "a" * 43, " "])
async def test_every_operation_wants_the_token(admin: Admin, token: str | None) -> None:
    for operation in OPERATIONS:
        path = operation.path.format(
            space="demo", scenario="S04", party="core", row="1", fault="f", hold="1"
        )
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        said = await admin.ask(operation.method, path, token=None, headers=headers)
        assert said.status == 401, operation.name
        assert said.headers["WWW-Authenticate"].startswith("Bearer")


async def test_the_description_is_for_everybody_but_not_under_another_name(admin: Admin) -> None:
    said = await admin.ask("GET", "/openapi.json", token=None)
    assert (said.status, said.body["openapi"]) == (200, "3.1.0")
    other = await admin.ask("GET", "/openapi.json", token=None, headers={"Host": "evil.example"})
    assert (other.status, other.code) == (421, "request.host")


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil", "", "127.0.0.1:x", "[::2]"]
)
async def test_a_name_that_somebody_else_points_at_this_machine_is_refused(
    admin: Admin, host: str
) -> None:
    said = await admin.ask("GET", "/about", headers={"Host": host})
    assert said.status in {400, 421}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST:9999"])
async def test_the_names_of_this_machine_are_fine_whatever_the_port(
    admin: Admin, host: str
) -> None:
    assert (await admin.ask("GET", "/about", headers={"Host": host})).status == 200


# Who sends what: Origin, Sec-Fetch-Site, by token or by cookie; {own} is this server.
WRITES = [
    pytest.param({}, 201, 403, id="nothing said"),
    pytest.param({"Origin": "{own}"}, 201, 201, id="own origin"),
    pytest.param({"Sec-Fetch-Site": "same-origin"}, 201, 201, id="own site"),
    pytest.param(
        {"Origin": "{own}", "Sec-Fetch-Site": "same-origin"}, 201, 201, id="own origin and site"
    ),
    pytest.param({"Sec-Fetch-Site": "none"}, 201, 403, id="typed"),
    pytest.param({"Origin": "https://evil.example"}, 403, 403, id="other site"),
    pytest.param({"Origin": "http://127.0.0.1:1"}, 403, 403, id="other port"),
    pytest.param({"Origin": "null"}, 403, 403, id="opaque"),
    pytest.param({"Origin": "{own}/"}, 403, 403, id="no origin at all"),
    pytest.param({"Origin": "https://{host}"}, 403, 403, id="other scheme"),
    pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, 403, id="cross site"),
    pytest.param({"Sec-Fetch-Site": "same-site"}, 403, 403, id="other port of this machine"),
    pytest.param({"Origin": "{own}", "Sec-Fetch-Site": "cross-site"}, 403, 403, id="contradiction"),
]


@pytest.mark.parametrize(("headers", "by_token", "by_cookie"), WRITES)
async def test_a_write_comes_from_our_page_or_from_a_program(
    admin: Admin, headers: dict[str, str], by_token: int, by_cookie: int
) -> None:
    own = admin.server.url
    said = {k: v.format(own=own, host=own.partition("//")[2]) for k, v in headers.items()}
    first = await admin.ask("POST", "/login-links", headers=said)
    assert first.status == by_token
    cookie = await cookie_of(admin)
    second = await admin.ask("POST", "/login-links", token=None, headers={**said, **cookie})
    assert second.status == by_cookie
    if 403 in {by_token, by_cookie}:
        assert second.code == "request.origin"


@pytest.mark.parametrize(("headers", "by_token", "by_cookie"), WRITES)
async def test_an_event_stream_is_guarded_like_a_write(
    admin: Admin, headers: dict[str, str], by_token: int, by_cookie: int
) -> None:
    await admin.open()
    own = admin.server.url
    said = {k: v.format(own=own, host=own.partition("//")[2]) for k, v in headers.items()}
    cookie = await cookie_of(admin)
    for sent, status in [
        ({**said, "Authorization": f"Bearer {admin.server.token}"}, by_token),
        ({**said, **cookie}, by_cookie),
    ]:
        url = f"{own}{PREFIX}/spaces/demo/events"
        async with admin.session.get(url, headers=sent) as response:
            assert response.status == {201: 200, 403: 403}[status]


async def test_a_page_that_is_logged_in_may_read(admin: Admin) -> None:
    cookie = await cookie_of(admin)
    assert (await admin.ask("GET", "/about", token=None, headers=cookie)).status == 200
    other = {**cookie, "Sec-Fetch-Site": "same-site"}
    assert (await admin.ask("GET", "/about", token=None, headers=other)).status == 403


async def test_a_login_link_works_once_and_its_cookie_is_out_of_reach_of_scripts(
    admin: Admin,
) -> None:
    link = (await admin.ask("POST", "/login-links")).body["url"].removeprefix(admin.server.url)
    prefetch = await admin.ask("GET", link, token=None, headers={"Sec-Purpose": "prefetch"})
    assert prefetch.status == 403
    said = await admin.ask("GET", link, token=None)
    cookie = said.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="):
        assert part in cookie
    assert str(admin.server.desk.gate.port) in cookie.partition("=")[0]
    again = await admin.ask("GET", link, token=None)
    assert (again.status, again.code) == (403, "login.spent")


async def test_logging_out_ends_the_session_at_the_server(admin: Admin) -> None:
    cookie = await cookie_of(admin)
    own = {**cookie, "Origin": admin.server.url}
    assert (await admin.ask("POST", "/logout", token=None, headers=own)).status == 204
    assert (await admin.ask("GET", "/about", token=None, headers=cookie)).status == 401


def test_links_and_sessions_end_by_themselves_and_their_number_is_bounded() -> None:
    now = [0.0]
    gate = Gate("t", clock=lambda: now[0])
    old = gate.make_link()
    codes = [gate.make_link() for _ in range(16)]
    with pytest.raises(Exception, match=r"login\.spent"):
        gate.log_in(old)
    assert gate.log_in(codes[0])
    now[0] = 301.0
    with pytest.raises(Exception, match=r"login\.spent"):
        gate.log_in(codes[1])


@pytest.mark.parametrize("host", ["0.0.0.1", "192.0.2.1", "::", "example.org"])
async def test_an_address_that_others_reach_is_refused_unless_it_is_wanted(host: str) -> None:
    assert not is_loopback(host)
    async with House() as house:
        server = AdminServer(house, "0", Address(host=host))
        with pytest.raises(ExposureError):
            await server.start()


async def test_the_name_that_was_allowed_is_the_only_other_one() -> None:
    address = Address(host="127.0.0.1", names=("tester.example",))
    async with House() as house, AdminServer(house, "0", address) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.desk.gate.port)
        writer.write(b"GET /__mocks/v1/openapi.json HTTP/1.1\r\nHost: tester.example\r\n\r\n")
        assert (await reader.readline()).split()[1] == b"200"
        writer.close()


def test_the_token_lies_in_a_new_file_of_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "token"
    write_token(file, "secret")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text() == "secret\n"
    with pytest.raises(FileExistsError):
        write_token(file, "other")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        write_token(link, "other")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("headers", "data", "code"),
    [
        ({"Content-Type": "text/plain"}, b"{}", "request.media_type"),
        ({"Content-Type": "application/json; charset=cp932"}, b"{}", "request.media_type"),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, b"", "request.encoding"),
        ({"Content-Type": "application/json"}, b"{", "request.malformed"),
        ({"Content-Type": "application/json"}, b'{"name":"a","name":"b"}', "request.duplicate_key"),
        ({"Content-Type": "application/json"}, b"\xef\xbb\xbf{}", "request.charset"),
        ({"Content-Type": "application/json"}, b'{"name":"\\ud800"}', "request.charset"),
        ({"Content-Type": "application/json"}, b'{"name":"a\\u0000"}', "request.invalid"),
        ({"Content-Type": "application/json"}, b"\xff", "request.charset"),
        ({"Content-Type": "application/json"}, b'{"name":"a","x":1}', "request.unknown_field"),
        ({"Content-Type": "application/json"}, b"{}", "request.missing_field"),
        ({"Content-Type": "application/json"}, b'{"name":1}', "request.type"),
        ({"Content-Type": "application/json"}, b'{"name":"A"}', "request.invalid"),
        ({"Content-Type": "application/json"}, b'{"name":NaN}', "request.malformed"),
        ({"Content-Type": "application/json"}, b"[" * 100_000, "request.malformed"),
        ({"Content-Type": "application/json"}, b" " * (1 << 20) + b"{}", "request.too_large"),
    ],
)
async def test_a_body_that_is_not_what_it_should_be_is_refused_by_its_own_code(
    admin: Admin, headers: dict[str, str], data: bytes, code: str
) -> None:
    said = await admin.ask("POST", "/spaces", data=BytesIO(data), headers=headers)
    assert said.code == code
    assert said.headers["Content-Type"] == "application/problem+json"
    assert said.body["title"] == said.body["title_ja"]
    assert said.body["detail_en"]
    assert said.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "request.route"),
        ("DELETE", "/about", 405, "request.method"),
        ("GET", "/spaces/demo", 404, "space.unknown"),
        ("GET", "/about?x=1", 400, "request.unknown_field"),
        ("GET", "/spaces/demo/journal?since=1&since=2", 400, "request.duplicate_key"),
        ("GET", "/spaces/demo/journal?since=-1", 400, "request.invalid"),
        ("GET", "/spaces/demo/journal?unmatched=yes", 400, "request.type"),
    ],
)
async def test_what_is_asked_wrongly_says_so(
    admin: Admin, method: str, path: str, status: int, code: str
) -> None:
    said = await admin.ask(method, path)
    assert (said.status, said.code) == (status, code)
