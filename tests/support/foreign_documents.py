"""Documents of `/network/v1` as somebody else would read and write them.

Written from docs/testers/speaks.md alone: nothing here is shared with the project.
"""

import base64
import hashlib
import json
import re
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

SPACE = "urn:nakadachi:network:1"
FIELDS = (
    "content-type",
    "content-length",
    "content-digest",
    "nakadachi-kind",
    "nakadachi-message-id",
    "nakadachi-sender",
    "nakadachi-recipient",
    "nakadachi-in-reply-to",
    "nakadachi-created",
    "nakadachi-deadline",
)


class UnreadableError(Exception):
    """The stream cannot be cut into documents."""


class RefusedError(Exception):
    """A document is refused, with a code of docs/reference/errors.md."""

    def __init__(self, code: str, retry: str = "never", at: datetime | None = None) -> None:
        super().__init__(code)
        self.code, self.retry, self.at = code, retry, at


def write_instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def read_instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC)


@dataclass(frozen=True)
class Document:
    """One document: its header fields in their order, and its body."""

    fields: Mapping[str, str]
    body: bytes

    def __getitem__(self, name: str) -> str:
        return self.fields.get(f"nakadachi-{name}", "")

    @property
    def xml(self) -> ET.Element:
        try:
            return ET.fromstring(self.body)  # noqa: S314  # counterparties of our own tests
        except ET.ParseError as error:
            raise RefusedError("message.malformed") from error

    def text(self, path: str) -> str:
        return self.xml.findtext(path, "", {"": SPACE})


def cut(stream: bytes) -> list[Document]:
    found = []
    while stream:
        head, blank, rest = stream.partition(b"\r\n\r\n")
        fields = dict(line.partition(": ")[::2] for line in head.decode("latin-1").split("\r\n"))
        length = fields.get("content-length", "")
        names = [name for name in fields if not name.startswith("signature")]
        if not blank or not length.isdecimal() or len(rest) < int(length):
            raise UnreadableError("length")
        if names != [name for name in FIELDS if name in fields]:
            raise UnreadableError("header")
        found.append(Document(fields, rest[: int(length)]))
        stream = rest[int(length) :]
    return found


def digest_of(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def list_parameters(fields: Mapping[str, str], key_id: str) -> str:
    covered = " ".join(f'"{name}"' for name in FIELDS if name in fields)
    created = int(read_instant(fields["nakadachi-created"]).timestamp())
    return f'({covered});created={created};keyid="{key_id}";alg="ecdsa-p256-sha256";tag="nakadachi"'


def base_of(fields: Mapping[str, str], parameters: str) -> bytes:
    lines = [f'"{name}": {fields[name]}' for name in FIELDS if name in fields]
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode("ascii")


def write(
    kind: str, body: str, *, key: ec.EllipticCurvePrivateKey, key_id: str, **about: str
) -> bytes:
    """Return a signed document; `about` are its further fields, without what they begin with."""
    content = f'<{kind} xmlns="{SPACE}">{body}</{kind}>' if body else f'<{kind} xmlns="{SPACE}"/>'
    octets = content.encode()
    told = {"kind": kind, "message-id": str(uuid.uuid4())} | {
        name.replace("_", "-"): value for name, value in about.items()
    }
    every = {f"nakadachi-{name}": value for name, value in told.items()} | {
        "content-type": "application/xml",
        "content-length": str(len(octets)),
        "content-digest": digest_of(octets),
    }
    fields = {name: every[name] for name in FIELDS if name in every}
    parameters = list_parameters(fields, key_id)
    pair = utils.decode_dss_signature(
        key.sign(base_of(fields, parameters), ec.ECDSA(hashes.SHA256()))
    )
    signature = base64.b64encode(b"".join(one.to_bytes(32, "big") for one in pair)).decode()
    fields |= {"signature-input": f"sig1={parameters}", "signature": f"sig1=:{signature}:"}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return head.encode("ascii") + b"\r\n" + octets


@dataclass(frozen=True)
class Peer:
    """One institution of the directory; keys by id and algorithm."""

    url: str
    certificates: frozenset[str]
    keys: Mapping[tuple[str, str], Any]

    def has_signed(self, key_id: str, algorithm: str, signature: bytes, signed: bytes) -> bool:
        key = self.keys.get((key_id, algorithm))
        if key is None or len(signature) != 64:
            return False
        pair = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        try:
            key.verify(utils.encode_dss_signature(*pair), signed, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True

    def has_written(self, document: Document) -> bool:
        """Return whether its signature covers every field, and the digest the body."""
        fields = document.fields
        named = re.fullmatch(r'sig1=(.*;keyid="([^"]+)";.*)', fields.get("signature-input", ""))
        made = re.fullmatch(r"sig1=:([A-Za-z0-9+/=]+):", fields.get("signature", ""))
        if not named or not made or fields.get("content-digest") != digest_of(document.body):
            return False
        parameters, key_id = named.groups()
        base, signature = base_of(fields, parameters), base64.b64decode(made[1])
        return parameters == list_parameters(fields, key_id) and self.has_signed(
            key_id, "ecdsa-p256-sha256", signature, base
        )

    def open_permit(self, compact: bytes) -> dict[str, Any]:
        """Return the claims of a permit that this peer issued."""
        parts = compact.decode("ascii").split(".")
        padded = [base64.urlsafe_b64decode(one + "=" * (-len(one) % 4)) for one in parts]
        header = json.loads(padded[0])
        signed = ".".join(parts[:2]).encode()
        if header["alg"] != "ES256" or not self.has_signed(
            header["kid"], "ES256", padded[2], signed
        ):
            raise RefusedError("permit.signature")
        claims: dict[str, Any] = json.loads(padded[1])
        return claims


def load_directory(path: Path) -> dict[str, Peer]:
    return {
        one["institution"]: Peer(
            one["url"],
            frozenset(one["tls_sha256"]),
            {
                (key["key_id"], key["algorithm"]): serialization.load_pem_public_key(
                    key["public_key"].encode()
                )
                for key in one["key"]
            },
        )
        for one in tomllib.loads(path.read_text(encoding="utf-8"))["peer"]
    }


@dataclass
class Clock:
    """The time of the space, as the core last told it."""

    since: datetime | None = None
    offset: timedelta = timedelta()
    pace: int = 1000

    def now(self) -> datetime:
        real = datetime.now(UTC)  # noqa: TID251  # this system has no ports of ours
        since = self.since or real
        return since + self.offset + (real - since) * self.pace / 1000

    def hear(self, told: Document) -> None:
        self.offset = timedelta(milliseconds=int(told.text("offset-milliseconds")))
        self.since = read_instant(told.text("since")) if told.text("since") else None
        self.pace = int(told.text("pace") or 1000)
