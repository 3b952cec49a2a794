"""Figures about work: whether any is under way, and when the next falls due."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from gateway.bootstrap.runner import TaskRunner

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Look:
    """What the last looks for due work of one institution found.

    `next_runs` says by lane when the earliest work falls due, by the institution's own clock.
    """

    count: int = 0
    next_runs: Mapping[str, datetime] = field(default_factory=dict)

    def found(self, next_runs: Mapping[str, datetime]) -> None:
        """Take over what another look found."""
        self.count += 1
        self.next_runs = next_runs


@dataclass(slots=True)
class Looks:
    """The looks of a process by institution."""

    of: dict[str, Look] = field(default_factory=dict)

    def at(self, institution: str) -> Look:
        """Return the looks for an institution's work."""
        return self.of.setdefault(institution, Look())


class _Work(Collector):
    def __init__(self, looks: Looks, runner: TaskRunner) -> None:
        self._looks, self._runner = looks, runner

    def collect(self) -> Iterable[Metric]:
        running = GaugeMetricFamily("nakadachi_work_running", "Background tasks under way.")
        running.add_metric((), self._runner.running)
        yield running
        count = CounterMetricFamily(
            "nakadachi_work_looks", "Looks for due work.", labels=("institution",)
        )
        due = GaugeMetricFamily(
            "nakadachi_work_next_timestamp_seconds",
            "When the earliest stored work of a lane falls due, by the institution's clock.",
            labels=("institution", "lane"),
        )
        for institution, look in self._looks.of.items():
            count.add_metric((institution,), look.count)
            for lane, instant in look.next_runs.items():
                due.add_metric((institution, lane), (instant - _EPOCH).total_seconds())
        yield count
        yield due


def measure_work(looks: Looks, runner: TaskRunner, registry: CollectorRegistry) -> None:
    """Add the figures of a process's work to a registry."""
    registry.register(_Work(looks, runner))
