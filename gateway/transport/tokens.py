"""Access tokens (RFC 9068): short-lived ES256 JWS of this gateway, bound to one client."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from gateway.transport.json_body import decode
from gateway.transport.problems import RequestError, SetupError

ALGORITHM: Final = "ES256"
TYPE: Final = "at+jwt"
_REMEMBERED: Final = 1024
_KEY_BYTES: Final = 32  # the strength of P-256


class TokenClaims(msgspec.Struct, frozen=True, kw_only=True):
    """What an access token says; `sub` is the client id, instants are seconds since 1970."""

    iss: str
    aud: str
    sub: str
    client_id: str
    institution: str
    system: str
    scope: str
    iat: int
    exp: int
    jti: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPolicy:
    """Who issues tokens (a URL, also their audience) and how long they live."""

    issuer: str
    lifetime: timedelta = timedelta(minutes=10)


def derive_token_key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """Return the P-256 key that 32 secret bytes of a key file stand for.

    Raises:
        SetupError: there are fewer than 32 bytes.
    """
    if len(secret) < _KEY_BYTES:
        raise SetupError(expected="a token key of 32 bytes or more")
    key = ECKey.derive_key(secret, "P-256", kdf_options={"info": b"nakadachi access token"})
    private = key.private_key
    if private is None:
        raise SetupError(expected="a private token key")
    return private


class TokenMint:
    """Makes and verifies access tokens; a verified one is remembered until it expires.

    A token whose key id is not ours was made by another gateway: that is told apart, because it
    is what a wrongly configured business system sends. The key id alone proves nothing.
    """

    def __init__(self, key: ec.EllipticCurvePrivateKey, policy: TokenPolicy) -> None:
        self._key = ECKey.import_key(key)
        self._key_id = self._key.thumbprint()
        self._policy = policy
        self._proven: OrderedDict[bytes, TokenClaims] = OrderedDict()

    @property
    def lifetime(self) -> timedelta:
        """How long a token lives."""
        return self._policy.lifetime

    def make(self, claims: TokenClaims) -> str:
        """Return the compact JWS of claims."""
        return jws.serialize_compact(
            {"alg": ALGORITHM, "typ": TYPE, "kid": self._key_id},
            msgspec.json.encode(claims),
            self._key,
            algorithms=[ALGORITHM],
        )

    def verify(self, token: str, *, now: datetime) -> TokenClaims:
        """Return the claims of a token that is ours and has not expired.

        Raises:
            RequestError: `token.invalid`, `token.institution` or `token.expired`.
        """
        name = sha256(token.encode("utf-8", "surrogateescape")).digest()
        claims = self._proven.get(name)
        if claims is None:
            claims = self._prove(token)
            self._remember(name, claims)
        if now.timestamp() >= claims.exp:
            self._proven.pop(name, None)
            raise _refusal("token.expired")
        return claims

    def _prove(self, token: str) -> TokenClaims:
        try:
            signed = jws.extract_compact(token.encode("ascii"))
            header = signed.headers()
            foreign = header.get("typ") == TYPE and header.get("kid") != self._key_id
            proven = not foreign and jws.validate_compact(signed, self._key, algorithms=[ALGORITHM])
            claims = decode(signed.payload, TokenClaims) if proven else None
        except (JoseError, RequestError, ValueError) as error:
            raise _refusal("token.invalid") from error
        if foreign:
            raise _refusal("token.institution")
        if claims is None or header.get("typ") != TYPE:
            raise _refusal("token.invalid")
        if {claims.iss, claims.aud} != {self._policy.issuer}:
            raise _refusal("token.invalid")
        return claims

    def _remember(self, name: bytes, claims: TokenClaims) -> None:
        self._proven[name] = claims
        if len(self._proven) > _REMEMBERED:
            self._proven.popitem(last=False)


def _refusal(code: str) -> RequestError:
    challenge = 'Bearer realm="nakadachi", error="invalid_token"'
    return RequestError(code, headers={"WWW-Authenticate": challenge})
