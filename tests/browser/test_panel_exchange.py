"""One exchange beside the sequence: why it went so, what it said, and that nothing in it runs."""

import re

from playwright.sync_api import Page, expect

from mocks.engine.exchange import WhyNot
from tests.support.panel import Yard

HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>&lt;b&gt;'


def test_why_a_rule_did_not_match_stands_beside_its_row(page: Page, yard: Yard) -> None:
    yard.ask()
    page.goto(yard.url)
    page.locator("#rows tr", has_text="permit.issue").first.click()
    why = page.locator("#why")
    expect(why.locator(".verdict")).to_contain_text("最も近い規則は busy です")
    cells = why.locator("tr.nearest td")
    assert cells.all_inner_texts() == ["何回目か nth", "9", "1"]
    expect(why.locator("tr.nearest th")).to_contain_text("busy")


def test_a_fault_that_was_drawn_is_named_and_drawn_dark(page: Page, yard: Yard) -> None:
    yard.note(faults=("busy:status@before_effect",), rule="busy", matched=("busy",))
    page.goto(yard.url)
    row = page.locator("#rows tr.faulty")
    expect(row.locator(".fault")).to_have_text("HTTP の誤りを返す（処理前）")
    expect(row.locator(".fault")).to_have_attribute("title", "busy:status@before_effect")
    dark = row.locator(".arrow").evaluate("one => getComputedStyle(one).stroke")
    assert dark == "rgb(26, 26, 28)"
    row.click()
    expect(page.locator(".detail .faults")).to_contain_text("規則 busy")


def test_states_bytes_and_documents_of_an_exchange_are_shown(page: Page, yard: Yard) -> None:
    yard.ask()
    page.goto(yard.url)
    page.locator("#rows tr", has_text="inquiry.receive").click()
    detail = page.locator("#detail")
    expect(detail.locator("tr.changed").first).to_contain_text("inquiry")
    expect(detail.locator("#asked-decoded h4").first).to_have_text("inquiry")
    expect(detail.locator("#asked-decoded pre").first).to_contain_text(
        "<provider>999032</provider>"
    )
    detail.locator("#asked-hex summary").click()
    expect(detail.locator("#asked-hex pre")).to_contain_text(
        re.compile(r"^000000  63 6f 6e 74 65 6e 74 2d .*  content-")
    )
    detail.locator("#asked-raw summary").click()
    expect(detail.locator("#asked-raw pre")).to_contain_text("nakadachi-kind: inquiry")


def test_the_link_of_an_exchange_shows_it_again_and_back_goes_back(page: Page, yard: Yard) -> None:
    yard.ask()
    page.goto(yard.url)
    first, second = page.locator("#rows .number a").all()[:2]
    numbers = first.inner_text(), second.inner_text()
    first.click()
    expect(page.locator("#detail-title")).to_contain_text(f"#{numbers[0]} ")
    second.click()
    expect(page.locator("#detail-title")).to_contain_text(f"#{numbers[1]} ")
    page.go_back()
    expect(page.locator("#detail-title")).to_contain_text(f"#{numbers[0]} ")
    page.get_by_role("button", name="リンクをコピー").click()
    expect(page.locator("#said")).to_have_text("コピーしました")
    page.goto(page.evaluate("navigator.clipboard.readText()"))
    expect(page.locator("#detail-title")).to_contain_text(f"#{numbers[0]} ")
    expect(page.locator("tr.selected .number")).to_have_text(numbers[0])


def test_a_rule_made_of_an_exchange_is_in_the_editor_and_can_be_loaded(
    page: Page, yard: Yard
) -> None:
    yard.ask()
    page.goto(yard.url)
    page.locator("#rows tr", has_text="inquiry.receive").click()
    page.get_by_role("link", name="規則を作る").click()
    source = page.locator("#source")
    expect(source).to_have_value(
        re.compile(r"rules:\n  - id: row-\d+\n    when: \{party: insurer,")
    )
    page.get_by_role("button", name="差し替える").click()
    expect(page.locator("#problems .good")).to_contain_text("差し替えました")
    assert yard.ask("r-2") != "answered"


def test_hostile_names_operations_and_bodies_are_text(page: Page, yard: Yard) -> None:
    page.goto(yard.url)
    number = yard.note(
        op=HOSTILE,
        peer=HOSTILE,
        person=HOSTILE,
        correlation=HOSTILE,
        outcome=HOSTILE,
        note=HOSTILE,
        rule=HOSTILE,
        faults=(f"{HOSTILE}:{HOSTILE}@x",),
        why_not=(WhyNot(rule=HOSTILE, part=HOSTILE, wanted=HOSTILE, found=HOSTILE),),
        decoded={HOSTILE: HOSTILE, "list": [HOSTILE]},
        before={HOSTILE: HOSTILE},
        after={},
    )
    yard.note(op=None, peer=HOSTILE, note=HOSTILE, outcome=HOSTILE)
    yard.send(f"content-type: text/html\r\n\r\n{HOSTILE}".encode())
    row = page.locator(f"#row-{number}")
    expect(row.locator(".outcome")).to_have_text(HOSTILE)
    expect(page.locator("#unmatched a").last).to_contain_text(HOSTILE)
    row.locator(".number a").click()
    expect(page.locator(".detail .facts")).to_contain_text(HOSTILE)
    expect(page.locator("#why tbody td").last).to_have_text(HOSTILE)
    raw = page.locator("#unmatched a").first
    raw.click()
    page.locator("#asked-raw summary").click()
    expect(page.locator("#asked-raw pre")).to_contain_text(HOSTILE)
    page.goto(f"{yard.url}?person=%3Cimg+src%3Dx+onerror%3Dhit%3E&op=%22%3E%3Cscript%3E&party='%3E")
    expect(page.locator("#filters [name=person]")).to_have_value("<img src=x onerror=hit>")
    assert page.evaluate("window.hit") is None
    assert page.locator("main img, aside img, main script").count() == 0
