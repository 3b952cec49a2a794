"""The count of alarms, for /metrics."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from gateway.bootstrap.office import Office
from gateway.domain.alarms import AlarmKind


class _Alarms(Collector):
    def __init__(self, office: Office) -> None:
        self._office = office

    def collect(self) -> Iterable[Metric]:
        family = CounterMetricFamily(
            "nakadachi_alarms", "Alarms that this process raised.", labels=("kind",)
        )
        for kind in AlarmKind:
            raised = sum(ports.alarmed[kind.value] for ports in self._office.ports.values())
            family.add_metric((kind.value,), raised)
        yield family


def measure_alarms(office: Office, registry: CollectorRegistry) -> None:
    """Add `nakadachi_alarms_total` by kind, over all institutions of the process, to a registry."""
    registry.register(_Alarms(office))
