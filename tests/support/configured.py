"""A folder with everything `nakadachi serve` needs: keys, certificates, directory, settings."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mocks.pki import Pki
from mocks.trust import Directory, Place, describe, render

A, CORE, REGISTRY = "991015", "999989", "999971"
SYSTEM = "kokuho"
ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """Return a port of loopback that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """The folder of one gateway and where it listens."""

    folder: Path
    config: Path
    business: int
    network: int
    core: int

    def run(self, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run the command in a process of its own."""
        return subprocess.run(  # noqa: S603  # our own command
            [sys.executable, "-m", "gateway", *arguments],
            capture_output=True,
            check=False,
            cwd=self.folder,
            env=self.environment(),
            input=given,
            text=True,
            timeout=60,
        )

    def run_json(self, *arguments: str, given: str | None = None) -> Any:  # noqa: ANN401  # JSON
        """Run a command with `--json`; return what it printed."""
        done = self.run(*arguments, "--json", given=given)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def environment(self) -> dict[str, str]:
        """Return the environment of a process of this gateway."""
        paths = os.pathsep.join((str(ROOT), str(ROOT / "codecs")))
        return {
            **os.environ,
            "PYTHONPATH": paths,
            "PYTHONUTF8": "1",
            "NAKADACHI_CONFIG": str(self.config),
        }


def configure(folder: Path, **changed: str) -> Configured:
    """Return a new gateway's folder; `changed` are lines of the institution's table."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)  # noqa: TID251  # certificates live on real time
    pki = Pki(folder / "pki", now=now)
    business, network = free_port(), free_port()
    ports = {A: network, CORE: free_port(), REGISTRY: free_port()}
    places = [
        Place(
            identity=pki.identity(code),
            url=f"https://127.0.0.1:{port}",
            issues_permits=code == CORE,
        )
        for code, port in ports.items()
    ]
    directory = Directory(sequence=1, peer=tuple(map(describe, places)))
    (folder / "directory.toml").write_text(render(directory), encoding="utf-8")
    own = places[0].identity
    client = pki.client(A, SYSTEM)
    config = folder / "nakadachi.toml"
    config.write_text(
        f"""
mode = "sandbox"
core = "{CORE}"
registry = "{REGISTRY}"

[database]
url = "sqlite+aiosqlite:///{folder / "gateway.db"}"

[business]
port = {business}

[network]
port = {network}
tls_key_file = "{own.tls_key}"
tls_certificate_file = "{own.tls_certificate}"
ca_file = "{pki.authority}"
directory_file = "directory.toml"

[[institutions]]
code = "{A}"
signing_key_file = "{own.signing_key}"
signing_key_id = "{own.signing_key_id}"
master_key_file = "{own.master_key}"
{chr(10).join(f"{name} = {value}" for name, value in changed.items())}

[[clients]]
client_id = "{SYSTEM}"
institution = "{A}"
system = "{SYSTEM}"
scopes = ["{SYSTEM}:inquiries:submit", "{SYSTEM}:records:list"]
public_key_file = "{client.public_key}"

[token]
key_file = "{own.token_key}"
""",
        encoding="utf-8",
    )
    return Configured(
        folder=folder, config=config, business=business, network=network, core=ports[CORE]
    )
