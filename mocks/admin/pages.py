"""The panel: pages of a space, rendered here whole, so that they read without any script.

Scripts fetch the same pages again and put parts of them in place; every change goes through the
admin API. Nothing on a page comes from elsewhere, and none of its scripts or styles is inline.
"""

import importlib
import uuid
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Any, Final

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from mocks.admin import formats
from mocks.admin.desk import Desk
from mocks.admin.editing import list_running, open_editor
from mocks.admin.faults import list_shown as list_faults
from mocks.admin.inspecting import inspect
from mocks.admin.journal import load_row
from mocks.admin.party_views import list_shown as list_parties
from mocks.admin.people import list_people
from mocks.admin.problems import AdminError, describe
from mocks.admin.room import Room
from mocks.admin.routes import Call
from mocks.admin.schemas.common import NoQuery
from mocks.admin.sequence import (
    Filters,
    draw,
    fits,
    list_masked,
    list_unmatched,
    spread,
    view_sequence,
)
from mocks.admin.space_views import show_holds, show_space
from mocks.engine.vocabulary import load_vocabulary
from mocks.scenarios.library import list_shipped

ASSETS: Final = {
    "panel.css": "text/css",
    "icon.svg": "image/svg+xml",
    "main.js": "text/javascript",
    "actions.js": "text/javascript",
    "clock.js": "text/javascript",
    "editor.js": "text/javascript",
    "parts.js": "text/javascript",
    "rows.js": "text/javascript",
    "stream.js": "text/javascript",
}
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
REPORTS: Final = "mocks.conform.report_pages"  # by name: runs of conformance need this package
MOST_ASKED: Final = 200
_MOST_DIGITS: Final = 18

View = Callable[[web.Request], Awaitable[web.Response]]


def add_panel(app: web.Application, desk: Desk) -> None:
    """Add the panel to the admin server: an extension of `mocks.admin.app.build_app`."""
    pages = Pages(desk)
    views: dict[str, View] = {
        "/": pages.show_home,
        "/spaces/{space}": pages.show_sequence,
        "/spaces/{space}/rows/{row:[1-9][0-9]{0,17}}": pages.show_row,
        "/spaces/{space}/lines": pages.show_lines,
        "/spaces/{space}/side": pages.show_side,
        "/spaces/{space}/scenarios": pages.show_scenarios,
        "/spaces/{space}/people": pages.show_people,
    }
    for path, view in views.items():
        app.router.add_get(path, pages.guard(view))
    importlib.import_module(REPORTS).add_reports(app, desk, pages)
    for name, kind in ASSETS.items():
        app.router.add_get(f"/panel/{name}", _make_asset(name, kind))
    app.router.add_get("/favicon.ico", _make_asset("icon.svg", ASSETS["icon.svg"]))


def _make_asset(name: str, kind: str) -> View:
    octets = (files("mocks.admin") / "panel" / name).read_bytes()

    async def serve(_request: web.Request) -> web.Response:
        return web.Response(body=octets, headers={"Content-Type": f"{kind}; charset=utf-8"})

    return serve


