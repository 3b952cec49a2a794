"""A provider of somebody else: HTTPS, permits, the permit list, refusals, all from the documents.

Written from docs/testers/speaks.md alone, with the standard library and `cryptography`; it shares
no code with the project. It knows its people by symbol, and of everything it is asked it knows 1.
"""

import hashlib
import http.client
import json
import ssl
import threading
import uuid
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.foreign_documents import (
    SPACE,
    Clock,
    Document,
    RefusedError,
    UnreadableError,
    cut,
    load_directory,
    read_instant,
    write,
    write_instant,
)

MEDIA_TYPE = "application/vnd.nakadachi.documents"
JST = timezone(timedelta(hours=9))
LEEWAY = timedelta(seconds=60)
OURS = "市町村長"  # what municipalities are called in the permit list
SAME = {
    "transaction_number": "transaction-number",
    "jti": "permit-id",
    "inquirer": "inquirer",
    "instrument": "instrument",
    "row": "row",
    "clause": "clause",
}


class ForeignProvider:
    """One institution, with the papers that a run prints for it."""

    def __init__(self, papers: Mapping[str, str]) -> None:
        self.papers, self.me = papers, papers["institution"]
        self.core, self.registry = papers["core"], papers["registry"]
        self.peers = load_directory(Path(papers["directory"]))
        key = serialization.load_pem_private_key(Path(papers["signing key"]).read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self.key, self.clock, self.lock = key, Clock(), threading.Lock()
        self.hours: tuple[str, str] | None = None
        self.list: list[dict[str, Any]] = []
        self.processes: dict[str, tuple[str, threading.Event]] = {}
        self.told = threading.Event()
        self.people: dict[str, str] = {}
        self.replies: dict[str, tuple[str, bytes]] = {}
        self.used = set[str]()
        self.server: ThreadingHTTPServer | None = None

    # Serving and calling.

    def start(self) -> None:
        url = urlsplit(self.papers["URL"])
        tls = self.tls(ssl.Purpose.CLIENT_AUTH)
        tls.verify_mode = ssl.CERT_REQUIRED
        self.server = ThreadingHTTPServer((url.hostname or "", url.port or 443), self.handler())
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()

    def tls(self, purpose: ssl.Purpose) -> ssl.SSLContext:
        context = ssl.create_default_context(purpose, cafile=self.papers["authority"])
        context.check_hostname = False  # the directory says which certificate is whose
        context.load_cert_chain(self.papers["TLS certificate"], self.papers["TLS key"])
        return context

    def handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self
        known = frozenset[str]().union(*(one.certificates for one in self.peers.values()))

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                shown = self.connection.getpeercert(binary_form=True) or b""
                if hashlib.sha256(shown).hexdigest() not in known:
                    self.say(403, b'{"status": 403, "code": "peer.unknown"}')
                    return
                try:
                    self.say(200, provider.receive(cut(body)), MEDIA_TYPE)
                except UnreadableError:
                    self.say(400, b'{"status": 400, "code": "wire.stream.header"}')

            def say(
                self, status: int, body: bytes, media: str = "application/problem+json"
            ) -> None:
                self.send_response(status)
                self.send_header("content-type", media)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        return Handler

    def call(self, to: str, kind: str, body: str = "") -> Document:
        """Send one document and return the reply, which is no refusal."""
        reply = self.post(to, self.write(kind, body, to))
        assert reply["kind"] != "refusal", reply.text("code")
        return reply

    def post(self, to: str, documents: bytes) -> Document:
        """Bring documents to an institution and return the one reply."""
        url = urlsplit(self.peers[to].url)
        line = http.client.HTTPSConnection(
            url.hostname or "", url.port, timeout=20, context=self.tls(ssl.Purpose.SERVER_AUTH)
        )
        with closing(line):
            line.connect()
            shown = line.sock.getpeercert(binary_form=True) or b""
            assert hashlib.sha256(shown).hexdigest() in self.peers[to].certificates
            line.request("POST", "/network/v1/documents", documents, {"content-type": MEDIA_TYPE})
            [reply] = cut(line.getresponse().read())
        permit = reply["kind"] == "permit"  # which signs itself
        assert permit or self.peers[reply["sender"]].has_written(reply)
        return reply

    def write(self, kind: str, body: str, to: str, about: Document | None = None) -> bytes:
        reply = {"in_reply_to": about["message-id"]} if about else {}
        created = write_instant(self.clock.now())
        head = {"sender": self.me, "recipient": to, "created": created, **reply}
        return write(kind, body, key=self.key, key_id=self.papers["signing key id"], **head)

    def acquire(self, number: str) -> None:
        """Take over the permit list and obtain the symbol of a person."""
        self.take_list(self.call(self.core, "permit-list-request"))
        request = f"<request-id>{uuid.uuid4()}</request-id>"
        process = self.call(self.core, "process-number-request", request).text("process-number")
        arrived = threading.Event()
        self.processes[process] = number, arrived
        self.call(
            self.registry,
            "registry-link",
            f"<process-number>{process}</process-number>"
            f"<individual-number>{number}</individual-number>",
        )
        assert arrived.wait(10)

    # Receiving.

    def receive(self, documents: Sequence[Document]) -> bytes:
        """Return a reply to each document but permits and notices, which belong to inquiries."""
        alone = [one for one in documents if one["kind"] not in {"permit", "notice"}]
        with self.lock:
            return b"".join(self.reply(one, documents) for one in alone)

    def reply(self, document: Document, stream: Sequence[Document]) -> bytes:
        try:
            self.check(document)
            reply = self.find_reply(document) or self.act(document, stream)
        except RefusedError as error:
            return self.refuse(document, error)
        self.replies[document["message-id"]] = document.fields["content-digest"], reply
        return reply

    def find_reply(self, document: Document) -> bytes:
        """Return what the same document got before, nothing if it is new."""
        digest, reply = self.replies.get(document["message-id"], ("", b""))
        if reply and digest != document.fields["content-digest"]:
            raise RefusedError("message.conflict")
        return reply

    def refuse(self, document: Document, error: RefusedError) -> bytes:
        at = f"<retry-at>{write_instant(error.at)}</retry-at>" if error.at else ""
        body = (
            f"<code>{error.code}</code><occurrence>{uuid.uuid4()}</occurrence>"
            "<title-ja>受け付けません</title-ja><title-en>Refused</title-en>"
            f"<detail-ja>{error.code}</detail-ja><detail-en>{error.code}</detail-en>"
            f"<retry>{error.retry}</retry>{at}"
        )
        return self.write("refusal", body, document["sender"], document)

    def check(self, document: Document) -> None:
        if document["recipient"] != self.me:
            raise RefusedError("message.addressee")
        if document["sender"] not in self.peers:
            raise RefusedError("message.sender")
        if not self.peers[document["sender"]].has_written(document):
            raise RefusedError("message.signature")
        created, deadline = read_instant(document["created"]), document["deadline"]
        if document["kind"] != "clock" and created > self.clock.now() + LEEWAY:
            raise RefusedError("message.early", "after", created)
        if deadline and read_instant(deadline) <= self.clock.now():
            raise RefusedError("message.expired")

    def act(self, document: Document, stream: Sequence[Document]) -> bytes:
        kind = document["kind"]
        if kind == "inquiry":
            return self.provide(document, stream)
        if document["sender"] != self.core:
            raise RefusedError("message.sender")
        if kind == "clock":
            self.clock.hear(document)
            self.told.set()
        elif kind == "permit-list":
            self.take_list(document)
        elif kind == "symbol-notice":
            process = self.processes.pop(document.text("process-number"), None)
            if process is None:
                raise RefusedError("symbol.process_unknown")
            self.people[document.text("symbol")], arrived = process
            arrived.set()
        else:
            raise RefusedError("message.kind")
        return self.write("acknowledgement", "", document["sender"], document)

    def take_list(self, document: Document) -> None:
        self.list = [
            {**json.loads(one), "sha256": hashlib.sha256(one.encode()).hexdigest()}
            for one in json.loads(document.body)["editions"]
        ]

    # Providing.

    def provide(self, inquiry: Document, stream: Sequence[Document]) -> bytes:
        core = self.peers[self.core]
        permits = [core.open_permit(one.body) for one in stream if one["kind"] == "permit"]
        notices = [
            one
            for one in stream
            if one["kind"] == "notice" and one.text("inquiry-message-id") == inquiry["message-id"]
        ]
        for one in notices:
            self.check(one)
        permit = next((one for one in permits if one["jti"] == inquiry.text("permit-id")), None)
        if permit is None:
            raise RefusedError("permit.mismatch")
        for one in notices:
            names = ("transaction-number", "permit-id", "inquirer")
            if one["sender"] == self.core and all(one.text(n) == inquiry.text(n) for n in names):
                break
        else:
            raise RefusedError("notice.mismatch")
        self.judge(inquiry, permit)
        return self.answer(inquiry, permit, known=one.text("symbol") in self.people)

    def judge(self, inquiry: Document, permit: Mapping[str, Any]) -> None:
        now = self.clock.now()
        begins = datetime.fromtimestamp(permit["nbf"], UTC)
        if permit["aud"] != self.me:
            raise RefusedError("permit.audience")
        if begins > now + LEEWAY:
            raise RefusedError("permit.not_yet_valid", "after", begins)
        if permit["exp"] <= now.timestamp():
            raise RefusedError("permit.expired", "same_id")
        named = {"": SPACE}
        asked = [
            {
                "name": one.findtext("name", "", named),
                "items": [item.text for item in one.findall("item", named)],
            }
            for one in inquiry.xml.findall("information", named)
        ]
        same = all(str(permit.get(claim, "")) == inquiry.text(tag) for claim, tag in SAME.items())
        if not same or permit["information"] != asked or permit["iss"] != self.core:
            raise RefusedError("permit.mismatch")
        if permit["jti"] in self.used:
            raise RefusedError("permit.used")
        self.check_list(permit)
        self.check_hours(now.astimezone(JST))
        self.used.add(permit["jti"])

    def check_list(self, permit: Mapping[str, Any]) -> None:
        found = [one for one in self.list if one["sha256"] == permit["edition_sha256"]]
        if not found:
            raise RefusedError("permit.edition", "after", self.clock.now() + LEEWAY)
        rows = [one for one in found[0]["rows"] if one["no"] == permit["row"]]
        clauses = [two for one in rows for two in one["clauses"] if two["no"] == permit["clause"]]
        if not clauses:
            raise RefusedError("inquiry.denied.affair")
        ours = {number for number, classes, _ in rows[0]["pairs"] if OURS in classes}
        granted = {
            name
            for pairs, information, *_ in clauses[0]["grants"]
            if ours & set(pairs)
            for name in information
        }
        if not {one["name"] for one in permit["information"]} <= granted:
            raise RefusedError("inquiry.denied.information")

    def check_hours(self, now: datetime) -> None:
        if self.hours is None or self.hours[0] <= f"{now:%H:%M}" < self.hours[1]:
            return
        opens = datetime.strptime(f"{now:%Y-%m-%d} {self.hours[0]} +0900", "%Y-%m-%d %H:%M %z")
        if opens < now:
            opens += timedelta(days=1)
        raise RefusedError("provider.closed", "after", opens.astimezone(UTC))

    def answer(self, inquiry: Document, permit: Mapping[str, Any], *, known: bool) -> bytes:
        number = f"<transaction-number>{permit['transaction_number']}</transaction-number>"
        if not known:
            body = f"{number}<state>sent</state>"
            return self.write("receipt", body, inquiry["sender"], inquiry)
        as_of = self.clock.now().astimezone(JST).date()
        told = "".join(
            f"<information><name>{escape(one['name'])}</name><as-of>{as_of}</as-of>"
            + "".join(f"<item><id>{item}</id><value>1</value></item>" for item in one["items"])
            + "</information>"
            for one in permit["information"]
        )
        body = f"{number}<permit-id>{permit['jti']}</permit-id><state>answered</state>{told}"
        return self.write("answer", body, inquiry["sender"], inquiry)
