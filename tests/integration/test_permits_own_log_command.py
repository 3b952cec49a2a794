"""Reviews of a new edition on the record log of a real database."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.bootstrap.office import open_office
from gateway.cli.main import build
from gateway.cli.permit_requests import month_before
from gateway.domain.permits import Wanted
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.ports import Unit
from gateway.settings import load
from tests.support.configured import A, Configured, configure

TAX = "地方税関係情報"
NEW, OLD = "shourei-r6@2024-05-27", "beppyo2@2015-10-05"


def invoke(gateway: Configured, *arguments: str) -> Any:  # noqa: ANN401  # plain JSON
    line = [*arguments, "--config", str(gateway.config), "--json"]
    done = CliRunner().invoke(build(arguments[0]), line)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0
    return json.loads(done.stdout) if done.stdout else None


def request(number: int, at: datetime, phase: Phase) -> ExchangeRecord:
    return ExchangeRecord(
        act=Act.INQUIRY,
        phase=phase,
        at=at,
        result="accepted",
        request_id=f"request-{number}",
        provider="991023",
        instrument="shourei-r6",
        row="69",
        clause="7",
        wanted=(Wanted(information=TAX, items=("fiscal_year",)),),
        requested_at=at,
    )


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Configured:
    """A migrated database with three requests of last month and one of this month."""
    configured = configure(tmp_path_factory.mktemp("review"))
    invoke(configured, "db", "migrate")

    async def fill() -> None:
        async with open_office(load(configured.config, {}), [A]) as office:
            ports = office.ports[A]
            now = ports.clock.now()
            last_month = month_before(now).until
            assert last_month is not None
            unit = Unit()
            for number in range(3):
                at = last_month.astimezone(UTC) - timedelta(days=number + 1)
                unit.record(request(number, at, Phase.INTENT))
                unit.record(request(number, at, Phase.OUTCOME))
            unit.record(request(9, now, Phase.INTENT))
            await ports.store.commit(unit)

    asyncio.run(fill())
    return configured


def test_impact_reads_the_own_log_of_the_calendar_month_before(gateway: Configured) -> None:
    found = invoke(gateway, "permits", "impact", NEW, OLD)
    assert (found["requests"], found["refused"], found["institutions"]) == (3, 3, 1)
    assert found["by_institution"] == {A: {"refused": 3}}
    assert datetime.fromisoformat(found["since"]).day == 1


def test_impact_of_an_export_is_that_of_the_log(gateway: Configured, tmp_path: Path) -> None:
    file = tmp_path / "records.ndjson"
    invoke(gateway, "records", "export", "-o", str(file))
    found = invoke(gateway, "permits", "impact", NEW, OLD, "--records", str(file))
    assert (found["requests"], found["refused"]) == (4, 4)
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert {(one["institution"], one["instrument"]) for one in lines if one["affair"]} == {
        (A, "shourei-r6")
    }


def test_a_look_into_the_log_is_recorded(gateway: Configured) -> None:
    invoke(gateway, "permits", "impact", NEW, NEW)
    found = invoke(gateway, "records", "search", "--act", "access", "--limit", "1000")
    assert len(found) >= 2


def test_usage_reads_the_own_log_of_the_twelve_months_before(gateway: Configured) -> None:
    found = invoke(gateway, "permits", "usage", "-k", "3")
    assert len(found["units"]) == 12
    used = next(one for one in found["affairs"] if one["affair"] == "69-7")
    assert (used["asks"], used["hidden_units"]) == (3, 0)
    assert found["summary"]["affairs"] - found["summary"]["affairs_never_used"] == 1
