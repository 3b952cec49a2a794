"""`mocks up` as a process: in a folder that is named from here, killed, and started again."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
COMMAND = (sys.executable, "-m", "gateway", "mocks", "up", "--json", "--admin-port", "0")
PATIENCE = 60


@contextmanager
def up(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", Any]]:
    """Give the command, and what it said once it was up; it keeps things in `kept`."""
    environment = {**os.environ, "NAKADACHI_MOCKS_SPACE": "levy", "HOME": str(folder)}
    command = [*COMMAND, "--scenario", "S04", "--folder", "kept"]
    with subprocess.Popen(  # noqa: S603  # our own command
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="only Linux ends what a parent left")
def test_what_was_killed_ends_as_a_whole_and_starts_again_in_its_folder(tmp_path: Path) -> None:
    with up(tmp_path) as (process, said):
        assert said["folder"] == str(tmp_path / "kept")
        process.kill()
        process.wait(PATIENCE)
        port = urlsplit(said["under_test"]["API"]).port
        assert port is not None
        wait_until_nobody_listens(port)
    with up(tmp_path) as (process, said):
        assert said["under_test"]["people"]
        assert len(list((tmp_path / "kept" / "demo").glob("journal-*.db"))) == 2
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


def wait_until_nobody_listens(port: int) -> None:
    """Return once the connection to a port of this machine ends or is refused."""
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
            connection.settimeout(PATIENCE)
            assert connection.recv(1) == b""
    except ConnectionError:
        return
