"""The pytest plugin: a space of counterparties for each test that asks for one.

Every run of pytest loads this module, so it imports nothing but pytest until a test needs more.
"""

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from mocks.testing.fixtures import (
    AT_WORK,
    SERVER,
    gateway,
    mock_agency,
    mock_clock,
    mock_core,
    mock_portal,
    mock_registry,
    mocks,
    mocks_server,
)

__all__ = [
    "gateway",
    "mock_agency",
    "mock_clock",
    "mock_core",
    "mock_portal",
    "mock_registry",
    "mocks",
    "mocks_server",
]

MARK = (
    "scenario(name, seed=None, strict=True): let counterparties play a shipped scenario (its id or "
    "number) or the one in a YAML file; with strict=False nothing is judged at the end of the test"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the counterparties."""
    group = parser.getgroup("mocks", "相手機関 counterparties (nakadachi)")
    group.addoption(
        "--mocks-seed",
        type=int,
        metavar="N",
        help="乱数の種（既定はシナリオのもの）/ seed of all draws, before that of marks",
    )
    group.addoption(
        "--mocks-keep",
        action="store_true",
        help="空間を残し、パネルの URL を示して Ctrl-C を待つ / leave the spaces, print the panel",
    )
    group.addoption(
        "--mocks-mode",
        choices=("thread", "inproc"),
        default="thread",
        help="thread: 実ソケット / real sockets; inproc: ソケットなし / without, and no gateway",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known, and refuse what cannot be kept.

    Raises:
        UsageError: spaces are to be kept by processes that end.
    """
    config.addinivalue_line("markers", MARK)
    if config.getoption("--mocks-keep") and config.getoption("numprocesses", None):
        message = "--mocks-keep: xdist の下では使えません / not together with -n"
        raise pytest.UsageError(message)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a mark without a space that it could apply to."""
    if item.get_closest_marker("scenario") and "mocks" not in getattr(item, "fixturenames", ()):
        pytest.fail(
            "@pytest.mark.scenario: フィクスチャ mocks（又は gateway など）を引数に加えてください"
            " / the test uses no fixture of the counterparties: add `mocks` to its arguments",
            pytrace=False,
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Judge what the scenario expects after a test that passed so far."""
    result = yield
    at_work = item.stash.get(AT_WORK, None)
    if at_work is not None:
        at_work.judge()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the counterparties know to the report of a test that failed."""
    report = yield
    at_work = item.stash.get(AT_WORK, None)
    if at_work is not None and report.failed and call.when == "call":
        report.sections.append(("mocks", at_work.mocks.describe(item.nodeid)))
    return report


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server; before that, let whoever wants to look at what was kept do so."""
    server: Any = config.stash.get(SERVER, None)
    if server is None:
        return
    try:
        if server.spaces:
            _show_kept(config, server.list_links())
            server.wait()
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()


def _show_kept(config: pytest.Config, links: Iterator[str]) -> None:
    terminal: Any = config.pluginmanager.getplugin("terminalreporter")
    if terminal is not None:
        terminal.write_line("")
        for line in links:
            terminal.write_line(line)
        terminal.write_line("Ctrl-C で終わります / ends with Ctrl-C", flush=True)
