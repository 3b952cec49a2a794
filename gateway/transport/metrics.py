"""Counts and durations of requests, labelled by route template and never by path."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15, 60)


class RequestMetrics:
    """The figures of one application."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._requests = Counter(
            "nakadachi_http_requests",
            "Requests of the business API.",
            ("method", "route", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "nakadachi_http_request_seconds",
            "Time from headers to the end of the response.",
            ("route",),
            buckets=_BUCKETS,
            registry=registry,
        )

    def observe(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; a method that HTTP does not define counts as other."""
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
