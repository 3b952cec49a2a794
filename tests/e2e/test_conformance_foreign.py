"""A provider that shares no code with us, written from the documents, in the provider profile."""

import asyncio
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mocks.conform.conclusion import RunResult
from mocks.conform.doctoring import Diagnosis
from mocks.conform.plan import make_plan
from mocks.conform.session import Session
from mocks.gateway_files import find_free_ports
from tests.support.foreign_provider import ForeignProvider

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60)]

CASES = ("pro.answers", "pro.permit.*", "pro.notice.*", "pro.inquiry.*", "pro.repeat*")
BEYOND = ("pro.unlisted.*", "pro.closed")


@dataclass
class Vendor:
    """Whoever operates the foreign system: reads what is printed, and does it."""

    session: Session | None = None
    papers: dict[str, str] = field(default_factory=dict)
    asked: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)
    provider: ForeignProvider | None = None

    def hear(self, text: str) -> None:
        name, _, value = text.strip().partition(": ")
        self.papers[name] = value
        if "あなたの操作待ち" in text:
            self.asked.put_nowait(text)

    async def operate(self) -> None:
        await self.asked.get()
        provider = self.provider = ForeignProvider(self.papers)
        provider.start()
        for number in self.list_numbers():
            await asyncio.to_thread(provider.acquire, number)
        for hours in (("08:30", "17:15"), None):
            await self.asked.get()
            provider.hours = hours
            self.press_enter()

    def list_numbers(self) -> list[str]:
        lines = Path(self.papers["people"]).read_text(encoding="utf-8").splitlines()
        return [json.loads(line)["individual_number"] for line in lines]

    def press_enter(self) -> None:
        assert self.session is not None
        self.session.waits.said.set()


async def conform(folder: Path) -> tuple[tuple[Diagnosis, ...], RunResult | None]:
    vendor = Vendor()
    port, own = find_free_ports(2)
    plan = make_plan(
        {
            "profile": "provider",
            "sut": "external",
            "sut_url": f"https://127.0.0.1:{own}",
            "port": port,
            "folder": folder,
            "chosen": [*CASES, *BEYOND],
            "patience": 20,
        }
    )
    session = vendor.session = Session(plan=plan, profile=plan.load_profile(), tell=vendor.hear)
    async with asyncio.TaskGroup() as tasks:
        operating = tasks.create_task(vendor.operate())
        try:
            return await session.examine_and_run()
        finally:
            operating.cancel()
            if vendor.provider is not None:
                await asyncio.to_thread(vendor.provider.stop)
            # The papers and the journal name people in clear: the search of what tests leave
            # would find them.
            shutil.rmtree(folder)


async def test_a_provider_written_from_the_documents_passes_every_case(tmp_path: Path) -> None:
    found, run = await conform(tmp_path / "papers")
    assert {one.state for one in found} == {"ok", "not_tried"}, found
    assert run is not None
    tried = [one for one in run.tests if one.result != "omit"]
    assert {one.id: one.result for one in tried} == {one.id: "pass" for one in tried}, tried
    assert len(tried) == 17
    assert run.exit_code == 0
