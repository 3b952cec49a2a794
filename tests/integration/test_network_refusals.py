"""Bad inquiries at a real listener: a refusal in both languages, and nothing else changes."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from tests.support.network import Draft, Town, open_town, uuid
from tests.support.refusals import (
    ALONE,
    INQUIRY,
    Case,
    check_case,
    forger,
    inquiry_header,
    read,
    unknown,
)
from tests.support.world import CORE, NOON
from wire import messages as wire
from wire.documents import Document, encode_stream

# Every case leaves the town as it was, but for a record, so one town serves all.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with open_town(tmp_path_factory.mktemp("town")) as opened:
        yield opened


def body(change: Callable[[bytes], bytes]) -> Callable[[Town], list[Document]]:
    """Return a maker whose inquiry is signed over a changed body."""

    def make(town: Town) -> list[Document]:
        draft = town.draft()
        content = change(draft.inquiry_document().body)
        return replace_inquiry(draft, body=content)

    return make


def replace_inquiry(draft: Draft, **header: object) -> list[Document]:
    return replace(draft, inquiry_header=header).stream()


def between(start: bytes, end: bytes, text: bytes) -> Callable[[bytes], bytes]:
    """Return what puts `text` between two marks."""

    def change(content: bytes) -> bytes:
        before, _, rest = content.partition(start)
        _, _, after = rest.partition(end)
        return before + start + text + end + after

    return change


LAUGHS = b'<!DOCTYPE inquiry [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = b'<!DOCTYPE inquiry [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
MALFORMED = {INQUIRY: "message.malformed", "notice": "notice.mismatch", "permit": "permit.mismatch"}
NUMBER = (b"<transaction-number>", b"</transaction-number>")
ITEM = b"<information><name>x</name><item>y</item></information>"

XML = {
    "a DOCTYPE": (lambda text: b"<!DOCTYPE inquiry>" + text, "wire.xml.doctype"),
    "entities that expand": (lambda text: LAUGHS + text, "wire.xml.doctype"),
    "an external entity": (lambda text: EXTERNAL + text, "wire.xml.doctype"),
    "an undeclared entity": (between(*NUMBER, b"&a;"), "wire.xml.syntax"),
    "a processing instruction": (lambda text: b"<?xml-stylesheet?>" + text, "wire.xml.instruction"),
    "a comment": (between(*NUMBER, b"<!--x-->"), "wire.xml.comment"),
    "too many levels": (between(*NUMBER, b"<a>" * 40 + b"</a>" * 40), "wire.xml.depth"),
    "another namespace": (
        lambda text: text.replace(b"urn:nakadachi:network:1", b"urn:nakadachi:network:9"),
        "wire.xml.namespace",
    ),
    "an element of another namespace": (
        between(*NUMBER, b'<a xmlns="urn:x"></a>'),
        "wire.xml.namespace",
    ),
    "an information that stands twice": (
        lambda text: text.replace(b"<requested-at>", ITEM * 2 + b"<requested-at>"),
        "wire.message.duplicate",
    ),
    "an item that stands twice": (
        lambda text: text.replace(
            b"<requested-at>",
            ITEM.replace(b"</item>", b"</item><item>y</item>") + b"<requested-at>",
        ),
        "wire.message.duplicate",
    ),
    "white space": (lambda text: text.replace(b"><", b">\n<", 1), "wire.xml.canonical"),
    "no XML": (lambda _: b"inquiry", "wire.xml.root"),
    "another kind": (
        lambda _: wire.encode(wire.Receipt(transaction_number=uuid(1), state="sent")),
        "wire.message.kind",
    ),
}
CASES = [
    *(
        Case(
            name=f"an inquiry with {name}",
            make=body(change),
            codes=MALFORMED,
            reasons={INQUIRY: reason},
        )
        for name, (change, reason) in XML.items()
    ),
    Case(
        name="an unsigned inquiry",
        make=inquiry_header(signer=None),
        codes={INQUIRY: "message.signature"} | ALONE,
        reasons={INQUIRY: "signature.missing"},
    ),
    Case(
        name="an inquiry with a forged signature",
        make=lambda town: inquiry_header(signer=forger(town, town.a))(town),
        codes={INQUIRY: "message.signature"} | ALONE,
        reasons={INQUIRY: "signature.bad"},
    ),
    Case(
        name="an inquiry signed with an unknown key",
        make=lambda town: inquiry_header(signer=unknown(town.a))(town),
        codes={INQUIRY: "message.signature"} | ALONE,
        reasons={INQUIRY: "signature.unknown_key"},
    ),
    Case(
        name="an inquiry signed with its author's key for permits",
        make=lambda town: inquiry_header(signer=town.sites[town.a].permit_signer)(town),
        codes={INQUIRY: "message.signature"} | ALONE,
        reasons={INQUIRY: "signature.unknown_key"},
    ),
    Case(
        name="an inquiry signed by another institution",
        make=lambda town: inquiry_header(signer=town.sites[CORE].signer)(town),
        codes={INQUIRY: "message.sender"} | ALONE,
        reasons={INQUIRY: "signature.sender"},
    ),
    Case(
        name="an inquiry from the day before",
        make=inquiry_header(created=NOON - timedelta(days=1)),
        codes={INQUIRY: "message.expired"} | ALONE,
    ),
    Case(
        name="an inquiry after its deadline",
        make=inquiry_header(created=NOON - timedelta(seconds=9), deadline=NOON),
        codes={INQUIRY: "message.expired"} | ALONE,
        reasons={INQUIRY: "deadline"},
    ),
    Case(
        name="an inquiry that is dated ahead",
        make=inquiry_header(created=NOON + timedelta(seconds=61)),
        codes={INQUIRY: "message.early"} | ALONE,
    ),
    Case(
        name="an inquiry for somebody else",
        make=lambda town: inquiry_header(to=town.a)(town),
        codes={INQUIRY: "message.addressee"} | ALONE,
    ),
    Case(
        name="an inquiry that names another inquirer than its author",
        make=lambda town: town.draft(inquiry={"inquirer": "990035"}).stream(),
        codes={INQUIRY: "message.sender"},
    ),
    Case(
        name="an inquiry that names another provider than its addressee",
        make=lambda town: town.draft(inquiry={"provider": town.a}).stream(),
        codes={INQUIRY: "message.addressee"},
    ),
    Case(
        name="an inquiry brought by a third party",
        make=lambda town: town.draft().stream()[:1],
        hop="999998",
        codes={INQUIRY: "message.sender"},
        reasons={INQUIRY: "hop"},
    ),
    Case(
        name="an inquiry without notice",
        make=lambda town: town.draft().stream()[:2],
        codes={INQUIRY: "notice.mismatch"},
    ),
    Case(
        name="an inquiry without permit",
        make=lambda town: town.draft().stream()[::2],
        codes={INQUIRY: "permit.mismatch"},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_bad_inquiry_gets_a_clear_refusal_and_changes_nothing(
    case: Case, town: Town
) -> None:
    await check_case(case, town)


async def test_a_document_with_a_bad_header_is_refused_and_the_others_are_not(town: Town) -> None:
    town.serial += 1
    good = town.draft().stream()
    raw = encode_stream([town.write(wire.Clock(offset_milliseconds=0), by=town.a, to=town.b)])
    bad = raw.replace(b"nakadachi-kind: clock", b"nakadachi-kind: clocK")

    replies = await town.deliver(bad, *good)

    assert sorted(reply.kind for reply in replies) == ["answer", "refusal"]
    [refusal] = [read(town, reply) for reply in replies if reply.kind == "refusal"]
    assert (refusal.code, refusal.failed) == ("message.malformed", "wire.document.value")


async def test_a_body_that_was_changed_after_signing_is_refused(town: Town) -> None:
    town.serial += 1
    inquiry, permit, notice_document = town.draft().stream()
    changed = inquiry.raw.replace(b"<nondisclosure>false", b"<nondisclosure>falsE")

    replies = await town.deliver(changed, permit, notice_document)

    refusals = [read(town, reply) for reply in replies]
    assert sorted(refusal.code for refusal in refusals) == [
        "message.malformed",
        "notice.mismatch",
        "permit.mismatch",
    ]
    [digest] = [refusal for refusal in refusals if refusal.code == "message.malformed"]
    assert digest.failed == "wire.document.digest"
