"""The bodies of network documents: one class per message, XML valid under one schema."""

from dataclasses import replace
from importlib.resources import files
from typing import Final, cast

from wire.errors import WireError
from wire.messages.basics import BasicItems, BasicRequest
from wire.messages.codec import Codec
from wire.messages.control import Acknowledgement, Clock, PermitListRequest, Refusal
from wire.messages.disclosure import (
    DisclosedRecord,
    InformationRequest,
    OwnInformation,
    RecordList,
    RecordRequest,
)
from wire.messages.exchange import (
    Answer,
    AnsweredInformation,
    AnsweredItem,
    Inquiry,
    Notice,
    PermitRequest,
    Receipt,
    RequestedInformation,
)
from wire.messages.symbols import (
    ProcessNumber,
    ProcessNumberRequest,
    RegistryLink,
    ResidentLink,
    SymbolNotice,
)
from wire.xml import NAMESPACE, NETWORK, compile_schema, parse

__all__ = [
    "MESSAGE_CLASSES",
    "SCHEMA",
    "Acknowledgement",
    "Answer",
    "AnsweredInformation",
    "AnsweredItem",
    "BasicItems",
    "BasicRequest",
    "Clock",
    "DisclosedRecord",
    "InformationRequest",
    "Inquiry",
    "Message",
    "Notice",
    "OwnInformation",
    "PermitListRequest",
    "PermitRequest",
    "ProcessNumber",
    "ProcessNumberRequest",
    "Receipt",
    "RecordList",
    "RecordRequest",
    "Refusal",
    "RegistryLink",
    "RequestedInformation",
    "ResidentLink",
    "SymbolNotice",
    "decode",
    "encode",
    "kind_of",
]

Message = (
    PermitRequest
    | Inquiry
    | Notice
    | Answer
    | Receipt
    | Refusal
    | ProcessNumberRequest
    | ProcessNumber
    | RegistryLink
    | ResidentLink
    | SymbolNotice
    | BasicRequest
    | BasicItems
    | RecordRequest
    | RecordList
    | InformationRequest
    | OwnInformation
    | Clock
    | PermitListRequest
    | Acknowledgement
)

MESSAGE_CLASSES: Final[dict[str, type[Message]]] = {
    "permit-request": PermitRequest,
    "inquiry": Inquiry,
    "notice": Notice,
    "answer": Answer,
    "receipt": Receipt,
    "refusal": Refusal,
    "process-number-request": ProcessNumberRequest,
    "process-number": ProcessNumber,
    "registry-link": RegistryLink,
    "resident-link": ResidentLink,
    "symbol-notice": SymbolNotice,
    "basic-request": BasicRequest,
    "basic-items": BasicItems,
    "record-request": RecordRequest,
    "record-list": RecordList,
    "information-request": InformationRequest,
    "own-information": OwnInformation,
    "clock": Clock,
    "permit-list-request": PermitListRequest,
    "acknowledgement": Acknowledgement,
}
"""Document kind to message class; the root element of a body has the name of the kind."""

SCHEMA: Final = compile_schema(files(__name__).joinpath("network.xsd").read_bytes())
"""The one schema, compiled once."""

_KINDS: Final = {message_class: kind for kind, message_class in MESSAGE_CLASSES.items()}
_CODECS: Final = {kind: Codec(found) for kind, found in MESSAGE_CLASSES.items()}
# Decoding compares with our own encoding, which is stricter than the serialiser's comparison.
_UNCOMPARED: Final = replace(NETWORK, canonical=False)


def kind_of(message: Message) -> str:
    """Return the document kind of a message, such as `permit-request`."""
    return _KINDS[type(message)]


def encode(message: Message) -> bytes:
    """Return the body of a document: UTF-8 XML in its only form, without declaration.

    Raises:
        WireError: `wire.message.*`, a field holds what its type does not allow.
    """
    kind = _KINDS[type(message)]
    parts: list[str] = []
    _CODECS[kind].write(message, parts)
    opening = f'<{kind} xmlns="{NAMESPACE}"'
    return (f"{opening}>{''.join(parts)}</{kind}>" if parts else f"{opening}/>").encode()


def decode(kind: str, body: bytes) -> Message:
    """Return the message that `body`, of a document of this `kind`, holds.

    Raises:
        WireError: `wire.message.*`, `wire.xml.*`; whatever the bytes are, nothing else.
    """
    codec = _CODECS.get(kind)
    if codec is None:
        raise WireError("wire.message.kind", "", "No XML message travels under this kind.")
    root = parse(body, SCHEMA, _UNCOMPARED)
    if root.tag != f"{{{NAMESPACE}}}{kind}":
        raise WireError("wire.message.kind", "/*", "The body is not of the document's kind.")
    message = cast("Message", codec.read(root))
    if encode(message) != body:
        raise WireError("wire.xml.canonical", "", "The document is not in its canonical form.")
    return message
