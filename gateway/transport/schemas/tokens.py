"""The token endpoint: OAuth 2 client credentials with a client assertion (RFC 7523)."""

from typing import Annotated, Literal

from msgspec import Meta

from gateway.transport.schemas.common import Request, Resource

Assertion = Annotated[str, Meta(min_length=1, max_length=8192)]


class TokenRequest(Request, frozen=True, kw_only=True):
    """The form of a token request; without scope all scopes of the client are granted."""

    grant_type: Annotated[str, Meta(max_length=100, examples=["client_credentials"])]
    client_assertion_type: Annotated[
        str,
        Meta(
            max_length=100,
            examples=["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
        ),
    ]
    client_assertion: Assertion
    client_id: Annotated[str, Meta(max_length=100)] | None = None
    scope: Annotated[str, Meta(max_length=2000)] | None = None


class TokenResponse(Resource, frozen=True, kw_only=True):
    """An access token; `expires_in` are seconds, `scope` is separated by spaces."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    scope: str
