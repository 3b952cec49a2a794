"""Commands on a real database, called as people call them; only the process is shared."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
import typer
from typer.testing import CliRunner

from gateway.bootstrap.office import open_office
from gateway.cli.main import build
from gateway.domain.identifiers import LocalNumber, Symbol
from gateway.domain.permits import Period, Wanted
from gateway.domain.provision import Cause, Provision
from gateway.domain.replica import Replica, ReplicaItem
from gateway.domain.states import ProvisionState, SymbolState
from gateway.domain.symbols import SymbolBinding
from gateway.ports import Ports, Unit
from gateway.settings import load
from gateway.usecases import addresses, permit_list
from tests.support.configured import CORE, SYSTEM, A, Configured, configure
from tests.support.world import offer, sandbox_number

TAX = "地方税関係情報"
OTHER = "991023"
HELD = "00000000-0000-4000-8000-0000000000aa"
T = TypeVar("T")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Configured:
    """A configured folder with a migrated database; its state grows from test to test."""
    configured = configure(tmp_path_factory.mktemp("cli"))
    code, _ = invoke(configured, "db", "migrate")
    assert code == 0
    return configured


@pytest.fixture(autouse=True)
def _untouched_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def invoke(gateway: Configured, *arguments: str, given: str | None = None) -> tuple[int, Any]:
    """Run a command with --json; return its exit code and what it printed."""
    line = [*arguments, "--config", str(gateway.config), "--json"]
    done = CliRunner().invoke(build(arguments[0]), line, input=given)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, json.loads(done.stdout) if done.stdout else None


def at(gateway: Configured, act: Callable[[Ports], Awaitable[T]]) -> T:
    """Do something with the institution's ports, as a server would."""

    async def work() -> T:
        async with open_office(load(gateway.config, {}), [A]) as office:
            return await act(office.ports[A])

    return asyncio.run(work())


def person(serial: int) -> str:
    """Return a line for `addresses register`."""
    return json.dumps(
        {
            "number": str(serial),
            "individual_number": sandbox_number(serial).value,
            "basic": {
                "name": "架空 花子",
                "born_on": "1980-04-01",
                "sex_code": "2",
                "address": "みなと県仲立市1番地",
            },
        }
    )


def register(gateway: Configured, serial: int) -> None:
    code, rows = invoke(
        gateway, "addresses", "register", "-", "--system", SYSTEM, given=person(serial)
    )
    assert (code, rows[0]["status"]) == (0, "registered")


def inquire(gateway: Configured, serial: int, **changed: str) -> tuple[int, Any]:
    given = {
        "system": SYSTEM,
        "number": str(serial),
        "affair": "69-7",
        "provider": OTHER,
        "info": TAX,
    }
    options = [part for name, value in (given | changed).items() for part in (f"--{name}", value)]
    return invoke(gateway, "inquire", *options)


def test_registration_tells_line_by_line_what_became_of_it(gateway: Configured) -> None:
    wrong_digit = person(900).replace(
        sandbox_number(900).value, sandbox_number(901).value[:-1] + "0"
    )
    lines = [person(1), "", '{"number": "2"}', wrong_digit, person(1)]
    code, rows = invoke(
        gateway, "addresses", "register", "-", "--system", SYSTEM, given="\n".join(lines)
    )
    assert code == 1
    assert [(row["line"], row["status"], row["code"]) for row in rows] == [
        (1, "registered", None),
        (3, "refused", "request.missing_field"),
        (4, "refused", rows[2]["code"]),
        (5, "unchanged", None),
    ]
    assert rows[2]["code"] in {"address.check_digit", "address.number_kind"}


def test_a_person_is_found_by_local_and_by_unified_number_and_never_by_the_individual_number(
    gateway: Configured,
) -> None:
    register(gateway, 10)
    code, found = invoke(gateway, "addresses", "find", "--system", SYSTEM, "--number", "10")
    assert (code, found["name"], found["has_individual_number"]) == (0, "架空 花子", True)
    assert sandbox_number(10).value not in json.dumps(found)
    again = invoke(gateway, "addresses", "find", "--unified-number", found["unified_number"])
    assert again == (0, found)


