"""What happens in a space is on the page at once, and comes again after a break."""

import re
import subprocess
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from mocks.admin.server import Address
from tests.support.panel import Served, Yard


def open_live(page: Page, yard: Yard, path: str = "") -> None:
    page.goto(yard.url + path)
    expect(page.locator("#line")).to_have_attribute("data-state", "open")


def test_rows_appear_without_reloading_and_change_where_they_are(page: Page, yard: Yard) -> None:
    open_live(page, yard)
    expect(page.locator("#none")).to_be_visible()
    page.evaluate("window.stayed = true")
    assert yard.ask() == "answered"
    rows = page.locator("#rows tr")
    expect(rows.filter(has_text="inquiry.receive")).to_have_count(1)
    expect(rows.filter(has_text="inquiry.receive").locator(".outcome")).to_have_text("回答済")
    expect(rows.filter(has_text="inquiry.receive").locator("svg text")).to_have_text(
        "照会を受け取る"
    )
    numbers = page.locator("#rows .number").all_inner_texts()
    assert numbers == sorted(numbers, key=int)
    assert page.evaluate("window.stayed") is True
    lanes = page.locator(".lanes b").all_inner_texts()
    assert lanes == ["gw", "core", "registry", "insurer", "prefecture"]


def test_somebody_new_gets_a_lane_while_the_page_stays(page: Page, yard: Yard) -> None:
    open_live(page, yard)
    yard.note(peer="town")
    expect(page.locator(".lanes b", has_text="town")).to_be_visible()
    expect(page.locator("#rows tr")).to_have_count(1)


def test_filters_hold_for_rows_that_come_later(page: Page, yard: Yard) -> None:
    yard.note(person="p1")
    open_live(page, yard)
    page.locator("#filters [name=op]").select_option("inquiry.receive")
    page.wait_for_url(re.compile("op=inquiry.receive"))
    expect(page.locator("#rows tr")).to_have_count(0)
    yard.ask()
    expect(page.locator("#rows tr")).to_have_count(1)
    expect(page.locator("#rows tr")).to_contain_text("inquiry.receive")
    page.goto(f"{yard.url}?person=nobody")
    expect(page.locator("#none")).to_contain_text("当てはまる記録はありません")
    page.goto(f"{yard.url}?person=p1&party=insurer")
    expect(page.locator("#rows tr").first).to_be_visible()
    assert set(page.locator("#rows .person").all_inner_texts()) == {"p1"}


def test_one_business_day_from_friday_is_monday_on_the_clock_shown(page: Page, yard: Yard) -> None:
    open_live(page, yard)
    expect(page.locator("#clock-now")).to_have_text("2027-06-04（金）10:00:00")
    page.get_by_role("button", name="+1開庁日").click()
    expect(page.locator("#clock-now")).to_have_text("2027-06-07（月）10:00:00")
    page.get_by_role("button", name="+1時間").click()
    expect(page.locator("#clock-now")).to_have_text("2027-06-07（月）11:00:00")


def test_a_clock_that_runs_fast_goes_on_by_itself_until_it_is_frozen(
    page: Page, yard: Yard
) -> None:
    open_live(page, yard)
    page.get_by_role("button", name="×60", exact=True).click()
    expect(page.locator("#clock .chip.rate")).to_have_text("早送り ×60.0")
    expect(page.locator("#clock-now")).not_to_have_text(re.compile("10:00:"))
    page.get_by_role("button", name="止める").click()
    expect(page.locator("#clock .chip.frozen")).to_have_text("停止中")


def test_offices_close_on_the_page_as_time_goes_by(page: Page, yard: Yard) -> None:
    open_live(page, yard)
    expect(page.locator("#clock .chip.good")).to_have_text("開庁日")
    yard.served.call(lambda: yard.space.run(20_000))  # ten hours in two seconds
    expect(page.locator("#clock .chip.off")).to_have_text("閉庁日")


def test_a_party_that_is_switched_off_fails_calls_and_shows_it(page: Page, yard: Yard) -> None:
    open_live(page, yard)
    core = page.locator('[data-party="core"]')
    switch = core.get_by_role("switch")
    expect(switch).to_be_checked()
    switch.click()
    expect(core).to_have_attribute("data-state", "down")
    expect(core.locator(".state")).to_have_text("停止")
    expect(switch).not_to_be_checked()
    assert yard.ask("r-1") == "failed"
    core.get_by_role("switch").click()
    expect(core).to_have_attribute("data-state", "up")
    assert yard.ask("r-2") == "answered"


