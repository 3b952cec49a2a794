"""The tables of the TOML file, their defaults and their units."""

from datetime import time
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Code = Annotated[str, Meta(pattern=r"\A[0-9]{6}\Z")]
Port = Annotated[int, Meta(ge=0, le=65535)]
Seconds = Annotated[float, Meta(gt=0, le=10 * 366 * 86_400)]
Name = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._:@/-]{1,100}\Z")]
StoredName = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._:@/-]{1,57}\Z")]  # columns hold 64


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file: keys that it does not know are errors."""


class Database(_Table, frozen=True, kw_only=True):
    """Where everything durable is; `password_file` is put into a PostgreSQL URL."""

    url: str = "sqlite+aiosqlite:///var/nakadachi.db"
    password_file: Path | None = None


class Business(_Table, frozen=True, kw_only=True):
    """The business API: plain HTTP on loopback, or TLS with both files; port 0 takes any."""

    host: str = "127.0.0.1"
    port: Port = 8080
    tls_key_file: Path | None = None
    tls_certificate_file: Path | None = None


class Network(_Table, frozen=True, kw_only=True):
    """The network API: mutual TLS below `ca_file`; `directory_file` names the counterparties.

    A call of ours is given up after `call_seconds` of real time, which leases must outlast.
    """

    host: str = "127.0.0.1"
    port: Port = 8443
    call_seconds: Annotated[float, Meta(gt=0, le=25)] = 20
    tls_key_file: Path
    tls_certificate_file: Path
    ca_file: Path
    directory_file: Path
    revoked_file: Path | None = None


class Institution(_Table, frozen=True, kw_only=True):
    """One institution that this process serves, its keys and its rules.

    `master_key_file` holds 32 bytes as 64 hexadecimal digits. `opens` and `closes` are Japanese
    time; equal means always open.
    """

    code: Code
    signing_key_file: Path
    signing_key_id: Name
    master_key_file: Path
    opens: time = time(0)
    closes: time = time(0)
    slot_seconds: Seconds = 3 * 86_400
    inquiry_deadline_seconds: Seconds = 7 * 86_400
    acquisition_deadline_seconds: Seconds = 86_400
    lease_seconds: Seconds = 30
    retry_first_seconds: Seconds = 1
    retry_most_seconds: Seconds = 300


class Client(_Table, frozen=True, kw_only=True):
    """One business system that may ask for tokens; it has exactly one of the two files.

    `public_key_file` (P-256, PEM) is for `private_key_jwt`, `secret_file` (64 hexadecimal digits)
    for `client_secret_jwt`. `scopes` read `system:resource:operation`.
    """

    client_id: StoredName
    institution: Code
    system: StoredName
    scopes: tuple[Name, ...]
    public_key_file: Path | None = None
    secret_file: Path | None = None


class Token(_Table, frozen=True, kw_only=True):
    """Access tokens: `key_file` holds 32 bytes as 64 hexadecimal digits; life in seconds.

    `issuer` is the URL under which business systems reach this gateway; the default is made of
    `business.host` and `business.port`.
    """

    key_file: Path
    issuer: Annotated[str, Meta(pattern=r"\Ahttps?://[A-Za-z0-9.:\[\]-]+\Z")] | None = None
    lifetime_seconds: Annotated[int, Meta(ge=1, le=3600)] = 600


class Batch(_Table, frozen=True, kw_only=True):
    """Batches: each is cut into at most `limit_parts` parts of `limit_rows` rows.

    At most `limit_waiting` inquiries of ours may wait at the core; batches use nine tenths of it.

    `operating_codes_file` says what the codes of the file of inquiries (.DAT) stand for; without
    one the sandbox's are used.
    """

    limit_rows: Annotated[int, Meta(ge=1, le=1_000_000)] = 100_000
    limit_parts: Annotated[int, Meta(ge=1, le=1000)] = 10
    limit_waiting: Annotated[int, Meta(ge=1, le=10_000_000)] = 200_000
    operating_codes_file: Path | None = None


class Pacing(_Table, frozen=True, kw_only=True):
    """How fast inquiries go out where a counterparty cannot take them all at once.

    After a provider was closed or full at most `rate` inquiries a second begin with it. At most
    `limit_open` are under way with one provider at once in one process; one that says it is full
    is asked for less.
    """

    rate: Annotated[int, Meta(ge=1, le=1000)] = 10
    limit_open: Annotated[int, Meta(ge=1, le=100_000)] = 1000


class Permits(_Table, frozen=True, kw_only=True):
    """The permit list: `register` is the folder in which operators hold back own exchanges.

    Only holds and withholdings of the institutions served here count in it; without one there are
    none. A copy of the core's list is stale `stale_seconds` of wall time after the core last told
    its list.
    """

    register: Path | None = None
    stale_seconds: Annotated[int, Meta(ge=1)] = 4 * 3600


class Jobs(_Table, frozen=True, kw_only=True):
    """How often housekeeping runs: seconds of wall time, 0 never."""

    checkpoint_seconds: Annotated[int, Meta(ge=0)] = 3600
    purge_seconds: Annotated[int, Meta(ge=0)] = 3600
    permit_list_seconds: Annotated[int, Meta(ge=0)] = 3600


class Logs(_Table, frozen=True, kw_only=True):
    """Logging: JSON lines to standard error from this level upwards."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Settings(_Table, frozen=True, kw_only=True):
    """Everything; `core` and `registry` are institution codes of the directory.

    `institutions_file` lists institutions and their classes; without one the sandbox's are used.

    In sandbox mode only sandbox individual numbers are taken, in production only true ones.
    """

    mode: Literal["sandbox", "production"]
    core: Code
    registry: Code
    institutions_file: Path | None = None
    database: Database = Database()
    business: Business = Business()
    network: Network
    institutions: Annotated[tuple[Institution, ...], Meta(min_length=1)]
    clients: tuple[Client, ...] = ()
    token: Token | None = None
    batch: Batch = Batch()
    pacing: Pacing = Pacing()
    permits: Permits = Permits()
    jobs: Jobs = Jobs()
    logs: Logs = Logs()

    def institution(self, code: str) -> Institution | None:
        """Return the served institution of a code, or None."""
        return next((one for one in self.institutions if one.code == code), None)

    def client(self, client_id: str) -> Client | None:
        """Return the client of an id, or None."""
        return next((one for one in self.clients if one.client_id == client_id), None)

    def issuer(self) -> str:
        """Return the URL that access tokens name as their issuer and their audience."""
        if self.token is not None and self.token.issuer is not None:
            return self.token.issuer
        scheme = "http" if self.business.tls_key_file is None else "https"
        host = f"[{self.business.host}]" if ":" in self.business.host else self.business.host
        return f"{scheme}://{host}:{self.business.port}"

    def secret_files(self) -> list[tuple[str, Path]]:
        """Return the dotted path and the file of every secret that is set."""
        pairs: list[tuple[str, Path | None]] = [
            ("database.password_file", self.database.password_file),
            ("business.tls_key_file", self.business.tls_key_file),
            ("network.tls_key_file", self.network.tls_key_file),
            ("token.key_file", self.token.key_file if self.token else None),
        ]
        for index, one in enumerate(self.institutions):
            pairs.append((f"institutions[{index}].signing_key_file", one.signing_key_file))
            pairs.append((f"institutions[{index}].master_key_file", one.master_key_file))
        for index, client in enumerate(self.clients):
            pairs.append((f"clients[{index}].secret_file", client.secret_file))
        return [(path, file) for path, file in pairs if file is not None]
