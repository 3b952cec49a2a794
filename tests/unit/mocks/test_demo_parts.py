"""The parts of the demo that need no gateway."""

import socket
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from mocks.cli import register
from mocks.cli_sandbox import describe
from mocks.demo.acting import UnexpectedError, demand
from mocks.demo.cases import CASES
from mocks.demo.playing import Report, Result
from mocks.demo.reconciling import Reconciled, compare
from mocks.gateway import GatewayFailedError, Said
from mocks.gateway_files import Plan, Surroundings, find_free_ports, write_config
from mocks.pki import Pki

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
OUTCOMES = {"answered", "denied", "not_provided", "failed", "conflict"}
Row = dict[str, Any]


def permit(number: str, request: str = "r-1") -> Row:
    return {
        "act": "permit",
        "result": "permitted",
        "transaction_number": number,
        "request_id": request,
        "inquirer": "A",
        "provider": "B",
    }


def relay(number: str, result: str) -> Row:
    return {"act": "relay", "transaction_number": number, "result": result}


def outcome(act: str, number: str, result: str, code: str | None = None) -> Row:
    return {
        "act": act,
        "phase": "outcome",
        "transaction_number": number,
        "result": result,
        "code": code,
    }


@pytest.mark.parametrize(
    ("core", "logs", "differences"),
    [
        (
            [permit("t1"), relay("t1", "sent"), relay("t1", "answered")],
            {
                "A": [outcome("inquiry", "t1", "answered")],
                "B": [outcome("provision", "t1", "answered")],
            },
            0,
        ),
        (
            [permit("t1"), relay("t1", "denied"), permit("t2"), relay("t2", "answered")],
            {
                "A": [outcome("inquiry", "t2", "answered")],
                "B": [
                    outcome("provision", "t1", "denied", "permit.expired"),
                    outcome("provision", "t2", "answered"),
                    outcome("provision", "t2", "denied", "message.conflict"),
                ],
            },
            0,
        ),
        ([permit("t1"), relay("t1", "answered")], {"A": [], "B": []}, 2),
        (
            [permit("t1"), relay("t1", "answered")],
            {
                "A": [outcome("inquiry", "t1", "not_provided")],
                "B": [
                    outcome("provision", "t1", "answered"),
                    outcome("provision", "t1", "answered"),
                ],
            },
            2,
        ),
        ([], {"A": [outcome("inquiry", "t9", "answered")]}, 1),
        ([], {"A": [{**outcome("address", "", ""), "transaction_number": None}]}, 0),
    ],
    ids=["agree", "fresh permit", "missing", "differ and twice", "unknown", "other acts"],
)
def test_logs_are_compared_by_transaction(
    core: list[Row], logs: Mapping[str, list[Row]], differences: int
) -> None:
    found = compare(core, logs)
    assert len(found.differences) == differences
    assert found.transactions == sum(row["act"] == "permit" for row in core)


def test_the_cases_are_those_of_the_contract() -> None:
    assert [case.id for case in CASES] == [f"D{number:02}" for number in range(1, 17)]
    assert {case.expected for case in CASES} == OUTCOMES


def report(outcome_of_first: str, *, verified: bool = True, fault: str | None = None) -> Report:
    results = [
        Result(case=case, outcome=case.expected, reason="as told", milliseconds=1) for case in CASES
    ]
    results[0] = Result(
        case=CASES[0], outcome=outcome_of_first, reason="why", milliseconds=2, fault=fault
    )
    return Report(
        seed=1,
        results=tuple(results),
        records={"991015": {"size": 3, "verified": verified}},
        reconciled=Reconciled(transactions=1, differences=()),
    )


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (report("answered"), True),
        (report("denied"), False),
        (report("answered", verified=False), False),
        (report("answered", fault="UnexpectedError: items"), False),
    ],
    ids=["all fine", "another outcome", "a log that does not verify", "a check that fails"],
)
def test_a_report_is_as_expected_only_if_everything_is(found: Report, *, expected: bool) -> None:
    assert found.expected is expected
    text = describe(found)
    assert ("all as expected" in text.splitlines()[-1]) is expected
    document = found.as_document()
    assert set(document) == {"seed", "cases", "records", "reconciled"}
    assert set(document["cases"][0]) == {"id", "title", "expected", "outcome", "reason", "ms"}


def test_a_claim_that_does_not_hold_ends_a_case() -> None:
    demand("fine", holds=True)
    with pytest.raises(UnexpectedError, match="not fine"):
        demand("not fine", holds=False)


def test_a_refused_request_names_path_status_and_code() -> None:
    assert Said(status=201, headers={}, body={"a": 1}).demand("/v1/x") == {"a": 1}
    with pytest.raises(GatewayFailedError, match=r"/v1/x 409 request\.conflict"):
        Said(status=409, headers={}, body={"code": "request.conflict"}).demand("/v1/x")


def test_free_ports_differ_and_can_be_taken() -> None:
    ports = find_free_ports(4)
    assert len(set(ports)) == 4
    for port in ports:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", port))


def test_settings_of_a_gateway_are_toml_with_absolute_paths(tmp_path: Path) -> None:
    plan = Plan(
        short="a",
        code="991015",
        system="insurance",
        folder=tmp_path,
        business_port=8080,
        network_port=8443,
        slot_seconds=600,
    )
    around = Surroundings(
        pki=Pki(tmp_path / "keys", now=NOW),
        directory=tmp_path / "directory.toml",
        core="999989",
        registry="999971",
    )
    write_config(plan, around)
    tree = tomllib.loads(plan.config.read_text("utf-8"))
    assert tree["mode"] == "sandbox"
    assert tree["institutions"][0]["code"] == "991015"
    assert tree["clients"][0]["client_id"] == "insurance-a"
    for name, value in (tree["network"] | tree["institutions"][0]).items():
        if name.endswith("_file") and name != "directory_file":
            assert Path(value).is_file()


def test_up_refuses_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    app = typer.Typer()
    register(app)
    found = CliRunner().invoke(app, ["up", "--folder", str(tmp_path)])
    assert found.exit_code == 2
