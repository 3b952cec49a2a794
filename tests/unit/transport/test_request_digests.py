"""The digest of a request tells a repeat from a conflict, also across releases (G4)."""

from typing import Any

import msgspec
import pytest

from gateway.transport.inquiries import digest_of
from gateway.transport.schemas.batches import BatchRowRequest
from gateway.transport.schemas.inquiries import InquiryRequest

PLAIN: dict[str, Any] = {
    "number": "000000000001001",
    "affair": "69-7",
    "provider": "991023",
    "information": [{"information": "地方税関係情報"}],
}


def inquiry(**more: object) -> InquiryRequest:
    return msgspec.convert(PLAIN | more, InquiryRequest)


def test_a_request_has_the_digest_that_the_first_release_gave_it() -> None:
    """Computed with the code before instruments, delegators and consent could be named."""
    items = [{"information": "地方税関係情報", "items": ["total_income"]}]
    period = {"begins_on": "2026-01-01"}
    asked = inquiry(information=items, period=period, nondisclosure=True)
    row = msgspec.convert(PLAIN | {"deadline_seconds": 60}, BatchRowRequest)
    assert digest_of("/v1/inquiries", asked).hex() == (
        "0df6ceaa590ce6a37803a75cd26a7d7e3af51df4cc05efa730b38371724bad0d"
    )
    assert digest_of("/v1/batches", row).hex() == (
        "1a8b7f20f3b71c1869195a9311ced86d7279d4786b4a193f870bf36448c3f1a4"
    )
    assert digest_of("/v1/inquiries", inquiry()) == digest_of(
        "/v1/inquiries", inquiry(basis="19-8")
    )


@pytest.mark.parametrize(
    "more",
    [
        {"instrument": "shourei-r6"},
        {"basis": "19-9"},
        {"inquirer_delegator": "991023"},
        {"provider_delegator": "991023"},
        {"consent": True},
    ],
    ids=lambda more: next(iter(more)),
)
def test_whatever_a_request_names_is_part_of_its_digest(more: dict[str, Any]) -> None:
    assert digest_of("/v1/inquiries", inquiry(**more)) != digest_of("/v1/inquiries", inquiry())
