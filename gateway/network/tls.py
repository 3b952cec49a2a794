"""TLS of the network API: 1.3 only, certificates both ways, each leaf pinned to an institution.

What the handshake itself accepts is judged once more when it is over: the leaf must be one the
trust configuration names. A refused handshake is logged here, because asyncio and aiohttp drop it
in silence. Both happen in a subclass of `ssl.SSLObject`, the hook that `ssl` documents.
"""

import hashlib
import logging
import ssl
from asyncio import BaseTransport
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from gateway.network.directory import Trust

_LOG: Final = logging.getLogger(__name__)
_NAME: Final = "urn:nakadachi:institution:"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """PEM files: own chain and its key, the authority of all peers, its revocation list if any."""

    certificate: Path
    key: Path
    authority: Path
    revoked: Path | None = None


class PinnedObject(ssl.SSLObject):
    """One end of a connection; `institution` is whose certificate the other end proved to own."""

    trust: ClassVar[Trust]
    expected: ClassVar[str | None] = None  # only this institution, on the client's side
    institution: str | None = None

    def do_handshake(self) -> None:
        """Go on with the handshake, then judge the leaf.

        Raises:
            ssl.SSLError: the handshake failed, or the leaf is not pinned.
        """
        try:
            super().do_handshake()
            self.institution = self._judge()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as error:
            self._log(error)
            raise

    def _judge(self) -> str:
        names = _names(self)
        # A process may serve several institutions, but it calls as exactly one of them.
        name = names[0] if self.expected is None and len(names) == 1 else self.expected
        peer = self.trust.directory.peers.get(name or "")
        leaf = self.getpeercert(binary_form=True) or b""
        if peer and name in names and hashlib.sha256(leaf).digest() in peer.tls_sha256:
            return peer.institution
        raise ssl.SSLCertVerificationError(ssl.SSL_ERROR_SSL, "certificate is not pinned")

    def _log(self, error: ssl.SSLError) -> None:
        # Our own error has neither of the two that OpenSSL's errors have.
        texts = (getattr(error, name, None) for name in ("verify_message", "reason", "strerror"))
        why = next(filter(None, texts), "")
        side = "server" if self.server_side else "client"
        extra = {"action": "handshake_refuse", "code": "tls.refused", "side": side, "reason": why}
        _LOG.warning("TLS handshake refused", extra=extra)


def _names(connection: ssl.SSLObject) -> list[str]:
    entries = (connection.getpeercert() or {}).get("subjectAltName", ())
    texts = [str(entry[1]) for entry in entries if entry[0] == "URI"]
    return [text.removeprefix(_NAME) for text in texts if text.startswith(_NAME)]


def server_context(files: TlsFiles, trust: Trust) -> ssl.SSLContext:
    """Return the context of the listener: it demands a pinned certificate of any known peer."""
    return _context(ssl.PROTOCOL_TLS_SERVER, files, trust, None)


def client_context(files: TlsFiles, trust: Trust, institution: str) -> ssl.SSLContext:
    """Return the context for connections to one institution, and to no other."""
    return _context(ssl.PROTOCOL_TLS_CLIENT, files, trust, institution)


def _context(
    protocol: ssl._SSLMethod, files: TlsFiles, trust: Trust, institution: str | None
) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.options |= ssl.OP_NO_TICKET  # a resumed session would skip the check of the chain
    if protocol == ssl.PROTOCOL_TLS_SERVER:
        context.num_tickets = 0
    context.load_verify_locations(cafile=files.authority)
    if files.revoked is not None:
        context.load_verify_locations(cafile=files.revoked)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    context.load_cert_chain(files.certificate, files.key)
    names = {"trust": trust, "expected": institution}
    context.sslobject_class = type("PinnedObject", (PinnedObject,), names)
    return context


def find_hop(transport: BaseTransport | None) -> str | None:
    """Return the institution at the other end of a connection, or None where TLS proved none."""
    end = None if transport is None else transport.get_extra_info("ssl_object")
    return end.institution if isinstance(end, PinnedObject) else None