def test_what_another_tester_does_shows_here_too(page: Page, yard: Yard) -> None:
    open_live(page, yard)
    room = yard.served.server.desk.load_room(yard.name)
    yard.served.call(lambda: room.switch_off(yard.world.core.code, None))
    expect(page.locator('[data-party="core"]')).to_have_attribute("data-state", "down")


@pytest.mark.parametrize("way", ["cut", "restart"])
def test_after_a_break_nothing_is_missing(page: Page, yard: Yard, served: Served, way: str) -> None:
    open_live(page, yard)
    yard.note(person="p1")
    expect(page.locator("#rows tr")).to_have_count(1)
    page.evaluate(
        "window.seen = []; new MutationObserver(() => window.seen.push("
        "document.getElementById('line').dataset.state)).observe("
        "document.getElementById('line'), {attributes: true})"
    )
    if way == "cut":
        assert served.cut() >= 1
    else:
        served.restart()
    yard.note(person="p2")
    expect(page.locator("#rows tr")).to_have_count(2)
    expect(page.locator("#line")).to_have_attribute("data-state", "open")
    yard.note(person="p3")
    expect(page.locator("#rows tr")).to_have_count(3)
    assert "waiting" in page.evaluate("window.seen")


def test_what_nobody_knew_stands_on_top_and_can_be_had_alone(page: Page, yard: Yard) -> None:
    open_live(page, yard)
    expect(page.locator("#unmatched")).to_be_hidden()
    number = yard.note(op=None, outcome="message.unknown")
    yard.note()
    expect(page.locator("#unmatched .count")).to_have_text("1")
    top = page.locator("#unmatched").bounding_box()
    table = page.locator("#sequence").bounding_box()
    assert top
    assert table
    assert top["y"] < table["y"]
    page.locator("#unmatched a").first.click()
    expect(page.locator("#detail-title")).to_contain_text(f"#{number}")
    page.get_by_label("不一致のみ").check()
    expect(page.locator("#rows tr")).to_have_count(1)


def test_a_number_that_could_be_real_raises_a_banner(page: Page, yard: Yard) -> None:
    open_live(page, yard)
    expect(page.locator(".banner")).to_have_count(0)
    yard.send(b"content-type: application/xml\r\n\r\n<x>123456789018</x>")
    expect(page.locator("#unmatched a")).to_contain_text("電文として読めません wire.stream.length")
    expect(page.locator("#rows tr.unmatched .outcome")).to_have_text("電文として読めません")
    banner = page.locator(".banner.grave")
    expect(banner).to_contain_text("実在しうる個人番号が 1 件")
    assert "123456789018" not in page.content()
    banner.get_by_role("link", name="prefecture → core").click()
    expect(page.locator("#asked-decoded, #asked-raw").first).to_be_visible()
    page.locator("#asked-raw summary").click()
    expect(page.locator("#asked-raw pre")).to_contain_text("<x>************</x>")


