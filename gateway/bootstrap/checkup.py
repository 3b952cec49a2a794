"""What `nakadachi doctor` looks at: every file, key and counterparty that the settings name."""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.bootstrap import files
from gateway.bootstrap.business import read_clients, read_token_key
from gateway.bootstrap.connections import tls_files
from gateway.bootstrap.database import open_database
from gateway.bootstrap.own_register import check_register
from gateway.domain.errors import GatewayError
from gateway.network.directory import Trust
from gateway.network.tls import server_context
from gateway.settings import Settings, SettingsError
from gateway.transport.clients import Clients

SOON = timedelta(days=30)  # a certificate that ends within this is reported

Look = tuple[str, Callable[[], object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; `problem` is an English sentence, empty where it is fine."""

    path: str
    problem: str = ""


async def check_up(settings: Settings, *, now: datetime) -> list[Finding]:
    """Return what was found, setting by setting; `now` is the machine's time."""
    found = [_look(path, look) for path, look in _list_looks(settings, now)]
    found += [
        Finding(path=path, problem=f"has mode {mode}: others can read it, make it 0600")
        for path, mode in files.find_open_modes(settings.secret_files())
    ]
    return [*found, await _look_at_database(settings)]


def _look(path: str, look: Callable[[], object]) -> Finding:
    try:
        look()
    except SettingsError as error:
        return Finding(path=error.path, problem=error.problem)
    except GatewayError as error:
        return Finding(path=path, problem=str(error))
    except OSError as error:
        return Finding(path=path, problem=error.strerror or type(error).__name__)
    return Finding(path=path)


async def _look_at_database(settings: Settings) -> Finding:
    try:
        database = await open_database(settings)
        try:
            health = await database.probe("doctor")
        finally:
            await database.close()
    except SettingsError as error:
        return Finding(path=error.path, problem=error.problem)
    except GatewayError as error:
        return Finding(path="database.url", problem=str(error))
    return Finding(path="database.url", problem=health.reason or "")


def _list_looks(settings: Settings, now: datetime) -> Iterator[Look]:
    yield "network.directory_file", lambda: _check_names(settings)
    yield "network.tls_key_file", lambda: _load_tls(settings)
    yield "network.tls_certificate_file", lambda: _check_certificate(settings, now)
    yield "batch.operating_codes_file", lambda: files.read_operating_codes(settings)
    yield "institutions_file", lambda: _check_institutions(settings)
    yield "permits.register", lambda: check_register(settings)
    for index, one in enumerate(settings.institutions):
        path = f"institutions[{index}]"
        yield f"{path}.signing_key_file", partial(_check_signing_key, settings, index)
        master = f"{path}.master_key_file"
        yield master, partial(files.read_secret, master, one.master_key_file)
    yield "token.key_file", lambda: read_token_key(settings)
    yield "clients", lambda: Clients(read_clients(settings))


def _check_names(settings: Settings) -> None:
    directory = files.read_trust(settings)
    needed = [settings.core, settings.registry, *(one.code for one in settings.institutions)]
    missing = [code for code in needed if code not in directory.peers]
    if missing:
        raise SettingsError(
            path="network.directory_file", problem=f"does not name {' '.join(missing)}"
        )


def _check_institutions(settings: Settings) -> None:
    known = files.read_institutions(settings)
    for index, one in enumerate(settings.institutions):
        if known.find(one.code) is None:
            raise SettingsError(
                path=f"institutions[{index}].code", problem="is not among the known institutions"
            )


def _load_tls(settings: Settings) -> None:
    try:
        server_context(tls_files(settings), Trust(files.read_trust(settings)))
    except ssl.SSLError as error:
        problem = f"does not fit its certificate or authority ({error.reason})"
        raise SettingsError(path="network.tls_key_file", problem=problem) from error


def _check_certificate(settings: Settings, now: datetime) -> None:
    """See that the certificate lives and that the directory pins it for each institution."""
    path = "network.tls_certificate_file"
    try:
        content = files.read(path, settings.network.tls_certificate_file)
        leaf = x509.load_pem_x509_certificates(content)[0]
    except ValueError as error:
        raise SettingsError(path=path, problem="is no PEM certificate") from error
    ends = leaf.not_valid_after_utc
    if not leaf.not_valid_before_utc <= now <= ends:
        raise SettingsError(path=path, problem=f"is not valid now; it ends {ends.isoformat()}")
    if ends - now < SOON:
        raise SettingsError(path=path, problem=f"ends soon, {ends.isoformat()}")
    peers = files.read_trust(settings).peers
    for one in settings.institutions:
        peer = peers.get(one.code)
        if peer is not None and leaf.fingerprint(SHA256()) not in peer.tls_sha256:
            problem = f"is not the one that the directory pins for {one.code}"
            raise SettingsError(path=path, problem=problem)


def _check_signing_key(settings: Settings, index: int) -> None:
    """See that the directory knows the key under its id, so that peers can verify it."""
    one, path = settings.institutions[index], f"institutions[{index}]"
    key = files.read_signing_key(f"{path}.signing_key_file", one.signing_key_file)
    pinned = files.read_trust(settings).keys.find(one.signing_key_id)
    if pinned is None or pinned.institution != one.code:
        raise SettingsError(path=f"{path}.signing_key_id", problem="is not in the directory")
    if pinned.public_key != key.public_key():
        raise SettingsError(
            path=f"{path}.signing_key_file", problem="is not the key that the directory names"
        )
