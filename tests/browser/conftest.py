"""A real Chromium and the panel it looks at; every page is watched for what its policy refuses."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from tests.support.panel import Served, Yard, serve_panel

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
WAIT = 15_000  # milliseconds: two noisy cores
SIZE: Any = {"width": 1440, "height": 900}  # Any: playwright's own type of it is private


@pytest.fixture(scope="session", name="browser")
def _browser() -> Iterator[Browser]:
    expect.set_options(timeout=WAIT)
    with sync_playwright() as playwright:
        # The sandbox of Chromium needs another user than root; the pages are our own.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session", name="served")
def _served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve_panel(tmp_path_factory.mktemp("panel")) as served:
        yield served


@pytest.fixture(name="yard")
def _yard(served: Served) -> Iterator[Yard]:
    yard = served.open()
    yield yard
    served.close(yard)


@pytest.fixture(name="context")
def _context(browser: Browser, served: Served) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=SIZE, locale="ja-JP", timezone_id="America/New_York")
    context.set_default_timeout(WAIT)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=served.server.url)
    log_in(context, served)
    yield context
    context.close()


@pytest.fixture(name="page")
def _page(context: BrowserContext) -> Iterator[Page]:
    """Give a page; whatever its policy refuses or its scripts throw fails the test."""
    faults: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            faults.append(message.text)

    page = context.new_page()
    page.on("console", hear)
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    assert not faults


def log_in(context: BrowserContext, served: Served) -> None:
    """Spend a login link."""
    page = context.new_page()
    page.goto(served.server.make_link())
    page.wait_for_url(lambda url: "/login" not in url)
    page.close()
