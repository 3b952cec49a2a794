from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from wire.documents import XML_TYPE, Document, decode_stream, seal
from wire.errors import WireError
from wire.keys import RSA_PKCS1
from wire.signatures import ECDSA_P256, KeyRing, Signer, verify

ID = "0f0e0d0c-0b0a-4909-8807-060504030201"
OTHER_ID = "11111111-2222-4333-8444-555555555555"
NOON = datetime(2025, 11, 23, 12, 0, 0, 250_000, tzinfo=UTC)
EC_KEY = ec.derive_private_key(7, ec.SECP256R1())
OTHER_EC_KEY = ec.derive_private_key(8, ec.SECP256R1())
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
P256 = Signer("p256", ECDSA_P256, EC_KEY)
RING = KeyRing(
    {
        "p256": ("990011", ECDSA_P256, EC_KEY.public_key()),
        "rsa": ("990011", RSA_PKCS1, rsa.generate_private_key(65537, 2048).public_key()),
        "same-key-other-name": ("990011", ECDSA_P256, EC_KEY.public_key()),
        "other": ("990037", ECDSA_P256, OTHER_EC_KEY.public_key()),
    }
)


def sealed(
    signer: Signer | None = P256,
    *,
    body: bytes = b"<body/>",
    created: datetime = NOON,
    reply: str = OTHER_ID,
) -> Document:
    return seal(
        kind="receipt",
        message_id=ID,
        sender="990011",
        recipient="990029",
        created=created,
        body=body,
        content_type=XML_TYPE,
        in_reply_to=reply,
        deadline=NOON + timedelta(seconds=30),
        signer=signer,
    )


def outcome(data: bytes) -> str:
    """Return the code that refuses the first document of `data`, or `accepted`."""
    try:
        document = decode_stream(data)[0]
        if isinstance(document, WireError):
            raise document
        verify(document, RING, now=NOON)
    except WireError as error:
        return error.code
    return "accepted"


GOOD = sealed().raw
HEAD, _, BODY = GOOD.partition(b"\r\n\r\n")
LINES = HEAD.split(b"\r\n")
SIGNATURE = LINES[-1].removeprefix(b"signature: sig1=:").removesuffix(b":")
R, S = b64decode(SIGNATURE)[:32], b64decode(SIGNATURE)[32:]
COVERED = [line.split(b":")[0].decode() for line in LINES[:-2]]
CREATED = int(NOON.timestamp())
PARAMETERS = f';created={CREATED};keyid="p256";alg="ecdsa-p256-sha256";tag="nakadachi"'


def swapped(old: bytes, new: bytes) -> bytes:
    assert old in GOOD
    return GOOD.replace(old, new)


def with_signature(raw: bytes) -> bytes:
    return swapped(SIGNATURE, b64encode(raw))


def with_lines(*lines: bytes) -> bytes:
    return b"\r\n".join(lines) + b"\r\n\r\n" + BODY


def forged(covered: list[str], parameters: str = PARAMETERS, label: str = "sig1") -> bytes:
    """Return the document signed with the right key over other components or parameters."""
    values = dict(line.decode().split(": ", 1) for line in LINES)
    values["@method"] = "POST"
    components = " ".join(f'"{name}"' for name in covered)
    base = [f'"{name}": {values[name]}' for name in covered]
    base.append(f'"@signature-params": ({components}){parameters}')
    signature = b64encode(P256.sign("\n".join(base).encode())).decode()
    return with_lines(
        *LINES[:-2],
        f"signature-input: {label}=({components}){parameters}".encode(),
        f"signature: {label}=:{signature}:".encode(),
    )


def test_a_forgery_that_changes_nothing_is_accepted() -> None:
    assert outcome(forged(COVERED)) == "accepted"


