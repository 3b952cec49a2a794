"""The configuration of a gateway under test: one TOML file beside its database and its log."""

import json
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mocks.pki import Pki

LOOPBACK = "127.0.0.1"
PORTS = range(20_000, 32_000)
Values = dict[str, str | int | float | list[str]]
SCOPES = (
    "addresses:register",
    "symbols:acquire",
    "symbols:read",
    "replicas:load",
    "replicas:compare",
    "replicas:read",
    "controls:set",
    "controls:end",
    "inquiries:submit",
    "inquiries:read",
    "inquiries:cancel",
    "batches:submit",
    "batches:read",
    "batches:retry",
    "batches:cancel",
    "permits:explain",
    "permits:review",
    "records:list",
    "alarms:list",
    "institutions:list",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One gateway to start: whose it is, its one business system, where it listens.

    `slot_seconds` after an inquiry a `not_provided` leaves it (G12). `register` is the folder of
    its own permit register, if it keeps one. What cannot be reached is tried again after
    `retry_seconds`, which double up to the second of them; a call lasts `call_seconds` at most.
    `more` are further settings, by table.
    """

    short: str
    code: str
    system: str
    folder: Path
    business_port: int
    network_port: int
    slot_seconds: int
    register: Path | None = None
    retry_seconds: tuple[float, float] = (0.2, 2)
    call_seconds: float = 20
    more: Mapping[str, Values] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.folder / f"{self.short}.toml"

    @property
    def log(self) -> Path:
        """Where the process writes its log lines."""
        return self.folder / f"{self.short}.log"

    @property
    def client_id(self) -> str:
        """The name under which the business system asks for tokens."""
        return f"{self.system}-{self.short}"

    @property
    def business_url(self) -> str:
        """The URL of the business API, without path."""
        return f"http://{LOOPBACK}:{self.business_port}"

    @property
    def network_url(self) -> str:
        """The URL of the network API, without path."""
        return f"https://{LOOPBACK}:{self.network_port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all gateways of a sandbox share: keys, directory file, core and registry."""

    pki: Pki
    directory: Path
    core: str
    registry: str


def find_free_ports(count: int) -> list[int]:
    """Return TCP ports on loopback that are free now, all different.

    They lie below the range that outgoing connections draw from, so none is taken meanwhile by
    an unrelated connection.
    """
    found: list[int] = []
    while len(found) < count:
        port = secrets.choice(PORTS)
        with socket.socket() as probe:
            if port not in found and probe.connect_ex((LOOPBACK, port)):
                found.append(port)
    return found


def write_config(plan: Plan, around: Surroundings) -> None:
    """Write the settings file of a gateway."""
    tables: dict[str, Values] = {
        "": {"mode": "sandbox", "core": around.core, "registry": around.registry},
        "database": {"url": f"sqlite+aiosqlite:///{plan.folder / plan.short}.db"},
        "business": {"port": plan.business_port},
        "network": _network(plan, around),
        "token": {"key_file": str(around.pki.identity(plan.code).token_key)},
        "permits": {} if plan.register is None else {"register": str(plan.register)},
        "[institutions]": _institution(plan, around),
        "[clients]": _client(plan, around),
    }
    tables |= {name: one for name, one in plan.more.items() if name not in tables}
    parts = []
    for name, values in tables.items():
        lines = [f"[{name}]"] if name else []
        lines += [f"{key} = {_toml(value)}" for key, value in values.items()]
        parts.append("\n".join(lines))
    plan.config.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _network(plan: Plan, around: Surroundings) -> Values:
    identity = around.pki.identity(plan.code)
    return {
        "port": plan.network_port,
        "call_seconds": plan.call_seconds,
        "tls_key_file": str(identity.tls_key),
        "tls_certificate_file": str(identity.tls_certificate),
        "ca_file": str(around.pki.authority),
        "directory_file": str(around.directory),
    }


def _institution(plan: Plan, around: Surroundings) -> Values:
    identity = around.pki.identity(plan.code)
    return {
        "code": plan.code,
        "signing_key_file": str(identity.signing_key),
        "signing_key_id": identity.signing_key_id,
        "master_key_file": str(identity.master_key),
        "slot_seconds": plan.slot_seconds,
        "retry_first_seconds": plan.retry_seconds[0],
        "retry_most_seconds": plan.retry_seconds[1],
        **plan.more.get("[institutions]", {}),
    }


def _client(plan: Plan, around: Surroundings) -> Values:
    keys = around.pki.client(plan.code, plan.client_id)
    return {
        "client_id": plan.client_id,
        "institution": plan.code,
        "system": plan.system,
        "scopes": [f"{plan.system}:{scope}" for scope in SCOPES],
        "public_key_file": str(keys.public_key),
    }


def _toml(value: str | float | list[str]) -> str:
    # JSON texts, numbers and lists of texts are TOML too, as long as no control character is in.
    return json.dumps(value, ensure_ascii=False)
