"""A refusal as it leaves: bilingual, coded, and silent about values."""

import msgspec
import pytest

from gateway.domain.errors import (
    EvidenceUnavailableError,
    GatewayError,
    InvalidError,
    RefusedError,
    StateError,
)
from gateway.transport.problems import RequestError, refuse, refuse_unforeseen


def test_a_refusal_carries_both_languages_and_its_occurrence() -> None:
    refused = refuse(RequestError("request.type", path="$.number", expected="str"), occurrence="o")
    problem = msgspec.json.decode(msgspec.json.encode(refused.problem))
    assert problem["code"] == "request.type"
    assert problem["title"] == problem["title_ja"] == "項目の型が違います"
    assert problem["title_en"] == "A field has the wrong type"
    assert (problem["path"], problem["expected"], problem["occurrence"]) == ("$.number", "str", "o")
    assert (problem["status"], problem["retry"], problem["fix_by"]) == (400, "never", "caller")


def test_a_field_of_the_domain_becomes_a_path() -> None:
    refused = refuse(InvalidError(field="affair"), occurrence="o")
    assert refused.problem.path == "$.affair"


def test_only_named_context_is_shown() -> None:
    refused = refuse(StateError(state="answered", wanted="cancelled", person="p"), occurrence="o")
    assert refused.problem.state == "answered"
    assert b"cancelled" not in msgspec.json.encode(refused.problem)


def test_accepted_media_types_are_a_list() -> None:
    refused = refuse(RequestError("request.media_type", accepted="a/b c/d"), occurrence="o")
    assert refused.problem.accepted == ("a/b", "c/d")


@pytest.mark.parametrize(
    ("error", "status", "header"),
    [
        (EvidenceUnavailableError(), 503, "Retry-After"),
        (RequestError("token.missing"), 401, "WWW-Authenticate"),
        (RefusedError("message.signature"), 502, None),
        (GatewayError(), 500, None),
    ],
    ids=str,
)
def test_status_and_headers_follow_from_the_code(
    error: GatewayError, status: int, header: str | None
) -> None:
    refused = refuse(error, occurrence="o")
    assert refused.problem.status == status
    assert list(refused.headers) == ([] if header is None else [header])


def test_what_nobody_foresaw_says_nothing_but_its_occurrence() -> None:
    problem = refuse_unforeseen(occurrence="o-1").problem
    assert (problem.code, problem.status, problem.occurrence) == ("gateway.failed", 500, "o-1")