def test_the_copied_curl_command_sends_the_request_again(page: Page, yard: Yard) -> None:
    yard.ask()
    open_live(page, yard)
    page.locator("#rows tr", has_text="inquiry.receive").click()
    page.get_by_role("button", name="curl をコピー").click()
    expect(page.locator("#said")).to_have_text("コピーしました")
    command = page.evaluate("navigator.clipboard.readText()")
    before = page.locator("#rows tr").count()
    done = subprocess.run(  # noqa: S602  # as a tester's shell takes it
        command, shell=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert b"nakadachi-kind" in done.stdout
    expect(page.locator("#rows tr")).not_to_have_count(before)


def test_a_request_is_delivered_once_more_from_its_page(page: Page, yard: Yard) -> None:
    yard.ask()
    open_live(page, yard)
    row = page.locator("#rows tr", has_text="inquiry.receive")
    row.click()
    before = page.locator("#rows tr").count()
    page.get_by_role("button", name="もう一度届ける").click()
    expect(page.locator("#said")).to_have_text("もう一度届けました")
    expect(page.locator("#rows tr")).not_to_have_count(before)


def test_a_flood_of_rows_ends_with_the_newest_and_a_link_to_the_older(
    page: Page, yard: Yard
) -> None:
    open_live(page, yard)
    numbers = [yard.note(member=at) for at in range(5)]
    expect(page.locator("#rows tr")).to_have_count(5)
    expect(page.locator("#older")).to_be_hidden()
    expect(page.locator(f"#row-{yard.note_many(900)}")).to_be_in_viewport()
    expect(page.locator("#older")).to_be_visible()
    for _ in range(4):  # each as few as are asked for one by one
        expect(page.locator(f"#row-{yard.note_many(120)}")).to_be_in_viewport()
    expect(page.locator("#rows tr")).to_have_count(500)
    first = page.locator("#rows tr").first.get_attribute("data-row")
    expect(page.locator("#older a")).to_have_attribute("href", re.compile(f"before={first}$"))
    page.goto(f"{yard.url}?before={numbers[-1]}")
    expect(page.locator("#rows tr")).to_have_count(4)


def test_a_space_that_was_closed_is_said_to_be_and_comes_back(page: Page, served: Served) -> None:
    yard = served.open()
    yard.ask()
    open_live(page, yard)
    rows = page.locator("#rows tr").count()
    served.close(yard)
    expect(page.locator("#gone")).to_contain_text("このスペースは閉じられました")
    assert page.locator("#rows tr").count() == rows  # what was seen stays to be read
    served.opened -= 1
    again = served.open()
    assert again.name == yard.name
    expect(page.locator("#gone")).to_be_hidden()
    expect(page.locator("#line")).to_have_attribute("data-state", "open")
    expect(page.locator("#rows tr")).to_have_count(0)
    served.close(again)


def test_a_row_that_was_cleared_away_is_open_no_more(page: Page, yard: Yard) -> None:
    number = yard.note()
    open_live(page, yard, f"/rows/{number}")
    expect(page.locator("#detail-title")).to_contain_text(f"#{number} ")
    said = page.request.delete(
        yard.url.replace("/spaces/", "/__mocks/v1/spaces/") + "/journal",
        headers={"Origin": yard.served.server.url},
    )
    assert said.ok, said.text()
    expect(page.locator("#none")).to_be_visible()
    expect(page.locator("#space dd").nth(1)).to_have_text("0 行")
    expect(page.locator("#detail")).to_contain_text("記録を選んでください")
    expect(page).to_have_url(yard.url)


def test_a_server_that_is_gone_is_said_to_be_until_it_is_back(
    page: Page, yard: Yard, served: Served
) -> None:
    page.clock.install()
    open_live(page, yard)
    served.call(served.server.stop)
    expect(page.locator("#line")).to_have_attribute("data-state", "waiting")
    expect(page.locator("#lost")).to_be_hidden()
    page.clock.run_for(4000)
    expect(page.locator("#lost")).to_contain_text("サーバーにつながりません")
    page.get_by_role("button", name="+1分").click()
    expect(page.locator("#said")).to_contain_text("サーバーに届きません")
    served.server.address = Address(port=served.server.desk.gate.port)
    served.call(served.server.start)
    expect(page.locator("#line")).to_have_attribute("data-state", "open")
    expect(page.locator("#lost")).to_be_hidden()


def test_many_lanes_keep_their_names_apart(page: Page, yard: Yard) -> None:
    for name in ("accounts", "employment", "town", "991099", "stranger"):
        yard.note(peer=name)
    open_live(page, yard)
    names = page.locator(".lanes b")
    expect(names).to_have_count(10)
    boxes = [one.bounding_box() for one in names.all()]
    ends = [(box["x"], box["x"] + box["width"]) for box in boxes if box]
    assert all(end <= start for (_, end), (start, _) in pairwise(ends))
    assert all(end - start > 70 for start, end in ends)


def test_where_a_party_is_can_be_read_beside_it(page: Page, yard: Yard) -> None:
    open_live(page, yard)
    page.locator("#party-urls summary").click()
    core = page.locator("#party-urls div", has_text="999989")
    expect(core.locator("code")).to_have_text(re.compile(r"https://127\.0\.0\.1:\d+$"))
