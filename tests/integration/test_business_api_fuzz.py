"""A fuzzer that we did not write finds nothing between the description and the behaviour."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.business import Business, count_rows, serve_business
from tests.support.world import open_world

ROOT = Path(__file__).parents[2]
EXAMPLES = 40  # of each operation and phase


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Business]:
    async with open_world(tmp_path) as world, serve_business(world) as business:
        await world.register(world.a, 1)
        yield business
        await world.runner.run()


@pytest.mark.slow
async def test_schemathesis_finds_nothing(api: Business, tmp_path: Path) -> None:
    token = await api.token("a")
    before = (await count_rows(api.world))[api.world.b]
    config = tmp_path / "schemathesis.toml"
    # 422 means: of the right form, and still not acceptable (a check digit, an unknown person).
    # 413: the limit is one of bytes, which a schema cannot say.
    config.write_text(
        f'hooks = "{ROOT / "tests" / "support" / "fuzzing.py"}"\n'
        "[checks]\n"
        'positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 413, 422]\n'
        'negative_data_rejection.expected-statuses = ["4xx"]\n',
        "ascii",
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "schemathesis.cli",
        f"--config-file={config}",
        "run",
        f"{api.url}/openapi.json",
        f"--header=Authorization: Bearer {token}",
        f"--max-examples={EXAMPLES}",
        "--seed=1",
        "--workers=1",
        "--no-color",
        "--generation-database=none",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=tmp_path,
    )
    said, _ = await process.communicate()
    report = said.decode("utf-8", "replace")
    assert process.returncode == 0, "\n".join(line[:400] for line in report.splitlines())
    after = (await count_rows(api.world))[api.world.b]
    assert after == before  # nothing reached the other side
