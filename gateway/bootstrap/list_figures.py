"""Figures about the copies of the permit list, for /metrics."""

from collections.abc import Callable
from functools import partial
from math import nan

from prometheus_client import CollectorRegistry, Gauge

from gateway.bootstrap.office import Office
from gateway.ports import Ports
from gateway.usecases.list_age import ListState, look_at_list

_Figure = Callable[[ListState], float]
_FIGURES: tuple[tuple[str, str, _Figure], ...] = (
    (
        "nakadachi_permit_list_number",
        "Number of the permit list in force.",
        lambda state: nan if state.sequence is None else state.sequence,
    ),
    (
        "nakadachi_permit_list_age_seconds",
        "Seconds since the core last told its permit list.",
        lambda state: nan if state.age is None else state.age,
    ),
    (
        "nakadachi_permit_list_stale",
        "1 if the copy of the permit list is stale or was never checked, else 0.",
        lambda state: float(state.stale),
    ),
)


def measure_lists(office: Office, registry: CollectorRegistry) -> None:
    """Add the figures of all institutions to a registry; they are taken when somebody looks."""
    for name, text, figure in _FIGURES:
        gauge = Gauge(name, text, ("institution",), registry=registry)
        for code, ports in office.ports.items():
            look = partial(_look, figure, ports, office.settings.permits.stale_seconds)
            gauge.labels(code).set_function(look)


def _look(figure: _Figure, ports: Ports, stale_seconds: float) -> float:
    return figure(look_at_list(ports, stale_seconds))
