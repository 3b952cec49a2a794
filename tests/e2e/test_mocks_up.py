"""`mocks up`: a scenario plays against our gateway while a tester moves the clock."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mocks.admin.client import AdminClient, Target

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PATIENCE = 90.0
COMMAND = (sys.executable, "-m", "gateway", "mocks")


@contextmanager
def serve(folder: Path, *options: str) -> Iterator[tuple[Any, AdminClient]]:
    """Run `mocks up` until the end of the block; then it must end by itself, and cleanly."""
    process = subprocess.Popen(  # noqa: S603  # our own command
        [*COMMAND, "up", "--admin-port", "0", "--json", *options],
        stdout=subprocess.PIPE,
        env={**os.environ, "XDG_RUNTIME_DIR": str(folder)},
    )
    assert process.stdout is not None
    try:
        said = json.loads(process.stdout.readline())
        url = said["admin"].removesuffix("/__mocks/v1")
        token = Path(said["token_file"])
        assert stat.S_IMODE(token.stat().st_mode) == 0o600
        assert token.read_text().strip() == said["token"]
        yield said, AdminClient(Target(url=url, token=said["token"]))
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        assert not token.exists()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_held_inquiry_is_answered_three_business_days_later(tmp_path: Path) -> None:
    with serve(tmp_path, "--scenario", "S04", "--space", "trial") as (said, client):
        assert (said["space"], said["seed"]) == ("trial", 42)
        assert said["repeat"] == "nakadachi mocks up --space trial --scenario S04 --seed 42"
        assert len(said["sha256"]) == 64
        before = client.ask("POST", "/spaces/trial/verify", {})
        assert [one["outcome"] for one in before["verdicts"]] == ["open"] * 4
        rows = client.ask("GET", "/spaces/trial/journal")["rows"]
        assert [one["rule"] for one in rows if one["op"] == "inquiry.receive"] == ["hold"]
        client.ask("POST", "/spaces/trial/clock/advance", {"by": "P3BD"})
        after = client.ask("POST", "/spaces/trial/verify", {})
        assert (after["ok"], after["verdicts"][0]["outcome"]) == (True, "met")
        client.ask("POST", "/spaces/trial/clock/advance", {"by": "P1BD"})
        end = client.ask("POST", "/spaces/trial/verify", {"over": True})
        assert end["ok"] is True, end["verdicts"]


def test_an_external_system_finds_its_keys_the_directory_and_people(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    options = ("--sut", "external", "--sut-url", "https://127.0.0.1:9", "--folder", str(folder))
    with serve(tmp_path, "--no-panel", *options) as (said, client):
        assert said["panel"] is None
        papers = said["under_test"]
        for name in ("directory", "authority", "TLS certificate", "TLS key", "signing key"):
            assert Path(papers[name]).is_file(), name
        directory = Path(papers["directory"]).read_text("utf-8")
        assert all(url in directory for url in said["parties"].values())
        people = Path(papers["people"]).read_text("utf-8").splitlines()
        assert {json.loads(one)["name"] for one in people} == {"p1", "p2", "p3", "p4", "p5"}
        assert client.ask("GET", "/about")["spaces"] == ["demo"]
    assert list(folder.rglob("journal*.db"))


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (("--scenario", "S07"), 1),
        (("--scenario", "nothing"), 2),
        (("--space", "No Name"), 2),
        (("--admin-host", "0.0.0.1"), 3),
    ],
)
def test_what_cannot_be_brought_up_says_so(
    tmp_path: Path, options: tuple[str, ...], status: int
) -> None:
    process = subprocess.run(  # noqa: S603  # our own command
        [*COMMAND, "up", "--admin-port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        timeout=PATIENCE,
        check=False,
    )
    assert process.returncode == status, process.stdout.decode()
    assert b"Traceback" not in process.stdout
    assert not list(tmp_path.rglob("*.token"))
