"""Business systems that may call, and what each of them may do."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey

from gateway.transport.problems import SetupError

SECRET_BYTES: Final = 32
_SCOPE: Final = re.compile(r"[a-z][a-z0-9_.-]*:[a-z]+:[a-z]+")
_NAMED: Final = re.compile(r"[A-Za-z0-9._:@/-]{1,57}")  # as `client:…` it is stored in 64

PublicKey = EllipticCurvePublicKey | bytes | str | Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One business system of one institution; exactly one of `public_key` and `secret` is set.

    `public_key` (private_key_jwt, ES256) is a P-256 key as PEM or JWK, `secret`
    (client_secret_jwt, HS256) at least 32 bytes. `scopes` read `system:resource:operation`.
    """

    client_id: str
    system: str
    institution: str
    scopes: frozenset[str]
    public_key: PublicKey | None = None
    secret: bytes | None = field(default=None, repr=False)

    def assertion_key(self) -> tuple[str, ECKey | OctKey]:
        """Return the one algorithm this client signs with, and the key that verifies it.

        Raises:
            SetupError: the key is none of P-256, or the secret is too short.
        """
        if (self.public_key is None) is (self.secret is None):
            raise _fault(self, "one of public key and secret")
        if self.secret is not None:
            if len(self.secret) < SECRET_BYTES:
                raise _fault(self, f"a secret of {SECRET_BYTES} bytes or more")
            return "HS256", OctKey.import_key(self.secret)
        try:
            key = _import_public(self.public_key or b"")
        except (JoseError, ValueError, TypeError) as error:
            raise _fault(self, "a P-256 public key as PEM or JWK") from error
        if key.curve_name != "P-256":
            raise _fault(self, "a P-256 public key as PEM or JWK")
        return "ES256", key


def _import_public(given: PublicKey) -> ECKey:
    if isinstance(given, Mapping):
        members: dict[str, str | list[str]] = dict(given)
        return ECKey.import_key(members)
    return ECKey.import_key(given)


class Clients:
    """Every client by id, checked once, with the key that verifies its assertions."""

    def __init__(self, clients: Iterable[Client]) -> None:
        self._known: dict[str, tuple[Client, str, ECKey | OctKey]] = {}
        for client in clients:
            _check(client)
            if client.client_id in self._known:
                raise _fault(client, "a client id of its own")
            self._known[client.client_id] = (client, *client.assertion_key())

    def find(self, client_id: str) -> Client | None:
        """Return a client, or None."""
        known = self._known.get(client_id)
        return known[0] if known else None

    def find_key(self, client_id: str) -> tuple[Client, str, ECKey | OctKey] | None:
        """Return a client, its one algorithm and its key, or None."""
        return self._known.get(client_id)


def _check(client: Client) -> None:
    if not _NAMED.fullmatch(client.client_id):
        raise SetupError(expected="a client id of 1 to 57 characters A-Z a-z 0-9 . _ : @ / -")
    for scope in client.scopes:
        if not _SCOPE.fullmatch(scope) or not scope.startswith(f"{client.system}:"):
            raise _fault(client, "scopes that read system:resource:operation")


def _fault(client: Client, expected: str) -> SetupError:
    return SetupError(client=client.client_id, expected=expected)