def test_who_is_unknown_is_a_no_and_who_is_not_named_is_a_usage_error(gateway: Configured) -> None:
    code, said = invoke(gateway, "addresses", "find", "--system", SYSTEM, "--number", "11111")
    assert (code, said["error"]["code"]) == (1, "address.unknown")
    assert said["error"]["title_ja"]
    assert said["error"]["title_en"]
    assert invoke(gateway, "addresses", "find", "--system", SYSTEM) == (2, None)


def test_an_entry_of_the_confirmation_list_needs_two_people(gateway: Configured) -> None:
    register(gateway, 20)
    other = person(20).replace(sandbox_number(20).value, sandbox_number(21).value)
    given = invoke(gateway, "addresses", "register", "-", "--system", SYSTEM, given=other)
    assert given[1][0]["status"] == "confirmation_required"
    _, entries = invoke(gateway, "addresses", "confirmations")
    judge = ["addresses", "confirmations", "--judge", entries[0]["confirmation_id"]]
    assert invoke(gateway, *judge) == (2, None)
    judge += ["--verdict", "accept", "--staff"]
    assert invoke(gateway, *judge, "s1")[1]["proposed_by"] == "s1"
    code, said = invoke(gateway, *judge, "s1")
    assert (code, said["error"]["code"]) == (1, "staff.same_person")
    assert invoke(gateway, *judge, "s2")[1]["state"] == "accepted"


def test_a_symbol_is_acquired_shown_and_revoked_without_ever_being_printed(
    gateway: Configured,
) -> None:
    register(gateway, 30)
    who = ["--system", SYSTEM, "--number", "30"]
    code, run = invoke(gateway, "symbols", "acquire", *who)
    assert (code, run["state"]) == (0, "requested")
    assert invoke(gateway, "symbols", "acquire", *who)[1]["receipt"] == run["receipt"]
    assert invoke(gateway, "symbols", "show", *who) == (1, [])
    symbol = at(gateway, lambda ports: link(ports, 30))
    code, shown = invoke(gateway, "symbols", "show", *who)
    assert (code, shown[0]["state"]) == (0, "linked")
    assert symbol not in json.dumps(shown)
    revoke = ["symbols", "revoke", *who, "--staff", "s1", "--reason", "mistake"]
    assert invoke(gateway, *revoke) == (0, {"revoked": 1})
    assert invoke(gateway, *revoke) == (1, {"revoked": 0})


async def link(ports: Ports, serial: int) -> str:
    """Bind a symbol to a person, as if the core had sent it."""
    local = LocalNumber(str(serial).zfill(15))
    found = await addresses.find_person(
        actor="test", system=SYSTEM, local_number=local, ports=ports
    )
    assert found is not None
    symbol = Symbol(f"{serial:043d}")
    unit = Unit()
    unit.add(
        SymbolBinding(
            symbol=symbol,
            unified_number=found.unified_number,
            state=SymbolState.LINKED,
            linked_at=ports.clock.now(),
        )
    )
    await ports.store.commit(unit)
    return symbol.value


def test_two_numbers_of_one_person_are_merged(gateway: Configured) -> None:
    register(gateway, 40)
    register(gateway, 41)
    numbers = [
        invoke(gateway, "addresses", "find", "--system", SYSTEM, "--number", one)[1]
        for one in ("40", "41")
    ]
    kept, ended = (one["unified_number"] for one in numbers)
    staff = ["--staff", "s1", "--reason", "one person"]
    merge = ["symbols", "merge", "--kept", kept, "--ended", ended, *staff]
    assert invoke(gateway, *merge) == (0, {"merged": True})
    _, found = invoke(gateway, "addresses", "find", "--system", SYSTEM, "--number", "41")
    assert found["unified_number"] == kept
    code, said = invoke(gateway, *merge)
    assert (code, said["error"]["code"]) == (1, "state.wrong")


def entry(serial: int, value: str) -> str:
    """Return a line for `replica load`."""
    items = [{"item": "total_income", "value": value}]
    dates = {"as_of": "2026-01-01", "public_from": "2026-06-01"}
    return json.dumps({"number": str(serial), "information": TAX, "items": items, **dates})


