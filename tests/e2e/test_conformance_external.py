"""A system that runs elsewhere: our own gateway, told to be one, and somebody who operates it."""

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mocks.conform.conclusion import RunResult
from mocks.conform.plan import make_plan
from mocks.conform.report_json import as_document, identify, load_run
from mocks.conform.session import Session
from mocks.conform.verdicts import decide, load_verdicts, write_template
from mocks.engine.clock import day_of, system_time
from mocks.engine.draw import Draw
from mocks.gateway import Gateway
from mocks.gateway_files import Plan, Surroundings, find_free_ports, write_config
from mocks.pki import Pki
from permitlists import load_institutions
from tests.support.operators import Operator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TAX = "地方税関係情報"


def number_of(name: str) -> str:
    """Return the local number under which the operator registers somebody."""
    return f"100{name.removeprefix('p')}"


@dataclass
class Office(Operator):
    """Whoever sits at the system: does what the run asks for, as it asks."""

    folder: Path
    business: int
    network: int
    people: tuple[str, ...] = ("p1",)
    gateway: Gateway | None = None

    async def operate(self) -> None:
        """Start the system when first something is asked for, register people, ask about them."""
        await self.asked.get()
        gateway = self.gateway = self.set_up()
        await gateway.start()
        await gateway.wait_ready()
        known = self.list_people()
        for name in self.people:
            await self.register(gateway, known[name])
        await self.asked.get()
        for name in self.people:
            body = {
                "number": number_of(name),
                "affair": "69-7",
                "provider": self.papers["provider"],
                "information": [{"information": TAX, "items": []}],
            }
            said = await gateway.call("POST", "/v1/inquiries", body, {"Idempotency-Key": name})
            said.demand("/v1/inquiries")

    def set_up(self) -> Gateway:
        pki = Pki(Path(self.papers["authority"]).parent, now=system_time())
        institutions = load_institutions()
        core, registry = institutions.find_short("core"), institutions.find_short("registry")
        assert core
        assert registry
        plan = Plan(
            short="elsewhere",
            code=self.papers["institution"],
            system="office",
            folder=self.folder,
            business_port=self.business,
            network_port=self.network,
            slot_seconds=600,
        )
        directory = Path(self.papers["directory"])
        around = Surroundings(pki=pki, directory=directory, core=core.code, registry=registry.code)
        write_config(plan, around)
        keys = pki.client(plan.code, plan.client_id)
        return Gateway(plan, keys.private_key, Draw("elsewhere", plan.client_id))

    async def register(self, gateway: Gateway, person: dict[str, Any]) -> None:
        basic = {
            "name": person["resident_name"],
            "kana": person["kana"],
            "born_on": person["born_on"],
            "sex_code": person["sex_code"],
            "address": "旧住所1番地",
        }
        await self.post(
            gateway,
            "/v1/addresses",
            number=number_of(person["name"]),
            individual_number=person["individual_number"],
            basic=basic,
            residence="resident",
        )
        entries = [
            {
                "number": number_of(person["name"]),
                "information": information,
                "record_key": "2026",
                "as_of": "2026-01-01",
                "public_from": "2026-01-01",
                "items": [{"item": item, "value": value} for item, value in known.items()],
            }
            for information, known in person["replica"].items()
        ]
        await self.post(gateway, "/v1/replicas", entries=entries)
        await self.post(gateway, "/v1/symbols", number=number_of(person["name"]))

    async def post(self, gateway: Gateway, path: str, **body: object) -> None:
        (await gateway.call("POST", path, body)).demand(path)


async def conform(
    profile: str, chosen: str, folder: Path, people: tuple[str, ...] = ("p1",)
) -> RunResult:
    business, network, port = find_free_ports(3)
    operator = Office(folder, business, network, people)
    plan = make_plan(
        {
            "profile": profile,
            "sut": "external",
            "sut_url": f"https://127.0.0.1:{network}",
            "port": port,
            "folder": folder / "keys",
            "chosen": [chosen],
            "patience": 60,
        }
    )
    session = Session(plan=plan, profile=plan.load_profile(), tell=operator.hear)
    async with asyncio.TaskGroup() as tasks:
        operating = tasks.create_task(operator.operate())
        try:
            return await session.run()
        finally:
            operating.cancel()
            if operator.gateway is not None:
                await operator.gateway.stop()
            # The papers and the journal of a run name its people in clear: a tester needs that, and
            # the search of what tests leave does not.
            shutil.rmtree(folder / "keys")


async def test_a_provider_elsewhere_is_tried_by_hand(tmp_path: Path) -> None:
    run = await conform("welfare-provider-v1", "pro.a*", tmp_path)
    results = {one.id: (one.result, one.message) for one in run.tests if one.result != "omit"}
    assert results == {"pro.answers": ("pass", "")}, run.tests


async def test_an_inquirer_elsewhere_is_waited_for_and_what_is_unseen_is_reviewed(
    tmp_path: Path,
) -> None:
    run = await conform("inquirer", "inq.permit.expired", tmp_path)
    [test] = [one for one in run.tests if one.result != "omit"]
    assert {one.id: one.result for one in test.checks} == {
        "one_fresh_permit": "pass",
        "no_expired_permit_used": "review",
        "answered_in_time": "review",
    }, test
    assert run.exit_code == 1
    assert decide_all(run).exit_code == 0


def decide_all(run: RunResult) -> RunResult:
    """Return a run after somebody has filled in what it left open, as right."""
    told = as_document(run)
    template = write_template(told)
    assert "（見るところ: 照会の一覧" in template
    today = day_of(system_time())
    filled = {"result": "pass", "seen": "照会一覧で回答済", "by": "税務課", "at": f"{today}"}
    for name, value in filled.items():
        template = template.replace(f'{name}: ""', f'{name}: "{value}"')
    given = load_verdicts(template.encode())
    return decide(load_run(told), given, report=identify(told), today=today)


async def test_time_goes_on_when_the_inquirer_has_asked_about_everybody(tmp_path: Path) -> None:
    run = await conform("inquirer", "inq.answer.duplicate", tmp_path, ("p1", "p2", "p3"))
    [test] = [one for one in run.tests if one.result != "omit"]
    assert test.facts["ended_at"] == "2027-06-03T10:00:00.000+09:00"  # of the last copy
    assert {one.id: one.result for one in test.checks} == {
        "applied_once": "review",
        "ack_every_duplicate": "review",
        "alarm_if_different": "review",
    }, test
