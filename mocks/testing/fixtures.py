"""The fixtures: a space for each test, its parties and clock, our gateway in it.

What they give is imported when the first test asks for it.
"""

import hashlib
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pytest

if TYPE_CHECKING:
    from mocks.testing.client import Mocks
    from mocks.testing.parts import Clock, Party
    from mocks.testing.server import Server
    from mocks.testing.subject import Subject

_PARAMETERS: Final = frozenset({"seed", "strict"})
_SLUG: Final = 40


@dataclass(slots=True)
class AtWork:
    """The space of a test while the test runs."""

    mocks: "Mocks"
    strict: bool

    def judge(self) -> None:
        """Fail a test whose scenario expected something else, or that sent what nobody knows."""
        __tracebackhide__ = True
        if not self.strict:
            return
        text = self.mocks.explain()
        if text:
            pytest.fail(text, pytrace=False)


AT_WORK: Final = pytest.StashKey[AtWork]()
SERVER: Final = pytest.StashKey[Any]()


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What a test's mark says; the name None lets no scenario run."""

    name: str | None = None
    seed: int | None = None
    strict: bool = True


@pytest.fixture(scope="session")
def mocks_server(pytestconfig: pytest.Config) -> "Server":
    """Return the server of this session: one house in a thread of its own, with the admin API."""
    server: Server = importlib.import_module("mocks.testing.server").Server()
    pytestconfig.stash[SERVER] = server
    server.start()
    return server


@pytest.fixture
def mocks(request: pytest.FixtureRequest) -> Iterator["Mocks"]:
    """Return a fresh space, with the scenario of the test's mark; strict at the end of the test."""
    marked = _read_mark(request.node)
    seed = request.config.getoption("--mocks-seed")
    wanted = {
        "space": name_space(request.node.nodeid),
        "source": _find_source(request.node, marked.name),
        "seed": marked.seed if seed is None else seed,
    }
    inproc = request.config.getoption("--mocks-mode") == "inproc"
    with_gateway = "gateway" in request.fixturenames
    if inproc:
        opened = _open(importlib.import_module("mocks.testing.inproc").open_inproc, wanted)
    else:
        server: Server = request.getfixturevalue("mocks_server")
        opened = _open(server.open, wanted)
    if not with_gateway:
        opened.begin()
    at_work = request.node.stash[AT_WORK] = AtWork(opened, marked.strict)
    yield opened
    late = opened.explain_unknown() if at_work.strict else ""
    del request.node.stash[AT_WORK]
    if not request.config.getoption("--mocks-keep"):
        opened.close()
    if late:
        pytest.fail(late, pytrace=False)


@pytest.fixture
def gateway(mocks: "Mocks") -> "Subject":
    """Return our gateway, as a process that is a system between a business system and parties."""
    return mocks.start_gateway()


@pytest.fixture
def mock_core(mocks: "Mocks") -> "Party":
    """Return the network core of the space."""
    return mocks.core


@pytest.fixture
def mock_registry(mocks: "Mocks") -> "Party":
    """Return the resident registry of the space."""
    return mocks.registry


@pytest.fixture
def mock_agency(mocks: "Mocks") -> "Party":
    """Return the agency that is asked in the space."""
    return mocks.agency


@pytest.fixture
def mock_portal(mocks: "Mocks") -> "Party":
    """Return マイナポータル as the space has it; it takes part from now on if it did not."""
    return mocks.portal


@pytest.fixture
def mock_clock(mocks: "Mocks") -> "Clock":
    """Return the clock of the space."""
    return mocks.clock


def name_space(nodeid: str) -> str:
    """Return the name of a test's space: the same in every run, for draws depend on it."""
    slug = re.sub(r"[^a-z0-9]+", "-", nodeid.rpartition("::")[2].lower())[:_SLUG].strip("-")
    digest = hashlib.sha256(nodeid.encode()).hexdigest()[:6]
    return f"{slug or 'test'}-{digest}"


def _read_mark(item: pytest.Item) -> Marked:
    mark = item.get_closest_marker("scenario")
    if mark is None:
        return Marked()
    unknown = sorted(set(mark.kwargs) - _PARAMETERS)
    if len(mark.args) != 1 or not isinstance(mark.args[0], str | Path) or unknown:
        _refuse(
            'シナリオを一つ、scenario("S04", seed=42, strict=True) のように書いてください',
            f"wants one name or path, and seed and strict at most; not {', '.join(unknown)}"
            if unknown
            else "wants one name or path, and seed and strict at most",
        )
    seed = mark.kwargs.get("seed")
    if seed is not None and (not isinstance(seed, int) or seed < 0):
        _refuse("seed は 0 以上の整数です", "seed is an integer from 0")
    return Marked(name=str(mark.args[0]), seed=seed, strict=bool(mark.kwargs.get("strict", True)))


def _find_source(item: pytest.Item, name: str | None) -> Any:  # noqa: ANN401  # a lazy import
    """Return the scenario of a name: a file beside the test or below the root, or a shipped one."""
    if name is None:
        return None
    sources = importlib.import_module("mocks.admin.sources")
    problems = importlib.import_module("mocks.admin.problems")
    places = [item.path.parent / name, item.config.rootpath / name]
    file = next((path for path in places if path.is_file()), None)
    found: list[Any] = []
    try:
        return sources.find_source(name) if file is None else sources.read_source(file.read_bytes())
    except problems.AdminError as error:
        found = list(error.problems)
    if found:
        at = "".join(f"\n{name}:{one.line}:{one.column}: {one.message_ja}" for one in found)
        said = "".join(f"\n{name}:{one.line}:{one.column}: {one.message_en}" for one in found)
        _refuse(f"{name} に誤りがあります{at}", f"the scenario has errors{said}")
    listed = importlib.import_module("mocks.scenarios.library").list_shipped()
    known = ", ".join(one.scenario.id for one in listed)
    return _refuse(
        f"{name} というシナリオもファイルもありません", f"no such scenario or file; {known}"
    )


def _open(opening: Any, wanted: dict[str, Any]) -> "Mocks":  # noqa: ANN401  # a lazy import
    plan_error = importlib.import_module("mocks.runs.plan").PlanError
    try:
        opened: Mocks = opening(**wanted)
    except plan_error as error:
        obstacle = str(error)
    else:
        return opened
    return _refuse(*obstacle.split(" / ", 1))


def _refuse(ja: str, en: str) -> NoReturn:
    pytest.fail(f"@pytest.mark.scenario: {ja} / {en}", pytrace=False)
