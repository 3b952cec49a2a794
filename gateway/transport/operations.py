"""Every operation that needs a token, in the order of the published description."""

from typing import Final

from gateway.transport import (
    addresses,
    alarms,
    batches,
    controls,
    inquiries,
    institutions,
    permits,
    records,
    replicas,
    symbols,
)
from gateway.transport.routes import Operation, Public

OPERATIONS: Final[tuple[Operation, ...]] = (
    *inquiries.OPERATIONS,
    *batches.OPERATIONS,
    *addresses.OPERATIONS,
    *symbols.OPERATIONS,
    *replicas.OPERATIONS,
    *controls.OPERATIONS,
    *records.OPERATIONS,
    *alarms.OPERATIONS,
    *permits.OPERATIONS,
    *institutions.OPERATIONS,
)


def list_scopes(system: str) -> frozenset[str]:
    """Return every scope that a client of a business system can be given."""
    return frozenset(
        f"{system}:{scope}"
        for operation in OPERATIONS
        for scope in (operation.scope, *operation.more_scopes)
        if not isinstance(scope, Public)
    )
