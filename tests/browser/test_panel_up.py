"""`nakadachi mocks up` from its link to a green expectation, with our gateway under test."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import SIZE, WAIT

COMMAND = (sys.executable, "-m", "gateway", "mocks", "up", "--scenario", "S04", "--json")


@pytest.fixture(scope="module", name="up")
def _up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("up")
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(  # noqa: S603  # our own command
            [*COMMAND, "--admin-port", "0"], stdout=subprocess.PIPE, stderr=log
        ) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, Path(folder / "log").read_text("utf-8")
        yield json.loads(line)
        process.send_signal(signal.SIGTERM)
        process.stdout.read()


def test_a_held_inquiry_is_answered_on_the_third_business_day(up: Any, browser: Browser) -> None:  # noqa: ANN401  # what the command printed
    context = browser.new_context(viewport=SIZE, locale="ja-JP")
    context.set_default_timeout(WAIT)
    page = context.new_page()
    page.goto(up["panel"])
    page.wait_for_url("**/spaces/demo")
    expect(page.locator("#rows tr", has_text="inquiry.receive").first).to_contain_text("保留")
    page.get_by_role("link", name="シナリオ", exact=True).click()
    answered = page.locator(".expectations li").first
    expect(answered).to_have_attribute("data-outcome", "open")
    for day in ("2027-06-07", "2027-06-08", "2027-06-09"):
        page.get_by_role("button", name="+1開庁日").click()
        expect(page.locator("#clock-now")).to_contain_text(day, timeout=2 * WAIT)
    expect(answered).to_have_attribute("data-outcome", "met", timeout=2 * WAIT)
    page.goto(up["panel"])  # a link is good once, but who is logged in goes on
    page.wait_for_url("**/spaces/demo")
    context.close()
    stranger = browser.new_page()
    stranger.goto(up["panel"])
    expect(stranger.locator("body")).to_contain_text("login.spent")
    stranger.close()
