"""A core and a registry that a test plays: they issue, relay and number, and can misbehave."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from permitlists import EMPTY, load_builtin
from tests.support.network import Town, edition_sha256, enclose
from tests.support.world import CORE, REGISTRY
from wire import messages as wire
from wire.documents import JSON_TYPE, Document, seal
from wire.keys import Signer
from wire.permit import PermitClaims, PermitGrant, issue
from wire.permit_list import encode_permit_list

SPACE = UUID(int=5)
ITEMS = ("total_income", "income_levy")
Reply = Callable[[Document], Sequence[bytes]]


@dataclass(slots=True)
class ScriptedCore:
    """The script of the core and the registry of a town; `replies` replaces those to a kind."""

    town: Town
    claims: dict[str, Any] = field(default_factory=dict)
    permit_signer: Signer | None = None
    replies: dict[str, Reply] = field(default_factory=dict)
    seen: list[Document] = field(default_factory=list)
    posts: int = 0

    async def __call__(self, documents: list[Document], hop: str) -> list[bytes]:
        self.posts += 1
        self.seen += documents
        found: list[bytes] = []
        for document in documents:
            if document.kind in self.replies:
                found += self.replies[document.kind](document)
            elif document.kind in ("inquiry", "answer"):
                found += await self._relay(document, documents)
            elif document.kind != "permit":
                found.append(self._answer(document, hop))
        return found

    def write(
        self,
        message: wire.Message,
        letter: Document,
        *,
        by: str = CORE,
        **header: Any,  # noqa: ANN401  # fields of a header
    ) -> bytes:
        """Return a reply to a document."""
        fields = {"to": letter.sender, "in_reply_to": letter.message_id} | header
        return self.town.write(message, by=by, **fields).raw

    def _answer(self, document: Document, hop: str) -> bytes:
        if document.kind == "permit-list-request":
            return self._list(document)
        message = wire.decode(document.kind, document.body)
        assert document.sender == hop
        if isinstance(message, wire.PermitRequest):
            return self._permit(message, document)
        if isinstance(message, wire.ProcessNumberRequest):
            number = f"process-{message.request_id}"
            return self.write(
                wire.ProcessNumber(request_id=message.request_id, process_number=number), document
            )
        if isinstance(message, wire.BasicRequest):
            return self.write(basic_items(), document, by=REGISTRY)
        return self.write(wire.Acknowledgement(), document, by=document.recipient)

    def _permit(self, message: wire.PermitRequest, document: Document) -> bytes:
        now = self.town.world.clock.now()
        claims = PermitClaims(
            permit_id=str(uuid5(SPACE, f"permit {document.message_id}")),
            issuer=CORE,
            audience=message.provider,
            inquirer=message.inquirer,
            instrument=message.instrument,
            row=message.row,
            clause=message.clause,
            basis=message.basis,
            inquirer_delegator=message.inquirer_delegator,
            provider_delegator=message.provider_delegator,
            consent=message.consent,
            information=tuple(
                PermitGrant(information=one.name, items=one.items or ITEMS)
                for one in message.information
            ),
            transaction_number=str(uuid5(SPACE, f"number {document.message_id}")),
            edition_sha256=edition_sha256(),
            request_message_id=document.message_id,
            issued_at=now,
            not_before=now,
            expires_at=now + timedelta(minutes=5),
        )
        signer = self.permit_signer or self.town.sites[CORE].permit_signer
        compact = issue(replace(claims, **self.claims), signer.private_key, signer.key_id)
        reply_to = document.message_id
        return enclose(compact, claims.permit_id, document.sender, now, reply_to).raw

    async def _relay(self, document: Document, stream: Sequence[Document]) -> list[bytes]:
        """Bring an inquiry with its permit and a notice, or a late answer, to its recipient."""
        message = wire.decode(document.kind, document.body)
        documents = [document]
        if isinstance(message, wire.Inquiry):
            documents += [one for one in stream if one.message_id == message.permit_id]
            documents.append(self._notice(message, document))
        raw = b"".join(one.raw for one in documents)
        _, body, _ = await self.town.post(document.recipient, raw)
        return [body]

    def _notice(self, message: wire.Inquiry, document: Document) -> Document:
        [symbol] = [
            symbol
            for (code, _), symbol in self.town.world.core.symbols.items()
            if code == document.recipient
        ]
        notice = wire.Notice(
            transaction_number=message.transaction_number,
            permit_id=message.permit_id,
            symbol=symbol.value,
            route=CORE,
            inquirer=document.sender,
            inquiry_message_id=document.message_id,
        )
        return self.town.write(notice, by=CORE, to=document.recipient)

    def _list(self, document: Document) -> bytes:
        editions = [one.to_bytes() for one in load_builtin().editions]
        body = encode_permit_list(1, editions, EMPTY.to_bytes())
        return self.sealed_list(document, body)

    def sealed_list(self, document: Document, body: bytes) -> bytes:
        """Return a `permit-list` document with any body."""
        return seal(
            kind="permit-list",
            message_id=self.town.world.ports_a.ids.uuid(),
            sender=CORE,
            recipient=document.sender,
            in_reply_to=document.message_id,
            created=self.town.world.clock.now(),
            content_type=JSON_TYPE,
            body=body,
            signer=self.town.sites[CORE].signer,
        ).raw


def basic_items() -> wire.BasicItems:
    return wire.BasicItems(
        name="架空 花子",
        name_kana=None,
        birth_date=date(1980, 4, 1),
        sex_code="2",
        address="みなと県仲立市1番地",
    )


def refusal(code: str, retry: str = "never") -> wire.Refusal:
    """Return a refusal with a code."""
    return wire.Refusal(
        code=code,
        occurrence=str(SPACE),
        title_ja="だめです",
        title_en="No",
        detail_ja="詳しく",
        detail_en="In detail",
        retry=retry,  # type: ignore[arg-type]  # one of three texts
    )
