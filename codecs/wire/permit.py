"""提供許可証 (provision permit): a compact JWS that names no person and that any library verifies.

Signed by the core, read by the inquirer and the provider. Times and the audience are judged by
the reader's domain; here only signature, type and shape. Header and claims are RFC 8785 JSON, so
that no two parsers can read one permit differently.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import (
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from wire.errors import WireError
from wire.keys import ECDSA_P256, ED25519, KEY_ID, RSA_PKCS1, KeyRing, PrivateKey, PublicKey, fits

ALGORITHMS: Final = {"ES256": ECDSA_P256, "EdDSA": ED25519, "RS256": RSA_PKCS1}
"""JOSE name of each permitted algorithm to the name that keys are pinned under."""
MAX_BYTES: Final = 1 << 18
STATUTORY_BASIS: Final = "19-8"
"""The basis of a permit that does not say another: article 19 item 8."""

_TYPE: Final = "provision-permit+jws"
_COMPACT = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_KEY_ID = re.compile(KEY_ID)


class _Permitted(JWSRegistry):
    """The algorithms of permits; that RFC 9864 gives EdDSA a newer name is no reason to warn."""

    max_payload_length = MAX_BYTES

    def get_alg(self, name: str) -> Any:  # noqa: ANN401  # its type is not exported
        """Return the algorithm of a name that was compared with the pinned key's before."""
        return self.algorithms[name]


_REGISTRY: Final = _Permitted()


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitGrant:
    """One information (特定個人情報名) that may be provided, and its items."""

    information: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitClaims:
    """What a permit says.

    Attributes:
        permit_id: UUID text (`jti`).
        issuer: The core's institution code (`iss`).
        audience: The provider's institution code (`aud`).
        inquirer: Institution code.
        instrument: The permit list's instrument, such as `shourei-r6`.
        row: 項 of the instrument.
        clause: 号 of the row, or None.
        basis: Item of article 19 relied on; the claim stands only where it is another than 19-8.
        inquirer_delegator: Institution code for whom the inquirer acts (委任元), or None.
        provider_delegator: The same of the provider.
        consent: Whether the person agreed, as far as the inquirer says.
        information: What may be provided; at least one.
        transaction_number: 処理通番, UUID text.
        edition_sha256: Digest of the permit-list edition applied, 64 hexadecimal characters.
        request_message_id: Message id of the permit request.
        issued_at: Aware UTC instant in whole seconds (`iat`); likewise the next two.
        not_before: `nbf`.
        expires_at: `exp`.
    """

    permit_id: str
    issuer: str
    audience: str
    inquirer: str
    instrument: str
    row: str
    clause: str | None
    basis: str = STATUTORY_BASIS
    inquirer_delegator: str | None = None
    provider_delegator: str | None = None
    consent: bool = False
    information: tuple[PermitGrant, ...]
    transaction_number: str
    edition_sha256: str
    request_message_id: str
    issued_at: datetime
    not_before: datetime
    expires_at: datetime


_Uuid = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
_Institution = Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{6}\Z")]
_Identifier = Annotated[str, msgspec.Meta(pattern=r"\A[0-9A-Za-z._-]{1,64}\Z")]
_Token = Annotated[str, msgspec.Meta(pattern=r"\A[^\x00-\x20]{1,60}\Z")]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
_Digest = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
_Seconds = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]  # to the end of the year 9999


class _Grant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    items: tuple[_Token, ...]
    name: _Name


