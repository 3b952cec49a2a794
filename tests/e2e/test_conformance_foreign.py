"""A provider and an inquirer that share no code with us, written from the documents, are tried."""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from mocks.conform.bench import PERSON
from mocks.conform.conclusion import RunResult
from mocks.conform.doctoring import Diagnosis
from mocks.conform.plan import make_plan
from mocks.conform.session import Session
from mocks.gateway_files import find_free_ports
from tests.support.foreign_documents import Document, RefusedError, digest_of
from tests.support.foreign_inquirer import ForeignInquirer
from tests.support.foreign_provider import ForeignProvider
from tests.support.operators import Operator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60)]

CASES = ("pro.answers", "pro.permit.*", "pro.notice.*", "pro.inquiry.*", "pro.repeat*")
MESSAGE_ID, OTHER = "nakadachi-message-id", "00000000-0000-4000-8000-000000000000"
BEYOND = ("pro.unlisted.*", "pro.closed")


@dataclass
class Vendor(Operator):
    """Whoever operates the foreign system: reads what is printed, and does it."""

    session: Session | None = None
    make: type[ForeignProvider] = ForeignProvider
    provider: ForeignProvider | None = None

    async def operate(self) -> None:
        await self.asked.get()
        provider = self.provider = self.make(self.papers)
        provider.start()
        await asyncio.to_thread(provider.told.wait, 10)
        people = self.list_people()
        known = people if isinstance(provider, ForeignInquirer) else [PERSON]
        for name in known:
            await asyncio.to_thread(provider.acquire, people[name]["individual_number"])
        if isinstance(provider, ForeignInquirer):
            await self.asked.get()
            about = (
                people[PERSON]["individual_number"],
                "69",
                "7",
                "地方税関係情報",
                "total_income",
            )
            await asyncio.to_thread(provider.ask, *about)
            return
        for hours in (("08:30", "17:15"), None):
            await self.asked.get()
            provider.hours = hours
            self.press_enter()

    def press_enter(self) -> None:
        assert self.session is not None
        self.session.waits.said.set()


async def conform(
    folder: Path,
    *chosen: str,
    make: type[ForeignProvider] = ForeignProvider,
    examined: bool = False,
    patience: float = 20,
) -> tuple[tuple[Diagnosis, ...], RunResult | None]:
    vendor = Vendor(make=make)
    port, own = find_free_ports(2)
    plan = make_plan(
        {
            "profile": "inquirer" if issubclass(make, ForeignInquirer) else "provider",
            "sut": "external",
            "sut_url": f"https://127.0.0.1:{own}",
            "port": port,
            "folder": folder,
            "chosen": list(chosen),
            "patience": patience,
        }
    )
    session = vendor.session = Session(plan=plan, profile=plan.load_profile(), tell=vendor.hear)
    async with asyncio.TaskGroup() as tasks:
        operating = tasks.create_task(vendor.operate())
        try:
            if examined:
                return await session.examine_and_run()
            return (), await session.run()
        finally:
            operating.cancel()
            if vendor.provider is not None:
                await asyncio.to_thread(vendor.provider.stop)
            # The papers and the journal name people in clear: the search of what tests leave
            # would find them.
            shutil.rmtree(folder)


async def test_a_provider_written_from_the_documents_passes_every_case(tmp_path: Path) -> None:
    found, run = await conform(tmp_path / "papers", *CASES, *BEYOND, examined=True)
    assert {one.state for one in found} == {"ok", "not_tried"}, found
    assert run is not None
    tried = [one for one in run.tests if one.result != "omit"]
    assert {one.id: one.result for one in tried} == {one.id: "pass" for one in tried}, tried
    assert len(tried) == 19
    assert run.exit_code == 0


class RepliesToWhoBrought(ForeignProvider):
    def write(self, kind: str, body: str, to: str, about: Document | None = None) -> bytes:
        return super().write(kind, body, self.core if about else to, about)


class RepliesToNothing(ForeignProvider):
    def write(self, kind: str, body: str, to: str, about: Document | None = None) -> bytes:
        other = replace(about, fields={**about.fields, MESSAGE_ID: OTHER}) if about else None
        return super().write(kind, body, to, other)


class AnswersAboutAnother(ForeignProvider):
    def answer(self, inquiry: Document, permit: Mapping[str, Any], *, known: bool) -> bytes:
        return super().answer(inquiry, {**permit, "transaction_number": OTHER}, known=known)


