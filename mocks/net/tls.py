"""TLS of the parties: 1.3 only, certificates both ways, each leaf pinned by the directory."""

import hashlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from mocks.trust import Directory


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """PEM files of one party: its certificate and key, and the authority of everybody."""

    certificate: Path
    key: Path
    authority: Path


class PinnedObject(ssl.SSLObject):
    """One end of a connection; `institution` is whose certificate the other end proved to own."""

    directory: ClassVar[Callable[[], Directory]]
    expected: ClassVar[str | None] = None
    institution: str = ""

    def do_handshake(self) -> None:
        """Shake hands, then find the leaf in the directory.

        Raises:
            ssl.SSLError: the handshake failed, or the leaf is pinned to nobody or to another.
        """
        super().do_handshake()
        leaf = hashlib.sha256(self.getpeercert(binary_form=True) or b"").hexdigest()
        owners = [
            peer.institution for peer in type(self).directory().peer if leaf in peer.tls_sha256
        ]
        if len(owners) != 1 or self.expected not in {None, owners[0]}:
            raise ssl.SSLCertVerificationError(ssl.SSL_ERROR_SSL, "certificate is not pinned")
        self.institution = owners[0]


def server_context(files: TlsFiles, directory: Callable[[], Directory]) -> ssl.SSLContext:
    """Return the context of a listener, which demands a pinned certificate."""
    return _context(ssl.PROTOCOL_TLS_SERVER, files, directory, None)


def client_context(
    files: TlsFiles, directory: Callable[[], Directory], institution: str
) -> ssl.SSLContext:
    """Return the context for calls to one institution."""
    return _context(ssl.PROTOCOL_TLS_CLIENT, files, directory, institution)


def _context(
    protocol: ssl._SSLMethod,
    files: TlsFiles,
    directory: Callable[[], Directory],
    institution: str | None,
) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_verify_locations(cafile=files.authority)
    context.load_cert_chain(files.certificate, files.key)
    # A plain function as class attribute would become a method, hence the static wrapper.
    names = {"directory": staticmethod(directory), "expected": institution}
    context.sslobject_class = type("PinnedObject", (PinnedObject,), names)
    return context
