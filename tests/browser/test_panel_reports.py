"""The conformance tab: reports and waivers that a tester opens, shown whole and harmless."""

import json
from typing import Any

from axe_playwright_python.sync_playwright import (  # type: ignore[import-untyped]  # ships none
    Axe,
)
from playwright.sync_api import Page, expect

from tests.support.panel import WAIVERS, Yard, made_report

WATCH = (
    "window.broken = []; document.addEventListener('securitypolicyviolation',"
    " event => window.broken.push(event.violatedDirective + ' ' + event.blockedURI))"
)


def choose(page: Page, yard: Yard, *, waivers: str = "", **more: object) -> None:
    """Open a report, and waivers with it if there are any, as a tester does."""
    page.goto(f"{yard.url}/reports")
    report: Any = {
        "name": "今回.json",
        "mimeType": "application/json",
        "buffer": json.dumps(made_report(**more)).encode(),
    }
    page.get_by_label("報告書（report.json 又は report.zip）").set_input_files(report)
    if waivers:
        file: Any = {"name": "waivers.yaml", "mimeType": "", "buffer": waivers.encode()}
        page.get_by_label("適用除外").set_input_files(file)
    page.get_by_role("button", name="開く").click()


def test_a_report_and_waivers_are_opened_from_files(page: Page, yard: Yard) -> None:
    choose(page, yard, waivers=WAIVERS)
    report = page.locator("section.report").first
    expect(report).to_contain_text("今回.json（waivers.yaml を当てたもの）")
    expect(report.locator("table.waivers tbody tr")).to_contain_text("起きた（1件）")
    expect(report.locator("table.waivers tbody tr")).to_contain_text("改修まで <b>待つ</b>")
    expect(report.locator("table.tests tbody tr").first).to_contain_text("不合格")
    expect(report.locator("table.tests tbody tr").first).to_contain_text("合格")
    expect(page.locator("#report-" + _key(report))).to_be_in_viewport()
    page.reload()
    expect(page.locator("section.report").first).to_contain_text("今回.json")


def test_an_open_review_leads_to_its_place_in_the_whole_report(page: Page, yard: Yard) -> None:
    page.add_init_script(WATCH)
    choose(
        page, yard, interrupted='<img src=x onerror="window.hit=1"><script>window.hit=1</script>'
    )
    page.locator("ul.reviews a").first.click()
    expect(page.locator("h1")).to_have_text("適合性試験報告書")
    expect(page.locator("[id='inq.screen--screen']")).to_be_in_viewport()
    expect(page.locator("header.first")).to_contain_text("<img src=x")
    width = page.locator("table").first.evaluate("one => getComputedStyle(one).borderCollapse")
    assert width == "collapse"  # its own sheet holds
    assert page.evaluate("[window.broken, window.hit]") == [[], None]


def test_what_is_no_report_is_said_to_be_none(page: Page, yard: Yard) -> None:
    page.goto(f"{yard.url}/reports")
    file: Any = {"name": "注文.json", "mimeType": "", "buffer": b"[]"}
    page.get_by_label("報告書（").set_input_files(file)
    page.get_by_role("button", name="開く").click()
    expect(page.get_by_role("alert").filter(has_text="開けませんでした")).to_contain_text(
        "注文.json"
    )
    expect(page.get_by_role("button", name="開く")).to_be_visible()


def test_axe_finds_nothing_about_reports_and_waivers(page: Page, yard: Yard) -> None:
    choose(page, yard, waivers=WAIVERS + WAIVERS.partition("\n")[2].replace("2999", "2020"))
    for details in page.locator("details").all():
        details.evaluate("one => one.open = true")
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    page.get_by_role("link", name="報告書の全文").first.click()
    expect(page.locator("h1")).to_have_text("適合性試験報告書")
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def _key(report: Any) -> str:  # noqa: ANN401  # a locator
    return str(report.locator("dl div:nth-child(5) code").inner_text())[:16]
