"""The serving process as the operating system sees it: ports, signals, exit codes, log lines."""

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.configured import ROOT, SYSTEM, Configured, configure

BUILTIN = ROOT / "permitlists" / "data" / "institutions.toml"


@contextmanager
def serving(gateway: Configured) -> Iterator[subprocess.Popen[str]]:
    """Run `nakadachi serve` until the block ends; return once it answers."""
    process = subprocess.Popen(  # our own command
        [sys.executable, "-m", "gateway", "serve"],
        cwd=gateway.folder,
        env=gateway.environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        lines = (json.loads(line) for line in process.stderr)
        opened: set[str] = set()
        while opened != {"business", "network"}:
            line = next(lines)
            if line.get("action") == "serve_start":
                opened.add(line["kind"])
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ask(gateway: Configured, path: str, token: str | None = None) -> tuple[int, Any]:
    """Return status and body of a GET of the business API."""
    request = urllib.request.Request(f"http://127.0.0.1:{gateway.business}{path}")  # ours
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310  # ours
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.fixture
def gateway(tmp_path: Path) -> Configured:
    return configure(tmp_path)


def test_a_server_starts_says_what_it_lacks_takes_a_token_and_stops_on_sigterm(
    gateway: Configured,
) -> None:
    with serving(gateway) as process:
        assert ask(gateway, "/livez") == (200, {"alive": True})
        status, ready = ask(gateway, "/readyz")
        checks = {check["name"]: check["ok"] for check in ready["checks"]}
        assert (status, ready["ready"]) == (503, False)
        assert checks == {
            "database": True,
            "permit_list.991015": False,
            "core": False,
            "registry": False,
        }
        with socket.create_server(("127.0.0.1", gateway.core)):
            _, ready = ask(gateway, "/readyz")
            assert {"name": "core", "ok": True, "reason": ""} in ready["checks"]
        assert ask(gateway, "/v1/records")[0] == 401
        token = gateway.run("token", "--client", SYSTEM).stdout.strip()
        status, page = ask(gateway, "/v1/records", token)
        assert (status, page["records"][-1]["act"]) == (200, "access")
        process.send_signal(signal.SIGTERM)
        rest = [json.loads(line) for line in process.communicate(timeout=30)[1].splitlines()]
    assert process.returncode == 0
    assert rest[-1]["action"] == "serve_end"
    assert all(line["action"] for line in rest)
    assert all("correlation_id" in line for line in rest if line["action"] == "request_serve")


def test_a_taken_port_is_the_environments_fault(gateway: Configured) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", gateway.business))
        taken.listen()
        done = gateway.run("serve")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_production_asks_for_the_migration_that_the_sandbox_makes_itself(
    gateway: Configured,
) -> None:
    text = gateway.config.read_text("utf-8").replace('"sandbox"', '"production"', 1)
    (gateway.folder / "institutions.toml").write_bytes(BUILTIN.read_bytes())
    gateway.config.write_text('institutions_file = "institutions.toml"\n' + text, "utf-8")
    done = gateway.run("serve")
    assert done.returncode == 3
    assert done.stderr.startswith("storage.older: ")
    assert "nakadachi db migrate" in done.stderr


def test_a_database_of_newer_code_is_refused(gateway: Configured) -> None:
    assert gateway.run("db", "migrate").returncode == 0
    with closing(sqlite3.connect(gateway.folder / "gateway.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    done = gateway.run("serve")
    assert done.returncode == 3
    assert done.stderr.startswith("storage.newer: ")


def test_an_older_trust_configuration_is_refused_after_a_newer_one(gateway: Configured) -> None:
    directory = gateway.folder / "directory.toml"
    text = directory.read_text("utf-8")
    directory.write_text(text.replace("sequence = 1", "sequence = 2"), "utf-8")
    with serving(gateway):
        pass
    directory.write_text(text, "utf-8")
    done = gateway.run("serve")
    assert done.returncode == 3
    assert done.stderr.startswith("trust.older: ")


def test_errors_of_settings_name_their_path_in_text_and_in_json(gateway: Configured) -> None:
    gateway.config.write_text(gateway.config.read_text("utf-8").replace("ca_file", "cafile"))
    done = gateway.run("held", "list")
    assert (done.returncode, done.stdout) == (3, "")
    assert "path: network.cafile" in done.stderr
    assert gateway.run_json("held", "list")["error"]["context"]["path"] == "network.cafile"


def test_wrong_usage_is_exit_code_2(gateway: Configured) -> None:
    assert gateway.run("inquire").returncode == 2
    assert gateway.run("held", "list", "--institution", "990001").returncode == 2
    assert gateway.run("token", "--client", "nobody").returncode == 2
