"""What /readyz looks at: the database, the permit lists, the counterparties (R5)."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

from gateway.bootstrap.office import Office
from gateway.domain.errors import RefusedError, RegisterBrokenError
from gateway.ports import Ports
from gateway.transport.health import Check, CheckOutcome
from gateway.usecases import own_register
from gateway.usecases.list_age import look_at_list

REACH_SECONDS = 1.0


def build_checks(office: Office) -> dict[str, Check]:
    """Return the checks by name; each takes about a second at most."""
    checks: dict[str, Check] = {"database": _make_database_check(office)}
    for code, ports in office.ports.items():
        stale_seconds = office.settings.permits.stale_seconds
        checks[f"permit_list.{code}"] = _make_list_check(ports, stale_seconds)
        if ports.register is not None:
            checks[f"permit_register.{code}"] = _make_register_check(ports)
    checks["core"] = _make_reach_check(office, office.settings.core)
    checks["registry"] = _make_reach_check(office, office.settings.registry)
    return checks


def _make_database_check(office: Office) -> Check:
    async def check() -> CheckOutcome:
        health = await office.database.probe(office.owner)
        return CheckOutcome(ok=health.healthy, reason=health.reason or "")

    return check


def _make_list_check(ports: Ports, stale_seconds: float) -> Check:
    """Look whether there is a copy of the permit list, and whether the core told it lately."""

    async def check() -> CheckOutcome:
        state = look_at_list(ports, stale_seconds)
        if state.broken is not None:
            reason = f"the stored list {state.broken} was changed in the database"
            return CheckOutcome(ok=False, reason=reason)
        if state.sequence is None:
            return CheckOutcome(ok=False, reason="no permit list yet")
        age = "never" if state.age is None else f"{state.age:.0f} s ago"
        reason = f"list {state.sequence}, last checked with the core: {age}"
        if state.stale:
            reason = f"stale after {stale_seconds:.0f} s: {reason}"
        return CheckOutcome(ok=not state.stale, reason=reason)

    return check


def _make_register_check(ports: Ports) -> Check:
    """Look whether the own register can be read: while it cannot, nothing is exchanged."""

    async def check() -> CheckOutcome:
        try:
            await own_register.catch_up(ports=ports)
        except RegisterBrokenError as error:
            return CheckOutcome(ok=False, reason=str(error))
        held = ports.book.own.supplement.holds if ports.book.own else ()
        return CheckOutcome(ok=True, reason=f"number {ports.book.own_sequence}, {len(held)} holds")

    return check


def _make_reach_check(office: Office, institution: str) -> Check:
    """Look whether a counterparty takes connections; what it says is left to real exchanges."""

    async def check() -> CheckOutcome:
        try:
            url = urlsplit(office.trust.directory.load_peer(institution).url)
            async with asyncio.timeout(REACH_SECONDS):
                _, writer = await asyncio.open_connection(url.hostname, url.port)
        except RefusedError:
            return CheckOutcome(ok=False, reason="not in the directory")
        except (OSError, TimeoutError):
            return CheckOutcome(ok=False, reason="unreachable")
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return CheckOutcome(ok=True)

    return check
