"""`mocks up` as a process: in a folder that is named from here, killed, and started again."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from mocks.admin.client import PREFIX, AdminClient, Target
from mocks.gateway import leash

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
COMMAND = (sys.executable, "-m", "gateway", "mocks", "up", "--json", "--admin-port", "0")
PATIENCE = 60
KEPT = "kept\u200e"  # even a mark that no terminal shows must come through


@pytest.fixture(autouse=True)
def papers(tmp_path: Path) -> Iterator[None]:
    """Delete what was kept: its journals name people in clear, as testers need, for the search."""
    yield
    shutil.rmtree(tmp_path / KEPT)


@contextmanager
def up(folder: Path, *more: str) -> Iterator[tuple["subprocess.Popen[str]", Any]]:
    """Give the command, and what it said once it was up; it keeps things in a folder."""
    environment = {**os.environ, "NAKADACHI_MOCKS_SPACE": "levy", "HOME": str(folder)}
    command = [*COMMAND, "--scenario", "S04", "--folder", KEPT, *more]
    with subprocess.Popen(  # noqa: S603  # our own command
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.terminate()


@pytest.mark.skipif(not leash(), reason="this system cannot end what a killed parent left")
def test_what_was_killed_ends_as_a_whole_and_starts_again_in_its_folder(tmp_path: Path) -> None:
    with up(tmp_path) as (process, said):
        assert said["folder"] == str(tmp_path / KEPT)
        process.kill()
        process.wait(PATIENCE)
        port = urlsplit(said["under_test"]["API"]).port
        assert port is not None
        wait_until_nobody_listens(port)
    with up(tmp_path) as (process, said):
        assert said["under_test"]["people"]
        second = [*COMMAND, "--folder", KEPT]
        refused = subprocess.run(  # noqa: S603  # our own command
            second, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert refused.returncode == 3
        assert "Another mocks up" in refused.stderr
        assert len(list((tmp_path / KEPT / "demo").glob("journal-*.db"))) == 2
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


def test_only_the_business_system_of_the_tester_asks_and_what_it_asks_is_judged(
    tmp_path: Path,
) -> None:
    with up(tmp_path, "--sut", "business") as (process, said):
        admin = AdminClient(Target(url=said["admin"].removesuffix(PREFIX), token=said["token"]))
        space = "/spaces/demo"
        assert admin.ask("GET", f"{space}/journal")["rows"] == []
        where = said["under_test"]
        ask(where, fetch_token(where))
        admin.ask("POST", f"{space}/clock/advance", {"by": "P3BD"})
        judged = admin.ask("POST", f"{space}/verify", {})
        assert judged["verdicts"][0]["outcome"] == "met", "the answer to what was asked here"
        assert judged["ok"], "nobody else asked"
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


def fetch_token(where: Mapping[str, str]) -> str:
    command = [sys.executable, "-m", "gateway", "token", "--client", "office-sut"]
    done = subprocess.run(  # noqa: S603  # our own command
        [*command, "-c", where["settings"]], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def ask(where: Mapping[str, str], token: str) -> None:
    wanted = {"information": "地方税関係情報", "items": ["total_income"]}
    question = {
        "number": json.loads(where["people"])["p1"],
        "affair": "69-7",
        "provider": where["provider"],
        "information": [wanted],
    }
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": "mine",
    }
    request = Request(  # noqa: S310  # of our own gateway
        f"{where['API']}/inquiries", json.dumps(question).encode(), headers
    )
    with urlopen(request, timeout=PATIENCE) as reply:  # noqa: S310  # as above
        assert reply.status == 202


def wait_until_nobody_listens(port: int) -> None:
    """Return once the connection to a port of this machine ends or is refused."""
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
            connection.settimeout(PATIENCE)
            assert connection.recv(1) == b""
    except ConnectionError:
        return