class LooksAtNoList(ForeignProvider):
    def check_list(self, permit: Mapping[str, Any]) -> None:
        del permit


class ReadsNoDigest(ForeignProvider):
    def check(self, document: Document) -> None:
        digest = digest_of(document.body)
        claimed = {**document.fields, "content-digest": digest}
        if claimed == document.fields:
            super().check(document)


class ReadsLittle(ReadsNoDigest, AnswersAboutAnother):
    pass


class AsksForNoInquirer(ForeignProvider):
    def judge(self, inquiry: Document, permit: Mapping[str, Any]) -> None:
        super().judge(inquiry, {**permit, "inquirer": inquiry.text("inquirer")})


class ForgetsWhatItSaid(ForeignProvider):
    def find_reply(self, document: Document) -> bytes:
        self.replies.pop(document["message-id"], None)
        return b""


# Who is wrong, which test notices it, at which check, what comes of it, and what is said of it.
WRONG = [
    (RepliesToWhoBrought, "pro.answers", "answered", "fail", "電文を書いた"),
    (RepliesToNothing, "pro.answers", "answered", "fail", "nakadachi-in-reply-to"),
    (AnswersAboutAnother, "pro.answers", "answered", "fail", "処理通番"),
    (LooksAtNoList, "pro.unlisted.information", "refused", "fail", "回答 answered"),
    (ReadsNoDigest, "pro.inquiry.changed", "not_taken", "fail", "回答 answered"),
    (AsksForNoInquirer, "pro.permit.other", "refused", "fail", "回答 answered"),
    (ForgetsWhatItSaid, "pro.repeat", "answered", "fail", "permit.used"),
    (RepliesToNothing, "pro.unlisted.item", "not_provided", "fail", "nakadachi-in-reply-to"),
    (ReadsLittle, "pro.inquiry.changed", "not_taken", "skip", "処理通番"),
]


@pytest.mark.parametrize(
    ("make", "test", "check", "result", "told"),
    WRONG,
    ids=[f"{one[0].__name__} {one[1]}" for one in WRONG],
)
async def test_a_wrong_provider_hears_what_is_wrong(
    make: type[ForeignProvider], test: str, check: str, result: str, told: str, tmp_path: Path
) -> None:
    _, run = await conform(tmp_path / "papers", test, make=make)
    assert run is not None
    [tried] = [one for one in run.tests if one.result != "omit"]
    found = {one.id: one for one in tried.checks}
    assert found[check].result == result, tried
    assert told in found[check].received


class RefusesTheClock(ForeignProvider):
    def act(self, document: Document, stream: Sequence[Document]) -> bytes:
        if document["kind"] == "clock":
            self.told.set()
            raise RefusedError("message.early")
        return super().act(document, stream)

    def acquire(self, number: str) -> None:
        del number


async def test_whoever_refuses_the_clock_is_told_so_by_the_doctor(tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    [found], run = await conform(papers, make=RefusesTheClock, examined=True, patience=2)
    assert run is None
    assert "clock の電文を断りました（message.early）" in found.received


class RefusesEverybody(ForeignProvider):
    def provide(self, inquiry: Document, stream: Sequence[Document]) -> bytes:
        del inquiry, stream
        raise RefusedError("permit.signature")


async def test_the_doctor_sends_whoever_refuses_to_the_reason(tmp_path: Path) -> None:
    found, run = await conform(tmp_path / "papers", make=RefusesEverybody, examined=True)
    assert run is None
    [person] = [one for one in found if one.id == "test_person"]
    assert person.state == "config_error"
    assert person.fix.startswith("permit.signature で断った理由")


# Which test of an inquirer, and what of it the counterparties see; the rest its screens show.
ASKING = [
    ("inq.permit.expired", {"one_fresh_permit"}),
    ("inq.answer.unrequested", {"item_not_kept", "not_asked_again", "gives_only_permitted"}),
    ("inq.answer.held", {"no_second_inquiry", "polls_rarely"}),
]


@pytest.mark.parametrize(("test", "seen"), ASKING, ids=[one[0] for one in ASKING])
async def test_an_inquirer_written_from_the_documents_passes_what_can_be_seen(
    test: str, seen: set[str], tmp_path: Path
) -> None:
    _, run = await conform(tmp_path / "papers", test, make=ForeignInquirer)
    assert run is not None
    [tried] = [one for one in run.tests if one.result != "omit"]
    assert {one.id for one in tried.checks if one.result == "pass"} == seen, tried
    assert {one.result for one in tried.checks} <= {"pass", "review"}
