"""Streams that a listener refuses, and what must hold for every one of them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.domain.inquiry import Inquiry
from gateway.domain.provision import Provision
from gateway.domain.symbols import SymbolBinding
from gateway.domain.work import WorkItem
from tests.support.network import Town, uuid
from tests.support.world import CORE
from tests.unit.network.pki import new_key
from wire import messages as wire
from wire.documents import Document
from wire.keys import ECDSA_P256, Signer
from wire.signatures import verify

INQUIRY = "inquiry"  # any document that is neither notice nor permit: a stream has one
OTHER = uuid(77)
ALONE = {"notice": "notice.mismatch", "permit": "permit.mismatch"}
"""What becomes of notice and permit whose inquiry was refused before it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A stream that B refuses: how it differs from a good one, and the codes by document."""

    name: str
    make: Callable[[Town], list[Document]]
    codes: dict[str, str]
    hop: str = CORE
    reasons: dict[str, str] = field(default_factory=dict)


def forger(town: Town, code: str) -> Signer:
    """Return a signer that claims a key id with another key."""
    return Signer(town.sites[code].signer.key_id, ECDSA_P256, new_key())


def unknown(code: str) -> Signer:
    return Signer(f"{code}-9", ECDSA_P256, new_key())


def inquiry_header(**header: object) -> Callable[[Town], list[Document]]:
    return lambda town: town.draft(inquiry_header=header).stream()


def notice_header(**header: object) -> Callable[[Town], list[Document]]:
    return lambda town: town.draft(notice_header=header).stream()


def notice(**fields: object) -> Callable[[Town], list[Document]]:
    return lambda town: town.draft(notice=fields).stream()


def claims(**fields: object) -> Callable[[Town], list[Document]]:
    return lambda town: town.draft(claims=fields).stream()


async def check_case(case: Case, town: Town) -> None:
    """Deliver the case's stream to B; every refusal is clear, and nothing else happened."""
    town.serial += 1
    before, recorded = await state_of(town), await refusals_at(town)
    documents = case.make(town)
    ids = {one.kind if one.kind in ALONE else INQUIRY: one.message_id for one in documents}

    replies = await town.deliver(*documents, hop=case.hop)

    refusals = {reply.in_reply_to: read(town, reply) for reply in replies}
    assert {key: refusals[ids[key]].code for key in case.codes} == case.codes
    assert len(replies) == len(case.codes)
    for key, reason in case.reasons.items():
        assert refusals[ids[key]].failed == reason
    for refusal in refusals.values():
        assert refusal.title_ja
        assert refusal.detail_ja
        assert refusal.title_en.isascii()
        assert refusal.detail_en.isascii()
    added = (await refusals_at(town))[len(recorded) :]
    assert sorted(added) == sorted(("denied", code) for code in case.codes.values())
    assert await state_of(town) == before


async def refusals_at(town: Town) -> list[tuple[str, str]]:
    """Return result and code of each record of B about what reached it."""
    found = await town.world.records(town.b, act="provision")
    return [(record.result, str(record.code)) for record in found]


def read(town: Town, reply: Document) -> wire.Refusal:
    """Return the refusal that B signed for us."""
    verify(reply, town.trust.directory.keys, now=town.world.clock.now())
    assert reply.sender == town.b
    message = wire.decode(reply.kind, reply.body)
    assert isinstance(message, wire.Refusal)
    return message


async def state_of(town: Town) -> dict[str, list[object]]:
    """Return all at B that a document could change."""
    store = town.ports[town.b].store
    kinds = (Provision, Inquiry, SymbolBinding, WorkItem)
    return {kind.__name__: list(await store.list_values(kind)) for kind in kinds}
