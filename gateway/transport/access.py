"""Who may do what: an access token, the scope that the operation declares, an institution."""

from collections.abc import Mapping

from aiohttp import web

from gateway.ports import Clock, Ports
from gateway.transport.clients import Clients
from gateway.transport.problems import RequestError
from gateway.transport.routes import Access
from gateway.transport.tokens import TokenMint


class Gatekeeper:
    """Lets a request in if its token is ours, in time, and carries the scope asked for.

    `clock` is the machine's own: like TLS, tokens stay on real time when the sandbox's moves.
    """

    def __init__(
        self,
        *,
        mint: TokenMint,
        clients: Clients,
        ports_by_institution: Mapping[str, Ports],
        clock: Clock,
    ) -> None:
        self._mint, self._clients, self._clock = mint, clients, clock
        self._ports = ports_by_institution

    def admit(self, request: web.Request, scope: str) -> Access:
        """Return who calls.

        Raises:
            RequestError: a `token.*` code.
        """
        claims = self._mint.verify(_read_token(request), now=self._clock.now())
        client = self._clients.find(claims.client_id)
        if client is None or client.system != claims.system:
            raise RequestError("token.invalid")
        ports = self._ports.get(claims.institution)
        if ports is None or client.institution != claims.institution:
            raise RequestError("token.institution")
        access = Access(client=client, ports=ports, scopes=frozenset(claims.scope.split()))
        access.demand(scope)
        return access


def _read_token(request: web.Request) -> str:
    given = request.headers.getall("Authorization", [])
    if len(given) != 1:
        raise RequestError("token.missing")
    scheme, _, token = given[0].partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise RequestError("token.missing")
    return token.strip()
