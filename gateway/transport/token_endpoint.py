"""POST /v1/token: an access token for a client assertion that was never used before."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from gateway.domain.errors import DuplicateKeyError
from gateway.domain.work import StoredReply
from gateway.ports import Clock, Ids, Ports, Unit
from gateway.transport.assertions import TYPE, verify_assertion
from gateway.transport.clients import Client, Clients
from gateway.transport.problems import RequestError
from gateway.transport.routes import Operation, Public, PublicCall, Reply, Sample
from gateway.transport.schemas.common import NoQuery
from gateway.transport.schemas.tokens import TokenRequest, TokenResponse
from gateway.transport.tokens import TokenClaims, TokenMint

PATH: Final = "/v1/token"
_GRANT: Final = "client_credentials"
_MOST_BYTES: Final = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenEndpoint:
    """Issues tokens; `clock` is the machine's own, `issuer` the URL of this gateway."""

    mint: TokenMint
    clients: Clients
    ports_by_institution: Mapping[str, Ports]
    clock: Clock
    ids: Ids
    issuer: str

    async def issue(self, call: PublicCall[TokenRequest, NoQuery]) -> Reply:
        """Return an access token (RFC 6749 section 4.4).

        Raises:
            RequestError: grant, client, assertion or scope is refused.
        """
        form = call.body
        if form.grant_type != _GRANT or form.client_assertion_type != TYPE:
            raise RequestError("token.grant", error="unsupported_grant_type")
        client = await self._prove(form)
        scope = _grant(client, form.scope)
        now = self.clock.now()
        lifetime = int(self.mint.lifetime.total_seconds())
        claims = TokenClaims(
            iss=self.issuer,
            aud=self.issuer,
            sub=client.client_id,
            client_id=client.client_id,
            institution=client.institution,
            system=client.system,
            scope=scope,
            iat=int(now.timestamp()),
            exp=int(now.timestamp()) + lifetime,
            jti=self.ids.uuid(),
        )
        body = TokenResponse(
            access_token=self.mint.make(claims),
            token_type="Bearer",  # noqa: S106  # the name of a scheme
            expires_in=lifetime,
            scope=scope,
        )
        return Reply(body=body, headers={"Pragma": "no-cache"})

    async def _prove(self, form: TokenRequest) -> Client:
        """Return the client; its assertion is used up durably before a token exists."""
        audiences = frozenset({self.issuer, self.issuer.rstrip("/") + PATH})
        try:
            client, name = verify_assertion(
                form.client_assertion,
                clients=self.clients,
                audiences=audiences,
                now=self.clock.now(),
            )
        except RequestError as error:
            raise RequestError("token.client", error="invalid_client") from error
        ports = self.ports_by_institution.get(client.institution)
        if ports is None or form.client_id not in {None, client.client_id}:
            raise RequestError("token.client", error="invalid_client")
        unit = Unit()
        unit.add(
            StoredReply(
                sender=f"client:{client.client_id}",
                message_id=name,
                digest=sha256(form.client_assertion.encode("ascii")).digest(),
                reply=b"",
                at=ports.clock.now(),
            )
        )
        try:
            await ports.store.commit(unit)
        except DuplicateKeyError:
            raise RequestError("token.replayed", error="invalid_client") from None
        return client

    def operation(self) -> Operation:
        """Return the endpoint as an operation."""
        return Operation(
            name="issue_token",
            method="POST",
            path=PATH,
            scope=Public.ANYBODY,
            handler=self.issue,
            summary_ja="アクセストークンを発行する",
            summary_en="Issue an access token",
            body=TokenRequest,
            form=True,
            sample=TokenRequest(
                grant_type=_GRANT, client_assertion_type=TYPE, client_assertion="eyJ…"
            ),
            replies={
                200: Sample(
                    text="The token.",
                    value=TokenResponse(
                        access_token="eyJ…",  # noqa: S106  # a sample
                        token_type="Bearer",  # noqa: S106  # the name of a scheme
                        expires_in=600,
                        scope="kokuho:inquiries:submit kokuho:inquiries:read",
                    ),
                )
            },
            may_refuse=(401,),
            most_bytes=_MOST_BYTES,
        )


def _grant(client: Client, asked: str | None) -> str:
    """Return the scopes a token gets: those asked for, or all of the client's."""
    scopes = client.scopes if asked is None else frozenset(asked.split())
    if not scopes <= client.scopes:
        raise RequestError("token.scope_refused", error="invalid_scope")
    return " ".join(sorted(scopes))
