"""Compares the logs of A, B and the core, transaction by transaction."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mocks.gateway import Gateway, Json
from mocks.sandbox import Sandbox

PAGE = 500
SETTLED = frozenset({"answered", "not_provided", "denied"})
# A second message under a used id changes nothing about the transaction it names.
BESIDE = frozenset({"message.conflict"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """How many transactions were compared, and what does not agree."""

    transactions: int
    differences: tuple[str, ...]


async def reconcile(sandbox: Sandbox) -> Reconciled:
    """Return how the core's log agrees with those of the gateways.

    Raises:
        GatewayFailedError: a gateway does not show its records.
    """
    core = list(sandbox.world.core.state.log.export())
    logs = {
        gateway.plan.code: [row async for row in list_records(gateway)]
        for gateway in sandbox.gateways.values()
    }
    return compare(core, logs)


def compare(core: Sequence[Json], logs: Mapping[str, Sequence[Json]]) -> Reconciled:
    """Return how a core's log agrees with gateways' logs by institution code."""
    permits = {row["transaction_number"]: row for row in core if _is_permit(row)}
    results = {
        row["transaction_number"]: row["result"]
        for row in core
        if row["act"] == "relay" and row["result"] in SETTLED and row.get("code") not in BESIDE
    }
    differences: list[str] = []
    for code, rows in logs.items():
        differences += _inquiries(code, rows, permits, results)
        differences += _provisions(code, rows, permits, results)
        unknown = {row["transaction_number"] for row in rows} - permits.keys() - {None}
        differences += [f"{code}: the core knows nothing of {number}" for number in unknown]
    return Reconciled(transactions=len(permits), differences=tuple(sorted(differences)))


def _is_permit(row: Json) -> bool:
    return bool(row["act"] == "permit" and row["result"] == "permitted")


def _inquiries(
    code: str, rows: Sequence[Json], permits: Mapping[str, Json], results: Mapping[str, str]
) -> Iterator[str]:
    """Yield what differs about the inquiries of a gateway: the last transaction of a request."""
    last = {row["request_id"]: number for number, row in permits.items() if row["inquirer"] == code}
    mine = _outcomes(rows, "inquiry")
    for request, number in last.items():
        if mine.get(number) != [results.get(number)]:
            yield f"{code}: inquiry {request} ended {mine.get(number)}, not {results.get(number)}"


def _provisions(
    code: str, rows: Sequence[Json], permits: Mapping[str, Json], results: Mapping[str, str]
) -> Iterator[str]:
    """Yield what differs about the provisions of a gateway: one outcome per transaction."""
    mine = _outcomes(rows, "provision")
    for number, permit in permits.items():
        if permit["provider"] == code and mine.get(number) != [results.get(number)]:
            yield f"{code}: provision {number} ended {mine.get(number)}, not {results.get(number)}"


def _outcomes(rows: Sequence[Json], act: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["act"] == act and row["phase"] == "outcome" and row["code"] not in BESIDE:
            found[row["transaction_number"]].append(row["result"])
    return found


async def list_records(gateway: Gateway) -> AsyncIterator[Json]:
    """Yield all exchange records of a gateway, by its business API."""
    after = ""
    while True:
        path = f"/v1/records?limit={PAGE}{after}"
        page = (await gateway.call("GET", path)).demand(path)
        for row in page["records"]:
            yield row
        if page["next"] is None:
            return
        after = f"&after={page['next']}"
