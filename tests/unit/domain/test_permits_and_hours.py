"""When a permit is valid, and when a provider is open."""

from datetime import UTC, datetime, time, timedelta

import pytest

from gateway.domain.hours import opens_at
from gateway.domain.permits import ProvisionPermit, Wanted, find_fault

NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # noon in Japan


def a_permit(**changed: object) -> ProvisionPermit:
    fields: dict[str, object] = {
        "permit_id": "p",
        "transaction_number": "t",
        "issuer": "990001",
        "provider": "990002",
        "inquirer": "990003",
        "instrument": "shourei-r6",
        "row": "69",
        "clause": "7",
        "wanted": (Wanted(information="地方税関係情報", items=("income",)),),
        "edition_sha256": "00",
        "request_message_id": "m",
        "issued_at": NOON,
        "not_before": NOON,
        "expires_at": NOON + timedelta(minutes=5),
        "compact": b"",
    }
    return ProvisionPermit(**(fields | changed))  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("audience", "after", "expected"),
    [
        pytest.param("990002", timedelta(0), None, id="valid at not-before"),
        pytest.param("990002", -timedelta(seconds=60), None, id="60 s of leeway before"),
        pytest.param("990002", -timedelta(seconds=61), "permit.not_yet_valid", id="too early"),
        pytest.param("990002", timedelta(seconds=299), None, id="last second"),
        pytest.param("990002", timedelta(seconds=300), "permit.expired", id="no leeway on expiry"),
        pytest.param("990009", timedelta(0), "permit.audience", id="for another provider"),
        pytest.param("990009", timedelta(days=1), "permit.audience", id="audience comes first"),
    ],
)
def test_the_first_broken_rule_of_validity_is_named(
    audience: str, after: timedelta, expected: str | None
) -> None:
    assert find_fault(a_permit(), audience=audience, now=NOON + after) == expected


@pytest.mark.parametrize(
    ("opens", "closes", "local", "expected"),
    [
        pytest.param("00:00", "00:00", "2026-11-23T03:00", None, id="equal times: always open"),
        pytest.param("08:30", "17:15", "2026-11-23T08:30", None, id="opens on the minute"),
        pytest.param("08:30", "17:15", "2026-11-23T17:14", None, id="last minute"),
        pytest.param(
            "08:30", "17:15", "2026-11-23T17:15", "2026-11-24T08:30", id="closed on the minute"
        ),
        pytest.param(
            "08:30", "17:15", "2026-11-23T03:00", "2026-11-23T08:30", id="before opening: today"
        ),
        pytest.param("22:00", "05:00", "2026-11-23T23:00", None, id="spans midnight, evening"),
        pytest.param("22:00", "05:00", "2026-11-23T04:59", None, id="spans midnight, morning"),
        pytest.param(
            "22:00", "05:00", "2026-11-23T12:00", "2026-11-23T22:00", id="spans midnight, closed"
        ),
    ],
)
def test_a_closed_provider_names_its_next_opening(
    opens: str, closes: str, local: str, expected: str | None
) -> None:
    now = datetime.fromisoformat(local + "+09:00").astimezone(UTC)
    found = opens_at(now, opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))
    assert found == (datetime.fromisoformat(expected + "+09:00") if expected else None)
