"""How a gateway shows the state of its permit list: readiness, figures, doctor, replay."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import text
from typer.testing import CliRunner

from gateway.bootstrap.list_figures import measure_lists
from gateway.bootstrap.office import Office, open_office
from gateway.bootstrap.process import obtain_list
from gateway.bootstrap.readiness import build_checks
from gateway.cli.main import build
from gateway.domain.identifiers import LocalNumber
from gateway.domain.inquiry import AskedInquiry
from gateway.domain.permits import Wanted
from gateway.ports import RecordQuery
from gateway.settings import load
from gateway.storage.migrate import connect
from gateway.transport.health import CheckOutcome
from gateway.usecases import addresses, inquiry, permit_list
from permitlists import Hold, PermitList, Withholding, load_builtin
from permitlists.register import (
    AnyContent,
    HoldContent,
    Register,
    WithholdingContent,
)
from tests.support.configured import CORE as CORE_CODE
from tests.support.configured import SYSTEM, A, Configured, configure
from tests.support.world import TAX, basic, offer, sandbox_number

NOW = datetime(2026, 1, 5, 3, tzinfo=UTC)  # before any day on which this runs
T = TypeVar("T")


@pytest.fixture
def gateway(tmp_path: Path) -> Configured:
    configured = configure(tmp_path)
    assert invoke(configured, "db", "migrate")[0] == 0
    return configured


def invoke(gateway: Configured, *arguments: str) -> tuple[int, Any]:
    line = [*arguments, "--config", str(gateway.config), "--json"]
    done = CliRunner().invoke(build(arguments[0]), line)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, json.loads(done.stdout) if done.stdout else None


def inside(gateway: Configured, act: Callable[[Office], Awaitable[T]]) -> T:
    """Do something as a process of the gateway would."""

    async def work() -> T:
        async with open_office(load(gateway.config, {}), [A]) as office:
            return await act(office)

    return asyncio.run(work())


def settle(gateway: Configured, *lines: str) -> None:
    """Add a table [permits] to the settings."""
    known = gateway.config.read_text("utf-8")
    gateway.config.write_text("\n".join([known, "[permits]", *lines, ""]), "utf-8")


async def look(office: Office, name: str = f"permit_list.{A}") -> CheckOutcome:
    return await build_checks(office)[name]()


def figures(office: Office) -> dict[str, float | None]:
    registry = CollectorRegistry()
    measure_lists(office, registry)
    names = ("number", "age_seconds", "stale")
    return {
        name: registry.get_sample_value(f"nakadachi_permit_list_{name}", {"institution": A})
        for name in names
    }


async def take(office: Office) -> None:
    await permit_list.receive_list(offer(7), sender=CORE_CODE, ports=office.ports[A])


def test_readiness_and_figures_tell_number_age_and_staleness(gateway: Configured) -> None:
    settle(gateway, "stale_seconds = 60", "[jobs]", "permit_list_seconds = 30")

    async def act(office: Office) -> None:
        book = office.ports[A].book
        assert await look(office) == CheckOutcome(ok=False, reason="no permit list yet")
        assert figures(office)["stale"] == 1.0
        await take(office)
        fresh = await look(office)
        assert (fresh.ok, fresh.reason) == (True, "list 7, last checked with the core: 0 s ago")
        assert (figures(office)["number"], figures(office)["stale"]) == (7.0, 0.0)
        assert book.checked_at is not None
        book.checked_at -= timedelta(seconds=3600)
        stale = await look(office)
        assert not stale.ok
        assert stale.reason.startswith("stale after 60 s: list 7, last checked with the core: 36")
        age = figures(office)["age_seconds"]
        assert age is not None
        assert 3600 <= age < 3700
        book.checked_at = None
        assert (await look(office)).reason.endswith("last checked with the core: never")
        book.broken = 7
        assert (await look(office)).reason == "the stored list 7 was changed in the database"

    inside(gateway, act)


def test_when_the_core_was_heard_survives_a_restart(gateway: Configured) -> None:
    inside(gateway, take)

    async def act(office: Office) -> None:
        assert office.ports[A].book.checked_at is not None
        assert (await look(office)).ok

    inside(gateway, act)


def test_at_its_start_a_gateway_asks_even_if_it_has_a_copy(gateway: Configured) -> None:
    """What was distributed while it was down would otherwise be missing until the next job."""
    inside(gateway, take)

    async def act(office: Office) -> None:
        ports = office.ports[A]
        offered = offer(8)

        class Core:
            async def request_permit_list(self) -> object:
                return offered

        object.__setattr__(ports, "core", Core())
        await obtain_list(ports)
        assert ports.book.sequence == 8

    inside(gateway, act)


def hold(**fields: Any) -> HoldContent:  # noqa: ANN401  # fields of Hold
    ends = date(2030, 1, 1)
    return HoldContent(
        hold=Hold(kind="suspension", valid_from=date(2026, 1, 1), valid_to=ends, **fields)
    )


def own_register(gateway: Configured, *contents: AnyContent) -> Path:
    folder = gateway.folder / "own"
    register = Register.found(folder, PermitList(()), at=NOW, staff="ann")
    for content in contents:
        proposal = register.propose(content, at=NOW, staff="ann", reason="理由")
        register.approve(proposal.number, at=NOW, staff="bob")
    settle(gateway, 'register = "own"')
    return folder


def test_the_own_register_is_read_by_everybody_who_judges(gateway: Configured) -> None:
    folder = own_register(gateway, hold(institution=A))

    async def act(office: Office) -> None:
        ports = office.ports[A]
        checked = await look(office, f"permit_register.{A}")
        assert (checked.ok, checked.reason) == (True, "number 2, 1 holds")
        await take(office)
        await addresses.register(
            addresses.RegisterAddress(
                system=SYSTEM,
                local_number=LocalNumber("1".zfill(15)),
                individual_number=sandbox_number(1),
                basic=basic(),
            ),
            ports=ports,
        )
        denied = await inquiry.submit(
            inquiry.SubmitInquiry(
                system=SYSTEM,
                idempotency_key="k",
                body_digest=bytes(32),
                asked=AskedInquiry(
                    local_number=LocalNumber("1".zfill(15)),
                    affair="69-7",
                    provider="991023",
                    wanted=(Wanted(information=TAX),),
                ),
            ),
            ports=ports,
        )
        assert denied.refusal is not None
        assert denied.refusal.code == "inquiry.denied.hold"
        records = await ports.store.records(RecordQuery(act="permit_list"))
        changes = [one.record for one in records if one.record.result == "held_back"]
        assert [(one.actor, one.note) for one in changes] == [("bob", "2")]
        (folder / "register.jsonl").write_bytes(b"{}\n")
        broken = await look(office, f"permit_register.{A}")
        assert not broken.ok
        assert broken.reason.startswith("permit_register.broken")

    inside(gateway, act)
    code, told = invoke(gateway, "doctor")
    wrong = {one["path"] for one in told["checks"] if one["problem"]}
    assert (code, wrong) == (1, {"permits.register"})


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (hold(institution=A), None),
        (hold(row="69"), None),
        (hold(institution="991023"), "holds back 991023, which is not served here"),
        (
            WithholdingContent(
                withholding=Withholding(
                    valid_from=date(2026, 1, 1), provider="991023", ordinance="条例"
                )
            ),
            "withholds for 991023, not served here",
        ),
        (
            WithholdingContent(
                withholding=Withholding(valid_from=date(2026, 1, 1), provider=A, ordinance="条例")
            ),
            None,
        ),
    ],
    ids=["own", "no institution", "foreign", "foreign withholding", "own withholding"],
)
def test_the_doctor_names_what_has_no_effect(
    gateway: Configured, content: AnyContent, problem: str | None
) -> None:
    own_register(gateway, content)
    _, told = invoke(gateway, "doctor")
    [found] = [one["problem"] for one in told["checks"] if one["path"] == "permits.register"]
    assert found == (problem and f"proposal 1 {problem}")


def test_the_doctor_says_that_an_own_register_permits_nothing(gateway: Configured) -> None:
    folder = gateway.folder / "own"
    Register.found(folder, load_builtin(), at=NOW, staff="ann")
    settle(gateway, 'register = "own"')
    _, told = invoke(gateway, "doctor")
    [found] = [one["problem"] for one in told["checks"] if one["path"] == "permits.register"]
    assert found.startswith("proposal 1 has no effect")


def test_the_doctor_finds_a_register_that_is_missing(gateway: Configured) -> None:
    settle(gateway, 'register = "nowhere"')
    _, told = invoke(gateway, "doctor")
    [found] = [one["problem"] for one in told["checks"] if one["path"] == "permits.register"]
    assert found


def test_a_record_is_replayed_on_the_command_line(gateway: Configured) -> None:
    async def act(office: Office) -> None:
        await take(office)
        ports = office.ports[A]
        await addresses.register(
            addresses.RegisterAddress(
                system=SYSTEM,
                local_number=LocalNumber("1".zfill(15)),
                individual_number=sandbox_number(1),
                basic=basic(),
            ),
            ports=ports,
        )

    inside(gateway, act)
    options = ("--system", SYSTEM, "--number", "1", "--provider", "991023", "--info", TAX)
    assert invoke(gateway, "inquire", *options, "--affair", "69-8")[0] == 1
    _, records = invoke(gateway, "records", "search", "--act", "inquiry")
    number = str(records[-1]["sequence"])
    code, shown = invoke(gateway, "permits", "replay", number)
    assert (code, shown["same"], shown["list"], shown["own_list"]) == (0, True, 7, None)
    assert shown["ruling"]["decision"]["failed"] == "information"
    assert shown["ruling"]["question"]["affair"] == "69-8"
    code, said = invoke(gateway, "permits", "replay", "0")
    assert (code, said["error"]["code"]) == (1, "record.not_judged")
    code, said = invoke(gateway, "permits", "replay", "9999")
    assert (code, said["error"]["code"]) == (1, "request.unknown")
    _change_edition(gateway)
    code, shown = invoke(gateway, "permits", "replay", number)
    assert (code, shown["same"], shown["ruling"]) == (1, False, None)
    assert shown["changed"] == ["shourei-r6@2024-05-27"]


def _change_edition(gateway: Configured) -> None:
    content = load_builtin().editions[-1].to_bytes().replace(b"2024-05-27", b"2024-05-28", 1)
    with connect(f"sqlite+aiosqlite:///{gateway.folder / 'gateway.db'}") as connection:
        connection.execute(
            text("UPDATE editions SET content = :content WHERE instrument = 'shourei-r6'"),
            {"content": content},
        )
        connection.commit()


def test_what_may_be_asked_is_listed_on_the_command_line() -> None:
    def usable(*options: str) -> tuple[int, str]:
        sides = ("--inquirer", A, "--provider", "991023", "--on", "2026-11-24")
        done = CliRunner().invoke(build("permits"), ["permits", "usable", *sides, *options])
        return done.exit_code, done.stdout

    code, text_ = usable("--info", TAX, "--json", "--limit", "2")
    shown = json.loads(text_)
    assert (code, len(shown["usable"]), shown["next"]) == (0, 2, 2)
    last = json.loads(usable("--info", TAX, "--json", "--after", str(shown["total"] - 1))[1])
    assert (last["next"], last["usable"][0]["consent"]) == (None, True)
    assert "条例 1" in usable("--info", TAX, "--limit", "10000")[1]
    assert usable("--info", "ない情報")[0] == 1
    assert usable("--register", "/nowhere")[0] == 3
    assert usable("--institutions", "/nowhere")[0] == 3
