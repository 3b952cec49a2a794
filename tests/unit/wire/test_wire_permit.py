import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from joserfc import jwk, jws

from wire.errors import WireError
from wire.keys import ECDSA_P256, ED25519, RSA_PKCS1, KeyRing, PrivateKey, sign_bytes
from wire.permit import MAX_BYTES, PermitClaims, PermitGrant, issue, read

ID = "0f0e0d0c-0b0a-4909-8807-060504030201"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EC_KEY = ec.derive_private_key(7, ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
RSA_KEY = rsa.generate_private_key(65537, 2048)
KEYS: dict[str, tuple[str, PrivateKey]] = {
    "ES256": ("ec", EC_KEY),
    "EdDSA": ("ed", ED_KEY),
    "RS256": ("rsa", RSA_KEY),
}
RING = KeyRing(
    {
        "ec": ("990003", ECDSA_P256, EC_KEY.public_key()),
        "ed": ("990003", ED25519, ED_KEY.public_key()),
        "rsa": ("990003", RSA_PKCS1, RSA_KEY.public_key()),
        "another-core": ("990045", ECDSA_P256, EC_KEY.public_key()),
    }
)
CLAIMS = PermitClaims(
    permit_id=ID,
    issuer="990003",
    audience="990029",
    inquirer="990011",
    instrument="shourei-r6",
    row="20の2",
    clause="7",
    information=(PermitGrant(information="地方税関係情報", items=("市町村民税", "所得額")),),
    transaction_number=ID,
    edition_sha256="ab" * 32,
    request_message_id=ID,
    issued_at=NOON,
    not_before=NOON,
    expires_at=NOON.replace(minute=5),
)
ALGORITHMS = pytest.mark.parametrize("alg", KEYS)
GOOD = issue(CLAIMS, EC_KEY, "ec")
HEADER = {"alg": "ES256", "kid": "ec", "typ": "provision-permit+jws"}


def encoded(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


def decoded(text: bytes) -> bytes:
    return urlsafe_b64decode(text + b"==")


PAYLOAD = decoded(GOOD.split(b".")[1])
VALUES: dict[str, Any] = json.loads(PAYLOAD)


def canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def forged(header: object = None, payload: object = None, key: PrivateKey = EC_KEY) -> bytes:
    """Return a token whose signature is right, over whatever header and payload."""
    header = HEADER if header is None else header
    payload = PAYLOAD if payload is None else payload
    parts = [part if isinstance(part, bytes) else canonical(part) for part in (header, payload)]
    signed = b".".join(map(encoded, parts))
    return signed + b"." + encoded(sign_bytes(key, signed))


def claims(**changes: object) -> bytes:
    return forged(payload=VALUES | changes)


def without(name: str) -> bytes:
    return forged(payload={key: value for key, value in VALUES.items() if key != name})


def outcome(token: bytes) -> str:
    try:
        read(token, RING)
    except WireError as error:
        return error.code.removeprefix("wire.permit.")
    return "accepted"


@ALGORITHMS
@pytest.mark.parametrize("clause", [None, "7"])
def test_an_issued_permit_reads_back_as_its_claims(alg: str, clause: str | None) -> None:
    key_id, key = KEYS[alg]
    permit = replace(CLAIMS, clause=clause)
    assert read(issue(permit, key, key_id, alg), RING) == permit


def test_instants_are_cut_to_seconds() -> None:
    permit = replace(CLAIMS, issued_at=NOON.replace(microsecond=999_999))
    assert read(issue(permit, EC_KEY, "ec"), RING) == CLAIMS


def test_a_permit_holds_the_registered_names_and_no_person() -> None:
    assert VALUES.keys() == {
        "iss", "aud", "nbf", "exp", "iat", "jti", "inquirer", "instrument", "row", "clause",
        "information", "transaction_number", "edition_sha256", "request_message_id",
    }  # fmt: skip
    assert VALUES["information"] == [{"name": "地方税関係情報", "items": ["市町村民税", "所得額"]}]
    assert canonical(VALUES) == PAYLOAD


@ALGORITHMS
def test_another_library_verifies_our_permits(alg: str) -> None:
    key_id, key = KEYS[alg]
    long = replace(
        CLAIMS,
        issued_at=datetime(2020, 1, 1, tzinfo=UTC),
        not_before=datetime(2020, 1, 1, tzinfo=UTC),
        expires_at=datetime(2999, 1, 1, tzinfo=UTC),
    )
    token = issue(long, key, key_id, alg)
    found = jwt.decode(
        token, key.public_key(), algorithms=[alg], audience="990029", issuer="990003"
    )
    assert found["jti"] == ID
    assert jwt.get_unverified_header(token) == {
        "alg": alg, "kid": key_id, "typ": "provision-permit+jws",
    }  # fmt: skip


@ALGORITHMS
def test_we_read_permits_that_another_library_signed(alg: str) -> None:
    key_id, key = KEYS[alg]
    headers = {"kid": key_id, "typ": "provision-permit+jws"}
    token = jwt.PyJWS().encode(PAYLOAD, key, alg, headers, sort_headers=True)
    assert read(token.encode(), RING) == CLAIMS


@pytest.mark.parametrize(
    ("alg", "key"),
    [("ES256", jwk.ECKey(EC_KEY, EC_KEY)), ("RS256", jwk.RSAKey(RSA_KEY, RSA_KEY))],
    ids=["ES256", "RS256"],
)
def test_a_third_library_agrees_in_both_directions(alg: str, key: jwk.ECKey | jwk.RSAKey) -> None:
    key_id, native = KEYS[alg]
    found = jws.deserialize_compact(issue(CLAIMS, native, key_id, alg), key, algorithms=[alg])
    assert found.payload == PAYLOAD
    header = {"alg": alg, "kid": key_id, "typ": "provision-permit+jws"}
    token = jws.serialize_compact(header, PAYLOAD, key, algorithms=[alg])
    assert read(token.encode(), RING) == CLAIMS


HEAD64, PAYLOAD64, SIGNATURE64 = GOOD.split(b".")
FLIPPED = encoded(decoded(SIGNATURE64)[:-1] + bytes([decoded(SIGNATURE64)[-1] ^ 1]))
TOKENS: dict[str, tuple[bytes, str]] = {
    "untouched": (GOOD, "accepted"),
    "forged with the right key": (forged(), "accepted"),
    "empty": (b"", "compact"),
    "two parts": (HEAD64 + b"." + PAYLOAD64, "compact"),
    "four parts": (GOOD + b"." + SIGNATURE64, "compact"),
    "encrypted form": (b"a.b.c.d.e", "compact"),
    "json form": (b'{"payload":"a","signature":"b"}', "compact"),
    "detached payload": (HEAD64 + b".." + SIGNATURE64, "compact"),
    "signature missing": (HEAD64 + b"." + PAYLOAD64 + b".", "compact"),
    "padded": (GOOD + b"==", "compact"),
    "line end": (GOOD + b"\n", "compact"),
    "space": (b" " + GOOD, "compact"),
    "base64 instead of base64url": (GOOD[:-2] + b"+/", "compact"),
    "unused bits set": (HEAD64 + b"." + PAYLOAD64 + b"." + SIGNATURE64[:-1] + b"B", "compact"),
    "one character too many": (GOOD + b"AAA", "header"),
    "oversized": (GOOD + b"A" * MAX_BYTES, "size"),
    "algorithm none": (
        encoded(canonical(HEADER | {"alg": "none"})) + b"." + PAYLOAD64 + b".", "compact",
    ),
    "algorithm none with a signature": (forged(HEADER | {"alg": "none"}), "algorithm"),
    "algorithm in other case": (forged(HEADER | {"alg": "es256"}), "algorithm"),
    "algorithm of a longer hash": (forged(HEADER | {"alg": "ES384"}), "algorithm"),
    "algorithm of another key": (forged(HEADER | {"alg": "EdDSA"}), "algorithm"),
    "our algorithm on a key of another": (forged(HEADER | {"kid": "ed"}), "algorithm"),
    "public key as a shared secret": (
        jwt.PyJWS().encode(
            PAYLOAD, b"x" * 32, "HS256", {"kid": "ec", "typ": HEADER["typ"]}, sort_headers=True
        ).encode(),
        "algorithm",
    ),
    "key unknown": (forged(HEADER | {"kid": "nobody"}), "unknown_key"),
    "key id a path": (forged(HEADER | {"kid": "../../dev/null"}), "unknown_key"),
    "key id missing": (forged({"alg": "ES256", "typ": HEADER["typ"]}), "header"),
    "key id a number": (forged(HEADER | {"kid": 1}), "header"),
    "key brought along": (forged(HEADER | {"jwk": {"kty": "EC"}}), "header"),
    "key fetched from a url": (forged(HEADER | {"jku": "https://127.0.0.1/"}), "header"),
    "certificate brought along": (forged(HEADER | {"x5c": ["AA"]}), "header"),
    "crit": (forged(HEADER | {"crit": ["exp"]}), "header"),
    "crit empty": (forged(HEADER | {"crit": []}), "header"),
    "unencoded payload": (forged(HEADER | {"b64": False, "crit": ["b64"]}), "header"),
    "compressed": (forged(HEADER | {"zip": "DEF"}), "header"),
    "another type": (forged(HEADER | {"typ": "JWT"}), "header"),
    "type missing": (forged({"alg": "ES256", "kid": "ec"}), "header"),
    "type in other case": (forged(HEADER | {"typ": "Provision-Permit+JWS"}), "header"),
    "header in another order": (
        forged(b'{"typ":"provision-permit+jws","alg":"ES256","kid":"ec"}'), "compact",
    ),
    "header with a space": (forged(json.dumps(HEADER).encode()), "compact"),
    "algorithm twice": (
        forged(b'{"alg":"none","alg":"ES256","kid":"ec","typ":"provision-permit+jws"}'), "compact",
    ),
    "header no json": (forged(b"x"), "header"),
    "header with a byte order mark": (forged(b"\xef\xbb\xbf" + canonical(HEADER)), "compact"),
    "payload replaced": (
        HEAD64 + b"." + encoded(PAYLOAD.replace(b"990029", b"990037")) + b"." + SIGNATURE64,
        "signature",
    ),
    "header replaced": (
        encoded(canonical(HEADER | {"kid": "another-core"})) + GOOD[len(HEAD64) :], "signature",
    ),
    "one bit flipped": (HEAD64 + b"." + PAYLOAD64 + b"." + FLIPPED, "signature"),
    "signature of zeros": (HEAD64 + b"." + PAYLOAD64 + b"." + encoded(bytes(64)), "signature"),
    "signature too short": (HEAD64 + b"." + PAYLOAD64 + b"." + encoded(bytes(63)), "signature"),
    "signature in DER": (
        HEAD64 + b"." + PAYLOAD64 + b"." + encoded(b"\x30\x06\x02\x01\x01\x02\x01\x01"),
        "signature",
    ),
    "signed by another key": (
        forged(key=ec.derive_private_key(8, ec.SECP256R1())), "signature",
    ),
    "issuer another core": (forged(HEADER | {"kid": "another-core"}), "issuer"),
    "issuer replaced": (claims(iss="990045"), "issuer"),
    "unknown claim": (claims(sub="person"), "claims"),
    "claim missing": (without("jti"), "claims"),
    "expiry missing": (without("exp"), "claims"),
    "not before missing": (without("nbf"), "claims"),
    "several audiences": (claims(aud=["990029", "990037"]), "claims"),
    "audience a number": (claims(aud=990029), "claims"),
    "expiry a text": (claims(exp="1795446245"), "claims"),
    "expiry a decimal": (forged(payload=PAYLOAD.replace(b'"iat":', b'"iat":1.5,"x":')), "claims"),
    "expiry true": (claims(exp=True), "claims"),
    "expiry negative": (claims(exp=-1), "claims"),
    "expiry beyond the calendar": (claims(exp=253_402_300_800), "claims"),
    "clause null": (claims(clause=None), "claims"),
    "row empty": (claims(row=""), "claims"),
    "row with a control": (claims(row="1\u0000"), "claims"),
    "permit id no uuid": (claims(jti="1"), "claims"),
    "permit id with a line end": (claims(jti=ID + "\n"), "claims"),
    "digest in upper case": (claims(edition_sha256="AB" * 32), "claims"),
    "nothing granted": (claims(information=[]), "claims"),
    "grant without items": (claims(information=[{"name": "a"}]), "claims"),
    "grant with more": (claims(information=[{"items": [], "name": "a", "x": 1}]), "claims"),
    "payload a list": (forged(payload=b"[]"), "claims"),
    "payload null": (forged(payload=b"null"), "claims"),
    "payload no json": (forged(payload=b"x"), "claims"),
    "payload with a space": (forged(payload=PAYLOAD + b" "), "claims"),
    "payload in another order": (forged(payload=json.dumps(VALUES).encode()), "claims"),
    "claim twice": (
        forged(payload=b'{"aud":"990037",' + PAYLOAD[1:]), "claims",
    ),
    "letters as escapes": (
        forged(payload=json.dumps(VALUES, separators=(",", ":"), sort_keys=True).encode()),
        "claims",
    ),
    "lone surrogate": (forged(payload=PAYLOAD.replace(b'"7"', b'"\\ud800"')), "claims"),
    "cp932": (forged(payload=PAYLOAD.decode().encode("cp932")), "claims"),
    "nested deeply": (forged(payload=b'{"aud":' + b"[" * 100_000), "claims"),
}  # fmt: skip


@pytest.mark.parametrize("name", TOKENS)
def test_permits_are_refused_for_their_reason(name: str) -> None:
    token, expected = TOKENS[name]
    assert outcome(token) == expected


@pytest.mark.parametrize(
    ("changes", "alg", "key_id", "code"),
    [
        ({}, "HS256", "ec", "algorithm"),
        ({}, "none", "ec", "algorithm"),
        ({}, "EdDSA", "ec", "algorithm"),
        ({}, "ES256", "a b", "header"),
        ({}, "ES256", "鍵", "header"),
        ({"audience": "99002"}, "ES256", "ec", "claims"),
        ({"row": ""}, "ES256", "ec", "claims"),
        ({"row": "\ud800"}, "ES256", "ec", "claims"),
        ({"information": ()}, "ES256", "ec", "claims"),
        ({"expires_at": datetime(1969, 1, 1, tzinfo=UTC)}, "ES256", "ec", "claims"),
    ],
    ids=lambda value: ascii(value).replace("\\", "/"),
)
def test_a_permit_that_would_be_refused_is_not_issued(
    changes: dict[str, Any], alg: str, key_id: str, code: str
) -> None:
    with pytest.raises(WireError, match=rf"wire\.permit\.{code}"):
        issue(replace(CLAIMS, **changes), EC_KEY, key_id, alg)


def test_a_permit_needs_aware_instants() -> None:
    with pytest.raises(WireError, match=r"wire\.instant\.zone"):
        issue(replace(CLAIMS, expires_at=datetime(2026, 1, 1)), EC_KEY, "ec")  # noqa: DTZ001  # on purpose


def test_basis_delegators_and_consent_are_claims_only_where_they_say_something() -> None:
    assert not {"basis", "consent", "inquirer_delegator", "provider_delegator"} & VALUES.keys()
    claims = replace(
        CLAIMS,
        basis="19-9",
        inquirer_delegator="990037",
        provider_delegator="990045",
        consent=True,
    )
    compact = issue(claims, EC_KEY, "ec")
    assert read(compact, RING) == claims
    said = json.loads(decoded(compact.split(b".")[1]))
    assert {name: said[name] for name in said if name not in VALUES} == {
        "basis": "19-9",
        "inquirer_delegator": "990037",
        "provider_delegator": "990045",
        "consent": True,
    }


@pytest.mark.parametrize(
    "more", [{"consent": False}, {"basis": "19-8"}, {"inquirer_delegator": None}, {"consent": 1}]
)
def test_a_claim_that_says_nothing_may_not_stand(more: dict[str, object]) -> None:
    with pytest.raises(WireError, match=r"wire\.permit\.claims"):
        read(forged(payload=canonical(VALUES | more)), RING)
