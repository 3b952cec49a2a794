"""Our own gateway in both roles, real processes; and that a wrong gateway does not pass."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from mocks.cli import register
from mocks.conform.bench import open_bench
from mocks.conform.businesses import BUSINESSES
from mocks.conform.conclusion import RunResult
from mocks.conform.doctor import Surgery
from mocks.conform.forms import list_forms
from mocks.conform.plan import make_plan
from mocks.conform.report_json import as_document, load_report_schema
from mocks.conform.session import Session
from mocks.conform.waivers import Waiver
from mocks.runs.stage import RunOptions
from tests.support import wrong_gateway
from tests.support.conform import TODAY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PROVISION = ("pro.answers", "pro.permit.*", "pro.notice.*", "pro.inquiry.*", "pro.repeat*")


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where keys are made once and used by every run."""
    return tmp_path_factory.mktemp("conformance-keys")


async def conform(
    profile: str, keys: Path, *, chosen: Sequence[str] = (), wrong: str | None = None
) -> RunResult:
    plan = make_plan({"profile": profile, "folder": keys, "chosen": list(chosen)})
    session = Session(plan=plan, profile=plan.load_profile())
    if wrong is not None:
        session.program = (sys.executable, str(wrong_gateway.__file__), wrong)
    return await session.run()


def explain(run: RunResult) -> str:
    return "\n".join(
        f"{test.id} {test.result} {test.message}"
        + "".join(f"\n  {one.id} {one.result}: {one.received}" for one in test.checks)
        for test in run.tests
        if test.result not in {"pass", "omit"}
    )


@pytest.mark.parametrize("role", ["inquirer", "provider"])
async def test_our_gateway_passes_in_both_roles(role: str, keys: Path) -> None:
    run = await conform(role, keys)
    assert not explain(run)
    assert {one.result for one in run.tests} == {"pass"}
    assert [group.result for group in run.groups] == ["pass"] * 3
    assert (run.raw, run.result, run.exit_code, run.interrupted) == ("pass", "pass", 0, "")
    document = as_document(run)
    Draft202012Validator(load_report_schema()).validate(document)
    assert set(list_forms(document)) >= {"report.html", "junit.xml", "coverage.csv"}
    if role == "inquirer":
        assert {one["test"] for one in document["clock"]} == {one.id for one in run.tests}


# What tells that the question of a business is asked, and answered, as a whole: the known answer of
# a person, one item alone, the address of somebody; and what its permit does not allow.
TELLING = [
    ("child-allowance-inquirer-v1", ("inq.protected",)),
    ("child-allowance-provider-v1", ("pro.answers", "pro.unlisted.*")),
    ("welfare-inquirer-v1", ("inq.answer.held", "inq.answer.unrequested", "inq.protected")),
    ("welfare-provider-v1", ("pro.answers", "pro.unlisted.*", "pro.item.permitted")),
    ("disability-inquirer-v1", ("inq.answer.unrequested",)),
    ("disability-provider-v1", ("pro.answers", "pro.unlisted.*")),
]


@pytest.mark.parametrize(("profile", "chosen"), TELLING, ids=[one[0] for one in TELLING])
async def test_our_gateway_passes_in_every_business(
    profile: str, chosen: Sequence[str], keys: Path
) -> None:
    run = await conform(profile, keys, chosen=chosen)
    assert not explain(run)
    assert run.exit_code == 0
    omitted = {one.id for one in run.tests if one.result == "omit" and one.status == "finished"}
    assert omitted == ({"inq.protected"} if profile == "welfare-inquirer-v1" else set())
    commands = {one.facts["command"] for one in run.tests if "command" in one.facts}
    assert all(f" conform run {profile} --only " in one for one in commands)


async def test_the_doctor_tells_who_has_no_data_of_the_business(keys: Path) -> None:
    async with open_bench(RunOptions(folder=keys)) as bench:
        other = replace(bench, topic=BUSINESSES[-1].provider)
        seen = {}
        for one in (bench, other):
            found = await Surgery(bench=one, provides=True).visit()
            seen[one.topic.information] = next(it for it in found if it.id == "test_person")
    assert [one.state for one in seen.values()] == ["ok", "config_error"]
    assert "障害者自立支援給付関係情報" in seen[other.topic.information].fix


# What is wrong for all but taxes, and which test must notice it in another business.
BUT_FOR_TAXES = [
    ("take_every_item_but_of_taxes", "inquirer", "inq.answer.unrequested"),
    ("provide_on_any_permit_but_of_taxes", "provider", "pro.permit.expired"),
]


