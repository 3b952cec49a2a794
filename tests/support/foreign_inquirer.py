"""An inquirer of somebody else, beside the provider: permits, inquiries, answers that come late.

Written from docs/testers/network.md and speaks.md alone; it shares no code with the project.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.foreign_documents import (
    FIELDS,
    SPACE,
    Document,
    RefusedError,
    digest_of,
    write_instant,
)
from tests.support.foreign_provider import ForeignProvider

ITEMS = f".//{{{SPACE}}}item/{{{SPACE}}}id"


class ForeignInquirer(ForeignProvider):
    """Asks about whom it has a symbol of; keeps what it asked for, and the answers."""

    def __init__(self, papers: Mapping[str, str]) -> None:
        super().__init__(papers)
        self.asked: dict[str, set[str]] = {}
        self.answers: dict[str, bytes] = {}
        self.said: list[str] = []

    def ask(self, number: str, row: str, clause: str, information: str, item: str) -> None:
        """Ask once; where the permit expired on the way, once more with a fresh one."""
        symbol = next(one for one, whose in self.people.items() if whose == number)
        request_id = str(uuid.uuid4())
        about = (
            f"<inquirer>{self.me}</inquirer><provider>{self.papers['provider']}</provider>"
            f"<instrument>shourei-r6</instrument><row>{row}</row><clause>{clause}</clause>"
            f"<basis>19-8</basis><information><name>{information}</name>"
            f"<item>{item}</item></information>"
        )
        at = f"<requested-at>{write_instant(self.clock.now())}</requested-at>"
        rest = "<consent>false</consent><nondisclosure>false</nondisclosure>"
        head = f"<request-id>{request_id}</request-id>"
        body = f"{head}{about}<symbol>{symbol}</symbol>{at}{rest}"
        for _ in range(2):
            permit = self.call(self.core, "permit-request", body)
            if self.inquire(permit, f"{about}{at}{rest}") != "permit.expired":
                return

    def inquire(self, permit: Document, about: str) -> str:
        """Send an inquiry with its permit; return the code of a refusal, else what was said."""
        claims = self.peers[self.core].open_permit(permit.body)
        number, provider = claims["transaction_number"], self.papers["provider"]
        self.asked[number] = {item for one in claims["information"] for item in one["items"]}
        ids = f"<transaction-number>{number}</transaction-number>"
        ids += f"<permit-id>{claims['jti']}</permit-id>"
        inquiry = self.write("inquiry", ids + about, provider)
        reply = self.post(self.core, inquiry + self.enclose(permit.body, claims, provider))
        self.said.append(reply.text("code") or reply.text("state"))
        if reply["kind"] == "answer":
            try:
                self.take(reply)
            except RefusedError as error:
                self.said.append(error.code)
        return self.said[-1]

    def enclose(self, compact: bytes, claims: dict[str, Any], provider: str) -> bytes:
        told = {
            "content-type": "application/provision-permit+jws",
            "content-length": str(len(compact)),
            "content-digest": digest_of(compact),
            "nakadachi-kind": "permit",
            "nakadachi-message-id": claims["jti"],
            "nakadachi-sender": self.core,
            "nakadachi-recipient": provider,
            "nakadachi-created": write_instant(self.clock.now()),
        }
        lines = [f"{name}: {told[name]}\r\n" for name in FIELDS if name in told]
        return "".join(lines).encode("ascii") + b"\r\n" + compact

    def act(self, document: Document, stream: Sequence[Document]) -> bytes:
        if document["kind"] != "answer":
            return super().act(document, stream)
        self.take(document)
        return self.write("acknowledgement", "", document["sender"], document)

    def take(self, answer: Document) -> None:
        """Keep an answer once; the same may come again."""
        number = answer.text("transaction-number")
        if number not in self.asked:
            raise RefusedError("answer.unknown")
        if self.answers.get(number, answer.body) != answer.body:
            raise RefusedError("answer.conflict")
        if not {one.text for one in answer.xml.iterfind(ITEMS)} <= self.asked[number]:
            raise RefusedError("answer.items")
        self.answers[number] = answer.body
