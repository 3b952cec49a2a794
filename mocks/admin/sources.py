"""Files of scenarios: shipped or sent, loaded and linted before anything is changed."""

import hashlib
from dataclasses import dataclass

from mocks.admin.problems import AdminError, list_findings
from mocks.admin.schemas.problem import LintProblem
from mocks.engine.loading import Loaded, load_scenario
from mocks.engine.problems import ScenarioError
from mocks.engine.scenario import Scenario
from mocks.engine.scenario_lint import lint
from mocks.scenarios.library import find_shipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A scenario's file, what it says, and what is weak in it."""

    octets: bytes
    loaded: Loaded
    findings: tuple[LintProblem, ...] = ()

    @property
    def scenario(self) -> Scenario:
        """What the file says."""
        return self.loaded.scenario

    @property
    def sha256(self) -> str:
        """The hash that a run is repeated by."""
        return hashlib.sha256(self.octets).hexdigest()


def read_source(octets: bytes, *, refusal: str = "scenario.invalid") -> Source:
    """Return the scenario of a file that has no error.

    Raises:
        AdminError: `refusal`; its problems say where and why.
    """
    try:
        loaded = load_scenario(octets)
        found = lint(loaded)
    except ScenarioError as error:
        raise AdminError(refusal, problems=list_findings(error.problems)) from error
    findings = list_findings(found)
    if any(one.severity == "error" for one in findings):
        raise AdminError(refusal, problems=findings)
    return Source(octets=octets, loaded=loaded, findings=findings)


def find_source(name: str) -> Source:
    """Return a shipped scenario by its id or its number.

    Raises:
        AdminError: `scenario.unknown`.
    """
    octets = find_shipped(name)
    if octets is None:
        raise AdminError("scenario.unknown")
    return read_source(octets)


def read_named(name: str, octets: bytes | None) -> Source:
    """Return the scenario that was sent, or the shipped one of that name.

    Raises:
        AdminError: `scenario.unknown`, `scenario.invalid`, or `scenario.id` when it has another id.
    """
    if octets is None:
        return find_source(name)
    source = read_source(octets)
    if name not in {source.scenario.id, source.scenario.id.partition("-")[0]}:
        raise AdminError("scenario.id", expected=source.scenario.id)
    return source