@pytest.mark.parametrize(("wrong", "role", "test"), BUT_FOR_TAXES)
async def test_what_is_wrong_for_one_business_only_is_found_there(
    wrong: str, role: str, test: str, keys: Path
) -> None:
    right = await conform(f"tax-{role}-v1", keys, chosen=[test], wrong=wrong)
    assert (right.result, right.exit_code) == ("pass", 0), explain(right)
    run = await conform(f"welfare-{role}-v1", keys, chosen=[test], wrong=wrong)
    assert [one.id for one in run.tests if one.result == "fail"] == [test], explain(run)
    assert run.exit_code == 1


# What is wrong, in which role, and which check must notice it.
WRONG = [
    ("give_up_when_a_permit_expired", "inquirer", "inq.permit.expired", "answered_in_time"),
    ("take_every_item", "inquirer", "inq.answer.unrequested", "item_not_kept"),
    ("hurry_where_nothing_is_registered", "provider", "pro.protected", "same_time"),
]


@pytest.mark.parametrize(("wrong", "role", "test", "noticed"), WRONG, ids=[one[0] for one in WRONG])
async def test_a_wrong_gateway_fails(
    wrong: str, role: str, test: str, noticed: str, keys: Path
) -> None:
    run = await conform(role, keys, chosen=[test], wrong=wrong)
    [failed] = [one for one in run.tests if one.result == "fail"]
    assert failed.id == test
    assert noticed in {one.id for one in failed.checks if one.result == "fail"}
    assert run.result == "fail"
    assert run.exit_code == 1
    assert all(one.expected and one.received for one in failed.checks)


async def test_a_known_failure_is_waived_and_stays_visible(keys: Path) -> None:
    failing = Waiver(
        test="inq.permit.*",
        check="answered_in_time",
        expect="fail",
        reason="r",
        owner="o",
        approved_by="a",
        until=TODAY.replace(year=2199),
    )
    plan = make_plan({"profile": "inquirer", "folder": keys, "chosen": ["inq.permit.expired"]})
    session = Session(plan=plan, profile=plan.load_profile())
    session.program = (
        sys.executable,
        str(wrong_gateway.__file__),
        "give_up_when_a_permit_expired",
    )
    never_tried = replace(failing, check="no_expired_permit_used", expect="skip")
    run = await session.run((failing, never_tried))
    assert (run.raw, run.result, run.exit_code) == ("fail", "pass", 0)


async def test_what_does_not_start_is_no_failure_of_conformance(keys: Path) -> None:
    plan = make_plan({"profile": "provider", "folder": keys, "chosen": list(PROVISION)})
    session = Session(plan=plan, profile=plan.load_profile())
    session.program = (sys.executable, "-c", "raise SystemExit(7)")
    run = await session.run()
    assert run.result == "cancel"
    assert run.interrupted
    assert run.exit_code == 3
    found = await session.examine()
    assert {one.state for one in found} <= {"environment", "not_tried"}


def command(*arguments: str) -> Result:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, ["mocks", "conform", *arguments])


def test_the_commands_go_from_the_doctor_to_a_report_that_verifies(
    keys: Path, tmp_path: Path
) -> None:
    out, key = tmp_path / "report", tmp_path / "signing.key"
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text("waivers: []\n", encoding="utf-8")
    common = ["--folder", str(keys), "--out", str(out), "--key", str(key)]
    said = command("run", "provider", "--only", "pro.answers", "--waivers", str(waivers), *common)
    assert said.exit_code == 0, said.output
    assert "[pass]" in said.output
    told = json.loads((out / "report.json").read_bytes())
    assert {one["id"]: one["state"] for one in told["doctor"]} | {} == {
        "dns": "ok",
        "tls": "ok",
        "certificate_dates": "ok",
        "mutual_tls": "ok",
        "clock_date": "ok",
        "clock_signed": "ok",
        "encoding": "not_tried",
        "file_drop": "not_tried",
        "calendar": "not_tried",
        "test_person": "ok",
        "admin": "ok",
    }
    zipped = str(out / "report.zip")
    assert command("report", zipped, "--verify").exit_code == 0
    assert command("compare", zipped, str(out / "report.json")).exit_code == 0
    (out / "report.zip").write_bytes((out / "report.zip").read_bytes()[:-100])
    assert command("report", zipped, "--verify").exit_code == 1
