"""The pytest plugin as a tester meets it: runs of an inner pytest and what they print."""

import re
import signal
import subprocess
import sys
import urllib.request
from itertools import takewhile

import pytest

from mocks.admin.client import AdminClient, Target

pytest_plugins = ("pytester",)

TESTS = """
import asyncio
import pytest

@pytest.mark.scenario("S04", seed=5)
def test_passes(mocks, gateway):
    gateway.ask(mocks.people["p1"])
    mocks.settle()
    mocks.clock.advance("P4BD")
    mocks.verify()

@pytest.mark.scenario("S04")
def test_fails(mocks, gateway):
    gateway.ask(mocks.people["p1"])
    mocks.settle()
    assert mocks.people["p1"].number == "what the office has"

@pytest.mark.scenario("S04")
def test_ends_too_early(mocks, gateway):
    gateway.ask(mocks.people["p1"])

@pytest.mark.scenario("S04", strict=False)
async def test_judges_nothing(mocks, mock_core, mock_registry, mock_agency, mock_portal):
    urls = {one.url for one in (mock_core, mock_registry, mock_agency, mock_portal)}
    assert len(urls) == 4 and all(url.startswith("https://127.0.0.1:") for url in urls)
    before = mocks.clock.now
    await asyncio.to_thread(mocks.clock.advance, "P1BD")
    assert (mocks.clock.now - before).days == 3
    assert mocks.party("prov").code == mock_agency.code == "991031"

def test_is_alone(mocks, mock_clock):
    mock_clock.freeze()
    assert mocks.journal == [] and list(mocks.people) == ["p1", "p2", "p3", "p4", "p5"]
    mocks.core.switch_off()
    mocks.core.switch_on()
"""
ERRORS = """
import pytest

@pytest.mark.scenario("S99")
def test_unknown(mocks): ...

@pytest.mark.scenario("S07")
def test_needs_files(mocks): ...

@pytest.mark.scenario("S04", sed=4)
def test_typo(mocks): ...

@pytest.mark.scenario("S04")
def test_without_fixture(): ...

@pytest.mark.scenario("mine.yaml")
def test_has_errors(mocks): ...

@pytest.mark.scenario("S04")
def test_needs_sockets(mocks, gateway): ...
"""
NO_SCENARIO = 'mocks: "1"\nid: T01-mine\n'
PLAIN = ("-p", "no:randomly", "-p", "no:cacheprovider")


@pytest.mark.slow
def test_a_run_tells_what_a_tester_needs(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_office=TESTS)
    pytester.makeini("[pytest]\nasyncio_mode = auto\n")
    done = pytester.runpytest_subprocess(*PLAIN)
    done.assert_outcomes(passed=3, failed=2)
    text = done.stdout.str()
    failed, _, early = text.partition("_ test_ends_too_early _")
    for part in (
        "assert '",
        "シナリオ scenario S04-auto-response-prohibited  乱数の種 seed 42",
        "再実行 repeat: pytest test_office.py::test_fails --mocks-seed=42",
        "まだ決まらない open 4",
        "当てはまった規則 rules that matched: hold",
        "最も近い規則 nearest rule poll: #",
        "op wants 'inquiry.status' and found 'inquiry.",
        "試験対象の呼出し calls of the system under test",
        "記録 journal, 4 of 4 rows:",
        "prov inquiry.receive p1#0 nth 1: held <hold>",
    ):
        assert part in failed
    assert "3 of 4 expectations are met" in early
    assert "なぜ why: 遅れた回答も回答である / a late answer is an answer" in early
    assert "--mocks-seed=42 --mocks-keep" in early
    assert "Traceback" not in text


def test_marks_that_cannot_be_meant_are_refused_in_words(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_office=ERRORS)
    pytester.path.joinpath("mine.yaml").write_text(NO_SCENARIO, "utf-8")
    done = pytester.runpytest_subprocess(*PLAIN, "--mocks-mode=inproc")
    done.assert_outcomes(errors=6)
    done.stdout.fnmatch_lines(
        [
            "*S99 というシナリオもファイルもありません / no such scenario or file; S01-*",
            "*kind: federation の参加者がいるシナリオは、まだ実行できません*",
            "*wants one name or path, and seed and strict at most; not sed",
            "*the test uses no fixture of the counterparties: add `mocks`*",
            "*mine.yaml に誤りがあります*",
            "mine.yaml:1:1: *",
            "*--mocks-mode=inproc: ソケットがなく、仲立ちは入れません*",
        ]
    )


INPROC = """
import pytest

@pytest.mark.scenario("mine.yaml")
@pytest.mark.parametrize("turn", range(2))
def test_parties_alone(mocks, turn):
    mocks.clock.finish()
    assert mocks.agency.url == "" and mocks.clock.now.year == 2027
"""
ALONE = """
mocks: "1"
id: T01-mine
title: {ja: "機関どうし", en: "between agencies"}
clock: {start: "2027-06-01T10:00:00+09:00", calendar: jp-municipal}
parties:
  gw: {kind: sut}
  core: {kind: core}
  asker: {kind: agency, code: "991023"}
people: {p1: {}}
begin:
  - after: PT1M
    do: {asker: {ask: {person: p1, affair: "69-7", information: 地方税関係情報}}}
rules:
  - {id: late, when: {party: core, op: permit.issue}, then: {permit: {ttl: PT60S}}}
expect:
  - count: {party: core, op: permit.issue, min: 1}
    why: "it was asked"
"""


def test_seeds_work_with_random_orders_on_several_workers(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_office=INPROC)
    pytester.path.joinpath("mine.yaml").write_text(ALONE, "utf-8")
    done = pytester.runpytest_subprocess("-n2", "--mocks-mode=inproc", "--mocks-seed=3")
    done.assert_outcomes(passed=2)
    done = pytester.runpytest_subprocess("-n2", "--mocks-keep")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    assert "--mocks-keep" in done.stderr.str()


def test_spaces_that_are_kept_can_be_looked_at_until_somebody_interrupts(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(test_office="def test_one(mocks):\n    mocks.clock.freeze()\n")
    command = [sys.executable, "-m", "pytest", "-q", *PLAIN, "--mocks-keep"]
    with subprocess.Popen(  # noqa: S603  # our own command
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        links = map(read_link, takewhile(lambda line: "Ctrl-C" not in line, lines))
        said = dict(link for link in links if link)
        try:
            admin, _, token = said["admin"].partition("  token ")
            base = admin.removesuffix("/__mocks/v1")
            client = AdminClient(Target(url=base, token=token))
            assert client.ask("GET", "/spaces")["spaces"][0]["name"].startswith("test-one-")
            with urllib.request.urlopen(said["panel"]) as page:  # noqa: S310  # our own URL
                assert page.status == 200
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


def read_link(line: str) -> tuple[str, str] | None:
    """Return what a line of kept spaces says by its name."""
    found = re.match(r"  \S+ (panel|admin) (.*)", line)
    return (found[1], found[2].strip()) if found else None


def test_loading_the_plugin_imports_nothing_of_the_counterparties() -> None:
    program = (
        "import sys, mocks.testing.plugin;"
        "print([m for m in sys.modules if m.startswith(('mocks.', 'aiohttp', 'wire'))])"
    )
    done = subprocess.run(  # noqa: S603  # our own module
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert (
        done.stdout.strip() == "['mocks.testing', 'mocks.testing.fixtures', 'mocks.testing.plugin']"
    )
