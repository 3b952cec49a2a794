"""The panel's pages over HTTP: who sees them, what they hold, and how they refuse."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar, FormData
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from lxml import html

from mocks.admin.pages import ASSETS, add_panel
from mocks.admin.server import AdminServer
from mocks.conform.bundle import write_bundle
from mocks.conform.report_json import identify, write_json
from mocks.engine.journal import EVICTED, Row
from mocks.net.house import House
from tests.support.admin import PREFIX, Admin
from tests.support.panel import WAIVERS, made_report

pytestmark = pytest.mark.integration


@asynccontextmanager
async def log_in() -> AsyncIterator[Admin]:
    """Give a browser that has logged in to the panel of an empty house."""
    async with (
        House() as house,
        AdminServer(house, version="0", extensions=[add_panel]) as server,
        ClientSession(cookie_jar=CookieJar(unsafe=True)) as session,
    ):
        async with session.get(server.make_link()) as response:
            assert response.status == 200
        yield Admin(server, house, session)


@pytest.fixture(name="admin")
async def _admin() -> AsyncIterator[Admin]:
    async with log_in() as admin:
        yield admin


async def read(admin: Admin, path: str, status: int = 200, **headers: str) -> html.HtmlElement:
    url = admin.server.url + path
    async with admin.session.get(url, headers=headers, allow_redirects=False) as response:
        assert response.status == status, await response.text()
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        return html.fromstring(await response.text() or "<html/>")


def note(admin: Admin, name: str = "demo", **fields: object) -> int:
    space = admin.house.spaces[name]
    plain: dict[str, object] = {
        "at": space.clock.now(),
        "party": "core",
        "peer": "gw",
        "op": "permit.issue",
        "person": "p1",
    }
    return space.journal.add(Row(**(plain | fields)))  # type: ignore[arg-type]  # fields by name


async def test_the_first_page_lists_the_spaces_or_goes_to_the_only_one(admin: Admin) -> None:
    page = await read(admin, "/")
    assert "mocks space new demo" in page.text_content()
    await admin.open()
    async with admin.session.get(f"{admin.server.url}/", allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, "/spaces/demo")
    await admin.open("second", scenario="S04")
    page = await read(admin, "/")
    assert page.xpath("//ul//a/@href") == ["/spaces/demo", "/spaces/second"]


async def test_nobody_sees_a_page_without_having_logged_in(admin: Admin) -> None:
    await admin.open()
    admin.session.cookie_jar.clear()
    for path in ("/", "/spaces/demo", "/spaces/demo/scenarios", "/spaces/demo/side"):
        page = await read(admin, path, 401)
        assert "nakadachi mocks space panel" in page.text_content()
        assert "demo" not in page.text_content()
    for name in ASSETS:
        async with admin.session.get(f"{admin.server.url}/panel/{name}") as response:
            assert response.status == 200
    page = await read(admin, "/", Authorization=f"Bearer {admin.server.token}", status=303)


@pytest.mark.parametrize("target", ["document", "empty"])
async def test_a_link_from_elsewhere_shows_no_more_than_a_link(admin: Admin, target: str) -> None:
    await admin.open()
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": target}
    page = await read(admin, "/spaces/demo?person=%22%3E%3Cb%3E", 403, **headers)
    assert page.xpath("//a[@class='button']/@href") == [
        "/spaces/demo?person=%22%3E%3Cb%3E" if target == "document" else "/"
    ]
    assert not page.xpath("//table")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/spaces/nowhere", "space.unknown"),
        ("/spaces/demo/rows/99", "journal.unknown"),
        ("/spaces/demo/scenarios?from=99", "journal.unknown"),
    ],
)
async def test_what_is_not_there_is_a_page_too(admin: Admin, path: str, code: str) -> None:
    await admin.open()
    page = await read(admin, path, 404)
    assert page.xpath("string(//main//code)") == code


async def test_rows_are_shown_up_to_a_number_and_older_ones_by_a_link(admin: Admin) -> None:
    await admin.open()
    for _ in range(450):
        note(admin)
    path, shown = "/spaces/demo?person=p1", []
    while path:
        page = await read(admin, path)
        shown.append([int(one) for one in page.xpath("//tr/@data-row")])
        path = next(iter(page.xpath("//p[@id='older'][not(@hidden)]/a/@href")), "")
    assert [len(one) for one in shown] == [200, 200, 50]
    assert [one for some in reversed(shown) for one in some] == list(range(1, 451))


async def test_lines_are_those_asked_for_that_fit_the_filters(admin: Admin) -> None:
    await admin.open(scenario="S04")
    numbers = [note(admin), note(admin, person="p2"), note(admin, op=None)]
    ids = ",".join(map(str, [*numbers, 77, "x", "٣"]))
    page = await read(admin, f"/spaces/demo/lines?ids={ids}&lanes=gw,core")
    assert page.xpath("//tr/@data-row") == [str(one) for one in numbers]
    assert page.xpath("//body/@data-stale") == []
    assert page.xpath("string(//*[@id='unmatched']//*[@class='count'])") == "1"
    page = await read(admin, f"/spaces/demo/lines?ids={ids}&lanes=gw,core&person=p2")
    assert page.xpath("//tr/@data-row") == [str(numbers[1])]
    page = await read(admin, f"/spaces/demo/lines?ids={ids}&lanes=gw")
    assert page.xpath("//body/@data-stale") == ["1"]
    assert (await read(admin, "/spaces/demo/lines")).xpath("//tr") == []


async def test_rows_that_gave_way_are_said_to_be_gone(admin: Admin) -> None:
    await admin.open()
    space = admin.house.spaces["demo"]
    space.journal.max_rows = 5
    for _ in range(9):
        note(admin)
    page = await read(admin, "/spaces/demo")
    assert "4 行は、上限を超えたため消えました" in page.xpath("string(//tr[@class='marker'])")
    assert "4 行が上限を超えた" in page.xpath("string(//*[@id='banner'])")
    assert space.journal.rows()[0].note == EVICTED
    gone = await read(admin, "/spaces/demo/rows/2", 410)
    assert gone.xpath("string(//main//code)") == "journal.evicted"


@pytest.mark.parametrize(
    ("path", "name", "starts"),
    [
        ("", "S04-auto-response-prohibited", 'mocks: "1"\nid: S04'),
        ("?edit=S02-symbol-not-found", "S02-symbol-not-found", 'mocks: "1"\nid: S02'),
        ("?edit=unheard-of", "T01-my-scenario", 'mocks: "1"\nid: T01'),
    ],
)
async def test_the_editor_holds_what_was_asked_for(
    admin: Admin, path: str, name: str, starts: str
) -> None:
    await admin.open(scenario="S04")
    number = note(admin)
    page = await read(admin, f"/spaces/demo/scenarios{path}")
    assert page.xpath("string(//*[@id='editor-name'])") == name
    assert page.xpath("string(//textarea)").lstrip("\n").startswith(starts)
    more = f"{path}&from={number}" if path else f"?from={number}"
    page = await read(admin, f"/spaces/demo/scenarios{more}")
    assert f"rules:\n  - id: row-{number}\n" in page.xpath("string(//textarea)")


@pytest.mark.parametrize("first", [True, False])
async def test_the_file_of_a_new_scenario_loads_as_it_stands(admin: Admin, first: bool) -> None:
    await admin.open()
    number = note(admin, person=None)
    page = await read(admin, "/spaces/demo/scenarios" + ("" if first else f"?from={number}"))
    source = page.xpath("string(//textarea)").lstrip("\n")
    said = await admin.ask(
        "PUT",
        "/spaces/demo/scenarios/T01",
        data=source.encode(),
        headers={"Content-Type": "application/yaml"},
    )
    assert said.status == 201, said.text


async def test_every_change_on_the_pages_names_an_operation_of_the_api(admin: Admin) -> None:
    await admin.open(scenario="S04")
    rule = {
        "when": {"party": "core", "op": "permit.issue"},
        "fault": [{"at": "before_effect", "kind": "hold"}],
    }
    said = await admin.ask("POST", "/spaces/demo/faults", json=rule)
    assert said.status in {201, 422}, said.text
    document = (await admin.ask("GET", "/openapi.json")).body
    known = {
        (method.upper(), len(path.split("/")), path.rsplit("/", 1)[1])
        for path, methods in document["paths"].items()
        for method in methods
    }
    seen = 0
    for path in ("", "/scenarios", "/people"):
        page = await read(admin, f"/spaces/demo{path}")
        for one in page.xpath("//*[@data-method]"):
            method, there = one.get("data-method"), PREFIX + one.get("data-path")
            last = there.rsplit("/", 1)[1]
            fitting = [k for k in known if k[0] == method and k[1] == len(there.split("/"))]
            assert any(k[2] == last or k[2].startswith("{") for k in fitting), (method, there)
            seen += 1
    assert seen > 30


async def test_the_reports_that_lie_where_the_server_began_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with log_in() as admin:
        await admin.open()
        page = await read(admin, "/spaces/demo/reports")
        assert page.xpath("string(//section[@class='report']/h2)") == "報告書はまだありません"
        assert "mocks conform run" in page.xpath("string(//section[@class='report']/pre)")
        new, old = made_report(), made_report()
        old["scope"]["started_at"] = "2026-11-22T10:00:00+09:00"
        for name, octets in {
            "": write_json(new),
            "old": write_json(old),
            "bad": b'{"format": "another"}',
            "broken": b"{",
            "deep": b"[" * 100_000,
        }.items():
            (tmp_path / "conformance" / name).mkdir(parents=True, exist_ok=True)
            (tmp_path / "conformance" / name / "report.json").write_bytes(octets)
        page = await read(admin, "/spaces/demo/reports")
        places = page.xpath("//section[@class='report']/dl//div[4]//code/text()")
        assert places == ["conformance", "conformance/old"]
        assert page.xpath("string(//table[contains(@class, 'tests')]//td[last()])") == "<b>遅い</b>"
        assert "検査" in page.xpath("string(//ul[@class='reviews'])")
        (link, *_) = page.xpath("//a[text()='報告書の全文']/@href")
        whole = await read(admin, link)
        assert whole.xpath("string(//h1)") == "適合性試験報告書"


async def choose(admin: Admin, **files: bytes) -> tuple[int, html.HtmlElement]:
    """Send a form of files as a browser does; return the status and the page it leads to."""
    form = FormData()
    for name, octets in files.items():
        form.add_field(name, octets, filename=f"{name}.file")
    async with admin.session.post(
        f"{admin.server.url}/spaces/demo/reports",
        data=form if files else b"",
        headers={"Origin": admin.server.url},
    ) as response:
        return response.status, html.fromstring(await response.text())


@pytest.mark.parametrize("form", ["json", "zip"])
async def test_a_report_that_is_opened_is_shown_with_what_it_leaves_open(
    admin: Admin, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await admin.open()
    document = made_report()
    octets = write_json(document)
    if form == "zip":
        file = tmp_path / "report.zip"
        write_bundle(file, {"report.json": octets}, Ed25519PrivateKey.generate())
        octets = file.read_bytes()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))  # nothing may be written
    status, page = await choose(admin, report=octets)
    assert status == 200
    [section] = page.xpath("//section[@class='report']")
    assert section.xpath("string(.//dl/div[4]//code)") == "report.file"
    assert section.xpath("string(.//dl/div[5]//code)") == identify(document)
    assert section.xpath("string(h2/span)") == "不合格"
    [review] = section.xpath("//ul[@class='reviews']//a")
    assert review.get("href").endswith("#inq.screen--screen")
    whole = await read(admin, review.get("href").partition("#")[0])
    assert whole.xpath("//*[@id='inq.screen--screen']")


async def test_waivers_that_are_chosen_are_laid_over_the_report(admin: Admin) -> None:
    await admin.open()
    never = WAIVERS + WAIVERS.partition("\n")[2].replace("check: ack", "check: other")
    status, page = await choose(admin, report=write_json(made_report()), waivers=never.encode())
    assert status == 200
    rows = page.xpath("//table[contains(@class, 'waivers')]/tbody/tr")
    assert [row.xpath("string(td[2])") for row in rows] == [
        "起きた（1件）",
        "この報告書では分からない",
    ]
    assert [row.xpath("string(td[4])").strip() for row in rows] == ["改修まで <b>待つ</b>"] * 2
    assert "適用除外に当たる試験がありません" in page.xpath("string(//ul[@class='findings'])")
    effective = page.xpath("//table[contains(@class, 'tests')]//td[2]/span/text()")
    assert effective == ["合格", "人の確認が必要"]


async def test_waivers_alone_are_shown_with_the_days_they_have_left(admin: Admin) -> None:
    await admin.open()
    gone = WAIVERS + WAIVERS.partition("\n")[2].replace("2999", "2020")
    status, page = await choose(admin, waivers=gone.encode())
    assert status == 200
    told = page.xpath("//table[contains(@class, 'waivers')]//td[3]/span/text()")
    assert told[0].startswith("あと")
    assert told[1] == "期限切れ"


@pytest.mark.parametrize(
    ("files", "status", "said"),
    [
        ({"report": b"{}"}, 422, "report.file: "),
        ({"report": b"PK\x03\x04 no zip"}, 422, "report.file: "),
        ({"report": b"[" * 100_000}, 422, "report.file: "),
        ({"report": b"{}", "waivers": b"waivers: 1"}, 422, "waivers.file: "),
        ({"waivers": b"\xff"}, 422, "waivers.file: "),
        ({"other": b"x"}, 422, "ファイルを選んでください"),
        ({}, 415, ""),
    ],
)
async def test_what_is_no_report_is_refused_and_not_kept(
    admin: Admin, files: dict[str, bytes], status: int, said: str
) -> None:
    await admin.open()
    found, page = await choose(admin, **files)
    assert found == status
    assert said in page.xpath("string(//main//p[@role='alert'])")
    page = await read(admin, "/spaces/demo/reports")
    assert not page.xpath("//a[text()='報告書の全文']")


async def test_a_file_is_taken_only_from_our_own_page(admin: Admin) -> None:
    await admin.open()
    url = f"{admin.server.url}/spaces/demo/reports"
    for headers in ({}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}):
        form = FormData()
        form.add_field("report", write_json(made_report()), filename="report.json")
        async with admin.session.post(url, data=form, headers=headers) as response:
            assert response.status == 403
    page = await read(admin, "/spaces/demo/reports")
    assert not page.xpath("//a[text()='報告書の全文']")


async def test_the_newest_eight_reports_that_were_opened_are_kept(admin: Admin) -> None:
    await admin.open()
    keys = []
    for at in range(9):
        document = made_report(interrupted=f"{at}")
        keys.append(identify(document))
        await choose(admin, report=write_json(document))
    page = await read(admin, "/spaces/demo/reports")
    shown = page.xpath("//section[@class='report']/dl/div[5]//code/text()")
    assert shown == keys[:0:-1]
    await read(admin, f"/spaces/demo/reports/{keys[0]}", 404)
