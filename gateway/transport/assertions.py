"""Client assertions (RFC 7523): how a business system proves who it is, once per token."""

from datetime import datetime, timedelta
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey

from gateway.transport.clients import Client, Clients
from gateway.transport.json_body import decode
from gateway.transport.problems import RequestError

LONGEST: Final = timedelta(minutes=5)
LEEWAY: Final = timedelta(seconds=60)
TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MOST_TEXT: Final = 100  # characters of a jti


class Claims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an assertion says; instants are seconds since 1970; others' claims are ignored."""

    iss: str
    sub: str
    aud: str | tuple[str, ...]
    exp: int | float
    jti: str
    nbf: int | float | None = None
    iat: int | float | None = None


def make_assertion(
    client_id: str, key: EllipticCurvePrivateKey | bytes, *, audience: str, now: datetime, jti: str
) -> str:
    """Return an assertion as a caller makes it: ES256 by a P-256 key, HS256 by a secret."""
    claims = Claims(
        iss=client_id,
        sub=client_id,
        aud=audience,
        iat=int(now.timestamp()),
        exp=int((now + LEEWAY).timestamp()),
        jti=jti,
    )
    secret = isinstance(key, bytes)
    algorithm = "HS256" if secret else "ES256"
    return jws.serialize_compact(
        {"alg": algorithm, "typ": "JWT"},
        msgspec.json.encode(claims),
        OctKey.import_key(key) if isinstance(key, bytes) else ECKey.import_key(key),
        algorithms=[algorithm],
    )


def verify_assertion(
    text: str, *, clients: Clients, audiences: frozenset[str], now: datetime
) -> tuple[Client, str]:
    """Return the client that an assertion proves, and the id that makes it single use.

    Key and algorithm are those registered for the client, whatever the header says.

    Raises:
        RequestError: `token.client`, without saying which of its rules was broken.
    """
    try:
        unproven = jws.extract_compact(text.encode("ascii"))
        claims = decode(unproven.payload, Claims)
        known = clients.find_key(claims.iss)
        proven = known and jws.validate_compact(unproven, known[2], algorithms=[known[1]])
    except (JoseError, RequestError, ValueError) as error:
        raise RequestError("token.client") from error
    if known is None or not proven or not _holds(claims, audiences, now):
        raise RequestError("token.client")
    return known[0], claims.jti


def _holds(claims: Claims, audiences: frozenset[str], now: datetime) -> bool:
    """Return whether subject, audience, times and id of an assertion are as they must be."""
    at, leeway = now.timestamp(), LEEWAY.total_seconds()
    named = {claims.aud} if isinstance(claims.aud, str) else set(claims.aud)
    return (
        claims.sub == claims.iss
        and len(named) == 1
        and named <= audiences
        and at < claims.exp <= at + LONGEST.total_seconds() + leeway
        and (claims.nbf is None or claims.nbf <= at + leeway)
        and (claims.iat is None or claims.iat <= at + leeway)
        and 0 < len(claims.jti) <= _MOST_TEXT
        and claims.jti.isascii()
        and claims.jti.isprintable()
    )