class Pages:
    """Every page; each needs the session that a login link gave, or the token."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._templates = Environment(
            loader=PackageLoader("mocks.admin", "panel"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(formats.FILTERS)

    def guard(self, view: View, *, proof: bool = False) -> View:
        """Return a view that is shown to those who may see it; refusals are pages too.

        What keeps something needs the `proof` of a browser that our own page asks for it.
        """

        async def show(request: web.Request) -> web.Response:
            try:
                self._desk.gate.admit(request, proof=proof)
                return await view(request)
            except AdminError as error:
                return self._refuse(request, error)

        return show

    async def show_home(self, _request: web.Request) -> web.Response:
        """Show every space, or go to the only one."""
        rooms = self._desk.list_rooms()
        if len(rooms) == 1:
            there = {"Location": f"/spaces/{rooms[0].name}", **HEADERS}
            return web.Response(status=web.HTTPSeeOther.status_code, headers=there)
        return self._render("home.html", spaces=[show_space(room) for room in rooms])

    async def show_sequence(self, request: web.Request) -> web.Response:
        """Show the newest rows as a sequence."""
        room = self._room(request)
        return self._show_rows(request, room, None)

    async def show_row(self, request: web.Request) -> web.Response:
        """Show the sequence with one exchange beside it: the link to it stays the same."""
        room = self._room(request)
        return self._show_rows(request, room, int(request.match_info["row"]))

    async def show_lines(self, request: web.Request) -> web.Response:
        """Show some rows of the sequence, as far as they fit the filters.

        Says so where somebody in them has no lane on the page that asks.
        """
        room, filters = self._room(request), Filters.read(request.query)
        asked = [int(one) for one in request.query.get("ids", "").split(",") if _is_number(one)]
        wanted = set(asked[-MOST_ASKED:])
        since = min(wanted, default=1) - 1
        rows = [row for row in filters.find_rows(room, since) if row.id in wanted]
        places = spread(request.query.get("lanes", "").split(","))
        return self._render(
            "lines.html",
            space=room.name,
            filters=filters,
            stale=not fits(rows, places),
            lines=draw(rows, places),
            places=list(places.values()),
            unmatched=list_unmatched(room),
        )

    async def show_side(self, request: web.Request) -> web.Response:
        """Show what stands beside every page: clock, parties, warnings."""
        return self._render("side.html", **self._surroundings(self._room(request)))

    async def show_scenarios(self, request: web.Request) -> web.Response:
        """Show what is expected, how it stands, and the file of one scenario to edit."""
        room, query = self._room(request), request.query
        row = query.get("from", "")
        return self._render(
            "scenarios.html",
            tab="scenarios",
            running=list_running(room, over="over" in query),
            over="over" in query,
            editor=open_editor(room, query.get("edit"), int(row) if _is_number(row) else None),
            shipped=list_shipped(),
            **self._surroundings(room),
        )

    async def show_people(self, request: web.Request) -> web.Response:
        """Show the people whom the space knows by name, numbers masked."""
        room = self._room(request)
        call = Call(request=request, desk=self._desk, body=None, query=NoQuery())
        listed = (await list_people(call)).body
        return self._render("people.html", tab="people", listed=listed, **self._surroundings(room))

    def _show_rows(self, request: web.Request, room: Room, row: int | None) -> web.Response:
        filters, before = Filters.read(request.query), request.query.get("before", "")
        view = view_sequence(room, filters, before=int(before) if _is_number(before) else None)
        return self._render(
            "sequence.html",
            tab="sequence",
            view=view,
            filters=filters,
            detail=None if row is None else inspect(room, load_row(room, row)),
            unmatched=list_unmatched(room),
            words=load_vocabulary(),
            base=self._desk.url,
            **self._surroundings(room),
        )

    def _surroundings(self, room: Room) -> dict[str, Any]:  # Any: what templates read
        return {
            "space": show_space(room),
            "masked": list_masked(room),
            "kept": sum(1 for row in room.space.journal.rows() if not row.is_marker),
            "spaces": [one.name for one in self._desk.list_rooms()],
            "parties": list_parties(room).parties,
            "faults": list_faults(room).faults,
            "holds": show_holds(room).holds,
        }

    def _room(self, request: web.Request) -> Room:
        return self._desk.load_room(request.match_info["space"])

    def render_tab(
        self, request: web.Request, template: str, status: int = 200, **values: object
    ) -> web.Response:
        """Return a page of a space with everything around it.

        Raises:
            AdminError: `space.unknown`.
        """
        around = self._surroundings(self._room(request))
        return self._render(template, status, **around, **values)

    def _render(self, template: str, status: int = 200, **values: Any) -> web.Response:  # noqa: ANN401  # what templates read
        text = self._templates.get_template(template).render(values)
        return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)

    def _refuse(self, request: web.Request, error: AdminError) -> web.Response:
        """Return a page that says what is missing; whoever follows a link from elsewhere goes on.

        The browser keeps the cookie back when another site began, and sends it for the next step,
        which this page begins itself.
        """
        problem = describe(error, str(uuid.uuid4()))
        foreign = error.code == "request.origin" and request.headers.get("Sec-Fetch-Dest") in {
            "document",
            None,
        }
        return self._render(
            "refused.html",
            status=problem.status,
            problem=problem,
            foreign=foreign,
            url=request.rel_url,
        )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
