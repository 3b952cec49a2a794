"""What the core's and the registry's replies may not be: each is refused before it is believed."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from gateway.domain.addresses import BasicItems
from gateway.domain.errors import InvalidError, PeerUnreachableError, RefusedError
from gateway.domain.identifiers import IndividualNumber, ProcessNumber, Symbol, UnifiedNumber
from gateway.domain.inquiry import Inquiry, Refusal
from gateway.domain.permits import Period, ProvisionPermit, Wanted
from gateway.domain.states import InquiryState
from gateway.ports import Core, Registry
from tests.conftest import Canaries
from tests.support.network import Town, edition_sha256, open_town, uuid
from tests.support.scripted_core import ScriptedCore, refusal
from tests.support.world import CORE, NOON, REGISTRY, TAX
from tests.unit.network.pki import new_key
from wire import messages as wire
from wire.documents import Document
from wire.errors import WireError
from wire.keys import ECDSA_P256, Signer
from wire.permit import PermitGrant

# Nothing here changes anything at A or B, so one town serves all.
pytestmark = pytest.mark.asyncio(loop_scope="module")
SYMBOL = Symbol("s" * 43)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with open_town(tmp_path_factory.mktemp("town")) as opened:
        yield opened


@pytest.fixture
def script(town: Town) -> ScriptedCore:
    town.script = ScriptedCore(town)
    return town.script


@pytest.fixture
def core(town: Town) -> Core:
    return town.ports[town.a].core


@pytest.fixture
def registry(town: Town) -> Registry:
    return town.ports[town.a].registry


def inquiry(town: Town, **changed: Any) -> Inquiry:  # noqa: ANN401  # fields of Inquiry
    made = Inquiry(
        inquiry_id=uuid(60),
        request_id=uuid(61),
        system="kokuho",
        idempotency_key="key",
        body_digest=b"d" * 32,
        state=InquiryState.PERMIT_REQUESTED,
        unified_number=UnifiedNumber("1" * 15),
        provider=town.b,
        instrument="shourei-r6",
        row="69",
        clause="7",
        basis="19-8",
        wanted=(Wanted(information=TAX, items=("total_income",)),),
        period=Period(),
        nondisclosure=False,
        requested_at=NOON,
        deadline_at=NOON + timedelta(days=7),
        updated_at=NOON,
        edition_sha256=edition_sha256(),
    )
    return replace(made, **changed)


def permitted(town: Town) -> Inquiry:
    return inquiry(
        town,
        permit=b"a.b.c",
        permit_id=uuid(62),
        transaction_number=uuid(63),
        deadline_at=NOON + timedelta(days=1),
    )


async def test_a_permit_for_our_request_is_returned_with_its_bytes(
    town: Town, core: Core, script: ScriptedCore
) -> None:
    permit = await core.request_permit(inquiry(town), SYMBOL)

    assert isinstance(permit, ProvisionPermit)
    assert permit.compact.count(b".") == 2
    assert permit.wanted == (Wanted(information=TAX, items=("total_income",)),)
    [request] = script.seen
    message = wire.decode(request.kind, request.body)
    assert isinstance(message, wire.PermitRequest)
    assert (message.symbol, message.request_id) == (SYMBOL.value, uuid(61))


async def test_a_repeated_request_keeps_its_message_id_and_a_fresh_one_gets_another(
    town: Town, core: Core, script: ScriptedCore
) -> None:
    for asked in (1, 1, 2):
        await core.request_permit(inquiry(town, permits_asked=asked), SYMBOL)

    ids = [one.message_id for one in script.seen]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"audience": "990035"}, "permit.audience"),
        ({"inquirer": "990035"}, "permit.foreign"),
        ({"request_message_id": uuid(99)}, "permit.foreign"),
        ({"row": "70"}, "permit.mismatch"),
        ({"clause": None}, "permit.mismatch"),
        ({"instrument": "beppyo2"}, "permit.mismatch"),
        ({"basis": "19-9"}, "permit.mismatch"),
        ({"consent": True}, "permit.mismatch"),
        ({"provider_delegator": "990035"}, "permit.mismatch"),
        ({"edition_sha256": "0" * 64}, "permit.edition"),
        ({"issuer": REGISTRY}, "permit.signature"),
    ],
)
async def test_a_permit_that_is_not_the_one_asked_for_is_refused(
    claims: dict[str, Any], code: str, town: Town, core: Core, script: ScriptedCore
) -> None:
    script.claims = claims

    with pytest.raises(RefusedError) as caught:
        await core.request_permit(inquiry(town), SYMBOL)

    assert caught.value.code == code


@pytest.mark.parametrize("grant", [("fixed_asset_tax",), ("total_income", "income_levy")])
async def test_a_permit_for_more_than_was_asked_is_refused(
    grant: tuple[str, ...], town: Town, core: Core, script: ScriptedCore
) -> None:
    script.claims = {"information": (PermitGrant(information=TAX, items=grant),)}

    with pytest.raises(RefusedError, match=r"permit\.mismatch"):
        await core.request_permit(inquiry(town), SYMBOL)


async def test_a_permit_of_another_issuer_is_refused(
    town: Town, core: Core, script: ScriptedCore
) -> None:
    script.claims = {"issuer": town.b}
    script.permit_signer = town.sites[town.b].permit_signer

    with pytest.raises(RefusedError, match=r"permit\.foreign"):
        await core.request_permit(inquiry(town), SYMBOL)


def forged(code: str) -> Signer:
    return Signer(f"{code}-1", ECDSA_P256, new_key())


Replies = Callable[[ScriptedCore, Document], Sequence[bytes]]
ANSWER = wire.Answer(
    transaction_number=uuid(63), permit_id=uuid(62), state="not_provided", information=()
)
RECEIPT = wire.Receipt(transaction_number=uuid(63), state="sent")

BAD: dict[str, tuple[Replies, str]] = {
    "unsigned": (lambda s, d: [s.write(RECEIPT, d, by=s.town.b, signer=None)], "message.signature"),
    "forged": (
        lambda s, d: [s.write(RECEIPT, d, by=s.town.b, signer=forged(s.town.b))],
        "message.signature",
    ),
    "by the core instead of the provider": (lambda s, d: [s.write(RECEIPT, d)], "message.sender"),
    "for somebody else": (
        lambda s, d: [s.write(RECEIPT, d, by=s.town.b, to=CORE)],
        "message.addressee",
    ),
    "dated far ahead": (
        lambda s, d: [s.write(RECEIPT, d, by=s.town.b, created=NOON + timedelta(hours=1))],
        "message.early",
    ),
    "malformed": (
        lambda s, d: [s.write(RECEIPT, d, by=s.town.b, body=b"<receipt/>")],
        "message.malformed",
    ),
    "of a kind that is no reply": (
        lambda s, d: [s.write(wire.Acknowledgement(), d, by=s.town.b)],
        "message.malformed",
    ),
    "a receipt of another transaction": (
        lambda s, d: [s.write(replace(RECEIPT, transaction_number=uuid(64)), d, by=s.town.b)],
        "answer.permit",
    ),
    "an answer of another transaction": (
        lambda s, d: [s.write(replace(ANSWER, transaction_number=uuid(64)), d, by=s.town.b)],
        "answer.permit",
    ),
    "an answer under another permit": (
        lambda s, d: [s.write(replace(ANSWER, permit_id=uuid(64)), d, by=s.town.b)],
        "answer.permit",
    ),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_reply_to_an_inquiry_that_breaks_a_rule_is_refused(
    name: str, town: Town, core: Core, script: ScriptedCore
) -> None:
    reply, code = BAD[name]
    script.replies["inquiry"] = lambda document: reply(script, document)

    with pytest.raises(RefusedError) as caught:
        await core.send_inquiry(permitted(town))

    assert caught.value.code == code


@pytest.mark.parametrize("by", ["provider", "core"])
async def test_a_refusal_of_an_inquiry_may_come_from_provider_or_core(
    by: str, town: Town, core: Core, script: ScriptedCore
) -> None:
    code = town.b if by == "provider" else CORE
    script.replies["inquiry"] = lambda document: [
        script.write(refusal("permit.expired", "same_id"), document, by=code)
    ]

    delivery = await core.send_inquiry(permitted(town))

    assert isinstance(delivery.refusal, Refusal)
    assert (delivery.refusal.code, delivery.refusal.by) == ("permit.expired", code)


async def test_a_stored_reply_may_be_days_old(town: Town, core: Core, script: ScriptedCore) -> None:
    script.replies["inquiry"] = lambda document: [
        script.write(ANSWER, document, by=town.b, created=NOON - timedelta(days=5))
    ]

    delivery = await core.send_inquiry(permitted(town))

    assert delivery.answer is not None
    assert not delivery.answer.provided
    assert len(delivery.digest) == 32


UNUSABLE: dict[str, Replies] = {
    "nothing": lambda _s, _d: [],
    "a reply to another message": lambda s, d: [s.write(RECEIPT, d, in_reply_to=uuid(98))],
    "two replies": lambda s, d: [s.write(RECEIPT, d, by=s.town.b)] * 2,
    "a stream that ends within a document": lambda s, d: [s.write(RECEIPT, d)[:-1]],
    "no stream": lambda _s, _d: [b"hello"],
    "a document with a bad header": lambda s, d: [
        s.write(RECEIPT, d).replace(b"nakadachi-kind", b"nakadachi-kond")
    ],
}


@pytest.mark.parametrize("name", UNUSABLE)
async def test_what_is_no_reply_is_an_unreachable_peer(
    name: str, town: Town, core: Core, script: ScriptedCore
) -> None:
    script.replies["inquiry"] = lambda document: UNUSABLE[name](script, document)

    with pytest.raises(PeerUnreachableError):
        await core.send_inquiry(permitted(town))


async def test_nothing_is_sent_after_the_deadline(
    town: Town, core: Core, script: ScriptedCore
) -> None:
    with pytest.raises(PeerUnreachableError, match="deadline"):
        await core.request_permit(inquiry(town, deadline_at=NOON), SYMBOL)

    assert not script.seen


async def test_an_inquiry_without_permit_is_never_sent(
    town: Town, core: Core, script: ScriptedCore
) -> None:
    with pytest.raises(InvalidError):
        await core.send_inquiry(inquiry(town))

    assert not script.seen


async def test_a_permit_request_answered_by_another_kind_is_refused(
    town: Town, core: Core, script: ScriptedCore
) -> None:
    script.replies["permit-request"] = lambda d: [script.write(wire.Acknowledgement(), d)]

    with pytest.raises(RefusedError, match=r"message\.malformed"):
        await core.request_permit(inquiry(town), SYMBOL)


async def test_a_late_answer_refused_for_good_is_delivered_and_one_refused_for_now_is_not(
    town: Town, core: Core, script: ScriptedCore
) -> None:
    late = town.write(ANSWER, by=town.a, to=town.b).raw
    script.replies["answer"] = lambda d: [script.write(refusal("answer.late"), d, by=town.b)]
    await core.send_document(late)

    script.replies["answer"] = lambda d: [script.write(refusal("gateway.failed", "same_id"), d)]
    with pytest.raises(PeerUnreachableError, match=r"gateway\.failed"):
        await core.send_document(late)

    script.replies["answer"] = lambda d: [script.write(wire.Acknowledgement(), d, by=REGISTRY)]
    with pytest.raises(PeerUnreachableError, match=r"message\.sender"):
        await core.send_document(late)


async def test_a_stored_document_that_cannot_be_read_is_not_sent(
    core: Core, script: ScriptedCore
) -> None:
    with pytest.raises(WireError):
        await core.send_document(b"content-length: 1\r\n\r\nx")

    assert not script.seen


async def test_a_permit_list_of_somebody_else_is_no_usable_reply(
    core: Core, script: ScriptedCore
) -> None:
    script.replies["permit-list-request"] = lambda d: [
        script.write(wire.Acknowledgement(), d, by=REGISTRY)
    ]
    with pytest.raises(PeerUnreachableError, match=r"message\.sender"):
        await core.request_permit_list()

    script.replies["permit-list-request"] = lambda d: [script.write(wire.Acknowledgement(), d)]
    with pytest.raises(PeerUnreachableError, match="acknowledgement"):
        await core.request_permit_list()


async def test_a_process_number_of_somebody_else_is_no_usable_reply(
    core: Core, script: ScriptedCore
) -> None:
    script.replies["process-number-request"] = lambda d: [
        script.write(wire.Acknowledgement(), d, by=REGISTRY)
    ]
    with pytest.raises(PeerUnreachableError, match=r"message\.sender"):
        await core.request_process_number(uuid(1))


async def test_a_process_number_that_is_refused_for_good_is_not_asked_for_again(
    core: Core, script: ScriptedCore
) -> None:
    script.replies["process-number-request"] = lambda d: [
        script.write(refusal("symbol.not_found"), d)
    ]
    with pytest.raises(RefusedError, match=r"symbol\.not_found"):
        await core.request_process_number(uuid(1))
    script.replies["process-number-request"] = lambda d: [
        script.write(refusal("storage.unavailable", "after"), d)
    ]
    with pytest.raises(PeerUnreachableError, match=r"storage\.unavailable"):
        await core.request_process_number(uuid(1))


async def test_the_registry_takes_a_link_and_knows_basic_items(
    registry: Registry, script: ScriptedCore, canaries: Canaries
) -> None:
    number = IndividualNumber(canaries.individual_numbers[0])

    await registry.link(ProcessNumber("p-1"), number)
    found = await registry.find_basic_items(number)

    assert isinstance(found, BasicItems)
    assert found.name == "架空 花子"
    assert [one.kind for one in script.seen] == ["registry-link", "basic-request"]


async def test_a_person_the_registry_does_not_know_is_none(
    registry: Registry, script: ScriptedCore
) -> None:
    script.replies["basic-request"] = lambda d: [
        script.write(refusal("resident.unknown"), d, by=REGISTRY)
    ]

    assert await registry.find_basic_items(IndividualNumber("1" * 12)) is None


async def test_other_replies_of_the_registry_are_no_usable_reply(
    registry: Registry, script: ScriptedCore, canaries: Canaries, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    number = IndividualNumber(canaries.individual_numbers[0])
    script.replies["basic-request"] = lambda d: [
        script.write(wire.Acknowledgement(), d, by=REGISTRY)
    ]
    script.replies["registry-link"] = lambda d: [
        script.write(refusal("message.malformed"), d, by=REGISTRY)
    ]

    with pytest.raises(PeerUnreachableError, match="acknowledgement"):
        await registry.find_basic_items(number)
    with pytest.raises(RefusedError, match=r"message\.malformed"):
        await registry.link(ProcessNumber("p-1"), number)
    script.replies["registry-link"] = lambda d: [
        script.write(refusal("storage.unavailable", "after"), d, by=REGISTRY)
    ]
    with pytest.raises(PeerUnreachableError, match=r"storage\.unavailable"):
        await registry.link(ProcessNumber("p-1"), number)
    script.replies["registry-link"] = lambda d: [script.write(wire.Acknowledgement(), d)]
    with pytest.raises(PeerUnreachableError, match=r"message\.sender"):
        await registry.link(ProcessNumber("p-1"), number)
    assert number.value not in repr([record.__dict__ for record in caplog.records])
