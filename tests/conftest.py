"""What every test shares: markers by folder, hypothesis profiles, the canaries of G5."""

import logging
import os
import signal
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A suite that a shell started in the background ignores SIGINT, and so would every child of it:
# tests that end a process as Ctrl-C does would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ("tests.support.databases",)

TESTS = Path(__file__).parent
MARKERS = {"integration": "integration", "contract": "integration", "e2e": "e2e"}

# Two noisy cores: a deadline would judge the machine, not the code.
settings.register_profile("local", deadline=None)
settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@dataclass(frozen=True, slots=True, kw_only=True)
class Canaries:
    """Numbers and symbols that `make test` searches for in everything the suite left (G5)."""

    individual_numbers: tuple[str, ...]
    symbols: tuple[str, ...]

    def register(self, *texts: str) -> None:
        """Have texts made during the run (a drawn symbol, a drawn number) searched for too."""
        if path := os.environ.get("CANARY_FILE"):
            with Path(path).open("a", encoding="ascii") as file:
                file.writelines(f"{text}\n" for text in texts)


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    for item in items:
        marker = MARKERS.get(item.path.relative_to(TESTS).parts[0])
        if marker is not None:
            item.add_marker(marker)


@pytest.fixture(scope="session")
def canaries() -> Canaries:
    listed = tomllib.loads((TESTS / "vectors" / "canaries.toml").read_text("utf-8"))
    return Canaries(
        individual_numbers=tuple(listed["individual_numbers"]), symbols=tuple(listed["symbols"])
    )


@pytest.fixture(autouse=True)
def logging_untouched() -> Iterator[None]:
    """Undo what a command that ran in this process did to logging: others read logs too."""
    _undo_logging()  # a command in a fixture of a whole module came first
    yield
    _undo_logging()


def _undo_logging() -> None:
    root = logging.getLogger()
    if any(type(handler).__module__ == "gateway.logs" for handler in root.handlers):
        root.handlers[:] = [h for h in root.handlers if type(h).__module__ != "gateway.logs"]
        root.setLevel(logging.WARNING)
        logging.captureWarnings(capture=False)
        for logger in root.manager.loggerDict.values():
            if isinstance(logger, logging.Logger):
                logger.setLevel(logging.NOTSET)