SECOND = b', sig2=("content-digest");created=1;keyid="p256"'
VARIANTS = {
    "unsigned": (sealed(None).raw, "signature.missing"),
    "body replaced": (swapped(b"<body/>", b"<bodi/>"), "wire.document.digest"),
    "body and digest replaced": (
        sealed(None, body=b"<bodi/>").raw.replace(
            b"\r\n\r\n", b"\r\n" + b"\r\n".join(LINES[-2:]) + b"\r\n\r\n"
        ),
        "signature.bad",
    ),
    "kind replaced": (swapped(b"kind: receipt", b"kind: answer"), "signature.bad"),
    "message id replaced": (swapped(ID.encode(), OTHER_ID.encode()), "signature.bad"),
    "recipient replaced": (swapped(b"990029", b"990037"), "signature.bad"),
    "reply replaced": (swapped(OTHER_ID.encode(), ID.encode()), "signature.bad"),
    "reply removed": (
        swapped(b"nakadachi-in-reply-to: " + OTHER_ID.encode() + b"\r\n", b""),
        "signature.profile",
    ),
    "deadline prolonged": (swapped(b"12:00:30.250Z", b"12:00:31.250Z"), "signature.bad"),
    "deadline removed": (with_lines(*LINES[:9], *LINES[10:]), "signature.profile"),
    "created moved within its second": (
        swapped(b"12:00:00.250Z", b"12:00:00.251Z"),
        "signature.bad",
    ),
    "created moved to another second": (
        swapped(b"12:00:00.250Z", b"12:00:01.250Z"),
        "signature.created",
    ),
    "signature's created moved": (
        swapped(f"created={CREATED}".encode(), f"created={CREATED + 1}".encode()),
        "signature.created",
    ),
    "created with a leading zero": (swapped(b";created=", b";created=0"), "signature.created"),
    "created negative": (swapped(b";created=", b";created=-"), "signature.profile"),
    "created as a decimal": (
        forged(COVERED, PARAMETERS.replace(str(CREATED), f"{CREATED}.0")),
        "signature.profile",
    ),
    "sender replaced": (swapped(b"sender: 990011", b"sender: 990037"), "signature.sender"),
    "another sender's key": (swapped(b'keyid="p256"', b'keyid="other"'), "signature.sender"),
    "unknown key": (swapped(b'keyid="p256"', b'keyid="nobody"'), "signature.unknown_key"),
    "the same key by another name": (
        swapped(b'keyid="p256"', b'keyid="same-key-other-name"'),
        "signature.bad",
    ),
    "key without an id": (
        forged(COVERED, PARAMETERS.replace(';keyid="p256"', "")),
        "signature.profile",
    ),
    "algorithm of another key": (
        swapped(b'alg="ecdsa-p256-sha256"', b'alg="ed25519"'),
        "signature.algorithm",
    ),
    "algorithm with a shared secret": (
        swapped(b'alg="ecdsa-p256-sha256"', b'alg="hmac-sha256"'),
        "signature.algorithm",
    ),
    "algorithm none": (swapped(b'alg="ecdsa-p256-sha256"', b'alg="none"'), "signature.algorithm"),
    "algorithm missing": (
        forged(COVERED, PARAMETERS.replace(';alg="ecdsa-p256-sha256"', "")),
        "signature.profile",
    ),
    "a permit's RSA key": (
        swapped(b'keyid="p256";alg="ecdsa-p256-sha256"', b'keyid="rsa";alg="rsa-v1_5-sha256"'),
        "signature.algorithm",
    ),
    "digest not covered": (
        forged([name for name in COVERED if name != "content-digest"]),
        "signature.profile",
    ),
    "only the digest covered": (forged(["content-digest"]), "signature.profile"),
    "nothing covered": (forged([]), "signature.profile"),
    "components in another order": (forged(COVERED[::-1]), "signature.profile"),
    "a derived component covered": (forged([*COVERED, "@method"]), "signature.profile"),
    "a component covered twice": (
        swapped(b'"content-type" "', b'"content-type" "content-type" "'),
        "signature.profile",
    ),
    "a component with a parameter": (
        swapped(b'"content-type" "', b'"content-type";sf "'),
        "signature.profile",
    ),
    "two spaces between components": (
        swapped(b'"content-type" "', b'"content-type"  "'),
        "signature.profile",
    ),
    "tag of another application": (
        forged(COVERED, PARAMETERS.replace("nakadachi", "other")),
        "signature.profile",
    ),
    "tag missing": (
        forged(COVERED, PARAMETERS.replace(';tag="nakadachi"', "")),
        "signature.profile",
    ),
    "parameters in another order": (
        forged(COVERED, f';keyid="p256";created={CREATED};alg="ecdsa-p256-sha256";tag="nakadachi"'),
        "signature.profile",
    ),
    "expiry added": (forged(COVERED, PARAMETERS + ";expires=9999999999"), "signature.profile"),
    "nonce added": (forged(COVERED, PARAMETERS + ';nonce="a"'), "signature.profile"),
    "unknown parameter": (forged(COVERED, PARAMETERS + ";a=1"), "signature.profile"),
    "space before a parameter": (swapped(b";keyid", b"; keyid"), "signature.profile"),
    "another label": (forged(COVERED, label="sig2"), "signature.profile"),
    "labels differ": (swapped(b"signature: sig1", b"signature: sig2"), "signature.profile"),
    "second signature input": (
        with_lines(*LINES[:-2], LINES[-2] + SECOND, LINES[-1]),
        "signature.duplicate",
    ),
    "second signature": (
        with_lines(*LINES[:-1], LINES[-1] + b", sig2=:AAAA:"),
        "signature.duplicate",
    ),
    "signature input line twice": (
        with_lines(*LINES[:-1], LINES[-2], LINES[-1]),
        "signature.duplicate",
    ),
    "signature line twice": (with_lines(*LINES, LINES[-1]), "signature.duplicate"),
    "signature without input": (with_lines(*LINES[:-2], LINES[-1]), "signature.profile"),
    "input without signature": (with_lines(*LINES[:-1]), "signature.profile"),
    "signature before input": (
        with_lines(*LINES[:-2], LINES[-1], LINES[-2]),
        "wire.document.order",
    ),
    "upper-case field name": (swapped(b"signature: ", b"Signature: "), "wire.document.unknown"),
    "signature of zeros": (with_signature(bytes(64)), "signature.bad"),
    "r of zero": (with_signature(bytes(32) + S), "signature.bad"),
    "s of zero": (with_signature(R + bytes(32)), "signature.bad"),
    "s beyond the order": (with_signature(R + b"\xff" * 32), "signature.bad"),
    "r beyond the order": (with_signature(ORDER.to_bytes(32, "big") + S), "signature.bad"),
    "halves exchanged": (with_signature(S + R), "signature.bad"),
    "one bit flipped": (with_signature(R + S[:-1] + bytes([S[-1] ^ 1])), "signature.bad"),
    "signature in DER": (with_signature(EC_KEY.sign(b"", ec.ECDSA(SHA256()))), "signature.profile"),
    "signature too short": (with_signature(R + S[:-1]), "signature.profile"),
    "signature too long": (with_signature(R + S + b"\x00"), "signature.profile"),
    "signature empty": (swapped(SIGNATURE, b""), "signature.profile"),
    "signature without padding": (swapped(SIGNATURE, SIGNATURE.rstrip(b"=")), "signature.profile"),
    "signature in base64url": (swapped(SIGNATURE, b"-" * 86 + b"=="), "signature.profile"),
    "unused bits of base64 set": (
        swapped(SIGNATURE, SIGNATURE[:-3] + bytes([SIGNATURE[-3] + 1]) + b"=="),
        "signature.profile",
    ),
    "signature with a parameter": (
        with_lines(*LINES[:-1], LINES[-1] + b";a=1"),
        "signature.profile",
    ),
    "signature of another document": (
        swapped(LINES[-1], sealed(P256, reply=ID).raw.partition(b"\r\n\r\n")[0].split(b"\r\n")[-1]),
        "signature.bad",
    ),
    "signed by another key": (
        sealed(Signer("p256", ECDSA_P256, OTHER_EC_KEY)).raw,
        "signature.bad",
    ),
    "digest in another algorithm": (swapped(b"sha-256=", b"sha-512="), "wire.document.value"),
    "two digests": (
        swapped(b"\r\nnakadachi-kind", b", sha-512=:AA==:\r\nnakadachi-kind"),
        "wire.document.value",
    ),
    "digest missing": (with_lines(*LINES[:2], *LINES[3:]), "wire.document.missing"),
    "made too long ago": (sealed(created=NOON - timedelta(seconds=301)).raw, "signature.created"),
    "made too far ahead": (sealed(created=NOON + timedelta(seconds=301)).raw, "signature.created"),
    "made just in time": (sealed(created=NOON - timedelta(seconds=300)).raw, "accepted"),
    "made just not ahead": (sealed(created=NOON + timedelta(seconds=300)).raw, "accepted"),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_substituted_signatures_are_refused_for_their_reason(name: str) -> None:
    data, code = VARIANTS[name]
    assert outcome(data) == code


def test_every_single_byte_of_a_document_is_protected() -> None:
    for place in range(len(GOOD)):
        data = GOOD[:place] + bytes([GOOD[place] ^ 1]) + GOOD[place + 1 :]
        assert outcome(data) != "accepted"
