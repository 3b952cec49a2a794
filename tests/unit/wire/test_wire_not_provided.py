from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec

from wire.documents import XML_TYPE, Document, seal
from wire.messages import Answer, encode
from wire.signatures import ECDSA_P256, Signer

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SIGNER = Signer("key-b", ECDSA_P256, ec.derive_private_key(9, ec.SECP256R1()))


def ids(number: int) -> list[str]:
    return [f"{number:08x}-{number:04x}-4000-8000-{number * place:012x}" for place in range(1, 5)]


def answered(number: int) -> Document:
    transaction_number, permit_id, message_id, in_reply_to = ids(number)
    answer = Answer(
        transaction_number=transaction_number, permit_id=permit_id, state="not_provided"
    )
    return seal(
        kind="answer",
        message_id=message_id,
        sender="990029",
        recipient="990011",
        created=NOON + timedelta(milliseconds=number * 977),
        body=encode(answer),
        content_type=XML_TYPE,
        in_reply_to=in_reply_to,
        signer=SIGNER,
    )


def masked(number: int) -> bytes:
    """Return the document with ids, instants, digest and signature replaced by x."""
    document = answered(number)
    head, _, body = document.raw.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    for place in (2, -1):  # digest and signature follow from the rest
        lines[place] = b"x" * len(lines[place])
    raw = b"\r\n".join(lines) + b"\r\n\r\n" + body
    instant = document.created.isoformat(timespec="milliseconds").removesuffix("+00:00")
    for text in (*ids(number), instant, str(int(document.created.timestamp()))):
        assert text.encode() in raw
        raw = raw.replace(text.encode(), b"x" * len(text))
    return raw


def test_answers_that_provide_nothing_differ_only_in_ids_instants_and_signature() -> None:
    assert len({masked(number) for number in range(1, 500, 7)}) == 1
