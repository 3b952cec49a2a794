"""The command that gives fixed answers: a process of its own, and files that it refuses."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import aiohttp
import pytest
import typer
from typer.testing import CliRunner

from mocks.cli import register
from mocks.net.journal_reading import load, verify

pytestmark = pytest.mark.integration

PATIENCE = 60.0
ANSWERS = """\
- method: GET
  path: /v1/inquiries/1
  headers: {Content-Type: application/json}
  body: '{"state": "回答"}'
- {name: ask, method: POST, path: /v1/inquiries, status: 202}
"""


async def test_it_answers_until_it_is_told_to_end_and_keeps_a_journal(tmp_path: Path) -> None:
    file, journal = tmp_path / "answers.yaml", tmp_path / "stub.journal"
    file.write_text(ANSWERS, "utf-8")
    command = [sys.executable, "-m", "gateway", "mocks", "stub", str(file), "--json"]
    process = await asyncio.create_subprocess_exec(
        *command, "--journal", str(journal), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession(trust_env=False) as session:
        url = json.loads(await process.stdout.readline())["url"]
        response = await session.get(f"{url}/v1/inquiries/1")
        assert (response.status, await response.json()) == (200, {"state": "回答"})
        assert (await session.post(f"{url}/v1/inquiries")).status == 202
        assert (await session.get(f"{url}/v1")).status == 404
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    assert [row.op for row in load(journal).rows] == ["GET /v1/inquiries/1", "ask", None]
    assert verify(journal).good


@pytest.mark.parametrize(
    ("text", "said", "code"),
    [
        ("- {method: GET}", "path", 1),
        ("- {method: GET, path: /, code: 200}", "code", 1),
        ("- {method: GET, path: /, status: 299}", "299", 1),
        ('- {method: GET, path: /, headers: {A: "b\\r\\nC: d"}}', "headers", 1),
        ("- {method: GET, path: no}", "path", 1),
        ("- [", "answers.yaml:", 1),
        (None, "読めません / cannot be read", 3),
    ],
)
def test_what_is_no_list_of_answers_is_refused(
    tmp_path: Path, text: str | None, said: str, code: int
) -> None:
    file = tmp_path / "answers.yaml"
    if text is not None:
        file.write_text(text, "utf-8")
    app = typer.Typer()
    register(app)
    result = CliRunner().invoke(app, ["mocks", "stub", str(file)])
    assert result.exit_code == code
    assert said in result.output
