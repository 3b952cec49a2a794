"""The header block of a document: fixed fields in a fixed order, and what of it is signed.

The signature follows RFC 9421 with everything that standard leaves open nailed down: one label
`sig1`; all header fields covered, in their order; parameters created, keyid, alg, tag.
"""

import re
from typing import Final, NamedTuple

from wire.errors import WireError
from wire.instants import INSTANT
from wire.keys import KEY_ID

XML_TYPE: Final = "application/xml"
PERMIT_TYPE: Final = "application/provision-permit+jws"
JSON_TYPE: Final = "application/json"

XML_KINDS: Final = (
    "permit-request",
    "inquiry",
    "notice",
    "answer",
    "receipt",
    "refusal",
    "process-number-request",
    "process-number",
    "registry-link",
    "resident-link",
    "symbol-notice",
    "basic-request",
    "basic-items",
    "record-request",
    "record-list",
    "information-request",
    "own-information",
    "clock",
    "permit-list-request",
    "acknowledgement",
)
CONTENT_TYPES: Final[dict[str, str]] = {
    **dict.fromkeys(XML_KINDS, XML_TYPE),
    "permit": PERMIT_TYPE,
    "permit-list": JSON_TYPE,
}
"""Document kind to the one content type of its body."""

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TAG = "nakadachi"
# The last character before the padding carries unused bits, which must be zero.
_DIGEST = "sha-256=:([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=):"
_SIGNATURE = "sig1=:([A-Za-z0-9+/]{85}[AQgw]==):"
_INPUT = (
    rf"sig1=\(([a-z \"-]*)\);created=([0-9]{{1,12}});keyid=\"({KEY_ID})\""
    rf";alg=\"([a-z0-9_-]{{1,40}})\";tag=\"{_TAG}\""
)

_TYPE = "|".join(map(re.escape, sorted({XML_TYPE, PERMIT_TYPE, JSON_TYPE})))

_FIELDS: Final[tuple[tuple[str, str, bool], ...]] = (
    ("content-type", f"({_TYPE})", True),
    ("content-length", "([1-9][0-9]{0,8})", True),
    ("content-digest", _DIGEST, True),
    ("nakadachi-kind", f"({'|'.join(CONTENT_TYPES)})", True),
    ("nakadachi-message-id", f"({_UUID})", True),
    ("nakadachi-sender", "([0-9]{6})", True),
    ("nakadachi-recipient", "([0-9]{6})", True),
    ("nakadachi-in-reply-to", f"({_UUID})", False),
    ("nakadachi-created", f"({INSTANT})", True),
    ("nakadachi-deadline", f"({INSTANT})", False),
    ("signature-input", _INPUT, False),
    ("signature", _SIGNATURE, False),
)
# Name, pattern of the value, whether it must stand; in the order of the block.
_SIGNATURE_FIELDS = ("signature-input", "signature")
_COVERED = tuple(name for name, _, _ in _FIELDS if name not in _SIGNATURE_FIELDS)
_VALUES = {name: re.compile(pattern) for name, pattern, _ in _FIELDS}
_REQUIRED = tuple(name for name, _, required in _FIELDS if required)


def _line(name: str, pattern: str, *, required: bool) -> str:
    return f"{name}: {pattern}\r\n" if required else f"(?:{name}: {pattern}\r\n)?"


_BLOCK = re.compile(
    "".join(_line(name, pattern, required=required) for name, pattern, required in _FIELDS[:-2])
    + f"(?:{''.join(_line(name, pattern, required=True) for name, pattern, _ in _FIELDS[-2:])})?"
)
# A whole header block without its blank line; groups as in `Header`, then as in `Signed`.


