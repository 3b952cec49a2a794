"""The counterparties over the network: one pool of connections for the whole process."""

from gateway.bootstrap.lines import Peers
from gateway.bootstrap.office import Office
from gateway.network.client import Bounds, DocumentsClient
from gateway.network.core import NetworkCore
from gateway.network.line import Line
from gateway.network.party import Party
from gateway.network.registry import NetworkRegistry
from gateway.network.tls import TlsFiles
from gateway.settings import Settings


class Connections:
    """Connects institutions to the core and to the registry."""

    def __init__(self, settings: Settings) -> None:
        self.files = tls_files(settings)
        self._client: DocumentsClient | None = None

    def __call__(self, office: Office, party: Party) -> Peers:
        """Return the counterparties of a party."""
        if self._client is None:
            bounds = Bounds(call_seconds=office.settings.network.call_seconds)
            self._client = DocumentsClient(self.files, office.trust, office.runner, bounds=bounds)
        client = self._client

        def line(peer: str) -> Line:
            return Line(
                client=client,
                sealer=party.sealer,
                trust=office.trust,
                clock=office.clock,
                peer=peer,
            )

        settings = office.settings
        return Peers(
            core=NetworkCore(line(settings.core)),
            registry=NetworkRegistry(line(settings.registry)),
        )

    async def close(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.close()


def tls_files(settings: Settings) -> TlsFiles:
    """Return the TLS files of the network API."""
    network = settings.network
    return TlsFiles(
        certificate=network.tls_certificate_file,
        key=network.tls_key_file,
        authority=network.ca_file,
        revoked=network.revoked_file,
    )
