"""The table of operations: scopes, samples, the published description."""

from typing import Any

import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from prometheus_client import CollectorRegistry

from gateway.transport.health import Health
from gateway.transport.openapi import build_document
from gateway.transport.operations import OPERATIONS, list_scopes
from gateway.transport.problems import STATUSES, status_of
from gateway.transport.routes import Operation, Public

ALL = (*OPERATIONS, *Health(checks={}, registry=CollectorRegistry()).operations())
DOCUMENT = build_document(ALL)
NAMED = pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)


def test_the_description_is_valid_openapi() -> None:
    assert not list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors())
    assert DOCUMENT["openapi"] == "3.1.0"


@NAMED
def test_samples_are_what_their_types_allow(operation: Operation) -> None:
    samples = [one.value for one in operation.replies.values()]
    for sample in (operation.sample, *samples):
        if sample is not None:
            text = msgspec.json.encode(sample)
            assert msgspec.json.encode(msgspec.json.decode(text, type=type(sample))) == text


@NAMED
def test_an_operation_speaks_both_languages(operation: Operation) -> None:
    assert not operation.summary_ja.isascii()
    assert operation.summary_en.isascii()


def test_every_operation_but_health_needs_a_scope_of_its_own_or_one_it_shares() -> None:
    for operation in OPERATIONS:
        assert not isinstance(operation.scope, Public)
        assert operation.scope.count(":") == 1
    assert "kokuho:inquiries:submit" in list_scopes("kokuho")
    assert len({operation.name for operation in ALL}) == len(ALL)
    assert len({(operation.method, operation.path) for operation in ALL}) == len(ALL)


def find_texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for member in value.values() for text in find_texts(member)]
    if isinstance(value, list | tuple):
        return [text for member in value for text in find_texts(member)]
    return [value] if isinstance(value, str) else []


def test_published_patterns_are_anchored_as_json_schema_anchors_them() -> None:
    assert not [text for text in find_texts(DOCUMENT) if "\\A" in text or "\\Z" in text]


def test_no_response_has_a_place_for_an_individual_number() -> None:
    schemas: dict[str, Any] = DOCUMENT["components"]["schemas"]
    holding = [name for name, one in schemas.items() if "individual_number" in one["properties"]]
    assert holding == ["AddressRequest"]


def test_parameters_are_never_null_and_keep_their_bounds() -> None:
    records = DOCUMENT["paths"]["/v1/records"]["get"]["parameters"]
    limits = next(one["schema"] for one in records if one["name"] == "limit")
    assert (limits["minimum"], limits["maximum"]) == (1, 500)
    assert not [one for one in records if "anyOf" in one["schema"]]


def test_unread_metrics_and_the_description_itself_are_not_published() -> None:
    assert "/metrics" not in DOCUMENT["paths"]
    assert "/readyz" in DOCUMENT["paths"]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        *((code, int(status)) for code, status in STATUSES.items()),
        ("request.malformed", 400),
        ("message.signature", 502),
        ("storage.newer", 500),
        ("peer.invention", 502),
    ],
)
def test_a_code_decides_its_status(code: str, status: int) -> None:
    assert status_of(code) == status
