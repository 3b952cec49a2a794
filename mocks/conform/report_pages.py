"""The conformance tab of the panel: reports that lie here, and files that a tester opens."""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from aiohttp import web

from mocks.admin.desk import Desk
from mocks.admin.pages import HEADERS, Pages
from mocks.admin.problems import AdminError
from mocks.admin.uploads import Upload, read_files
from mocks.conform.bundle import BundleError
from mocks.conform.report_html import write_html
from mocks.conform.results import WORDS
from mocks.conform.shelf import Shelf
from mocks.conform.waivers import Waiver, WaiverError, list_states, load_waivers
from mocks.engine.clock import day_of, system_time

PATH: Final = "/spaces/{space}/reports"


def add_reports(app: web.Application, desk: Desk, pages: Pages) -> None:
    """Add the tab to the panel; reports lie where the server was started."""
    tab = _Tab(desk, pages, Shelf(Path.cwd()))
    app.router.add_get(PATH, pages.guard(tab.show))
    app.router.add_post(PATH, pages.guard(tab.open, proof=True))
    app.router.add_get(f"{PATH}/{{report:[0-9a-f]{{64}}}}", pages.guard(tab.show_whole))


class _Tab:
    def __init__(self, desk: Desk, pages: Pages, shelf: Shelf) -> None:
        self._desk, self._pages, self._shelf = desk, pages, shelf

    async def show(self, request: web.Request) -> web.Response:
        """Show what conformance runs came to, and what is waived until when."""
        return self._render(request)

    async def open(self, request: web.Request) -> web.Response:
        """Keep the report of a file that a tester chose; waivers alone are shown at once."""
        self._desk.load_room(request.match_info["space"])
        given = await read_files(request)
        if given.keys().isdisjoint({"report", "waivers"}):
            return self._render(request, status=422, problem="ファイルを選んでください。")
        name, octets = given.get("waivers", ("", b""))
        try:
            waivers = load_waivers(octets) if name else ()
        except WaiverError as error:
            return self._refuse(request, name, error)
        if "report" in given:
            return self._keep(request, given["report"], waivers, name)
        return self._render(request, loose=list_states(waivers, day_of(system_time())))

    def _keep(
        self, request: web.Request, report: Upload, waivers: Sequence[Waiver], other: str
    ) -> web.Response:
        name, octets = report
        place = f"{name}（{other} を当てたもの）" if other else name
        try:
            key = self._shelf.open(place, octets, waivers)
        except (BundleError, ValueError) as error:
            return self._refuse(request, name, error)
        headers = {"Location": f"{request.path}#report-{key[:16]}", **HEADERS}
        return web.Response(status=web.HTTPSeeOther.status_code, headers=headers)

    async def show_whole(self, request: web.Request) -> web.Response:
        """Show the whole page of a report, which needs nothing else and may do nothing."""
        self._desk.load_room(request.match_info["space"])
        found = self._shelf.find(request.match_info["report"], day_of(system_time()))
        if found is None:
            raise AdminError("request.route")
        page = write_html(found.document)
        policy = {"Content-Security-Policy": allow_style(page)}
        return web.Response(body=page, content_type="text/html", headers={**HEADERS, **policy})

    def _refuse(self, request: web.Request, name: str, error: Exception) -> web.Response:
        problem = f"開けませんでした。{name}: {error}"
        return self._render(request, status=422, problem=problem)

    def _render(self, request: web.Request, status: int = 200, **values: object) -> web.Response:
        found = self._shelf.list(day_of(system_time()))
        shown = {"loose": (), "problem": "", "found": found, "words": WORDS, **values}
        return self._pages.render_tab(request, "reports.html", status, tab="reports", **shown)


def allow_style(page: bytes) -> str:
    """Return the policy of a page that needs its one style sheet, and nothing else at all."""
    sheet = page.partition(b"<style>")[2].partition(b"</style>")[0]
    digest = b64encode(sha256(sheet).digest()).decode("ascii")
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'; base-uri 'none';"
        " frame-ancestors 'none'"
    )
