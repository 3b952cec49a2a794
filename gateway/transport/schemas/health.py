"""Whether the gateway lives and whether it can work."""

from gateway.transport.schemas.common import Resource


class Liveness(Resource, frozen=True, kw_only=True):
    """The process answers; nothing more is said."""

    alive: bool


class CheckResult(Resource, frozen=True, kw_only=True):
    """One named check; `reason` says what is wrong or what was seen."""

    name: str
    ok: bool
    reason: str


class Readiness(Resource, frozen=True, kw_only=True):
    """Ready means that every check is fine; otherwise inquiries are refused or wait."""

    ready: bool
    checks: tuple[CheckResult, ...]