class _Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The claims as they stand in the token; ASCII order is the order of RFC 8785."""

    aud: _Institution
    edition_sha256: _Digest
    exp: _Seconds
    iat: _Seconds
    information: Annotated[tuple[_Grant, ...], msgspec.Meta(min_length=1)]
    inquirer: _Institution
    instrument: _Identifier
    iss: _Institution
    jti: _Uuid
    nbf: _Seconds
    request_message_id: _Uuid
    row: _Token
    transaction_number: _Uuid
    basis: _Identifier | None = None  # None: the statutory one, which is never written
    clause: _Token | None = None
    consent: bool = False
    inquirer_delegator: _Institution | None = None
    provider_delegator: _Institution | None = None


_DECODER = msgspec.json.Decoder(_Claims)
_ENCODER = msgspec.json.Encoder(order="sorted")


def issue(claims: PermitClaims, signer_key: PrivateKey, key_id: str, alg: str = "ES256") -> bytes:
    """Return a permit as the bytes of a compact JWS; instants are cut to whole seconds.

    Raises:
        WireError: `wire.permit.*`, a claim is not what a permit may say, or the key is not of
            the algorithm.
    """
    if alg not in ALGORITHMS or not fits(ALGORITHMS[alg], signer_key.public_key()):
        raise _refused("algorithm", "header.alg", "The key is not of the algorithm.")
    if not _KEY_ID.fullmatch(key_id):
        raise _refused("header", "header.kid", "The key id cannot be written.")
    payload = _encode(claims)
    header = {"alg": alg, "kid": key_id, "typ": _TYPE}
    return jws.serialize_compact(header, payload, _jwk(signer_key), registry=_REGISTRY).encode()


def read(compact: bytes, keys: KeyRing) -> PermitClaims:
    """Return what a permit says, once its issuer's pinned key has verified it.

    Raises:
        WireError: `wire.permit.*`; whatever the bytes are, nothing else is raised.
    """
    if len(compact) > MAX_BYTES:
        raise _refused("size", "", "The permit is larger than allowed.")
    token = _extract(compact)
    header = token.headers()
    pinned = keys.find(header["kid"])
    if pinned is None:
        raise _refused("unknown_key", "header.kid", "The key is not pinned.")
    if ALGORITHMS.get(header["alg"]) != pinned.algorithm:
        raise _refused("algorithm", "header.alg", "The key is pinned to another algorithm.")
    if not jws.validate_compact(token, _jwk(pinned.public_key), registry=_REGISTRY):
        raise _refused("signature", "signature", "The signature is not the issuer's.")
    claims = _decode(token.payload)
    if claims.iss != pinned.institution:
        raise _refused("issuer", "claims.iss", "The key is another institution's.")
    return _from_claims(claims)


def _extract(compact: bytes) -> jws.CompactSignature:
    """Return a token whose parts are what they say and re-encode to the same bytes."""
    if _COMPACT.fullmatch(compact) is None:
        raise _refused("compact", "", "A permit is three base64url parts.")
    try:
        token = jws.extract_compact(compact, registry=_REGISTRY)
        signature = urlsafe_b64decode(token.segments["signature"] + b"==")
    except (JoseError, ValueError) as error:
        raise _refused("header", "header", "The header cannot be read.") from error
    header = token.headers()
    written = msgspec.json.encode(header, order="sorted")
    named = header.keys() == {"alg", "kid", "typ"} and header["typ"] == _TYPE
    if not named or not isinstance(header["kid"], str):
        raise _refused("header", "header", "The header has alg, kid and typ, and nothing else.")
    parts = (written, token.payload, signature)
    if b".".join(_write64(part) for part in parts) != compact:
        raise _refused("compact", "", "The permit re-encodes to other bytes.")
    return token


def _jwk(key: PrivateKey | PublicKey) -> ECKey | OKPKey | RSAKey:
    """Return a key as the JOSE library takes it."""
    if isinstance(key, EllipticCurvePrivateKey | EllipticCurvePublicKey):
        return ECKey(key, key)
    if isinstance(key, RSAPrivateKey | RSAPublicKey):
        return RSAKey(key, key)
    return OKPKey(key, key)


def _encode(claims: PermitClaims) -> bytes:
    """Return the payload of these claims, if it would be read back."""
    payload = b""
    with suppress(UnicodeError):  # an empty payload is refused like any other
        payload = _ENCODER.encode(_to_claims(claims))
    _decode(payload)
    return payload


def _decode(payload: bytes) -> _Claims:
    """Return the claims of a payload that is in canonical form."""
    with suppress(msgspec.DecodeError, UnicodeError):  # their messages may repeat content
        claims = _DECODER.decode(payload)
        if _ENCODER.encode(claims) == payload and claims.basis != STATUTORY_BASIS:
            return claims
    raise _refused("claims", "claims", "The claims are not those of a permit.")


def _to_claims(claims: PermitClaims) -> _Claims:
    return _Claims(
        aud=claims.audience,
        basis=None if claims.basis == STATUTORY_BASIS else claims.basis,
        clause=claims.clause,
        consent=claims.consent,
        edition_sha256=claims.edition_sha256,
        exp=_seconds(claims.expires_at),
        iat=_seconds(claims.issued_at),
        information=tuple(_Grant(one.items, one.information) for one in claims.information),
        inquirer=claims.inquirer,
        inquirer_delegator=claims.inquirer_delegator,
        instrument=claims.instrument,
        iss=claims.issuer,
        jti=claims.permit_id,
        nbf=_seconds(claims.not_before),
        provider_delegator=claims.provider_delegator,
        request_message_id=claims.request_message_id,
        row=claims.row,
        transaction_number=claims.transaction_number,
    )


def _from_claims(claims: _Claims) -> PermitClaims:
    return PermitClaims(
        permit_id=claims.jti,
        issuer=claims.iss,
        audience=claims.aud,
        inquirer=claims.inquirer,
        instrument=claims.instrument,
        row=claims.row,
        clause=claims.clause,
        basis=claims.basis or STATUTORY_BASIS,
        inquirer_delegator=claims.inquirer_delegator,
        provider_delegator=claims.provider_delegator,
        consent=claims.consent,
        information=tuple(
            PermitGrant(information=one.name, items=one.items) for one in claims.information
        ),
        transaction_number=claims.transaction_number,
        edition_sha256=claims.edition_sha256,
        request_message_id=claims.request_message_id,
        issued_at=datetime.fromtimestamp(claims.iat, UTC),
        not_before=datetime.fromtimestamp(claims.nbf, UTC),
        expires_at=datetime.fromtimestamp(claims.exp, UTC),
    )


def _seconds(instant: datetime) -> int:
    if instant.utcoffset() is None:
        raise WireError("wire.instant.zone", "claims", "An instant must be aware.")
    return int(instant.timestamp())


def _write64(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


def _refused(reason: str, path: str, detail: str) -> WireError:
    return WireError(f"wire.permit.{reason}", path, detail)