def test_replicas_are_loaded_compared_deleted_and_counted(
    gateway: Configured, tmp_path: Path
) -> None:
    register(gateway, 50)
    file = tmp_path / "replicas.ndjson"
    file.write_text(entry(50, "1000") + "\n" + entry(59, "1"), encoding="utf-8")
    code, done = invoke(gateway, "replica", "load", str(file), "--system", SYSTEM)
    assert (code, done["total"], done["applied"]) == (1, 2, 1)
    assert done["rejected"] == [{"line": 2, "code": "address.unknown", "field": "number"}]
    compare = ["replica", "compare", "-", "--system", SYSTEM]
    assert invoke(gateway, *compare, given=entry(50, "1000"))[0] == 0
    assert invoke(gateway, *compare, given=entry(50, "2"))[1]["different"] == [1]
    delete = ["replica", "delete", "--system", SYSTEM, "--number", "50", "--info", TAX]
    assert invoke(gateway, *delete)[1]["applied"] == 1
    assert invoke(gateway, *compare, given=entry(50, "1000"))[1]["missing"] == [1]
    assert invoke(gateway, "replica", "stats")[1][TAX] >= 2


def test_a_line_that_is_no_entry_refuses_the_whole_file(gateway: Configured) -> None:
    register(gateway, 55)
    before = invoke(gateway, "replica", "stats")[1]
    given = entry(55, "1") + "\n{}"
    code, said = invoke(gateway, "replica", "load", "-", "--system", SYSTEM, given=given)
    assert (code, said["error"]["code"]) == (1, "request.missing_field")
    assert said["error"]["context"]["path"].startswith("line 2: $")
    assert invoke(gateway, "replica", "stats")[1] == before


def test_an_inquiry_ends_as_the_list_the_symbol_and_the_server_make_it(gateway: Configured) -> None:
    register(gateway, 60)
    at(gateway, lambda ports: permit_list.receive_list(offer(1), sender=CORE, ports=ports))
    code, said = inquire(gateway, 69)
    assert (code, said["error"]["code"]) == (1, "address.unknown")
    code, said = inquire(gateway, 60, affair="sixty-nine")
    assert (code, said["error"]["context"]) == (1, {"field": "affair"})
    code, denied = inquire(gateway, 60, affair="69-8")
    assert (code, denied["state"], denied["refusal"]["failed"]) == (1, "denied", "information")
    code, failed = inquire(gateway, 60)
    assert (code, failed["refusal"]["code"]) == (1, "symbol.not_acquired")
    at(gateway, lambda ports: link(ports, 60))
    code, sent = inquire(gateway, 60, key="k1", wait="0.2")
    assert (code, sent["state"], sent["final"]) == (0, "permit_requested", False)
    assert inquire(gateway, 60, key="k1")[1]["id"] == sent["id"]
    code, said = inquire(gateway, 60, key="k1", affair="71-2")
    assert (code, said["error"]["code"]) == (1, "request.conflict")


async def hold(ports: Ports) -> None:
    """Keep an inquiry about person 70 for staff, with something to answer."""
    found = await addresses.find_person(
        actor="test", system=SYSTEM, local_number=LocalNumber("70".zfill(15)), ports=ports
    )
    assert found is not None
    now = ports.clock.now()
    unit = Unit()
    unit.add(
        Replica(
            unified_number=found.unified_number,
            information=TAX,
            record_key="",
            replica_version=1,
            as_of=now.date() - timedelta(days=400),
            public_from=now.date() - timedelta(days=300),
            public_to=None,
            items=(ReplicaItem(item="total_income", value="1234"),),
            registered_at=now,
        ),
        Provision(
            transaction_number=HELD,
            permit_id="00000000-0000-4000-8000-0000000000bb",
            message_id="00000000-0000-4000-8000-000000000001",
            inquiry_digest=bytes(32),
            inquirer=OTHER,
            route=CORE,
            state=ProvisionState.HELD,
            cause=Cause.NO_AUTOMATIC_ANSWER,
            unified_number=found.unified_number,
            instrument="shourei-r6",
            row="69",
            clause="7",
            wanted=(Wanted(information=TAX, items=("total_income",)),),
            period=Period(),
            nondisclosure=False,
            requested_at=now,
            received_at=now,
            slot_at=now + timedelta(days=3),
        ),
    )
    await ports.store.commit(unit)


