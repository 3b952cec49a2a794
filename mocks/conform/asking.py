"""One inquiry as core and inquirer send it to a provider, right or spoiled, and the reply."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from mocks.conform.bench import Bench
from mocks.parties.agency_state import BASIS, INSTRUMENT
from mocks.parties.desk import Letter, forger
from mocks.parties.refusals import RefusedError
from wire.documents import Document
from wire.framing import frames
from wire.header import Header, read_block
from wire.messages import (
    Answer,
    Inquiry,
    Message,
    Notice,
    Receipt,
    Refusal,
    RequestedInformation,
    decode,
)
from wire.permit import PermitClaims, PermitGrant, issue

LIFE: Final = timedelta(minutes=5)
UNLISTED: Final = "69-8"  # an affair under which nobody may ask for what topics are about


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a provider said: of an answer its items and body, of a refusal its code."""

    kind: Literal["answered", "not_provided", "refused", "receipt", "silent", "stray", "unsigned"]
    ja: str
    code: str | None = None
    items: tuple[str, ...] = ()
    body: bytes = field(default=b"", repr=False)
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An inquiry with its permit and notice; `forged` and `without` name what is wrong or missing.

    `other_id` is a message id that nothing else has. `changed` is an inquiry whose body is no
    more what was signed.
    """

    at: datetime
    claims: PermitClaims
    inquiry: Inquiry
    notice: Notice = field(repr=False)
    inquiry_id: str
    other_id: str
    forged: Sequence[Literal["permit", "notice", "inquiry"]] = ()
    without: Sequence[Literal["permit", "notice"]] = ()
    changed: bool = False

    def write(self, bench: Bench) -> list[bytes]:
        """Return the three documents of it, as far as they are not left out."""
        desk, core = bench.asker.desk, bench.world.core
        asked = Letter(
            to=bench.code, at=self.at, message_id=self.inquiry_id, forged="inquiry" in self.forged
        )
        notified = Letter(to=bench.code, at=self.at, forged="notice" in self.forged)
        key = core.permit_key
        if "permit" in self.forged:
            key = forger(core.desk.signer).private_key  # type: ignore[assignment]  # of the same kind
        compact = issue(self.claims, key, core.permit_key_id)
        enclosing = Letter(to=bench.code, at=self.at, message_id=self.claims.permit_id)
        stream = {
            "inquiry": desk.write(self.inquiry, asked),
            "permit": desk.enclose(compact, enclosing, core.code),
            "notice": core.desk.write(self.notice, notified),
        }
        octets = {name: one.raw for name, one in stream.items() if name not in self.without}
        if self.changed:
            octets["inquiry"] = _change(octets["inquiry"])
        return list(octets.values())


def _change(inquiry: bytes) -> bytes:
    """Return an inquiry with another millisecond in its body and the same header."""
    at = inquiry.index(b"Z</requested-at>") - 1
    return inquiry[:at] + (b"1" if inquiry[at : at + 1] == b"0" else b"0") + inquiry[at + 1 :]


def make_question(bench: Bench, *, affair: str = "", wanted: Sequence[str] = ()) -> Question:
    """Return an inquiry with a permit for one item that is right in every way.

    It is about the topic of the bench, unless it is about another affair or wants other items.
    """
    asked = bench.topic
    granted, (row, _, clause) = (asked.item,), (affair or asked.affair).partition("-")
    desk, core, now = bench.asker.desk, bench.world.core, bench.now
    numbers = [desk.new_id("conform") for _ in range(5)]
    permit_id, transaction, request_id, inquiry_id, other_id = numbers
    edition = core.judge.edition_in_force(INSTRUMENT, now)
    claims = PermitClaims(
        permit_id=permit_id,
        issuer=core.code,
        audience=bench.code,
        inquirer=bench.asker.code,
        instrument=INSTRUMENT,
        row=row,
        clause=clause,
        basis=BASIS,
        information=(PermitGrant(information=asked.information, items=granted),),
        transaction_number=transaction,
        edition_sha256=edition,
        request_message_id=request_id,
        issued_at=now,
        not_before=now,
        expires_at=now + LIFE,
    )
    inquiry = Inquiry(
        transaction_number=transaction,
        permit_id=permit_id,
        inquirer=bench.asker.code,
        provider=bench.code,
        instrument=INSTRUMENT,
        row=row,
        clause=clause,
        basis=BASIS,
        information=(RequestedInformation(name=asked.information, items=tuple(wanted) or granted),),
        requested_at=now,
        period_from=None,
        period_to=None,
        nondisclosure=False,
    )
    notice = Notice(
        transaction_number=transaction,
        permit_id=permit_id,
        symbol=core.symbol_of(bench.code, bench.person.resident_code),
        route=core.code,
        inquirer=bench.asker.code,
        inquiry_message_id=inquiry_id,
    )
    return Question(
        at=now,
        claims=claims,
        inquiry=inquiry,
        notice=notice,
        inquiry_id=inquiry_id,
        other_id=other_id,
    )


async def ask(bench: Bench, question: Question) -> Said:
    """Bring a question to the provider and return what it says."""
    return await send(bench, question.write(bench))


async def send(bench: Bench, stream: Sequence[bytes]) -> Said:
    """Let the core bring documents to the provider and return what it says to the inquiry."""
    replies = await bench.space.post(bench.world.core.code, bench.code, stream)
    if replies is None:
        return Said(kind="silent", ja="応答がありません")
    whole = b"".join(stream)
    sent = [_Sent(read_block(one.block)[0], one.body) for one in frames(whole, max_documents=3)]
    asked = {one.header.message_id: one for one in sent}
    found = [_read(bench, one, asked) for one in replies]
    order = ("answered", "not_provided", "refused", "receipt", "stray", "unsigned")
    for kind in order:
        for said in found:
            if said.kind == kind:
                return said
    return Said(kind="silent", ja="照会への応答がありません")


class _Sent(NamedTuple):
    """A document that was sent, even one that nobody should accept."""

    header: Header
    body: bytes


def _read(bench: Bench, document: Document, asked: Mapping[str, _Sent]) -> Said:
    """Return what a reply says to one of the documents that were sent, by message id."""
    try:
        message = bench.asker.desk.read(document, now=bench.now, old=True)
    except RefusedError as error:
        return Said(kind="unsigned", ja=f"応答を確かめられません（{error.code}）")
    stray = _find_stray(bench, document, asked.get(document.in_reply_to or ""), message)
    return _say(document, message) if stray is None else Said(kind="stray", ja=stray)


def _find_stray(
    bench: Bench, document: Document, request: _Sent | None, message: Message
) -> str | None:
    """Return why a reply is none to what was sent, or None if it is one."""
    if request is None:
        return "nakadachi-in-reply-to が、送った電文の番号ではありません"
    if (document.sender, document.recipient) != (bench.code, request.header.sender):
        wrong = f"{document.sender} から {document.recipient} への応答です"
        return f"{wrong}（{bench.code} から、電文を書いた {request.header.sender} に宛てます）"
    if isinstance(message, Answer | Receipt) and not _is_about(message, request):
        return "処理通番か許可証の番号が、照会のものではありません"
    return None


def _say(document: Document, message: Message) -> Said:
    if isinstance(message, Answer):
        items = [item.id for part in message.information for item in part.items]
        if message.state != "answered":
            return Said(kind="not_provided", ja=f"回答 {message.state}")
        said = f"回答 answered、項目 {'、'.join(items)}"
        return Said(kind="answered", ja=said, items=tuple(items), body=document.body)
    if isinstance(message, Refusal):
        at = getattr(message, "retry_at", None)
        return Said(kind="refused", ja=f"断り {message.code}", code=message.code, retry_at=at)
    if isinstance(message, Receipt):
        return Said(kind="receipt", ja=f"受付 {message.state}")
    return Said(kind="silent", ja=f"電文 {document.kind}")


def _is_about(message: Answer | Receipt, request: _Sent) -> bool:
    """Return whether an answer or receipt names the inquiry that it replies to."""
    kind = request.header.kind
    inquiry = decode(kind, request.body) if kind == "inquiry" else None
    return isinstance(inquiry, Inquiry) and all(
        getattr(message, name, told) == told
        for name in ("transaction_number", "permit_id")
        if (told := getattr(inquiry, name))
    )
