"""Client assertions and access tokens: what is let in, what is told apart, what is refused."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.transport.assertions import make_assertion, verify_assertion
from gateway.transport.clients import Client, Clients, PublicKey
from gateway.transport.problems import RequestError, SetupError
from gateway.transport.tokens import (
    TokenClaims,
    TokenMint,
    TokenPolicy,
    derive_token_key,
)

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
URL = "https://gateway.example"
KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
SECRET = b"k" * 32
UNTIMED: Any = {"verify_exp": False, "verify_iat": False}  # the test's clock is not the machine's
PEM = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
JWK = jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True)


def client(client_id: str = "kokuho-1", **changed: Any) -> Client:  # noqa: ANN401  # fields of Client
    fields: dict[str, Any] = {
        "client_id": client_id,
        "system": "kokuho",
        "institution": "991015",
        "scopes": frozenset({"kokuho:inquiries:submit"}),
        "public_key": PEM,
    }
    return Client(**(fields | changed))


CLIENTS = Clients([client(), client("shared", public_key=None, secret=SECRET)])
CLAIMS = {"iss": "kokuho-1", "sub": "kokuho-1", "aud": URL, "exp": AT + 60, "jti": "j-1"}


def verify(text: str, now: datetime = NOW) -> tuple[Client, str]:
    return verify_assertion(text, clients=CLIENTS, audiences=frozenset({URL}), now=now)


def signed(
    changed: dict[str, Any] | None = None,
    *,
    key: ec.EllipticCurvePrivateKey | bytes = KEY,
    algorithm: str = "ES256",
) -> str:
    claims = {
        name: value for name, value in (CLAIMS | (changed or {})).items() if value is not None
    }
    return jwt.encode(claims, key, algorithm=algorithm)


@pytest.mark.parametrize(
    "form", [PEM, PEM.decode(), JWK, KEY.public_key()], ids=["pem", "text", "jwk", "key"]
)
def test_an_assertion_of_a_second_library_proves_a_client(form: PublicKey) -> None:
    clients = Clients([client(public_key=form)])
    text = signed()
    found, name = verify_assertion(text, clients=clients, audiences=frozenset({URL}), now=NOW)
    assert (found.client_id, name) == ("kokuho-1", "j-1")


def test_a_shared_secret_proves_a_client() -> None:
    text = make_assertion("shared", SECRET, audience=URL, now=NOW, jti="j-2")
    assert verify(text)[0].client_id == "shared"


def test_a_second_library_reads_what_we_sign() -> None:
    text = make_assertion("kokuho-1", KEY, audience=URL, now=NOW, jti="j-3")
    read = jwt.decode(text, KEY.public_key(), algorithms=["ES256"], audience=URL, options=UNTIMED)
    assert read["sub"] == "kokuho-1"


def _hmac_with_public_key() -> str:
    def part(value: object) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    head = part({"alg": "HS256"}) + b"." + part(CLAIMS)
    mac = hmac.new(PEM, head, hashlib.sha256).digest()
    return (head + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


REFUSED: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "not a token": lambda: "a.b.c",
    "not ascii": lambda: "トークン",
    "another key": lambda: signed(key=OTHER),
    "no algorithm": lambda: jwt.encode(CLAIMS, "", algorithm="none"),
    "secret made of the public key": _hmac_with_public_key,
    "shared secret for a key client": lambda: signed(key=SECRET, algorithm="HS256"),
    "key for a secret client": lambda: signed({"iss": "shared", "sub": "shared"}),
    "unknown client": lambda: signed({"iss": "nobody", "sub": "nobody"}),
    "subject differs": lambda: signed({"sub": "shared"}),
    "another audience": lambda: signed({"aud": "https://elsewhere.example"}),
    "two audiences": lambda: signed({"aud": [URL, "https://elsewhere.example"]}),
    "no audience": lambda: signed({"aud": None}),
    "expired": lambda: signed({"exp": AT}),
    "lives too long": lambda: signed({"exp": AT + 3600}),
    "no expiry": lambda: signed({"exp": None}),
    "not yet": lambda: signed({"nbf": AT + 61}),
    "made in the future": lambda: signed({"iat": AT + 61}),
    "no id": lambda: signed({"jti": None}),
    "empty id": lambda: signed({"jti": ""}),
    "id of 101 characters": lambda: signed({"jti": "j" * 101}),
    "id with a line feed": lambda: signed({"jti": "a\nb"}),
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_an_assertion_that_breaks_a_rule_is_refused_without_saying_which(
    make: Callable[[], str],
) -> None:
    with pytest.raises(RequestError) as refused:
        verify(make())
    assert refused.value.code == "token.client"
    assert not refused.value.context


MINT = TokenMint(KEY, TokenPolicy(issuer=URL))
GRANTED = TokenClaims(
    iss=URL,
    aud=URL,
    sub="kokuho-1",
    client_id="kokuho-1",
    institution="991015",
    system="kokuho",
    scope="kokuho:inquiries:submit",
    iat=AT,
    exp=AT + 600,
    jti="t-1",
)


def test_a_token_is_read_back_and_a_second_library_verifies_it() -> None:
    token = MINT.make(GRANTED)
    assert MINT.verify(token, now=NOW) == GRANTED
    assert MINT.verify(token, now=NOW) == GRANTED  # remembered
    read = jwt.decode(token, KEY.public_key(), algorithms=["ES256"], audience=URL, options=UNTIMED)
    assert read["scope"] == GRANTED.scope
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"


@pytest.mark.parametrize("known", [False, True], ids=["new", "remembered"])
def test_a_token_ends_at_its_expiry(*, known: bool) -> None:
    mint = TokenMint(KEY, TokenPolicy(issuer=URL))
    token = mint.make(GRANTED)
    if known:
        mint.verify(token, now=NOW)
    with pytest.raises(RequestError) as refused:
        mint.verify(token, now=NOW + timedelta(seconds=600))
    assert refused.value.code == "token.expired"


def test_a_token_of_another_gateway_is_told_apart() -> None:
    token = TokenMint(OTHER, TokenPolicy(issuer=URL)).make(GRANTED)
    with pytest.raises(RequestError) as refused:
        MINT.verify(token, now=NOW)
    assert refused.value.code == "token.institution"


@dataclass(frozen=True)
class Header:
    typ: str = "at+jwt"
    key: Any = KEY


def forged(header: Header, claims: dict[str, Any]) -> str:
    kid = MINT.make(GRANTED)
    key_id = jwt.get_unverified_header(kid)["kid"]
    return jwt.encode(
        claims, header.key, algorithm="ES256", headers={"typ": header.typ, "kid": key_id}
    )


FULL = {name: getattr(GRANTED, name) for name in GRANTED.__struct_fields__}


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "トークン",
        forged(Header(key=OTHER), FULL),
        forged(Header(typ="JWT"), FULL),
        forged(Header(), FULL | {"iss": "https://elsewhere.example"}),
        forged(Header(), FULL | {"aud": "https://elsewhere.example"}),
        forged(Header(), {"sub": "kokuho-1"}),
        MINT.make(GRANTED)[:-3] + "abc",
        signed(),
    ],
    ids=range(11),
)
def test_a_token_that_is_not_exactly_ours_is_refused(token: str) -> None:
    with pytest.raises(RequestError) as refused:
        MINT.verify(token, now=NOW)
    assert refused.value.code == "token.invalid"
    assert "invalid_token" in refused.value.headers["WWW-Authenticate"]


def test_more_tokens_than_are_remembered_stay_valid() -> None:
    mint = TokenMint(KEY, TokenPolicy(issuer=URL))
    tokens = [mint.make(replace_claims(jti=str(number))) for number in range(1030)]
    for token in tokens:
        mint.verify(token, now=NOW)
    assert len(mint._proven) == 1024
    assert mint.verify(tokens[0], now=NOW).jti == "0"


def replace_claims(**changed: str) -> TokenClaims:
    return TokenClaims(**(FULL | changed))


def test_a_key_file_stands_for_one_key() -> None:
    first, again = derive_token_key(SECRET), derive_token_key(SECRET)
    assert first.private_numbers() == again.private_numbers()
    assert derive_token_key(b"x" * 32).private_numbers() != first.private_numbers()
    with pytest.raises(SetupError):
        derive_token_key(b"x" * 31)


@pytest.mark.parametrize(
    "wrong",
    [
        {"public_key": None},
        {"secret": SECRET},
        {"public_key": None, "secret": b"short"},
        {"public_key": b"no key"},
        {"public_key": {"kty": "oct", "k": "AAAA"}},
        {"public_key": ec.generate_private_key(ec.SECP384R1()).public_key()},
        {"scopes": frozenset({"tax:inquiries:submit"})},
        {"scopes": frozenset({"kokuho:inquiries"})},
        {"scopes": frozenset({"kokuho:inquiries:submit:more"})},
        {"client_id": "with space"},
        {"client_id": "c" * 58},
    ],
    ids=lambda wrong: str(wrong).partition(" at 0x")[0],  # an address differs per process
)
def test_a_wrong_registration_is_refused_at_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(SetupError) as refused:
        Clients([client(**wrong)])
    assert "short" not in str(refused.value)


def test_a_client_is_registered_once_and_hides_its_secret() -> None:
    with pytest.raises(SetupError):
        Clients([client(), client()])
    shared = client("shared", public_key=None, secret=SECRET)
    assert "kkkk" not in repr(shared)
    assert replace(shared, system="kokuho") == shared
    assert CLIENTS.find("shared") == shared
    assert CLIENTS.find("nobody") is None