def test_a_hold_is_shown_proposed_by_one_and_released_by_another(gateway: Configured) -> None:
    register(gateway, 70)
    at(gateway, lambda ports: permit_list.receive_list(offer(1), sender=CORE, ports=ports))
    at(gateway, hold)
    _, listed = invoke(gateway, "held", "list")
    assert [row["transaction_number"] for row in listed] == [HELD]
    _, view = invoke(gateway, "held", "show", HELD, "--staff", "s1")
    assert view["answer"][0]["items"] == [{"item": "total_income", "value": "1234", "reason": None}]
    code, said = invoke(gateway, "held", "release", HELD, "--staff", "s2")
    assert (code, said["error"]["code"]) == (1, "state.wrong")
    propose = ["held", "propose", HELD, "--action", "release", "--reason", "checked"]
    assert invoke(gateway, *propose, "--staff", "s1")[1]["proposed_by"] == "s1"
    code, said = invoke(gateway, "held", "release", HELD, "--staff", "s1")
    assert (code, said["error"]["code"]) == (1, "staff.same_person")
    code, done = invoke(gateway, "held", "release", HELD, "--staff", "s2")
    assert (code, done["state"], done["decided_by"]) == (0, "answered", "s2")
    code, said = invoke(gateway, "held", "refuse", HELD, "--staff", "s2")
    assert (code, said["error"]["code"]) == (1, "request.unknown")


def test_records_are_searched_exported_and_verified(gateway: Configured, tmp_path: Path) -> None:
    register(gateway, 80)
    register(gateway, 81)
    code, found = invoke(gateway, "records", "search", "--act", "address", "--limit", "2")
    assert (code, len(found), found[0]["act"]) == (0, 2, "address")
    assert invoke(gateway, "records", "search", "--since", "yesterday") == (2, None)
    file = tmp_path / "records.ndjson"
    code, told = invoke(gateway, "records", "export", "-o", str(file))
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert (code, told["records"]) == (0, len(lines))
    assert [line["sequence"] for line in lines] == list(range(len(lines)))
    assert file.stat().st_mode & 0o777 == 0o600
    code, verified = invoke(gateway, "records", "verify")
    assert (code, verified["verified"], verified["institution"]) == (0, True, A)
    assert verified["size"] >= len(lines)


def test_no_option_takes_an_individual_number() -> None:
    group = typer.main.get_group(build())
    known = set()
    for name, command in group.commands.items():
        for one in getattr(command, "commands", {"": command}).values():
            known |= {(name, option) for param in one.params for option in param.opts}
    assert ("inquire", "--number") in known
    assert not [option for option in known if "individual" in option[1]]


def test_the_schema_is_named_and_compared(gateway: Configured) -> None:
    assert invoke(gateway, "db", "current")[1]["revision"]
    assert invoke(gateway, "db", "check") == (0, {"ok": True, "differences": []})


def test_the_doctor_finds_nothing_and_then_what_is_wrong(tmp_path: Path) -> None:
    configured = configure(tmp_path)
    code, told = invoke(configured, "doctor")
    wrong = {one["path"]: one["problem"] for one in told["checks"] if one["problem"]}
    assert (code, list(wrong)) == (1, ["database.url"])
    assert wrong["database.url"].startswith("storage.older")
    assert invoke(configured, "db", "migrate")[0] == 0
    assert invoke(configured, "doctor") == (
        0,
        {"ok": True, "checks": [{"path": one["path"], "problem": None} for one in told["checks"]]},
    )
    own = tmp_path / "pki" / A
    (own / "master.hex").chmod(0o644)
    (own / "token.hex").write_text("short")
    (own / "signing.key").write_bytes((own / "permit.key").read_bytes())
    (own / "tls.key").write_bytes((own / "permit.key").read_bytes())
    code, told = invoke(configured, "doctor")
    wrong = {one["path"]: one["problem"] for one in told["checks"] if one["problem"]}
    assert code == 1
    assert set(wrong) == {
        "network.tls_key_file",
        "institutions[0].signing_key_file",
        "institutions[0].master_key_file",
        "token.key_file",
    }
