"""The scenario tab: expectations turn while one looks, and what was typed is never lost."""

import re

from playwright.sync_api import Page, expect

from tests.support.panel import Yard


def test_expectations_turn_green_and_red_as_things_happen(page: Page, yard: Yard) -> None:
    page.goto(f"{yard.url}/scenarios")
    expect(page.locator("#line")).to_have_attribute("data-state", "open")
    wanted, unwanted = (
        page.locator(".expectations li").nth(0),
        page.locator(".expectations li").nth(1),
    )
    expect(wanted).to_have_attribute("data-outcome", "open")
    expect(unwanted).to_have_attribute("data-outcome", "open")
    yard.ask()
    expect(wanted).to_have_attribute("data-outcome", "met")
    expect(unwanted).to_have_attribute("data-outcome", "broken")
    expect(wanted).to_contain_text("達成")
    expect(unwanted).to_contain_text("違反")
    expect(page.locator(".chip.met")).to_have_text("達成 1")
    colours = [
        one.evaluate("one => getComputedStyle(one).borderLeftColor") for one in (wanted, unwanted)
    ]
    assert colours == ["rgb(29, 139, 86)", "rgb(184, 0, 0)"]
    unwanted.get_by_role("link").first.click()
    expect(page.locator("#detail-title")).to_contain_text("inquiry.receive")


def test_what_is_open_at_the_end_is_said_to_be(page: Page, yard: Yard) -> None:
    page.goto(f"{yard.url}/scenarios")
    page.get_by_role("link", name="これで終わりとして判定").click()
    expect(page.locator("#verdicts")).to_contain_text("未確定は合格に数えません")
    page.get_by_role("link", name="いまの判定に戻る").click()
    expect(page.get_by_role("link", name="これで終わりとして判定")).to_be_visible()


def test_wrong_yaml_keeps_the_text_and_says_where_it_is_wrong(page: Page, yard: Yard) -> None:
    page.goto(f"{yard.url}/scenarios")
    source = page.locator("#source")
    wrong = source.input_value().replace("op: permit.issue, person", "op: permit.isue, person")
    source.fill(wrong)
    page.get_by_role("button", name="差し替える").click()
    problem = page.locator("#problems li.error").first
    expect(problem).to_contain_text("rule.op_unknown")
    expect(source).to_have_value(wrong)
    yard.ask()  # whatever comes meanwhile, the text stays
    expect(page.locator(".expectations li").first).to_have_attribute("data-outcome", "met")
    expect(source).to_have_value(wrong)
    problem.get_by_role("button").click()
    line = int(re.findall(r"\d+", problem.get_by_role("button").inner_text())[0])
    start = source.evaluate("one => one.value.slice(0, one.selectionStart).split('\\n').length")
    assert start == line
    page.goto(yard.url)
    page.goto(f"{yard.url}/scenarios")
    expect(page.locator("#draft")).to_be_visible()
    expect(source).to_have_value(wrong)
    page.locator("#draft-drop").click()
    assert source.input_value() != wrong


def test_a_scenario_is_replaced_while_the_journal_stays(page: Page, yard: Yard) -> None:
    yard.ask()
    page.goto(f"{yard.url}/scenarios")
    rows = page.locator("#space dd", has_text="行").inner_text()
    source = page.locator("#source")
    source.fill(source.input_value().replace("パネルの試し", "書き換えた試し"))
    source.press("Control+Enter")
    expect(page.locator("#problems .good")).to_contain_text("T30-panel を差し替えました")
    expect(page.locator("#verdicts h2")).to_contain_text("書き換えた試し")
    assert page.locator("#space dd", has_text="行").inner_text() == rows
    page.reload()
    expect(page.locator("#draft")).to_be_hidden()
    expect(source).to_have_value(re.compile("書き換えた試し"))


def test_a_shipped_scenario_is_loaded_and_unloaded(page: Page, yard: Yard) -> None:
    page.goto(f"{yard.url}/scenarios")
    page.get_by_role("button", name="S02-symbol-not-found を読み込む").click()
    section = page.locator('[data-scenario="S02-symbol-not-found"]')
    expect(section).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    section.get_by_role("button", name="外す").click()
    expect(section).to_have_count(0)


def test_people_are_listed_with_masked_numbers(page: Page, yard: Yard) -> None:
    page.goto(f"{yard.url}/people")
    numbers = page.locator("table.people tbody td:nth-child(2)").all_inner_texts()
    assert len(numbers) >= 17
    assert all(re.fullmatch(r"\*{10}\d\d", one) for one in numbers)
    assert yard.number not in page.content()
    page.get_by_role("link", name="D04").click()
    expect(page.locator("#filters [name=person]")).to_have_value("D04")
