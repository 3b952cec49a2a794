"""Everybody can use the panel, and only whoever may: axe, keys, no script, policy, login."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import (  # type: ignore[import-untyped]  # ships none
    Axe,
)
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import SIZE, log_in
from tests.support.panel import Served, Yard

PAGES = ["", "?unmatched=1", "/scenarios", "/people", "/reports"]


def fill(yard: Yard) -> int:
    """Let something of every kind be on the pages; return the number of a row with bytes."""
    yard.ask()
    yard.note(op=None, outcome="message.unknown")
    yard.note(faults=("busy:status@before_effect",), rule="busy", matched=("busy",))
    yard.send(b"content-type: application/xml\r\n\r\n<x>123456789018</x>")
    room = yard.served.server.desk.load_room(yard.name)
    yard.served.call(lambda: room.switch_off(yard.world.registry.code, None))
    rows = yard.space.journal.rows(op="inquiry.receive")
    return rows[0].id


def test_axe_finds_nothing_on_any_page(page: Page, yard: Yard, served: Served) -> None:
    number = fill(yard)
    other = served.open(None)
    paths = [yard.url + path for path in [*PAGES, f"/rows/{number}", "/rows/999999"]]
    for url in [*paths, f"{served.server.url}/"]:
        page.goto(url)
        for details in page.locator("details").all():
            details.evaluate("one => one.open = true")
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, (url, found.generate_report())
    served.close(other)


def test_on_a_narrow_screen_what_happens_is_on_the_first_page(page: Page, yard: Yard) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{yard.url}/rows/{fill(yard)}")
    expect(page.locator("#rows tr").first).to_be_in_viewport()
    for path in PAGES:
        page.goto(yard.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, (path, found.generate_report())


def test_the_login_page_is_accessible_too(browser: Browser, served: Served) -> None:
    context = browser.new_context(viewport=SIZE)
    page = context.new_page()
    reply = page.goto(f"{served.server.url}/")
    assert reply is not None
    assert reply.status == 401
    expect(page.locator("h1")).to_have_text("ログインしてください")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    context.close()


def test_the_policy_is_strict_and_nothing_breaks_it(page: Page, yard: Yard) -> None:
    page.add_init_script(
        "window.broken = []; document.addEventListener('securitypolicyviolation',"
        " event => window.broken.push(event.violatedDirective + ' ' + event.blockedURI))"
    )
    foreign: list[str] = []
    own = yard.served.server.url
    page.on("request", lambda one: foreign.append(one.url) if not one.url.startswith(own) else None)
    number = fill(yard)
    for path in [*PAGES, f"/rows/{number}"]:
        reply = page.goto(yard.url + path)
        assert reply is not None
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy
        expect(page.locator("#line")).to_have_attribute("data-state", "open")
        page.get_by_role("button", name="+1分").click()
        expect(page.locator("#said")).to_contain_text("済みました")
        assert page.evaluate("window.broken") == []
    assert not foreign


@pytest.fixture(name="scriptless")
def _scriptless(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context(viewport=SIZE, java_script_enabled=False)
    log_in(context, served)
    page = context.new_page()
    yield page
    context.close()


def test_everything_can_be_read_without_script(scriptless: Page, yard: Yard) -> None:
    page = scriptless
    number = fill(yard)
    page.goto(yard.url)
    expect(page.locator("noscript .notice")).to_be_visible()
    expect(page.get_by_role("button", name="+1開庁日")).to_be_hidden()
    page.locator("#filters [name=op]").select_option("inquiry.receive")
    page.get_by_role("button", name="絞り込む").click()
    expect(page.locator("#rows tr")).to_have_count(1)
    page.locator("#rows .number a").click()
    expect(page.locator("#detail-title")).to_contain_text(f"#{number} ")
    expect(page.locator("#asked-decoded pre").first).to_be_visible()
    page.get_by_role("link", name="シナリオ", exact=True).click()
    expect(page.locator(".expectations li").first).to_contain_text("達成")
    page.get_by_role("link", name="人", exact=True).click()
    expect(page.locator("table.people")).to_be_visible()


def test_the_panel_can_be_used_with_keys_alone(page: Page, yard: Yard) -> None:
    yard.ask()
    page.goto(yard.url)
    expect(page.locator("#line")).to_have_attribute("data-state", "open")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="本文へ移動")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("j")
    first = page.locator("#rows .number a").first
    expect(first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#detail-title")).to_be_focused()
    advance = page.get_by_role("button", name="+1開庁日")
    advance.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#clock-now")).to_contain_text("2027-06-07")
    expect(advance).to_be_focused()
    switch = page.get_by_role("switch", name="core を稼働させる")
    switch.focus()
    page.keyboard.press("Space")
    expect(page.locator('[data-party="core"]')).to_have_attribute("data-state", "down")
    expect(page.locator("#switch-core")).to_be_focused()
    page.locator("#scroll").focus()
    page.keyboard.press("/")
    expect(page.locator("#filters select").first).to_be_focused()
    ring = page.locator("#filters select").first.evaluate(
        "one => getComputedStyle(one).outlineStyle"
    )
    assert ring == "solid"


def test_every_control_is_reached_by_tab_in_the_order_of_the_page(page: Page, yard: Yard) -> None:
    page.goto(f"{yard.url}/rows/{fill(yard)}")
    expect(page.locator("#line")).to_have_attribute("data-state", "open")
    seen = []
    for _ in range(200):
        page.keyboard.press("Tab")
        name = page.evaluate(
            "document.activeElement.id || document.activeElement.textContent.trim()"
        )
        if page.evaluate("document.activeElement === document.body"):
            break
        seen.append(name)
    for wanted in ("advance-P1BD", "switch-core", "follow", "scroll", "curl をコピー"):
        assert wanted in seen
    assert seen.index("advance-P1BD") < seen.index("follow") < seen.index("curl をコピー")


def test_a_link_from_another_site_leads_on_after_one_step(
    context: BrowserContext, yard: Yard, served: Served
) -> None:
    number = fill(yard)
    page = context.new_page()
    other = served.server.url.replace("127.0.0.1", "localhost")
    page.goto(f"{other}/panel/icon.svg")
    page.evaluate("url => { location.href = url }", f"{yard.url}/rows/{number}")
    expect(page.locator("h1")).to_have_text("ほかのサイトからのリンクです")
    page.get_by_role("link", name="続ける").click()
    expect(page.locator("#detail-title")).to_contain_text(f"#{number} ")


def test_a_page_of_another_site_changes_nothing(context: BrowserContext, yard: Yard) -> None:
    page = context.new_page()
    other = yard.served.server.url.replace("127.0.0.1", "localhost")
    page.goto(f"{other}/panel/icon.svg")
    path = f"{yard.served.server.url}/__mocks/v1/spaces/{yard.name}/clock/advance"
    with page.expect_event("requestfailed") as asked:
        page.evaluate(
            "url => fetch(url, {method: 'POST', mode: 'no-cors', credentials: 'include',"
            ' body: \'{"by":"P1D"}\'}).catch(() => null)',
            path,
        )
    # It went out, and of what the server said to it the other site may not know a thing.
    assert asked.value.url == path
    assert "BLOCKED_BY_RESPONSE" in (asked.value.failure or "")
    page.goto(yard.url)
    expect(page.locator("#clock-now")).to_have_text("2027-06-04（金）10:00:00")


def test_whoever_logs_out_sees_nothing_more(page: Page, yard: Yard) -> None:
    page.goto(yard.url)
    page.get_by_role("button", name="ログアウト").click()
    expect(page.locator("h1")).to_have_text("ログインしてください")
    page.goto(yard.url)
    expect(page.locator("h1")).to_have_text("ログインしてください")
    assert not re.search("clock-now", page.content())
