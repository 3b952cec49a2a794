"""What /readyz looks at: the database, the permit lists, the counterparties (R5)."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

from gateway.bootstrap.office import Office
from gateway.domain.errors import RefusedError
from gateway.ports import Ports
from gateway.transport.health import Check, CheckOutcome

REACH_SECONDS = 1.0


def build_checks(office: Office) -> dict[str, Check]:
    """Return the checks by name; each takes about a second at most."""
    checks: dict[str, Check] = {"database": _make_database_check(office)}
    for code, ports in office.ports.items():
        checks[f"permit_list.{code}"] = _make_list_check(ports)
    checks["core"] = _make_reach_check(office, office.settings.core)
    checks["registry"] = _make_reach_check(office, office.settings.registry)
    return checks


def _make_database_check(office: Office) -> Check:
    async def check() -> CheckOutcome:
        health = await office.database.probe(office.owner)
        return CheckOutcome(ok=health.healthy, reason=health.reason or "")

    return check


def _make_list_check(ports: Ports) -> Check:
    async def check() -> CheckOutcome:
        known = ports.book.permit_list is not None
        return CheckOutcome(ok=known, reason="" if known else "no permit list yet")

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