class Header(NamedTuple):
    """The values of the covered header fields, as their texts."""

    content_type: str
    content_length: str
    digest: str
    kind: str
    message_id: str
    sender: str
    recipient: str
    in_reply_to: str | None
    created: str
    deadline: str | None

    def block(self) -> str:
        """Return the covered header lines, each ended by CRLF."""
        reply, deadline = self.in_reply_to, self.deadline
        return (
            f"content-type: {self.content_type}\r\n"
            f"content-length: {self.content_length}\r\n"
            f"content-digest: sha-256=:{self.digest}:\r\n"
            f"nakadachi-kind: {self.kind}\r\n"
            f"nakadachi-message-id: {self.message_id}\r\n"
            f"nakadachi-sender: {self.sender}\r\n"
            f"nakadachi-recipient: {self.recipient}\r\n"
            + (f"nakadachi-in-reply-to: {reply}\r\n" if reply else "")
            + f"nakadachi-created: {self.created}\r\n"
            + (f"nakadachi-deadline: {deadline}\r\n" if deadline else "")
        )

    def components(self) -> str:
        """Return the list of covered components: every line of `block`, in its order."""
        return _COMPONENTS[self.in_reply_to is not None, self.deadline is not None]


class Signed(NamedTuple):
    """The values of the signature fields, as their texts."""

    components: str
    created: str
    key_id: str
    algorithm: str
    signature: str

    def parameters(self) -> str:
        """Return the RFC 9421 signature parameters."""
        return (
            f"({self.components});created={self.created}"
            f';keyid="{self.key_id}";alg="{self.algorithm}";tag="{_TAG}"'
        )

    def lines(self) -> str:
        """Return the two signature lines, each ended by CRLF."""
        return (
            f"signature-input: sig1={self.parameters()}\r\nsignature: sig1=:{self.signature}:\r\n"
        )


def read_block(block: str) -> tuple[Header, Signed | None]:
    """Return the values of a header block without its blank line.

    Raises:
        WireError: `wire.document.*`, `signature.duplicate`, `signature.profile`.
    """
    match = _BLOCK.fullmatch(block)
    if match is None:
        raise _fault(block)
    groups = match.groups()
    covered = len(_COVERED)
    return Header(*groups[:covered]), Signed(*groups[covered:]) if groups[-1] else None


def _listed(*, reply: bool, deadline: bool) -> str:
    absent = {"nakadachi-in-reply-to": not reply, "nakadachi-deadline": not deadline}
    return " ".join(f'"{name}"' for name in _COVERED if not absent.get(name))


_COMPONENTS = {
    (reply, deadline): _listed(reply=reply, deadline=deadline)
    for reply in (False, True)
    for deadline in (False, True)
}


def signature_base(block: str, parameters: str) -> bytes:
    """Return the RFC 9421 signature base of the covered lines `block`."""
    # No value holds ": " or a line end, so the lines turn into base lines by replacement.
    lines = block[:-2].replace(": ", '": ').replace("\r\n", '\n"')
    return f'"{lines}\n"@signature-params": {parameters}'.encode("ascii")


def _fault(block: str) -> WireError:
    """Return why `block`, which does not match as a whole, is refused.

    The path names a field only if it is one of ours: other names are received content.
    """
    seen: list[str] = []
    for line in block.removesuffix("\r\n").split("\r\n"):
        fault = _line_fault(line, seen)
        if fault is not None:
            return fault
        seen.append(line.partition(": ")[0])
    missing = next((name for name in _REQUIRED if name not in seen), None)
    if missing is not None:
        return WireError("wire.document.missing", f"header.{missing}", "The field is missing.")
    if ("signature" in seen) != ("signature-input" in seen):
        return WireError("signature.profile", "header.signature", "Both fields belong together.")
    return WireError("wire.document.order", "header", "The fields are not in their order.")


def _line_fault(line: str, seen: list[str]) -> WireError | None:
    """Return what is wrong with one header line, or None."""
    name, _, value = line.partition(": ")
    path = f"header.{name}"
    if line.startswith((" ", "\t")):
        return WireError("wire.document.folded", "header", "Folded fields are refused.")
    if name not in _VALUES:
        return WireError("wire.document.unknown", "header", "The field is not of the profile.")
    signature = name in _SIGNATURE_FIELDS
    if name in seen or (signature and "," in value):
        code = "signature.duplicate" if signature else "wire.document.duplicate"
        return WireError(code, path, "The field or its value stands twice.")
    if not _VALUES[name].fullmatch(value):
        code = "signature.profile" if signature else "wire.document.value"
        return WireError(code, path, "The value does not follow the profile.")
    return None
